"""What Grafana asks the stores when a dashboard is opened: every query of every panel, and every variable."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import dashboards
from dashboards import Scope
from tests.dashboards.reader import ALL, Json, promql, sql, step, targets, time_range

_NAMED = re.compile(r"\{\{(\w+)\}\}")
_MADE = re.compile(r'AS "(\w+)"')
_LABEL_VALUES = re.compile(r"label_values\((.+), (\w+)\)")


@dataclass(frozen=True, slots=True)
class Question:
    """One request for one panel or variable, with All chosen.

    `until` and, of series and values, `since` are unix seconds, `step` seconds.
    `shows` are the labels or columns that the answer must have, `label` the one whose values are asked for.
    """

    about: str
    kind: Literal["instant", "range", "rows", "values"]
    text: str
    since: float = 0
    until: float = 0
    step: int = 0
    shows: frozenset[str] = frozenset()
    label: str = ""


def questions(slug: str, scope: Scope, span: timedelta, until: datetime) -> Iterator[Question]:
    """All that is asked for a dashboard over the time `span` before `until`."""
    spec = dashboards.render(slug, scope)
    since = until - span
    for panel, target in targets(spec):
        times = time_range(panel, spec, since, until)
        if "rawSql" in target:
            text = sql(target["rawSql"], spec, ALL, *times)
            yield Question(panel["title"], "rows", text, until=times[1].timestamp(), shows=_columns(panel, target))
        else:
            yield _numbers(panel, target, spec, times)
    for variable in spec["templating"]["list"]:
        if variable["type"] == "query":
            yield _values(variable, spec, since, until)


def _numbers(panel: Json, target: Json, spec: Json, times: tuple[datetime, datetime]) -> Question:
    span = times[1] - times[0]
    width = step(span, panel, target)
    expr = promql(target["expr"], spec, ALL, step=f"{width}s", span=f"{int(span.total_seconds())}s")
    shows = _labels(panel, target)
    if target["instant"]:
        return Question(panel["title"], "instant", expr, until=times[1].timestamp(), shows=shows)
    since, until = (moment.timestamp() // width * width for moment in times)
    return Question(panel["title"], "range", expr, since, until, width, shows)


def _values(variable: Json, spec: Json, since: datetime, until: datetime) -> Question:
    query, name = variable["definition"], f"${variable['name']}"
    if not query.startswith("label_values("):
        return Question(name, "rows", sql(query, spec, ALL, since, until), until=until.timestamp())
    match = _LABEL_VALUES.fullmatch(promql(query, spec, ALL))
    assert match, query
    return Question(name, "values", match[1], since.timestamp(), until.timestamp(), label=match[2])


def _labels(panel: Json, target: Json) -> frozenset[str]:
    """The labels in the names of the series, or in the columns of a table (of its first query)."""
    if panel["type"] != "table":
        return frozenset(_NAMED.findall(target["legendFormat"]))
    labels = {field for field in _fields(panel) if not field.startswith("Value")}
    of_rows = {field for one in panel["targets"] if "rawSql" in one for field in _MADE.findall(one["rawSql"])}
    return frozenset(labels - (of_rows - {"period"}) if target["refId"] == "A" else ())


def _columns(panel: Json, target: Json) -> frozenset[str]:
    """The columns that the panel shows or formats, or that Grafana makes series of."""
    if fields := _fields(panel):
        return frozenset(field for field in fields if field in _MADE.findall(target["rawSql"]))
    formatted = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
    return frozenset(formatted | ({"time", "metric", "value"} if target["format"] == "time_series" else set()))


def _fields(panel: Json) -> list[str]:
    """The fields that a table puts in order; none where it shows the rows of SQL as they come."""
    organized = [one["options"]["indexByName"] for one in panel.get("transformations", ()) if one["id"] == "organize"]
    return list(organized[0]) if organized else []
