"""Reachability: hosts, ports, pages, services behind a proxy."""

from tests.dashboards.alerts.cases._checks import by_code, counted, lasting, many, silent
from tests.dashboards.alerts.history import HOST, MINUTE, Case, check, installations, page

_SIDOROV = {**HOST, "manager": "sidorov"}

CASES = [
    *lasting("KodeksTcpStatus", "tcp", 5 * MINUTE),
    Case(
        "KodeksTcpStatus",
        "each manager of an installation has a case",
        [check("tcp", failed=5 * MINUTE), check("tcp", failed=5 * MINUTE, labels=_SIDOROV)],
        [HOST, _SIDOROV],
    ),
    *counted("KodeksTcpStatusCount", "tcp", 5 * MINUTE),
    *lasting("KodeksIcmp", "icmp", 5 * MINUTE),
    *counted("KodeksIcmpCount", "icmp", 5 * MINUTE),
    *lasting("KodeksHttp200Status", "http200", 15 * MINUTE),
    *silent("KodeksHttp200Status", "http200", "tcp", "Maintenance", "proxy", hold=15 * MINUTE),
    Case(
        "KodeksHttp200Status",
        "silent while the page answers 503",
        [check("http200", failed=60 * MINUTE), page("http200", 503, since=60 * MINUTE)],
    ),
    *by_code("KodeksHttp200Status", "http200", silent=503, fires=0),
    *counted("KodeksHttp200StatusCount", "http200", 15 * MINUTE),
    Case(
        "KodeksHttp200StatusCount",
        "31 installations, one of them in maintenance",
        [*many("http200", 31, 60 * MINUTE), check("Maintenance", failed=60 * MINUTE, labels=installations(1)[0])],
    ),
    *lasting("KodeksBehindProxyDown", "proxy", 10 * MINUTE),
    *by_code("KodeksBehindProxyDown", "proxy", silent=0, fires=502),
    *silent("KodeksBehindProxyDown", "proxy", "tcp", hold=10 * MINUTE),
]
