"""Dashboards in the new way: `/apis/dashboard.grafana.app`."""

from typing import Any

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeUser

BOTH = pytest.mark.parametrize("version", ["v1beta1", "v0alpha1"])

# The form that the server itself gives a dashboard of schema 42: it comes back as it is, from either version.
CANONICAL: dict[str, Any] = {
    "annotations": {
        "list": [
            {
                "builtIn": 1,
                "datasource": {"type": "grafana", "uid": "-- Grafana --"},
                "enable": True,
                "hide": True,
                "iconColor": "rgba(0, 211, 255, 1)",
                "name": "Annotations & Alerts",
                "type": "dashboard",
            }
        ]
    },
    "editable": True,
    "fiscalYearStartMonth": 0,
    "graphTooltip": 0,
    "links": [],
    "panels": [
        {
            "datasource": {"type": "prometheus", "uid": "smart-metrics"},
            "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},
            "id": 1,
            "options": {"legend": {"showLegend": True}},
            "targets": [
                {"datasource": {"type": "prometheus", "uid": "smart-metrics"}, "expr": "up", "refId": "A"},
            ],
            "title": "P",
            "type": "timeseries",
        }
    ],
    "refresh": "1m",
    "schemaVersion": 42,
    "tags": ["a"],
    "templating": {"list": []},
    "time": {"from": "now-6h", "to": "now"},
    "timepicker": {},
    "timezone": "utc",
    "title": "D",
    "weekStart": "",
}
# The same dashboard as an older tool writes it.
OLD: dict[str, Any] = {
    "__inputs": [],
    "hideControls": False,
    "panels": [
        {
            "cacheTimeout": None,
            "datasource": {"type": "prometheus", "uid": "smart-metrics"},
            "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},
            "id": 1,
            "links": [],
            "maxPerRow": None,
            "minSpan": None,
            "options": {"legend": {}},
            "span": None,
            "targets": [{"expr": "up", "refId": "A"}],
            "title": "P",
            "transformations": [],
            "transparent": False,
            "type": "timeseries",
        }
    ],
    "refresh": "1m",
    "schemaVersion": 12,
    "style": "dark",
    "tags": ["a"],
    "timezone": "utc",
    "title": "D",
}


def dashboards(org: int, version: str = "v1beta1") -> str:
    """The collection of an org."""
    return f"/apis/dashboard.grafana.app/{version}/namespaces/org-{org}/dashboards"


