"""Data sources: by uid, with versions and secrets."""

from typing import Any

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeOrg, MakeUser

PATH = "/api/datasources"
ONE = f"{PATH}/uid/smart-metrics"
BODY: dict[str, Any] = {
    "uid": "smart-metrics",
    "name": "smart-metrics",
    "type": "prometheus",
    "access": "proxy",
    "url": "http://127.0.0.1:9",
    "basicAuth": True,
    "basicAuthUser": "tenant",
    "jsonData": {"httpMethod": "POST"},
}
SECRET = {"secureJsonData": {"basicAuthPassword": "Very-secret-1"}}


def test_what_is_sent_comes_back_without_its_secrets(admin: Caller, org: int) -> None:
    """The answer and the single read are alike; secrets are names only, nowhere a value."""
    answer = admin.ask("POST", PATH, {**BODY, **SECRET}, org=org)
    made = answer.json()["datasource"]
    read = admin.ask("GET", ONE, org=org)
    assert read.json() == made
    assert {key: made[key] for key in BODY} == BODY
    assert made["secureJsonFields"] == {"basicAuthPassword": True}
    assert made["orgId"] == org
    assert "Very-secret-1" not in answer.text + read.text


def test_the_list_tells_less(admin: Caller, org: int) -> None:
    """No version, no basicAuthUser and no secureJsonFields there."""
    admin.do("POST", PATH, {**BODY, **SECRET}, org=org)
    [listed] = admin.get(PATH, org=org)
    assert {"uid", "name", "type", "url", "jsonData", "basicAuth", "isDefault", "readOnly"} <= set(listed)
    assert not {"version", "basicAuthUser", "secureJsonFields"} & set(listed)


def test_the_first_becomes_the_default(admin: Caller, org: int) -> None:
    """Asked or not; a PUT that leaves `isDefault` out takes it away."""
    assert admin.do("POST", PATH, BODY, org=org)["datasource"]["isDefault"] is True
    second = {**BODY, "uid": "two", "name": "two"}
    assert admin.do("POST", PATH, second, org=org)["datasource"]["isDefault"] is False
    assert admin.do("PUT", ONE, BODY, org=org)["datasource"]["isDefault"] is False


def test_there_is_one_default(admin: Caller, org: int) -> None:
    """A new one takes it from the old one."""
    admin.do("POST", PATH, BODY, org=org)
    admin.do("POST", PATH, {**BODY, "uid": "two", "name": "two", "isDefault": True}, org=org)
    assert {row["uid"]: row["isDefault"] for row in admin.get(PATH, org=org)} == {"smart-metrics": False, "two": True}


def test_a_taken_name_or_uid_is_409(admin: Caller, make_org: MakeOrg) -> None:
    """Within an org; another org may have the same."""
    org, other = make_org(), make_org()
    admin.do("POST", PATH, BODY, org=org)
    for body, word in (({**BODY, "uid": "two"}, "name"), ({**BODY, "name": "two"}, "uid")):
        answer = admin.ask("POST", PATH, body, org=org)
        assert (answer.status_code, f"same {word} already exists" in answer.text) == (409, True)
    admin.do("POST", PATH, {**BODY, "uid": "two", "name": "two"}, org=org)
    assert admin.ask("PUT", f"{PATH}/uid/two", BODY | {"uid": "two"}, org=org).status_code == 409
    assert admin.ask("POST", PATH, BODY, org=other).status_code == 200


@pytest.mark.parametrize("uid", ["bad uid!", "x" * 41])
def test_a_uid_that_cannot_be_is_400(admin: Caller, org: int, uid: str) -> None:
    """Only letters, digits, `-` and `_`, at most 40."""
    assert admin.ask("POST", PATH, {**BODY, "uid": uid}, org=org).status_code == 400


@pytest.mark.parametrize("key", ["type", "access"])
def test_type_and_access_are_needed(admin: Caller, org: int, key: str) -> None:
    """400 when either is left out."""
    body = {name: value for name, value in BODY.items() if name != key}
    assert admin.ask("POST", PATH, body, org=org).status_code == 400


def test_the_version_is_the_one_sent_plus_one(admin: Caller, org: int) -> None:
    """1 at first; a PUT with version n stores n + 1, whatever was stored, if that is more; else 409."""
    assert admin.do("POST", PATH, BODY, org=org)["datasource"]["version"] == 1
    assert admin.do("PUT", ONE, {**BODY, "version": 1}, org=org)["datasource"]["version"] == 2
    assert admin.do("PUT", ONE, {**BODY, "version": 50}, org=org)["datasource"]["version"] == 51
    for stale in (1, 49, 50):
        answer = admin.ask("PUT", ONE, {**BODY, "version": stale}, org=org)
        assert (answer.status_code, "already been updated" in answer.json()["message"]) == (409, True)
    assert admin.do("PUT", ONE, {**BODY, "version": 51}, org=org)["datasource"]["version"] == 52


