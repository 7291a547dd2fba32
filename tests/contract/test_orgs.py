"""Orgs: made, found, named, marked, removed."""

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeOrg, MakeUser

UNKNOWN = 99_999_999
NO_ADDRESS = {"address1": "", "address2": "", "city": "", "zipCode": "", "state": "", "country": ""}


def test_the_creator_becomes_its_admin(admin: Caller, org: int) -> None:
    """A fresh org has one member, nothing else, and an empty address."""
    members = admin.get(f"/api/orgs/{org}/users")
    assert [(member["login"], member["role"]) for member in members] == [(admin.get("/api/user")["login"], "Admin")]
    assert admin.get("/api/org", org=org)["address"] == NO_ADDRESS
    assert admin.get("/api/datasources", org=org) == []
    assert admin.get("/api/folders", org=org) == []
    assert admin.get("/api/search", org=org) == []
    assert admin.get("/api/org/preferences", org=org) == {}


def test_a_taken_name_is_409_on_create_and_400_on_rename(admin: Caller, make_org: MakeOrg) -> None:
    """The same mistake has two answers; its own name may be set again."""
    first, second = make_org(), make_org()
    name = admin.get(f"/api/orgs/{first}")["name"]
    assert admin.ask("POST", "/api/orgs", {"name": name}).status_code == 409
    answer = admin.ask("PUT", f"/api/orgs/{second}", {"name": name})
    assert (answer.status_code, answer.json()["message"]) == (400, "Organization name taken")
    assert admin.ask("PUT", f"/api/orgs/{first}", {"name": name}).status_code == 200


@pytest.mark.parametrize("body", [{"name": ""}, {}])
def test_an_org_needs_a_name(admin: Caller, org: int, body: dict[str, str]) -> None:
    """400, for a new one and for one that is there."""
    assert admin.ask("POST", "/api/orgs", body).status_code == 400
    assert admin.ask("PUT", f"/api/orgs/{org}", body).status_code == 400


def test_what_is_no_json_is_400(admin: Caller) -> None:
    """In the words that every endpoint of `/api` has for it."""
    answer = admin.ask("POST", "/api/orgs", raw=b"{bad")
    assert (answer.status_code, answer.json()) == (400, {"message": "bad request data"})


def test_an_org_is_found_by_its_name(admin: Caller, org: int) -> None:
    """Also with letters that are no ASCII and with a blank; another name is 404."""
    name = admin.get(f"/api/orgs/{org}")["name"]
    assert admin.get(f"/api/orgs/name/{name}")["id"] == org
    answer = admin.ask("GET", f"/api/orgs/name/{name}x")
    assert (answer.status_code, answer.json()["message"]) == (404, "Organization not found")


def test_an_org_is_renamed(admin: Caller, org: int, name: str) -> None:
    """The id stays."""
    admin.do("PUT", f"/api/orgs/{org}", {"name": name})
    assert admin.get(f"/api/orgs/name/{name}")["id"] == org


def test_renaming_an_unknown_org_fails(admin: Caller, name: str) -> None:
    """500, as the server has no better word."""
    assert admin.ask("PUT", f"/api/orgs/{UNKNOWN}", {"name": name}).status_code == 500


def test_the_address_is_kept_and_comes_back(admin: Caller, org: int) -> None:
    """Through both paths; lines that are left out keep what they were."""
    admin.do("PUT", f"/api/orgs/{org}/address", {"address1": "smart cabinet=x"})
    admin.do("PUT", f"/api/orgs/{org}/address", {"city": "Самара"})
    expected = {**NO_ADDRESS, "address1": "smart cabinet=x", "city": "Самара"}
    assert admin.get(f"/api/orgs/{org}")["address"] == expected
    assert admin.get("/api/org", org=org)["address"] == expected


def test_the_address_of_an_unknown_org_is_taken(admin: Caller) -> None:
    """200 and nothing happens: the answer proves nothing."""
    assert admin.ask("PUT", f"/api/orgs/{UNKNOWN}/address", {"address1": "x"}).status_code == 200


def test_orgs_are_listed_in_pages_from_zero(admin: Caller, make_org: MakeOrg, name: str) -> None:
    """Those whose name begins so; beyond the last page there is nothing, and a page may be as large as one likes.

    They are sorted by name on SQLite alone.
    """
    first, second = make_org(), make_org()
    admin.do("PUT", f"/api/orgs/{first}", {"name": f"{name} b"})
    admin.do("PUT", f"/api/orgs/{second}", {"name": f"{name} a"})
    pages = [admin.get("/api/orgs", query=name, perpage=1, page=page) for page in (0, 1, 2)]
    both = [{"id": second, "name": f"{name} a"}, {"id": first, "name": f"{name} b"}]
    assert sorted([*pages[0], *pages[1]], key=lambda org: str(org["name"])) == both
    assert [len(page) for page in pages] == [1, 1, 0]
    assert sorted(admin.get("/api/orgs", query=name, perpage=1_000_000), key=lambda org: str(org["name"])) == both
    assert admin.get("/api/orgs", query=name[1:]) == []
    assert {first, second} <= {org["id"] for org in admin.get("/api/orgs", perpage=1000)}


