"""psycopg, loaded when something of it is used: most commands ask no PostgreSQL, and it takes 0.09 s and 12 MB.

So an annotation that names something of it is a string.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any


class _Late(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


if TYPE_CHECKING:
    import psycopg
    from psycopg import sql
else:
    psycopg, sql = _Late("psycopg"), _Late("psycopg.sql")

__all__ = ["psycopg", "sql"]
