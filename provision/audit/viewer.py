"""The throw-away Viewer: made in the cabinet's org, gone when the audit ends, however it ends."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from provision.errors import NotFoundError, UnreachableError
from provision.grafana import Grafana, Org, ProbeSession
from provision.ownership import AUDITOR


@dataclass(frozen=True, slots=True)
class Viewer:
    """A login in one org; his password is known to `probe` alone."""

    login: str
    number: int
    probe: ProbeSession

    def is_in(self) -> bool:
        """Whether the server still knows him: to somebody it does not know it refuses everything."""
        answer = self.probe.ask("GET", "/api/user")
        return answer.status == 200 and f'"login":"{self.login}"' in answer.text.replace(" ", "")


@contextmanager
def viewer(server: Grafana, org: Org) -> Iterator[Viewer]:
    """A Viewer of that org and of no other. Raises GrafanaError where he cannot be made."""
    login = f"{AUDITOR}{org.cabinet}"
    password = f"Aa1-{secrets.token_urlsafe(24)}"  # meets Grafana's strong policy
    body = {"login": login, "email": login, "name": login, "password": password, "OrgId": org.number}
    try:
        number = int(server.request("POST", "/api/admin/users", json=body)["id"])
        _confine(server, number, org.number)
        yield Viewer(login, number, server.probe(login, password))
    finally:
        remove(server, login)


def _confine(server: Grafana, number: int, org: int) -> None:
    """`auto_assign_org_role` may have made him more than a Viewer; an old server may have put him elsewhere, too."""
    for seen in server.get(f"/api/users/{number}/orgs"):
        path = f"/api/orgs/{seen['orgId']}/users/{number}"
        if seen["orgId"] != org:
            server.request("DELETE", path)
        elif seen["role"] != "Viewer":
            server.request("PATCH", path, json={"role": "Viewer"})


def remove(server: Grafana, login: str) -> None:
    """Deletes that Viewer if he is there; tries again while the server does not answer."""
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
    """Deletes the Viewers that killed audits left behind; how many there were."""
    left = [str(user["login"]) for user in server.pages("/api/users") if str(user["login"]).startswith(AUDITOR)]
    for login in left:
        remove(server, login)
    return len(left)
