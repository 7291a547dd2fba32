"""Folders, through `/api` and through `/apis`."""

from typing import Any

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeOrg, MakeUser

CHANGED = "the folder has been changed by someone else"


def folders(org: int) -> str:
    """The collection of an org on the new API."""
    return f"/apis/folder.grafana.app/v1beta1/namespaces/org-{org}/folders"


def folder(name: str, title: str = "F", /, *, version: str = "", **annotations: str) -> dict[str, Any]:
    """An object to be sent; annotations are those of `grafana.app/`."""
    marks = {f"grafana.app/{key}": value for key, value in annotations.items()}
    lock = {"resourceVersion": version} if version else {}
    return {"metadata": {"name": name, "annotations": marks, **lock}, "spec": {"title": title}}


class TestTheOldWay:
    """`/api/folders`."""

    def test_a_folder_is_made_and_read(self, admin: Caller, org: int) -> None:
        """With its uid and version 1; the list has uid and title only."""
        made = admin.do("POST", "/api/folders", {"uid": "smart-f", "title": "Папка"}, org=org)
        assert (made["uid"], made["title"], made["version"], made["orgId"]) == ("smart-f", "Папка", 1, org)
        read = admin.get("/api/folders/smart-f", org=org)
        assert (read["uid"], read["title"], read["version"], read["id"]) == ("smart-f", "Папка", 1, made["id"])
        assert admin.get("/api/folders", org=org) == [{"id": made["id"], "uid": "smart-f", "title": "Папка"}]

    def test_a_folder_is_moved_and_moved_back(self, admin: Caller, org: int) -> None:
        """Its version is one higher, it names its parent and has left the root; it cannot be moved below itself."""
        for uid in ("f", "g"):
            admin.do("POST", "/api/folders", {"uid": uid, "title": uid}, org=org)
        moved = admin.do("POST", "/api/folders/f/move", {"parentUid": "g"}, org=org)
        assert (moved["parentUid"], moved["version"]) == ("g", 2)
        assert admin.get("/api/folders/f", org=org)["parentUid"] == "g"
        assert [row["uid"] for row in admin.get("/api/folders", org=org)] == ["g"]
        assert admin.ask("POST", "/api/folders/g/move", {"parentUid": "f"}, org=org).status_code == 500
        assert admin.ask("POST", "/api/folders/f/move", {"parentUid": "no"}, org=org).status_code == 404
        assert admin.ask("POST", "/api/folders/no/move", {"parentUid": ""}, org=org).status_code == 404
        assert "parentUid" not in admin.do("POST", "/api/folders/f/move", {"parentUid": ""}, org=org)

    def test_a_put_without_the_folder_moves_it_to_the_root(self, admin: Caller, org: int) -> None:
        """Through `/apis`, where the annotation says where it lies."""
        for uid in ("f", "g"):
            admin.do("POST", "/api/folders", {"uid": uid, "title": uid}, org=org)
        admin.do("POST", "/api/folders/f/move", {"parentUid": "g"}, org=org)
        assert admin.get(f"{folders(org)}/f")["metadata"]["annotations"]["grafana.app/folder"] == "g"
        admin.do("PUT", f"{folders(org)}/f", folder("f", "f"))
        assert "parentUid" not in admin.get("/api/folders/f", org=org)

    def test_a_taken_uid_is_412_and_a_taken_title_is_fine(self, admin: Caller, make_org: MakeOrg) -> None:
        """Within an org; another org may have the same uid."""
        org, other = make_org(), make_org()
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
        answer = admin.ask("POST", "/api/folders", {"uid": "f", "title": "Other"}, org=org)
        assert (answer.status_code, answer.json()["message"]) == (412, CHANGED)
        assert admin.ask("POST", "/api/folders", {"uid": "g", "title": "F"}, org=org).status_code == 200
        assert admin.ask("POST", "/api/folders", {"uid": "f", "title": "F"}, org=other).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [{"uid": "f"}, {"uid": "f", "title": ""}, {"uid": "bad uid!", "title": "F"}, {"uid": "x" * 41, "title": "F"}],
    )
    def test_what_cannot_be_a_folder_is_400(self, admin: Caller, org: int, body: dict[str, str]) -> None:
        """No title, or a uid that is none."""
        assert admin.ask("POST", "/api/folders", body, org=org).status_code == 400

    def test_a_change_needs_the_version_or_overwrite(self, admin: Caller, org: int) -> None:
        """412 without either and with an old one; the same title again makes no new version."""
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
        path = "/api/folders/f"
        assert admin.ask("PUT", path, {"title": "G"}, org=org).status_code == 412
        assert admin.do("PUT", path, {"title": "G", "version": 1}, org=org)["version"] == 2
        assert admin.ask("PUT", path, {"title": "H", "version": 1}, org=org).status_code == 412
        assert admin.do("PUT", path, {"title": "H", "overwrite": True}, org=org)["version"] == 3
        assert admin.do("PUT", path, {"title": "H", "overwrite": True}, org=org)["version"] == 3
        assert admin.ask("PUT", path, {"title": "", "overwrite": True}, org=org).status_code == 400

    def test_an_unknown_folder_is_404(self, admin: Caller, org: int) -> None:
        """For reading, changing and removing."""
        for method in ("GET", "PUT", "DELETE"):
            body = None if method == "GET" else {"title": "x", "overwrite": True}
            assert admin.ask(method, "/api/folders/nope", body, org=org).status_code == 404

    def test_the_list_comes_in_pages(self, admin: Caller, org: int) -> None:
        """From 1, sorted by title; only the root unless a parent is named."""
        for uid, title in (("a", "Beta"), ("b", "alpha"), ("c", "Gamma")):
            admin.do("POST", "/api/folders", {"uid": uid, "title": title}, org=org)
        admin.do("POST", "/api/folders", {"uid": "d", "title": "Inner", "parentUid": "a"}, org=org)
        assert [row["uid"] for row in admin.get("/api/folders", org=org)] == ["b", "a", "c"]
        assert [row["uid"] for row in admin.get("/api/folders", org=org, limit=1, page=2)] == ["a"]
        assert [row["uid"] for row in admin.get("/api/folders", org=org, parentUid="a")] == ["d"]
        assert admin.ask("GET", "/api/folders", org=org, parentUid="nope").status_code == 404

    def test_removing_it_removes_what_is_in_it(self, admin: Caller, org: int) -> None:
        """Dashboards and folders alike, without a word."""
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
        admin.do("POST", "/api/folders", {"uid": "g", "title": "G", "parentUid": "f"}, org=org)
        for uid, where in (("in-f", "f"), ("in-g", "g")):
            admin.do(
                "POST", "/api/dashboards/db", {"dashboard": {"uid": uid, "title": "D"}, "folderUid": where}, org=org
            )
        assert admin.do("DELETE", "/api/folders/f", org=org)["message"] == "Folder deleted"
        for path in ("/api/folders/g", "/api/dashboards/uid/in-f", "/api/dashboards/uid/in-g"):
            assert admin.ask("GET", path, org=org).status_code == 404, path

    def test_it_counts_what_is_in_it(self, admin: Caller, org: int) -> None:
        """So that it can be looked at before it is removed."""
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
        admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "d", "title": "D"}, "folderUid": "f"}, org=org)
        assert admin.get("/api/folders/f/counts", org=org)["dashboard"] == 1

    def test_a_viewer_reads_only(self, admin: Caller, org: int, make_user: MakeUser) -> None:
        """403 for all that writes."""
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
        viewer = make_user(org).caller
        assert viewer.get("/api/folders/f")["title"] == "F"
        assert viewer.ask("POST", "/api/folders", {"uid": "g", "title": "G"}).status_code == 403
        assert viewer.ask("PUT", "/api/folders/f", {"title": "G", "overwrite": True}).status_code == 403
        assert viewer.ask("DELETE", "/api/folders/f").status_code == 403
        assert viewer.ask("POST", folders(org), folder("g")).status_code == 403


