"""core.clients: who is monitored, a row an installation and a row an online access, as the lists say.

A client that leaves the lists is closed (`active_to`), never deleted: its history still has a name. legal_name and
regnum come with the client's reports and are left alone. No password is in this table.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from provision.model import Cabinet, Installation, OnlineAccess
from provision.stores.cluster import Connection

Hosting = Literal["client_hardware", "cloud", "own_dc", "online"]
_CLOUD = "te-cloud."  # how addresses of the vendor's cloud begin after the registration number


class Client(NamedTuple):
    """One active row of the registry, without what is not compared: dates, and what reports bring.

    The first five fields identify it within its cabinet. `manager` is the one of the first list line that has it.
    """

    client: str
    host: str | None
    server: str | None
    catalog: str | None
    user_login: str | None
    dealer: str
    manager: str
    email: str
    kind: str
    protocol: str
    tz_correction: int | None
    ping: bool | None
    air_gapped: bool

    @property
    def key(self) -> tuple[str | None, ...]:
        """What identifies it."""
        return self[:5]

    @property
    def label(self) -> str:
        """The same for people: the installation's host, or firm, server, folder and login of an access."""
        return self.host or f"{self.client} {self.server}/{self.catalog} {self.user_login}"


_FIELDS = ", ".join(Client._fields)
_KEY = "client, host, server, catalog, user_login"
_SAME = "client = %s AND (host, server, catalog, user_login) IS NOT DISTINCT FROM (%s, %s, %s, %s)"
_READ = f"SELECT {_FIELDS} FROM core.clients WHERE cabinet = %s AND active_to IS NULL"  # noqa: S608 - our own names
_CLOSE = f"UPDATE core.clients SET active_to = current_date WHERE cabinet = %s AND {_SAME}"  # noqa: S608 - our own names
_PUT = f"""
INSERT INTO core.clients AS known (cabinet, {_FIELDS}, active_from)
VALUES (%s, {", ".join(["%s"] * len(Client._fields))}, current_date)
ON CONFLICT (cabinet, {_KEY}) DO UPDATE SET
  dealer = excluded.dealer, manager = excluded.manager, email = excluded.email, kind = excluded.kind,
  protocol = excluded.protocol, tz_correction = excluded.tz_correction, ping = excluded.ping,
  air_gapped = excluded.air_gapped,
  active_from = CASE WHEN known.active_to IS NULL THEN known.active_from ELSE excluded.active_from END,
  registered_at = CASE WHEN known.active_to IS NULL AND known.manager = excluded.manager
    THEN known.registered_at ELSE now() END,
  active_to = NULL
"""  # noqa: S608 - our own names


def hosting(installation: Installation) -> Hosting:
    """Where the installation runs: at the client if it sends reports by itself, else in the cloud or data centre."""
    if not installation.polled:
        return "client_hardware"
    return "cloud" if _CLOUD in installation.address.lower() else "own_dc"


def clients(cabinet: Cabinet) -> list[Client]:
    """The rows that the cabinet's lists ask for, each client once, in a stable order."""
    found: dict[tuple[str | None, ...], Client] = {}
    for one in (*_installations(cabinet), *_accesses(cabinet.accesses, cabinet.sender)):
        found.setdefault(one.key, one)
    return sorted(found.values(), key=_order)


def read(connection: Connection, cabinet: str) -> list[Client]:
    """The active rows of the cabinet, in the same order."""
    return sorted((Client(*row) for row in connection.execute(_READ, [cabinet])), key=_order)


def write(connection: Connection, cabinet: str, before: Iterable[Client], after: Iterable[Client]) -> None:
    """Turns the active rows `before` into `after`, in one transaction; a row that is in both is not touched."""
    old, new = set(before), set(after)
    kept = {one.key for one in new}
    with connection.transaction(), connection.cursor() as cursor:
        gone = [(cabinet, *one.key) for one in sorted(old - new, key=_order) if one.key not in kept]
        if gone:
            cursor.executemany(_CLOSE, gone)
        if put := [(cabinet, *one) for one in sorted(new - old, key=_order)]:
            cursor.executemany(_PUT, put)


def _installations(cabinet: Cabinet) -> Iterator[Client]:
    for row in cabinet.installations:
        where = (row.client, row.host, None, None, None)
        who = (cabinet.sender, row.manager, row.email)
        air_gapped = row.client in cabinet.air_gapped
        yield Client(*where, *who, hosting(row), row.transport, row.tz_correction, row.polled, air_gapped)


def _accesses(rows: Iterable[OnlineAccess], dealer: str) -> Iterator[Client]:
    for row in rows:
        where = (row.firm, None, row.host, row.folder, row.login)
        yield Client(*where, dealer, row.manager, row.email, "online", row.protocol, None, None, False)


def _order(one: Client) -> tuple[str, ...]:
    return tuple(field or "" for field in one.key)
