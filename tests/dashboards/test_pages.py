"""The pages about dashboards say what the dashboards are, and are in step with them."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import dashboards
from dashboards.__main__ import FOLDER, write
from dashboards._pages import pages
from tests.dashboards.boards import EVERYTHING
from tests.dashboards.reader import panels, targets

PAGES = pages()


def test_the_pages_are_in_step_with_the_dashboards() -> None:
    """Each page is what `python -m dashboards` would write, and there is no page of a dashboard that is gone."""
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert stored.keys() == PAGES.keys(), "run python -m dashboards"
    for name, text in stored.items():
        assert text == PAGES[name], f"{name}: run python -m dashboards"


def test_writing_makes_the_folder_hold_the_pages_alone(tmp_path: Path) -> None:
    """Pages that are new, changed or gone are named once; other files stay."""
    folder = tmp_path / "docs"
    assert {path.name for path in write(folder, PAGES)} == PAGES.keys()
    assert write(folder, PAGES) == []
    (folder / "for-managers.md").write_text("by hand", encoding="utf-8")
    (folder / "old.md").write_text("gone", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"")
    assert [path.name for path in write(folder, PAGES)] == ["old.md", "for-managers.md"]
    assert (folder / "for-managers.md").read_text(encoding="utf-8") == PAGES["for-managers.md"]
    assert not (folder / "old.md").exists()
    assert (folder / "picture.png").exists()


@pytest.mark.parametrize("slug", dashboards.slugs())
def test_a_page_tells_everything_of_its_dashboard(slug: str) -> None:
    """Titles, descriptions, variables, metrics, tables and the file are there, read as a forge would."""
    spec, text = dashboards.render(slug, EVERYTHING), PAGES[f"{slug}.md"]
    shown = _text(text)
    assert spec["title"] in shown
    assert spec["description"] in shown
    assert f"smart-{slug}" in shown
    assert f"](../../{dashboards.origin(slug)})" in text
    for panel in panels(spec):
        assert panel.get("title", "") in shown
        assert panel.get("description", "") in shown
    for variable in spec["templating"]["list"]:
        assert f"var-{variable['name']}" in shown
        assert variable["label"] in shown
    for _, target in targets(spec):
        asked = str(target.get("rawSql", target.get("expr")))
        for word in asked.replace("{", " ").replace("(", " ").split():
            if word.startswith(("kodeks_", "kserver_", "core.")):
                assert word in shown


def test_the_index_leads_to_every_page() -> None:
    """One line a dashboard, with what it is for."""
    for slug in dashboards.slugs():
        assert f"]({slug}.md) |" in PAGES["README.md"]
        assert dashboards.render(slug, EVERYTHING)["description"] in _text(PAGES["README.md"])


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("kodeks-analytics", ["последние 90 дней", "раз в час", "График, число"]),
        ("for-managers", ["с начала месяца", "Столбцы: Клиент, Окончание (время), Вовлеч. % (проценты)"]),
        ("version-control", ["за последний час", "Источник: `core.software_versions`"]),
        ("billing-online-statistics", ["последние 24 часа", "(свёрнуто)", "онлайн-доступы"]),
        ("search-query-time", ["Успешный, Пустой, Ошибка", "| одно |", "установки или онлайн-доступы"]),
        ("sysinfo-time", ["Время sysinfo (дата и время), Возраст (время)"]),
    ],
)
def test_words_of_a_page(slug: str, words: list[str]) -> None:
    """Time ranges, units, columns and choices are described in Russian."""
    for word in words:
        assert word in PAGES[f"{slug}.md"].replace("\\", "")


def _text(markdown: str) -> str:
    """What a reader sees of the page, without marks."""
    reader = MarkdownIt().enable("table")
    return "\n".join(
        "".join(inner.content for inner in token.children or ())
        for token in reader.parse(markdown)
        if token.type == "inline"
    )
