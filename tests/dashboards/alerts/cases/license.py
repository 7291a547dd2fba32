"""Seats, the end of licences, work without a contract."""

from tests.dashboards.alerts.cases._checks import by_code
from tests.dashboards.alerts.cases.senselock import named
from tests.dashboards.alerts.history import (
    DAY,
    HOST,
    HOUR,
    MINUTE,
    NOW,
    Case,
    Labels,
    Series,
    check,
    installations,
    passed,
    reports,
    user,
)

_HOURS = range(HOUR, DAY + 1, HOUR)
_NAMED = {**HOST, "clientname": "ООО «Ромашка»", "regnum": "123456"}
_SIDOROV = {**HOST, "manager": "sidorov"}


def _ends(seconds: float, *, ago: int = HOUR, labels: Labels = HOST) -> Series:
    """A licence that ends in so many seconds, as the last two reports have it."""
    end = NOW.timestamp() + seconds
    return Series("kodeks_license_expiry_timestamp_seconds", labels, {ago: end, ago + HOUR: end})


def _expiring(days: int, narrower: int, hold: int) -> list[Case]:
    """Below the step for as long as it has to last; the narrower step is reported in its place."""
    alert = f"KodeksLicenseExpiring{days}day"
    inside = days * DAY - hold - 1
    old = 14 * DAY - HOUR
    cases = [
        Case(alert, "for long enough", [reports(*_HOURS), _ends(inside), named()], [_NAMED], values=[inside / DAY]),
        Case(alert, "for a second less", [reports(*_HOURS), _ends(inside + 1), named()]),
        Case(alert, "no date in the last report", [reports(*_HOURS), _ends(inside, ago=2 * HOUR), named()]),
        Case(alert, "a report of under two weeks ago", [reports(old), _ends(inside, ago=old)], [HOST]),
        Case(alert, "a report of two weeks ago", [reports(14 * DAY), _ends(inside, ago=14 * DAY)]),
    ]
    if narrower:
        below, at = _ends(narrower * DAY - 1), _ends(narrower * DAY)
        cases += [
            Case(alert, f"below {narrower} days", [reports(*_HOURS), below, named()]),
            Case(alert, f"exactly {narrower} days", [reports(*_HOURS), at, named()], [_NAMED]),
        ]
    return cases


def _refused(count: float, ago: int, reason: str = "no_seats", login: str = "ivanov") -> Series:
    labels = {**HOST, "user": login, "domain": "OFFICE", "reason": reason}
    return Series("kodeks_user_login_rejected_hour", labels, {ago: count})


def _contract(ends: float, labels: Labels = HOST) -> Series:
    return Series("kodeks_contract_end_timestamp_seconds", labels, {200 * DAY: NOW.timestamp() + ends})


def _worked(ago: int, requests: float = 3) -> Series:
    return user("kodeks_user_db_requests_hour", "ivanov", {ago: requests})


CASES = [
    Case("KodeksLimitsUsers", "at once", [check("limit", failed=0)], [HOST], values=[0]),
    Case("KodeksLimitsUsers", "a seat is free again", [check("limit", failed=5 * MINUTE, recovered=0)]),
    Case("KodeksLimitsUsers", "seats are free", [passed("limit")]),
    Case("KodeksLimitsUsers", "the port is closed", [check("limit", failed=HOUR), check("tcp", failed=0)]),
    Case(
        "KodeksLimitsUsers",
        "another's port is closed",
        [check("limit", failed=0), check("tcp", failed=HOUR, labels=installations(1)[0])],
        [HOST],
    ),
    *by_code("KodeksLimitsUsers", "limit", silent=0, fires=200),
    *by_code("KodeksLimitsUsers", "limit", silent=401, fires=200),
    Case("KodeksDetectOverUserError", "once", [_refused(1, HOUR)], [HOST], values=[1]),
    Case(
        "KodeksDetectOverUserError",
        "added up over users and hours",
        [_refused(2, HOUR), _refused(3, 20 * HOUR, login="orlov")],
        [HOST],
        values=[5],
    ),
    Case("KodeksDetectOverUserError", "just under a day ago", [_refused(1, DAY - 1)], [HOST]),
    Case("KodeksDetectOverUserError", "a day ago", [_refused(1, DAY)]),
    Case("KodeksDetectOverUserError", "for another reason", [_refused(9, HOUR, "auth"), _refused(9, HOUR, "unknown")]),
    *_expiring(2, 0, 0),
    Case("KodeksLicenseExpiring2day", "over", [reports(*_HOURS), _ends(-DAY)], [HOST], values=[-1]),
    Case(
        "KodeksLicenseExpiring2day",
        "the new manager alone",
        [
            reports(2 * HOUR, 3 * HOUR),
            reports(HOUR, labels=_SIDOROV),
            _ends(DAY, ago=2 * HOUR),
            _ends(DAY, labels={**_SIDOROV}, ago=HOUR),
        ],
        [_SIDOROV],
    ),
    *_expiring(7, 2, 10 * MINUTE),
    *_expiring(90, 7, 20 * MINUTE),
    Case("KodeksLicenseExpiring90day", "below 2 days", [reports(*_HOURS), _ends(DAY)]),
    Case("KodeksUnsupportedButUsed", "used after the end", [_contract(-1), _worked(HOUR)], [HOST], values=[3]),
    Case("KodeksUnsupportedButUsed", "not over yet", [_contract(1), _worked(HOUR)]),
    Case("KodeksUnsupportedButUsed", "used just under a week ago", [_contract(-1), _worked(7 * DAY - 1)], [HOST]),
    Case("KodeksUnsupportedButUsed", "used a week ago", [_contract(-1), _worked(7 * DAY)]),
    Case("KodeksUnsupportedButUsed", "reports without a request", [_contract(-1), _worked(HOUR, 0)]),
    Case("KodeksUnsupportedButUsed", "no contract is known", [_worked(HOUR)]),
    Case(
        "KodeksUnsupportedButUsed",
        "another's contract",
        [_contract(-1, {**HOST, "host": "sphere", "client": "sphere"}), _worked(HOUR)],
    ),
]
