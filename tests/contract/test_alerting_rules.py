"""Alert rules, rule groups and the states of rules."""

from typing import Any

import pytest

from tests.contract.alerting import POINTS, RULES, STATES, TIMINGS, group_path, point, rule, synchronised
from tests.contract.caller import Caller
from tests.contract.conftest import MakeUser

GROUP = group_path("f", "g")


@pytest.fixture
def org_(admin: Caller, org: int) -> int:
    """An org with the folder `f`; rules need no notification settings."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "Папка"}, org=org)
    return org


def put(admin: Caller, org: int, *rules: dict[str, Any], interval: int = 600) -> None:
    """Makes the group out of these rules."""
    admin.do("PUT", GROUP, {"interval": interval, "rules": list(rules)}, org=org)


def test_a_group_comes_back_in_the_servers_form(admin: Caller, org_: int) -> None:
    """What was left out is filled in, durations have one form; the interval belongs to the group."""
    put(admin, org_, rule("smart-a", "A", labels={"smart": "1"}, annotations={"text": "т"}))
    (listed,) = admin.get(RULES, org=org_)
    number, updated = listed.pop("id"), listed.pop("updated")
    assert number
    assert updated
    (query,) = listed.pop("data")
    assert listed == {
        "uid": "smart-a",
        "orgID": org_,
        "folderUID": "f",
        "ruleGroup": "g",
        "title": "A",
        "condition": "A",
        "noDataState": "OK",
        "execErrState": "KeepLast",
        "for": "1h30m",
        "keep_firing_for": "0s",
        "annotations": {"text": "т"},
        "labels": {"smart": "1"},
        "provenance": "api",
        "isPaused": False,
        "notification_settings": None,
        "record": None,
    }
    model = rule("", "")["data"][0]["model"]
    assert query == {
        "refId": "A",
        "queryType": "",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": {**model, "intervalMs": 1000, "maxDataPoints": 43200},
    }
    group = admin.get(GROUP, org=org_)
    assert (group["title"], group["folderUid"], group["interval"], len(group["rules"])) == ("g", "f", 600, 1)
    assert "provenance" not in group["rules"][0]


def test_a_put_replaces_the_group(admin: Caller, org_: int) -> None:
    """Rules left out go; numbers and order stay."""
    put(admin, org_, rule("b", "B"), rule("a", "A"))
    before = {one["uid"]: one for one in admin.get(RULES, org=org_)}
    put(admin, org_, rule("b", "B"), rule("c", "C"), rule("a", "A2"))
    after = {one["uid"]: one for one in admin.get(RULES, org=org_)}
    assert list(after) == ["b", "c", "a"]
    assert {**after["b"], "updated": ""} == {**before["b"], "updated": ""}
    assert (after["a"]["id"], after["a"]["title"]) == (before["a"]["id"], "A2")
    put(admin, org_, rule("c", "C"))
    assert [one["uid"] for one in admin.get(RULES, org=org_)] == ["c"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"interval": 15, "rules": [rule("a", "A")]}, 400),
        ({"interval": 0, "rules": [rule("a", "A")]}, 400),
        ({"interval": 60, "rules": [rule("a", "")]}, 400),
        ({"interval": 60, "rules": [rule("a b", "A")]}, 400),
        ({"interval": 60, "rules": [rule("a" * 41, "A")]}, 400),
        ({"interval": 60, "rules": [rule("a", "A", data=[])]}, 400),
        ({"interval": 60, "rules": [rule("a", "A", noDataState="Maybe")]}, 400),
    ],
)
def test_a_group_that_cannot_be(admin: Caller, org_: int, body: dict[str, Any], status: int) -> None:
    """Nothing of it is stored."""
    answer = admin.ask("PUT", GROUP, body, org=org_)
    assert answer.status_code == status, answer.text
    assert admin.get(RULES, org=org_) == []


def test_a_group_needs_its_folder(admin: Caller, org_: int) -> None:
    """400 for one that is not there; and a folder with rules in it is not deleted."""
    body = {"interval": 60, "rules": [rule("a", "A")]}
    assert admin.ask("PUT", group_path("no", "g"), body, org=org_).status_code == 400
    put(admin, org_, rule("a", "A"))
    assert admin.ask("DELETE", "/api/folders/f", org=org_).status_code == 400
    path = f"/apis/folder.grafana.app/v1beta1/namespaces/org-{org_}/folders/f"
    assert admin.ask("DELETE", path, org=org_).status_code == 400
    assert admin.get("/api/folders/f/counts", org=org_)["alertrule"] == 1
    assert admin.ask("DELETE", GROUP, org=org_).status_code == 204
    assert admin.ask("DELETE", "/api/folders/f", org=org_).status_code == 200


def test_an_unknown_group(admin: Caller, org_: int) -> None:
    """404 to read, no complaint when it is deleted."""
    assert admin.ask("GET", GROUP, org=org_).status_code == 404
    assert admin.ask("DELETE", GROUP, org=org_).status_code in {204, 404}


def test_a_single_rule(admin: Caller, org_: int) -> None:
    """POST adds one to a group; its uid is taken then."""
    body = {**rule("a", "A"), "folderUID": "f", "ruleGroup": "g"}
    assert admin.ask("POST", RULES, body, org=org_).status_code == 201
    assert admin.ask("POST", RULES, {**body, "title": "B"}, org=org_).status_code == 409
    assert admin.get(f"{RULES}/a", org=org_)["title"] == "A"
    for _ in range(2):
        assert admin.ask("DELETE", f"{RULES}/a", org=org_).status_code == 204
    assert admin.ask("GET", f"{RULES}/a", org=org_).status_code == 404


def test_states(admin: Caller, org_: int) -> None:
    """Each group with its folder and interval, each rule with its uid and state."""
    assert admin.get(STATES, org=org_)["data"]["groups"] == []
    put(admin, org_, rule("a", "A"), interval=120)
    (group,) = admin.get(STATES, org=org_, limit_alerts=0)["data"]["groups"]
    assert (group["name"], group["file"], group["folderUid"], group["interval"]) == ("g", "Папка", "f", 120)
    (listed,) = group["rules"]
    assert (listed["uid"], listed["name"], listed["type"]) == ("a", "A", "alerting")
    assert listed["state"] in {"inactive", "pending", "unknown"}


def test_a_rule_may_name_its_contact_point_itself(admin: Caller, org_: int) -> None:
    """It must be there, and neither it nor the timing can be deleted then."""
    org = synchronised(admin, org_)
    admin.do("POST", POINTS, point("p", "box"), org=org)
    admin.do("POST", TIMINGS, {"name": "night", "time_intervals": [{"weekdays": ["monday"]}]}, org=org)
    for settings, said in (
        ({"receiver": "nobody"}, "invalid alert rule\nreceiver nobody does not exist"),
        ({"receiver": "box", "mute_time_intervals": ["day"]}, "invalid alert rule\ntime interval day does not exist"),
        ({"receiver": ""}, "invalid alert rule\nreceiver must be specified"),
    ):
        body = {"interval": 60, "rules": [rule("a", "A", notification_settings=settings)]}
        answer = admin.ask("PUT", GROUP, body, org=org)
        assert (answer.status_code, answer.json()["message"]) == (400, said)
    settings = {"receiver": "box", "mute_time_intervals": ["night"]}
    put(admin, org, rule("a", "A", notification_settings=settings))
    answer = admin.ask("DELETE", f"{POINTS}/p", org=org)
    assert (answer.status_code, answer.json()["messageId"]) == (
        409,
        "alerting.notifications.contact-points.used-by-rule",
    )
    answer = admin.ask("DELETE", f"{TIMINGS}/night", org=org)
    assert (answer.status_code, answer.json()["extra"]) == (409, {"UsedByRules": ["a"]})
    assert admin.ask("DELETE", GROUP, org=org).status_code == 204
    assert admin.ask("DELETE", f"{POINTS}/p", org=org).status_code == 202
    assert admin.ask("DELETE", f"{TIMINGS}/night", org=org).status_code == 204


def test_rules_are_apart(admin: Caller, org_: int, make_org: Any) -> None:
    """The same uid in another org is another rule."""
    put(admin, org_, rule("a", "A"))
    assert admin.get(RULES, org=make_org()) == []


def test_what_members_may_with_rules(org_: int, make_user: MakeUser) -> None:
    """A Viewer reads them, an Editor writes them."""
    viewer, editor = make_user(org_).caller, make_user(org_, "Editor").caller
    body = {"interval": 60, "rules": [rule("a", "A")]}
    assert viewer.ask("PUT", GROUP, body, org=org_).status_code == 403
    assert editor.ask("PUT", GROUP, body, org=org_).status_code == 200
    assert [one["uid"] for one in viewer.get(RULES, org=org_)] == ["a"]
    assert viewer.ask("GET", STATES, org=org_).status_code == 200
    assert viewer.ask("DELETE", GROUP, org=org_).status_code == 403
