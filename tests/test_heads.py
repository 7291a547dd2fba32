"""A plan reads the heads of dashboards alone, and finds every edit all the same: it equals one that reads bodies."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import World, on_server

UID, OTHER = "smart-kodeks-analytics", "smart-for-managers"
_PATHS = ("/apis/dashboard.grafana.app", "/api/dashboards/uid")
MARK = "smart.provision/fingerprint"


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied."""
    with on_server(grafana_url, tmp_path) as world:
        world.apply()
        yield world


def dashboards(org: int) -> str:
    return f"/apis/dashboard.grafana.app/v1beta1/namespaces/org-{org}/dashboards"


def read(world: World, org: int, uid: str = UID) -> Any:
    return world.ask("GET", f"{dashboards(org)}/{uid}")


def put(world: World, org: int, whole: Any, *, lock: bool) -> None:
    """Over whatever is there unless `lock`."""
    if not lock:
        del whole["metadata"]["resourceVersion"]
    world.ask("PUT", f"{dashboards(org)}/{whole['metadata']['name']}", whole)


def save_in_the_page(world: World, org: int) -> None:
    """As Grafana's page does: all that was read, with another title."""
    whole = read(world, org)
    whole["spec"]["title"] = "by hand"
    put(world, org, whole, lock=True)


def save_without_lock(world: World, org: int) -> None:
    whole = read(world, org)
    whole["spec"]["title"] = "by hand"
    put(world, org, whole, lock=False)


def save_legacy(world: World, org: int) -> None:
    whole = world.ask("GET", f"/api/dashboards/uid/{UID}", org=org)
    sent = {**whole["dashboard"], "title": "by hand"}
    folder = whole["meta"]["folderUid"]
    world.ask("POST", "/api/dashboards/db", {"dashboard": sent, "folderUid": folder, "overwrite": True}, org=org)


def restore_what_was_edited(world: World, org: int) -> None:
    """An edit that apply has undone comes back from the versions."""
    save_in_the_page(world, org)
    edited = read(world, org)["metadata"]["generation"]
    world.apply(world.volga)
    world.ask("POST", f"/api/dashboards/uid/{UID}/restore", {"version": edited}, org=org)


def copy_the_annotation_of_a_neighbour(world: World, org: int) -> None:
    """Over two writes of ours: the dashboard's and its neighbour's, so that both have annotations."""
    for uid in (UID, OTHER):
        whole = read(world, org, uid)
        whole["spec"]["title"] = "by hand"
        put(world, org, whole, lock=True)
    world.apply(world.volga)
    whole = read(world, org)
    whole["spec"]["title"] = "by hand"
    whole["metadata"]["annotations"][MARK] = read(world, org, OTHER)["metadata"]["annotations"][MARK]
    put(world, org, whole, lock=True)


def copy_the_annotation_of_another_org(world: World, org: int) -> None:
    """Its dashboard has the same name, the same generation and, as we write it, the same content."""
    don = world.org(world.don)
    for number in (org, don):
        save_in_the_page(world, number)
    world.apply()
    taken = read(world, don)["metadata"]["annotations"][MARK]
    save_in_the_page(world, don)
    world.apply(world.don)
    whole = read(world, org)
    whole["spec"]["title"] = "by hand"
    whole["metadata"]["annotations"][MARK] = taken
    put(world, org, whole, lock=True)


def make_anew(world: World, org: int) -> None:
    """Deleted and created with all that its metadata had: its generation is the first again."""
    whole = read(world, org)
    whole["spec"]["title"] = "by hand"
    make_again(world, org, whole)


def make_anew_up_to_our_generation(world: World, org: int) -> None:
    """The same after a write of ours, with further writes until the generation is that of our annotation."""
    save_in_the_page(world, org)
    world.apply(world.volga)
    whole = read(world, org)
    whole["spec"]["title"] = "by hand"
    make_again(world, org, whole)
    del whole["metadata"]["uid"]  # 500 where it is not that of the stored object (12.4)
    while read(world, org)["metadata"]["generation"] < whole["metadata"]["generation"]:
        world.ask("PUT", f"{dashboards(org)}/{UID}", whole)


def make_again(world: World, org: int, whole: Any) -> None:
    world.ask("DELETE", f"{dashboards(org)}/{UID}")
    del whole["metadata"]["resourceVersion"]
    world.ask("POST", dashboards(org), whole)


