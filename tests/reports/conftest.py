"""The real stores, and an estate whose lists have two installations in two zones."""

from pathlib import Path

import pytest

from provision.stores.local import EventsServer, MetricsServer
from tests.reports.estate import Estate, applied
from tests.stores.conftest import empty, ground, metrics_server, postgres

__all__ = ["empty", "ground", "metrics_server", "postgres"]


@pytest.fixture
def estate(tmp_path: Path, metrics_server: MetricsServer, empty: EventsServer) -> Estate:
    """An estate with its databases, ready for imports."""
    return applied(tmp_path, metrics_server, empty)
