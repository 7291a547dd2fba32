"""Who may read the stores: one Access a cabinet, and what its credentials are called."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provision.credential import RootSecret, Store

OURS = re.compile("c_[0-9a-f]{16}")  # the names of Credential


@dataclass(frozen=True, slots=True)
class Access:
    """A cabinet's way in, with the credential of that generation. `suspended`: the door is shut, nothing is removed."""

    cabinet: str
    generation: int = 1
    suspended: bool = False
    origin: str = ""


def names(root: RootSecret, store: Store, accesses: Iterable[Access]) -> Iterator[tuple[str, Access]]:
    """User name and access for every generation a cabinet had, has and gets next: so that none of them is a stranger.

    The current generation's Access is the one given; the others differ in their number alone.
    """
    for access in accesses:
        for generation in range(1, access.generation + 2):
            same = generation == access.generation
            known = access if same else Access(access.cabinet, generation, access.suspended, access.origin)
            yield root.credential(store, access.cabinet, generation).name, known
