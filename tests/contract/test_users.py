"""Users: made, found, changed, removed."""

from typing import Any

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import PASSWORD, MakeOrg, MakeUser

UNKNOWN = 99_999_999


def create(admin: Caller, **body: Any) -> tuple[int, dict[str, Any]]:
    """The status and the answer to a new user."""
    answer = admin.ask("POST", "/api/admin/users", body)
    return answer.status_code, answer.json()


def test_a_user_lands_in_the_org_that_is_named(admin: Caller, org: int, make_user: MakeUser) -> None:
    """With `OrgId`, as Viewer, and in no other org."""
    user = make_user(org)
    orgs = [(row["orgId"], row["role"]) for row in admin.get(f"/api/users/{user.id}/orgs")]
    assert orgs == [(org, "Viewer")]


def test_a_user_without_an_org_lands_in_the_first(admin: Caller, name: str) -> None:
    """Left out, `OrgId` means org 1."""
    _, made = create(admin, login=name, password=PASSWORD)
    assert [row["orgId"] for row in admin.get(f"/api/users/{made['id']}/orgs")] == [1]
    admin.do("DELETE", f"/api/admin/users/{made['id']}")


def test_an_unknown_org_makes_no_user(admin: Caller, name: str) -> None:
    """Answers 400 and creates no user."""
    status, _ = create(admin, login=name, password=PASSWORD, OrgId=UNKNOWN)
    assert status == 400
    assert admin.ask("GET", "/api/users/lookup", loginOrEmail=name).status_code == 404


def test_logins_and_emails_are_lower_case(admin: Caller, org: int, name: str) -> None:
    """However they were sent."""
    _, made = create(admin, login=name.upper(), email=f"{name}@Example.COM", password=PASSWORD, OrgId=org)
    user = admin.get(f"/api/users/{made['id']}")
    assert (user["login"], user["email"]) == (name, f"{name}@example.com")
    admin.do("DELETE", f"/api/admin/users/{made['id']}")


@pytest.mark.parametrize("email", [{"email": ""}, {}])
def test_an_empty_email_becomes_the_login(admin: Caller, org: int, name: str, email: dict[str, str]) -> None:
    """So a login without a mailbox is possible, once per login."""
    _, made = create(admin, login=name, password=PASSWORD, OrgId=org, **email)
    assert admin.get(f"/api/users/{made['id']}")["email"] == name
    admin.do("DELETE", f"/api/admin/users/{made['id']}")


def test_a_taken_login_or_email_is_412(admin: Caller, org: int, name: str, make_user: MakeUser) -> None:
    """In any letters; an email that was left out is the login, and has to be free as such."""
    taken = make_user(org).login
    for body in (
        {"login": taken},
        {"login": taken.upper()},
        {"login": name, "email": f"{taken}@EXAMPLE.com"},
        {"login": f"{taken}@example.com"},
    ):
        status, answer = create(admin, **body, password=PASSWORD, OrgId=org)
        assert (status, "already exists" in answer["message"]) == (412, True), body


def test_an_email_may_be_the_login_of_another(admin: Caller, org: int, name: str, make_user: MakeUser) -> None:
    """Logins are compared with logins, emails with emails; whoever is looked up without an `@` is found by login."""
    taken = make_user(org)
    _, made = create(admin, login=name, email=taken.login, password=PASSWORD, OrgId=org)
    assert admin.get("/api/users/lookup", loginOrEmail=taken.login)["id"] == taken.id
    assert admin.get("/api/users/lookup", loginOrEmail=name)["id"] == made["id"]
    admin.do("DELETE", f"/api/admin/users/{made['id']}")


def test_passwords_need_four_signs(admin: Caller, org: int, name: str) -> None:
    """Fewer are 400 with the policy named; none at all is 400 as well."""
    status, answer = create(admin, login=name, password="abc", OrgId=org)
    assert (status, answer["messageId"]) == (400, "password.password-policy-too-short")
    assert create(admin, login=name, OrgId=org)[0] == 400
    assert create(admin, password=PASSWORD, OrgId=org)[0] == 400


