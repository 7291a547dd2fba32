"""core.poll_states: how often the sign-in of an online access was refused in a row, with which credentials."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from provision.model import OnlineAccess
from provision.stores.cluster import Connection

Key = tuple[str, str, str]  # server, catalog, user_login
REFUSALS_THAT_PAUSE = 5
PAUSED = f"paused after {REFUSALS_THAT_PAUSE} refused sign-ins"  # detail of an error row; `verify` knows it by that
_READ = "SELECT server, catalog, user_login, refusals, fingerprint FROM core.poll_states"
_PUT = """
INSERT INTO core.poll_states AS known (server, catalog, user_login, refusals, fingerprint, refused_at)
VALUES (%s, %s, %s, 1, %s, %s)
ON CONFLICT (server, catalog, user_login) DO UPDATE SET
  refusals = CASE WHEN known.fingerprint = excluded.fingerprint THEN known.refusals + 1 ELSE 1 END,
  fingerprint = excluded.fingerprint, refused_at = excluded.refused_at
"""
_FORGET = "DELETE FROM core.poll_states WHERE (server, catalog, user_login) = (%s, %s, %s)"
_ERROR = """
INSERT INTO core.online_poll_errors
  (ts, cabinet, client, manager, server, catalog, user_login, error_class, detail)
VALUES (%(ts)s, %(cabinet)s, %(client)s, %(manager)s, %(server)s, %(catalog)s, %(user)s, %(error_class)s, %(detail)s)
"""


def labels(cabinet: str, access: OnlineAccess) -> dict[str, str]:
    """What every number and row of a poll says of its access."""
    return {
        "cabinet": cabinet,
        "client": access.firm,
        "manager": access.manager,
        "user": access.login,
        "server": access.host,
        "catalog": access.folder,
    }


class Refusals(NamedTuple):
    """Refused sign-ins in a row, and the keyed fingerprint of the credentials that were refused."""

    number: int
    fingerprint: str


def read(connection: Connection) -> dict[Key, Refusals]:
    """The state of each access of the cabinet that was refused last time."""
    return {(row[0], row[1], row[2]): Refusals(int(row[3]), str(row[4])) for row in connection.execute(_READ)}


def refused(connection: Connection, key: Key, fingerprint: str, at: datetime) -> None:
    """Counts one more refusal; other credentials begin anew."""
    connection.execute(_PUT, [*key, fingerprint, at])


def accepted(connection: Connection, key: Key) -> None:
    """Forgets the refusals of an access."""
    connection.execute(_FORGET, key)


def note_error(connection: Connection, row: Mapping[str, object]) -> None:
    """Adds a row of core.online_poll_errors."""
    connection.execute(_ERROR, row)