class TestTheNewWay:
    """`/apis/folder.grafana.app/v1beta1`."""

    def test_a_folder_is_made_and_read(self, admin: Caller, org: int) -> None:
        """201; own marks are kept, and the old API shows the same folder."""
        sent = folder("smart-f", "Папка", managedBy="kubectl", managerId="smart", message="why")
        made = admin.ask("POST", folders(org), sent)
        assert made.status_code == 201
        read = admin.get(f"{folders(org)}/smart-f")
        assert read == made.json()
        metadata = read["metadata"]
        assert (metadata["name"], metadata["namespace"], metadata["generation"]) == ("smart-f", f"org-{org}", 1)
        assert sent["metadata"]["annotations"].items() <= metadata["annotations"].items()
        assert read["spec"] == {"title": "Папка"}
        assert admin.get("/api/folders/smart-f", org=org)["title"] == "Папка"

    def test_a_folder_of_the_old_way_is_the_same(self, admin: Caller, org: int) -> None:
        """Its version is the generation."""
        admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
        admin.do("PUT", "/api/folders/f", {"title": "G", "overwrite": True}, org=org)
        read = admin.get(f"{folders(org)}/f")
        assert (read["spec"]["title"], read["metadata"]["generation"]) == ("G", 2)

    def test_a_taken_name_is_412(self, admin: Caller, org: int) -> None:
        """Not 409, as with dashboards."""
        admin.do("POST", folders(org), folder("f"))
        answer = admin.ask("POST", folders(org), folder("f"))
        assert (answer.status_code, answer.json()["message"]) == (412, CHANGED)

    @pytest.mark.parametrize(("name", "title", "status"), [("f", "", 400), ("Bad Name", "F", 400), ("", "F", 422)])
    def test_what_cannot_be_a_folder_is_refused(
        self, admin: Caller, org: int, name: str, title: str, status: int
    ) -> None:
        """400 for a bad title or name, 422 for none."""
        assert admin.ask("POST", folders(org), folder(name, title)).status_code == status

    def test_what_is_no_json_is_400(self, admin: Caller, org: int) -> None:
        """As a Status."""
        answer = admin.ask("POST", folders(org), raw=b"{bad")
        assert (answer.status_code, answer.json()["kind"]) == (400, "Status")

    def test_the_resource_version_is_a_lock(self, admin: Caller, org: int) -> None:
        """Each write makes a new one; an old one is 409, none overwrites."""
        first = admin.do("POST", folders(org), folder("f"))["metadata"]["resourceVersion"]
        second = admin.do("PUT", f"{folders(org)}/f", folder("f", "G", version=first))["metadata"]["resourceVersion"]
        assert int(second) > int(first)
        answer = admin.ask("PUT", f"{folders(org)}/f", folder("f", "H", version=first))
        assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
        assert admin.do("PUT", f"{folders(org)}/f", folder("f", "H"))["metadata"]["generation"] == 3

    def test_the_same_again_is_not_stored(self, admin: Caller, org: int) -> None:
        """The answer then has no resourceVersion, and the stored one stays."""
        before = admin.do("POST", folders(org), folder("f"))["metadata"]
        again = admin.do("PUT", f"{folders(org)}/f", folder("f"))["metadata"]
        assert "resourceVersion" not in again
        assert again["generation"] == 1
        assert admin.get(f"{folders(org)}/f")["metadata"]["resourceVersion"] == before["resourceVersion"]

    def test_marks_that_are_left_out_are_gone(self, admin: Caller, org: int) -> None:
        """A PUT is the whole object."""
        admin.do("POST", folders(org), folder("f", managedBy="kubectl", managerId="smart"))
        changed = admin.do("PUT", f"{folders(org)}/f", folder("f", "G"))["metadata"]
        assert "grafana.app/managedBy" not in changed["annotations"]

    def test_a_put_makes_what_is_not_there(self, admin: Caller, org: int) -> None:
        """201, unless a resourceVersion says that it should be there; another name than in the path is 400."""
        assert admin.ask("PUT", f"{folders(org)}/f", folder("f")).status_code == 201
        assert admin.ask("PUT", f"{folders(org)}/g", folder("g", version="5")).status_code == 500
        assert admin.ask("PUT", f"{folders(org)}/f", folder("g")).status_code == 400

    def test_a_dry_run_stores_nothing(self, admin: Caller, org: int) -> None:
        """A change that is tried answers as if it were; a new folder cannot be tried, it is 404."""
        admin.do("POST", folders(org), folder("f"))
        assert admin.do("PUT", f"{folders(org)}/f", folder("f", "G"), dryRun="All")["spec"]["title"] == "G"
        assert admin.ask("DELETE", f"{folders(org)}/f", dryRun="All").status_code == 200
        assert admin.get(f"{folders(org)}/f")["spec"]["title"] == "F"
        assert admin.ask("POST", folders(org), folder("g"), dryRun="All").status_code == 404
        assert admin.ask("GET", f"{folders(org)}/g").status_code == 404

    def test_the_list_comes_in_pages(self, admin: Caller, org: int) -> None:
        """Sorted by name; `continue` leads on until there is no more, garbage there is 500."""
        for name in ("c", "a", "b"):
            admin.do("POST", folders(org), folder(name))
        first = admin.get(folders(org), limit=2)
        assert [item["metadata"]["name"] for item in first["items"]] == ["a", "b"]
        last = admin.get(folders(org), **{"limit": 2, "continue": first["metadata"]["continue"]})
        assert [item["metadata"]["name"] for item in last["items"]] == ["c"]
        assert "continue" not in last["metadata"]
        assert "continue" not in admin.get(folders(org))["metadata"]
        assert admin.ask("GET", f"{folders(org)}?limit=2&continue=garbage").status_code == 500

    def test_one_that_is_not_empty_stays(self, admin: Caller, org: int) -> None:
        """400, unlike in the old way; empty it goes."""
        admin.do("POST", folders(org), folder("f"))
        admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "d", "title": "D"}, "folderUid": "f"}, org=org)
        answer = admin.ask("DELETE", f"{folders(org)}/f")
        assert (answer.status_code, answer.json()["details"]["uid"]) == (400, "folder.not-empty")
        admin.do("DELETE", "/api/dashboards/uid/d", org=org)
        assert admin.do("DELETE", f"{folders(org)}/f")["status"] == "Success"

    def test_an_unknown_folder_is_404(self, admin: Caller, org: int) -> None:
        """As a Status that names it."""
        for method in ("GET", "DELETE"):
            answer = admin.ask(method, f"{folders(org)}/nope")
            assert (answer.status_code, answer.json()["reason"]) == (404, "NotFound")

    def test_a_removal_may_demand_a_version(self, admin: Caller, org: int) -> None:
        """409 when the resourceVersion or the uid in `preconditions` is another."""
        before = admin.do("POST", folders(org), folder("f"))["metadata"]
        admin.do("PUT", f"{folders(org)}/f", folder("f", "G"))
        for demand in ({"resourceVersion": before["resourceVersion"]}, {"uid": "other"}):
            answer = admin.ask("DELETE", f"{folders(org)}/f", {"preconditions": demand})
            assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
        assert admin.ask("DELETE", f"{folders(org)}/f", {"preconditions": {"uid": before["uid"]}}).status_code == 200
