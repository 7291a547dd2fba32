"""What Grafana makes of a dashboard before it asks: panels found, variables and macros put in.

The rules are those of Grafana 12.4's browser code for `${name:regex}`: a custom All value goes in as it is, one value
without brackets, several as `(a|b)`, special characters of regular expressions with a backslash before them.
A variable without All has the value it opens with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Row = dict[str, Any]
Choice = Mapping[str, tuple[str, ...]]  # variable -> chosen values; a variable that is not there is All

ALL: Choice = {}
# What is chosen where exactly one must be.
ONE: Choice = {"installation": ("203.0.113.5:80",), "firm": ("Фирма 3",)}
_PIXELS = 1500
_SECONDS = {"5m": 300, "10m": 600, "15m": 900, "1h": 3600}
_STEPS = (300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200)
_SIGNS = re.compile(r"[\\^$*+?.()|\[\]{}/]")


def panels(spec: Json) -> Iterator[Json]:
    """Every panel, rows included, top to bottom."""
    for panel in spec["panels"]:
        yield panel
        yield from panel.get("panels", [])


def targets(spec: Json) -> Iterator[tuple[Json, Json]]:
    """Every query with its panel."""
    for panel in panels(spec):
        for target in panel.get("targets", []):
            yield panel, target


def time_range(panel: Json, spec: Json, since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The time a panel asks for when that is chosen above: the time shift of sheets is understood, and no other.

    It moves the beginning to that of its year, and the end to the end of its year, in the dashboard's time zone.
    """
    if "timeShift" not in panel:
        return since, until
    assert panel["timeShift"] == "0y/y/M"
    zone = ZoneInfo(spec["timezone"])
    first, after = (
        datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
        for year in (since.astimezone(zone).year, until.astimezone(zone).year + 1)
    )
    return first, after - timedelta(milliseconds=1)


def step(span: timedelta, panel: Json, target: Json) -> int:
    """The seconds between two points of a panel over that time, as Grafana 12.4 chooses them on a screen 1500 wide.

    A point a pixel, rounded to what a clock shows, and not less than the query's shortest step or the data source's.
    """
    points = panel.get("maxDataPoints") or _PIXELS * panel["gridPos"]["w"] // 24
    exact = span.total_seconds() / points
    shortest = _SECONDS[target.get("interval") or "5m"]
    if exact < shortest:
        return shortest
    below_a_day = next((one for one, next_ in pairwise(_STEPS) if exact < (one + next_) / 2), 12 * 3600)
    return below_a_day if exact < 86400 else 86400


def promql(text: str, spec: Json, choice: Choice, *, step: str = "1h", span: str = "720h") -> str:
    """The expression as Prometheus gets it."""
    return _chosen(text.replace("$__interval", step).replace("$__range", span), spec, choice)


def sql(text: str, spec: Json, choice: Choice, since: datetime, until: datetime, reader: str = "nobody") -> str:
    """The statement as PostgreSQL gets it; `reader` is the login of the person who looks."""
    text = text.replace("${__user.login:sqlstring}", f"'{reader}'")
    first, last = (moment.astimezone(UTC).isoformat() for moment in (since, until))
    text = re.sub(r"\$__timeFilter\(([\w.]+)\)", rf"\1 BETWEEN '{first}' AND '{last}'", text)
    text = text.replace("$__timeFrom()", f"'{first}'").replace("$__timeTo()", f"'{last}'")
    return _chosen(text, spec, choice)


def _chosen(text: str, spec: Json, choice: Choice) -> str:
    choice = {**ONE, **choice}
    for name, value in _defaults(spec).items():
        text = text.replace(f"${{{name}:regex}}", _value(choice.get(name), value))
        quoted = ("'" + one.replace("'", "''") + "'" for one in choice.get(name, (value,)))
        text = text.replace(f"${{{name}:sqlstring}}", ",".join(quoted))
    return text


def _defaults(spec: Json) -> dict[str, str]:
    return {one["name"]: one.get("allValue") or one["current"].get("value", "") for one in spec["templating"]["list"]}


def _value(values: tuple[str, ...] | None, all_value: str) -> str:
    if values is None:
        return all_value
    escaped = [_SIGNS.sub(r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def frame(answer: Sequence[tuple[Mapping[str, str], float]], ref: str, *, alone: bool = False) -> list[Row]:
    """An answer of Prometheus as a table: Time, its labels and `Value #A`, or `Value` where it is the only one.

    As Grafana 12.4 does it: an answer without series has no labels at all.
    """
    name = "Value" if alone else f"Value #{ref}"
    return [{"Time": 0, **labels, name: value} for labels, value in answer]


def table(panel: Json, frames: Sequence[Sequence[Row]]) -> list[Row]:
    """The rows that a table shows of those answers: column -> cell, columns in order.

    As Grafana 12.4 does it, with the four transformations that our tables use.
    """
    options = {one["id"]: one["options"] for one in panel["transformations"]}
    kept = options["filterFieldsByName"]["include"]["names"]
    tables = [[{key: row[key] for key in row if key in kept} for row in rows] for rows in frames]
    joined = _joined_by(options["joinByField"]["byField"], tables) if "joinByField" in options else tables[0]
    for one in options.get("filterByValue", {}).get("filters", ()):
        joined = [row for row in joined if row.get(one["fieldName"]) != one["config"]["options"]["value"]]
    organize = options["organize"]
    order = sorted(organize["indexByName"], key=organize["indexByName"].__getitem__)
    titles = {field: organize["renameByName"].get(field, field) for field in order}
    return [{title: row.get(field) for field, title in titles.items()} for row in joined]


def _joined_by(field: str, tables: Sequence[Sequence[Row]]) -> list[Row]:
    """The outer join, in the order of the field where it is numbers.

    A table without the field is left out, a second row of one key takes the place of the first.
    """
    joined: dict[Any, Row] = {}
    for rows in tables:
        for row in rows:
            if field in row:
                joined[row[field]] = {**joined.get(row[field], {}), **row}
    numbers = all(str(key).isdecimal() for key in joined)
    return [joined[key] for key in (sorted(joined, key=int) if numbers else joined)]
