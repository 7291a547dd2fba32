"""Reachability: hosts, ports, pages, services behind a proxy."""

from tests.dashboards.alerts.cases._checks import counted, lasting, many, silent
from tests.dashboards.alerts.history import HOST, MINUTE, Case, check, installations

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
    *counted("KodeksHttp200StatusCount", "http200", 15 * MINUTE),
    Case(
        "KodeksHttp200StatusCount",
        "31 installations, one of them in maintenance",
        [*many("http200", 31, 60 * MINUTE), check("Maintenance", failed=60 * MINUTE, labels=installations(1)[0])],
    ),
    *lasting("KodeksBehindProxyDown", "proxy", 10 * MINUTE),
    *silent("KodeksBehindProxyDown", "proxy", "tcp", hold=10 * MINUTE),
]
