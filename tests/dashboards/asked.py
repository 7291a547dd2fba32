"""A dashboard asked panel by panel, and the labels of made-up series to ask it about."""

from collections.abc import Mapping
from datetime import timedelta

import dashboards
from dashboards import Scope
from provision.stores.cluster import Connection
from tests.dashboards.conftest import NOW
from tests.dashboards.numbers import Numbers
from tests.dashboards.reader import ALL, Choice, Json, frame, panels, promql, sql, table

HOUR = 3600
OWNER = {"cabinet": "probe", "client": "romashka", "manager": "petrova"}
HOST = {**OWNER, "host": "romashka"}


def person(login: str, domain: str = "OFFICE") -> dict[str, str]:
    """The labels of a user's series."""
    return {**HOST, "user": login, "domain": domain}


def access(login: str, kind: str = "docs", server: str = "online.example.ru") -> dict[str, str]:
    """The labels of an online access's series."""
    return {**OWNER, "user": login, "server": server, "catalog": "docs", "kind": kind}


class Board:
    """One dashboard, asked panel by panel."""

    def __init__(self, slug: str, scope: Scope, numbers: Numbers) -> None:
        self._spec = dashboards.render(slug, scope)
        self._numbers = numbers

    def now(self, title: str, query: int = 0, choice: Choice = ALL, step: str = "1h") -> dict[str, float]:
        """The values of a panel's query at the end of the time range, by the name in the legend (or all labels)."""
        target = self._target(title, query)
        found = self._numbers.instant(promql(target["expr"], self._spec, choice, step=step))
        return {_name(target, labels): value for labels, value in found}

    def over_time(self, title: str, *, hours: int, step: int) -> dict[str, dict[int, float]]:
        """The points of a panel's first query, by the name in the legend; times in seconds before the end."""
        target = self._target(title, 0)
        expr = promql(target["expr"], self._spec, ALL, step=f"{step}s")
        found = self._numbers.over_time(expr, seconds=hours * HOUR, step=step)
        return {_name(target, labels): points for labels, points in found}

    def table(self, title: str) -> list[dict[str, object]]:
        """The rows of a table, by the titles of its columns."""
        panel = self._panel(title)
        alone = len(panel["targets"]) == 1
        answers = (
            (self._numbers.instant(promql(one["expr"], self._spec, ALL)), one["refId"]) for one in panel["targets"]
        )
        return table(panel, [frame(answer, ref, alone=alone) for answer, ref in answers])

    def _panel(self, title: str) -> Json:
        return next(one for one in panels(self._spec) if one["title"] == title and one["type"] != "row")

    def _target(self, title: str, query: int) -> Json:
        target: Json = self._panel(title)["targets"][query]
        return target


def _name(target: Json, labels: Mapping[str, str]) -> str:
    name = str(target.get("legendFormat") or " ".join(labels.values()))
    for label, value in labels.items():
        name = name.replace(f"{{{{{label}}}}}", value)
    return name


def ask(rows: Connection, scope: Scope, slug: str, title: str, choice: Choice = ALL) -> list[tuple[object, ...]]:
    """The rows of a table's query over the last week."""
    spec = dashboards.render(slug, scope)
    panel = next(one for one in panels(spec) if one["title"].startswith(title))
    statement = sql(panel["targets"][0]["rawSql"], spec, choice, NOW - timedelta(days=7), NOW)
    return rows.execute(statement.encode()).fetchall()
