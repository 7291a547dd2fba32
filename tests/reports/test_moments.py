"""Times of reports: the zone of the list line, and months that two calendars begin at different moments."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.reports.moments import in_utc, within_month, zone_of

MOSCOW, URAL, KAMCHATKA = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Yekaterinburg"), ZoneInfo("Asia/Kamchatka")
zones = st.sampled_from(
    ["Europe/Moscow", "Europe/Kaliningrad", "Asia/Yekaterinburg", "Asia/Kamchatka", "America/New_York", "UTC"]
).map(ZoneInfo)
corrections = st.integers(-16, 10)
moments = st.integers(1_580_000_000, 1_900_000_000).map(lambda one: datetime.fromtimestamp(one, UTC))
# Moments within 30 hours of the 1st of a month.
near_the_first = st.builds(
    lambda year, month, hours: datetime(year, month, 1, tzinfo=UTC) + timedelta(hours=hours),
    st.integers(2021, 2029),
    st.integers(1, 12),
    st.floats(-30, 30),
)


@pytest.mark.parametrize(
    ("text", "correction", "utc"),
    [
        ("2026-04-16T10:00:00", -1, "2026-04-16T07:00:00"),
        ("2026-04-16T10:00:00", 2, "2026-04-16T04:00:00"),
        ("2026-04-16T10:00:00", 0, "2026-04-16T06:00:00"),
        ("2026-01-01T01:30", 2, "2025-12-31T19:30:00"),
        ("2026-04-16T10:00:00Z", 2, "2026-04-16T10:00:00"),
        ("2026-04-16T10:00:00+05:00", -1, "2026-04-16T05:00:00"),
    ],
)
def test_the_list_line_decides_about_local_times(text: str, correction: int, utc: str) -> None:
    """Offset to UTC = 4 + correction; a time with an offset of its own keeps it."""
    assert in_utc(text, correction) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(moments, corrections)
def test_a_local_time_is_read_back(moment: datetime, correction: int) -> None:
    """What the client's clock shows at a moment is that moment again."""
    shown = moment.astimezone(zone_of(correction)).replace(tzinfo=None).isoformat()

    assert in_utc(shown, correction) == moment


@pytest.mark.parametrize(
    ("moment", "client", "cabinet", "month"),
    [
        ("2026-03-31T20:59:59", 3, MOSCOW, 3),  # both in March
        ("2026-03-31T21:00:00", 3, MOSCOW, 4),  # both begin April
        ("2026-03-31T20:30:00", 3, URAL, 3),  # the client has March still, the cabinet April
        ("2026-03-31T18:30:00", 6, URAL, 4),  # the client has April already, the cabinet March
        ("2026-12-31T12:30:00", 3, KAMCHATKA, 12),  # the year changes, too
    ],
)
def test_a_value_stays_in_the_month_that_it_counts(moment: str, client: int, cabinet: ZoneInfo, month: int) -> None:
    """By the cabinet's calendar it is stored in the client's month, as near to its time as that allows."""
    time = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    stored = within_month(time, timezone(timedelta(hours=client)), cabinet)

    assert stored.astimezone(cabinet).month == month
    assert abs(stored - time) < timedelta(hours=10)


@given(near_the_first, corrections, zones)
def test_no_total_of_a_month_is_seen_in_another(time: datetime, correction: int, cabinet: ZoneInfo) -> None:
    """The month of the stored time in the cabinet's zone is that of the client's clock; nothing else moves."""
    client = zone_of(correction)
    counted = time.astimezone(client)

    stored = within_month(time, client, cabinet)
    shown = stored.astimezone(cabinet)

    assert (shown.year, shown.month) == (counted.year, counted.month)
    if (time.astimezone(cabinet).year, time.astimezone(cabinet).month) == (counted.year, counted.month):
        assert stored == time


@given(near_the_first, st.floats(0.01, 30), corrections, zones)
def test_reports_keep_their_order(time: datetime, hours: float, correction: int, cabinet: ZoneInfo) -> None:
    """Of two reports that are 36 seconds or more apart, the later one is stored later, to the millisecond."""
    client = zone_of(correction)
    first, second = (within_month(one, client, cabinet) for one in (time, time + timedelta(hours=hours)))

    assert round(first.timestamp() * 1000) <= round(second.timestamp() * 1000)
    if hours >= 0.5:
        assert round(first.timestamp() * 1000) < round(second.timestamp() * 1000)
