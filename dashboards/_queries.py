"""PromQL and SQL as text, and the grafanalib targets that carry them.

Neither names the cabinet: the credential of the data source decides whose series and rows there are.
"""

from grafanalib.core import SqlTarget, Target

METRICS = {"type": "prometheus", "uid": "smart-metrics"}
EVENTS = {"type": "grafana-postgresql-datasource", "uid": "smart-events"}
MIXED = {"type": "datasource", "uid": "-- Mixed --"}  # of a panel whose queries go to both

# How far back a read looks for the last sample; what is older stays a visible gap.
CHECKS = "10m"  # availability checks come every 5 minutes
TELEGRAF = "45m"  # every 15 minutes
SMARTSTATUS = "45m"  # every 15 minutes
SYSINFO = "2h"  # every 55 to 60 minutes
ONLINE = "2h"  # about hourly
SELECTED = "$__range"  # for lists of the last known values: who was silent lately must not vanish from them

# Variables that are not called like the label they filter.
_LABELS = {"checktype": "check", "firm": "client", "installation": "host", "login": "user"}


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


def largest(selector: str, window: str, *labels: str) -> str:
    """The largest value of each step, so that no range hides a peak; between two reports the last not older than that.

    The second part alone would see the end of a long step, the first alone would leave a gap after each report.
    """
    reads = (f"max_over_time({selector}[$__interval])", last(selector, window))
    return " or ".join(f"max by ({', '.join(labels)}) ({read})" for read in reads)


def success(selector: str, *labels: str) -> str:
    """Percent of the passed ones (1) among all checks of the 30 days before each point; what did not come, counts not.

    Added up by the hour first: so every sample is read once, and not once for each point whose 30 days it lies in.
    """
    passed, all_of_them = (
        f"sum by ({', '.join(labels)}) (sum_over_time({calculation}({selector}[1h])[30d:1h]))"
        for calculation in ("sum_over_time", "count_over_time")
    )
    return f"{passed} / {all_of_them} * 100"


def used_quota(kind: str, *filters: str, window: str = ONLINE) -> str:
    """Used share of the month's quota in percent, for every online access that has one."""
    left, limit = (
        last(pick(f"kodeks_online_billing_{what}", *filters, kind=kind), window) for what in ("left", "limit")
    )
    return f"({limit} - {left}) / ({limit} > 0) * 100"


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


def all_of(*conditions: str) -> str:
    """One SQL condition out of several, which PostgreSQL (15) takes for true of half the rows.

    It keeps no statistics of what cabinets write, and would take each of them for true of one row in two hundred: then
    it sorts the whole time range, by a wrong index, where the index (cabinet, time) has the newest rows at its end.
    """
    return f"CASE WHEN {' AND '.join(conditions)} THEN true ELSE false END"


def series(expr: str, name: str, *, every: str = "") -> Target:
    """A query over the time range; `name` is the legend's, `every` the shortest step."""
    return Target(expr=expr, legendFormat=name, interval=every, datasource=METRICS)


def instant(expr: str) -> Target:
    """A query at the end of the time range, as a table of one row a series."""
    return Target(expr=expr, format="table", instant=True, datasource=METRICS)


def figure(expr: str, name: str) -> Target:
    """A query at the end of the time range, one figure a series; `name` is written beside it."""
    return Target(expr=expr, legendFormat=name, instant=True, datasource=METRICS)


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
