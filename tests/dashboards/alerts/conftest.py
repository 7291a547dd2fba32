"""One store of numbers for all cases: each is a cabinet of its own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from provision.stores.cluster import Connection
from provision.stores.local import victoria_metrics
from tests.dashboards.alerts.grafana import Stores
from tests.dashboards.conftest import NOW
from tests.dashboards.numbers import Numbers

_NUMBER = count()


@pytest.fixture(scope="session")
def shared_numbers(folder: Path) -> Iterator[Numbers]:
    """A store of numbers for many cabinets."""
    with victoria_metrics(folder / "alerts") as server:
        yield Numbers(server, NOW)


@pytest.fixture
def history(shared_numbers: Numbers, rows: Connection) -> Stores:
    """Stores that are empty for this test."""
    return Stores(shared_numbers, rows, f"case-{next(_NUMBER)}")
