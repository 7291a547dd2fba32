"""MetricsQL of conditions: what is read, in which state, by which labels.

Each read ends in an aggregation by the labels of a case: labels that a scraper adds would make cases of their own.
"""

from dashboards.alerts._alert import ACCOUNTS, CHECKS, INSTALLATION, REPORTS, Case

# Samples of one report have the time of the report. This much apart they still are one: reports are 55 minutes apart.
_ONE_REPORT = 600
_INFO = "60d"  # names and numbers of a client seldom change, and a case must not lose them with one report


def by(case: Case) -> str:
    """The labels of a case as written behind `by`."""
    return ", ".join(case.labels)


def failed(check: str) -> str:
    """Installations whose last check of that name failed; the value is 0."""
    selector = f'kodeks_check_status{{check="{check}"}}'
    return f"min by ({by(INSTALLATION)}) (last_over_time({selector}[{CHECKS.look_back}])) == 0"


def reported(selector: str, case: Case = INSTALLATION, *, how: str = "max") -> str:
    """The values in the last report of each installation.

    What an earlier report said and the last one does not is over: an error that is gone, a file that was deleted.
    """
    last, time, report = (
        f"last_over_time({selector}[{REPORTS.look_back}])",
        f"tlast_over_time({selector}[{REPORTS.look_back}])",
        f"max by (client, host) (tlast_over_time(kodeks_sysinfo_timestamp_seconds[{REPORTS.look_back}]))",
    )
    newest = f"({time} > on (client, host) group_left () ({report} - {_ONE_REPORT}))"
    return f"{how} by ({by(case)}) ({last} and {newest})"


def reports() -> str:
    """A 0 for each installation that has reported within the look-back."""
    last = f"last_over_time(kodeks_sysinfo_timestamp_seconds[{REPORTS.look_back}])"
    return f"0 * max by ({by(INSTALLATION)}) ({last})"


def account(metric: str, kind: str) -> str:
    """The last value of a quota of each online access."""
    last = f'last_over_time({metric}{{kind="{kind}"}}[{ACCOUNTS.look_back}])'
    return access(last)


def access(read: str) -> str:
    """The same by the labels of an online access; the series call `server` what alerts call `url`."""
    return f'max by (client, manager, url, catalog, user) (label_replace({read}, "url", "$1", "server", "(.*)"))'


def with_names(condition: str) -> str:
    """The cases with the client's legal name and registration number, where a report has ever told them."""
    latest = f"topk by (client, host) (1, tlast_over_time(kodeks_installation_info[{_INFO}])) ^ 0"
    named = f'label_replace({latest}, "clientname", "$1", "legal_name", "(.*)")'
    joined = f"({condition}) * on (client, host) group_left (clientname, regnum) ({named})"
    return f"({joined}) or on (client, host) ({condition})"


def local_day(timezone: str) -> str:
    """The day of the month in the cabinet's time zone."""
    return f"day_of_month({_local(timezone)})"


def days_in_month(timezone: str) -> str:
    """The number of days of the current month in the cabinet's time zone."""
    return f"days_in_month({_local(timezone)})"


def _local(timezone: str) -> str:
    return f'time() + timezone_offset("{timezone}")'
