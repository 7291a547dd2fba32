"""Scopes, empty stores to put a few samples into, and stores full of made-up history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg import sql

from dashboards import Scope
from provision.stores.cluster import Connection, connect
from provision.stores.contract import TABLES
from provision.stores.local import postgresql, victoria_metrics
from provision.stores.sample_data import SampleCabinet, fill
from provision.stores.schema import migrate
from tests.dashboards.boards import EVERYTHING
from tests.dashboards.numbers import Numbers
from tests.samples import access, installation

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)  # a Friday, one in the afternoon in Samara
CABINET = SampleCabinet(
    id="probe",
    timezone="Europe/Samara",
    installations=(
        installation("203.0.113.5:80", "petrova"),
        installation("100200.te-cloud.example:443", "petrova", -1),
        installation("romashka", "sidorov"),
        installation("dc1.example:8080", "o'neil", 2),
    ),
    accesses=tuple(
        access(
            f"Фирма {number // 2}",
            f"login-{number}",
            "online.example.ru",
            "petrova" if number < 6 else "sidorov" if number < 9 else "o'neil",
        )
        for number in range(10)
    ),
)


@dataclass(frozen=True, slots=True)
class Stores:
    """Both stores, and a session of PostgreSQL that may read what a cabinet may."""

    numbers: Numbers
    rows: Connection


@pytest.fixture(scope="session")
def scope() -> Scope:
    """A cabinet that gets everything."""
    return EVERYTHING


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the user postgres can reach also when the tests run as root."""
    with TemporaryDirectory(dir="/var/tmp", prefix="smart-tests-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Numbers]:
    """An empty store of numbers."""
    with victoria_metrics(tmp_path / "metrics") as server:
        yield Numbers(server, NOW)


@pytest.fixture(scope="session")
def empty_rows(folder: Path) -> Iterator[Connection]:
    """The tables without rows; each test works in a transaction that it gives up."""
    with postgresql(folder / "empty") as server, connect(server.conninfo()) as connection:
        migrate(connection)
        yield connection


@pytest.fixture
def rows(empty_rows: Connection) -> Iterator[Connection]:
    """Tables that are empty for this test."""
    with empty_rows.transaction(force_rollback=True):
        yield empty_rows


@pytest.fixture(scope="session")
def stores(folder: Path) -> Iterator[Stores]:
    """Five weeks of made-up history of one cabinet."""
    with (
        victoria_metrics(folder / "metrics") as metrics,
        postgresql(folder / "full") as events,
        connect(events.conninfo()) as connection,
    ):
        migrate(connection)
        fill([CABINET], metrics=metrics, events=connection, now=NOW, days=35)
        _become_a_reader(connection)
        yield Stores(Numbers(metrics, NOW), connection)


def _become_a_reader(connection: Connection) -> None:
    """From here on the session may read the columns that a cabinet may, and nothing else."""
    connection.execute("CREATE ROLE probe NOLOGIN BYPASSRLS")
    connection.execute("GRANT USAGE ON SCHEMA core TO probe")
    for table in TABLES:
        columns = sql.SQL(", ").join(map(sql.Identifier, table.readable))
        name = sql.Identifier("core", table.name)
        connection.execute(sql.SQL("GRANT SELECT ({}) ON {} TO probe").format(columns, name))
    connection.execute("SET ROLE probe")
