"""New users, activity, involvement, searches."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.dashboards.alerts.cases._checks import by_code, lasting
from tests.dashboards.alerts.history import (
    DAY,
    HOST,
    HOUR,
    MINUTE,
    NOW,
    OWNER,
    Case,
    Labels,
    Row,
    Series,
    reports,
    user,
)

_ACTIVITY, _INVOLVEMENT = "KodeksUserActivityIsLow", "KodeksUserAInvolvementIsLow"
_REQUESTS = "kodeks_user_db_requests_60d"
# In Samara, four hours ahead of UTC.
_DAY_20 = datetime(2026, 3, 19, 20, tzinfo=UTC)
_DAY_19 = _DAY_20 - timedelta(seconds=1)
_LAST = datetime(2026, 3, 31, 19, 59, 59, tzinfo=UTC)
_DAY_1 = datetime(2026, 3, 31, 20, tzinfo=UTC)


def _points(login: str, value: float, ago: int = HOUR, domain: str = "OFFICE") -> Series:
    return user("kodeks_user_activity_mtd", login, {ago: value}, domain)


def _active(moment: datetime, *points: float) -> list[Series]:
    return [reports(HOUR, moment=moment), *(_points(f"user-{number}", one) for number, one in enumerate(points))]


def _seats(count: float) -> Series:
    return Series("kodeks_licenses_registered", HOST, {HOUR: count})


def _used(count: int, ago: int = HOUR) -> list[Series]:
    """So many users with requests this month, and one without."""
    series = [user("kodeks_user_db_requests_mtd", f"user-{number}", {ago: 4}) for number in range(count)]
    return [*series, user("kodeks_user_db_requests_mtd", "idle", {ago: 0})]


def _works(login: str, *ago: int, requests: float = 5, labels: Labels = HOST) -> Series:
    return user(_REQUESTS, login, dict.fromkeys(ago, requests), labels=labels)


_REPORTED = reports(HOUR, 2 * HOUR, 30 * DAY)
_NEW = "KodeksNewUser"

_EMPTY = "KodeksSearchIsEmpty"


def _search(ago: float, *, arrived: float | None = None, status: str = "empty", text: str = "гсот", **more: Any) -> Row:
    what = {"scope": "installation", "host": HOST["host"], "catalog": "docs", "user_login": "ivanov"}
    times = {
        "ts": NOW - timedelta(seconds=ago),
        "report_ts": None if arrived is None else NOW - timedelta(seconds=arrived),
    }
    values = {**OWNER, **what, **times, "query_text": text, "status": status}
    return Row("search_queries", values | more)


_ONLINE = {"scope": "online", "host": "online.example.ru", "user_login": "login-7"}
_FOUND_ONLINE = {**OWNER, "url": "online.example.ru", "catalog": "docs", "user": "login-7"}

CASES = [
    Case(_NEW, "first queries today", [_REPORTED, _works("ivanov", HOUR), _works("orlov", HOUR)], [HOST], values=[2]),
    Case(_NEW, "had none yesterday", [_REPORTED, _works("i", HOUR), _works("i", DAY + HOUR, requests=0)], [HOST]),
    Case(_NEW, "just under a day ago", [_REPORTED, _works("ivanov", *range(HOUR, DAY, HOUR))], [HOST]),
    Case(_NEW, "a day ago", [_REPORTED, _works("ivanov", *range(HOUR, DAY + 1, HOUR))]),
    Case(_NEW, "back after a holiday", [_REPORTED, _works("ivanov", HOUR), _works("ivanov", 61 * DAY)]),
    Case(_NEW, "back after a year", [_REPORTED, _works("ivanov", HOUR), _works("ivanov", 365 * DAY)]),
    Case(_NEW, "no query yet", [_REPORTED, _works("ivanov", HOUR, requests=0)]),
    Case(_NEW, "not recorded for just under three hours", [_REPORTED, _works("ivanov", 3 * HOUR - 1)], [HOST]),
    Case(_NEW, "not recorded for three hours", [_REPORTED, _works("ivanov", 3 * HOUR)]),
    Case(_NEW, "a new domain", [_REPORTED, _works("i", HOUR), user(_REQUESTS, "i", {2 * DAY: 5}, "LAB")]),
    Case(_NEW, "the installation is known for a month", [reports(HOUR, 37 * DAY - 1), _works("i", HOUR)], [HOST]),
    Case(_NEW, "the installation is new", [reports(HOUR, 30 * DAY - 1), _works("ivanov", HOUR)]),
    Case(_ACTIVITY, "below 20 on day 20", _active(_DAY_20, 12, 7.5), [HOST], _DAY_20, [19.5]),
    Case(_ACTIVITY, "below 20 on day 19", _active(_DAY_19, 12, 7.5), [], _DAY_19),
    Case(_ACTIVITY, "exactly 20", _active(_DAY_20, 12, 8), [], _DAY_20),
    Case(_ACTIVITY, "no work at all", _active(_DAY_20), [HOST], _DAY_20, [0]),
    Case(_ACTIVITY, "the last second of the month", _active(_LAST, 3), [HOST], _LAST),
    Case(_ACTIVITY, "the first of the next month", _active(_DAY_1, 3), [], _DAY_1),
    Case(
        _ACTIVITY,
        "a user with a new domain counts once",
        [*_active(NOW, 15), _points("user-0", 15, domain="LAB")],
        [HOST],
    ),
    Case(_ACTIVITY, "no reports for two days", [reports(2 * DAY), _points("ivanov", 3, ago=2 * DAY)]),
    Case(_INVOLVEMENT, "half of the seats", [reports(HOUR), _seats(10), *_used(5)], [HOST], values=[50]),
    Case(_INVOLVEMENT, "exactly 60 %", [reports(HOUR), _seats(10), *_used(6)]),
    Case(_INVOLVEMENT, "no work at all", [reports(HOUR), _seats(10), *_used(0)], [HOST], values=[0]),
    Case(_INVOLVEMENT, "more people than seats", [reports(HOUR), _seats(3), *_used(5)]),
    Case(_INVOLVEMENT, "no seats at all", [reports(HOUR), _seats(0), *_used(5)]),
    Case(_INVOLVEMENT, "on day 19", [reports(HOUR, moment=_DAY_19), _seats(10), *_used(5)], [], _DAY_19),
    Case(_INVOLVEMENT, "on day 20", [reports(HOUR, moment=_DAY_20), _seats(10), *_used(5)], [HOST], _DAY_20),
    Case(_EMPTY, "of an installation", [_search(HOUR, arrived=60), _search(HOUR, text="снпи")], [HOST], values=[2]),
    Case(_EMPTY, "something was found", [_search(HOUR, status="success"), _search(HOUR, status="error", text="a")]),
    Case(_EMPTY, "of an online access", [_search(30 * HOUR, arrived=HOUR, **_ONLINE)], [_FOUND_ONLINE], values=[1]),
    Case(_EMPTY, "arrived just under a day ago", [_search(2 * DAY, arrived=DAY - 1, **_ONLINE)], [_FOUND_ONLINE]),
    Case(_EMPTY, "arrived a day ago", [_search(2 * DAY, arrived=DAY, **_ONLINE)]),
    Case(_EMPTY, "without a time of arrival", [_search(DAY - 1)], [HOST]),
    Case(_EMPTY, "without one, a day ago", [_search(DAY)]),
    Case(_EMPTY, "arrives later", [_search(-60)]),
    *lasting("KodeksSearchError", "search", 5 * MINUTE),
    *by_code("KodeksSearchError", "search", silent=0, fires=500),
]
