"""Sheets for renewal talks: one table, a row for each month or quarter of a calendar year, a column for each figure.

Each column is one query of all rows, so a sheet needs a dozen queries. A period without data keeps its row, a figure
without data its column: one query gives all rows, and each column's query has one row more, which is not shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import attr
from grafanalib.core import Panel, SqlTarget, Target

from dashboards._panels import Json, named, size, stat, text
from dashboards._periods import YEAR_END, Period
from dashboards._queries import EVENTS, METRICS, MIXED, instant, ref_id, rows
from dashboards._tables import Column, drawn, kept, organized

PERIOD = "period"  # the label, or column of the SQL, that has the key of a row
_NO_PERIOD = "99"
_POINTS = 10_000  # Grafana 9.5 moves the time of a query back to a multiple of its step: so it is an hour, not days
_LINES = {12: 15, 4: 7}  # of the panel with so many rows; the titles of columns may take two


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One column: its title in the head, the whole name of the figure and the words that explain it.

    `cell` is the query of one period, asked at the end of the year; without it `field` is a column of the sheet's SQL.
    """

    title: str
    name: str
    about: str
    cell: Callable[[Period], str] | None = None
    field: str = ""
    unit: str = "short"


def heading(sql: str, links: Sequence[Json]) -> Panel:
    """The client of the sheet, in one line of text that `sql` gives."""
    panel = stat(
        "sheet-header",
        "Клиент | менеджер",
        """Чей это лист: юридическое название, если его прислал sysinfo, клиент и его менеджер, как они стоят в списках.
        Пусто — клиента в списках уже нет, а его прежние данные ещё видны. Другой клиент выбирается сверху.""",
        rows(sql),
        unit="string",
        no_value="нет в списках",
        links=links,
        source=EVENTS,
        text_size=24,
        width=24,
        height=3,
    )
    return attr.evolve(panel, fields="/.*/", colorMode="none", textMode="value")


def sheet(title: str, about: str, periods: Sequence[Period], figures: Sequence[Figure], sql: str = "") -> Panel:
    """The table; `about` says how to read it. `sql` gives the columns of the figures without a query of their own."""
    targets: list[Target | SqlTarget] = [instant(_rows(periods))]
    fields = [PERIOD]
    for figure in figures:
        if figure.cell:
            fields.append(f"Value #{ref_id(len(targets))}")
            targets.append(instant(_column(figure.cell, periods)))
        else:
            fields.append(figure.field)
    if sql:
        targets.append(rows(sql))
    first = Column(title="Период", mappings=named({period.key: (period.name, "") for period in periods}), width=110)
    columns = [first, *(Column(title=figure.title, unit=figure.unit) for figure in figures)]
    panel = drawn(
        "sheet",
        title,
        about,
        columns,
        targets,
        [kept(fields), _joined(), _without_the_row_too_many(), organized(fields, columns)],
        source=MIXED if sql else METRICS,
        place=size(24, _LINES[len(periods)]),
        no_value="—",
        filterable=False,
    )
    return attr.evolve(panel, timeShift=YEAR_END, hideTimeOverride=True, maxDataPoints=_POINTS)


def legend_of(figures: Sequence[Figure], howto: str) -> Panel:
    """The words for each column, and how to use the sheet."""
    words = "\n".join(f"- **{figure.title}** — {figure.name}. {' '.join(figure.about.split())}" for figure in figures)
    return text(
        "howto",
        "Инструкция",
        "Что в столбцах, как выбрать клиента и год и что значат знаки в ячейках. От данных не зависит.",
        f"{howto.strip()}\n\n{words}",
        height=20 if len(figures) > 4 else 13,
    )


def _rows(periods: Sequence[Period]) -> str:
    """A row for each period, whatever is known of it."""
    return _union([_of(period.key, "vector(1)") for period in periods])


def _column(cell: Callable[[Period], str], periods: Sequence[Period]) -> str:
    """The figure of each period; and a row too many, without which a column of no figures would have no field."""
    return _union([*(_of(period.key, cell(period)) for period in periods), _of(_NO_PERIOD, "vector(0)")])


def _union(queries: Sequence[str]) -> str:
    """MetricsQL: PromQL's `or` would compare all of them, and has no label_set()."""
    return f"union({', '.join(queries)})"


def _of(key: str, query: str) -> str:
    return f'label_set({query}, "{PERIOD}", "{key}")'


def _joined() -> Json:
    return {"id": "joinByField", "options": {"byField": PERIOD, "mode": "outer"}}


def _without_the_row_too_many() -> Json:
    options = {"config": {"id": "equal", "options": {"value": _NO_PERIOD}}, "fieldName": PERIOD}
    return {"id": "filterByValue", "options": {"filters": [options], "match": "any", "type": "exclude"}}
