"""core.imports, and the rows of a report: each report counts once, also when its importer is ended in between.

A report is noted first, then its numbers are written, then its rows together with the word that it is done. Whoever
finds a note without that word knows that numbers may be in the store already.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from provision.stores.cluster import Connection
from provision.stores.contract import TABLES
from provision.stores.driver import sql

_BEGIN = """
INSERT INTO core.imports AS known (host, report_ts, received_at, digest) VALUES (%s, %s, %s, %s)
ON CONFLICT (host, report_ts) DO UPDATE SET attempts = known.attempts + 1 WHERE known.done_at IS NULL
"""
_LOCKED = """
SELECT attempts, done_at IS NOT NULL, received_at, digest,
       NOT EXISTS (SELECT FROM core.imports newer
                   WHERE newer.host = known.host AND newer.report_ts > known.report_ts AND newer.done_at IS NOT NULL)
FROM core.imports known WHERE host = %s AND report_ts = %s FOR UPDATE
"""
_DONE = "UPDATE core.imports SET done_at = now(), digest = %s WHERE host = %s AND report_ts = %s"
_NAMES = """
UPDATE core.clients SET legal_name = coalesce(%(legal_name)s, legal_name), regnum = coalesce(%(regnum)s, regnum)
WHERE cabinet = %(cabinet)s AND client = %(client)s AND active_to IS NULL
  AND (legal_name, regnum) IS DISTINCT FROM (coalesce(%(legal_name)s, legal_name), coalesce(%(regnum)s, regnum))
"""
_CARD = ("domain", "fullname", "phone", "email", "position", "department", "client", "manager", "updated_at")
# What happens to a row that is there already; without an entry it is kept as it is.
_CONFLICTS: Mapping[str, str] = {
    "user_cards": "(cabinet, host, user_login) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _CARD)
    + " WHERE known.updated_at <= excluded.updated_at",
    "software_versions": "(cabinet, host, component, version, build) DO UPDATE SET"
    " first_seen = least(known.first_seen, excluded.first_seen),"
    " last_seen = greatest(known.last_seen, excluded.last_seen), client = excluded.client,"
    " manager = excluded.manager, legal_name = coalesce(excluded.legal_name, known.legal_name)",
}
_COLUMNS = {table.name: tuple(one.name for one in table.columns if one.name != "id") for table in TABLES}


class Noted(NamedTuple):
    """What is known of a report. `again`: an earlier attempt was ended in between. `newest` of this installation."""

    again: bool
    done: bool
    received_at: datetime
    digest: str
    newest: bool


def begin(connection: Connection, host: str, time: datetime, received_at: datetime, digest: str) -> None:
    """Notes that the report is about to be written; committed at once."""
    connection.execute(_BEGIN, [host, time, received_at, digest])


def locked(connection: Connection, host: str, time: datetime) -> Noted:
    """What is known of a report that was noted. Until the transaction ends, no other session writes it."""
    row = connection.execute(_LOCKED, [host, time]).fetchone()
    attempts, done, received_at, digest, newest = row or (1, False, time, "", True)
    return Noted(int(attempts) > 1, bool(done), received_at, str(digest), bool(newest))


def finish(connection: Connection, host: str, time: datetime, digest: str) -> None:
    """Says that the report is written whole."""
    connection.execute(_DONE, [digest, host, time])


def insert(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds the rows; one that the table's key knows is kept or renewed. A row that lacks a column has its default."""
    by_columns: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        by_columns.setdefault(tuple(name for name in _COLUMNS[table] if name in row), []).append(row)
    for columns, alike in by_columns.items():
        with connection.cursor() as cursor:
            cursor.executemany(_insert(table, columns), alike)


def name_client(connection: Connection, cabinet: str, client: str, names: Mapping[str, Any]) -> None:
    """Puts legal_name and regnum, as far as they are known, into the registry's row of the client."""
    connection.execute(
        _NAMES,
        {
            "cabinet": cabinet,
            "client": client,
            "legal_name": names.get("legal_name"),
            "regnum": names.get("regnum"),
        },
    )


def _insert(table: str, columns: Iterable[str]) -> "sql.Composed":
    names = list(columns)
    return sql.SQL("INSERT INTO core.{} AS known ({}) VALUES ({}) ON CONFLICT {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(map(sql.Placeholder, names)),
        sql.SQL(_CONFLICTS.get(table, "DO NOTHING")),
    )
