"""Real servers for the tests of the stores, one set a worker; a database and a user file of its own for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from provision.credential import RootSecret
from provision.stores import local
from provision.stores.cluster import Cluster, Connection, connect
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.schema import migrate
from tests.stores.world import fence_rows, plant_rows


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
    """The server as initdb leaves it, with an empty administration database."""
    wipe(postgres)
    return postgres


def wipe(server: EventsServer) -> None:
    """Leaves it as initdb does, with an empty administration database."""
    with connect(server.conninfo("postgres")) as connection:
        made = connection.execute("SELECT datname FROM pg_database WHERE oid >= 16384").fetchall()
        for (database,) in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(server.database)))
        connection.execute(
            "GRANT CONNECT, TEMP ON DATABASE postgres TO PUBLIC; GRANT CONNECT ON DATABASE template1 TO PUBLIC"
        )
        for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384").fetchall():
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def cluster(empty: EventsServer) -> Cluster:
    """The server as its superuser administers it."""
    return Cluster(empty.conninfo())


@pytest.fixture
def fenced(cluster: Cluster, root: RootSecret) -> Cluster:
    """The same with the databases and roles of volga and ural, and rows in them."""
    fence_rows(cluster, root)
    plant_rows(cluster, root)
    return cluster


@pytest.fixture
def volga(fenced: Cluster, root: RootSecret) -> Iterator[Connection]:
    """The administrator's connection to volga's database."""
    with fenced.connect(root.database_name("volga")) as connection:
        yield connection


@pytest.fixture
def admin(empty: EventsServer) -> Iterator[Connection]:
    """A superuser's connection to a database with the tables, that of no cabinet."""
    with connect(empty.conninfo()) as connection:
        migrate(connection)
        yield connection


@pytest.fixture(scope="session")
def root() -> RootSecret:
    """A root secret."""
    return RootSecret("a root secret of more than 32 characters")
