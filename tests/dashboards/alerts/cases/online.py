"""Quotas, sign-in and use of online accesses."""

from datetime import UTC, datetime, timedelta

from tests.dashboards.alerts.history import ACCESS, HOUR, MINUTE, NOW, Case, Series, account, steady

_KINDS = {"Docs": "docs", "Print": "print", "Search": "search", "Upload": "upload"}
_UP = "kodeks_online_up"
_SIX = 6 * HOUR


def _left(kind: str, pieces: float, since: int = 3 * HOUR, until: int = 0) -> Series:
    return account("kodeks_online_billing_left", steady(pieces, since=since, until=until, every=10 * MINUTE), kind=kind)


def _quota(name: str) -> list[Case]:
    """Three steps; of several that are crossed the narrowest alone is reported."""
    kind, alert = _KINDS[name], f"OnlineBilling{name}Left"
    other = next(one for one in _KINDS.values() if one != kind)
    return [
        Case(f"{alert}150", "149 for 20 minutes", [_left(kind, 149, 20 * MINUTE)], [ACCESS], values=[149]),
        Case(f"{alert}150", "149 for a second less", [_left(kind, 149, 20 * MINUTE - 1)]),
        Case(f"{alert}150", "exactly 150", [_left(kind, 150)]),
        Case(f"{alert}150", "exactly 50", [_left(kind, 50)], [ACCESS], values=[50]),
        Case(f"{alert}150", "49", [_left(kind, 49)]),
        Case(f"{alert}150", "none", [_left(kind, 0)]),
        Case(f"{alert}150", "another quota", [_left(other, 149)]),
        Case(f"{alert}50", "49 for 10 minutes", [_left(kind, 49, 10 * MINUTE)], [ACCESS], values=[49]),
        Case(f"{alert}50", "49 for a second less", [_left(kind, 49, 10 * MINUTE - 1)]),
        Case(f"{alert}50", "exactly 50", [_left(kind, 50)]),
        Case(f"{alert}50", "one", [_left(kind, 1)], [ACCESS]),
        Case(f"{alert}50", "none", [_left(kind, 0)]),
        Case(f"{alert}50", "another quota", [_left(other, 49)]),
        Case(f"{alert}Zero", "none", [_left(kind, 0, 0)], [ACCESS], values=[0]),
        Case(f"{alert}Zero", "one", [_left(kind, 1)]),
        Case(f"{alert}Zero", "another quota", [_left(other, 0)]),
        Case(f"{alert}Zero", "just under six hours ago", [_left(kind, 0, _SIX - 1, _SIX - 1)], [ACCESS]),
        Case(f"{alert}Zero", "six hours ago", [_left(kind, 0, _SIX, _SIX)]),
    ]


def _polls(*, failed: int, recovered: int = -1, until: int = 0) -> Series:
    """A poll every hour that has failed since so many seconds ago."""
    times = range(failed % HOUR, 12 * HOUR, HOUR)
    return account(_UP, {ago: float(ago > failed or ago <= recovered) for ago in times if ago >= until})


def _month(day: int, percent: float, *, moment: datetime) -> list[Series]:
    limit = steady(1000, since=2 * HOUR, every=HOUR)
    left = steady(1000 - 10 * percent, since=2 * HOUR, every=HOUR)
    return [
        account("kodeks_online_billing_limit", limit, kind="docs"),
        account("kodeks_online_billing_left", left, kind="docs"),
        account("kodeks_online_billing_limit", limit, kind="search"),
        account("kodeks_online_billing_left", limit, kind="search"),
    ]


def _midnight(month: int, day: int) -> datetime:
    """When that day of 2026 begins in Samara."""
    return datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=4)


_SECOND = timedelta(seconds=1)


def _use(day: int, percent: float) -> list[Case]:
    alert = f"OnlineUserActivityIsLow{day}"
    begins, ends = _midnight(3, day), _midnight(3, day) + timedelta(days=1)
    low = percent - 0.1

    def case(about: str, moment: datetime, used: float, *, fires: bool = False) -> Case:
        return Case(alert, about, _month(day, used, moment=moment), [ACCESS] if fires else [], moment)

    return [
        case("less, as the day begins", begins, low, fires=True),
        case("less, as the day ends", ends - _SECOND, low, fires=True),
        case("less, a second before", begins - _SECOND, low),
        case("less, the day after", ends, low),
        case("exactly", begins, percent),
        Case(
            alert,
            "no quota",
            [account("kodeks_online_billing_limit", {0: 0}, kind="docs"), _left("docs", 0)],
            moment=begins,
        ),
    ]


CASES = [
    *(case for name in _KINDS for case in _quota(name)),
    Case("OnlineLoginFailed", "for an hour and ten minutes", [_polls(failed=70 * MINUTE)], [ACCESS], values=[0]),
    Case("OnlineLoginFailed", "for a second less", [_polls(failed=70 * MINUTE - 1)]),
    Case("OnlineLoginFailed", "once", [_polls(failed=70 * MINUTE, recovered=10 * MINUTE)]),
    Case("OnlineLoginFailed", "never", [_polls(failed=-1)]),
    Case(
        "OnlineLoginFailed",
        "not polled for just under six hours",
        [_polls(failed=8 * HOUR, until=_SIX - HOUR)],
        [ACCESS],
    ),
    Case("OnlineLoginFailed", "not polled for six hours", [_polls(failed=8 * HOUR, until=_SIX)]),
    *_use(10, 3),
    *_use(20, 10),
    *_use(30, 15),
    Case(
        "OnlineUserActivityIsLow30",
        "on the last day of February",
        _month(28, 14, moment=NOW),
        [ACCESS],
        _midnight(2, 28),
    ),
    Case("OnlineUserActivityIsLow30", "on February 27", _month(27, 14, moment=NOW), [], _midnight(2, 27)),
    Case("OnlineUserActivityIsLow30", "on March 31", _month(31, 14, moment=NOW), [], _midnight(3, 31)),
]
