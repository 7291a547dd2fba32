"""Which cabinets must not see which, and by what their clients are told apart in the stores."""

from dataclasses import dataclass, field
from pathlib import Path

from provision.config import tenants
from provision.config.contents import rows_of
from provision.lists import ManagerRow


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One cabinet. Those of one `realm` may see each other's clients. `clients` are hosts and firms of its lists."""

    id: str
    realm: str
    clients: frozenset[str] = field(repr=False)


def neighbours(path: Path) -> dict[str, Neighbour]:
    """All cabinets of a valid estate, by id. Unusable lists name no clients."""
    rows = rows_of(path)
    return {
        entry.id: Neighbour(
            entry.id,
            entry.realm,
            frozenset(row.host if isinstance(row, ManagerRow) else row.firm for row in rows[entry.id]),
        )
        for entry in tenants.entries(tenants.read(path))
    }
