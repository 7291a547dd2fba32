"""The 57 alerts of the service's documents, and what holds for every rule."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import dashboards
from dashboards import Scope, alerts
from dashboards.alerts import Alert
from dashboards.alerts._suppression import SUPPRESSED, hold
from provision.stores.contract import periods_by_metric
from tests.dashboards.alerts.grafana import seconds
from tests.dashboards.boards import EVERYTHING

# Name -> priority, severity, mailbox, as the documents have them or our proposal where they have none.
EXPECTED = """
KodeksDBerrorsNoCode K3 critical high_priority
KodeksDBerrorsNoCodeCount K1 critical high_priority
KodeksDBerrorsCode2007 K3 critical high_priority
KodeksDBerrorsCode2007Count K1 critical high_priority
KodeksDBerrorsCodeXXX K3 critical high_priority
KodeksDBerrorsCodeXXXCount K1 critical high_priority
KodeksDBOperUpToOld K5 info high_priority
KodeksDBOperUpToOldCount K1 critical high_priority
KodeksBehindProxyDown K2 critical high_priority
KodeksHttp200Status K2 critical high_priority
KodeksHttp200StatusCount K1 critical high_priority
KodeksIcmp K3 critical high_priority
KodeksIcmpCount K1 critical high_priority
KodeksTcpStatus K2 critical high_priority
KodeksTcpStatusCount K1 critical high_priority
OnlineBillingDocsLeft150 K5 info usage
OnlineBillingDocsLeft50 K4 critical usage
OnlineBillingDocsLeftZero K3 critical usage
OnlineBillingPrintLeft150 K5 info usage
OnlineBillingPrintLeft50 K4 critical usage
OnlineBillingPrintLeftZero K3 critical usage
OnlineBillingSearchLeft150 K5 info usage
OnlineBillingSearchLeft50 K4 critical usage
OnlineBillingSearchLeftZero K3 critical usage
OnlineBillingUploadLeft150 K5 info usage
OnlineBillingUploadLeft50 K4 critical usage
OnlineBillingUploadLeftZero K3 critical usage
OnlineLoginFailed K3 critical high_priority
OnlineUserActivityIsLow10 K5 info usage
OnlineUserActivityIsLow20 K5 info usage
OnlineUserActivityIsLow30 K5 info usage
KodeksMaintenance K5 info high_priority
KodeksMaintenanceCount K1 critical high_priority
KodeksNeedSupport K3 critical high_priority
KodeksMaintenanceToLong K2 critical high_priority
KodeksMaintenanceToLongCount K1 critical high_priority
LicmanIcmp K3 critical high_priority
LicmanTcpStatus K2 critical high_priority
KodeksOfflineSensLockCheck K2 critical high_priority
KodeksOnlineSensLockCheck K2 critical high_priority
KodeksXmlSensLockStatus K2 critical high_priority
KodeksDetectOverUserError K4 critical usage
KodeksLicenseExpiring2day K4 critical high_priority
KodeksLicenseExpiring7day K5 critical high_priority
KodeksLicenseExpiring90day K5 info usage
KodeksLimitsUsers K4 critical usage
KodeksUnsupportedButUsed K5 info usage
KodeksNewUser K5 info usage
KodeksUserActivityIsLow K5 info usage
KodeksUserAInvolvementIsLow K5 info usage
KodeksSearchIsEmpty K5 info usage
KodeksSearchError K3 critical high_priority
KodeksAuthNotWork K2 critical high_priority
KodeksSppStatus K4 critical high_priority
KodeksWarning K3 critical high_priority
SmartXMLfileIsToOld K3 critical high_priority
KodeksDBLicensesZero K5 info high_priority
"""
DOCUMENTED = dict(line.split(" ", 1) for line in EXPECTED.strip().splitlines())
NINE = ("db-operup", "license", "licman", "maintenance", "network", "online", "other", "senselock", "users")

CATALOGUE: Mapping[str, Alert] = {alert.name: alert for every in alerts.alerts(EVERYTHING).values() for alert in every}
GROUPS = alerts.rule_groups(EVERYTHING)
RULES = {str(rule["title"]): rule for group in GROUPS for rule in group.rules}
_LABEL = re.compile(r"\$labels\.(\w+)")


def test_these_are_the_57() -> None:
    """Names, priorities, severities and mailboxes; the operator's are besides."""
    found = {
        name: " ".join(rule["labels"][key] for key in ("priority", "severity", "route"))
        for name, rule in RULES.items()
        if rule["labels"]["route"] != "operator"
    }
    assert found == DOCUMENTED
    assert len(DOCUMENTED) == 57


