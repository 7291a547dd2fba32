"""The protection key on the server and in the reports."""

from collections.abc import Mapping

from tests.dashboards.alerts.cases._checks import by_code, lasting, silent
from tests.dashboards.alerts.history import DAY, HOST, HOUR, MINUTE, Case, Series, reports

_HOURS = range(HOUR, DAY + 1, HOUR)


def named(name: str = "ООО «Ромашка»", ago: int = HOUR) -> Series:
    """The client's name and number in the reports."""
    return Series(
        "kodeks_installation_info", {**HOST, "legal_name": name, "regnum": "123456", "kind": "cloud"}, {ago: 1}
    )


def _state(values: Mapping[int, float]) -> Series:
    return Series("kodeks_senselock_state", HOST, values)


def _recorded(alert: str, value: float, *others: float) -> list[Case]:
    """The state that the alert is about, and others."""
    whole = {**HOST, "clientname": "ООО «Ромашка»", "regnum": "123456"}
    return [
        Case(alert, "in the last report", [reports(*_HOURS), _state({HOUR: value}), named()], [whole]),
        Case(alert, "of a client without a name", [reports(*_HOURS), _state({HOUR: value})], [HOST]),
        Case(
            alert,
            "the name changed",
            [reports(*_HOURS), _state({HOUR: value}), named("АО «Ромашка»", 9 * DAY), named()],
            [whole],
        ),
        Case(alert, "over", [reports(*_HOURS), _state({2 * HOUR: value, HOUR: 1}), named()]),
        Case(alert, "not in the last report", [reports(*_HOURS), _state({2 * HOUR: value}), named()]),
        Case(
            alert, "a report of just under two days ago", [reports(2 * DAY - 1), _state({2 * DAY - 1: value})], [HOST]
        ),
        Case(alert, "a report of two days ago", [reports(2 * DAY), _state({2 * DAY: value})]),
        *(Case(alert, f"the state {other}", [reports(*_HOURS), _state({HOUR: other})]) for other in others),
        Case(alert, "reports without states of keys", [reports(*_HOURS), named()]),
    ]


CASES = [
    *lasting("KodeksOnlineSensLockCheck", "key", 20 * MINUTE),
    *by_code("KodeksOnlineSensLockCheck", "key", silent=401, fires=200),
    *silent("KodeksOnlineSensLockCheck", "key", "auth", "tcp", "proxy", hold=20 * MINUTE),
    *_recorded("KodeksOfflineSensLockCheck", 0, 1, -1),
    *_recorded("KodeksXmlSensLockStatus", -1, 1, 0),
]
