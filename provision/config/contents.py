"""What the lists of each cabinet hold, for those who need the lines themselves and not what follows from them."""

from pathlib import Path

from provision.config import tenants
from provision.lists import Kind, Row, read

_KINDS: tuple[Kind, ...] = ("managers", "online")


def rows_of(path: Path) -> dict[str, list[Row]]:
    """The usable lines of each cabinet of the estate at `path`, by its id, managers' lists first."""
    found: dict[str, list[Row]] = {}
    for entry in tenants.entries(tenants.read(path)):
        folder = Path(entry.document.shown).parent
        named = [(kind, folder / name) for kind in _KINDS for name in entry.own["lists"].get(kind, ())]
        found[entry.id] = [row for kind, file in named for row in read(file, kind=kind).rows]
    return found