def test_there_are_nine_groups_and_the_operators() -> None:
    """A group whose data come at two intervals makes two groups of rules."""
    assert set(alerts.groups()) == {*NINE, "watch"}
    names = [group.name for group in GROUPS]
    assert len(set(names)) == len(names)
    feeds = ("-accounts", "-checks", "-reports", "-seats")
    bare = {re.sub(f"({'|'.join(feeds)})$", "", name.removeprefix("smart-")) for name in names}
    assert bare == {*NINE, "watch"}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_in_the_form_that_the_server_gives_back(name: str) -> None:
    """Nothing that the server adds is missing, nothing of the place is there, keys are sorted."""
    rule = RULES[name]
    assert rule["uid"] == f"smart-{name.lower()}"
    assert len(rule["uid"]) <= 40
    assert json.loads(json.dumps(rule, sort_keys=True)) == rule
    assert json.dumps(rule) == json.dumps(rule, sort_keys=True)
    assert not {"id", "orgID", "folderUID", "ruleGroup", "updated", "provenance"} & rule.keys()
    assert rule["condition"] == "B"
    assert rule["noDataState"] == "OK"
    for query in rule["data"]:
        assert query["model"]["refId"] == query["refId"]
        assert query["model"]["intervalMs"] == 1000
        assert query["datasourceUid"] == query["model"]["datasource"]["uid"]


def test_a_cabinet_gets_the_rules_that_its_data_can_make_fire() -> None:
    """No rules of checks without polled installations, none of quotas without online accesses."""

    def titles(**has: bool) -> set[str]:
        none: dict[str, Any] = {"has_installations": False, "has_online": False, "has_polled": False}
        scope = replace(EVERYTHING, **(none | has))
        return {str(rule["title"]) for group in alerts.rule_groups(scope) for rule in group.rules}

    online = titles(has_online=True)
    assert all(
        one.startswith("Online") for one in online - {"KodeksSearchIsEmpty", "SmartRulesFail", "SmartPollsStopped"}
    )
    uploaded = titles(has_installations=True)
    assert not {"KodeksTcpStatus", "KodeksLimitsUsers", "OnlineLoginFailed", "SmartChecksStopped"} & uploaded
    assert {"KodeksDBerrorsCode2007", "KodeksSearchIsEmpty", "SmartXMLfileIsToOld", "SmartRulesFail"} <= uploaded
    assert titles(has_installations=True, has_online=True, has_polled=True) == RULES.keys()
    assert titles() == set()


def test_a_rule_is_in_the_same_group_in_every_scope() -> None:
    """A cabinet that gets more data gets more rules, and none moves."""
    place = {str(rule["title"]): group.name for group in GROUPS for rule in group.rules}
    smaller = (
        replace(EVERYTHING, has_installations=False),
        replace(EVERYTHING, has_online=False),
        replace(EVERYTHING, has_polled=False),
    )
    for scope in smaller:
        for group in alerts.rule_groups(scope):
            assert {place[str(rule["title"])] for rule in group.rules} == {group.name}