def test_an_unknown_org_is_404(admin: Caller) -> None:
    """For reading and for removing."""
    assert admin.ask("GET", f"/api/orgs/{UNKNOWN}").status_code == 404
    assert admin.ask("DELETE", f"/api/orgs/{UNKNOWN}").status_code == 404


def test_the_org_of_the_request_cannot_be_removed(admin: Caller, org: int) -> None:
    """400; from another org it can."""
    assert admin.ask("DELETE", f"/api/orgs/{org}", org=org).status_code == 400
    assert admin.ask("DELETE", f"/api/orgs/{org}").status_code == 200
    assert admin.ask("GET", f"/api/orgs/{org}").status_code == 404


def test_removing_an_org_removes_what_is_in_it_and_keeps_its_users(
    admin: Caller, org: int, make_user: MakeUser
) -> None:
    """The users are in no org afterwards."""
    user = make_user(org)
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "d", "title": "D"}, "folderUid": "f"}, org=org)
    admin.do("DELETE", f"/api/orgs/{org}")
    assert admin.get(f"/api/users/{user.id}/orgs") == []
    assert user.caller.ask("GET", "/api/org").status_code in {403, 404}


def test_only_a_server_admin_makes_orgs(org: int, make_user: MakeUser) -> None:
    """An Admin of an org may rename his own, and neither list, make nor remove any."""
    boss = make_user(org, "Admin").caller
    assert boss.ask("PUT", f"/api/orgs/{org}/address", {"address1": "x"}).status_code == 200
    assert boss.ask("GET", f"/api/orgs/{org}").status_code == 200
    for method, path in (("GET", "/api/orgs"), ("POST", "/api/orgs"), ("DELETE", f"/api/orgs/{org}")):
        assert boss.ask(method, path, {"name": "x"}).status_code == 403, (method, path)


def test_an_empty_address_line_keeps_what_it_was(admin: Caller, org: int) -> None:
    """A word in it can be replaced by another one, never taken out."""
    admin.do("PUT", f"/api/orgs/{org}/address", {"address2": "smart suspended"})
    admin.do("PUT", f"/api/orgs/{org}/address", {"address2": ""})
    assert admin.get("/api/org", org=org)["address"]["address2"] == "smart suspended"
    admin.do("PUT", f"/api/orgs/{org}/address", {"address2": "smart active"})
    assert admin.get("/api/org", org=org)["address"]["address2"] == "smart active"


def test_the_org_that_one_has_open_cannot_be_removed(admin: Caller, make_org: MakeOrg) -> None:
    """400, also without the header; once another one is open it can."""
    before, org = admin.get("/api/user")["orgId"], make_org()
    admin.do("POST", f"/api/user/using/{org}")
    assert admin.get("/api/user")["orgId"] == org
    assert admin.ask("DELETE", f"/api/orgs/{org}").status_code == 400
    admin.do("POST", f"/api/user/using/{before}")
    assert admin.ask("DELETE", f"/api/orgs/{org}").status_code == 200


def test_who_is_taken_out_of_his_only_org_can_come_back(admin: Caller, org: int, make_user: MakeUser) -> None:
    """Login and password stay: he is in no org, and the same person in the org when he is added again."""
    user = make_user(org, "Editor")
    admin.do("DELETE", f"/api/orgs/{org}/users/{user.id}")
    assert user.caller.get("/api/user/orgs") == []
    assert user.caller.ask("GET", "/api/org").status_code in {401, 403, 404}
    admin.do("POST", f"/api/orgs/{org}/users", {"loginOrEmail": user.login, "role": "Editor"})
    assert [(one["orgId"], one["role"]) for one in user.caller.get("/api/user/orgs")] == [(org, "Editor")]


@pytest.mark.parametrize(
    "path",
    [
        "/api/search?type=dash-folder&limit=5000",
        "/api/alertmanager/grafana/config/api/v1/alerts",
        "/api/annotations?type=annotation&limit=10000",
        "/api/v1/provisioning/alert-rules",
        "/api/library-elements?perPage=1000",
        "/api/playlists?limit=1000",
        "/api/teams/search?perpage=1000",
        "/api/serviceaccounts/search?perpage=1000",
    ],
)
def test_what_a_backup_asks_of_a_new_org_is_never_a_failure(admin: Caller, org: int, path: str) -> None:
    """An answer without anything in it, or 404 where there is no such thing."""
    answer = admin.ask("GET", path, org=org)
    assert answer.status_code in {200, 404}, answer.text
    answered = answer.json()
    assert answer.status_code == 404 or not (
        answered if isinstance(answered, list) else answered.get("totalCount", 0)
    ), answered
