"""One PostgreSQL server that we administer: connections to its databases, several at once, and what we may do there.

The administrator is a superuser, or a role with CREATEDB and CREATEROLE (managed servers give no more). PostgreSQL 15
or newer is needed: NULLS NOT DISTINCT, has_parameter_privilege().
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from provision.errors import SomeFailedError, StoreError
from provision.stores.driver import psycopg
from provision.stores.postgres_errors import postgres_reason
from provision.text import Text

if TYPE_CHECKING:
    Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
else:
    Connection = Any  # psycopg is loaded late, see driver
ADMINISTRATOR = "SMART_EVENTS_ADMIN"  # the variable with the default server's connection string
# Settings that only a superuser, or a role with SET on the parameter, may give to another role.
GUARDED_SETTINGS = ("log_min_error_statement", "log_min_messages", "temp_file_limit")
_LOCK_TIMEOUT = "5s"  # a table in use for longer must not make every dashboard wait behind us
_AT_ONCE = 8  # connections side by side: a server has about 100
_SESSION = """
SELECT set_config('search_path', 'pg_catalog', false), set_config('lock_timeout', %s, false),
       set_config('client_min_messages', 'warning', false), set_config('DateStyle', 'ISO', false)
"""
_RIGHTS = """
SELECT current_setting('is_superuser') = 'on', r.rolcreatedb AND r.rolcreaterole,
       ARRAY(SELECT name FROM unnest(%s::text[]) name WHERE has_parameter_privilege(name, 'SET'))
FROM pg_roles r WHERE r.rolname = CURRENT_USER
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rights:
    """What the administrator may do. `settings` are those of GUARDED_SETTINGS that it may give to roles."""

    superuser: bool
    settings: frozenset[str]


class Cluster:
    """A server known by its administrator's connection string; `variable` names where that string comes from.

    The database of the string is the administration database. Methods raise StoreError.
    """

    def __init__(self, conninfo: str, variable: str = ADMINISTRATOR) -> None:
        self._conninfo = conninfo
        self.variable = variable

    def __repr__(self) -> str:
        return f"Cluster({self.variable})"

    @contextmanager
    def connect(self, database: str = "") -> Iterator[Connection]:
        """The administrator's connection, to the administration database if none is named."""
        with connect(self.conninfo(database)) as connection:
            yield connection

    def conninfo(self, database: str = "", **other: str) -> str:
        """The connection string of one of its databases, with other parameters replaced. Raises StoreError."""
        try:
            return psycopg.conninfo.make_conninfo(self._conninfo, **({"dbname": database} if database else {}), **other)
        except psycopg.Error:
            raise StoreError(
                Text(
                    f"{self.variable}: это не строка подключения PostgreSQL",
                    f"{self.variable} is not a connection string of PostgreSQL",
                ),
                Text(
                    "Нужна такая: host=… dbname=… user=… password=…", "Write it as: host=… dbname=… user=… password=…"
                ),
            ) from None

    @cached_property
    def rights(self) -> Rights:
        """What our login may do there, read once. Raises StoreError when that does not suffice."""
        with self.connect() as connection:
            row = connection.execute(_RIGHTS, [list(GUARDED_SETTINGS)]).fetchone()
        superuser, creates, settings = row or (False, False, [])
        if not superuser and not creates:
            raise StoreError(
                Text(
                    "администратору PostgreSQL не хватает прав: нужны CREATEDB и CREATEROLE",
                    "PostgreSQL's administrator needs CREATEDB and CREATEROLE",
                ),
                Text(
                    "ALTER ROLE … CREATEDB CREATEROLE, или подключайтесь суперпользователем.",
                    "ALTER ROLE … CREATEDB CREATEROLE, or connect as a superuser.",
                ),
            )
        return Rights(bool(superuser), frozenset(settings))

    def each(self, databases: Iterable[str], work: Callable[[str, Connection], T]) -> dict[str, T]:
        """What `work` gives for each database, several connections side by side.

        Raises SomeFailedError, by database, after all are tried.
        """

        def one(database: str) -> T:
            with self.connect(database) as connection:
                return work(database, connection)

        return side_by_side(databases, one)


def side_by_side(names: Iterable[str], work: Callable[[str], T]) -> dict[str, T]:
    """What `work` gives for each name, several threads at once.

    Raises SomeFailedError, by name, after all are tried.
    """
    names = list(names)
    with ThreadPoolExecutor(min(_AT_ONCE, len(names) or 1)) as pool:
        futures = {name: pool.submit(work, name) for name in names}
    failed = {name: error for name, future in futures.items() if isinstance(error := future.exception(), StoreError)}
    if failed:
        raise SomeFailedError(failed)
    return {name: future.result() for name, future in futures.items()}


@contextmanager
def connect(conninfo: str) -> Iterator[Connection]:
    """A connection in autocommit; PostgreSQL's own errors come out as StoreError.

    `conninfo` is libpq's (`host=… dbname=…` or a URL); what it lacks is taken from PGHOST, PGPASSWORD and so on. The
    search path is empty but for pg_catalog, so that nothing planted in a schema runs with the administrator's rights.
    """
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=10) as connection:
            if connection.info.server_version < 150000:
                raise _too_old(connection.info.server_version // 10000)
            connection.execute(_SESSION, [_LOCK_TIMEOUT])
            yield connection
    except psycopg.Error as error:
        raise explain(error) from None


def explain(error: "psycopg.Error") -> StoreError:
    """PostgreSQL's error as one of ours, with what to do about it."""
    why, hint = postgres_reason(error), None
    if isinstance(error, psycopg.errors.LockNotAvailable):
        hint = Text(
            "Таблица слишком долго занята другим сеансом. Повторите позже.",
            "A table was in use by another session for too long. Repeat it later.",
        )
    elif isinstance(error, psycopg.errors.UndefinedTable):
        hint = Text(
            "Таблицы кабинета старые: выполните provision apply.", "The cabinet's tables are old: run provision apply."
        )
    elif isinstance(error, psycopg.errors.InsufficientPrivilege):
        hint = Text(
            "Администратору не хватает прав; что для чего нужно, сказано в docs/stores.ru.md.",
            "The administrator lacks a right; docs/stores.md says which is needed for what.",
        )
    elif isinstance(error, psycopg.OperationalError):
        hint = Text(
            "Проверьте адрес, базу, пользователя и пароль администратора хранилища.",
            "Check the address, the database, the user and the password of the store's administrator.",
        )
    return StoreError(Text(f"PostgreSQL: {why.ru}", f"PostgreSQL: {why.en}"), hint)


def _too_old(version: int) -> StoreError:
    return StoreError(
        Text(f"PostgreSQL {version} слишком старый", f"PostgreSQL {version} is too old"),
        Text("Нужен PostgreSQL 15 или новее.", "PostgreSQL 15 or newer is needed."),
    )
