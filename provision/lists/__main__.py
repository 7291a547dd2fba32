"""`python -m provision.lists docs` writes docs/codes.md and docs/codes.ru.md anew from the table of codes."""

import sys
from pathlib import Path

from provision.lists.explain import PAGES, page


def write_pages(folder: Path) -> None:
    """Both pages, into that folder."""
    for lang, name in PAGES.items():
        (folder / name).write_text(page(lang), encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
