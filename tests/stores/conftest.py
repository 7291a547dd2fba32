"""Real servers for the tests of the stores, one set a worker; a database and a user file of its own for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from provision.credential import RootSecret
from provision.stores import local
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.schema import Connection, connect, migrate


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder that the user PostgreSQL runs as can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="smart-stores-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def metrics_server(ground: Path) -> Iterator[MetricsServer]:
    """A running VictoriaMetrics, shared: each test has cabinets of its own."""
    with local.victoria_metrics(ground / "metrics") as server:
        yield server


@pytest.fixture(scope="session")
def postgres(ground: Path) -> Iterator[EventsServer]:
    """A running PostgreSQL; tests ask for `events`."""
    with local.postgresql(ground / "events") as server:
        yield server


@pytest.fixture
def empty(postgres: EventsServer) -> EventsServer:
    """The server with a database as CREATE DATABASE leaves it, and none of our roles."""
    wipe(postgres)
    return postgres


def wipe(server: EventsServer) -> None:
    """Makes its database anew and removes every role of ours."""
    with connect(server.conninfo("postgres")) as connection:
        name = sql.Identifier(server.database)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        ours = "SELECT rolname FROM pg_roles WHERE oid >= 16384"
        for (role,) in connection.execute(ours).fetchall():
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(str(role))))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(str(role))))


@pytest.fixture
def events(empty: EventsServer) -> EventsServer:
    """The server with the schema `core` and no fence."""
    with connect(empty.conninfo()) as connection:
        migrate(connection)
    return empty


@pytest.fixture
def admin(events: EventsServer) -> Iterator[Connection]:
    """A superuser's connection to the migrated database."""
    with connect(events.conninfo()) as connection:
        yield connection


@pytest.fixture
def root() -> RootSecret:
    """A root secret."""
    return RootSecret("a root secret of more than 32 characters")
