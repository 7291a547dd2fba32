"""What lets others than members into an org, and how it is listed."""

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeUser

LISTS = (
    "/api/serviceaccounts/search",
    "/api/org/invites",
    "/api/dashboards/public-dashboards",
    "/api/dashboard/snapshots",
    "/api/folders/f/permissions",
)


@pytest.fixture
def board(admin: Caller, org: int) -> int:
    """An org with the folder `f` and the dashboard `d` in it."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "d", "title": "Д"}, "folderUid": "f"}, org=org)
    return org


def test_a_service_account_is_listed(admin: Caller, org: int) -> None:
    """With login, role and whether it is switched off. Its name is taken then; it is no member."""
    body = {"name": "A Robot", "role": "Editor"}
    made = admin.ask("POST", "/api/serviceaccounts", body, org=org)
    assert (made.status_code, made.json()["login"]) == (201, f"sa-{org}-a-robot")
    (listed,) = admin.get("/api/serviceaccounts/search", org=org, perpage=1000)["serviceAccounts"]
    assert (listed["login"], listed["role"], listed["isDisabled"]) == (f"sa-{org}-a-robot", "Editor", False)
    again = admin.ask("POST", "/api/serviceaccounts", body, org=org)
    assert (again.status_code, again.json()["messageId"]) == (400, "serviceaccounts.ErrAlreadyExists")
    assert admin.ask("POST", "/api/serviceaccounts", {"name": ""}, org=org).status_code == 400
    assert len(admin.get("/api/org/users", org=org)) == 1


def test_an_invitation_is_listed(admin: Caller, org: int, name: str) -> None:
    """With the e-mail and the role that it gives."""
    email = f"{name}@example.ru"
    body = {"loginOrEmail": email, "role": "Admin", "sendEmail": False}
    admin.do("POST", "/api/org/invites", body, org=org)
    (listed,) = admin.get("/api/org/invites", org=org)
    assert (listed["email"], listed["role"], listed["status"]) == (email, "Admin", "InvitePending")
    assert admin.ask("POST", "/api/org/invites", {**body, "role": "Sultan"}, org=org).status_code == 400


def test_a_public_dashboard_is_listed(admin: Caller, board: int) -> None:
    """Also while it is switched off; it goes with the dashboard."""
    path = "/api/dashboards/uid/d/public-dashboards"
    assert (
        admin.ask("POST", "/api/dashboards/uid/no/public-dashboards", {"isEnabled": True}, org=board).status_code == 404
    )
    admin.do("POST", path, {"isEnabled": False}, org=board)
    (listed,) = admin.get("/api/dashboards/public-dashboards", org=board)["publicDashboards"]
    assert (listed["dashboardUid"], listed["title"], listed["isEnabled"]) == ("d", "Д", False)
    again = admin.ask("POST", path, {"isEnabled": True}, org=board)
    assert (again.status_code, again.json()["messageId"]) == (400, "publicdashboards.dashboardIsPublic")
    admin.do("DELETE", "/api/dashboards/uid/d", org=board)
    assert admin.get("/api/dashboards/public-dashboards", org=board)["publicDashboards"] == []


def test_a_snapshot_is_listed(admin: Caller, board: int) -> None:
    """By name and key; of a dashboard that is there only."""
    made = admin.do("POST", "/api/snapshots", {"dashboard": {"uid": "d", "title": "Д"}, "name": "Снимок"}, org=board)
    (listed,) = admin.get("/api/dashboard/snapshots", org=board)
    assert (listed["name"], listed["key"]) == ("Снимок", made["key"])
    assert admin.ask("POST", "/api/snapshots", {"dashboard": {"uid": "no"}, "name": "x"}, org=board).status_code == 400


@pytest.mark.parametrize("api", ["/api", "/apis"])
def test_what_a_new_folder_gives(admin: Caller, org: int, api: str) -> None:
    """All to its maker, edit to Editors, view to Viewers, whichever API made it. A POST replaces it."""
    if api == "/api":
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    else:
        path = f"/apis/folder.grafana.app/v1beta1/namespaces/org-{org}/folders"
        admin.do("POST", path, {"metadata": {"name": "f"}, "spec": {"title": "F"}}, org=org)
    path = "/api/folders/f/permissions"

    def given() -> set[tuple[str, int, str]]:
        rows = admin.get(path, org=org)
        return {(row.get("role") or row["userLogin"], row["permission"], row["permissionName"]) for row in rows}

    assert given() == {(admin.user, 4, "Admin"), ("Editor", 2, "Edit"), ("Viewer", 1, "View")}
    admin.do("POST", path, {"items": [{"role": "Viewer", "permission": 2}]}, org=org)
    assert given() == {("Viewer", 2, "Edit")}
    assert admin.ask("GET", "/api/folders/no/permissions", org=org).status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_what_a_viewer_sees_of_them(board: int, make_user: MakeUser, path: str) -> None:
    """Public dashboards, and his own snapshots: none here."""
    answer = make_user(board).caller.ask("GET", path, org=board)
    assert answer.status_code == (200 if "dashboards/public" in path or "snapshots" in path else 403)
    if answer.status_code == 200:
        assert answer.json() in ([], {"publicDashboards": [], "totalCount": 0, "page": 1, "perPage": 1000})


def test_a_viewer_opens_none(board: int, make_user: MakeUser) -> None:
    """403 for each."""
    viewer = make_user(board).caller
    asked: list[tuple[str, dict[str, object]]] = [
        ("/api/serviceaccounts", {"name": "x", "role": "Viewer"}),
        ("/api/org/invites", {"loginOrEmail": "x@example.ru", "role": "Viewer"}),
        ("/api/dashboards/uid/d/public-dashboards", {"isEnabled": True}),
        ("/api/snapshots", {"dashboard": {"uid": "d"}, "name": "x"}),
        ("/api/folders/f/permissions", {"items": []}),
    ]
    assert [viewer.ask("POST", path, body, org=board).status_code for path, body in asked] == [403] * 5
