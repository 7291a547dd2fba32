"""The lists of each cabinet, for those who need the files or lines themselves and not what follows from them."""

from pathlib import Path

from provision.config import tenants
from provision.lists import Kind, ListFile, Row, read

_KINDS: tuple[Kind, ...] = ("managers", "online")


def lists_of(path: Path) -> dict[str, list[ListFile]]:
    """The lists of each cabinet of the estate at `path`, usable or not, by its id, managers' lists first.

    An absent cabinet has none.
    """
    found: dict[str, list[ListFile]] = {}
    for entry in tenants.entries(tenants.read(path)):
        folder = Path(entry.document.shown).parent
        lists = entry.own["lists"] if entry.state != "absent" else {}
        named = [(kind, folder / name) for kind in _KINDS for name in lists.get(kind, ())]
        found[entry.id] = [read(file, shown=str(file), kind=kind) for kind, file in named]
    return found


def rows_of(path: Path) -> dict[str, list[Row]]:
    """The usable lines of each cabinet, in the same order."""
    return {cabinet: [row for file in files for row in file.rows] for cabinet, files in lists_of(path).items()}
