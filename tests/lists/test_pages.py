"""The pages about the codes are those that the table gives."""

from pathlib import Path

import pytest

from provision.lists.__main__ import write_pages
from provision.lists.codes import CODES
from provision.lists.explain import PAGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES.values())
def test_the_page_is_in_step_with_the_table(tmp_path: Path, name: str) -> None:
    """The pages in docs/ are those that `python -m provision.lists docs` writes; every code has its heading."""
    write_pages(tmp_path)

    page = (tmp_path / name).read_text(encoding="utf-8")
    assert page == (DOCS / name).read_text(encoding="utf-8"), "run: python -m provision.lists docs"
    assert [line.split()[1] for line in page.splitlines() if line.startswith("### ")] == list(CODES)
