"""A rule evaluated as Grafana 12.4 does it: at every interval, firing once a case has lasted for `for`."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboards._queries import METRICS
from provision.stores.cluster import Connection
from tests.dashboards.alerts.history import Case, Row, Series
from tests.dashboards.numbers import Numbers
from tests.dashboards.reader import sql

Found = dict[tuple[tuple[str, str], ...], float]
_DURATION = re.compile(r"(\d+)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def seconds(duration: str) -> int:
    """`1h30m` in seconds."""
    return sum(int(count) * _SECONDS[unit] for count, unit in _DURATION.findall(duration))


class Stores:
    """Both stores with the history of one case, which nothing else can see."""

    def __init__(self, numbers: Numbers, rows: Connection, cabinet: str) -> None:
        self._numbers = numbers
        self._rows = rows
        self._cabinet = cabinet

    def fill(self, case: Case) -> None:
        """Writes the history."""
        lines: list[str] = []
        end = case.moment.timestamp()
        for one in case.history:
            if isinstance(one, Row):
                self._insert(one)
            else:
                lines += self._samples(one, end)
        if lines:
            self._numbers.write(lines)

    def firing(self, rule: Mapping[str, Any], interval: int, moment: datetime) -> Found:
        """The cases that fire at the evaluation of that moment: label sets with the values of their query.

        A case fires when it was there at every evaluation of the time that it has to last.
        """
        now = self.ask(rule, moment)
        for back in range(interval, seconds(rule["for"]) + 1, interval):
            before = self.ask(rule, moment - timedelta(seconds=back))
            now = {labels: value for labels, value in now.items() if labels in before}
        return now

    def ask(self, rule: Mapping[str, Any], moment: datetime) -> Found:
        """What the rule's query finds at that moment, narrowed by its second query where it has one.

        `$A * $C` in Grafana (mathexp, 12.4) joins what agrees in all labels of the smaller set, and drops the rest.
        Where nothing agrees and there is one of each, it joins these two and drops their labels.
        """
        first, *others = (self._found(one, moment) for one in rule["data"] if one["datasourceUid"] != "__expr__")
        for other in others:
            joined = {labels: value for labels, value in first.items() if any(set(one) <= set(labels) for one in other)}
            if not joined and (len(first), len(other)) == (1, 1):
                joined = dict.fromkeys([()], next(iter(first.values())))
            first = joined
        return first

    def _found(self, query: Mapping[str, Any], moment: datetime) -> Found:
        if query["datasourceUid"] == METRICS["uid"]:
            found = self._numbers.instant_of(self._cabinet, query["model"]["expr"], moment.timestamp())
            return {tuple(sorted(labels.items())): value for labels, value in found}
        since = moment - timedelta(seconds=query["relativeTimeRange"]["from"])
        statement = sql(query["model"]["rawSql"], {"templating": {"list": []}}, {}, since, moment)
        cursor = self._rows.execute(statement.encode())
        columns = [column.name for column in cursor.description or ()]
        return dict(_case(dict(zip(columns, row, strict=True))) for row in cursor.fetchall())

    def _samples(self, series: Series, end: float) -> list[str]:
        inner = ",".join(f'{name}="{value}"' for name, value in {**series.labels, "cabinet": self._cabinet}.items())
        return [
            f"{series.metric}{{{inner}}} {value} {int((end - ago) * 1000)}\n" for ago, value in series.values.items()
        ]

    def _insert(self, row: Row) -> None:
        values = {"cabinet": self._cabinet, **row.values}
        columns, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        self._rows.execute(f"INSERT INTO core.{row.table} ({columns}) VALUES ({places})".encode(), values)


def _case(row: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], float]:
    """A row of a table as Grafana reads it: string columns are labels, the one number is the value."""
    numbers = [value for value in row.values() if value is not None and not isinstance(value, str)]
    (number,) = numbers
    labels = {name: value for name, value in row.items() if isinstance(value, str)}
    return tuple(sorted(labels.items())), float(number)
