"""How a server with other settings than the usual answers. Each test states the setting that it is about."""

import secrets
from collections.abc import Iterator

import pytest

from provision.sandbox import Settings
from tests.contract.caller import Caller
from tests.contract.conftest import PASSWORD, Configured


def make_user(admin: Caller, **more: object) -> tuple[int, str]:
    """Number and login of a new user of org 1."""
    login = f"u{secrets.token_hex(5)}"
    body = {"login": login, "email": f"{login}@example.com", "password": PASSWORD, "OrgId": 1, **more}
    return admin.do("POST", "/api/admin/users", body)["id"], login


def test_a_person_of_a_login_proxy_is_an_ordinary_one(configured: Configured) -> None:
    """`[auth.proxy] enabled`: made at the first request, labelled, and not external."""
    admin = configured(Settings(auth_proxy=True), auth_proxy__enabled="true")
    login = f"u{secrets.token_hex(5)}"
    person = Caller(admin.url)
    person.session.headers["X-WEBAUTH-USER"] = login
    number = person.get("/api/user")["id"]
    person.close()
    seen = admin.get("/api/users/lookup", loginOrEmail=login)
    assert (seen["id"], seen["isExternal"], seen["authLabels"]) == (number, False, ["Auth Proxy"])
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_a_person_of_a_login_proxy_keeps_the_login(configured: Configured) -> None:
    """The own login cannot be changed, e-mail and name can; a server admin changes profile and password."""
    admin = configured(Settings(auth_proxy=True), auth_proxy__enabled="true")
    login = f"u{secrets.token_hex(5)}"
    person = Caller(admin.url)
    person.session.headers["X-WEBAUTH-USER"] = login
    number = person.get("/api/user")["id"]
    answer = person.ask("PUT", "/api/user", {"login": f"x{login}", "email": f"{login}@example.com"})
    refusal = "Not allowed to change username when auth proxy is using username property"
    assert (answer.status_code, answer.json()["message"]) == (400, refusal)
    person.do("PUT", "/api/user", {"login": login, "email": f"{login}@example.com"})
    admin.do("PUT", f"/api/users/{number}", {"login": login, "email": f"x{login}@example.com"})
    admin.do("PUT", f"/api/admin/users/{number}/password", {"password": PASSWORD})
    answer = admin.ask("POST", f"/api/admin/users/{number}/disable", {})
    assert (answer.status_code, answer.json()["message"]) == (500, "Could not disable external user")
    person.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_a_disabled_user_is_not_let_in_by_a_login_proxy(configured: Configured) -> None:
    """401 `identity.disabled`, as by password."""
    admin = configured(Settings(auth_proxy=True), auth_proxy__enabled="true")
    number, login = make_user(admin)
    admin.do("POST", f"/api/admin/users/{number}/disable")
    person = Caller(admin.url)
    person.session.headers["X-WEBAUTH-USER"] = login
    answer = person.ask("GET", "/api/user")
    assert (answer.status_code, answer.json()["messageId"]) == (401, "identity.disabled")
    person.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


@pytest.fixture
def from_directory(configured: Configured) -> Iterator[tuple[Caller, int, str]]:
    """The server admin, and a person from a directory with number and login; a real server needs signed tokens."""
    admin = configured(Settings(directory=True), auth_jwt__enabled="never")
    login = f"u{secrets.token_hex(5)}"
    person = Caller(admin.url)
    person.session.headers["X-JWT-Assertion"] = login
    number = person.get("/api/user")["id"]
    person.close()
    yield admin, number, login
    admin.ask("DELETE", f"/api/admin/users/{number}")


def test_a_person_from_a_directory_is_known_as_such(from_directory: tuple[Caller, int, str]) -> None:
    """`isExternal` and `authLabels` in the lookup, `authLabels` in the list."""
    admin, number, login = from_directory
    seen = admin.get("/api/users/lookup", loginOrEmail=login)
    assert (seen["id"], seen["isExternal"], seen["authLabels"]) == (number, True, ["JWT"])
    listed = [row for row in admin.get("/api/users", query=login) if row["login"] == login]
    assert listed[0]["authLabels"] == ["JWT"]


def test_a_person_from_a_directory_keeps_profile_and_password(from_directory: tuple[Caller, int, str]) -> None:
    """403 for both; the membership and its role can be changed."""
    admin, number, login = from_directory
    for path, body in (
        (f"/api/users/{number}", {"login": login, "email": f"{login}@example.com"}),
        (f"/api/admin/users/{number}/password", {"password": PASSWORD}),
    ):
        answer = admin.ask("PUT", path, body)
        assert (answer.status_code, answer.json()["message"]) == (403, "Cannot update external User"), path
    admin.do("PATCH", f"/api/orgs/1/users/{number}", {"role": "Editor"})


