"""What the store modules take for cabinets."""

from collections.abc import Iterable

from provision.model import Cabinet
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
