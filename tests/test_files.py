"""Files that cannot be read or written: a sentence in the chosen language, never a traceback, and nothing is lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provision.sandbox import Sandbox
from tests.world import SECRET, World

CODE = "from provision.cli import main; main(prog_name='provision')"


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """Two cabinets, not yet applied."""
    folder = tmp_path / "estate"
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto", tag="same")


def run(folder: Path, *words: str, stdout: int = subprocess.PIPE, **env: str) -> subprocess.CompletedProcess[str]:
    """`provision --lang ru …` in that folder, without root's right to read whatever is closed."""
    setpriv = [shutil.which("setpriv") or "", "--bounding-set=-dac_override,-dac_read_search", "--"]
    return subprocess.run(
        [*(setpriv if os.geteuid() == 0 else []), sys.executable, "-c", CODE, "--lang", "ru", *words],
        cwd=folder,
        env={**os.environ, "SMART_SECRET": SECRET, "PYTHONPATH": str(Path.cwd()), **env},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "не в кодировке UTF-8"),
        (b"GRAFANA_PASSWORD='x\n", "не разобраны строки: 1"),
        (b"A=1\nsome words\n", "не разобраны строки: 2"),
    ],
)
def test_a_file_of_secrets_that_is_none(tmp_path: Path, content: bytes, says: str) -> None:
    """It is refused with the reason and without its content."""
    file = tmp_path / ".secret"
    file.touch(mode=0o600)
    file.write_bytes(content)
    shown = run(tmp_path, "--secrets", str(file), "check")
    assert shown.returncode == 1
    assert says in shown.stderr
    assert "ИМЯ=значение" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert "words" not in shown.stderr


@pytest.mark.parametrize("closed", [".secret", "tenants.yaml", "dashboards", "dashboards/own.py", "lists"])
def test_what_may_not_be_read_is_named(world: World, closed: str) -> None:
    """With the reason in Russian. A closed folder of dashboards is not an empty one, which would delete dashboards."""
    folder = world.folder
    (folder / ".secret").touch(mode=0o600)
    if closed.startswith("dashboards"):
        (folder / "dashboards").mkdir()
        (folder / "dashboards" / "own.py").write_text("", encoding="utf-8")
    (folder / "lists").mkdir()
    for file in folder.glob("*.csv"):
        file.rename(folder / "lists" / file.name)
        world.change("tenants.yaml", file.name, f"lists/{file.name}")
    (folder / closed).chmod(0)
    shown = run(folder, "check")
    said = shown.stdout + shown.stderr
    assert shown.returncode == 1, said
    assert "нет прав" in said
    assert closed in said
    assert "Traceback" not in said
    assert "denied" not in said
    if closed == "lists":  # what is wrong with one distributor's folder is no reason to say nothing of the rest
        assert "F06" in said
    (folder / closed).chmod(0o700)


@pytest.mark.parametrize("words", [["--help"], ["schema"], ["check"]])
def test_output_that_cannot_be_written(world: World, words: list[str]) -> None:
    """A full disk behind standard output."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        shown = run(world.folder, *words, stdout=full)
    finally:
        os.close(full)
    assert shown.returncode == 1
    assert "на диске нет места" in shown.stderr
    assert "Traceback" not in shown.stderr
