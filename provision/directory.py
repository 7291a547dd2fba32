"""What the server holds beyond a single org, read once a run: its orgs, their marks, its users."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from provision.errors import NotFoundError
from provision.grafana import MARK, Grafana, Json, mark


class Directory:
    """Orgs and users of a server. Safe to ask from several threads."""

    def __init__(self, server: Grafana) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._marks: dict[int, str] = {}
        self.orgs: dict[str, int] = {str(org["name"]): int(org["id"]) for org in server.pages("/api/orgs")}
        self.users = {str(user["login"]).lower(): user for user in server.pages("/api/users")}
        self.emails = {str(user["email"]).lower(): login for login, user in self.users.items()}

    def mark(self, number: int) -> str:
        """The id of the cabinet whose mark the org bears, "" for a stranger's org."""
        if number not in self._marks:
            try:
                address = self._server.get(f"/api/orgs/{number}").get("address", {})
            except NotFoundError:  # deleted by somebody since the list was read
                address = {}
            self._marks[number] = str(address.get("address1", "")).removeprefix(MARK) if _marked(address) else ""
        return self._marks[number]

    def find(self, cabinet: str, title: str) -> int | None:
        """The number of the cabinet's org, whatever it is called; None when there is none.

        Looked for by its title first, then by its mark under any name, then by the name an unfinished creation leaves.
        """
        named = self.orgs.get(title)
        if named is not None and self.mark(named) == cabinet:
            return named
        with self._lock:  # one thread has the marks read, the others find them so
            unread = [number for number in self.orgs.values() if number not in self._marks]
            if unread:
                with ThreadPoolExecutor(self._server.throttle.most) as pool:
                    list(pool.map(self.mark, unread))
            marked = next((number for number in self.orgs.values() if self._marks[number] == cabinet), None)
        return marked if marked is not None else self.orgs.get(mark(cabinet))

    def orgs_of(self, user: int) -> Mapping[int, str]:
        """Number and name of every org the user is a member of, asked anew."""
        return {int(org["orgId"]): str(org["name"]) for org in self._server.get(f"/api/users/{user}/orgs")}


def _marked(address: Mapping[str, Json]) -> bool:
    return str(address.get("address1", "")).startswith(MARK)
