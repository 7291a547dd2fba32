"""Which cabinets must not see which, and by what their clients are told apart in the stores."""

from dataclasses import dataclass, field
from pathlib import Path

from provision.config import tenants
from provision.config.tenants import NOTHING
from provision.lists import Kind, ManagerRow, read

_KINDS: tuple[Kind, ...] = ("managers", "online")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One cabinet. Those of one `realm` may see each other's clients. `clients` are hosts and firms of its lists."""

    id: str
    realm: str
    clients: frozenset[str] = field(repr=False)


def neighbours(path: Path) -> dict[str, Neighbour]:
    """All cabinets of a valid estate, by id. Unusable lists name no clients."""
    found = {}
    for entry in tenants.entries(tenants.read(path, NOTHING)):
        clients: set[str] = set()
        for kind in _KINDS:
            for name in entry.own["lists"].get(kind, ()):
                file = Path(entry.document.shown).parent / name
                rows = read(file, shown=str(file), kind=kind).rows
                clients.update(row.host if isinstance(row, ManagerRow) else row.firm for row in rows)
        found[entry.id] = Neighbour(entry.id, entry.realm, frozenset(clients))
    return found
