"""Variables: what a reader may choose above the panels."""

from collections.abc import Mapping, Sequence

from grafanalib.core import REFRESH_ON_TIME_RANGE_CHANGE, SORT_ALPHA_IGNORE_CASE_ASC, SORT_DISABLED, Template

from dashboards._queries import EVENTS, METRICS, pick

ALL = ".*"


def variable(name: str, title: str, metric: str, label: str, within: Sequence[str] = ()) -> Template:
    """A choice of several values of `label`, or All, narrowed by what is chosen in the variables `within`.

    The values are those seen in the time range: an installation that is gone can still be found in its months.
    """
    return Template(
        name=name,
        label=title,
        query=_values_of(label, metric, within, name),
        dataSource=METRICS,
        refresh=REFRESH_ON_TIME_RANGE_CHANGE,
        sort=SORT_ALPHA_IGNORE_CASE_ASC,
        multi=True,
        includeAll=True,
        allValue=ALL,
    )


def variable_of_one(name: str, title: str, metric: str, label: str, within: Sequence[str] = ()) -> Template:
    """A choice of exactly one value of `label`, the first in the alphabet until the reader chooses.

    Its name is not that of a choice of several: the menu hands those on, and All would be taken for a name here (12.4).
    """
    return Template(
        name=name,
        label=title,
        query=_values_of(label, metric, within, name),
        dataSource=METRICS,
        refresh=REFRESH_ON_TIME_RANGE_CHANGE,
        sort=SORT_ALPHA_IGNORE_CASE_ASC,
    )


def variable_of_rows(name: str, title: str, sql: str) -> Template:
    """A choice of several of the values that `sql` (one column) gives, or All.

    The query is a string: Grafana 12.4 takes an object too, older ones do not.
    """
    return Template(
        name=name,
        label=title,
        query=sql,
        dataSource=EVENTS,
        refresh=REFRESH_ON_TIME_RANGE_CHANGE,
        sort=SORT_ALPHA_IGNORE_CASE_ASC,
        multi=True,
        includeAll=True,
        allValue=ALL,
    )


OWN = "Мои клиенты"  # the word for the value that is the reader's own


def variable_of_own(name: str, title: str) -> Template:
    """A choice of one manager of the registry, or All; it opens on the reader's own clients where he is a manager.

    His login is the manager's name, or that name with a point and the distributor's `login_suffix` behind it. Grafana
    (12.4 as 9.5) looks for the value that the dashboard opens with by its text too: the option of the reader has the
    same text for everybody, and where nobody has it, All is it.
    """
    login = "${__user.login:sqlstring}"
    return Template(
        name=name,
        label=title,
        query=f"""
SELECT CASE WHEN own > 0 AND own = max(own) OVER () THEN '{OWN}' ELSE manager END AS "__text", manager AS "__value"
FROM (
  SELECT DISTINCT manager, CASE WHEN manager = {login} THEN 1000
                                WHEN starts_with({login}, manager || '.') THEN length(manager) ELSE 0 END AS own
  FROM core.clients
  WHERE active_to IS NULL
) AS managers
ORDER BY own > 0 AND own = max(own) OVER () DESC, manager
LIMIT 1000
""".strip(),
        dataSource=EVENTS,
        refresh=REFRESH_ON_TIME_RANGE_CHANGE,
        sort=SORT_DISABLED,
        includeAll=True,
        allValue=ALL,
        default=OWN,
    )


def variable_of_words(name: str, title: str, words: Mapping[str, str]) -> Template:
    """A choice of several of fixed values, or All; value -> the word shown for it."""
    query = ",".join(f"{word} : {value}" for value, word in words.items())
    return Template(name=name, label=title, query=query, type="custom", multi=True, includeAll=True, allValue=ALL)


def threshold(name: str, title: str, values: Sequence[str], default: str) -> Template:
    """A choice of exactly one of those values."""
    return Template(name=name, label=title, query=",".join(values), type="custom", default=default)


def _values_of(label: str, metric: str, within: Sequence[str], name: str) -> dict[str, object]:
    selector = pick(metric, *within) if within else metric
    return {"qryType": 1, "query": f"label_values({selector}, {label})", "refId": name}
