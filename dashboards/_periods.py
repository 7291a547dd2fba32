"""The months and quarters of a calendar year, and queries of what a figure came to in one of them.

A query here is asked at the end of its period: the panel's time is shifted there (`Period.shift`). It reads no hour of
the first day: no document says in which time zone `_mtd` restarts, and an installation that is still in the old month
would bring the old month's figure into the new one.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboards._queries import host_total

_DAY = 86400
_READ = tuple(f"{monthrange(2026, month)[1] - 1}d" for month in range(1, 13))  # of each month, back from its end
_NAMES = (
    *("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь"),
    *("Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """One or several months of a year; `months` are their numbers (1 to 12), the last one first."""

    name: str
    months: tuple[int, ...]

    @property
    def before(self) -> tuple[int, ...]:
        """The months of the period before this one."""
        return tuple((month - 1 - len(self.months)) % 12 + 1 for month in self.months)

    @property
    def read(self) -> str:
        """The window, back from the end, in which its last month is read."""
        return _READ[self.months[0] - 1]

    @property
    def shift(self) -> str:
        """The time shift of a panel to the end of the period, in the year in which the chosen time ends.

        Grafana (12.4, PanelTimeRange.tsx) reckons after a minus and in the dashboard's time zone: to the end of the
        year, back by months, to the end of that month. Month by month, since its parseDateMath takes no digit after the
        tenth letter, and the chosen time, as `now-1y/y`, stands before the shift.
        """
        return f"0y/y{'-M' * (12 - self.months[0])}/M"


MONTHS = tuple(Period(name, (number,)) for number, name in enumerate(_NAMES, start=1))
QUARTERS = tuple(
    Period(f"{name} квартал", (last, last - 1, last - 2))
    for name, last in zip(("I", "II", "III", "IV"), (3, 6, 9, 12), strict=True)
)


def total(selector: str, months: Sequence[int], passed: int = 0) -> str:
    """What the users of each installation came to in those months; so many have `passed` between them and the end.

    A month's total is the sum of the largest value of each user: who was deleted in mid-month counts, and who changed
    the manager or the domain counts once.
    """
    return _sum(lambda window, at: f"max by (host, user) (max_over_time({selector}[{window}]{at}))", months, passed)


def last_total(selector: str, months: Sequence[int], passed: int = 0) -> str:
    """What the last report of each of those months said, over the users of each installation: for trailing windows."""
    return _sum(lambda window, at: f"last_over_time(({host_total(selector)})[{window}:1h]{at})", months, passed)


def change(now: str, before: str) -> str:
    """In percent; infinite after a 0, nothing where one of the two is unknown or both are 0."""
    return f"{now} / {before} * 100 - 100"


def _sum(read: Callable[[str, str], str], months: Sequence[int], passed: int) -> str:
    """A read (of a window, at a moment) added up over the months.

    MetricsQL: PromQL knows neither the sum of several queries nor `@` with an expression.
    """
    parts = (read(_READ[month - 1], _at(passed + number)) for number, month in enumerate(months))
    return f"sum({', '.join(parts)}) by (host)"


def _at(passed: int) -> str:
    """The moment at which the last `passed` months began; 15 days before the end of a month lies inside it."""
    if not passed:
        return ""
    lengths = (f"days_in_month(end() - {(15 + 30 * back) * _DAY})" for back in range(passed))
    return f" @ (end() - {_DAY} * ({' + '.join(lengths)}))"
