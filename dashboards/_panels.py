"""House panels: grafanalib's classes with our defaults, in the words of the catalogue.

grafanalib 0.7.1 draws 100 points a panel, knows no `showLegend`, and writes steps of thresholds and table cells in the
form of older Grafanas. Here and in the finishing pass that ends. A panel's `id` is its key until then.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grafanalib.core import BarChart, GridPos, Panel, SqlTarget, Stat, StateTimeline, Target, Text, TimeSeries

from dashboards._queries import METRICS

FEW = 500  # points of a line, where lines are many or each point takes long to reckon: one every three pixels
Steps = Sequence[tuple[float | None, str]]
Json = dict[str, Any]

# Styles of a line chart: arguments of grafanalib's TimeSeries.
LINE: Mapping[str, Any] = {}
LIGHT_FILL: Mapping[str, Any] = {"fillOpacity": 10}
STEPPED: Mapping[str, Any] = {"fillOpacity": 10, "lineInterpolation": "stepAfter"}
BLOCKS: Mapping[str, Any] = {"fillOpacity": 100, "lineInterpolation": "stepAfter"}
POINTS: Mapping[str, Any] = {"showPoints": "always", "pointSize": 6}  # and a line only where points are neighbours

# Colours of series.
PALETTE: Mapping[str, str] = {"mode": "palette-classic"}
BY_LAST_VALUE: Mapping[str, str] = {"mode": "thresholds", "seriesBy": "last"}

_NEWEST_FIRST = 5  # SortOrder.TimeDesc of Grafana 12.4
_SHOWN = {  # how Grafana calls a calculation in the head of a legend; sorting goes by that word
    "lastNotNull": "Last *",
    "min": "Min",
    "max": "Max",
    "mean": "Mean",
    "count": "Count",
    "sum": "Total",
}


def size(width: int, height: int) -> GridPos:
    """The size in columns (of 24) and lines (of 38 pixels); the layout finds the place."""
    return GridPos(h=height, w=width, x=0, y=0)


def steps(values: Steps) -> list[Json]:
    """Steps of thresholds; the first one starts at minus infinity and has no value, as the server stores it (12.4)."""
    return [{"color": color} if value is None else {"color": color, "value": value} for value, color in values]


def named(words: Mapping[str, tuple[str, str]]) -> list[Json]:
    """Value mappings: value -> the word shown for it and its colour ("" leaves the colour to the thresholds)."""
    options = {value: {"text": word, **({"color": color} if color else {})} for value, (word, color) in words.items()}
    return [{"type": "value", "options": options}]


def legend(*calcs: str, sort: str = "", order: str = "desc", placement: str = "right", mode: str = "table") -> Json:
    """Legend options: calculations shown, the one rows are sorted by, and in which order."""
    options: Json = {"calcs": list(calcs), "displayMode": mode, "placement": placement, "showLegend": True}
    if sort:
        options |= {"sortBy": _SHOWN[sort], "sortDesc": order == "desc"}
    return options


def timeseries(
    key: str,
    title: str,
    description: str,
    *queries: Target | SqlTarget,
    unit: str,
    legend: Json,
    decimals: int | None = None,
    style: Mapping[str, Any] = LINE,
    scale: str = "linear",
    minimum: float | None = None,
    maximum: float | None = None,
    thresholds: Steps = (),
    thresholds_style: str = "area",
    color: Mapping[str, str] = PALETTE,
    overrides: Sequence[Json] = (),
    transformations: Sequence[Json] = (),
    links: Sequence[Json] = (),
    source: Mapping[str, str] = METRICS,
    width: int = 12,
    height: int = 9,
    points: int | None = None,
) -> Panel:
    """A line chart. `scale` is linear, log2 or log10; `thresholds_style` is area, line, line+area or off.

    `points` is the largest number of points of a line; without it there is one a pixel.
    """
    defaults = {
        "color": dict(color),
        "custom": {"scaleDistribution": _scale(scale)},
        "decimals": decimals,
        "links": list(links),
        "max": maximum,
        "min": minimum,
    }
    return TimeSeries(
        id=key,
        title=title,
        description=description,
        dataSource=dict(source),
        targets=list(queries),
        unit=unit,
        thresholds=steps(thresholds or [(None, "green")]),
        thresholdsStyleMode=thresholds_style if thresholds else "off",
        overrides=list(overrides),
        transformations=list(transformations),
        maxDataPoints=points,
        gridPos=size(width, height),
        extraJson={"fieldConfig": {"defaults": defaults}, "options": {"legend": legend}},
        **style,
    )


def barchart(
    key: str,
    title: str,
    description: str,
    *queries: Target,
    unit: str,
    legend: Json,
    stacking: str = "none",
    color: Mapping[str, str] = PALETTE,
    links: Sequence[Json] = (),
    width: int = 12,
    height: int = 9,
    points: int | None = None,
) -> Panel:
    """A bar chart over time; `points` is the largest number of bars.

    Labels of the axis keep 100 pixels apart, so that they do not lie on one another.
    """
    paint = {"fixedColor": None, **color}
    return BarChart(
        id=key,
        title=title,
        description=description,
        dataSource=METRICS,
        targets=list(queries),
        stacking=stacking,
        thresholdSteps=steps([(None, "green")]),
        xTickLabelSpacing=100,
        showValue="never",
        maxDataPoints=points,
        gridPos=size(width, height),
        extraJson={
            "fieldConfig": {"defaults": {"color": paint, "links": list(links), "unit": unit}},
            "options": {"legend": legend},
        },
    )


def stat(
    key: str,
    title: str,
    description: str,
    *queries: Target,
    unit: str,
    calc: str = "lastNotNull",
    decimals: int | None = None,
    thresholds: Steps = (),
    mappings: Sequence[Json] = (),
    no_value: str = "",
    text_size: int | None = None,
    title_size: int | None = None,
    links: Sequence[Json] = (),
    source: Mapping[str, str] = METRICS,
    width: int = 6,
    height: int = 4,
) -> Panel:
    """Large figures, one a series, coloured by thresholds; `no_value` is shown where there is none.

    They are as large as there is room for, or of `text_size` pixels; the names of the series are of `title_size`.
    """
    sizes = {"titleSize": title_size, "valueSize": text_size}
    return Stat(
        id=key,
        title=title,
        description=description,
        dataSource=dict(source),
        targets=list(queries),
        format=unit,
        reduceCalc=calc,
        graphMode="none",
        decimals=decimals,
        noValue=no_value or None,
        mappings=list(mappings),
        thresholds=steps(thresholds or [(None, "green")]),
        color={"mode": "thresholds"},
        maxDataPoints=None,
        gridPos=size(width, height),
        extraJson={
            "fieldConfig": {"defaults": {"links": list(links)}},
            "options": {"text": {name: value for name, value in sizes.items() if value}},
        },
    )


def state_timeline(
    key: str,
    title: str,
    description: str,
    *queries: Target,
    mappings: Sequence[Json],
    color: str,
    links: Sequence[Json] = (),
    width: int = 24,
    height: int = 9,
) -> Panel:
    """States over time, one line a series, equal neighbours joined; missing reports stay empty.

    What `mappings` do not name is shown as it came, in `color`: thresholds would put ranges in place of words (12.4).
    """
    return StateTimeline(
        id=key,
        title=title,
        description=description,
        dataSource=METRICS,
        targets=list(queries),
        mappings=list(mappings),
        thresholds=steps([(None, "green")]),
        maxDataPoints=None,
        gridPos=size(width, height),
        extraJson={
            "fieldConfig": {
                "defaults": {
                    "color": {"fixedColor": color, "mode": "fixed"},
                    "links": list(links),
                    "unit": "none",
                }
            },
            "options": {"legend": {"showLegend": True}},
        },
    )


def text(key: str, title: str, description: str, content: str, *, width: int = 24, height: int = 6) -> Panel:
    """A text in Markdown."""
    return Text(
        id=key, title=title, description=description, content=content, maxDataPoints=None, gridPos=size(width, height)
    )


class _AlertList(Panel):  # type: ignore[misc]
    """Grafana's own list of alerts; grafanalib's AlertList is that of Grafana 8."""

    def to_json_data(self) -> Json:
        options = {
            "alertInstanceLabelFilter": 'smart="1"',
            "alertName": "",
            "dashboardAlerts": False,
            "groupBy": [],
            "groupMode": "default",
            "maxItems": 20,
            "showInactiveAlerts": False,
            "sortOrder": _NEWEST_FIRST,
            "stateFilter": {"error": True, "firing": True, "noData": False, "normal": False, "pending": False},
            "viewMode": "list",
        }
        return dict(self.panel_json({"type": "alertlist", "options": options}))


def alert_list(key: str, title: str, description: str, *, height: int = 8) -> Panel:
    """The rules that fire now, as Grafana knows them, and the way to all of its rules."""
    links = [{"targetBlank": False, "title": "Все правила оповещений", "url": "/alerting/list?search=state:firing"}]
    place = size(24, height)
    return _AlertList(id=key, title=title, description=description, links=links, maxDataPoints=None, gridPos=place)


def _scale(scale: str) -> Json:
    if scale == "linear":
        return {"type": "linear", "log": None}
    return {"type": "log", "log": int(scale.removeprefix("log"))}
