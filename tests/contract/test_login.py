"""Sessions, basic auth and the lock-out."""

from http.cookies import SimpleCookie

import requests

from tests.contract.caller import Caller
from tests.contract.conftest import PASSWORD, MakeUser


def cookies_of(answer: requests.Response) -> SimpleCookie:
    """The cookies an answer sets, with their attributes."""
    cookies = SimpleCookie()
    for line in answer.raw.headers.getlist("Set-Cookie"):
        cookies.load(line)
    return cookies


def message_id(answer: requests.Response) -> str:
    """What kind of 401 or 400 it is."""
    return str(answer.json().get("messageId"))


def test_login_sets_two_cookies(org: int, make_user: MakeUser) -> None:
    """The session cookie is hidden from scripts; the other has the time of the next rotation."""
    answer = make_user(org).caller.log_in()
    cookies = cookies_of(answer)
    assert answer.json()["message"] == "Logged in"
    assert cookies["grafana_session"]["httponly"] is True
    assert cookies["grafana_session"]["max-age"] == "2592000"
    assert int(cookies["grafana_session_expiry"].value) > 1_700_000_000


def test_a_session_is_enough(org: int, make_user: MakeUser) -> None:
    """The cookie alone identifies the user, on both APIs."""
    user = make_user(org)
    user.caller.log_in()
    assert user.caller.get("/api/user")["login"] == user.login
    assert user.caller.get("/apis")["kind"] == "APIGroupList"


def test_login_by_email_in_any_letters(org: int, make_user: MakeUser) -> None:
    """Logins and emails are taken in any letters."""
    user = make_user(org)
    for name in (user.login.upper(), f"{user.login}@EXAMPLE.com"):
        caller = Caller(user.caller.url, name, PASSWORD)
        assert caller.log_in().status_code == 200
        caller.close()


def test_login_requires_both_as_json(nobody: Caller) -> None:
    """Half a login, or what is no JSON, is 400 `form-auth.invalid`."""
    for answer in (
        nobody.ask("POST", "/login", {"user": "x"}),
        nobody.ask("POST", "/login", {"user": "", "password": ""}),
        nobody.ask("POST", "/login", raw=b"{bad"),
    ):
        assert (answer.status_code, message_id(answer)) == (400, "form-auth.invalid")


def test_a_wrong_password_is_401(org: int, make_user: MakeUser) -> None:
    """Both ways of logging in say `password-auth.failed`, for unknown users too."""
    user = make_user(org)
    for name in (user.login, f"{user.login}-unknown"):
        wrong = Caller(user.caller.url, name, "wrong")
        for answer in (wrong.ask("GET", "/api/org"), wrong.log_in()):
            assert (answer.status_code, message_id(answer)) == (401, "password-auth.failed")
        wrong.close()


def test_five_wrong_passwords_lock_out(org: int, make_user: MakeUser) -> None:
    """Then the right password is refused both ways in the same words, in any letters; an older session goes on."""
    user = make_user(org)
    before = Caller(user.caller.url, user.login, PASSWORD)
    before.log_in()
    wrong = Caller(user.caller.url, user.login, "wrong")
    for _ in range(5):
        assert wrong.ask("GET", "/api/org").status_code == 401
    upper = Caller(user.caller.url, user.login.upper(), PASSWORD)
    for answer in (user.caller.ask("GET", "/api/org"), upper.ask("GET", "/api/org"), upper.log_in()):
        assert (answer.status_code, message_id(answer)) == (401, "password-auth.failed")
    assert before.ask("GET", "/api/org").status_code == 200
    for caller in (before, wrong, upper):
        caller.close()


def test_a_right_password_does_not_reset_the_count(org: int, make_user: MakeUser) -> None:
    """Four wrong, one right, one wrong: locked."""
    user = make_user(org)
    wrong = Caller(user.caller.url, user.login, "wrong")
    for _ in range(4):
        wrong.ask("GET", "/api/org")
    assert user.caller.ask("GET", "/api/org").status_code == 200
    wrong.ask("GET", "/api/org")
    assert user.caller.ask("GET", "/api/org").status_code == 401
    wrong.close()


