"""The server admin, and orgs and users that vanish with the test."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.contract.caller import Caller

PASSWORD = "Correct-horse-7"


@dataclass(frozen=True)
class User:
    """A user made for one test, with a caller that logs in by basic auth."""

    id: int
    login: str
    caller: Caller


@pytest.fixture(scope="session")
def admin(grafana_url: str) -> Iterator[Caller]:
    """The server admin, logged in by session."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    caller = Caller(grafana_url, user, password)
    answer = caller.log_in()
    assert answer.status_code == 200, answer.text
    yield caller
    caller.close()


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


MakeOrg = Callable[[], int]
MakeUser = Callable[..., User]