def test_a_synced_role_cannot_be_changed(configured: Configured) -> None:
    """403; a real server needs LDAP, SAML, OAuth or JWT for that, so this asks the sandbox."""
    admin = configured(Settings(directory=True, synced_roles=True), auth_jwt__enabled="never")
    person = Caller(admin.url)
    person.session.headers["X-JWT-Assertion"] = "ivanova"
    number = person.get("/api/user")["id"]
    person.close()
    answer = admin.ask("PATCH", f"/api/orgs/1/users/{number}", {"role": "Editor"})
    assert (answer.status_code, answer.json()["message"]) == (403, "Cannot change role for externally synced user")
    assert admin.get(f"/api/users/{number}")["isExternallySynced"] is True
    assert [row["isExternallySynced"] for row in admin.get("/api/org/users") if row["userId"] == number] == [True]


def test_without_a_login_form_passwords_cannot_be_set(configured: Configured) -> None:
    """`[auth] disable_login_form`: 403; a new user gets a password all the same."""
    admin = configured(Settings(password_login=False), auth__disable_login_form="true")
    number, _login = make_user(admin)
    assert admin.ask("PUT", f"/api/admin/users/{number}/password", {"password": PASSWORD}).status_code == 403
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_snapshots_that_are_off_cannot_be_listed(configured: Configured) -> None:
    """`[snapshots] enabled = false`: 403."""
    admin = configured(Settings(snapshots=False), snapshots__enabled="false")
    assert admin.ask("GET", "/api/dashboard/snapshots").status_code == 403


def test_the_floor_of_the_refresh(configured: Configured) -> None:
    """`[dashboards] min_refresh_interval = 5m`: 400 for less, on create and on update."""
    admin = configured(Settings(min_refresh_seconds=300), dashboards__min_refresh_interval="5m")
    path = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"
    name = f"d{secrets.token_hex(5)}"
    body = {"metadata": {"name": name}, "spec": {"title": "D", "refresh": "1m"}}
    assert admin.ask("POST", path, body).status_code == 400
    body["spec"] = {"title": "D", "refresh": "5m"}
    admin.do("POST", path, body)
    body["spec"] = {"title": "D", "refresh": "1m"}
    assert admin.ask("PUT", f"{path}/{name}", body).status_code == 400
    admin.do("DELETE", f"{path}/{name}")


def test_an_email_that_waits_for_its_owner(configured: Configured) -> None:
    """`[users] verify_email_enabled` with a mail server: 200, and nothing is changed, the name neither."""
    admin = configured(Settings(verify_email=True), users__verify_email_enabled="true")
    number, login = make_user(admin)
    body = {"login": login, "email": f"new-{login}@example.com", "name": "Анна"}
    admin.do("PUT", f"/api/users/{number}", body)
    seen = admin.get(f"/api/users/{number}")
    assert (seen["email"], seen["name"]) == (f"{login}@example.com", "")
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_a_secure_cookie_does_not_come_back_over_http(configured: Configured) -> None:
    """`[security] cookie_secure`: the login is 200, the next request 401; basic auth works."""
    admin = configured(Settings(cookie_secure=True), security__cookie_secure="true")
    number, login = make_user(admin)
    session, basic = Caller(admin.url, login, PASSWORD), Caller(admin.url, login, PASSWORD)
    assert session.log_in().status_code == 200
    assert session.ask("GET", "/api/user").status_code == 401
    assert basic.ask("GET", "/api/user").status_code == 200
    session.close()
    basic.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_without_basic_auth(configured: Configured) -> None:
    """`[auth.basic] enabled = false`: a right password is 401 in other words than a wrong one."""
    admin = configured(Settings(basic_auth=False), auth_basic__enabled="false")
    answer = admin.ask("GET", "/api/user")
    assert answer.status_code == 401
    assert answer.json()["messageId"] != "password-auth.failed"
    assert admin.log_in().status_code == 200
    assert admin.ask("GET", "/api/user").status_code == 200


def test_everybody_reads_the_anonymous_org(configured: Configured) -> None:
    """`[auth.anonymous]`: that org whatever the header says, as a Viewer, and no profile."""
    admin = configured(Settings(anonymous_org="Main Org."), auth_anonymous__enabled="true")
    other = admin.do("POST", "/api/orgs", {"name": f"O{secrets.token_hex(5)}"})["orgId"]
    nobody = Caller(admin.url)
    assert nobody.get("/api/org")["name"] == "Main Org."
    assert nobody.ask("GET", "/api/datasources").status_code == 200
    assert nobody.get("/api/org", org=other)["name"] == "Main Org."
    assert nobody.ask("GET", "/api/org/users").status_code == 403
    assert nobody.ask("GET", "/api/user").status_code == 401
    nobody.close()
    admin.do("DELETE", f"/api/orgs/{other}")


# With the usual settings