def move_to_the_root(world: World, org: int) -> None:
    whole = read(world, org)
    del whole["metadata"]["annotations"]["grafana.app/folder"]
    put(world, org, whole, lock=True)


def delete(world: World, org: int) -> None:
    world.ask("DELETE", f"{dashboards(org)}/{UID}")


def edit_many(world: World, org: int) -> None:
    """More than are read one by one."""
    items = world.ask("GET", dashboards(org))["items"]
    for item in items[:6]:
        item["spec"]["title"] = "by hand"
        put(world, org, item, lock=True)


EDITS: tuple[Callable[[World, int], None], ...] = (
    save_in_the_page,
    save_without_lock,
    save_legacy,
    restore_what_was_edited,
    copy_the_annotation_of_a_neighbour,
    copy_the_annotation_of_another_org,
    make_anew,
    make_anew_up_to_our_generation,
    move_to_the_root,
    delete,
    edit_many,
)


def digests(world: World) -> tuple[str, str]:
    """Of a plan that reads heads, and of one through the legacy API, which reads each dashboard whole."""
    found = []
    for api in ("auto", "legacy"):
        world.api = api
        found.append(world.plan()["digest"])
    world.api = "auto"
    return found[0], found[1]


def reads_of_bodies(world: World) -> int:
    """How many dashboards and lists of them were read whole so far; 0 where the server does not count them."""
    counted = world.http.get(f"{world.url}/sandbox/requests", timeout=60)
    rows = counted.json()["requests"] if counted.ok else []
    read = [row for row in rows if row["method"] == "GET" and row["path"].startswith(_PATHS)]
    return sum(row["count"] for row in read if not row["path"].endswith(" heads"))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_every_edit_by_hand_is_found(world: World, edit: Callable[[World, int], None]) -> None:
    """The plan names the dashboard, equals one that reads bodies, and its apply puts it right.

    A plan before the edit has proved all dashboards and remembers that.
    """
    assert world.plan()["changes"] == []
    edit(world, world.org(world.volga))
    changes = world.plan()["changes"]
    assert {(change["cabinet"], change["kind"]) for change in changes} == {(world.volga, "dashboard")}
    assert UID in {change["key"] for change in changes} or edit is edit_many
    heads, bodies = digests(world)
    assert heads == bodies
    world.apply()
    assert world.plan()["changes"] == []
    before = reads_of_bodies(world)
    assert world.plan()["changes"] == []
    assert reads_of_bodies(world) == before


def test_a_version_of_ours_that_is_restored_is_no_change(world: World) -> None:
    """The generation is another one, so it is read whole; its content is what it should be."""
    org = world.org(world.volga)
    save_in_the_page(world, org)
    world.ask("POST", f"/api/dashboards/uid/{UID}/restore", {"version": 1}, org=org)
    assert world.plan()["changes"] == []


def test_a_plan_without_changes_reads_no_body(world: World) -> None:
    """Neither after the creation of the orgs nor after a write over an edit."""
    before = reads_of_bodies(world)
    assert world.run("drift").exit_code == 0
    assert reads_of_bodies(world) == before


def test_a_plan_names_the_difference_of_an_edit(world: World) -> None:
    """The edited dashboard is read whole: both titles are shown."""
    save_in_the_page(world, world.org(world.volga))
    shown = world.run("plan", "--diff").output
    assert "by hand" in shown


def test_cabinets_of_a_former_version_are_read_whole(world: World) -> None:
    """Without the record of the creation: the plan is the same."""
    org = world.org(world.volga)
    source = world.ask("GET", "/api/datasources/uid/smart-metrics", org=org)
    record = source["jsonData"].pop("smartDashboards")
    assert UID in record
    world.ask("PUT", "/api/datasources/uid/smart-metrics", source, org=org)
    changes = world.plan(world.volga)["changes"]
    assert {change["kind"] for change in changes} == {"data source"}
    world.apply()
    assert world.plan()["changes"] == []


def test_the_record_outlives_a_new_credential(world: World) -> None:
    """The data source is written anew, and the dashboards are still known by their heads."""
    world.change("tenants.yaml", "    title: ООО", "    generation: 2\n    title: ООО")
    world.apply()
    before = reads_of_bodies(world)
    assert world.plan()["changes"] == []
    assert reads_of_bodies(world) == before
