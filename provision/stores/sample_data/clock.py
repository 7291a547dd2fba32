"""The hours of the made-up history: when reports are made, when people work, when a month begins."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

HOUR = 3600
_SHARE = (  # how busy the hours of a working day are, 1 at the busiest
    *(0.004, 0.004, 0.002, 0.002, 0.004, 0.01, 0.03, 0.15, 0.55, 0.9, 1.0, 0.95),
    *(0.5, 0.75, 0.95, 0.9, 0.7, 0.4, 0.15, 0.07, 0.04, 0.02, 0.01, 0.006),
)
_WEEKEND = 0.06


class Clock:
    """Hours 0 … `hours`-1 of the history; hour i ends with the report made at `start` + (i + 1) * 3600 - `phase`."""

    def __init__(self, now: datetime, days: int, timezone: str) -> None:
        self.now = int(now.timestamp())
        self.days = days
        self.hours = days * 24
        self.start = self.now - self.hours * HOUR
        self.zone = ZoneInfo(timezone)

    def reports(self, phase: int) -> list[int]:
        """Unix seconds of the hourly reports; `phase` seconds (0 … 3599) before the full hour of the history."""
        return [self.start + (number + 1) * HOUR - phase for number in range(self.hours)]

    def ticks(self, step: int, phase: int) -> list[int]:
        """The unix seconds of polls that come every `step` seconds."""
        return list(range(self.start + phase % step, self.now + 1, step))

    def months(self, times: Sequence[int]) -> list[int]:
        """For each time, a number that changes when a month begins in the cabinet's time zone."""
        local = (datetime.fromtimestamp(time, self.zone) for time in times)
        return [moment.year * 12 + moment.month for moment in local]

    def busyness(self, utc_offset: int, times: Sequence[int]) -> list[float]:
        """For each time, how busy people are there: 0 … 1, by the local hour and the day of the week."""
        found = []
        for time in times:
            local = datetime.fromtimestamp(time, UTC) + timedelta(hours=utc_offset)
            found.append(_SHARE[local.hour] * (_WEEKEND if local.weekday() >= 5 else 1))
        return found


def at(time: float) -> datetime:
    """Unix seconds as a datetime in UTC."""
    return datetime.fromtimestamp(time, UTC)


def gaps(rng: Random, count: int) -> set[int]:
    """Which of `count` reports are missing: single ones now and then, and two longer silences."""
    missing = {number for number in range(count) if rng.random() < 0.006}
    for _ in range(2 if count > 48 else 0):
        first = rng.randrange(count)
        missing.update(range(first, min(count, first + rng.randint(3, 14))))
    return missing
