"""What the READMEs show is what the commands print; both languages have the same commands.

The technician's session is run by test_lists_cli, the audits by stores/test_audit.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from provision.sandbox import Sandbox
from tests.sessions import ROOT, Step, Terminal, blocks
from tests.world import SECRET

LANGUAGES = [("README.md", "en"), ("README.ru.md", "ru")]
_LEFT_OUT = (".git", ".venv", ".demo", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__", "handover")


def block_with(readme: str, command: str) -> list[Step]:
    """The session that has the command."""
    (found,) = (one for one in blocks(readme) if any(step.command == command for step in one))
    return found


def commands(readme: str) -> list[str]:
    """All commands, in their order, with the words of both languages as one."""
    return [step.command.removesuffix(".") for block in blocks(readme) for step in block]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what is in git, with the environment of this checkout."""
    copy = tmp_path / "smart-provision"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def test_every_command_is_run_by_a_test() -> None:
    """A new block of commands needs a test of its own here."""
    others = ("git clone", "mkdir cabinets", "make demo", "make quick", "cat", "export")
    words = ("init", "sandbox", "new", "check", "plan", "apply", "drift", "lint", "render", "audit")
    tested = {*others, *(f"provision {word}" for word in words)}
    for command in commands("README.md"):
        assert any(command.startswith(known) for known in tested), command


def test_both_languages_have_the_same_parts() -> None:
    """The same commands, pictures, tables and headings."""
    assert commands("README.md") == commands("README.ru.md")
    english, russian = ((ROOT / name).read_text(encoding="utf-8") for name, _ in LANGUAGES)
    for pattern in (r"^#+ ", r"^\|", r"^- \*\*"):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(re.findall(pattern, russian, re.MULTILINE))
    assert re.findall(r"\((docs/pictures/\S+)\)", english) == re.findall(r"\((docs/pictures/\S+)\)", russian)


def test_pictures_are_small() -> None:
    """A quarter of a megabyte each, and none that no page shows."""
    shown = set(re.findall(r"\(docs/pictures/(\S+)\)", (ROOT / "README.md").read_text(encoding="utf-8")))
    kept = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert set(kept) == shown
    assert all(size < 250_000 for size in kept.values()), kept


def test_the_demo_ends_with_nothing_to_do(checkout: Path) -> None:
    """On the sandbox, with the environment that is there."""
    assert "make demo" in commands("README.md")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SMART_", "GRAFANA_", "MAKE"))}
    done = subprocess.run(
        ["make", "--assume-old=.venv/.ready", "demo"],
        cwd=checkout,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search("Nothing to write|Записывать нечего", done.stdout)


@pytest.mark.parametrize(("readme", "lang"), LANGUAGES)
def test_an_operator_begins_in_an_empty_folder(readme: str, lang: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """The session prints what it shows; the sandbox is the test's."""
    first, *steps = block_with(readme, "provision init --example")
    assert first.command == "mkdir cabinets && cd cabinets"
    folder = tmp_path / "cabinets"
    folder.mkdir()
    terminal = Terminal(folder, tmp_path / "bin", lang)
    for step in steps:
        if step.command != "provision sandbox":
            terminal.shows(step, sandbox.url)
    assert list((folder / "handover").iterdir())


@pytest.mark.parametrize(("readme", "lang"), LANGUAGES)
def test_an_operator_plans_applies_and_plans_again(readme: str, lang: str, sandbox: Sandbox, checkout: Path) -> None:
    """On the example estate."""
    first, *steps = block_with(readme, "provision drift rogaikopyta-volga")
    assert first.command == "export GRAFANA_URL=https://grafana.example.ru GRAFANA_USER=admin"
    env = {"GRAFANA_URL": sandbox.url, "GRAFANA_USER": "admin", "GRAFANA_PASSWORD": "admin", "SMART_SECRET": SECRET}
    terminal = Terminal(checkout, checkout.parent / "bin", lang, env)
    for step in steps:
        terminal.shows(step, sandbox.url)


@pytest.mark.parametrize(("readme", "lang"), LANGUAGES)
def test_a_developer_lints_and_renders(readme: str, lang: str, checkout: Path) -> None:
    """`make quick` is a target of the Makefile, which CI runs in the long."""
    first, *steps = block_with(readme, "provision lint")
    assert first.command == "make quick"
    assert re.search(r"^quick:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    terminal = Terminal(checkout, checkout.parent / "bin", lang)
    for step in steps:
        terminal.shows(step, "")
    assert (checkout / "json" / "rogaikopyta-volga").is_dir()
