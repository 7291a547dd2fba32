"""The real stores."""

from tests.stores.conftest import empty, ground, metrics_server, postgres

__all__ = ["empty", "ground", "metrics_server", "postgres"]
