"""The same work without us: bare requests in a few threads, no plan, no proof, no second look."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from dashboards.alerts import rule_groups, templates
from provision.kinds.alerting.routing import contact_points, policy
from provision.kinds.alerting.rule_group import GROUPS
from provision.kinds.alerting.settings import CONFIG, POLICIES
from provision.kinds.dashboard import render, scope_of
from provision.model import Cabinet

THREADS = 2
_HEADS = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_CHANGED = "smart-kodeks-analytics"


class Bare:
    """A logged-in session that trusts every answer."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._orgs: dict[str, int] = {}
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

    def make(self, cabinets: Sequence[Cabinet]) -> None:
        """Makes all of them: what waits for the server comes last."""
        self.side_by_side(self.write, cabinets)
        if self.has_alerting:
            self.side_by_side(self.notify, cabinets)

    def write(self, cabinet: Cabinet) -> None:
        """Makes one cabinet, up to its rules: what our apply makes, request by request."""
        org = int(self.ask("POST", "/api/orgs", {"name": cabinet.title})["orgId"])
        self.ask("PUT", f"/api/orgs/{org}/address", {"address1": f"smart cabinet={cabinet.id}"})
        for person in cabinet.people:
            body = {"login": person.login, "email": person.email, "password": "Pw-Example-1", "OrgId": org}
            self.ask("POST", "/api/admin/users", body)
        space = f"namespaces/org-{org}"
        folder = {"metadata": {"name": "smart-dashboards"}, "spec": {"title": cabinet.folder}}
        self.ask("POST", f"/apis/folder.grafana.app/v1beta1/{space}/folders", folder)
        for uid, kind in (("smart-metrics", "prometheus"), ("smart-events", "grafana-postgresql-datasource")):
            source = {"uid": uid, "name": uid, "type": kind, "access": "proxy", "url": "http://127.0.0.1:8427"}
            self.ask("POST", "/api/datasources", {**source, "secureJsonData": {"password": "x" * 32}}, org)
        scope = scope_of(cabinet)
        for slug in scope.slugs:
            metadata = {"name": f"smart-{slug}", "annotations": {"grafana.app/folder": "smart-dashboards"}}
            dashboard = {"metadata": metadata, "spec": render(slug, scope)}
            self.ask("POST", f"/apis/dashboard.grafana.app/v1beta1/{space}/dashboards", dashboard)
        self.ask("PATCH", "/api/org/preferences", {"timezone": cabinet.timezone, "language": "ru-RU"}, org)
        for group in rule_groups(scope) if self.has_alerting else ():
            path = f"/api/v1/provisioning/folder/smart-dashboards/rule-groups/{group.name}"
            self.ask("PUT", path, {"interval": group.interval, "rules": list(group.rules)}, org)
        self._orgs[cabinet.id] = org

    def notify(self, cabinet: Cabinet) -> None:
        """Writes its message templates, contact points and routes, once the org has its notification settings."""
        org = self._orgs[cabinet.id]
        headers = {"X-Grafana-Org-Id": str(org)}
        while not self.session.get(f"{self.url}{POLICIES}", headers=headers, timeout=60).ok:
            time.sleep(0.5)
        for name, content in templates(scope_of(cabinet)).items():
            self.ask("PUT", f"/api/v1/provisioning/templates/{name}", {"template": content}, org)
        for point in contact_points(cabinet, ""):
            body = {"uid": point.uid, "name": point.name, "type": point.type, "settings": point.settings}
            self.ask("POST", "/api/v1/provisioning/contact-points", body, org)
        self.ask("PUT", POLICIES, {"receiver": "empty", "routes": [policy(cabinet, "")]}, org)

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
