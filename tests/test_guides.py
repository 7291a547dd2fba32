"""The examples of the guides work, and the files that they link to exist."""

import re
from pathlib import Path

import pytest

from provision.sandbox import Sandbox
from tests.test_extending import project, run
from tests.world import World

ROOT = Path(__file__).parent.parent
GUIDES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.md")])


def example(guide: str) -> str:
    """The dashboard that the guide shows."""
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_a_dashboard_keeps_the_rules_and_is_planned(sandbox: Sandbox, tmp_path: Path) -> None:
    """Copied unchanged into a file, it passes lint and is in the plan; both languages show the same."""
    assert example("dashboards.md") == example("dashboards.ru.md")
    copy = project(tmp_path / "project")
    (copy / "dashboards" / "occupied_seats.py").write_text(example("dashboards.md"), encoding="utf-8")
    (tmp_path / "estate").mkdir()
    world = World(sandbox.url, "admin", "admin", folder=tmp_path / "estate", api="auto")
    run(copy, world, "lint")
    assert "smart-occupied-seats" in run(copy, world, "plan", "--only", "dashboard", "--full").stdout


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(guide: Path) -> None:
    """Every relative link of a guide leads to a file that is there, and to a heading in it if it names one."""
    for target in re.findall(r"\]\(([^)\s]+)\)", guide.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, heading = target.partition("#")
        file = guide.parent / name if name else guide
        assert file.exists(), target
        assert not heading or heading in headings(file), target


def headings(file: Path) -> set[str]:
    """The anchors a forge makes of the file's headings."""
    found = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in found}


@pytest.mark.parametrize("name", ["how-it-works", "dashboards", "estate", "stores", "codes", "alerting"])
def test_both_languages_have_the_same_parts(name: str) -> None:
    """A guide and its twin have as many headings, tables' rows and blocks of code."""
    counts = []
    for suffix in (".md", ".ru.md"):
        text = (ROOT / "docs" / f"{name}{suffix}").read_text(encoding="utf-8")
        counts.append([len(re.findall(pattern, text, re.MULTILINE)) for pattern in (r"^#+ ", r"^\|", r"^```", r"^- ")])
    assert counts[0] == counts[1]


@pytest.mark.parametrize("guide", ["how-it-works.md", "how-it-works.ru.md", "dashboards.md", "dashboards.ru.md"])
def test_files_that_are_named_are_there(guide: str) -> None:
    """Whatever looks like a path of the project is one."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    for name in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.py)`", text):
        places = [
            ROOT / name,
            ROOT / "provision" / name,
            ROOT / "provision" / "lists" / name,
            ROOT / "dashboards" / name,
        ]
        assert any(place.exists() for place in places) or name == "occupied_seats.py", name


def test_the_drawing_of_the_flow_fits_one_screen() -> None:
    """80 columns and 40 lines, equal in both languages."""
    english, russian = (
        (ROOT / "docs" / name).read_text(encoding="utf-8").split("```")[1].strip("\n")
        for name in ("how-it-works.md", "how-it-works.ru.md")
    )
    assert english == russian
    assert len(english.splitlines()) <= 40
    assert max(map(len, english.splitlines())) <= 80
