"""Quiet hours and maintenance windows as intervals, minute by minute."""

# ruff: noqa: DTZ001 - local times

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.kinds.alerting import muting
from provision.model import Alerting, QuietHours
from tests.alerting.cabinets import make_cabinet

DAYS = muting.WEEKDAYS


def covers(intervals: list[dict[str, Any]], moment: datetime) -> bool:
    """Whether one of the intervals holds at that local time, as Alertmanager reads them: the end is not included."""
    now = f"{moment:%H:%M}"
    return any(
        any(span["start_time"] <= now < span["end_time"] for span in one["times"])
        and DAYS[moment.weekday()] in one.get("weekdays", DAYS)
        and str(moment.day) in one.get("days_of_month", [str(moment.day)])
        and str(moment.month) in one.get("months", [str(moment.month)])
        and str(moment.year) in one.get("years", [str(moment.year)])
        for one in intervals
    )


def quiet(*hours: QuietHours) -> list[dict[str, Any]]:
    """The intervals of these quiet hours."""
    return muting.timings(make_cabinet(alerting=Alerting(quiet_hours=hours)))["smart-quiet-hours"]


def test_a_night_is_over_midnight() -> None:
    night = quiet(QuietHours("22:00", "08:00"))
    assert [covers(night, datetime(2026, 12, 1, hour)) for hour in (21, 22, 23, 0, 7, 8)] == [
        *(False, True, True, True, True, False)
    ]
    assert {interval["location"] for interval in night} == {"Asia/Omsk"}


def test_the_weekday_is_that_of_the_start() -> None:
    """From Friday evening to Saturday morning, and on no other night."""
    friday = quiet(QuietHours("22:00", "08:00", ("friday",)))
    first = datetime(2026, 12, 4, 22)  # a Friday
    assert covers(friday, first)
    assert covers(friday, first + timedelta(hours=9))
    assert not covers(friday, first - timedelta(hours=15))  # the morning before
    assert not covers(friday, first + timedelta(days=1))


def test_whole_days() -> None:
    weekend = quiet(QuietHours(weekdays=("saturday", "sunday")))
    assert [covers(weekend, datetime(2026, 12, day, hour)) for day, hour in ((4, 23), (5, 0), (6, 23), (7, 0))] == [
        *(False, True, True, False)
    ]


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda one: one.replace(second=0, microsecond=0)
)


@given(start=moments, length=st.timedeltas(timedelta(minutes=1), timedelta(days=31)), probe=moments)
def test_a_window_holds_from_its_start_to_its_end(start: datetime, length: timedelta, probe: datetime) -> None:
    end = (start + length).replace(second=0, microsecond=0)
    if end == start:
        end += timedelta(minutes=1)
    window = (f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}")
    intervals = muting.timings(make_cabinet(alerting=Alerting(maintenance=(window,))))["smart-maintenance"]
    minute = timedelta(minutes=1)
    for moment in (start - minute, start, start + (end - start) / 2, end - minute, end, probe):
        assert covers(intervals, moment) == (start <= moment < end)


@pytest.mark.parametrize(
    "window",
    [
        ("2026-12-30 20:00", "2026-12-30 20:00"),
        ("2026-12-30 20:00", "2026-12-30 19:00"),
        ("2026-02-30 20:00", "2026-03-01 19:00"),
        ("2026-10-01 00:00", "2026-12-01 00:00"),
    ],
)
def test_a_window_that_cannot_be_is_found_by_check(window: tuple[str, str]) -> None:
    cabinet = make_cabinet(alerting=Alerting(maintenance=(window,)))
    (problem,) = muting.problems(cabinet)
    assert (problem.code, problem.line) == ("N01", 5)
    assert window[0] in problem.message.en
    assert muting.timings(cabinet) == {}


def test_a_suspended_cabinet_is_silent_at_any_time() -> None:
    timings = muting.timings(
        make_cabinet(state="suspended", alerting=Alerting(quiet_hours=(QuietHours("22:00", "08:00"),)))
    )
    assert list(timings) == ["smart-suspended"]
    assert all(covers(timings["smart-suspended"], datetime(2026, 5, 3, hour, 59)) for hour in range(24))
