"""PostgreSQL's schema `core` of one cabinet's database: migrations in the order of their numbers, and retention.

A migration is a file `migrations/NNNN_words.sql`; a release never changes one that is out, it adds the next. The tables
belong to the role reports_owner, which cannot log in. The number of the last migration is in the comment of the
database (`smart: 1`), written in the transaction of that migration: one question reads it for all databases.
"""

import re
from datetime import datetime
from functools import cache
from importlib import resources
from typing import NamedTuple

from provision.errors import StoreError
from provision.stores.cluster import Connection
from provision.stores.contract import INTERNAL_TABLES, RETENTION_MONTHS, TABLES
from provision.stores.driver import sql
from provision.text import Text

OWNER = "reports_owner"
WRITER = "reports_writer"
READER = "cabinet_reader"
_VERSION = re.compile(r"smart: (\d+)")
_COMMENT = (
    "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = current_database()"
)


class Migration(NamedTuple):
    """One step of the schema."""

    number: int
    name: str
    sql: str


@cache
def migrations() -> tuple[Migration, ...]:
    """All steps, by number."""
    folder = resources.files("provision.stores") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    found = [(re.fullmatch(r"(\d{4})_\w+\.sql", name), name) for name in names]
    return tuple(
        Migration(int(match[1]), name.removesuffix(".sql"), (folder / name).read_text(encoding="utf-8"))
        for match, name in found
        if match
    )


def newest() -> int:
    """The number of the last migration."""
    return migrations()[-1].number


def version_of(comment: str) -> int:
    """The number of the last migration done, by the comment of the database; 0 before the first."""
    match = _VERSION.fullmatch(comment)
    return int(match[1]) if match else 0


def pending(connection: Connection) -> tuple[Migration, ...]:
    """The steps that this database still lacks; nothing is written."""
    row = connection.execute(_COMMENT).fetchone()
    done = version_of(str(row[0])) if row else 0
    return tuple(step for step in migrations() if step.number > done)


def migrate(connection: Connection) -> tuple[Migration, ...]:
    """Does the pending steps, each in a transaction of its own, and returns them. Without one, nothing is written.

    Raises StoreError when there are tables, but no number of a migration.
    """
    steps = pending(connection)
    if not steps:
        return ()
    there = connection.execute("SELECT to_regnamespace('core') IS NOT NULL").fetchone() == (True,)
    if there and steps == migrations():
        raise _unnumbered(connection.info.dbname)
    owner, database = sql.Identifier(OWNER), sql.Identifier(connection.info.dbname)
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(owner))
    for step in steps:
        parts = [sql.SQL("SET LOCAL ROLE {}").format(owner), sql.SQL(step.sql)]
        if step is migrations()[0]:
            parts.insert(0, sql.SQL("CREATE SCHEMA core AUTHORIZATION {}").format(owner))
        comment = sql.SQL("RESET ROLE; COMMENT ON DATABASE {} IS {}")
        parts.append(comment.format(database, sql.Literal(f"smart: {step.number}")))
        connection.execute(sql.SQL(";\n").join(parts))
    return steps


def expire(connection: Connection, now: datetime) -> dict[str, int]:
    """Deletes what is older than the retention at `now`; rows deleted by table.

    An alert that still lasts is kept. Deletion rather than partitions: one pass a day over an index-less time column is
    cheap at this size, and partitions would need attention every month.
    """
    deleted = {}
    for name, time in {**{table.name: table.time for table in TABLES}, **INTERNAL_TABLES}.items():
        if not time:
            continue
        lasting = sql.SQL(" AND ended_at IS NOT NULL") if name == "alert_events" else sql.SQL("")
        query = sql.SQL("DELETE FROM core.{} WHERE {} < %s - make_interval(months => %s)").format(
            sql.Identifier(name), sql.Identifier(time)
        )
        deleted[name] = connection.execute(query + lasting, [now, RETENTION_MONTHS]).rowcount
    return deleted


def _unnumbered(database: str) -> StoreError:
    return StoreError(
        Text(
            f"в базе {database} есть схема core, но не сказано, какой версии",
            f"the database {database} has the schema core, but no version of it",
        ),
        Text(
            f"Верните комментарий: COMMENT ON DATABASE {database} IS 'smart: {newest()}'",
            f"Bring its comment back: COMMENT ON DATABASE {database} IS 'smart: {newest()}'",
        ),
    )
