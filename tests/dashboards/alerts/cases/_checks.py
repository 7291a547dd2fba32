"""Cases that all alerts on checks have in common."""

from tests.dashboards.alerts.history import HOST, MINUTE, Case, Series, check, installations, page, passed

LESS = 1  # second


def many(name: str, count: int, failed: int) -> list[Series]:
    """So many installations whose check has failed since so many seconds ago."""
    return [check(name, failed=failed, labels=labels) for labels in installations(count)]


def lasting(alert: str, name: str, hold: int) -> list[Case]:
    """A check alone: failed for exactly as long as it has to, a second less, and over; gaps in the checks."""
    return [
        Case(alert, "failed for long enough", [check(name, failed=hold)], [HOST], values=[0]),
        Case(alert, "failed for a second less", [check(name, failed=hold - LESS)]),
        Case(alert, "passed in between", [check(name, failed=hold, recovered=hold - 5 * MINUTE)]),
        Case(alert, "passes", [passed(name)]),
        Case(alert, "another check failed", [check("another", failed=60 * MINUTE)]),
        Case(alert, "a gap of 29 minutes in the checks", [_until(name, 29 * MINUTE)], [HOST]),
        Case(alert, "a gap of 30 minutes in the checks", [_until(name, 30 * MINUTE)]),
    ]


def by_code(alert: str, name: str, *, silent: int, fires: int) -> list[Case]:
    """The check failed for long, and its page came with a code that is no case of the alert, or that is one."""
    long = [check(name, failed=120 * MINUTE)]
    return [
        Case(alert, f"the page came with {silent}", [*long, page(name, silent)]),
        Case(alert, f"the page came with {fires}", [*long, page(name, fires)], [HOST]),
        Case(
            alert,
            "another installation's page did not come",
            [*long, page(name, 0, labels=installations(1)[0])],
            [HOST],
        ),
    ]


def _until(name: str, last: int) -> Series:
    """A check that failed, and then was not made any more."""
    every = check(name, failed=120 * MINUTE + last)
    return Series(every.metric, every.labels, {ago: value for ago, value in every.values.items() if ago >= last})


def counted(alert: str, name: str, hold: int) -> list[Case]:
    """More than 30 installations, for as long as one of them has to fail."""
    second_manager = {**installations(1)[0], "manager": "sidorov"}
    return [
        Case(alert, "31 installations", many(name, 31, hold), [{}], values=[31]),
        Case(alert, "30 installations", many(name, 30, hold)),
        Case(alert, "31 for a second less", many(name, 31, hold - LESS)),
        Case(
            alert,
            "30 installations, one of them with two managers",
            [*many(name, 30, hold), check(name, failed=hold, labels=second_manager)],
        ),
    ]


def silent(alert: str, name: str, *causes: str, hold: int) -> list[Case]:
    """While a cause fails the alert is silent, and for as long again as the alert has to last."""
    long = 2 * 60 * MINUTE
    while_failing = [
        Case(
            alert,
            f"silent while {cause} fails",
            [check(name, failed=long), check(cause, failed=0), *_proxy_needs(cause)],
        )
        for cause in causes
    ]
    cause = causes[0]
    return [
        *while_failing,
        Case(
            alert,
            f"{cause} is over for long enough",
            [check(name, failed=long), check(cause, failed=long, recovered=hold)],
            [HOST],
        ),
        Case(
            alert,
            f"{cause} is over for a second less",
            [check(name, failed=long), check(cause, failed=long, recovered=hold - LESS)],
        ),
        Case(
            alert,
            f"{cause} fails at another installation",
            [check(name, failed=long), check(cause, failed=long, labels=installations(1)[0])],
            [HOST],
        ),
    ]


def _proxy_needs(cause: str) -> list[Series]:
    return [passed("tcp")] if cause == "proxy" else []
