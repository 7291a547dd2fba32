"""The server admin, and orgs and users that vanish with the test."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provision.sandbox import Sandbox, Settings
from tests.contract.caller import Caller

PASSWORD = "Correct-horse-7"


@dataclass(frozen=True)
class User:
    """A user made for one test, with a caller that logs in by basic auth."""

    id: int
    login: str
    caller: Caller


@pytest.fixture(scope="session")
def session_of_admin(grafana_url: str) -> Iterator[Caller]:
    """The server admin, logged in by session, or by basic auth where the server under test lets nobody in that way."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    caller = Caller(grafana_url, user, password)
    if not caller.log_in().ok or not caller.ask("GET", "/api/user").ok:
        caller.session.auth = (user, password)
    answer = caller.ask("GET", "/api/user")
    assert answer.status_code == 200, answer.text
    yield caller
    caller.close()


@pytest.fixture
def admin(session_of_admin: Caller) -> Caller:
    """The server admin. His session is renewed when it is due, as a browser does (every ten minutes)."""
    caller = session_of_admin
    if caller.session.auth is None and caller.ask("GET", "/api/user").status_code == 401:
        assert caller.ask("POST", "/api/user/auth-tokens/rotate").ok
    return caller


@pytest.fixture
def nobody(grafana_url: str) -> Iterator[Caller]:
    """Somebody who is not logged in."""
    caller = Caller(grafana_url)
    yield caller
    caller.close()


@pytest.fixture
def name() -> str:
    """A name that nobody else has: letters and digits, lower case, letter first."""
    return f"t{secrets.token_hex(5)}"


@pytest.fixture
def make_org(admin: Caller) -> Iterator[Callable[[], int]]:
    """Makes orgs, which are removed afterwards."""
    made: list[int] = []

    def make() -> int:
        made.append(admin.do("POST", "/api/orgs", {"name": f"Контракт {secrets.token_hex(5)}"})["orgId"])
        return made[-1]

    yield make
    for org in made:
        admin.ask("DELETE", f"/api/orgs/{org}")


@pytest.fixture
def org(make_org: Callable[[], int]) -> int:
    """A fresh org; the server admin is its only member."""
    return make_org()


@pytest.fixture
def make_user(admin: Caller) -> Iterator[Callable[..., User]]:
    """Makes users in an org (Viewer unless said), which are removed afterwards."""
    made: list[User] = []

    def make(org: int, role: str = "Viewer") -> User:
        login = f"u{secrets.token_hex(5)}"
        body = {"login": login, "email": f"{login}@example.com", "password": PASSWORD, "OrgId": org}
        user = User(admin.do("POST", "/api/admin/users", body)["id"], login, Caller(admin.url, login, PASSWORD))
        made.append(user)
        if role != "Viewer":
            admin.do("PATCH", f"/api/orgs/{org}/users/{user.id}", {"role": role})
        return user

    yield make
    for user in made:
        user.caller.close()
        admin.ask("DELETE", f"/api/admin/users/{user.id}")


@pytest.fixture
def configured(grafana_url: str, admin: Caller, tmp_path: Path) -> Iterator[Callable[..., Caller]]:
    """Gives the server admin, by basic auth, of a server with those settings (`section.key` and value).

    It is the server under test where that has them, else a sandbox.
    """
    ended: list[Callable[[], None]] = []

    def choose(kind: Settings, **wanted: str) -> Caller:
        settings = admin.get("/api/admin/settings")
        user, password, url = admin.user, admin.password, grafana_url
        if not all(settings.get(section, {}).get(key) == value for (section, key), value in _keys(wanted).items()):
            running = Sandbox(port=0, data=tmp_path / "configured", settings=kind)
            running.start()
            ended.append(running.close)
            user, password, url = "admin", "admin", running.url
        caller = Caller(url, user, password)
        ended.insert(0, caller.close)
        return caller

    yield choose
    for end in ended:
        end()


def _keys(wanted: dict[str, str]) -> dict[tuple[str, str], str]:
    """`auth_basic__enabled` as ("auth.basic", "enabled")."""
    found = {}
    for name, value in wanted.items():
        section, _, key = name.partition("__")
        found[section.replace("auth_", "auth."), key] = value
    return found


Configured = Callable[..., Caller]
MakeOrg = Callable[[], int]
MakeUser = Callable[..., User]
