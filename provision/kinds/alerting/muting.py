"""When messages are held back, as Alertmanager's time intervals in the cabinet's time zone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from provision.model import Cabinet, Code, Problem, QuietHours
from provision.text import Text

QUIET_HOURS, MAINTENANCE, SUSPENDED = "smart-quiet-hours", "smart-maintenance", "smart-suspended"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST = timedelta(days=31)
_MIDNIGHT = "24:00"

Intervals = list[dict[str, Any]]
CODES = (
    Code(
        "N01",
        "error",
        Text("время обслуживания не годится", "the maintenance window cannot be used"),
        Text(
            "Конец позже начала, оба дня есть в календаре, не дольше 31 дня.",
            "The end is after the start, both days exist, and the window is at most 31 days long.",
        ),
    ),
)


def timings(cabinet: Cabinet) -> Mapping[str, Intervals]:
    """Name -> intervals of each mute timing that the cabinet should have."""
    if cabinet.state == "suspended":
        return {SUSPENDED: [{"times": [_span("00:00", _MIDNIGHT)]}]}
    zone = {"location": cabinet.timezone}
    quiet = [{**one, **zone} for hours in cabinet.alerting.quiet_hours for one in _quiet(hours)]
    windows = [window for window in map(_window, cabinet.alerting.maintenance) if window]
    closed = [{**one, **zone} for start, end in windows for one in _days(start, end)]
    return {name: found for name, found in ((QUIET_HOURS, quiet), (MAINTENANCE, closed)) if found}


def problems(cabinet: Cabinet) -> Iterator[Problem]:
    """Maintenance windows that cannot be used."""
    file, _, line = cabinet.origin.rpartition(":")
    for window in cabinet.alerting.maintenance:
        if _window(window) is None:
            shown = " … ".join(window)
            yield Problem(
                code="N01",
                level="error",
                message=Text(
                    f"Время обслуживания {shown} не годится", f"The maintenance window {shown} cannot be used"
                ),
                hint=CODES[0].hint,
                file=file,
                line=int(line),
                field_name="maintenance",
                value=shown,
                cabinet=cabinet.id,
                blocks_cabinet=True,
            )


def _quiet(hours: QuietHours) -> Iterator[dict[str, Any]]:
    """The hours as intervals; those over midnight are two, the second on the next day of the week."""
    days = [WEEKDAYS.index(day) for day in hours.weekdays]
    start, end = hours.start or "00:00", hours.end or _MIDNIGHT
    if start < end:
        yield {"times": [_span(start, end)], **_on(days)}
        return
    yield {"times": [_span(start, _MIDNIGHT)], **_on(days)}
    if end > "00:00":
        yield {"times": [_span("00:00", end)], **_on([(day + 1) % 7 for day in days])}


def _on(days: Sequence[int]) -> dict[str, list[str]]:
    return {"weekdays": [WEEKDAYS[day] for day in sorted(days)]} if days else {}


def _span(start: str, end: str) -> dict[str, str]:
    return {"start_time": start, "end_time": end}


def _window(window: tuple[str, str]) -> tuple[datetime, datetime] | None:
    """Start and end in local time, None where they make no window."""
    try:
        start, end = (datetime.strptime(text, "%Y-%m-%d %H:%M") for text in window)  # noqa: DTZ007 - local time
    except ValueError:
        return None
    return (start, end) if start < end <= start + LONGEST else None


def _days(start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """The window day by day: an interval cannot span days."""
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), time())
        till = f"{end:%H:%M}" if end < midnight else _MIDNIGHT
        yield {
            "times": [_span(f"{start:%H:%M}", till)],
            "days_of_month": [str(start.day)],
            "months": [str(start.month)],
            "years": [str(start.year)],
        }
        start = midnight
