"""Each alert fires when it should and is silent otherwise, by its own query on real stores."""

import pytest

from dashboards import alerts
from tests.dashboards.alerts.cases import EVERY
from tests.dashboards.alerts.grafana import Stores
from tests.dashboards.alerts.history import Case
from tests.dashboards.boards import EVERYTHING

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


@pytest.mark.parametrize("alert", sorted(RULES))
def test_each_alert_has_a_case_that_fires_and_one_that_does_not(alert: str) -> None:
    """No alert is without both."""
    fires = {bool(case.fires) for case in EVERY if case.alert == alert}
    assert fires == {True, False}
