"""PostgreSQL's schema `core`: migrations in the order of their numbers, and the end of retention.

A migration is a file `migrations/NNNN_words.sql`; a release never changes one that is out, it adds the next. Needs
PostgreSQL 15 or newer (NULLS NOT DISTINCT). The tables belong to the role reports_owner, which nobody logs in as.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from typing import NamedTuple

import psycopg
from psycopg import sql

from provision.errors import StoreError
from provision.stores.contract import RETENTION_MONTHS, TABLES
from provision.text import Text

Connection = psycopg.Connection[tuple[object, ...]]
OWNER = "reports_owner"
WRITER = "reports_writer"
READER = "cabinet_reader"
_LOCK = 0x534D415254  # an arbitrary key for pg_advisory_lock: two runs at once wait for each other
_LOCK_TIMEOUT = "5s"  # a table in use for longer must not make every dashboard wait behind us


class Migration(NamedTuple):
    """One step of the schema."""

    number: int
    name: str
    sql: str


@contextmanager
def connect(conninfo: str) -> Iterator[Connection]:
    """A superuser's connection in autocommit; PostgreSQL's own errors come out as StoreError.

    `conninfo` is libpq's (`host=… dbname=…` or a URL); what it lacks is taken from PGHOST, PGPASSWORD and so on. The
    search path is empty but for pg_catalog, so that nothing planted in a schema runs with a superuser's rights.
    """
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=10) as connection:
            connection.execute("SELECT set_config('search_path', 'pg_catalog', false)")
            connection.execute("SELECT set_config('lock_timeout', %s, false)", [_LOCK_TIMEOUT])
            connection.execute("SET client_min_messages = warning")
            _demand(connection)
            yield connection
    except psycopg.Error as error:
        raise _explain(error) from None


def _explain(error: psycopg.Error) -> StoreError:
    said = (error.diag.message_primary or str(error)).strip().splitlines()
    reason = said[0] if said else type(error).__name__
    hint = None
    if isinstance(error, psycopg.errors.LockNotAvailable):
        hint = Text(
            "Таблица слишком долго занята другим сеансом. Повторите позже.",
            "A table was in use by another session for too long. Repeat it later.",
        )
    elif isinstance(error, psycopg.OperationalError):
        hint = Text(
            "Проверьте адрес, базу, пользователя и пароль администратора хранилища.",
            "Check the address, the database, the user and the password of the store's administrator.",
        )
    return StoreError(Text(f"PostgreSQL: {reason}", f"PostgreSQL: {reason}"), hint)


def _demand(connection: Connection) -> None:
    """Raises StoreError unless the server is new enough and we are its superuser."""
    if connection.info.server_version < 150000:
        version = connection.info.server_version // 10000
        raise StoreError(
            Text(f"PostgreSQL {version} слишком старый", f"PostgreSQL {version} is too old"),
            Text("Нужен PostgreSQL 15 или новее.", "PostgreSQL 15 or newer is needed."),
        )
    if connection.info.parameter_status("is_superuser") != "on":
        raise StoreError(
            Text("нужны права суперпользователя PostgreSQL", "the rights of a PostgreSQL superuser are needed"),
            Text(
                "Только он видит и выправляет роли и пароли кабинетов.",
                "Nobody else sees and mends the roles and passwords of cabinets.",
            ),
        )


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


def pending(connection: Connection) -> tuple[Migration, ...]:
    """The steps that this database still lacks; nothing is written."""
    there = connection.execute("SELECT to_regclass('core.schema_version') IS NOT NULL").fetchone() == (True,)
    done = {row[0] for row in connection.execute("SELECT number FROM core.schema_version")} if there else set()
    return tuple(step for step in migrations() if step.number not in done)


def migrate(connection: Connection) -> tuple[Migration, ...]:
    """Does the pending steps, each in a transaction of its own, and returns them. Without one, nothing is written."""
    if not pending(connection):
        return ()
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        _lay_ground(connection)
        steps = pending(connection)
        for step in steps:
            with connection.transaction():
                connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
                connection.execute(step.sql.encode())
                connection.execute(
                    "INSERT INTO core.schema_version (number, name) VALUES (%s, %s)", [step.number, step.name]
                )
        return steps
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _lay_ground(connection: Connection) -> None:
    """Makes the group roles, the schema and the table of versions where they are missing."""
    with connection.transaction():
        for role in (OWNER, WRITER, READER):
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS core AUTHORIZATION {}").format(sql.Identifier(OWNER)))
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS core.schema_version ("
            "number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )


def expire(connection: Connection, now: datetime) -> dict[str, int]:
    """Deletes what is older than the retention at `now`; rows deleted by table.

    An alert that still lasts is kept. Deletion rather than partitions: one pass a day over an index-less time column is
    cheap at this size, and partitions would need attention every month.
    """
    deleted = {}
    for table in TABLES:
        if not table.time:
            continue
        lasting = sql.SQL(" AND ended_at IS NOT NULL") if table.name == "alert_events" else sql.SQL("")
        query = sql.SQL("DELETE FROM core.{} WHERE {} < %s - make_interval(months => %s)").format(
            sql.Identifier(table.name), sql.Identifier(table.time)
        )
        deleted[table.name] = connection.execute(query + lasting, [now, RETENTION_MONTHS]).rowcount
    return deleted
