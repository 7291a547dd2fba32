"""Requests are counted where they arrive."""

from typing import Any

import pytest

from tests.contract.caller import Caller


@pytest.fixture(autouse=True)
def fresh(admin: Caller) -> None:
    """Counting begins with the test."""
    assert admin.ask("DELETE", "/sandbox/requests").status_code == 204


def counts(admin: Caller) -> dict[str, Any]:
    """What was counted."""
    counted: dict[str, Any] = admin.get("/sandbox/requests")
    return counted


def test_a_request_is_counted_by_path_org_and_status(admin: Caller) -> None:
    """The path as a template; equal ones are one row, and asking for the counts is not counted."""
    for _ in range(2):
        admin.ask("GET", "/api/datasources/uid/nope")
    row = {"method": "GET", "path": "/api/datasources/uid/:uid", "org": 1, "status": 404, "count": 2}
    assert counts(admin) == {"total": 2, "writes": 0, "requests": [row]}


def test_rows_of_the_new_api_name_the_resource(admin: Caller) -> None:
    """Not group and version as placeholders."""
    admin.ask("GET", "/apis/folder.grafana.app/v1beta1/namespaces/default/folders/f")
    [row] = counts(admin)["requests"]
    assert row["path"] == "/apis/folder.grafana.app/v1beta1/namespaces/:namespace/folders/:name"


def test_writes_are_counted_refused_ones_too(admin: Caller) -> None:
    """A create, a change, a removal and a refusal make four."""
    folder = "/api/folders/f"
    admin.ask("POST", "/api/folders", {"uid": "f", "title": "F"})
    admin.ask("PUT", folder, {"title": "G", "overwrite": True})
    admin.ask("DELETE", folder)
    admin.ask("DELETE", folder)
    admin.ask("GET", folder)
    counted = counts(admin)
    assert (counted["total"], counted["writes"]) == (5, 4)


def test_what_changes_nothing_is_no_write(admin: Caller) -> None:
    """Neither a login, nor a rotation, nor a dry run."""
    path = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"
    admin.ask("POST", path, {"metadata": {"name": "d"}, "spec": {"title": "D"}}, dryRun="All")
    admin.log_in()
    admin.ask("POST", "/api/user/auth-tokens/rotate")
    counted = counts(admin)
    assert (counted["total"], counted["writes"]) == (3, 0)


def test_the_org_is_the_one_of_the_request(admin: Caller) -> None:
    """By header and by namespace; 0 for strangers."""
    org = admin.do("POST", "/api/orgs", {"name": "O"})["orgId"]
    admin.ask("DELETE", "/sandbox/requests")
    admin.ask("GET", "/api/folders", org=org)
    admin.ask("GET", f"/apis/folder.grafana.app/v1beta1/namespaces/org-{org}/folders")
    stranger = Caller(admin.url)
    stranger.ask("GET", "/api/folders")
    stranger.close()
    assert sorted(row["org"] for row in counts(admin)["requests"]) == [0, org, org]
