"""Which alert is silent while another one reports the cause: 32 pairs, of the documents or proposed.

A pair becomes `unless` in the query of the suppressed rule. The data of both come at different seconds, so that the
effect may be seen before the cause: a suppressed rule holds one evaluation longer than what suppresses it. One alert
(KodeksLimitsUsers) does not wait: its own probe shows whether the port is closed or the seats are taken.
"""

from collections.abc import Mapping

from dashboards.alerts._alert import Alert
from dashboards.alerts._conditions import with_names

_CLOSED_PORT = ("KodeksTcpStatus",)  # proposal: nothing can be read through a closed port
_PROXY = ("KodeksBehindProxyDown",)  # proposal: the service behind the proxy is down
_MAINTENANCE = ("KodeksMaintenance",)  # documented: sign-in and main page fail then, and that is normal
_NO_TEST_USER = ("KodeksAuthNotWork",)  # documented: without smartlogin the checks of key and warning read 0

# Suppressed -> what suppresses it.
SUPPRESSED: Mapping[str, tuple[str, ...]] = {
    "KodeksHttp200Status": (*_MAINTENANCE, *_CLOSED_PORT, *_PROXY),
    # documented: with all seats taken the test user is refused
    "KodeksAuthNotWork": (*_MAINTENANCE, "KodeksLimitsUsers", *_CLOSED_PORT, *_PROXY),
    "KodeksOnlineSensLockCheck": (*_NO_TEST_USER, *_CLOSED_PORT, *_PROXY),
    "KodeksWarning": (*_NO_TEST_USER, *_CLOSED_PORT, *_PROXY),
    "KodeksLimitsUsers": _CLOSED_PORT,
    "KodeksNeedSupport": _CLOSED_PORT,
    "KodeksMaintenance": ("KodeksMaintenanceToLong",),  # proposal: the same state, longer
    "KodeksDBOperUpToOld": ("SmartXMLfileIsToOld",),  # proposal: the age is not known without reports
    # proposal: of nested thresholds the narrowest that is crossed
    "KodeksLicenseExpiring7day": ("KodeksLicenseExpiring2day",),
    "KodeksLicenseExpiring90day": ("KodeksLicenseExpiring2day", "KodeksLicenseExpiring7day"),
    **{
        f"OnlineBilling{kind}Left{step}": tuple(f"OnlineBilling{kind}Left{narrower}" for narrower in narrower_ones)
        for kind in ("Docs", "Print", "Search", "Upload")
        for step, narrower_ones in (("50", ("Zero",)), ("150", ("Zero", "50")))
    },
}


def query(alert: Alert, alerts: Mapping[str, Alert]) -> str:
    """The whole condition of an alert in MetricsQL: without the cases that another alert reports, or counted."""
    if alert.counts:
        counted = alerts[alert.counts]
        return f"count(max by ({', '.join(counted.case.key)}) ({query(counted, alerts)})) > {alert.over}"
    condition = _without_causes(alert, alerts)
    return with_names(condition) if alert.named else condition


def _without_causes(alert: Alert, alerts: Mapping[str, Alert]) -> str:
    causes = [alerts[name] for name in SUPPRESSED.get(alert.name, ()) if name in alerts]
    if not causes:
        return alert.condition
    others = " or ".join(f"({cause.condition})" for cause in causes)
    return f"({alert.condition}) unless on ({', '.join(alert.case.key)}) ({others})"


def hold(alert: Alert, alerts: Mapping[str, Alert]) -> int:
    """How long a case must last before it is reported, in seconds."""
    if alert.counts:
        return hold(alerts[alert.counts], alerts)
    if alert.immediate:
        return alert.hold
    causes = [alerts[name] for name in SUPPRESSED.get(alert.name, ()) if name in alerts]
    return max([alert.hold, *(hold(cause, alerts) + alert.every for cause in causes)])