def test_a_password_in_cyrillic(admin: Caller, org: int) -> None:
    """By session, and by basic auth in UTF-8."""
    login, password = f"u{secrets.token_hex(5)}", "Пароль-Ёж-7"
    body = {"login": login, "email": f"{login}@example.com", "password": password, "OrgId": org}
    number = admin.do("POST", "/api/admin/users", body)["id"]
    session, basic = Caller(admin.url, login, password), Caller(admin.url)
    basic.session.auth = (login.encode(), password.encode())  # type: ignore[assignment]  # requests takes bytes too
    assert session.log_in().status_code == 200
    assert basic.get("/api/user")["login"] == login
    session.close()
    basic.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_a_disabled_user_cannot_log_in(admin: Caller, org: int) -> None:
    """Both ways, in words of their own; the list says `isDisabled`, and sessions end."""
    number, login = make_user(admin, OrgId=org)
    session, fresh = Caller(admin.url, login, PASSWORD), Caller(admin.url, login, PASSWORD)
    session.log_in()
    admin.do("POST", f"/api/admin/users/{number}/disable")
    assert session.ask("GET", "/api/user").status_code == 401
    for answer in (fresh.ask("GET", "/api/user"), fresh.log_in()):
        assert (answer.status_code, answer.json()["messageId"]) == (401, "identity.disabled")
    assert [row["isDisabled"] for row in admin.get("/api/users", query=login)] == [True]
    admin.do("POST", f"/api/admin/users/{number}/enable")
    assert fresh.log_in().status_code == 200
    session.close()
    fresh.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_anybody_renames_themselves(admin: Caller, org: int) -> None:
    """A Viewer changes login and e-mail; the number and the uid stay."""
    number, login = make_user(admin, OrgId=org)
    before = admin.get(f"/api/users/{number}")
    person = Caller(admin.url, login, PASSWORD)
    body = {"login": f"other-{login}", "email": f"other-{login}@example.com"}
    assert person.ask("PUT", "/api/user", body).status_code == 200
    after = admin.get(f"/api/users/{number}")
    assert (after["login"], after["email"]) == (f"other-{login}", f"other-{login}@example.com")
    assert after["uid"] == before["uid"] != ""
    assert [row["uid"] for row in admin.get("/api/org/users", org=org) if row["userId"] == number] == [before["uid"]]
    person.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_logging_a_user_out_ends_sessions(admin: Caller, org: int) -> None:
    """The password stays."""
    number, login = make_user(admin, OrgId=org)
    session = Caller(admin.url, login, PASSWORD)
    session.log_in()
    admin.do("POST", f"/api/admin/users/{number}/logout")
    assert session.ask("GET", "/api/user").status_code == 401
    assert session.log_in().status_code == 200
    session.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_a_login_that_is_anothers_email_never_logs_in(admin: Caller, org: int) -> None:
    """It can be made; e-mails are looked up first."""
    number, login = make_user(admin, OrgId=org)
    body = {"login": f"{login}@example.com", "email": f"x{login}@example.com", "password": PASSWORD + "x", "OrgId": org}
    second = admin.do("POST", "/api/admin/users", body)["id"]
    person = Caller(admin.url, f"{login}@example.com", PASSWORD + "x")
    assert person.log_in().status_code == 401
    person.close()
    for each in (number, second):
        admin.do("DELETE", f"/api/admin/users/{each}")


def test_a_server_admin_in_no_org(admin: Caller) -> None:
    """The list of users is 403 to such a one, and so the current org; the own profile and the orgs can be read."""
    number, login = make_user(admin)
    admin.do("PUT", f"/api/admin/users/{number}/permissions", {"isGrafanaAdmin": True})
    admin.do("DELETE", f"/api/orgs/1/users/{number}")
    person = Caller(admin.url, login, PASSWORD)
    assert person.ask("GET", "/api/users").status_code == 403
    assert person.get("/api/user/orgs") == []
    assert person.get("/api/user")["isGrafanaAdmin"] is True
    person.close()
    admin.do("DELETE", f"/api/admin/users/{number}")


def test_admin_settings_hold_what_opens_a_cabinet(admin: Caller) -> None:
    """All as texts, secrets masked."""
    settings = admin.get("/api/admin/settings")
    for section, keys in {
        "auth": ("disable_login_form", "login_maximum_lifetime_duration", "oauth_allow_insecure_email_lookup"),
        "auth.anonymous": ("enabled", "org_name"),
        "auth.jwt": ("enabled", "url_login"),
        "auth.proxy": ("enabled", "whitelist"),
        "dashboards": ("min_refresh_interval",),
        "live": ("allowed_origins",),
        "metrics": ("enabled", "basic_auth_username"),
        "panels": ("disable_sanitize_html",),
        "plugins": ("allow_loading_unsigned_plugins", "plugin_admin_enabled"),
        "public_dashboards": ("enabled",),
        "security": ("cookie_secure", "allow_embedding", "disable_gravatar", "secret_key", "strict_transport_security"),
        "snapshots": ("enabled", "external_enabled", "public_mode"),
        "users": ("allow_sign_up", "viewers_can_edit", "auto_assign_org_role", "verify_email_enabled"),
    }.items():
        for key in keys:
            assert isinstance(settings[section][key], str), (section, key)
    assert set(settings["security"]["secret_key"]) == {"*"}
