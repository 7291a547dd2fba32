"""Membership: who is in an org, and as what."""

from tests.contract.caller import Caller
from tests.contract.conftest import MakeOrg, MakeUser

UNKNOWN = 99_999_999


def test_members_are_the_same_through_both_paths(admin: Caller, org: int, make_user: MakeUser) -> None:
    """With id, login, email and role."""
    user = make_user(org, "Editor")
    members = {member["login"]: member for member in admin.get(f"/api/orgs/{org}/users")}
    assert admin.get("/api/org/users", org=org) == list(members.values())
    found = members[user.login]
    assert (found["userId"], found["email"], found["role"]) == (user.id, f"{user.login}@example.com", "Editor")


def test_an_unknown_org_has_no_members(admin: Caller) -> None:
    """200 and an empty list: the answer proves nothing."""
    assert admin.get(f"/api/orgs/{UNKNOWN}/users") == []


def test_adding_twice_is_409(admin: Caller, make_org: MakeOrg, make_user: MakeUser) -> None:
    """And the role stays; the login may be in any letters."""
    org = make_org()
    user = make_user(make_org())
    body = {"loginOrEmail": user.login.upper(), "role": "Editor"}
    assert admin.do("POST", f"/api/orgs/{org}/users", body)["userId"] == user.id
    answer = admin.ask("POST", f"/api/orgs/{org}/users", {**body, "role": "Viewer"})
    assert (answer.status_code, answer.json()["userId"]) == (409, user.id)
    roles = {member["login"]: member["role"] for member in admin.get(f"/api/orgs/{org}/users")}
    assert roles[user.login] == "Editor"


def test_adding_what_cannot_be_added(admin: Caller, org: int, make_org: MakeOrg, make_user: MakeUser) -> None:
    """Unknown user 404, unknown role or none 400, unknown org 500."""
    login = make_user(make_org()).login
    for path, body, status in (
        (f"/api/orgs/{org}/users", {"loginOrEmail": f"{login}x", "role": "Viewer"}, 404),
        (f"/api/orgs/{org}/users", {"loginOrEmail": login, "role": "Boss"}, 400),
        (f"/api/orgs/{org}/users", {"loginOrEmail": login}, 400),
        (f"/api/orgs/{UNKNOWN}/users", {"loginOrEmail": login, "role": "Viewer"}, 500),
    ):
        assert admin.ask("POST", path, body).status_code == status, (path, body)


def test_a_role_is_changed(admin: Caller, org: int, make_org: MakeOrg, make_user: MakeUser) -> None:
    """400 for an unknown role, 500 for who is no member."""
    user, stranger = make_user(org), make_user(make_org())
    path = f"/api/orgs/{org}/users/{user.id}"
    admin.do("PATCH", path, {"role": "Editor"})
    assert {m["login"]: m["role"] for m in admin.get(f"/api/orgs/{org}/users")}[user.login] == "Editor"
    assert admin.ask("PATCH", path, {"role": "Boss"}).status_code == 400
    assert admin.ask("PATCH", f"/api/orgs/{org}/users/{stranger.id}", {"role": "Viewer"}).status_code == 500


def test_the_last_admin_stays(admin: Caller, org: int) -> None:
    """Neither removed nor made less: 400."""
    me = admin.get("/api/user")["id"]
    assert admin.ask("PATCH", f"/api/orgs/{org}/users/{me}", {"role": "Viewer"}).status_code == 400
    assert admin.ask("DELETE", f"/api/orgs/{org}/users/{me}").status_code == 400


def test_removing_a_member_keeps_the_user(admin: Caller, org: int, make_user: MakeUser) -> None:
    """Even from his last org; a second time is fine too, an unknown user is 500."""
    user = make_user(org)
    for _ in range(2):
        assert admin.ask("DELETE", f"/api/orgs/{org}/users/{user.id}").status_code == 200
    left = admin.get(f"/api/users/{user.id}")
    assert "orgId" not in left
    assert user.caller.ask("GET", "/api/org").status_code == 403
    assert admin.ask("DELETE", f"/api/orgs/{org}/users/{UNKNOWN}").status_code == 500


def test_the_other_path_deletes_the_user_with_his_last_org(
    admin: Caller, make_org: MakeOrg, make_user: MakeUser
) -> None:
    """`/api/org/users/:id` removes the membership, and with the last one the user himself."""
    first, second = make_org(), make_org()
    user = make_user(first)
    admin.do("POST", f"/api/orgs/{second}/users", {"loginOrEmail": user.login, "role": "Viewer"})
    assert admin.do("DELETE", f"/api/org/users/{user.id}", org=second)["message"] == "User removed from organization"
    assert admin.do("DELETE", f"/api/org/users/{user.id}", org=first)["message"] == "User deleted"
    assert admin.ask("GET", f"/api/users/{user.id}").status_code == 404


def test_members_are_for_admins(org: int, make_user: MakeUser) -> None:
    """An Admin of the org sees them, an Editor and a Viewer do not."""
    assert make_user(org, "Admin").caller.ask("GET", "/api/org/users").status_code == 200
    assert make_user(org, "Editor").caller.ask("GET", "/api/org/users").status_code == 403
    assert make_user(org).caller.ask("GET", f"/api/orgs/{org}/users").status_code == 403
