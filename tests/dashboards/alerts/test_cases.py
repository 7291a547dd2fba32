"""Each alert fires when it should and is silent otherwise, by its own query on real stores."""

import psycopg
import pytest

from dashboards import alerts
from provision.stores.cluster import Connection
from tests.dashboards.alerts.cases import EVERY
from tests.dashboards.alerts.grafana import Stores
from tests.dashboards.alerts.history import Case
from tests.dashboards.boards import EVERYTHING
from tests.dashboards.conftest import NOW

GROUPS = alerts.rule_groups(EVERYTHING)
RULES = {rule["title"]: (rule, group.interval) for group in GROUPS for rule in group.rules}


@pytest.mark.parametrize("case", EVERY, ids=str)
def test_the_alert_fires_for_these_cases_alone(case: Case, history: Stores) -> None:
    """The label sets that fire after the history, and the values of those that fire."""
    history.fill(case)
    rule, interval = RULES[case.alert]
    found = history.firing(rule, interval, case.moment)
    assert sorted(found) == sorted(tuple(sorted(labels.items())) for labels in case.fires)
    if case.values:
        expected = [found[tuple(sorted(labels.items()))] for labels in case.fires]
        assert expected == pytest.approx(case.values)


@pytest.mark.parametrize("alert", sorted(RULES.keys() - {"SmartRulesFail"}))
def test_each_alert_has_a_case_that_fires_and_one_that_does_not(alert: str) -> None:
    """No alert is without both; an error of a store is a test of its own."""
    fires = {bool(case.fires) for case in EVERY if case.alert == alert}
    assert fires == {True, False}


def test_a_store_that_refuses_queries_makes_the_rule_of_the_operator_fire(history: Stores, rows: Connection) -> None:
    """All other rules keep their state then; this one asks both stores, and its state is Alerting on an error."""
    rule, _ = RULES["SmartRulesFail"]
    others = {one["execErrState"] for one, _ in RULES.values() if one is not rule}
    assert (rule["execErrState"], others) == ("Alerting", {"KeepLast"})
    assert [one["datasourceUid"] for one in rule["data"]] == ["smart-metrics", "smart-events", "__expr__"]
    rows.execute("CREATE ROLE without_rights NOLOGIN")
    rows.execute("SET LOCAL ROLE without_rights")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), rows.transaction():
        history.ask(rule, NOW)
