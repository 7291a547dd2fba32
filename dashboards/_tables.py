"""Tables: columns in the words of the catalogue, queries and transformations made from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grafanalib.core import Panel, Table, TableSortByField

from dashboards._panels import Json, Steps, size, steps
from dashboards._queries import EVENTS, METRICS, instant, ref_id, rows

_CELLS: dict[str, Json] = {
    "auto": {"type": "auto"},
    "text": {"type": "color-text"},
    "background": {"type": "color-background", "mode": "basic"},
    "gradient": {"type": "color-background", "mode": "gradient"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Of numbers: `label` of the series, or the value of `expr`. Of rows: nothing, the SQL names its columns like `title`.
    `cell` says what the thresholds colour. No `unit` means text, left as it is.
    """

    title: str
    label: str = ""
    expr: str = ""
    unit: str = ""
    decimals: int | None = None
    cell: Literal["auto", "text", "background", "gradient"] = "auto"
    thresholds: Steps = ()
    width: int | None = None
    links: Sequence[Json] = ()


def table(
    key: str,
    title: str,
    description: str,
    *columns: Column,
    sql: str = "",
    labels: str = "",
    sort: str = "",
    order: str = "asc",
    footer: str = "",
    width: int = 24,
    height: int = 9,
) -> Panel:
    """A table in pages; `footer` is a calculation.

    Of numbers, rows that agree in the labels common to all queries become one; `labels` is a query that only brings
    labels. Of rows, `sql` is the query.
    """
    exprs = [labels] if labels else []
    exprs += [column.expr for column in columns if column.expr]
    return Table(
        id=key,
        title=title,
        description=description,
        dataSource=EVENTS if sql else METRICS,
        targets=[rows(sql)] if sql else [instant(expr) for expr in exprs],
        thresholds=steps([(None, "green")]),
        overrides=[override for column in columns if (override := _override(column))],
        transformations=[] if sql else _one_table(columns, exprs),
        sortBy=[TableSortByField(displayName=sort, desc=order == "desc")] if sort else [],
        maxDataPoints=None,
        gridPos=size(width, height),
        extraJson={
            "fieldConfig": {
                "defaults": {
                    "color": {"mode": "thresholds"},
                    "custom": {"cellOptions": _CELLS["auto"], "filterable": True, "inspect": False},
                    "unit": "string",
                }
            },
            "options": {"cellHeight": "sm", "footer": _footer(footer)},
        },
    )


def _footer(calc: str) -> Json:
    # Where Grafana 9.5 to 12.1 look; 12.2 and newer move it to their own places when they load the panel.
    return {
        "countRows": False,
        "enablePagination": True,
        "fields": "",
        "reducer": [calc or "sum"],
        "show": bool(calc),
    }


def _override(column: Column) -> Json | None:
    properties: dict[str, Any] = {
        "unit": column.unit or None,
        "decimals": column.decimals,
        "custom.width": column.width,
        "custom.cellOptions": _CELLS[column.cell] if column.cell != "auto" else None,
        "thresholds": {"mode": "absolute", "steps": steps(column.thresholds)} if column.thresholds else None,
        "links": list(column.links) or None,
    }
    given = [{"id": name, "value": value} for name, value in properties.items() if value is not None]
    return {"matcher": {"id": "byName", "options": column.title}, "properties": given} if given else None


def _one_table(columns: Sequence[Column], exprs: Sequence[str]) -> list[Json]:
    """Keeps the fields shown, merges the answers on the labels they share, gives order and titles."""
    fields = [column.label or _value_field(exprs.index(column.expr), len(exprs)) for column in columns]
    merge: list[Json] = [{"id": "merge", "options": {}}] if len(exprs) > 1 else []
    return [
        {"id": "filterFieldsByName", "options": {"include": {"names": fields}}},
        *merge,
        {
            "id": "organize",
            "options": {
                "excludeByName": {},
                "includeByName": {},
                "indexByName": {field: index for index, field in enumerate(fields)},
                "renameByName": {f: c.title for f, c in zip(fields, columns, strict=True) if f != c.title},
            },
        },
    ]


def _value_field(index: int, queries: int) -> str:
    # Grafana's name for it (result_transformer.ts of 9.5 and 12.4): the query is named only where there are several.
    return f"Value #{ref_id(index)}" if queries > 1 else "Value"