def test_a_new_password_unlocks_and_ends_sessions(admin: Caller, org: int, make_user: MakeUser) -> None:
    """An admin who sets the password lets a locked user in again, and only with the new one."""
    user = make_user(org)
    session = Caller(user.caller.url, user.login, PASSWORD)
    session.log_in()
    wrong = Caller(user.caller.url, user.login, "wrong")
    for _ in range(5):
        wrong.ask("GET", "/api/org")
    admin.do("PUT", f"/api/admin/users/{user.id}/password", {"password": "Another-horse-8"})
    fresh = Caller(user.caller.url, user.login, "Another-horse-8")
    assert fresh.ask("GET", "/api/org").status_code == 200
    assert session.ask("GET", "/api/org").status_code == 401
    assert user.caller.ask("GET", "/api/org").status_code == 401
    for caller in (session, wrong, fresh):
        caller.close()


def test_a_garbage_cookie_is_401_without_a_kind(nobody: Caller) -> None:
    """Such a 401 has no message id: it is neither a wrong password nor a rotation that is due."""
    nobody.session.headers["Cookie"] = "grafana_session=garbage"
    answer = nobody.ask("GET", "/api/org")
    assert answer.status_code == 401
    assert "messageId" not in answer.json()


def test_the_right_one_of_two_credentials_counts(org: int, make_user: MakeUser) -> None:
    """A garbage cookie beside the right password is let in; so is a good cookie beside a wrong password."""
    user = make_user(org)
    by_password = Caller(user.caller.url, user.login, PASSWORD)
    by_password.session.headers["Cookie"] = "grafana_session=garbage"
    assert by_password.get("/api/user")["login"] == user.login
    by_cookie = Caller(user.caller.url, user.login, PASSWORD)
    by_cookie.log_in()
    by_cookie.session.auth = (user.login, "wrong")
    assert by_cookie.get("/api/user")["login"] == user.login
    for caller in (by_password, by_cookie):
        caller.close()


def test_a_wrong_password_beside_a_cookie_counts_too(org: int, make_user: MakeUser) -> None:
    """It is tried first, so five of them lock the user out although each was answered."""
    user = make_user(org)
    by_cookie = Caller(user.caller.url, user.login, PASSWORD)
    by_cookie.log_in()
    by_cookie.session.auth = (user.login, "wrong")
    for _ in range(5):
        assert by_cookie.ask("GET", "/api/org").status_code == 200
    assert user.caller.ask("GET", "/api/org").status_code == 401
    by_cookie.close()


def test_rotating_at_once_changes_nothing(org: int, make_user: MakeUser) -> None:
    """Within five seconds of the last rotation the answer is 200 without new cookies, and the session goes on."""
    caller = make_user(org).caller
    caller.log_in()
    answer = caller.ask("POST", "/api/user/auth-tokens/rotate")
    assert (answer.status_code, answer.json(), cookies_of(answer)) == (200, {}, SimpleCookie())
    assert caller.ask("GET", "/api/user").status_code == 200


def test_rotating_nothing_is_401(nobody: Caller) -> None:
    """Without a session, or with a garbage one, there is nothing to rotate."""
    assert nobody.ask("POST", "/api/user/auth-tokens/rotate").status_code == 401
    nobody.session.headers["Cookie"] = "grafana_session=garbage"
    assert nobody.ask("POST", "/api/user/auth-tokens/rotate").status_code == 401


def test_logging_out_ends_the_session(org: int, make_user: MakeUser) -> None:
    """The cookie is worth nothing afterwards, even when it is kept."""
    caller = make_user(org).caller
    caller.log_in()
    kept = caller.session.cookies["grafana_session"]
    assert caller.ask("GET", "/logout").status_code == 302
    caller.session.headers["Cookie"] = f"grafana_session={kept}"
    assert caller.ask("GET", "/api/user").status_code == 401


def test_a_deleted_user_is_out(admin: Caller, org: int, make_user: MakeUser) -> None:
    """His session ends with him."""
    user = make_user(org)
    user.caller.log_in()
    admin.do("DELETE", f"/api/admin/users/{user.id}")
    assert user.caller.ask("GET", "/api/user").status_code == 401
