"""Times of a report: local times made UTC by the list line, and the month that a month-to-date value belongs to."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from provision.reports.form import moment

_SARATOV = 4  # tz_correction counts from Saratov time, UTC+4: -1 is Moscow
_WIDEST = timedelta(hours=27)  # more than the clocks of any two zones of the earth are apart (26 hours)
_SECOND = timedelta(seconds=1)


def zone_of(correction: int) -> timezone:
    """The zone of the client's server by the tz_correction of its list line."""
    return timezone(timedelta(hours=_SARATOV + correction))


def in_utc(text: str, correction: int) -> datetime:
    """The time of the report form in UTC; one without an offset is in the zone of the list line."""
    found = moment(text)
    return (found if found.tzinfo else found.replace(tzinfo=zone_of(correction))).astimezone(UTC)


def within_month(time: datetime, client: timezone, cabinet: ZoneInfo) -> datetime:
    """The time at which a month-to-date value of a report made at `time` (UTC) is stored.

    The client's server counts by its own calendar, dashboards add up by the cabinet's. While one of them has a new
    month already and the other has not, the value is stored in the last, or first, second of the month that it counts:
    so the total of a month is never seen in the next one. Order is kept.
    """
    counted, shown = _month(time.astimezone(client)), _month(time.astimezone(cabinet))
    if counted < shown:
        end = _start(shown, cabinet)
        return end - _SECOND + _SECOND * ((time - end) / _WIDEST)
    if counted > shown:
        start = _start(counted, cabinet)
        return start + _SECOND * (1 - (start - time) / _WIDEST)
    return time


def _month(time: datetime) -> tuple[int, int]:
    return time.year, time.month


def _start(month: tuple[int, int], zone: ZoneInfo) -> datetime:
    return datetime(*month, 1, tzinfo=zone).astimezone(UTC)
