"""Dashboards in the old way, and the search."""

from typing import Any

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeOrg, MakeUser

SAVE = "/api/dashboards/db"
PANEL = {
    "id": 1,
    "type": "timeseries",
    "title": "P",
    "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},
    "cacheTimeout": None,
}


def dashboard(uid: str = "d", title: str = "D", **more: Any) -> dict[str, Any]:
    """A small dashboard in an old form."""
    return {"uid": uid, "title": title, "panels": [PANEL], "schemaVersion": 12, "tags": ["a"], **more}


def save(admin: Caller, org: int, content: dict[str, Any], **more: Any) -> Any:
    """Saves, requires success and returns the answer."""
    return admin.do("POST", SAVE, {"dashboard": content, **more}, org=org)


def test_a_dashboard_comes_back_as_it_was_sent(admin: Caller, org: int) -> None:
    """Old schema, nulls and all; only id and version are the server's."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    saved = save(admin, org, dashboard(id=None, version=0), folderUid="f")
    assert (saved["status"], saved["uid"], saved["version"], saved["folderUid"]) == ("success", "d", 1, "f")
    read = admin.get("/api/dashboards/uid/d", org=org)
    assert read["dashboard"] == dashboard(id=saved["id"], version=1)
    assert (read["meta"]["version"], read["meta"]["folderUid"], read["meta"]["folderTitle"]) == (1, "f", "F")


def test_a_change_needs_the_version_or_overwrite(admin: Caller, org: int) -> None:
    """412 `version-mismatch` with none, an old one or one to come."""
    save(admin, org, dashboard())
    assert save(admin, org, dashboard(title="E", version=1))["version"] == 2
    for version in (None, 1, 99):
        answer = admin.ask("POST", SAVE, {"dashboard": dashboard(title="F", version=version)}, org=org)
        assert (answer.status_code, answer.json()["status"]) == (412, "version-mismatch")
    assert save(admin, org, dashboard(title="F", version=1), overwrite=True)["version"] == 3


def test_the_same_again_makes_no_version(admin: Caller, org: int) -> None:
    """Not even with another message."""
    save(admin, org, dashboard())
    assert save(admin, org, dashboard(), overwrite=True)["version"] == 1
    assert save(admin, org, dashboard(), overwrite=True, message="other")["version"] == 1


def test_without_a_folder_it_moves_to_the_root(admin: Caller, org: int) -> None:
    """A save that leaves `folderUid` out means the root; an unknown folder is 400."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    save(admin, org, dashboard(), folderUid="f")
    assert save(admin, org, dashboard(), overwrite=True)["folderUid"] == ""
    answer = admin.ask("POST", SAVE, {"dashboard": dashboard(), "folderUid": "nope", "overwrite": True}, org=org)
    assert (answer.status_code, answer.json()["message"]) == (400, "folder not found")


def test_the_same_uid_and_title_elsewhere(admin: Caller, make_org: MakeOrg) -> None:
    """Another org may have the uid; one folder may have two of one title."""
    org, other = make_org(), make_org()
    save(admin, org, dashboard())
    assert save(admin, org, dashboard("e"))["version"] == 1
    assert save(admin, other, dashboard())["version"] == 1
    admin.do("DELETE", "/api/dashboards/uid/d", org=other)
    assert admin.ask("GET", "/api/dashboards/uid/d", org=org).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        dashboard(title=""),
        {"uid": "d"},
        dashboard("bad uid!"),
        dashboard("x" * 41),
        dashboard(title="t" * 5001),
        dashboard(tags=["t" * 51]),
        None,
    ],
)
def test_what_cannot_be_a_dashboard_is_400(admin: Caller, org: int, content: object) -> None:
    """Title, uid and tags have their limits."""
    assert admin.ask("POST", SAVE, {"dashboard": content}, org=org).status_code == 400


def test_messages_are_kept_up_to_500_signs(admin: Caller, org: int) -> None:
    """Newest first; the first version says "Initial save" whatever was sent; a longer message is 400."""
    save(admin, org, dashboard(), message="first")
    save(admin, org, dashboard(title="E"), overwrite=True, message="second")
    versions = admin.get("/api/dashboards/uid/d/versions", org=org)["versions"]
    assert [(v["version"], v["message"]) for v in versions] == [(2, "second"), (1, "Initial save")]
    assert admin.ask("POST", SAVE, {"dashboard": dashboard("e"), "message": "m" * 501}, org=org).status_code == 400


def test_the_refresh_is_not_looked_at(admin: Caller, org: int) -> None:
    """The old way takes an interval below the floor, which the new one refuses."""
    assert admin.ask("POST", SAVE, {"dashboard": dashboard(refresh="1s")}, org=org).status_code == 200


def test_a_numeric_id_has_to_be_its_own(admin: Caller, org: int) -> None:
    """404 for one that is nowhere, 400 for that of another dashboard."""
    save(admin, org, dashboard("d"))
    other = save(admin, org, dashboard("e"))["id"]
    for number, status in ((424242, 404), (other, 400)):
        body = {"dashboard": dashboard("d", id=number), "overwrite": True}
        assert admin.ask("POST", SAVE, body, org=org).status_code == status


def test_a_body_above_16_mb_is_413(admin: Caller, org: int) -> None:
    """In words."""
    answer = admin.ask("POST", SAVE, {"dashboard": dashboard(x="x" * 17 * 1024 * 1024)}, org=org)
    assert (answer.status_code, "too large" in answer.json()["message"]) == (413, True)


def test_an_unknown_dashboard_is_404(admin: Caller, org: int) -> None:
    """For reading and removing."""
    for method in ("GET", "DELETE"):
        answer = admin.ask(method, "/api/dashboards/uid/nope", org=org)
        assert (answer.status_code, answer.json()["message"]) == (404, "Dashboard not found")


