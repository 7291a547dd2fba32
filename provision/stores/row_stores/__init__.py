"""Stores of rows. A store of another kind is a module here with its class, and its line in the table.

`stores.events.kind` in tenants.yaml chooses the class. Its databases and logins are kinds in `provision/kinds/below/`.
"""

from collections.abc import Mapping

from provision.stores.row_stores.base import RowStore
from provision.stores.row_stores.postgresql import PostgreSQL

ROW_STORES: Mapping[str, type[RowStore]] = {store.kind: store for store in (PostgreSQL,)}

__all__ = ["ROW_STORES", "RowStore"]
