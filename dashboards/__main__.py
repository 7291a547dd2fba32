"""`python -m dashboards`: writes docs/dashboards, a page for every dashboard and an index."""

from pathlib import Path

from dashboards._pages import pages

FOLDER = Path(__file__).parent.parent / "docs" / "dashboards"


def write(folder: Path) -> list[Path]:
    """Makes the folder hold these pages and no others; the paths of those that changed, or are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
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
    for path in write(FOLDER):
        print(path)  # noqa: T201 - what the command did
