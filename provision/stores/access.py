"""Who may read the stores: one Access a cabinet, and what its credentials are called."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from provision.credential import RootSecret, Store
from provision.stores.cluster import ADMINISTRATOR

OURS = re.compile("[cd]_[0-9a-f]{16}")  # the names of credentials and databases


@dataclass(frozen=True, slots=True)
class Access:
    """A cabinet's way in, with the credential of that generation. `suspended`: nobody is let in, nothing is removed.

    `administrator` names the variable with the connection string of the PostgreSQL server that its database is on.
    """

    cabinet: str
    generation: int = 1
    suspended: bool = False
    origin: str = ""
    administrator: str = ADMINISTRATOR


def names(root: RootSecret, store: Store, accesses: Iterable[Access]) -> Iterator[tuple[str, Access]]:
    """User name and access for every generation a cabinet had, has and gets next: so that none of them is a stranger.

    The current generation's Access is the one given; the others differ in their number alone.
    """
    for access in accesses:
        for generation in range(1, access.generation + 2):
            same = generation == access.generation
            known = access if same else replace(access, generation=generation)
            yield root.credential(store, access.cabinet, generation).name, known
