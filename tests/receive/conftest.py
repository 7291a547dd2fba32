"""A receiver for the tests of a file, with an estate that was applied once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.sandbox import Sandbox
from provision.stores import local
from provision.stores.local import EventsServer, MetricsServer
from tests.receive.stage import Receiver, environment, receiving, write_estate
from tests.stores.conftest import ground, metrics_server
from tests.world import World

__all__ = ["ground", "metrics_server"]


@pytest.fixture(scope="session")
def events_server(ground: Path) -> Iterator[EventsServer]:
    """A PostgreSQL of these tests: those of the stores empty theirs."""
    with local.postgresql(ground / "receive") as running:
        yield running


@pytest.fixture(scope="module")
def applied(
    tmp_path_factory: pytest.TempPathFactory, metrics_server: MetricsServer, events_server: EventsServer
) -> Iterator[World]:
    """An estate whose databases are there."""
    folder = tmp_path_factory.mktemp("receive")
    grafana = Sandbox(port=0, data=folder / "sandbox")
    grafana.start()
    (folder / "estate").mkdir()
    world = World(grafana.url, "admin", "admin", folder=folder / "estate", api="auto")
    write_estate(world)
    world.env = environment(world, metrics_server, events_server)
    world.apply()
    yield world
    grafana.close()


@pytest.fixture(scope="module")
def receiver(
    applied: World, tmp_path_factory: pytest.TempPathFactory, metrics_server: MetricsServer, events_server: EventsServer
) -> Iterator[Receiver]:
    """A running receiver."""
    with receiving(applied, tmp_path_factory.mktemp("receiver"), metrics_server, events_server) as running:
        yield running
