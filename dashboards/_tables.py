"""Tables: columns in the words of the catalogue, queries and transformations made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grafanalib.core import GridPos, Panel, SqlTarget, Table, TableSortByField, Target

from dashboards._panels import Json, Steps, size, steps
from dashboards._queries import EVENTS, METRICS, instant, ref_id, rows

_CELLS: dict[str, Json] = {
    "auto": {"type": "auto"},
    "text": {"type": "color-text"},
    "background": {"type": "color-background", "mode": "basic"},
    "gradient": {"type": "color-background", "mode": "gradient"},
}

# Where Grafana 9.5 to 12.1 look; 12.2 and newer move it to their own places when they load the panel.
_NO_FOOTER: Json = {"countRows": False, "enablePagination": False, "fields": "", "reducer": ["sum"], "show": False}

MIN_WIDTH = 70  # pixels of a column without a width; Grafana (12.4) gives 150, and many columns leave the screen
_ROW = "row"
_DASH = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Of numbers: `label` of the series, or the value of `expr`. Of rows: nothing, the SQL names its columns like `title`.
    `cell` says what the thresholds, and the colours of `mappings`, colour. No `unit` means text, left as it is.
    Without `filterable` its head has no button, whose place (20 pixels) a narrow column needs for the title.
    """

    title: str
    label: str = ""
    expr: str = ""
    unit: str = ""
    decimals: int | None = None
    cell: Literal["auto", "text", "background", "gradient"] = "auto"
    thresholds: Steps = ()
    mappings: Sequence[Json] = ()
    width: int | None = None
    filterable: bool = True
    links: Sequence[Json] = ()


def table(
    key: str,
    title: str,
    description: str,
    *columns: Column,
    sql: str = "",
    labels: str = "",
    row: Sequence[str] = (),
    sort: str = "",
    order: str = "asc",
    footer: str = "",
    no_value: str = "",
    filterable: bool = True,
    width: int = 24,
    height: int = 9,
) -> Panel:
    """A table in pages; `footer` is a calculation, `no_value` is what an empty table says. Of rows, `sql` is the query.

    Of numbers in several columns, `row` are the labels that tell its rows apart, each column has one value for each of
    them, and `labels` is a query of which only the labels are shown.
    """
    if sql:
        targets, transformations = [rows(sql)], []
    else:
        exprs = _exprs(columns, labels, row)
        targets, transformations = [instant(expr) for expr in exprs], _one_table(columns, row, len(exprs))
    return drawn(
        key,
        title,
        description,
        columns,
        targets,
        transformations,
        source=EVENTS if sql else METRICS,
        sort=[TableSortByField(displayName=sort, desc=order == "desc")] if sort else [],
        footer=_footer(footer),
        place=size(width, height),
        no_value=no_value,
        filterable=filterable,
    )


def drawn(
    key: str,
    title: str,
    description: str,
    columns: Sequence[Column],
    targets: Sequence[Target | SqlTarget],
    transformations: Sequence[Json],
    *,
    source: Mapping[str, str],
    sort: Sequence[TableSortByField] = (),
    footer: Json | None = None,
    place: GridPos,
    no_value: str = "",
    filterable: bool = True,
) -> Panel:
    """The table panel of those queries and transformations.

    `no_value` is shown in place of a table without rows; in a cell without a value a dash is shown then.
    """
    defaults: Json = {
        "color": {"mode": "thresholds"},
        "custom": {
            "cellOptions": _CELLS["auto"],
            "filterable": filterable,
            "inspect": False,
            "minWidth": MIN_WIDTH,
            "wrapHeaderText": True,  # Grafana 12.1 and newer; older ones cut a long title, as they do without it
        },
        "unit": "string",
    }
    return Table(
        id=key,
        title=title,
        description=description,
        dataSource=dict(source),
        targets=list(targets),
        thresholds=steps([(None, "green")]),
        overrides=[override for column in columns if (override := _override(column, no_value))],
        transformations=list(transformations),
        sortBy=list(sort),
        maxDataPoints=None,
        gridPos=place,
        extraJson={
            "fieldConfig": {"defaults": {**defaults, **({"noValue": no_value} if no_value else {})}},
            "options": {"cellHeight": "sm", "footer": footer or _NO_FOOTER},
        },
    )


def _footer(calc: str) -> Json:
    return {**_NO_FOOTER, "enablePagination": True, "reducer": [calc or "sum"], "show": bool(calc)}


def _override(column: Column, no_value: str) -> Json | None:
    properties: dict[str, Any] = {
        "unit": column.unit or None,
        "decimals": column.decimals,
        "custom.width": column.width,
        "custom.filterable": None if column.filterable else False,
        "custom.cellOptions": _CELLS[column.cell] if column.cell != "auto" else None,
        "thresholds": {"mode": "absolute", "steps": steps(column.thresholds)} if column.thresholds else None,
        "mappings": list(column.mappings) or None,
        "links": list(column.links) or None,
        "noValue": _DASH if no_value not in ("", _DASH) else None,
    }
    given = [{"id": name, "value": value} for name, value in properties.items() if value is not None]
    return {"matcher": {"id": "byName", "options": column.title}, "properties": given} if given else None


def _exprs(columns: Sequence[Column], labels: str, row: Sequence[str]) -> list[str]:
    """The queries: `labels` if there is one, then a column each. What tells rows apart is made one label to join by."""
    exprs = [column.expr for column in columns if column.expr]
    if len(row) < 2:
        return [labels, *exprs] if labels else exprs
    quoted = ", ".join(f'"{label}"' for label in row)
    keyed, *others = (f'label_join({expr}, "{_ROW}", "|", {quoted})' for expr in (labels, *exprs))
    return [keyed, *(f"max by ({_ROW}) ({expr})" for expr in others)]


def _one_table(columns: Sequence[Column], row: Sequence[str], queries: int) -> list[Json]:
    """Keeps the fields shown, joins the answers of several queries into one table, gives order and titles.

    Not `merge`: a query without any answer leaves it no label in common, and the table falls apart (12.4).
    """
    names = iter(f"Value #{ref_id(index)}" for index in range(1, queries))
    fields = [column.label or (next(names) if row else "Value") for column in columns]
    by = _ROW if len(row) > 1 else next(iter(row), "")
    hidden = [by] if by and by not in fields else []
    join: list[Json] = [{"id": "joinByField", "options": {"byField": by, "mode": "outer"}}] if row else []
    return [kept([*hidden, *fields]), *join, organized(fields, columns, hidden)]


def kept(fields: Sequence[str]) -> Json:
    """The transformation that drops all other fields."""
    return {"id": "filterFieldsByName", "options": {"include": {"names": list(fields)}}}


def organized(fields: Sequence[str], columns: Sequence[Column], hidden: Sequence[str] = ()) -> Json:
    """The transformation that puts the fields in order under the titles of their columns."""
    return {
        "id": "organize",
        "options": {
            "excludeByName": dict.fromkeys(hidden, True),
            "includeByName": {},
            "indexByName": {field: index for index, field in enumerate(fields)},
            "renameByName": {f: c.title for f, c in zip(fields, columns, strict=True) if f != c.title},
        },
    }
