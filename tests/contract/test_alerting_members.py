"""What members may do with alerting besides its provisioning: silences, exports, tests of contact points, the ruler."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.alerting import POINTS, RULES, group_path, point, rule, synchronised
from tests.contract.caller import Caller
from tests.contract.conftest import MakeUser

SILENCES = "/api/alertmanager/grafana/api/v2/silences"
TEST = "/api/alertmanager/grafana/config/api/v1/receivers/test"
RULER = "/api/ruler/grafana/api/v1/rules"


@pytest.fixture
def ready(admin: Caller, org: int) -> int:
    """An org with its notification settings and the folder `f`."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "Папка"}, org=org)
    return synchronised(admin, org)


def silence() -> dict[str, Any]:
    """One that holds back nothing and ends in a minute."""
    now = datetime.now(UTC)
    moments = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(minutes=1)).isoformat()}
    matcher = {"name": "smart", "value": "none", "isRegex": False, "isEqual": True}
    return {"matchers": [matcher], **moments, "createdBy": "somebody", "comment": "text"}


def test_silences(ready: int, make_user: MakeUser) -> None:
    """A Viewer sees them, an Editor makes them; 400 without its fields."""
    viewer, editor = make_user(ready).caller, make_user(ready, "Editor").caller
    assert viewer.get(SILENCES, org=ready) == []
    assert viewer.ask("POST", SILENCES, silence(), org=ready).status_code == 403
    assert editor.ask("POST", SILENCES, {}, org=ready).status_code == 400
    made = editor.ask("POST", SILENCES, silence(), org=ready)
    assert made.status_code == 202
    assert made.json()["silenceID"]


def test_exports_show_no_secret(admin: Caller, ready: int, make_user: MakeUser) -> None:
    """To nobody below Admin: `decrypt=true` is 403 then."""
    settings = {"bottoken": "1:secret", "chatid": "7"}
    admin.do("POST", POINTS, {"uid": "t", "name": "T", "type": "telegram", "settings": settings}, org=ready)
    for role in ("Viewer", "Editor"):
        caller = make_user(ready, role).caller
        shown = caller.get(f"{POINTS}/export", org=ready, format="json")["contactPoints"]
        (receiver,) = next(one for one in shown if one["name"] == "T")["receivers"]
        assert receiver["settings"] == {"bottoken": "[REDACTED]", "chatid": "7"}
        refused = caller.ask("GET", f"{POINTS}/export", org=ready, decrypt="true")
        assert (refused.status_code, refused.json()["messageId"]) == (403, "alerting.unauthorized")
    assert admin.ask("GET", f"{POINTS}/export", org=ready, decrypt="true").status_code == 200


def test_an_editor_tries_a_contact_point(ready: int, make_user: MakeUser) -> None:
    """A Viewer does not; 400 for nothing to try."""
    viewer, editor = make_user(ready).caller, make_user(ready, "Editor").caller
    configs = [{key: value for key, value in point("", "T", addresses="a@smart.invalid").items() if key != "uid"}]
    body = {"receivers": [{"name": "T", "grafana_managed_receiver_configs": configs}]}
    assert viewer.ask("POST", TEST, body, org=ready).status_code == 403
    answer = editor.ask("POST", TEST, body, org=ready)
    assert answer.status_code in {200, 207}, answer.text
    (tried,) = answer.json()["receivers"][0]["grafana_managed_receiver_configs"]
    assert tried["status"] in {"ok", "failed"}
    assert editor.ask("POST", TEST, {}, org=ready).status_code == 400


def test_the_ruler_deletes_groups_without_provenance_only(admin: Caller, ready: int, make_user: MakeUser) -> None:
    """For an Editor; 202 also for a group that is not there, 403 in a folder that is not there."""
    viewer, editor = make_user(ready).caller, make_user(ready, "Editor").caller
    admin.do("PUT", group_path("f", "g"), {"interval": 600, "rules": [rule("a", "A")]}, org=ready)
    assert viewer.ask("DELETE", f"{RULER}/f/g", org=ready).status_code == 403
    assert editor.ask("DELETE", f"{RULER}/no/g", org=ready).status_code == 403
    assert editor.ask("DELETE", f"{RULER}/f/no", org=ready).status_code == 202
    assert editor.ask("DELETE", f"{RULER}/f/g", org=ready).status_code == 400
    assert [one["uid"] for one in admin.get(RULES, org=ready)] == ["a"]
