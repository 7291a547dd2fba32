"""What the dashboards of searches share: the words for states and kinds, and what a reader may choose."""

from collections.abc import Mapping

from grafanalib.core import Template

from dashboards._panels import Json, named
from dashboards._queries import all_of, chosen
from dashboards._variables import variable_of_rows, variable_of_words

KINDS_SHORT = named({"i": ("Инт", ""), "a": ("Атр", "")})
KINDS = named({"i": ("Интеллектуальный поиск", ""), "a": ("Атрибутный поиск", "")})

_NEWEST = 20_000  # searches that are looked through for the values of a choice: bounds its cost


def states(success: str, empty: str, error: str) -> list[Json]:
    """The words for how a search ended, in these colours."""
    return named({"success": ("успех", success), "empty": ("пустой", empty), "error": ("ошибка", error)})


def source(scope: str) -> Template:
    """Where the search was typed: ksrv (the software itself), kAssist."""
    return variable_of_rows("source", "Источник запросов", _values_of("source", scope))


def catalog(scope: str = "") -> Template:
    """The catalogue searched; of both scopes without one."""
    return variable_of_rows("catalog", "Каталог", _values_of("catalog", scope))


def status(title: str = "Статус поиска", success: str = "Успех") -> Template:
    """How the search ended."""
    return variable_of_words("status", title, {"success": success, "empty": "Пустой", "error": "Ошибка"})


def kind() -> Template:
    """Intellectual or by attributes."""
    return variable_of_words("searchtype", "ТипПоиска", {"i": "Интеллектуальный", "a": "Атрибутный"})


def narrowed(columns: Mapping[str, str], *conditions: str) -> str:
    """The condition of those searches for which `conditions` hold and that are chosen: variable -> column."""
    return all_of(*conditions, *(chosen(column, variable) for variable, column in columns.items()))


def _values_of(column: str, scope: str) -> str:
    """The values of a column in the newest searches of the time range."""
    within = f"""\n    AND {all_of(f"scope = '{scope}'")}""" if scope else ""
    return f"""
SELECT DISTINCT newest.{column}
FROM (
  SELECT {column}
  FROM core.search_queries
  WHERE $__timeFilter(ts){within}
  ORDER BY ts DESC
  LIMIT {_NEWEST}
) AS newest
WHERE newest.{column} <> ''
""".strip()