def test_a_dashboard_is_removed(admin: Caller, org: int) -> None:
    """The answer has title and uid; afterwards the dashboard is gone."""
    save(admin, org, dashboard())
    gone = admin.do("DELETE", "/api/dashboards/uid/d", org=org)
    assert (gone["title"], gone["uid"]) == ("D", "d")
    assert admin.ask("GET", "/api/dashboards/uid/d", org=org).status_code == 404


def test_a_viewer_reads_only(admin: Caller, org: int, make_user: MakeUser) -> None:
    """He sees what lies in a folder; an Editor writes."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    save(admin, org, dashboard(), folderUid="f")
    viewer, editor = make_user(org).caller, make_user(org, "Editor").caller
    assert viewer.get("/api/dashboards/uid/d")["dashboard"]["title"] == "D"
    assert viewer.ask("POST", SAVE, {"dashboard": dashboard(), "overwrite": True}).status_code == 403
    assert viewer.ask("DELETE", "/api/dashboards/uid/d").status_code == 403
    body = {"dashboard": dashboard(title="E"), "folderUid": "f", "overwrite": True}
    assert editor.ask("POST", SAVE, body).status_code == 200


class TestSearch:
    """`/api/search`."""

    @pytest.fixture(autouse=True)
    def content(self, admin: Caller, org: int) -> None:
        """A folder with two dashboards, and one in the root."""
        admin.do("POST", "/api/folders", {"uid": "f", "title": "Folder"}, org=org)
        save(admin, org, dashboard("one", "First", tags=["a", "b"]), folderUid="f")
        save(admin, org, dashboard("two", "Second", tags=["b"]), folderUid="f")
        save(admin, org, dashboard("three", "Third", tags=[]))

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, {"f", "one", "two", "three"}),
            ({"type": "dash-db"}, {"one", "two", "three"}),
            ({"type": "dash-folder"}, {"f"}),
            ({"folderUIDs": "f"}, {"one", "two"}),
            ({"folderUIDs": "nope"}, set()),
            ({"dashboardUIDs": ["one", "three"]}, {"one", "three"}),
            ({"tag": "b"}, {"one", "two"}),
            ({"tag": ["a", "b"]}, {"one"}),
            ({"query": "second"}, {"two"}),
        ],
    )
    def test_it_finds(self, admin: Caller, org: int, query: dict[str, Any], expected: set[str]) -> None:
        """By kind, folder, uid, tag and title."""
        assert {hit["uid"] for hit in admin.get("/api/search", org=org, **query)} == expected

    def test_a_hit_knows_its_folder(self, admin: Caller, org: int) -> None:
        """Uid and title of it; in the root these keys are absent."""
        hits = {hit["uid"]: hit for hit in admin.get("/api/search", org=org)}
        assert (hits["one"]["folderUid"], hits["one"]["folderTitle"]) == ("f", "Folder")
        assert "folderUid" not in hits["three"]
        assert (hits["one"]["type"], hits["f"]["type"]) == ("dash-db", "dash-folder")

    def test_it_comes_in_pages(self, admin: Caller, org: int) -> None:
        """From 1, 5000 at most: more is 422."""
        pages = [admin.get("/api/search", org=org, type="dash-db", limit=2, page=page) for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [2, 1, 0]
        assert {hit["uid"] for page in pages for hit in page} == {"one", "two", "three"}
        assert admin.ask("GET", "/api/search", org=org, limit=5001).status_code == 422


def test_a_restored_version_is_a_new_one(admin: Caller, org: int) -> None:
    """Its content is the earlier one; annotations that an object has under `/apis` stay."""
    path = f"/apis/dashboard.grafana.app/v1beta1/namespaces/org-{org}/dashboards"
    sent: dict[str, Any] = {"metadata": {"name": "d", "annotations": {"example.org/mark": "1"}}}
    admin.do("POST", path, {**sent, "spec": {"title": "first"}})
    assert admin.ask("POST", "/api/dashboards/uid/d/restore", {"version": 1}, org=org).json() == {
        "message": "Current dashboard is identical to the specified version"
    }
    sent["metadata"]["annotations"]["example.org/mark"] = "2"
    admin.do("PUT", f"{path}/d", {**sent, "spec": {"title": "second"}})
    answer = admin.do("POST", "/api/dashboards/uid/d/restore", {"version": 1}, org=org)
    assert (answer["status"], answer["version"]) == ("success", 3)
    found = admin.get(f"{path}/d")
    annotations = found["metadata"]["annotations"]
    assert (found["spec"]["title"], found["metadata"]["generation"]) == ("first", 3)
    assert (annotations["example.org/mark"], annotations["grafana.app/message"]) == ("2", "Restored from version 1")
    newest = admin.get("/api/dashboards/uid/d/versions", org=org)["versions"][0]
    assert (newest["restoredFrom"], newest["message"]) == (1, "Restored from version 1")


@pytest.mark.parametrize(
    ("name", "body", "status", "message"),
    [
        ("d", {"version": 9}, 404, "Dashboard not found"),
        ("none", {"version": 1}, 404, 'dashboards.dashboard.grafana.app "none" not found'),
        ("d", {}, 400, "bad request data"),
    ],
)
def test_what_cannot_be_restored_is_refused(
    admin: Caller, org: int, name: str, body: dict[str, int], status: int, message: str
) -> None:
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "d", "title": "D"}}, org=org)
    answer = admin.ask("POST", f"/api/dashboards/uid/{name}/restore", body, org=org)
    assert (answer.status_code, answer.json()["message"]) == (status, message)
