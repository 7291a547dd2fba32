"""A package with entry points, installed into a folder of its own; and the program run with it."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

README = Path(__file__).parent.parent.parent / "docs" / "readers.md"


def example(language: str, number: int = 0) -> str:
    """A block of code of docs/readers.md."""
    found = re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(found[number])


def install(folder: Path, module: str, code: str, group: str, name: str) -> None:
    """Puts the module and what pip writes about its entry point into the folder."""
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[{group}]\n{module} = {module}:{name}\n", encoding="utf-8")


def run(packages: Path, estate: Path, env: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """`provision …` in a process of its own that has the packages of the folder."""
    code = "from provision.cli import main; main(prog_name='provision')"
    command = [sys.executable, "-c", code, "--lang", "en", "-f", str(estate / "tenants.yaml"), *words]
    whole = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(packages), **env}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=whole, timeout=120)
