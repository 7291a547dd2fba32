"""What the operator gets: collection that has stopped. Stores that refuse queries are tried in test_cases."""

from tests.dashboards.alerts.history import (
    DAY,
    HOUR,
    MINUTE,
    Case,
    Series,
    account,
    check,
    installations,
    passed,
    reports,
    steady,
)

_EVERY = 5 * MINUTE


def _silent(name: str, metric: str, silence: int) -> list[Case]:
    def polls(last: int) -> list[Series]:
        return [account(metric, steady(1, since=last + HOUR, until=last, every=_EVERY))]

    return [
        Case(name, "silent for long enough", polls(silence), [{}], values=[1]),
        Case(name, "silent for a second less", polls(silence - 1)),
        Case(name, "silent for two days", polls(2 * DAY)),
        Case(name, "no data ever"),
    ]


CASES = [
    *_silent("SmartChecksStopped", "kodeks_check_status", 30 * MINUTE),
    Case(
        "SmartChecksStopped",
        "one of two is checked",
        [passed("tcp"), check("tcp", failed=0, labels=installations(1)[0])],
    ),
    *_silent("SmartPollsStopped", "kodeks_online_up", 4 * HOUR),
    Case("SmartRulesFail", "both stores answer", [reports(60)]),
]
