"""Sessions of a terminal that guides print: their commands, what they show, and running them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
MADE_ON = "20261129"  # the day in the guides' names of lists; `init` writes the day of the run


@dataclass(frozen=True, slots=True)
class Step:
    """A command and the lines that it prints; `…` means any lines."""

    command: str
    lines: tuple[str, ...]


def blocks(guide: str) -> list[list[Step]]:
    """The steps of each session of the guide, a file of the checkout."""
    text = (ROOT / guide).read_text(encoding="utf-8")
    return [_steps(block) for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)]


def _steps(block: str) -> list[Step]:
    parts = [part.splitlines() for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [Step(re.sub(r"\s{2,}# .*", "", command), tuple(lines)) for command, *lines in parts]


class Terminal:
    """Runs commands in a folder with a `provision` of this checkout that speaks one language."""

    def __init__(self, folder: Path, programs: Path, lang: str, env: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        programs.mkdir(exist_ok=True)
        program = programs / "provision"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m provision --lang {lang} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SMART_", "GRAFANA_"))}
        self._env = {**kept, "PYTHONPATH": str(ROOT), "PATH": f"{programs}:{os.environ['PATH']}", **(env or {})}

    def shows(self, step: Step, url: str) -> None:
        """Runs the step with that Grafana in place of the guide's; fails when it prints something else."""
        today = f"{date.today():%Y%m%d}"  # noqa: DTZ011 - the day that init writes into the name
        command = step.command.replace(MADE_ON, today).replace("http://127.0.0.1:3000", url)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        parts = [re.escape(line) if line != "…" else "(.*\n)*.*" for line in step.lines]
        expected = "\n".join(parts).replace(MADE_ON, today)
        assert re.fullmatch(expected, done.stdout.rstrip("\n")), f"{command}\n{done.stdout}\n{done.stderr}"
