"""The real stores, as the tests of the stores have them."""

from tests.stores.conftest import ground, metrics_server, postgres

__all__ = ["ground", "metrics_server", "postgres"]
