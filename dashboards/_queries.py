"""PromQL and SQL as text, and the grafanalib targets that carry them.

Neither names the cabinet: the credential of the data source decides whose series and rows there are.
"""

from grafanalib.core import SqlTarget, Target

METRICS = {"type": "prometheus", "uid": "smart-metrics"}
EVENTS = {"type": "grafana-postgresql-datasource", "uid": "smart-events"}

# How far back a read looks for the last sample; what is older stays a visible gap.
CHECKS = "10m"  # availability checks come every 5 minutes
TELEGRAF = "45m"  # every 15 minutes
SMARTSTATUS = "45m"  # every 15 minutes
SYSINFO = "2h"  # every 55 to 60 minutes
ONLINE = "2h"  # about hourly
SELECTED = "$__range"  # for tables of the last known values: who was silent lately must not vanish from the list

_LABELS = {"checktype": "check", "login": "user"}  # variables that are not called like the label they filter


def pick(metric: str, *variables: str, **labels: str) -> str:
    """The selector of a metric: `labels` are equal, `variables` match what the reader chose.

    All is `.*`, which a missing label matches too: a chosen All never hides a series. A raw string and `:regex`, since
    Grafana by itself (12.4) escapes no quotation mark: `ООО "Ромашка"` would end the string.
    """
    chosen = [f"{_LABELS.get(name, name)}=~`${{{name}:regex}}`" for name in variables]
    return metric + "{" + ",".join([*(f'{name}="{value}"' for name, value in labels.items()), *chosen]) + "}"


def last(selector: str, window: str = SYSINFO) -> str:
    """The last value of each series not older than `window`."""
    return f"last_over_time({selector}[{window}])"


def by_host(selector: str, window: str = SYSINFO) -> str:
    """One value an installation: for a while after a change of manager it has two series."""
    return f"max by (host) ({last(selector, window)})"


def by_user(selector: str, window: str = SYSINFO) -> str:
    """One value a user of an installation; a user who changed the manager or the domain counts once."""
    return f"max by (host, user) ({last(selector, window)})"


def host_total(selector: str, window: str = SYSINFO) -> str:
    """The sum over the users of each installation."""
    return f"sum by (host) ({by_user(selector, window)})"


def latest(selector: str, *labels: str) -> str:
    """Of the series that agree in `labels`, the one that was heard of last in the time range: with its other labels.

    MetricsQL: PromQL knows the time of a last sample only within its own look-back of five minutes.
    """
    return f"topk by ({', '.join(labels)}) (1, tlast_over_time({selector}[{SELECTED}]))"


def chosen(column: str, variable: str) -> str:
    """An SQL condition: the column has one of the chosen values; All takes NULL too.

    Not `IN (${name:sqlstring})`: Grafana (12.4 as 9.5) writes a custom All value as it is in every format: `IN (.*)`.
    A regular expression reads the same for All, one value and many. Dollar quotes: `:regex` doubles no apostrophe.
    """
    return f"coalesce({column}, '') ~ $re$^(${{{variable}:regex}})$$re$"


def series(expr: str, name: str, *, every: str = "") -> Target:
    """A query over the time range; `name` is the legend's, `every` the shortest step."""
    return Target(expr=expr, legendFormat=name, interval=every, datasource=METRICS)


def instant(expr: str) -> Target:
    """A query at the end of the time range, as a table of one row a series."""
    return Target(expr=expr, format="table", instant=True, datasource=METRICS)


def ref_id(index: int) -> str:
    """The name of the query at that place of a panel, from 0: A to Z, then AA."""
    letter = chr(ord("A") + index % 26)
    return letter if index < 26 else ref_id(index // 26 - 1) + letter


def rows(sql: str) -> SqlTarget:
    """An SQL query as a table."""
    return SqlTarget(rawSql=sql, format="table", datasource=EVENTS)


def points(sql: str) -> SqlTarget:
    """An SQL query as series: columns `time` (ascending), `metric` (the name of the series) and `value`."""
    return SqlTarget(rawSql=sql, format="time_series", datasource=EVENTS)
