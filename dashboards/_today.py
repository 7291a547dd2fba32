"""What `today` counts and lists: one condition for both, so that a figure and its list never differ.

A condition is a query whose series are the cases, with `host` or `client` and `user`, and the manager of now: after a
change of manager an installation has two series for a while, and the one that was heard of last counts.
"""

from dashboards._queries import CHECKS, SELECTED, SYSINFO, last, latest, pick

DAY = 86400
OPERUP_LIMIT = 3 * DAY  # as the alert KodeksDBOperUpToOld
SILENCE = 2 * DAY  # as the alert SmartXMLfileIsToOld
QUOTA = 15  # percent
FALL = -50  # percent
NOBODY = "-"  # no login: it begins with a letter or a digit
NORM = 20  # points of activity a month: what is below says nothing when it falls

_MANAGER = "manager"
_ACTIVITY = pick("kodeks_user_activity_mtd", _MANAGER)
# The same moment of the month before: back by the number of its days.
_MONTH_AGO = f"end() - {DAY} * days_in_month(end() - {DAY} * day_of_month(end()))"


def newest(selector: str, window: str, *labels: str) -> str:
    """The last value of each case, with the labels that the case has now.

    MetricsQL: PromQL knows the time of a last sample only within its own look-back of five minutes.
    """
    heard = f"topk by ({', '.join(labels)}) (1, tlast_over_time({selector}[{window}]))"
    return f"({last(selector, window)} and {heard})"


def down() -> str:
    """Installations whose port is closed, or whose page does not open; the value is 0, the label `check` says which.

    Not `or on (host)`: VictoriaMetrics (1.79.5) would fill the series of the port that is open with the page's values.
    """
    closed, unanswered = (
        f"{newest(pick('kodeks_check_status', _MANAGER, check=check), CHECKS, 'host')} == 0"
        for check in ("tcp", "http200")
    )
    return f"({closed}) or (({unanswered}) unless on (host) ({closed}))"


def licence_left() -> str:
    """Days to the end of the licence of each installation that was heard of in the time range."""
    expiry = newest(pick("kodeks_license_expiry_timestamp_seconds", _MANAGER), SELECTED, "host")
    return f"({expiry} - time()) / {DAY}"


def ending(days: int) -> str:
    """Installations whose licence ends within so many days, or has ended."""
    return f"{licence_left()} < {days}"


def full() -> str:
    """Installations that have used all their seats at the last report; the value is the number of seats used."""
    used = newest(pick("kodeks_licenses_used", _MANAGER), SYSINFO, "host")
    registered = newest(pick("kodeks_licenses_registered", _MANAGER), SYSINFO, "host")
    return f"{used} >= on (host) group_left () {registered}"


def short_quotas() -> str:
    """What is left of the quotas of which less than 15 % is left, by client, user and kind."""
    keys = ("client", "user", "server", "catalog", "kind")
    left, limit = (
        newest(pick(f"kodeks_online_billing_{what}", _MANAGER), SELECTED, *keys) for what in ("left", "limit")
    )
    on = f"on ({', '.join(keys)})"
    return f"{left} and {on} ({left} * 100 / {on} ({limit} > 0) < {QUOTA})"


def old_updates() -> str:
    """The age in seconds of the oldest OperUp file of each installation where it is above the limit."""
    ages = newest(pick("kodeks_operup_file_age_seconds", _MANAGER), SYSINFO, "host", "file")
    return f"max by (host, manager) ({ages}) > {OPERUP_LIMIT}"


def silent() -> str:
    """Seconds since the last report of installations that reported in the time range, and lately no more."""
    return f"time() - {latest(pick('kodeks_sysinfo_timestamp_seconds', _MANAGER), 'host')} > {SILENCE}"


def falling() -> str:
    """How much the activity of this month is below that of the month before, at the same hour of it, in percent."""
    owner = f"0 * {newest(pick('kodeks_licenses_registered', _MANAGER), SYSINFO, 'host')}"
    now, before = (
        f"sum by (host) (max by (host, user) (last_over_time({_ACTIVITY}[{window}]{at})))"
        for window, at in ((SYSINFO, ""), ("1d", f" @ ({_MONTH_AGO})"))
    )
    change = f"{now} / ({before} >= {NORM}) * 100 - 100 < {FALL}"
    return f"{owner} + on (host) group_left () ({change})"


def per_manager(condition: str) -> str:
    """How many cases each manager has; and a row too many, without which no case at all would be no column."""
    return f'union(count by (manager) ({condition}), label_set(vector(0), "manager", "{NOBODY}"))'
