"""How plans are shown, which cabinets a name means, and plans that were saved."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from provision.cli import main
from provision.cli.settings import Settings, progress
from provision.sandbox import Sandbox
from provision.text import Text
from tests.world import SECRET, World


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """Two cabinets, not yet applied."""
    folder = tmp_path / "estate"
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto", tag="same")


def test_a_long_plan_is_short(world: World) -> None:
    """Counts by kind; --full shows each change; --only one kind of them; --quiet the sums alone."""
    short, full = world.run("plan").output, world.run("plan", "--full").output
    assert "× 24" not in full
    assert "smart-for-managers" in full
    assert "smart-for-managers" not in short
    assert "In short; --full shows every change" in short
    assert len(short.splitlines()) < len(full.splitlines()) / 3
    only = world.run("plan", "--full", "--only", "folder").output
    assert "smart-for-managers" not in only
    assert "Changes of other kinds, not shown:" in only
    quiet = world.run("plan", "--quiet").output
    assert "Create" in quiet
    assert len(quiet.splitlines()) < 6 + len([line for line in quiet.splitlines() if line.startswith("Reading")])
    assert "Did you mean dashboard" in world.run("plan", "--only", "dashbord").output


def test_what_a_short_plan_never_hides(world: World) -> None:
    """Deletions, one by one."""
    world.apply()
    world.change("tenants.yaml", 'dashboards: ["*"]', "dashboards: [for-managers, kodeks-analytics]")
    shown = [world.run("plan", length).output for length in ("--full", "--quiet")]
    shown.append(world.run("plan").output)
    full, *shorter = [[line.split() for line in text.splitlines() if line.startswith("  - ")] for text in shown]
    assert len(full) > 20
    assert shorter == [full, full]


@pytest.mark.parametrize("colour", ["", "1"])
def test_colour_goes_through_a_pipe_when_it_is_forced(world: World, colour: str) -> None:
    """FORCE_COLOR, and NO_COLOR over it."""
    assert ("\x1b[" in world.run("plan", env={"FORCE_COLOR": colour}).output) is bool(colour)
    assert "\x1b[" not in world.run("plan", env={"FORCE_COLOR": colour, "NO_COLOR": "1"}).output


def test_patterns_and_suggestions(world: World) -> None:
    """`same-v*` means each cabinet that fits; a mistyped one is answered with those that it may mean."""
    assert {row["cabinet"] for row in world.plan("same-v*")["changes"]} == {world.volga}
    assert {row["cabinet"] for row in world.plan("same-*")["changes"]} == {world.volga, world.don}
    wrong = world.run("plan", "same-vlga")
    assert wrong.exit_code == 2
    assert "Did you mean same-volga" in wrong.output
    assert world.run("plan", "nobody-*").exit_code == 2
    assert world.run("plan", "--adopt", "same-*").exit_code == 2  # what is taken over is named in full


def test_a_saved_plan_is_applied_as_it_is(world: World) -> None:
    """One run writes it for people and for programs; apply takes it unless something changed since."""
    saved, read = world.folder / "plan.json", world.folder / "plan.md"
    assert world.run("plan", world.don, "--out", str(saved), "--out", str(read)).exit_code == 0
    digest = json.loads(saved.read_text(encoding="utf-8"))["digest"]
    assert digest in read.read_text(encoding="utf-8")
    assert world.run("apply", str(saved)).exit_code == 0
    assert world.orgs() == ["Дон same"]
    again = world.run("apply", str(saved))
    assert again.exit_code == 1
    assert "The plan is now sha256:" in again.output
    assert "has probably been applied" in again.output
    elsewhere = world.run("apply", str(saved), "--url", f"{world.url}/grafana")
    assert elsewhere.exit_code == 1
    assert f"The plan was made for {world.url}, not for {world.url}/grafana" in elsewhere.output
    for wrong in ("missing.json", "volga_manager_20260417.csv.json"):
        (world.folder / "volga_manager_20260417.csv.json").write_text("[]", encoding="utf-8")
        refused = world.run("apply", str(world.folder / wrong))
        assert refused.exit_code == 2
        assert "plan --out PLAN.json" in refused.output


def test_completion_knows_cabinets_kinds_and_codes(world: World) -> None:
    """What a shell offers after a Tab."""
    estate = ["-f", str(world.folder / "tenants.yaml")]

    def offered(args: list[str], incomplete: str) -> list[str]:
        shell = ShellComplete(main, {}, "provision", "_PROVISION_COMPLETE")
        return [item.value for item in shell.get_completions([*estate, *args], incomplete)]

    assert offered(["plan"], "same-") == [world.volga, world.don]
    for words in (
        ["apply"],
        ["check"],
        ["lists", "prepare"],
        ["scripts"],
        ["import", "--cabinet"],
        ["plan", "--adopt"],
    ):
        assert offered(words, "same-v") == [world.volga], words
    assert offered(["plan", "--allow-deletes"], "same-v") == [f"{world.volga}="]
    assert offered(["token", "rotate"], "") == offered(["new", "x", "--distributor"], "") == ["dsame"]
    assert offered(["new", "x", "--profile"], "c") == ["company"]
    assert offered(["plan", "--only"], "dash") == ["dashboard"]
    assert "M05" in offered(["check", "--explain"], "m0")
    assert offered(["-f", "/nowhere", "plan"], "") == []


@pytest.mark.parametrize(
    ("answers", "made"), [("да", True), ("Д", True), ("yes", True), ("что?\ny", True), ("", False), ("нет", False)]
)
def test_a_question_takes_answers_in_both_languages(world: World, answers: str, made: bool) -> None:
    """Whatever the language of the question is. Something else is asked again, and no answer is a no."""
    ours, theirs = pty.openpty()  # apply asks on a terminal only
    code = "from provision.cli import main; main()"
    words = ["--lang", "ru", "-f", str(world.folder / "tenants.yaml"), "apply", world.don]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words, "--handover", str(world.folder / "handover")],
        env={**os.environ, "GRAFANA_URL": world.url, "GRAFANA_PASSWORD": "admin", "SMART_SECRET": SECRET},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as running:
        os.write(ours, f"{answers}\n".encode())
        output, _ = running.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert "Записать? [да/Нет]:" in output.decode()
    assert ("Ничего не изменено" in output.decode()) is not made
    assert bool(world.orgs()) is made, output.decode()
    assert running.returncode == (0 if made else 1)


@pytest.mark.parametrize(("total", "lines"), [(1, 1), (7, 7), (39, 39), (40, 20), (500, 20), (519, 21)])
def test_progress_of_many_takes_few_lines_where_no_terminal_is(
    total: int, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(estate=Path("tenants.yaml"), lang="en", secrets={}, colour=False)
    with progress(settings, Text("Чтение", "Reading"), total) as ready:
        for number in range(total):
            ready(f"c{number}")
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == lines
    assert shown[-1] == f"Reading [{total}/{total}] c{total - 1}"
