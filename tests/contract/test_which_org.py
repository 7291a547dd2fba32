"""In which org a request is done, and for which users there is none."""

from collections.abc import Iterator

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeOrg, MakeUser

UNKNOWN = 99_999_999


def dashboards(namespace: str) -> str:
    """The list of dashboards of a namespace."""
    return f"/apis/dashboard.grafana.app/v1beta1/namespaces/{namespace}/dashboards"


def test_the_header_chooses_the_org(admin: Caller, org: int) -> None:
    """Blanks around the number do not matter."""
    assert admin.get("/api/org", org=org)["id"] == org
    assert admin.get("/api/org", org=f"{org} ")["id"] == org


@pytest.mark.parametrize("header", ["abc", "-1", "0", "2,3", "0x2", "", "1.5"])
def test_a_header_that_is_no_number_is_ignored(admin: Caller, header: str) -> None:
    """The request is done in the user's current org, without a word."""
    assert admin.get("/api/org", org=header)["id"] == 1


def test_an_unknown_org_is_forbidden(admin: Caller) -> None:
    """403 naming the permission, for all that belongs to an org."""
    for path, permission in (
        ("/api/org", "orgs:read"),
        ("/api/datasources", "datasources:read"),
        ("/api/folders", "folders:read"),
        ("/api/org/users", "org.users:read"),
        ("/api/org/preferences", "orgs.preferences:read"),
        ("/api/dashboards/uid/x", "dashboards:read"),
    ):
        answer = admin.ask("GET", path, org=UNKNOWN)
        assert answer.status_code == 403, path
        assert f"Permissions needed: {permission}" in answer.json()["message"]


def test_searching_an_unknown_org_fails(admin: Caller) -> None:
    """500 "Search failed"."""
    assert admin.ask("GET", "/api/search", org=UNKNOWN).status_code == 500


def test_orgs_are_listed_from_any_org(admin: Caller) -> None:
    """What concerns the server as a whole is answered under the header of an unknown org too."""
    assert admin.ask("GET", "/api/orgs", org=UNKNOWN).status_code == 200
    assert admin.ask("GET", "/api/orgs/1", org=UNKNOWN).status_code == 200
    assert admin.ask("GET", "/api/users", org=UNKNOWN).status_code == 403


def test_the_query_beats_the_header(admin: Caller, make_org: MakeOrg) -> None:
    """`targetOrgId` wins; one that is no number of an org does not count."""
    first, second = make_org(), make_org()
    assert admin.get("/api/org", org=first, targetOrgId=second)["id"] == second
    for none in ("abc", "0", "-1"):
        assert admin.get("/api/org", org=first, targetOrgId=none)["id"] == first


def test_the_namespace_beats_the_header(admin: Caller, make_org: MakeOrg) -> None:
    """On `/apis` the org of the path counts, whatever the header says."""
    first, second = make_org(), make_org()
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "only-here", "title": "D"}}, org=second)
    listed = admin.get(dashboards(f"org-{second}"), org=first)["items"]
    assert [(item["metadata"]["name"], item["metadata"]["namespace"]) for item in listed] == [
        ("only-here", f"org-{second}")
    ]
    assert admin.get(dashboards(f"org-{first}"), org=second)["items"] == []


@pytest.mark.parametrize("namespace", [f"org-{UNKNOWN}", "org-1", "nonsense"])
def test_a_namespace_that_is_none_is_500(admin: Caller, namespace: str) -> None:
    """Org 1 is called `default` and nothing else."""
    answer = admin.ask("GET", dashboards(namespace))
    assert (answer.status_code, answer.json()["message"]) == (500, "namespace mismatch")


def test_the_main_org_is_called_default(admin: Caller, org: int) -> None:
    """Whatever the header says."""
    assert admin.get(dashboards("default"), org=org)["kind"] == "DashboardList"


def test_a_viewer_stays_in_his_org(org: int, make_org: MakeOrg, make_user: MakeUser) -> None:
    """Another org is forbidden to him by header and by namespace."""
    viewer, other = make_user(org).caller, make_org()
    assert viewer.get("/api/org")["id"] == org
    for path in ("/api/org", "/api/datasources", "/api/folders"):
        assert viewer.ask("GET", path, org=other).status_code == 403
    answer = viewer.ask("GET", dashboards(f"org-{other}"))
    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")


@pytest.fixture
def foreign(admin: Caller, make_org: MakeOrg, make_user: MakeUser) -> Iterator[int]:
    """An org that another server admin made: the server admin is no member of it."""
    other = make_user(make_org())
    admin.do("PUT", f"/api/admin/users/{other.id}/permissions", {"isGrafanaAdmin": True})
    number = other.caller.do("POST", "/api/orgs", {"name": f"Чужая {other.login}"})["orgId"]
    yield number
    admin.ask("DELETE", f"/api/orgs/{number}")


def test_an_org_of_another_server_admin_is_like_an_unknown_one(admin: Caller, foreign: int) -> None:
    """403 for all that belongs to the org, 500 in its namespace; `/api/orgs/…` reads and writes it all the same."""
    for method, path in (
        ("GET", "/api/org"),
        ("GET", "/api/org/users"),
        ("GET", "/api/datasources"),
        ("POST", "/api/datasources"),
        ("GET", "/api/folders"),
        ("POST", "/api/folders"),
        ("POST", "/api/dashboards/db"),
        ("GET", "/api/v1/provisioning/contact-points"),
    ):
        assert admin.ask(method, path, {}, org=foreign).status_code == 403, (method, path)
    assert admin.ask("GET", "/api/search", org=foreign).status_code == 500
    assert admin.ask("GET", dashboards(f"org-{foreign}")).status_code == 500
    assert admin.get(f"/api/orgs/{foreign}")["id"] == foreign
    admin.do("PUT", f"/api/orgs/{foreign}/address", {"address1": "x"})


def test_a_server_admin_makes_himself_a_member(admin: Caller, foreign: int) -> None:
    """Then all can be read and made at once."""
    admin.do("POST", f"/api/orgs/{foreign}/users", {"loginOrEmail": admin.user, "role": "Admin"})
    assert admin.get("/api/org", org=foreign)["id"] == foreign
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=foreign)