def test_there_are_32_pairs_of_suppression() -> None:
    """Each is in the query, and a suppressed rule holds an evaluation longer than each of its causes.

    One does not wait: its own probe shows what the cause is.
    """
    assert [name for name, alert in CATALOGUE.items() if alert.immediate] == ["KodeksLimitsUsers"]
    pairs = [(name, cause) for name, causes in SUPPRESSED.items() for cause in causes]
    assert len(pairs) == len(set(pairs)) == 32
    for name, cause in pairs:
        query = RULES[name]["data"][0]["model"]["expr"]
        assert f"unless on ({', '.join(CATALOGUE[name].case.key)})" in query
        assert f"({CATALOGUE[cause].condition})" in query
        if not CATALOGUE[name].immediate:
            assert seconds(RULES[name]["for"]) >= seconds(RULES[cause]["for"]) + CATALOGUE[name].every
        assert hold(CATALOGUE[name], CATALOGUE) == seconds(RULES[name]["for"])


@pytest.mark.parametrize("name", RULES)
def test_texts_speak_of_labels_that_the_case_has(name: str) -> None:
    """A label that no case has would be an empty place in the mail."""
    alert = CATALOGUE[name]
    texts = json.dumps(RULES[name]["annotations"])
    assert set(_LABEL.findall(texts)) <= set(alert.case.labels)
    assert "$value " not in texts
    assert len(alert.title) <= 80
    assert not alert.title.endswith(".")


@pytest.mark.parametrize("name", sorted(name for name, alert in CATALOGUE.items() if alert.panel))
def test_the_link_leads_to_a_panel_with_its_variables(name: str) -> None:
    """Dashboard and panel are there, and the panel's dashboard has the variables that are chosen."""
    annotations = RULES[name]["annotations"]
    slug = annotations["__dashboardUid__"].removeprefix("smart-")
    spec = dashboards.render(slug, EVERYTHING)
    every = [inner for panel in spec["panels"] for inner in (panel, *panel.get("panels", ()))]
    (panel,) = (one for one in every if str(one["id"]) == annotations["__panelId__"])
    assert panel["type"] != "row"
    names = {one["name"] for one in spec["templating"]["list"]}
    assert set(re.findall(r"var-(\w+)=", annotations.get("choice", ""))) <= names


def test_a_panel_that_the_cabinet_lacks_is_not_linked() -> None:
    """Neither dashboard nor panel nor variables are there then."""
    scope = replace(EVERYTHING, slugs=("for-managers",))
    (rule,) = (
        rule for group in alerts.rule_groups(scope) for rule in group.rules if rule["title"] == "KodeksTcpStatus"
    )
    assert rule["annotations"].keys() == {"check", "description", "summary"}


def test_pages_are_linked_where_they_are_published() -> None:
    """The address of the scope and the name of the alert."""
    scope = replace(EVERYTHING, runbooks="https://docs.example.ru/alerts/")
    for group in alerts.rule_groups(scope):
        for rule in group.rules:
            assert rule["annotations"]["runbook_url"] == f"https://docs.example.ru/alerts/{rule['title']}.md"


def test_rules_depend_on_the_scope_alone(scope: Scope) -> None:
    """Equal scopes give the same bytes, and the time zone is in the rules that look at the day."""
    again = replace(scope, slugs=tuple(scope.slugs))
    assert json.dumps([group.rules for group in alerts.rule_groups(again)]) == json.dumps(
        [group.rules for group in GROUPS]
    )
    other = alerts.rule_groups(replace(scope, timezone="Asia/Novosibirsk"))
    text = json.dumps([group.rules for group in other])
    assert 'timezone_offset(\\"Asia/Novosibirsk\\")' in text
    assert "Europe/Samara" not in text


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_group_is_evaluated_as_often_as_its_data_come(group: alerts.RuleGroup) -> None:
    """Every five minutes for checks, every ten for what comes by the hour."""
    periods = periods_by_metric()
    for rule in group.rules:
        read = set(re.findall(r"kodeks_\w+", json.dumps(rule["data"])))
        assert group.interval >= min([600, *(periods[name] for name in read)])
        assert group.interval == CATALOGUE[str(rule["title"])].every
