"""Small histories to evaluate rules on: series and rows, with the cases that must fire at the end of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.dashboards.conftest import NOW

MINUTE, HOUR, DAY = 60, 3600, 86400
Labels = Mapping[str, str]
OWNER = {"client": "romashka", "manager": "petrova"}
HOST = {**OWNER, "host": "203.0.113.5:80"}


@dataclass(frozen=True, slots=True)
class Series:
    """One series: seconds before the moment of the case -> value."""

    metric: str
    labels: Labels
    values: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of schema core."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One history and the exact label sets that fire at `moment`; none: the alert is silent."""

    alert: str
    about: str
    history: Sequence[Series | Row] = ()
    fires: Sequence[Labels] = ()
    moment: datetime = NOW
    values: Sequence[float] = field(default=())  # of the cases that fire, in order; not compared when empty

    def __str__(self) -> str:
        return f"{self.alert}: {self.about}"


def steady(value: float, *, since: int, until: int = 0, every: int = 5 * MINUTE) -> dict[int, float]:
    """The same value from so many seconds ago until so many seconds ago."""
    return dict.fromkeys(range(until, since + 1, every), value)


def check(name: str, *, failed: int, recovered: int = -1, labels: Labels = HOST, since: int = 5 * HOUR) -> Series:
    """A check every five minutes that has `failed` since exactly so many seconds ago, until it `recovered`."""
    times = range(failed % (5 * MINUTE), since + 1, 5 * MINUTE)
    values = {ago: float(ago > failed or ago <= recovered) for ago in times}
    return Series("kodeks_check_status", {**labels, "check": name}, values)


def passed(name: str, labels: Labels = HOST) -> Series:
    """A check that passes all the time."""
    return check(name, failed=0, recovered=0, labels=labels)


def installations(count: int) -> list[Labels]:
    """Labels of so many installations."""
    return [
        {"client": f"client-{number}", "manager": "petrova", "host": f"client-{number}.example:80"}
        for number in range(count)
    ]
