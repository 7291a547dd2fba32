"""The months and quarters of a calendar year, and queries of what a figure came to in one of them.

A query here is asked at the end of the year: the panel's time is shifted there (`YEAR_END`). It reads no hour of the
first day of a month: no document says in which time zone `_mtd` restarts, and an installation that is still in the old
month would bring the old month's figure into the new one.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboards._queries import host_total

_DAY = 86400
_FEBRUARY = 2
_DAYS = {month: monthrange(2026, month)[1] for month in range(1, 13)}  # of a year of 365 days
_NAMES = (
    *("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь"),
    *("Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь"),
)
# The time shift of a panel to the end of the year in which the chosen time ends. Grafana (12.4, PanelTimeRange.tsx)
# applies it after a minus, in the dashboard's time zone: to the end of the year, then to the end of its last month.
YEAR_END = "0y/y/M"


@dataclass(frozen=True, slots=True)
class Period:
    """One or several months of a year; `months` are their numbers (1 to 12), the last one first."""

    name: str
    months: tuple[int, ...]

    @property
    def key(self) -> str:
        """The number of its last month in two digits."""
        return f"{self.months[0]:02}"

    @property
    def before(self) -> tuple[int, ...]:
        """The months of the period before this one."""
        return tuple((month - 1 - len(self.months)) % 12 + 1 for month in self.months)

    @property
    def passed(self) -> int:
        """How many months lie between its end and the end of the year."""
        return 12 - self.months[0]


MONTHS = tuple(Period(name, (number,)) for number, name in enumerate(_NAMES, start=1))
QUARTERS = tuple(
    Period(f"{name} квартал", (last, last - 1, last - 2))
    for name, last in zip(("I", "II", "III", "IV"), (3, 6, 9, 12), strict=True)
)


def total(selector: str, months: Sequence[int], passed: int) -> str:
    """What the users of each installation came to in those months; `passed` months follow them in the year.

    A month's total is the sum of the largest value of each user: who was deleted in mid-month counts, and who changed
    the manager or the domain counts once.
    """
    return _sum(lambda window, at: f"max by (host, user) (max_over_time({selector}[{window}]{at}))", months, passed)


def last_total(selector: str, months: Sequence[int], passed: int) -> str:
    """What the last report of each of those months said, over the users of each installation: for trailing windows."""
    return _sum(lambda window, at: f"last_over_time(({host_total(selector)})[{window}:1h]{at})", months, passed)


def last(selector: str, period: Period) -> str:
    """The last value of each series in the last month of the period."""
    month = period.months[0]
    return f"last_over_time({selector}[{_window(month)}]{_at(period.passed)})"


def change(now: str, before: str) -> str:
    """In percent; infinite after a 0, nothing where one of the two is unknown or both are 0."""
    return f"{now} / {before} * 100 - 100"


def _sum(read: Callable[[str, str], str], months: Sequence[int], passed: int) -> str:
    """A read (of a window, at a moment) added up over the months.

    MetricsQL: PromQL knows neither the sum of several queries nor `@` with an expression.
    """
    parts = (read(_window(month), _at(passed + number)) for number, month in enumerate(months))
    return f"sum({', '.join(parts)}) by (host)"


def _window(month: int) -> str:
    """The month back from its end, without its first day."""
    return f"{_DAYS[month] - 1}d"


def _at(passed: int) -> str:
    """The moment at which the last `passed` months of the year began; they may reach into the year before.

    Only the length of February depends on the year: 315 days before the end of a year lie inside it.
    """
    if not passed:
        return ""
    months = [(11 - back) % 12 + 1 for back in range(passed)]
    days = str(sum(_DAYS[month] for month in months if month != _FEBRUARY))
    if _FEBRUARY in months:
        days = f"({days} + days_in_month(end() - {315 * _DAY}))"
    return f" @ (end() - {_DAY} * {days})"
