"""One org of a server. The mark in its address shows whose cabinet it is."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from provision.errors import GrafanaError
from provision.grafana.server import HEADS, Grafana
from provision.grafana.transport import Json
from provision.text import Text

Group = Literal["dashboard", "folder"]
Answers: TypeAlias = dict[tuple[str, str], Json]  # by path and media type, of lists under /apis all their objects


def apis_path(org: int, group: Group) -> str:
    """The path of that org's dashboards or folders under /apis. There the namespace, not the header, decides."""
    namespace = "default" if org == 1 else f"org-{org}"
    return f"/apis/{group}.grafana.app/v1beta1/namespaces/{namespace}/{group}s"


class Org:
    """One org, bound when made. Nothing is written to it before verify_ownership() has found our mark."""

    def __init__(
        self, server: Grafana, number: int, cabinet: str, mark: str, unfinished: str, *, seen: Answers | None = None
    ) -> None:
        """`mark` is the cabinet's in this org's address, `unfinished` the org's name until it has it. `seen` is what
        was just read under the org's header: each answer is used once, in place of a request.

        Raises GrafanaError when the server answers for another org than `number`.
        """
        self.server = server
        self.number = number
        self.cabinet = cabinet
        self._mark = mark
        self._unfinished = unfinished
        self.name = ""
        self.address: dict[str, str] = {}
        self._seen = seen or {}
        self.is_ours = self._has_mark(self.get("/api/org"))

    def verify_ownership(self) -> bool:
        """Asks `GET /api/org` under the header whether the org has the mark of the cabinet."""
        return self._has_mark(self.server.get("/api/org", org=self.number))

    def _has_mark(self, seen: Mapping[str, Json]) -> bool:
        if seen.get("id") != self.number:
            raise GrafanaError(
                Text(
                    f"Grafana отвечает за организацию {seen.get('id')} вместо {self.number}",
                    f"Grafana answers for org {seen.get('id')} instead of {self.number}",
                )
            )
        self.name = str(seen["name"])
        self.address = {key: str(value) for key, value in seen.get("address", {}).items()}
        address = self.address.get("address1", "")
        self.is_ours = address == self._mark or (not address and self.name == self._unfinished)
        return self.is_ours

    def request(self, method: str, path: str, json: object = None, **params: str | int) -> Json:
        """As Grafana.request, in this org. Raises GrafanaError for a write to an org without our mark."""
        if method != "GET" and not self.is_ours:
            raise GrafanaError(
                Text(
                    f"Организация {self.number} («{self.name}») не помечена как кабинет {self.cabinet}",
                    f"Org {self.number} ({self.name!r}) does not have the mark of cabinet {self.cabinet}",
                )
            )
        return self.server.request(method, path, org=self.number, json=json, params=params)

    def get(self, path: str, **params: str | int) -> Json:
        """As Grafana.get, in this org."""
        if not params and (path, "") in self._seen:
            return self._seen.pop((path, ""))
        return self.request("GET", path, **params)

    def pages(self, path: str, **params: str | int) -> Iterator[Mapping[str, Json]]:
        """As Grafana.pages, in this org."""
        return self.server.pages(path, org=self.number, **params)

    def apis(self, group: Group, name: str = "") -> str:
        """The path of this org's dashboards or folders under /apis, or of one of them."""
        path = apis_path(self.number, group)
        return f"{path}/{name}" if name else path

    def apis_list(self, group: Group, *, heads: bool = False) -> Iterator[Mapping[str, Json]]:
        """Every object of that group in this org, in pages of 500: whole, or with `heads` its metadata alone."""
        path = self.apis(group)
        seen = self._seen.pop((path, HEADS if heads else ""), None)
        return self.server.apis_pages(path, org=self.number, heads=heads) if seen is None else iter(seen)
