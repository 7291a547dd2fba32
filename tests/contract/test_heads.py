"""Lists and objects under `/apis` as metadata alone, and what of it each way of writing changes."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.contract.caller import Caller
from tests.contract.test_dashboards_apis import dashboard, dashboards

LIST, ONE = "PartialObjectMetadataList", "PartialObjectMetadata"
MARK = "smart.provision/fingerprint"


def asked(admin: Caller, path: str, *accept: str) -> requests.Response:
    """The answer to a GET with that `Accept`."""
    return admin.session.get(admin.url + path, headers={"Accept": ",".join(accept)}, timeout=30)


def form(kind: str, group: str = "meta.k8s.io", version: str = "v1") -> str:
    return f"application/json;as={kind};g={group};v={version}"


def made(admin: Caller, org: int, name: str = "d", **annotations: str) -> Any:
    """The metadata of a new dashboard with those annotations."""
    sent = dashboard(name)
    sent["metadata"]["annotations"] = annotations
    return admin.do("POST", dashboards(org), sent)["metadata"]


def head(admin: Caller, org: int, name: str = "d") -> Any:
    """The metadata of a dashboard, from a list of heads."""
    items = asked(admin, dashboards(org), form(LIST)).json()["items"]
    return next(item["metadata"] for item in items if item["metadata"]["name"] == name)


def test_a_list_of_heads_has_the_metadata_of_whole_objects_alone(admin: Caller, org: int) -> None:
    made(admin, org, "a", **{MARK: "1"})
    made(admin, org, "b")
    whole = admin.get(dashboards(org))
    heads = asked(admin, dashboards(org), form(LIST)).json()
    assert (heads["kind"], heads["apiVersion"]) == (LIST, "meta.k8s.io/v1")
    assert heads["metadata"].keys() == whole["metadata"].keys()
    assert [item.keys() for item in heads["items"]] == [{"kind", "apiVersion", "metadata"}] * 2
    assert [item["metadata"] for item in heads["items"]] == [item["metadata"] for item in whole["items"]]
    assert {(item["kind"], item["apiVersion"]) for item in heads["items"]} == {(ONE, "meta.k8s.io/v1")}
    assert head(admin, org, "a")["annotations"][MARK] == "1"


def test_one_revision_for_the_dashboards_of_all_orgs(admin: Caller, make_org: Callable[[], int]) -> None:
    """Every way of writing or deleting one makes another revision; what is no dashboard leaves it."""
    org, other_org = make_org(), make_org()

    def revision() -> str:
        paths = (dashboards(org), "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards")
        pages = [asked(admin, f"{path}?limit=1", form(LIST)).json() for path in paths]
        (found,) = {page["metadata"]["resourceVersion"] for page in pages}
        return str(found)

    seen = [revision()]
    made(admin, other_org)
    seen.append(revision())
    whole = admin.get(f"{dashboards(other_org)}/d")
    whole["spec"]["description"] = "x"
    admin.do("PUT", f"{dashboards(other_org)}/d", whole)
    seen.append(revision())
    old = admin.get("/api/dashboards/uid/d", org=other_org)["dashboard"]
    admin.do("POST", "/api/dashboards/db", {"dashboard": {**old, "title": "z"}, "overwrite": True}, org=other_org)
    seen.append(revision())
    admin.do("DELETE", f"{dashboards(other_org)}/d")
    seen.append(revision())
    assert len(set(seen)) == len(seen)
    admin.do("POST", "/api/folders", {"uid": "f", "title": "f"}, org=other_org)
    assert revision() == seen[-1]


def test_heads_come_in_pages(admin: Caller, org: int) -> None:
    for name in ("a", "b", "c"):
        made(admin, org, name)
    first = asked(admin, f"{dashboards(org)}?limit=2", form(LIST)).json()
    rest = first["metadata"]["continue"]
    second = asked(admin, f"{dashboards(org)}?limit=2&continue={rest}", form(LIST)).json()
    found = [[item["metadata"]["name"] for item in page["items"]] for page in (first, second)]
    assert found == [["a", "b"], ["c"]]


def test_an_empty_list_of_heads_is_null(admin: Caller, org: int) -> None:
    answer = asked(admin, dashboards(org), form(LIST)).json()
    assert answer["items"] is None
    assert admin.get(dashboards(org))["items"] == []


def test_one_object_as_its_head(admin: Caller, org: int) -> None:
    made(admin, org)
    answer = asked(admin, f"{dashboards(org)}/d", form(ONE)).json()
    assert answer.keys() == {"kind", "apiVersion", "metadata"}
    assert answer["metadata"] == admin.get(f"{dashboards(org)}/d")["metadata"]


@pytest.mark.parametrize(
    "accept",
    [
        [],
        ["*/*"],
        ["text/html", "*/*;q=0.8"],
        ["application/json", form(LIST)],
        [form("Foo"), "application/json"],
    ],
)
def test_the_first_form_that_is_offered_is_answered(admin: Caller, org: int, accept: list[str]) -> None:
    made(admin, org)
    assert asked(admin, dashboards(org), *accept).json()["kind"] == "DashboardList"


@pytest.mark.parametrize(
    ("place", "accept", "message"),
    [
        ("", form(ONE), f"you requested {ONE}, but the requested object is a list (*v1beta1.DashboardList)"),
        ("/d", form(LIST), f"you requested {LIST}, but the requested object is not a list (*v1beta1.Dashboard)"),
        ("", form(LIST, version="v2"), "only the following media types are accepted: application/json"),
        ("", form("Foo"), "only the following media types are accepted: application/json"),
        ("", f"application/json;as={LIST}", "only the following media types are accepted: application/json"),
        ("", "text/plain", "406: Not Acceptable\n\nAvailable representations: application/json"),
    ],
)
def test_other_forms_are_refused(admin: Caller, org: int, place: str, accept: str, message: str) -> None:
    made(admin, org)
    answer = asked(admin, f"{dashboards(org)}{place}", accept)
    assert answer.status_code == 406
    assert answer.json()["reason"] == "NotAcceptable"
    assert answer.json()["message"].startswith(message)


def test_every_write_raises_the_generation(admin: Caller, org: int) -> None:
    """Of the content, of an annotation alone, with and without a lock, and through the legacy API."""
    before = made(admin, org, **{MARK: "1"})
    assert before["generation"] == 1
    sent = dashboard(title="second")
    admin.do("PUT", f"{dashboards(org)}/d", sent)
    assert head(admin, org)["generation"] == 2
    sent["metadata"]["annotations"] = {MARK: "2"}
    admin.do("PUT", f"{dashboards(org)}/d", sent)
    sent["metadata"]["resourceVersion"] = head(admin, org)["resourceVersion"]
    sent["metadata"]["generation"] = 1
    admin.do("PUT", f"{dashboards(org)}/d", sent)
    assert head(admin, org)["generation"] == 4
    body = {"dashboard": {"uid": "d", "title": "legacy"}, "overwrite": True}
    admin.do("POST", "/api/dashboards/db", body, org=org)
    assert head(admin, org)["generation"] == 5
    assert head(admin, org)["uid"] == before["uid"]


def test_the_legacy_api_drops_our_annotation(admin: Caller, org: int) -> None:
    made(admin, org, **{MARK: "1"})
    body = {"dashboard": {"uid": "d", "title": "legacy"}, "overwrite": True}
    admin.do("POST", "/api/dashboards/db", body, org=org)
    assert MARK not in head(admin, org)["annotations"]


def test_an_object_that_is_created_again_has_another_uid(admin: Caller, org: int) -> None:
    """Whatever uid and generation are sent; the annotation comes as it is sent."""
    before = made(admin, org, **{MARK: "1"})
    admin.do("DELETE", f"{dashboards(org)}/d")
    sent = dashboard()
    sent["metadata"] |= {"uid": before["uid"], "generation": 7, "annotations": {MARK: "1"}}
    after = admin.do("POST", dashboards(org), sent)["metadata"]
    assert after["uid"] != before["uid"]
    assert (after["generation"], after["annotations"][MARK]) == (1, "1")


def test_a_write_with_the_uid_of_another_object_is_refused(admin: Caller, org: int) -> None:
    """As after a deletion and a new creation; without a uid it is written."""
    stored = made(admin, org)
    sent = dashboard(title="second")
    sent["metadata"]["uid"] = uid = "6a07f013-0140-4f12-921c-dc818ac4b890"
    answer = admin.ask("PUT", f"{dashboards(org)}/d", sent)
    assert answer.status_code == 500
    assert f"UID in precondition: {uid}, UID in object meta: {stored['uid']}" in answer.json()["message"]
    sent["metadata"]["uid"] = stored["uid"]
    admin.do("PUT", f"{dashboards(org)}/d", sent)
