"""`python -m dashboards`: writes docs/dashboards and docs/alerts, a page for each and an index."""

from collections.abc import Mapping
from pathlib import Path

from dashboards import _pages
from dashboards.alerts import _pages as _alert_pages

_DOCS = Path(__file__).parent.parent / "docs"
FOLDER, ALERTS = _DOCS / "dashboards", _DOCS / "alerts"


def write(folder: Path, made: Mapping[str, str]) -> list[Path]:
    """Makes the folder hold these pages and no others; the paths of those that changed, or are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = [path for path in sorted(folder.glob("*.md")) if path.name not in made]
    for path in changed:
        path.unlink()
    for name, text in made.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for path in [*write(FOLDER, _pages.pages()), *write(ALERTS, _alert_pages.pages())]:
        print(path)  # noqa: T201 - what the command did
