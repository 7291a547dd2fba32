"""A dashboard's panels as boxes on the grid: rows become sections, each with its own small grid."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from provision.text import Text

COLUMNS = 24

_KINDS = {
    "alertlist": Text("список оповещений", "alert list"),
    "bargauge": Text("индикаторы", "bar gauge"),
    "barchart": Text("столбчатая диаграмма", "bar chart"),
    "dashlist": Text("список дашбордов", "dashboard list"),
    "gauge": Text("шкала", "gauge"),
    "heatmap": Text("тепловая карта", "heatmap"),
    "histogram": Text("гистограмма", "histogram"),
    "logs": Text("журнал", "logs"),
    "piechart": Text("круговая диаграмма", "pie chart"),
    "stat": Text("показатель", "stat"),
    "state-timeline": Text("шкала состояний", "state timeline"),
    "status-history": Text("история состояний", "status history"),
    "table": Text("таблица", "table"),
    "text": Text("текст", "text"),
    "timeseries": Text("график", "time series"),
}
_SHAPES = {
    **dict.fromkeys(("timeseries", "heatmap", "histogram", "trend"), "line"),
    **dict.fromkeys(("barchart", "bargauge", "state-timeline", "status-history"), "bars"),
    **dict.fromkeys(("table", "logs", "alertlist", "dashlist"), "rows"),
    **dict.fromkeys(("stat", "gauge", "piechart"), "figure"),
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One panel. `x` and `y` count from 1, as CSS grids do; `shape` names the symbol of its kind.

    `source` is the uid of its data source, `text` what a text panel says.
    """

    title: str
    kind: Text
    shape: str
    x: int
    y: int
    width: int
    height: int
    description: str
    source: str
    text: str
    queries: tuple[str, ...]
    repeat: str


@dataclass(frozen=True, slots=True)
class Section:
    """The panels under one row (`title` None: before the first). `height` is in grid units."""

    title: str | None
    is_collapsed: bool
    repeat: str
    boxes: tuple[Box, ...]

    @property
    def height(self) -> int:
        """Of its grid."""
        return max((box.y + box.height - 1 for box in self.boxes), default=0)


def sections_of(spec: Mapping[str, Any]) -> list[Section]:
    """The dashboard from top to bottom."""
    found: list[Section] = []
    title, repeat, held = None, "", list[Mapping[str, Any]]()
    for panel in sorted(_dicts(spec.get("panels")), key=_place):
        if panel.get("type") != "row":
            held.append(panel)
            continue
        found.append(_section(title, held, repeat=repeat))
        title, repeat, held = str(panel.get("title") or ""), str(panel.get("repeat") or ""), []
        if panel.get("collapsed"):
            found.append(_section(title, _dicts(panel.get("panels")), is_collapsed=True, repeat=repeat))
            title, repeat = None, ""
    found.append(_section(title, held, repeat=repeat))
    return [section for section in found if section.boxes or section.title is not None]


def count_panels(spec: Mapping[str, Any]) -> int:
    """How many there are, those in collapsed rows too."""
    return sum(len(section.boxes) for section in sections_of(spec))


def _section(
    title: str | None, panels: Iterable[Mapping[str, Any]], *, is_collapsed: bool = False, repeat: str = ""
) -> Section:
    boxes = [_box(panel) for panel in panels]
    top = min((box.y for box in boxes), default=1)
    return Section(title, is_collapsed, repeat, tuple(replace(box, y=box.y - top + 1) for box in boxes))


def _box(panel: Mapping[str, Any]) -> Box:
    kind = str(panel.get("type") or "?")
    y, x = _place(panel)
    size = _mapping(panel.get("gridPos"))
    width = min(max(_whole(size.get("w"), 6), 1), COLUMNS)
    return Box(
        title=str(panel.get("title") or ""),
        kind=_KINDS.get(kind, Text(kind, kind)),
        shape=_SHAPES.get(kind, "line"),
        x=min(max(x, 0), COLUMNS - width) + 1,
        y=max(y, 0) + 1,
        width=width,
        height=min(max(_whole(size.get("h"), 4), 1), 60),
        description=str(panel.get("description") or ""),
        source=_source(panel),
        text=str(_mapping(panel.get("options")).get("content") or "") if kind == "text" else "",
        queries=tuple(_queries(panel)),
        repeat=str(panel.get("repeat") or ""),
    )


def _source(panel: Mapping[str, Any]) -> str:
    for holder in (panel, *_dicts(panel.get("targets"))):
        uid = _mapping(holder.get("datasource")).get("uid")
        if uid:
            return str(uid)
    return ""


def _queries(panel: Mapping[str, Any]) -> Iterator[str]:
    """What it asks, as far as it is text."""
    for target in _dicts(panel.get("targets")):
        query = next((target[key] for key in ("expr", "rawSql", "query") if target.get(key)), None)
        if isinstance(query, str):
            yield query.strip()


def _place(panel: Mapping[str, Any]) -> tuple[int, int]:
    grid = _mapping(panel.get("gridPos"))
    return _whole(grid.get("y"), 0), _whole(grid.get("x"), 0)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _whole(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
