"""From an empty folder to a working cabinet, from a checkout and from an installed wheel."""

import os
import re
import shlex
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from provision.cli import main
from provision.sandbox import Sandbox

ROOT = Path(__file__).parent.parent


def provision(folder: Path, *words: str, path: Path = ROOT, status: int = 0) -> str:
    """Standard output of `python -m provision --lang en …` in the folder, with the package of that path."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SMART_", "GRAFANA_"))}
    done = subprocess.run(
        [sys.executable, "-m", "provision", "--lang", "en", *words],
        cwd=folder,
        env={**env, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def begin(folder: Path, sandbox: Sandbox, path: Path = ROOT) -> None:
    """Does what init says next: check the list, then new; the plan afterwards is empty."""
    said = provision(folder, "init", "--example", path=path)
    (check,) = (line for line in said.splitlines() if "provision check" in line)
    assert "All is well." in provision(folder, *shlex.split(check)[1:], path=path)
    (new,) = (line for line in said.splitlines() if "provision new" in line)
    words = [sandbox.url if "://" in word else word for word in shlex.split(new)[1:]]
    provision(folder, *words, "--dry-run", path=path)
    assert "romashka" not in (folder / "tenants.yaml").read_text(encoding="utf-8").split("# Первый")[0]
    made = provision(folder, *words, "--yes", "--full", path=path)
    assert "smart-example" in made  # the dashboard of the folder
    assert "Nothing to write." in provision(folder, "plan", "--url", sandbox.url, path=path)
    assert provision(folder, "lint", path=path) == "All is well.\n"
    (note,) = (folder / "handover").iterdir()
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


def test_from_an_empty_folder_to_a_cabinet(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nothing else has to be read or written."""
    folder = tmp_path / "new"
    folder.mkdir()
    begin(folder, sandbox)
    assert stat.S_IMODE((folder / ".secret").stat().st_mode) == 0o600
    assert ".secret" in (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "exists already" in CliRunner().invoke(main, ["--lang", "en", "init", str(folder)]).output


def test_from_an_installed_wheel(sandbox: Sandbox, tmp_path: Path) -> None:
    """The same with nothing of the checkout: all that the program needs is in the wheel."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", tmp_path, ROOT], check=True, timeout=600)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "lib", wheel], check=True, timeout=600)
    folder = tmp_path / "new"
    folder.mkdir()
    code = "import provision, dashboards; print(provision.__file__, dashboards.__file__)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "lib")}
    used = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert used.stdout.count(str(tmp_path / "lib")) == 2, used.stdout
    begin(folder, sandbox, path=tmp_path / "lib")


def test_an_estate_without_cabinets_is_no_mistake(tmp_path: Path) -> None:
    """check says that there are none yet, and what makes the first one."""
    provision(tmp_path, "init")
    said = provision(tmp_path, "check")
    assert "Y19" in said
    assert "provision new" in said
    assert "1 warning" in said


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def build(scope):\n    return oops\n", "has no attribute 'NEEDS'"),
        ("NEEDS = ('installations',)\n\n\ndef build(scope):\n    return oops\n", "line 5: NameError: name 'oops'"),
        ("NEEDS = (\n", "line 1: SyntaxError"),
        ("import nothing_like_this\n", "line 1: ModuleNotFoundError"),
    ],
)
def test_a_broken_dashboard_is_reported_with_its_line(tmp_path: Path, code: str, says: str) -> None:
    """No traceback, and the file is named as the author knows it."""
    provision(tmp_path, "init", "--example")
    (tmp_path / "dashboards" / "broken.py").write_text(code, encoding="utf-8")
    block = """
distributors:
  romashka:
    title: Ромашка
    cabinets:
      romashka: {profile: company, title: Ромашка, lists: {managers: ["lists/romashka_manager_*.csv"]}}
"""
    with (tmp_path / "tenants.yaml").open("a", encoding="utf-8") as file:
        file.write(block)
    done = subprocess.run(
        [sys.executable, "-m", "provision", "--lang", "en", "lint"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "dashboards/broken.py" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def steps() -> list[tuple[str, list[str]]]:
    """The commands of docs/first-hour.ru.md, each with the lines that it prints; `…` means any lines."""
    text = (ROOT / "docs" / "first-hour.ru.md").read_text(encoding="utf-8")
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def test_the_first_hour_is_as_it_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each command of the guide prints what the guide shows, in this order."""
    today = f"{date.today():%Y%m%d}"  # noqa: DTZ011 - the day that init writes into the name
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "provision"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m provision --lang ru "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    folder = tmp_path / "new"
    folder.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SMART_", "GRAFANA_"))}
    env |= {"PYTHONPATH": str(ROOT), "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    assert len(steps()) == 8
    for command, lines in steps():
        command = command.replace("20261129", today).replace("http://127.0.0.1:3000", sandbox.url)
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
        )
        assert "Traceback" not in done.stderr
        parts = [re.escape(line) if line != "…" else "(.*\n)*.*" for line in lines]
        shown = "\n".join(parts).replace("20261129", today)
        assert re.fullmatch(shown, done.stdout.rstrip("\n")), f"{command}\n{done.stdout}\n{done.stderr}"
