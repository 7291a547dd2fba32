"""What takes a real Grafana minutes: sessions that have to be renewed, and the end of a lock-out."""

import requests

from provision.sandbox import Settings
from tests.contract.caller import Caller
from tests.sandbox.conftest import MakeAdmin


class Clock:
    """A clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def is_due(answer: requests.Response) -> bool:
    """Whether it says that the session has to be renewed."""
    return answer.status_code == 401 and answer.json().get("messageId") == "session.token.rotate"


def with_cookie(url: str, token: str) -> Caller:
    """Somebody who has kept that token."""
    caller = Caller(url)
    caller.session.headers["Cookie"] = f"grafana_session={token}"
    return caller


def logged_in(make_admin: MakeAdmin, clock: Clock) -> Caller:
    """The admin with a session that has been used."""
    admin = make_admin(Settings(clock=clock))
    admin.log_in()
    admin.get("/api/user")
    return admin


def test_a_session_is_due_after_ten_minutes(make_admin: MakeAdmin) -> None:
    """Until then it works; then both APIs answer 401 `session.token.rotate`."""
    clock = Clock()
    admin = logged_in(make_admin, clock)
    clock.now += 600
    assert admin.ask("GET", "/api/user").status_code == 200
    clock.now += 1
    assert is_due(admin.ask("GET", "/api/user"))
    assert is_due(admin.ask("POST", "/api/folders", {"title": "x"}))
    assert is_due(admin.ask("GET", "/apis/folder.grafana.app/v1beta1/namespaces/default/folders"))


def test_a_rotated_session_goes_on(make_admin: MakeAdmin) -> None:
    """Rotating gives a new token, whose time runs anew."""
    clock = Clock()
    admin = logged_in(make_admin, clock)
    before = admin.session.cookies["grafana_session"]
    clock.now += 601
    assert admin.ask("POST", "/api/user/auth-tokens/rotate").json() == {}
    assert admin.session.cookies["grafana_session"] != before
    clock.now += 600
    assert admin.ask("GET", "/api/user").status_code == 200
    clock.now += 1
    assert is_due(admin.ask("GET", "/api/user"))


def test_the_expiry_cookie_tells_when(make_admin: MakeAdmin) -> None:
    """Five seconds before the session is due."""
    clock = Clock()
    admin = logged_in(make_admin, clock)
    assert int(admin.session.cookies["grafana_session_expiry"]) == clock.now + 595


def test_the_old_token_lives_until_the_new_one_is_used(make_admin: MakeAdmin) -> None:
    """So a request under way is not lost; afterwards the old one has to be rotated as well."""
    clock = Clock()
    admin = logged_in(make_admin, clock)
    late = with_cookie(admin.url, admin.session.cookies["grafana_session"])
    clock.now += 601
    admin.ask("POST", "/api/user/auth-tokens/rotate")
    assert late.ask("GET", "/api/user").status_code == 200
    assert admin.ask("GET", "/api/user").status_code == 200
    assert is_due(late.ask("GET", "/api/user"))
    assert admin.ask("GET", "/api/user").status_code == 200
    assert late.ask("POST", "/api/user/auth-tokens/rotate").status_code == 200
    late.close()


def test_a_lock_ends_after_five_minutes(make_admin: MakeAdmin) -> None:
    """Wrong passwords older than that do not count."""
    clock = Clock()
    admin = make_admin(Settings(clock=clock))
    wrong = Caller(admin.url, "admin", "wrong")
    for _ in range(5):
        wrong.ask("GET", "/api/user")
    clock.now += 299
    assert admin.ask("GET", "/api/user").status_code == 401
    clock.now += 2
    assert admin.ask("GET", "/api/user").status_code == 200
    wrong.close()