def test_without_a_version_it_overwrites(admin: Caller, org: int) -> None:
    """And the version is 1 again."""
    admin.do("POST", PATH, BODY, org=org)
    admin.do("PUT", ONE, {**BODY, "version": 7}, org=org)
    assert admin.do("PUT", ONE, BODY, org=org)["datasource"]["version"] == 1


def test_secrets_that_are_left_out_stay(admin: Caller, org: int) -> None:
    """Another one joins them, and an empty one goes."""
    admin.do("POST", PATH, {**BODY, **SECRET}, org=org)

    def fields(secrets: dict[str, str]) -> set[str]:
        body = {**BODY, **({"secureJsonData": secrets} if secrets else {})}
        return set(admin.do("PUT", ONE, body, org=org)["datasource"]["secureJsonFields"])

    assert fields({}) == {"basicAuthPassword"}
    assert fields({"httpHeaderValue1": "x"}) == {"basicAuthPassword", "httpHeaderValue1"}
    assert fields({"basicAuthPassword": ""}) == {"httpHeaderValue1"}


def test_an_empty_text_keeps_the_old_one(admin: Caller, org: int) -> None:
    """`basicAuthUser` cannot be cleared by a PUT; flags and jsonData are what was sent."""
    admin.do("POST", PATH, BODY, org=org)
    body = {**BODY, "basicAuth": False, "basicAuthUser": "", "jsonData": {"a": 1}}
    changed = admin.do("PUT", ONE, body, org=org)["datasource"]
    assert (changed["basicAuth"], changed["basicAuthUser"], changed["jsonData"]) == (False, "tenant", {"a": 1})


def test_a_prometheus_needs_a_url_on_update(admin: Caller, org: int) -> None:
    """400; and nothing was changed."""
    admin.do("POST", PATH, BODY, org=org)
    answer = admin.ask("PUT", ONE, {"name": "smart-metrics", "type": "prometheus", "access": "proxy"}, org=org)
    assert (answer.status_code, admin.get(ONE, org=org)["url"]) == (400, BODY["url"])


def test_a_postgresql_has_user_and_database(admin: Caller, org: int) -> None:
    """The user is a field of its own, the database is in jsonData."""
    body = {
        "uid": "smart-events",
        "name": "smart-events",
        "type": "grafana-postgresql-datasource",
        "access": "proxy",
        "url": "127.0.0.1:5432",
        "user": "tenant",
        "jsonData": {"database": "smart", "sslmode": "verify-full"},
        "secureJsonData": {"password": "Very-secret-2"},
    }
    made = admin.do("POST", PATH, body, org=org)["datasource"]
    assert (made["user"], made["jsonData"]["database"]) == ("tenant", "smart")
    assert made["secureJsonFields"] == {"password": True}


def test_an_unknown_one_is_404(admin: Caller, org: int) -> None:
    """For reading, changing and removing."""
    for method in ("GET", "PUT", "DELETE"):
        answer = admin.ask(method, f"{PATH}/uid/nope", None if method == "GET" else BODY, org=org)
        assert (answer.status_code, answer.json()["message"]) == (404, "Data source not found")


def test_a_data_source_is_removed(admin: Caller, org: int) -> None:
    """And is gone from the list."""
    admin.do("POST", PATH, BODY, org=org)
    assert admin.do("DELETE", ONE, org=org)["message"] == "Data source deleted"
    assert admin.get(PATH, org=org) == []


def test_its_health_is_asked_by_uid(admin: Caller, org: int) -> None:
    """One that reaches nothing says ERROR with 400."""
    admin.do("POST", PATH, BODY, org=org)
    answer = admin.ask("GET", f"{ONE}/health", org=org)
    assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")


def test_a_viewer_reads_but_does_not_write(admin: Caller, org: int, make_user: MakeUser) -> None:
    """He sees url, user and jsonData; an Editor may not write either."""
    admin.do("POST", PATH, {**BODY, **SECRET}, org=org)
    viewer, editor = make_user(org).caller, make_user(org, "Editor").caller
    assert viewer.get(ONE)["basicAuthUser"] == "tenant"
    for caller in (viewer, editor):
        assert caller.ask("POST", PATH, {**BODY, "uid": "two", "name": "two"}).status_code == 403
        assert caller.ask("PUT", ONE, BODY).status_code == 403
        assert caller.ask("DELETE", ONE).status_code == 403
