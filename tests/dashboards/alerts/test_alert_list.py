"""The list of firing alerts on two dashboards: Grafana's own panel, with the way to Grafana's own view."""

import pytest

from dashboards import Scope, render

SLUGS = ("current-emergencies", "for-managers")


@pytest.mark.parametrize("slug", SLUGS)
def test_firing_alerts_lead_to_grafanas_own_view(slug: str, scope: Scope) -> None:
    """Only our rules, only those that fire or are in error; the link opens the list of rules that fire."""
    (panel,) = [one for one in render(slug, scope)["panels"] if one["type"] == "alertlist"]
    (link,) = panel["links"]
    assert (link["title"], link["url"]) == ("Все правила оповещений", "/alerting/list?search=state:firing")
    options = panel["options"]
    assert options["alertInstanceLabelFilter"] == 'smart="1"'
    assert {state for state, shown in options["stateFilter"].items() if shown} == {"error", "firing"}
    assert options["viewMode"] == "list"
