"""Maintenance mode and its length, and the message that servicing is needed."""

from tests.dashboards.alerts.cases._checks import LESS, by_code, counted, lasting, many, silent
from tests.dashboards.alerts.history import HOST, HOUR, MINUTE, Case, Series, check, installations, page, passed

_MODE = "Maintenance"
_LONG = "KodeksMaintenanceToLong"


def _with_gap(*, failed: int, gap: tuple[int, int]) -> Series:
    """Maintenance mode, with no checks between two moments."""
    whole = check(_MODE, failed=failed)
    kept = {ago: value for ago, value in whole.values.items() if not gap[1] < ago < gap[0]}
    return Series(whole.metric, whole.labels, kept)


CASES = [
    *lasting("KodeksMaintenance", _MODE, 5 * MINUTE),
    Case("KodeksMaintenance", "lasts for more than three hours", [check(_MODE, failed=4 * HOUR)]),
    Case("KodeksMaintenance", "lasts for just under three hours", [check(_MODE, failed=3 * HOUR - LESS)], [HOST]),
    *by_code("KodeksMaintenance", _MODE, silent=0, fires=200),
    Case("KodeksMaintenance", "the page answers 503", [page("http200", 503, since=5 * MINUTE)], [HOST], values=[503]),
    Case("KodeksMaintenance", "503 for a second less", [page("http200", 503, since=5 * MINUTE - LESS)]),
    Case("KodeksMaintenance", "the page answers 502", [page("http200", 502)]),
    Case("KodeksMaintenance", "503 for more than three hours", [page("http200", 503, since=4 * HOUR)]),
    *counted("KodeksMaintenanceCount", _MODE, 5 * MINUTE),
    Case(
        "KodeksMaintenanceCount",
        "those of more than three hours count",
        [*many(_MODE, 30, 5 * MINUTE), check(_MODE, failed=4 * HOUR)],
        [{}],
        values=[31],
    ),
    Case(_LONG, "three hours", [check(_MODE, failed=3 * HOUR)], [HOST]),
    Case(_LONG, "a second less", [check(_MODE, failed=3 * HOUR - LESS)]),
    Case(_LONG, "broken off for one check", [check(_MODE, failed=4 * HOUR, recovered=0)]),
    Case(_LONG, "over for one check", [check(_MODE, failed=4 * HOUR, recovered=5 * MINUTE)]),
    Case(_LONG, "a gap in the checks in between", [_with_gap(failed=4 * HOUR, gap=(2 * HOUR, HOUR))], [HOST]),
    Case(_LONG, "no checks at the time three hours ago", [_with_gap(failed=4 * HOUR, gap=(4 * HOUR, 2 * HOUR))]),
    Case(_LONG, "no checks any more", [_with_gap(failed=4 * HOUR, gap=(35 * MINUTE, -1))]),
    Case(_LONG, "503 for three hours", [page("http200", 503, since=3 * HOUR)], [HOST]),
    Case(_LONG, "503 for a second less", [page("http200", 503, since=3 * HOUR - LESS)]),
    Case(_LONG, "503 now and another code in between", [page("http200", 503, since=HOUR, before=500)]),
    Case(_LONG, "not in maintenance mode", [passed(_MODE)]),
    Case(f"{_LONG}Count", "31 installations", many(_MODE, 31, 3 * HOUR), [{}], values=[31]),
    Case(f"{_LONG}Count", "30 installations", many(_MODE, 30, 3 * HOUR)),
    Case(
        f"{_LONG}Count",
        "one of 31 for a second less",
        [*many(_MODE, 30, 3 * HOUR), check(_MODE, failed=3 * HOUR - LESS, labels=installations(31)[30])],
    ),
    *lasting("KodeksNeedSupport", "support", 10 * MINUTE),
    *by_code("KodeksNeedSupport", "support", silent=0, fires=200),
    *silent("KodeksNeedSupport", "support", "tcp", hold=10 * MINUTE),
]
