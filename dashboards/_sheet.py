"""Sheets for renewal talks: a line each figure, a cell each month or quarter of one calendar year.

Each cell is a panel of its own, so that a period without data stays an empty cell in its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import attr
from grafanalib.core import Panel, SqlTarget, Target

from dashboards._panels import Json, stat, text
from dashboards._periods import Period
from dashboards._queries import EVENTS, rows

_LABEL = 12  # columns; the cells share the other half
_HEIGHT = 2
_NARROW, _WIDE = 12, 22  # pixels of a figure; in the narrow ones six signs fit into one column of the grid
_POINTS = 10_000  # Grafana 9.5 moves the time of a query back to a multiple of its step: so it is an hour, not days


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure: what stands at its left, and the query that a cell asks at the end of its period."""

    key: str
    title: str
    description: str
    cell: Callable[[Period], Target | SqlTarget]
    unit: str = "short"


def heading(sql: str, links: Sequence[Json]) -> Panel:
    """Whose sheet it is, in one line of text that `sql` gives."""
    drawn = stat(
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
    return attr.evolve(drawn, fields="/.*/", colorMode="none", textMode="value")


def sheet(periods: Sequence[Period], about: str, lines: Sequence[Line]) -> list[Panel]:
    """The head with the names of the periods, then the lines; `about` says how to read them."""
    width = _LABEL // len(periods)
    names = [_name(period, width) for period in periods]
    head = text("month-header", "Показатель", about, "", width=_LABEL, height=_HEIGHT)
    return [head, *names, *(panel for line in lines for panel in _line(line, periods, width))]


def _name(period: Period, width: int) -> Panel:
    """The head of a column; one column of the grid has room for three letters."""
    shown = period.name if width > 1 else period.name[:3]
    content = f"<small>**{shown}**</small>"
    drawn = text(f"month-header-{period.months[0]:02}", "", "", content, width=width, height=_HEIGHT)
    return attr.evolve(drawn, transparent=True)


def _line(line: Line, periods: Sequence[Period], width: int) -> list[Panel]:
    label = text(line.key, line.title, line.description, "", width=_LABEL, height=_HEIGHT)
    return [label, *(_cell(line, period, width) for period in periods)]


def _cell(line: Line, period: Period, width: int) -> Panel:
    """A bare figure: the line's label says what it is, the head says when."""
    query = line.cell(period)
    drawn = stat(
        f"{line.key}-{period.months[0]:02}",
        "",
        "",
        query,
        unit=line.unit,
        no_value="—",
        text_size=_NARROW if width == 1 else _WIDE,
        source=query.datasource,
        width=width,
        height=_HEIGHT,
    )
    return attr.evolve(
        drawn,
        colorMode="none",
        textMode="value",
        timeShift=period.shift,
        hideTimeOverride=True,
        maxDataPoints=_POINTS,
    )
