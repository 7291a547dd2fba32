"""The same work without us: bare requests in a few threads, no plan, no proof, no second look.

`python -m benchmarks.bare read|change NUMBER…` does it in these orgs of GRAFANA_URL, as a command of its own.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

# Written out: what the program imports would be in the time of this command, too.
CONFIG = "/api/alertmanager/grafana/config/api/v1/alerts"
GROUPS = "/api/ruler/grafana/api/v1/rules"
THREADS = 2
_HEADS = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_CHANGED = "smart-kodeks-analytics"


class Bare:
    """A logged-in session that trusts every answer."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
        self._login = {"user": user, "password": password}
        self._log_in()
        settings = self.ask("GET", "/api/admin/settings")
        self.has_alerting = str(settings.get("unified_alerting", {}).get("enabled", "")).lower() != "false"

    def ask(self, method: str, path: str, body: object = None, org: int | None = None, accept: str = "*/*") -> Any:
        """The answer. A 500 of a locked database is asked again; what the failed try has made all the same is fine."""
        headers = {"Accept": accept, **({} if org is None else {"X-Grafana-Org-Id": str(org)})}
        for attempt in range(20):  # noqa: B007 - looked at below
            answer = self.session.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=60)
            if answer.status_code == 401:  # a session has to be renewed every ten minutes
                self._log_in()
            elif answer.status_code < 500:
                break
        if not (attempt and answer.status_code in (409, 412)):
            answer.raise_for_status()
        return answer.json() if answer.content else None

    def _log_in(self) -> None:
        self.session.post(f"{self.url}/login", json=self._login, timeout=60).raise_for_status()

    def side_by_side(self, work: Callable[[Any], object], items: Sequence[Any]) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, items))

    @property
    def reads(self) -> int:
        """The GETs that a plan of one cabinet needs."""
        return len(self._paths(1))

    def read(self, org: int) -> None:
        """Does them, of dashboards the heads alone."""
        for path in self._paths(org):
            self.ask("GET", path, None, org, accept=_HEADS if path.endswith("/dashboards") else "*/*")

    def _paths(self, org: int) -> tuple[str, ...]:
        space = f"namespaces/org-{org}"
        paths = (
            "/api/org",
            "/api/org/users",
            f"/apis/folder.grafana.app/v1beta1/{space}/folders",
            "/api/datasources",
            "/api/datasources/uid/smart-metrics",
            "/api/datasources/uid/smart-events",
            f"/apis/dashboard.grafana.app/v1beta1/{space}/dashboards",
            "/api/org/preferences",
        )
        return (*paths, CONFIG, GROUPS) if self.has_alerting else paths

    def change(self, org: int) -> None:
        """Reads one dashboard and writes it with another description."""
        path = f"/apis/dashboard.grafana.app/v1beta1/namespaces/org-{org}/dashboards/{_CHANGED}"
        whole = self.ask("GET", path)
        whole["spec"]["description"] = "changed"
        self.ask("PUT", path, whole)

    def orgs(self, titles: Mapping[str, object]) -> list[int]:
        """The numbers of the orgs with these names."""
        found: list[int] = []
        page = 0  # the first one of this list (12.4)
        while rows := self.ask("GET", f"/api/orgs?perpage=1000&page={page}"):
            found += [int(org["id"]) for org in rows if org["name"] in titles]
            page += 1
        return found


def main() -> None:
    bare = Bare(os.environ["GRAFANA_URL"], os.environ["GRAFANA_USER"], os.environ["GRAFANA_PASSWORD"])
    orgs = list(map(int, sys.argv[2:]))

    def change(org: int) -> None:
        bare.read(org)
        bare.change(org)

    bare.side_by_side({"read": bare.read, "change": change}[sys.argv[1]], orgs)


if __name__ == "__main__":
    main()