def test_a_user_is_found_by_login_or_email(admin: Caller, org: int, make_user: MakeUser) -> None:
    """In any letters; an unknown one is 404."""
    user = make_user(org)
    for name in (user.login.upper(), f"{user.login}@example.com"):
        assert admin.get("/api/users/lookup", loginOrEmail=name)["id"] == user.id
    assert admin.ask("GET", "/api/users/lookup", loginOrEmail=f"{user.login}x").status_code == 404
    assert admin.ask("GET", f"/api/users/{UNKNOWN}").status_code == 404


def test_users_are_listed_in_pages_from_one(admin: Caller, org: int, name: str, make_user: MakeUser) -> None:
    """Sorted by login, with the query in login, email or name; beyond the last page there is nothing."""
    users = sorted((make_user(org), make_user(org)), key=lambda user: user.login)
    for user in users:
        admin.do("PUT", f"/api/users/{user.id}", {"login": user.login, "name": f"Имя {name}"})
    pages = [admin.get("/api/users", query=name, perpage=1, page=page) for page in (1, 2, 3)]
    assert [[row["id"] for row in page] for page in pages] == [[users[0].id], [users[1].id], []]
    assert [row["id"] for row in admin.get("/api/users", perpage=10, query=users[1].login)] == [users[1].id]


def test_a_user_is_changed(admin: Caller, org: int, make_user: MakeUser) -> None:
    """An empty email keeps the old one."""
    user = make_user(org)
    admin.do("PUT", f"/api/users/{user.id}", {"login": user.login, "email": f"new-{user.login}@example.com"})
    admin.do("PUT", f"/api/users/{user.id}", {"login": user.login, "email": "", "name": "Анна"})
    changed = admin.get(f"/api/users/{user.id}")
    assert (changed["email"], changed["name"]) == (f"new-{user.login}@example.com", "Анна")


def test_changing_to_what_is_taken_fails(admin: Caller, org: int, make_user: MakeUser) -> None:
    """500 for a taken login or email; 400 when neither is sent."""
    user, other = make_user(org), make_user(org)
    for body in ({"login": other.login}, {"login": user.login, "email": f"{other.login}@example.com"}):
        assert admin.ask("PUT", f"/api/users/{user.id}", body).status_code == 500
    assert admin.ask("PUT", f"/api/users/{user.id}", {"name": "x"}).status_code == 400


def test_a_password_that_cannot_be_is_refused(admin: Caller, org: int, make_user: MakeUser) -> None:
    """Too short is 500 here, empty 400, and the old one goes on."""
    user = make_user(org)
    path = f"/api/admin/users/{user.id}/password"
    assert admin.ask("PUT", path, {"password": "a"}).status_code == 500
    assert admin.ask("PUT", path, {"password": ""}).status_code == 400
    assert user.caller.ask("GET", "/api/user").status_code == 200


def test_a_user_is_removed_once(admin: Caller, org: int, make_user: MakeUser) -> None:
    """The second time is 404."""
    user = make_user(org)
    assert admin.ask("DELETE", f"/api/admin/users/{user.id}").status_code == 200
    assert admin.ask("DELETE", f"/api/admin/users/{user.id}").status_code == 404
    assert admin.ask("GET", f"/api/users/{user.id}").status_code == 404


def test_the_org_that_is_seen_first(admin: Caller, make_org: MakeOrg, make_user: MakeUser) -> None:
    """Can be set to an org of his, and to no other (401)."""
    first, second, foreign = make_org(), make_org(), make_org()
    user = make_user(first)
    admin.do("POST", f"/api/orgs/{second}/users", {"loginOrEmail": user.login, "role": "Viewer"})
    assert user.caller.get("/api/org")["id"] == first
    admin.do("POST", f"/api/users/{user.id}/using/{second}")
    assert user.caller.get("/api/org")["id"] == second
    assert admin.ask("POST", f"/api/users/{user.id}/using/{foreign}").status_code == 401


def test_only_a_server_admin_sees_users(org: int, make_user: MakeUser) -> None:
    """Not even an Admin of an org."""
    boss = make_user(org, "Admin").caller
    assert boss.ask("GET", "/api/users").status_code == 403
    assert boss.ask("POST", "/api/admin/users", {"login": "x", "password": PASSWORD}).status_code == 403
    assert boss.ask("GET", "/api/admin/settings").status_code == 403
