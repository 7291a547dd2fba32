"""The throw-away login: made in the cabinet's org, removed when the audit ends, however it ends.

Its name is random: Grafana locks a login for five minutes after five wrong passwords, so whoever guessed the name could
keep the audit out.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from provision.errors import NotFoundError, UnreachableError
from provision.grafana import Grafana, Org, ProbeSession
from provision.model import Role
from provision.ownership import AUDITOR
from provision.text import Text

_GONE = Text("сервер больше не узнаёт временного пользователя", "the server no longer knows the throw-away user")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A login in one org; only `probe` has its password."""

    login: str
    number: int
    probe: ProbeSession

    def why_unknown(self) -> Text | None:
        """Why its refusals prove nothing (an unknown login is refused everything); None when the server knows it."""
        answer = self.probe.ask("GET", "/api/user")
        known = answer.status == 200 and f'"login":"{self.login}"' in answer.text.replace(" ", "")
        return None if known else _GONE


@contextmanager
def viewer(server: Grafana, org: Org, role: Role = "Viewer") -> Iterator[Viewer]:
    """A login with that role in that org and in no other. Raises GrafanaError where it cannot be made."""
    login = f"{AUDITOR}{secrets.token_hex(8)}"
    password = f"Aa1-{secrets.token_urlsafe(24)}"  # meets Grafana's strong policy
    body = {
        "login": login,
        "email": login,
        "name": f"{AUDITOR}{org.cabinet}",
        "password": password,
        "OrgId": org.number,
    }
    try:
        number = int(server.request("POST", "/api/admin/users", json=body)["id"])
        _confine(server, number, org.number, role)
        yield Viewer(login, number, server.probe(login, password))
    finally:
        remove(server, login)


def _confine(server: Grafana, number: int, org: int, role: Role) -> None:
    """`auto_assign_org_role` may have given another role; an old server may have added other orgs."""
    for seen in server.get(f"/api/users/{number}/orgs"):
        path = f"/api/orgs/{seen['orgId']}/users/{number}"
        if seen["orgId"] != org:
            server.request("DELETE", path)
        elif seen["role"] != role:
            server.request("PATCH", path, json={"role": role})


def remove(server: Grafana, login: str) -> None:
    """Deletes that login if it is there; tries again while the server does not answer."""
    for pause in server.pauses:
        try:
            found = server.get("/api/users/lookup", loginOrEmail=login)
            if str(found["login"]).startswith(AUDITOR):
                server.request("DELETE", f"/api/admin/users/{found['id']}")
        except NotFoundError:
            return
        except UnreachableError:
            time.sleep(pause)


def remove_left(server: Grafana) -> int:
    """Deletes the logins that killed audits left behind; returns how many there were."""
    left = [str(user["login"]) for user in server.pages("/api/users") if str(user["login"]).startswith(AUDITOR)]
    for login in left:
        remove(server, login)
    return len(left)
