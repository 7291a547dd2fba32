"""MetricsQL of conditions: what is read, in which state, by which labels.

Each read ends in an aggregation by the labels of a case: labels that a scraper adds would make cases of their own.
"""

from dashboards.alerts._alert import ACCOUNTS, CHECKS, INSTALLATION, REPORTS, Case

# Samples of one report have the time of the report. This much apart they still are one: reports are 55 minutes apart.
_ONE_REPORT = 600
_REPORT = "kodeks_sysinfo_timestamp_seconds"
_CODE = "kodeks_check_http_code"
_INFO = "60d"  # names and numbers of a client seldom change, and a case must not lose them with one report


def by(case: Case) -> str:
    """The labels of a case, as the list that follows `by` in a query."""
    return ", ".join(case.labels)


def failed(check: str) -> str:
    """Installations whose last check of that name failed; the value is 0."""
    return f"min by ({by(INSTALLATION)}) ({_last('kodeks_check_status', check)}) == 0"


def refused(check: str) -> str:
    """The same of a check of a page, where the server answered at all.

    Both series come from one probe. So this needs no time to wait for another check that shows a closed port. A probe
    that leaves no code counts as answered.
    """
    return f"({failed(check)}) unless on (client, host) ({_code(check)} == 0)"


def shown(check: str) -> str:
    """The same of a check that reads the page's text, where the page came with 200: a refused sign-in shows nothing."""
    return f"({failed(check)}) unless on (client, host) ({_code(check)} != 200)"


def answered(check: str, code: int) -> str:
    """Installations that answered the last check of that name with that HTTP code; the value is the code."""
    return f"max by ({by(INSTALLATION)}) ({_last(_CODE, check)}) == {code}"


def _code(check: str) -> str:
    return f"max by (client, host) ({_last(_CODE, check)})"


def _last(metric: str, check: str) -> str:
    return f'last_over_time({metric}{{check="{check}"}}[{CHECKS.look_back}])'


def reported(
    selector: str,
    case: Case = INSTALLATION,
    *,
    how: str = "max",
    window: str = REPORTS.look_back,
    rename: tuple[str, str] | None = None,
) -> str:
    """The values in the last report of each installation, if it is not older than `window`.

    What is in an earlier report and not in the last one is over: an error that is gone, a file that was deleted, a
    manager who has handed the client over. `how` combines series that have the same labels of the case. `rename` gives
    a label of the series another name.
    """
    last, time = f"last_over_time({selector}[{window}])", f"tlast_over_time({selector}[{window}])"
    report = f"max by (client, host) (tlast_over_time({_REPORT}[{window}]))"
    newest = f"({time} > on (client, host) group_left () ({report} - {_ONE_REPORT}))"
    found = f"{last} and {newest}"
    if rename:
        found = f'label_replace({found}, "{rename[1]}", "$1", "{rename[0]}", "(.*)")'
    return f"{how} by ({by(case)}) ({found})"


def reports() -> str:
    """A 0 for each installation that has reported within the look-back."""
    return f"0 * {reported(_REPORT)}"


def account(metric: str, kind: str) -> str:
    """The last value of a quota of each online access."""
    last = f'last_over_time({metric}{{kind="{kind}"}}[{ACCOUNTS.look_back}])'
    return access(last)


def access(read: str) -> str:
    """The same by the labels of an online access; the series call `server` what alerts call `url`."""
    return f'max by (client, manager, url, catalog, user) (label_replace({read}, "url", "$1", "server", "(.*)"))'


def with_names(condition: str) -> str:
    """The cases with the client's legal name and registration number, where any report of 60 days has them."""
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
