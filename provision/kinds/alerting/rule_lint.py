"""What the linter finds in the alert rules of cabinets, as problems with codes of their own."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import dashboards
from dashboards import alerts
from provision.kinds.dashboard import scope_of
from provision.kinds.dashboard_lint import breach
from provision.model import Cabinet, Code, Problem
from provision.text import Text

if TYPE_CHECKING:
    from dashboards.lint import Contract

# Rules of dashboards/lint/alerts.py -> codes: a code never changes its meaning.
_CODES = {
    "alert-form": "D24",
    "alert-sources": "D25",
    "alert-promql": "D26",
    "alert-sql": "D27",
    "alert-labels": "D28",
    "alert-names": "D29",
    "alert-texts": "D30",
    "alert-interval": "D31",
    "alert-page": "D32",
}


def codes() -> Iterable[Code]:
    """One code for each rule of the linter."""
    from dashboards.lint import ALERT_RULES

    for rule, code in _CODES.items():
        wrong = Text(f"оповещение нарушает правило «{rule}»", f"the alert rule breaks the rule {rule!r}")
        yield Code(code, "error", wrong, Text(*ALERT_RULES[rule]))


def lint(cabinets: Sequence[Cabinet]) -> Iterator[Problem]:
    """Every breach in the alert rules that these cabinets get, each once; asks no server.

    Queries are compared with what the stores hold.
    """
    from dashboards.lint import Contract  # its parsers of PromQL and SQL take a while to load
    from provision.stores.contract import columns_by_table, labels_by_metric, periods_by_metric

    yield from breaches(cabinets, Contract(labels_by_metric(), columns_by_table(), periods_by_metric()))


def breaches(cabinets: Iterable[Cabinet], contract: "Contract") -> Iterator[Problem]:
    """The same against a given data model."""
    from dashboards.lint import ALERT_RULES, lint_rules

    found = set()
    for scope in dict.fromkeys(map(scope_of, cabinets)):
        groups = {group.name: (group.interval, group.rules) for group in alerts.rule_groups(scope)}
        uids = {dashboards.uid(slug) for slug in scope.slugs}
        for finding in lint_rules(groups, uids, alerts.names(scope), contract):
            if finding not in found:
                found.add(finding)
                yield breach(finding, _CODES[finding.rule], ALERT_RULES[finding.rule], "dashboards/alerts")
