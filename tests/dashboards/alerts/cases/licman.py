"""The licence manager's host and port."""

from tests.dashboards.alerts.cases._checks import lasting
from tests.dashboards.alerts.history import MINUTE

CASES = [
    *lasting("LicmanIcmp", "licman_icmp", 5 * MINUTE),
    *lasting("LicmanTcpStatus", "licman_tcp", 5 * MINUTE),
]
