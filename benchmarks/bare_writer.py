"""A first apply without us: the same objects, written one after the other by bare requests."""

import time
from collections.abc import Sequence

from benchmarks.bare import Bare
from dashboards.alerts import rule_groups, templates
from provision.kinds.alerting.routing import contact_points, policy
from provision.kinds.alerting.settings import POLICIES
from provision.kinds.dashboard import render, scope_of
from provision.model import Cabinet


class BareWriter(Bare):
    """Makes cabinets; trusts every answer."""

    def __init__(self, url: str, user: str, password: str) -> None:
        super().__init__(url, user, password)
        self._orgs: dict[str, int] = {}

    def make(self, cabinets: Sequence[Cabinet]) -> None:
        """Makes all of them, from code to objects: what waits for the server comes last."""
        render.cache_clear()
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
