"""The cabinets for which history is made up, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Installation:
    """One line of a managers list. Where SMART polls, `client` is the address. `tz_correction` counts from UTC+4."""

    host: str
    client: str
    manager: str
    tz_correction: int = 0
    polled: bool = True


@dataclass(frozen=True, slots=True)
class OnlineAccess:
    """One line of an online list: firm, its login, server, folder."""

    client: str
    login: str
    host: str
    catalog: str
    manager: str


@dataclass(frozen=True, slots=True)
class SampleCabinet:
    """One cabinet. `timezone` (IANA) decides when a month begins; `dealer` is the distributor's name."""

    id: str
    timezone: str
    installations: tuple[Installation, ...] = ()
    accesses: tuple[OnlineAccess, ...] = ()
    dealer: str = ""
