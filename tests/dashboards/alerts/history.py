"""Small histories to evaluate rules on: series and rows, with the cases that must fire at the end of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.dashboards.conftest import NOW as NOW

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


def page(name: str, code: int, *, since: int = 5 * HOUR, before: int = 200, labels: Labels = HOST) -> Series:
    """The HTTP code of a check's page every five minutes, since exactly so many seconds ago; `before` before that."""
    times = range(since % (5 * MINUTE), 5 * HOUR + 1, 5 * MINUTE)
    values = {ago: float(code if ago <= since else before) for ago in times}
    return Series("kodeks_check_http_code", {**labels, "check": name}, values)


def passed(name: str, labels: Labels = HOST) -> Series:
    """A check that passes all the time."""
    return check(name, failed=0, recovered=0, labels=labels)


def installations(count: int) -> list[Labels]:
    """The labels of that number of installations."""
    return [
        {"client": f"client-{number}", "manager": "petrova", "host": f"client-{number}.example:80"}
        for number in range(count)
    ]


def reports(*ago: float, labels: Labels = HOST, moment: datetime = NOW) -> Series:
    """Sysinfo reports so many seconds ago; the time inside them is the time they were made."""
    end = moment.timestamp()
    return Series("kodeks_sysinfo_timestamp_seconds", labels, {int(back): end - int(back) for back in ago})


def hourly(value: float, *, since: int = DAY, until: int = HOUR) -> dict[int, float]:
    """The same value in the report of every hour, by default of the last day, the last one an hour ago."""
    return steady(value, since=since, until=until, every=HOUR)


def user(metric: str, login: str, values: Mapping[int, float], domain: str = "OFFICE", labels: Labels = HOST) -> Series:
    """A series of one user."""
    return Series(metric, {**labels, "user": login, "domain": domain}, values)


ACCESS = {**OWNER, "user": "login-7", "url": "online.example.ru", "catalog": "docs"}


def account(metric: str, values: Mapping[int, float], labels: Labels = ACCESS, **more: str) -> Series:
    """A series of one online access, whose labels are given as alerts have them."""
    return Series(metric, {"server" if name == "url" else name: one for name, one in labels.items()} | more, values)
