"""What the store modules take for cabinets and changes."""

from collections.abc import Iterable, Sequence

from provision.model import Cabinet, Resource
from provision.plan import Change
from provision.stores.access import Access


def accesses_of(cabinets: Iterable[Cabinet]) -> list[Access]:
    """How each cabinet reaches the stores."""
    return [
        Access(
            cabinet.id,
            cabinet.generation,
            suspended=cabinet.state == "suspended",
            origin=cabinet.origin,
            administrator=cabinet.events.administrator,
        )
        for cabinet in cabinets
    ]


def pairs(changes: Iterable[Change]) -> Sequence[tuple[Resource | None, Resource | None]]:
    """Each change as (before, after)."""
    return [(change.before, change.after) for change in changes]
