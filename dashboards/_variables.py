"""Variables: what a reader may choose above the panels."""

from collections.abc import Sequence

from grafanalib.core import REFRESH_ON_TIME_RANGE_CHANGE, SORT_ALPHA_IGNORE_CASE_ASC, Template

from dashboards._queries import METRICS, pick

ALL = ".*"


def variable(name: str, title: str, metric: str, label: str, within: Sequence[str] = ()) -> Template:
    """A choice of several values of `label`, or All, narrowed by what is chosen in the variables `within`.

    The values are those seen in the time range: an installation that is gone can still be found in its months.
    """
    selector = pick(metric, *within) if within else metric
    return Template(
        name=name,
        label=title,
        query={"qryType": 1, "query": f"label_values({selector}, {label})", "refId": name},
        dataSource=METRICS,
        refresh=REFRESH_ON_TIME_RANGE_CHANGE,
        sort=SORT_ALPHA_IGNORE_CASE_ASC,
        multi=True,
        includeAll=True,
        allValue=ALL,
    )
