"""The cabinets for which history is made up, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

from provision.model import Installation, OnlineAccess


@dataclass(frozen=True, slots=True)
class SampleCabinet:
    """One cabinet. `timezone` (IANA) decides when a month begins; `dealer` is the distributor's name."""

    id: str
    timezone: str
    installations: Sequence[Installation] = ()
    accesses: Sequence[OnlineAccess] = ()
    dealer: str = ""
