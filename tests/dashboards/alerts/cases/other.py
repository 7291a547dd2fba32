"""Sign-in of the test user, SPP, states of the server, and reports that are missing."""

from datetime import date

from tests.dashboards.alerts.cases._checks import by_code, lasting, silent
from tests.dashboards.alerts.history import DAY, HOST, HOUR, MINUTE, NOW, Case, Row, Series, hourly, reports

_HOURS = range(HOUR, DAY + 1, HOUR)
_OLD = "SmartXMLfileIsToOld"
_SIDOROV = {**HOST, "manager": "sidorov"}


def _listed(active_to: date | None = None, host: str = HOST["host"], *, air_gapped: bool = False) -> Row:
    """An installation in the registry."""
    values = {**HOST, "host": host, "dealer": "rogaikopyta", "kind": "cloud"}
    return Row("clients", {**values, "active_to": active_to, "air_gapped": air_gapped})


def _each(period: int, count: int, last: int) -> Series:
    """So many reports, the last of them so many seconds ago."""
    return reports(*(last + number * period for number in range(count)))


_EXPIRY = "kodeks_license_expiry_timestamp_seconds"
_HOURLY = _each(HOUR, 200, 2 * DAY + 1)

CASES = [
    *lasting("KodeksAuthNotWork", "auth", 15 * MINUTE),
    *by_code("KodeksAuthNotWork", "auth", silent=0, fires=401),
    *silent("KodeksAuthNotWork", "auth", "tcp", "Maintenance", "limit", "proxy", hold=15 * MINUTE),
    *lasting("KodeksSppStatus", "spp", 5 * MINUTE),
    *by_code("KodeksSppStatus", "spp", silent=0, fires=500),
    *by_code("KodeksWarning", "warning", silent=401, fires=200),
    *lasting("KodeksWarning", "warning", 20 * MINUTE),
    *silent("KodeksWarning", "warning", "auth", "tcp", "proxy", hold=20 * MINUTE),
    Case(_OLD, "a second over two days", [_listed(), _HOURLY], [HOST], values=[2 + 1 / DAY]),
    Case(_OLD, "exactly two days", [_listed(), _each(HOUR, 200, 2 * DAY)]),
    Case(_OLD, "reports every hour", [_listed(), reports(*hourly(1))]),
    Case(_OLD, "not in the lists", [_HOURLY]),
    Case(_OLD, "in the lists, air-gapped", [_listed(air_gapped=True), _HOURLY]),
    Case(_OLD, "another installation is in the lists", [_listed(host="sphere"), _HOURLY]),
    Case(_OLD, "in the lists until yesterday", [_listed(date(2026, 3, 19)), _HOURLY]),
    Case(_OLD, "in the lists until today", [_listed(date(2026, 3, 20)), _HOURLY], [HOST]),
    Case(_OLD, "once a week, the last 13 days ago", [_listed(), _each(7 * DAY, 6, 13 * DAY)]),
    Case(_OLD, "once a week, the last over 14 days ago", [_listed(), _each(7 * DAY, 6, 14 * DAY + 1)], [HOST]),
    Case(_OLD, "every three weeks, the last 30 days ago", [_listed(), _each(21 * DAY, 2, 30 * DAY)]),
    Case(_OLD, "every three weeks, the last over 30 days ago", [_listed(), _each(21 * DAY, 2, 30 * DAY + 1)], [HOST]),
    Case(_OLD, "one report a week ago", [_listed(), reports(7 * DAY)]),
    Case(_OLD, "one report over a week ago", [_listed(), reports(7 * DAY + 1)], [HOST]),
    Case(_OLD, "silent for 60 days", [_listed(), _each(HOUR, 200, 60 * DAY)]),
    Case(
        _OLD,
        "the new manager gets the reports",
        [_listed(), _each(HOUR, 90, 3 * DAY), reports(HOUR, 2 * HOUR, labels=_SIDOROV)],
    ),
    Case("KodeksDBLicensesZero", "a report without dates", [reports(*_HOURS)], [HOST], values=[0]),
    Case(
        "KodeksDBLicensesZero",
        "the last report has none",
        [reports(*_HOURS), Series(_EXPIRY, HOST, {2 * HOUR: NOW.timestamp()})],
        [HOST],
    ),
    Case("KodeksDBLicensesZero", "dates", [reports(*_HOURS), Series(_EXPIRY, HOST, {HOUR: NOW.timestamp()})]),
    Case("KodeksDBLicensesZero", "a report of just under two days ago", [reports(2 * DAY - 1)], [HOST]),
    Case("KodeksDBLicensesZero", "no report for two days", [reports(2 * DAY)]),
]
