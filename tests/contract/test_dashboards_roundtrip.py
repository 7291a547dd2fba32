"""A dashboard comes back from the server as it was sent, so that a plan never sees a change where there is none."""

import json
from typing import Any

import pytest

import dashboards
from dashboards._finish import finish
from tests.contract.caller import Caller
from tests.dashboards.boards import EVERYTHING, every_kind

Json = dict[str, Any]
EVERY_KIND = "every-kind-of-panel"
SLUGS = (EVERY_KIND, *dashboards.slugs())


def render(slug: str) -> Json:
    """The dashboard as it is sent."""
    return finish(every_kind(), EVERYTHING) if slug == EVERY_KIND else dashboards.render(slug, EVERYTHING)


def as_text(spec: Json) -> str:
    """The dashboard without what the server makes itself; as text, so that 0 and 0.0 differ."""
    kept = {key: value for key, value in spec.items() if key not in ("id", "uid", "version")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, indent=1)


def collection(org: int, version: str) -> str:
    """The path of the org's dashboards in a version of the new API."""
    return f"/apis/dashboard.grafana.app/{version}/namespaces/org-{org}/dashboards"


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("stored_as", ["v1beta1", "v0alpha1"])
def test_sent_through_apis_reads_back_equal(slug: str, stored_as: str, admin: Caller, org: int) -> None:
    """v1beta1 checks the schema and migrates, v0alpha1 keeps the JSON: both give back what was sent, on both APIs."""
    spec, name = render(slug), f"smart-{slug}"
    body = {
        "apiVersion": f"dashboard.grafana.app/{stored_as}",
        "kind": "Dashboard",
        "metadata": {"name": name},
        "spec": spec,
    }
    admin.do("POST", collection(org, stored_as), body, org=org)
    whole = admin.get(f"{collection(org, 'v1beta1')}/{name}", org=org)
    assert as_text(whole["spec"]) == as_text(spec)
    assert as_text(admin.get(f"/api/dashboards/uid/{name}", org=org)["dashboard"]) == as_text(spec)


@pytest.mark.parametrize("slug", SLUGS)
def test_sent_through_the_legacy_api_reads_back_equal(slug: str, admin: Caller, org: int) -> None:
    """/api/dashboards/db keeps the JSON, and migrating it for a reader of v1beta1 changes nothing."""
    spec, name = render(slug), f"smart-{slug}"
    admin.do("POST", "/api/dashboards/db", {"dashboard": {**spec, "id": None, "uid": name}}, org=org)
    assert as_text(admin.get(f"/api/dashboards/uid/{name}", org=org)["dashboard"]) == as_text(spec)
    whole = admin.get(f"{collection(org, 'v1beta1')}/{name}", org=org)
    assert as_text(whole["spec"]) == as_text(spec)
