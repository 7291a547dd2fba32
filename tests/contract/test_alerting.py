"""Notification settings of an org: contact points, policies, templates, mute timings."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.alerting import POINTS, POLICIES, TEMPLATES, TIMINGS, point, synchronised
from tests.contract.caller import Caller
from tests.contract.conftest import MakeUser

NIGHT = {
    "name": "night",
    "time_intervals": [
        {
            "times": [{"start_time": "22:00", "end_time": "24:00"}],
            "weekdays": ["monday:friday"],
            "location": "Asia/Omsk",
        }
    ],
}


@pytest.fixture
def ready(admin: Caller, org: int) -> int:
    """A fresh org that has got its notification settings."""
    return synchronised(admin, org)


def refused(answer: Any) -> tuple[int, str]:
    """Status and message id of a refusal."""
    return answer.status_code, answer.json().get("messageId", "")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", POINTS, None, 500, "alerting.notification.configMissing"),
        ("GET", TEMPLATES, None, 500, "Internal Server Error"),
        ("GET", TIMINGS, None, 500, "failed to get mute timings"),
        ("POST", POINTS, point("a", "A"), 500, "Internal Server Error"),
        ("PUT", f"{TEMPLATES}/t", {"template": "x"}, 500, "Internal Server Error"),
        ("PUT", POLICIES, {"receiver": "empty"}, 404, None),
    ],
)
def test_a_fresh_org_is_refused(
    admin: Caller, make_org: Callable[[], int], method: str, path: str, body: Any, status: int, says: str | None
) -> None:
    """Until the server looks for new orgs, which may be at any moment: the answer counts where policies are 404 after
    it, too.
    """
    for _try in range(30):
        org = make_org()
        answer = admin.ask(method, path, body, org=org)
        if admin.ask("GET", POLICIES, org=org).status_code == 404:
            assert answer.status_code == status, answer.text
            assert says is None or says in (answer.json()["message"], answer.json().get("messageId"))
            return
    pytest.fail("the server looks for new orgs more often than a request takes")


def test_a_fresh_org_has_one_route_to_nobody(admin: Caller, org: int) -> None:
    synchronised(admin, org)
    assert admin.get(POLICIES, org=org) == {"receiver": "empty", "group_by": ["grafana_folder", "alertname"]}
    assert admin.get(POINTS, org=org) == []
    assert admin.get(TEMPLATES, org=org) is None
    assert admin.get(TIMINGS, org=org) == []


def test_a_contact_point_comes_back(admin: Caller, ready: int) -> None:
    """With its uid and provenance."""
    body = point("smart-a", "A", subject="s")
    made = admin.ask("POST", POINTS, body, org=ready)
    assert made.status_code == 202
    (listed,) = admin.get(POINTS, org=ready)
    assert listed == {**body, "disableResolveMessage": False, "provenance": "api"}
    assert admin.get(POINTS, org=ready, name="B") == []


def test_a_taken_uid_is_a_conflict_and_a_taken_name_adds(admin: Caller, ready: int) -> None:
    """POST is not idempotent."""
    admin.do("POST", POINTS, point("a", "A"), org=ready)
    answer = admin.ask("POST", POINTS, point("a", "B"), org=ready)
    assert refused(answer) == (409, "alerting.notifications.contact-points.uidInUse")
    admin.do("POST", POINTS, point("b", "A"), org=ready)
    assert [(one["uid"], one["name"]) for one in admin.get(POINTS, org=ready)] == [("a", "A"), ("b", "A")]


@pytest.mark.parametrize(
    "body",
    [
        {"uid": "a", "name": "", "type": "email", "settings": {"addresses": "a@example.ru"}},
        {"uid": "a", "name": "A", "type": "pigeon", "settings": {"addresses": "a@example.ru"}},
        {"uid": "a", "name": "A", "type": "email", "settings": {}},
        {"uid": "a", "name": "A", "type": "telegram", "settings": {"chatid": "1"}},
        {"uid": "a b", "name": "A", "type": "email", "settings": {"addresses": "a@example.ru"}},
    ],
)
def test_a_contact_point_that_cannot_be(admin: Caller, ready: int, body: dict[str, Any]) -> None:
    """400, nothing stored."""
    assert admin.ask("POST", POINTS, body, org=ready).status_code == 400
    assert admin.get(POINTS, org=ready) == []


def test_secrets_are_never_shown(admin: Caller, ready: int) -> None:
    """`[REDACTED]` in their place; sent back, it keeps them."""
    settings = {"bottoken": "1:secret", "chatid": "7"}
    body = {"uid": "t", "name": "T", "type": "telegram", "settings": settings}
    made = admin.do("POST", POINTS, body, org=ready)
    assert made["settings"] == {"bottoken": "[REDACTED]", "chatid": "7"}
    kept = {**body, "settings": {"bottoken": "[REDACTED]", "chatid": "8"}}
    assert admin.ask("PUT", f"{POINTS}/t", kept, org=ready).status_code == 202
    (listed,) = admin.get(POINTS, org=ready)
    assert listed["settings"] == {"bottoken": "[REDACTED]", "chatid": "8"}
    hook = {"url": "http://x", "authorization_scheme": "Bearer", "authorization_credentials": "s"}
    admin.do("POST", POINTS, {"uid": "w", "name": "W", "type": "webhook", "settings": hook}, org=ready)
    shown = admin.get(POINTS, org=ready, name="W")[0]["settings"]
    assert shown == {**hook, "authorization_credentials": "[REDACTED]"}


def test_an_update_of_an_unknown_contact_point(admin: Caller, ready: int) -> None:
    """404; deleting one is no mistake."""
    assert admin.ask("PUT", f"{POINTS}/no", point("no", "A"), org=ready).status_code == 404
    assert admin.ask("DELETE", f"{POINTS}/no", org=ready).status_code == 202


def test_a_contact_point_in_use_stays(admin: Caller, ready: int) -> None:
    """409 while a route names it; a rename takes the route along."""
    admin.do("POST", POINTS, point("a", "A"), org=ready)
    tree = {"receiver": "empty", "routes": [{"receiver": "A", "object_matchers": [["smart", "=", "1"]]}]}
    admin.do("PUT", POLICIES, tree, org=ready)
    answer = admin.ask("DELETE", f"{POINTS}/a", org=ready)
    assert refused(answer) == (409, "alerting.notifications.contact-points.referenced")
    assert admin.ask("PUT", f"{POINTS}/a", point("a", "B"), org=ready).status_code == 202
    assert admin.get(POLICIES, org=ready)["routes"][0]["receiver"] == "B"
    admin.do("PUT", POLICIES, {"receiver": "empty"}, org=ready)
    assert admin.ask("DELETE", f"{POINTS}/a", org=ready).status_code == 202
    assert admin.get(POINTS, org=ready) == []


def test_policies_are_stored_whole(admin: Caller, ready: int) -> None:
    """Another PUT replaces all of them; `continue: false` and empty lists do not come back."""
    admin.do("POST", POINTS, point("a", "A"), org=ready)
    child: dict[str, Any] = {
        "receiver": "A",
        "object_matchers": [["manager", "=~", "a|b"], ["smart", "=", "1"]],
        "group_by": ["alertname"],
        "continue": True,
        "group_wait": "1m",
        "group_interval": "5m",
        "repeat_interval": "1d",
    }
    plain = {"receiver": "empty", "continue": False, "group_by": [], "object_matchers": [["a", "=", "b"]]}
    tree = {"receiver": "A", "group_by": ["grafana_folder"], "routes": [child, plain]}
    unsorted = {**child, "object_matchers": child["object_matchers"][::-1]}  # they come back sorted by label
    admin.do("PUT", POLICIES, {**tree, "routes": [unsorted, plain]}, org=ready)
    shown = admin.get(POLICIES, org=ready)
    assert shown.pop("provenance") == "api"
    assert shown == {**tree, "routes": [child, {"receiver": "empty", "object_matchers": [["a", "=", "b"]]}]}


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"receiver": "nobody"},
        {"receiver": "empty", "object_matchers": [["a", "=", "b"]]},
        {"receiver": "empty", "routes": [{"receiver": "nobody", "object_matchers": [["a", "=", "b"]]}]},
        {"receiver": "empty", "routes": [{"mute_time_intervals": ["no"], "object_matchers": [["a", "=", "b"]]}]},
    ],
)
def test_policies_that_cannot_be(admin: Caller, ready: int, tree: dict[str, Any]) -> None:
    """400: no receiver, matchers at the root, a receiver or a timing that is not there."""
    assert admin.ask("PUT", POLICIES, tree, org=ready).status_code == 400


def test_templates(admin: Caller, ready: int) -> None:
    """PUT creates and replaces; a version is a lock; 400 for what is no template; deleting is idempotent."""
    content = '{{ define "t.x" }}{{ .Status }}{{ end }}'
    made = admin.do("PUT", f"{TEMPLATES}/t", {"template": content}, org=ready)
    assert (made["name"], made["template"], made["provenance"]) == ("t", content, "api")
    answer = admin.ask("PUT", f"{TEMPLATES}/t", {"template": "x", "version": "no"}, org=ready)
    assert refused(answer) == (409, "alerting.notifications.conflict")
    again = admin.do("PUT", f"{TEMPLATES}/t", {"template": f"{content}\n", "version": made["version"]}, org=ready)
    assert again["template"] == content
    broken = admin.ask("PUT", f"{TEMPLATES}/u", {"template": "{{ .Status"}, org=ready)
    assert refused(broken) == (400, "alerting.notifications.templates.invalidFormat")
    bare = admin.do("PUT", f"{TEMPLATES}/u", {"template": "Привет"}, org=ready)
    assert bare["template"] == '{{ define "u" }}\n  Привет\n{{ end }}'
    assert [one["name"] for one in admin.get(TEMPLATES, org=ready)] == ["t", "u"]
    for _ in range(2):
        assert admin.ask("DELETE", f"{TEMPLATES}/t", org=ready).status_code == 204


def test_mute_timings(admin: Caller, ready: int) -> None:
    """201, a taken name is 400, an unknown one 404; a version is a lock; one in use stays."""
    made = admin.ask("POST", TIMINGS, NIGHT, org=ready)
    assert made.status_code == 201
    (listed,) = admin.get(TIMINGS, org=ready)
    assert {**NIGHT, "version": listed["version"], "provenance": "api"} == listed
    again = admin.ask("POST", TIMINGS, NIGHT, org=ready)
    assert refused(again) == (400, "alerting.notifications.time-intervals.nameExists")
    assert admin.ask("PUT", f"{TIMINGS}/no", {**NIGHT, "name": "no"}, org=ready).status_code == 404
    locked = admin.ask("PUT", f"{TIMINGS}/night", {**NIGHT, "version": "no"}, org=ready)
    assert refused(locked) == (409, "alerting.notifications.conflict")
    tree = {"receiver": "empty", "routes": [{"mute_time_intervals": ["night"], "object_matchers": [["a", "=", "b"]]}]}
    admin.do("PUT", POLICIES, tree, org=ready)
    used = admin.ask("DELETE", f"{TIMINGS}/night", org=ready)
    assert refused(used) == (409, "alerting.notifications.time-intervals.used")
    admin.do("PUT", POLICIES, {"receiver": "empty"}, org=ready)
    for _ in range(2):
        assert admin.ask("DELETE", f"{TIMINGS}/night", org=ready).status_code == 204


@pytest.mark.parametrize(
    "interval",
    [
        {"location": "Mars/Olympus"},
        {"times": [{"start_time": "25:00", "end_time": "26:00"}]},
        {"times": [{"start_time": "09:00", "end_time": "08:00"}]},
        {"weekdays": ["someday"]},
    ],
)
def test_a_mute_timing_that_cannot_be(admin: Caller, ready: int, interval: dict[str, Any]) -> None:
    """400."""
    answer = admin.ask("POST", TIMINGS, {"name": "n", "time_intervals": [interval]}, org=ready)
    assert answer.status_code == 400


def test_what_was_provisioned_keeps_its_provenance(admin: Caller, ready: int) -> None:
    """A write without it is refused."""
    headers = {"X-Disable-Provenance": "true", "X-Grafana-Org-Id": str(ready)}
    admin.do("PUT", f"{TEMPLATES}/t", {"template": "x"}, org=ready)
    answer = admin.session.put(f"{admin.url}{TEMPLATES}/t", json={"template": "y"}, headers=headers, timeout=30)
    assert answer.status_code == 403
    free = admin.session.put(f"{admin.url}{TEMPLATES}/u", json={"template": "y"}, headers=headers, timeout=30)
    assert (free.status_code, free.json().get("provenance")) == (202, None)


def test_what_members_may(ready: int, make_user: MakeUser) -> None:
    """A Viewer reads and writes nothing; an Editor writes."""
    viewer, editor = make_user(ready).caller, make_user(ready, "Editor").caller
    for path in (POLICIES, POINTS, TEMPLATES, TIMINGS):
        assert viewer.ask("GET", path, org=ready).status_code == 200
    for method, path, body in (
        ("PUT", POLICIES, {"receiver": "empty"}),
        ("POST", POINTS, point("a", "A")),
        ("PUT", f"{TEMPLATES}/t", {"template": "x"}),
        ("POST", TIMINGS, NIGHT),
    ):
        assert viewer.ask(method, path, body, org=ready).status_code == 403, path
        assert editor.ask(method, path, body, org=ready).ok, path