def dashboard(
    name: str = "d", /, *, lock: str = "", marks: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    """An object to be sent; marks are annotations of `grafana.app/`."""
    annotations = {f"grafana.app/{key}": value for key, value in (marks or {}).items()}
    locked = {"resourceVersion": lock} if lock else {}
    return {"metadata": {"name": name, "annotations": annotations, **locked}, "spec": {**CANONICAL, **spec}}


@BOTH
def test_the_canonical_form_comes_back_as_it_is(admin: Caller, org: int, version: str) -> None:
    """Written as either version and read as either."""
    admin.do("POST", dashboards(org, version), dashboard())
    for other in ("v1beta1", "v0alpha1"):
        assert admin.get(f"{dashboards(org, other)}/d")["spec"] == CANONICAL


def test_v0alpha1_keeps_an_old_form(admin: Caller, org: int) -> None:
    """Read as v1beta1 it is canonical all the same; the status says that it was converted."""
    admin.do("POST", dashboards(org, "v0alpha1"), {"metadata": {"name": "d"}, "spec": OLD})
    read = admin.get(f"{dashboards(org, 'v0alpha1')}/d")
    assert (read["spec"], read["status"]) == (OLD, {})
    converted = admin.get(f"{dashboards(org)}/d")
    assert converted["spec"] == CANONICAL
    assert converted["status"]["conversion"] == {"failed": False, "storedVersion": "v0alpha1"}


def test_v1beta1_stores_the_canonical_form(admin: Caller, org: int) -> None:
    """An old form is migrated on the way in, and every way out shows that."""
    made = admin.do("POST", dashboards(org), {"metadata": {"name": "d"}, "spec": OLD})
    assert made["spec"] == CANONICAL
    assert admin.get(f"{dashboards(org, 'v0alpha1')}/d")["spec"] == CANONICAL
    content = admin.get("/api/dashboards/uid/d", org=org)["dashboard"]
    assert {key: content[key] for key in content if key not in {"id", "uid", "version"}} == CANONICAL


def test_one_of_the_old_way_is_the_same_dashboard(admin: Caller, org: int) -> None:
    """Stored as v0alpha1; its version is the generation."""
    for title in ("C", "D"):
        body = {"dashboard": {**OLD, "uid": "d", "title": title}, "overwrite": True}
        admin.do("POST", "/api/dashboards/db", body, org=org)
    assert admin.get(f"{dashboards(org, 'v0alpha1')}/d")["spec"] == OLD
    read = admin.get(f"{dashboards(org)}/d")
    assert (read["spec"], read["metadata"]["generation"]) == (CANONICAL, 2)


@BOTH
def test_the_object_has_its_metadata(admin: Caller, org: int, version: str) -> None:
    """Name, namespace, marks as sent, a lock and a UUID of its own."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    marks = {"folder": "f", "message": "why", "managedBy": "kubectl", "managerId": "smart"}
    answer = admin.ask("POST", dashboards(org, version), dashboard(marks=marks))
    assert answer.status_code == 201
    made = answer.json()
    metadata = made["metadata"]
    assert made["apiVersion"] == f"dashboard.grafana.app/{version}"
    assert (metadata["name"], metadata["namespace"], metadata["generation"]) == ("d", f"org-{org}", 1)
    assert {f"grafana.app/{key}": value for key, value in marks.items()}.items() <= metadata["annotations"].items()
    assert metadata["resourceVersion"].isdecimal()
    assert len(metadata["uid"]) == 36
    assert admin.get(f"{dashboards(org, version)}/d") == made
    assert admin.get("/api/dashboards/uid/d", org=org)["meta"]["folderUid"] == "f"


@BOTH
def test_a_taken_name_is_409(admin: Caller, org: int, version: str) -> None:
    """AlreadyExists, in a dry run too."""
    admin.do("POST", dashboards(org, version), dashboard())
    for dry in (None, "All"):
        answer = admin.ask("POST", dashboards(org, version), dashboard(), dryRun=dry)
        assert (answer.status_code, answer.json()["reason"]) == (409, "AlreadyExists")


@BOTH
def test_the_resource_version_is_a_lock(admin: Caller, org: int, version: str) -> None:
    """The one that was read is taken, an old one is 409, none overwrites, a word is 500."""
    path = f"{dashboards(org, version)}/d"
    first = admin.do("POST", dashboards(org, version), dashboard())["metadata"]["resourceVersion"]
    second = admin.do("PUT", path, dashboard(title="E", lock=first))["metadata"]["resourceVersion"]
    assert int(second) > int(first)
    answer = admin.ask("PUT", path, dashboard(title="F", lock=first))
    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    assert admin.get(path)["spec"]["title"] == "E"
    assert admin.do("PUT", path, dashboard(title="F"))["metadata"]["generation"] == 3
    assert admin.ask("PUT", path, dashboard(title="F", lock="nonsense")).status_code == 500


def test_the_same_again_is_not_stored_as_v0alpha1(admin: Caller, org: int) -> None:
    """The answer then has no resourceVersion."""
    path = f"{dashboards(org, 'v0alpha1')}/d"
    before = admin.do("POST", dashboards(org, "v0alpha1"), dashboard())["metadata"]
    again = admin.do("PUT", path, dashboard())["metadata"]
    assert "resourceVersion" not in again
    after = admin.get(path)["metadata"]
    assert (after["resourceVersion"], after["generation"]) == (before["resourceVersion"], 1)


def test_the_same_again_is_stored_as_v1beta1(admin: Caller, org: int) -> None:
    """Each PUT makes a new generation, also an equal one: a caller that avoids them compares first."""
    admin.do("POST", dashboards(org), dashboard())
    assert admin.do("PUT", f"{dashboards(org)}/d", dashboard())["metadata"]["generation"] == 2


def test_marks_that_are_left_out_are_gone(admin: Caller, org: int) -> None:
    """The folder too: then it lies in the root."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    admin.do("POST", dashboards(org), dashboard(marks={"folder": "f", "managedBy": "kubectl", "managerId": "smart"}))
    changed = admin.do("PUT", f"{dashboards(org)}/d", dashboard(title="E"))["metadata"]["annotations"]
    assert not {"grafana.app/folder", "grafana.app/managedBy"} & set(changed)
    assert admin.get("/api/dashboards/uid/d", org=org)["meta"]["folderUid"] == ""


def test_a_save_in_the_old_way_takes_the_marks_away(admin: Caller, org: int) -> None:
    """It is not refused, although the dashboard is managed."""
    admin.do("POST", dashboards(org), dashboard(marks={"managedBy": "kubectl", "managerId": "smart"}))
    body = {"dashboard": {**CANONICAL, "uid": "d", "title": "E"}, "overwrite": True}
    assert admin.do("POST", "/api/dashboards/db", body, org=org)["version"] == 2
    assert "grafana.app/managedBy" not in admin.get(f"{dashboards(org)}/d")["metadata"]["annotations"]


def test_a_put_makes_what_is_not_there(admin: Caller, org: int) -> None:
    """201, unless a resourceVersion says that it should be there; another name than in the path is 400."""
    assert admin.ask("PUT", f"{dashboards(org)}/d", dashboard()).status_code == 201
    assert admin.ask("PUT", f"{dashboards(org)}/e", dashboard("e", lock="5")).status_code == 500
    assert admin.ask("PUT", f"{dashboards(org)}/d", dashboard("e")).status_code == 400


@BOTH
def test_a_dry_run_stores_nothing(admin: Caller, org: int, version: str) -> None:
    """201 for a new one, 200 for a change, and afterwards all is as it was."""
    path = dashboards(org, version)
    assert admin.ask("POST", path, dashboard(), dryRun="All").status_code == 201
    assert admin.ask("GET", f"{path}/d").status_code == 404
    admin.do("POST", path, dashboard())
    assert admin.ask("PUT", f"{path}/d", dashboard(title="E"), dryRun="All").status_code == 200
    assert admin.ask("DELETE", f"{path}/d", dryRun="All").status_code == 200
    assert admin.get(f"{path}/d")["spec"]["title"] == "D"


@BOTH
def test_a_dry_run_is_spelt_all(admin: Caller, org: int, version: str) -> None:
    """Any other word is 422, and nothing is written."""
    path = dashboards(org, version)
    assert admin.ask("POST", f"{path}?dryRun=", dashboard()).status_code == 422
    assert admin.ask("PUT", f"{path}/d", dashboard(), dryRun="true").status_code == 422
    assert admin.get(path)["items"] == []


@BOTH
@pytest.mark.parametrize(
    ("name", "spec", "marks", "status"),
    [
        ("d", {"title": ""}, {}, 400),
        ("d", {"title": "t" * 5001}, {}, 400),
        ("d", {"tags": ["t" * 51]}, {}, 400),
        ("d", {"refresh": "1s"}, {}, 400),
        ("d", {"refresh": "4999ms"}, {}, 400),
        ("d", {"refresh": "soon"}, {}, 400),
        ("d", {}, {"message": "m" * 501}, 400),
        ("Bad Name", {}, {}, 400),
        ("x" * 41, {}, {}, 400),
        ("", {}, {}, 422),
    ],
)
def test_what_cannot_be_a_dashboard_is_refused(
    admin: Caller, org: int, version: str, name: str, spec: dict[str, Any], marks: dict[str, str], status: int
) -> None:
    """Title, tags, refresh, message and name have their limits; a dry run finds them too."""
    for dry in ("All", None):
        answer = admin.ask("POST", dashboards(org, version), dashboard(name, marks=marks, **spec), dryRun=dry)
        assert (answer.status_code, answer.json()["kind"]) == (status, "Status")


@BOTH
def test_an_unknown_folder_is_404(admin: Caller, org: int, version: str) -> None:
    """For a new dashboard; moving one there is 500. A dry run notices neither."""
    lost = dashboard(marks={"folder": "nope"})
    assert admin.ask("POST", dashboards(org, version), lost, dryRun="All").status_code == 201
    assert admin.ask("POST", dashboards(org, version), lost).status_code == 404
    admin.do("POST", dashboards(org, version), dashboard())
    path = f"{dashboards(org, version)}/d"
    assert admin.ask("PUT", path, lost, dryRun="All").status_code == 200
    assert admin.ask("PUT", path, lost).status_code == 500


@pytest.mark.parametrize("refresh", ["", "5s", "auto", "1m", "1h30m"])
def test_a_refresh_that_can_be(admin: Caller, org: int, refresh: str) -> None:
    """Five seconds and more, none, or `auto`."""
    assert admin.ask("POST", dashboards(org), dashboard(refresh=refresh)).status_code == 201


def test_what_does_not_belong_to_the_path_is_400(admin: Caller, org: int) -> None:
    """Another namespace or API version than the path's, or what is no JSON."""
    elsewhere = dashboard()
    elsewhere["metadata"]["namespace"] = "org-99999"
    other = {**dashboard(), "apiVersion": "dashboard.grafana.app/v0alpha1"}
    for answer in (
        admin.ask("POST", dashboards(org), elsewhere),
        admin.ask("POST", dashboards(org), other),
        admin.ask("POST", dashboards(org), raw=b"{bad"),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")


def test_a_body_above_16_mb_is_413(admin: Caller, org: int) -> None:
    """As a Status."""
    answer = admin.ask("POST", dashboards(org), dashboard(description="x" * 17 * 1024 * 1024))
    assert (answer.status_code, answer.json()["reason"]) == (413, "RequestEntityTooLarge")


@BOTH
def test_the_list_has_whole_objects_in_pages(admin: Caller, org: int, version: str) -> None:
    """Sorted by name; each as a single read shows it."""
    path = dashboards(org, version)
    for name in ("c", "a", "b"):
        admin.do("POST", path, dashboard(name))
    whole = admin.get(path)
    assert [item["metadata"]["name"] for item in whole["items"]] == ["a", "b", "c"]
    assert "continue" not in whole["metadata"]
    assert whole["items"][0] == admin.get(f"{path}/a")
    first = admin.get(path, limit=2)
    last = admin.get(path, **{"limit": 2, "continue": first["metadata"]["continue"]})
    assert first["items"] + last["items"] == whole["items"]
    assert "continue" not in last["metadata"]


def test_the_message_goes_into_the_history(admin: Caller, org: int) -> None:
    """Newest first; the first one is always "Initial save"."""
    admin.do("POST", dashboards(org), dashboard(marks={"message": "first"}))
    admin.do("PUT", f"{dashboards(org)}/d", dashboard(title="E", marks={"message": "second"}))
    versions = admin.get("/api/dashboards/uid/d/versions", org=org)["versions"]
    assert [(v["version"], v["message"]) for v in versions] == [(2, "second"), (1, "Initial save")]


@BOTH
def test_a_dashboard_is_removed_once(admin: Caller, org: int, version: str) -> None:
    """The second time is 404; `preconditions` that do not hold are 409."""
    path = f"{dashboards(org, version)}/d"
    before = admin.do("POST", dashboards(org, version), dashboard())["metadata"]
    admin.do("PUT", path, dashboard(title="E"))
    stale = {"preconditions": {"resourceVersion": before["resourceVersion"]}}
    assert admin.ask("DELETE", path, stale).status_code == 409
    assert admin.do("DELETE", path)["status"] == "Success"
    answer = admin.ask("DELETE", path)
    assert (answer.status_code, answer.json()["reason"]) == (404, "NotFound")
    assert admin.ask("GET", path).status_code == 404


def test_a_viewer_reads_only(admin: Caller, org: int, make_user: MakeUser) -> None:
    """403 for all that writes; an Editor may."""
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"}, org=org)
    admin.do("POST", dashboards(org), dashboard(marks={"folder": "f"}))
    viewer, editor = make_user(org).caller, make_user(org, "Editor").caller
    path = f"{dashboards(org)}/d"
    assert viewer.get(path)["spec"]["title"] == "D"
    assert [item["metadata"]["name"] for item in viewer.get(dashboards(org))["items"]] == ["d"]
    assert viewer.ask("PUT", path, dashboard(title="E", marks={"folder": "f"})).status_code == 403
    assert viewer.ask("POST", dashboards(org), dashboard("e")).status_code == 403
    assert viewer.ask("DELETE", path).status_code == 403
    assert editor.ask("PUT", path, dashboard(title="E", marks={"folder": "f"})).status_code == 200
