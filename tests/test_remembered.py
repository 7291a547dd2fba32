"""What a plan has proved of dashboards is remembered while the server's revision of them is the same."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.credential import RootSecret
from provision.grafana import Connection, Grafana
from provision.remembered import Remembered
from tests.gate import gate
from tests.world import SECRET, World, on_server

HEADS = " heads"


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied; the server has a revision that can be used."""
    with on_server(grafana_url, tmp_path) as world:
        world.apply()
        while revision(world) % 1000 == 0:  # one in forty on SQLite
            body = {"dashboard": {"uid": world.tag, "title": world.tag}, "overwrite": True}
            world.http.post(f"{world.url}/api/dashboards/db", json=body, timeout=60).raise_for_status()
            world.http.delete(f"{world.url}/api/dashboards/uid/{world.tag}", timeout=60).raise_for_status()
        yield world


def revision(world: World) -> int:
    path = f"{world.url}/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards?limit=1"
    return int(world.http.get(path, timeout=60).json()["metadata"]["resourceVersion"])


def lists(world: World) -> int:
    """How many lists of dashboards the sandbox has answered in the world's orgs; -1 on a real Grafana."""
    counted = world.http.get(f"{world.url}/sandbox/requests", timeout=60)
    if not counted.ok:
        return -1
    orgs = {world.org(world.volga), world.org(world.don)}
    rows = counted.json()["requests"]
    return sum(row["count"] for row in rows if row["org"] in orgs and row["path"].endswith(HEADS))


def file_of(world: World) -> Path:
    (found,) = (world.folder / "cache/smart-provision").iterdir()
    return found


def test_a_second_plan_reads_no_dashboards(world: World) -> None:
    first = world.plan()
    before = lists(world)
    assert world.plan() == first
    assert lists(world) == before
    assert world.run("drift").exit_code == 0
    assert lists(world) == before


def test_the_file_is_private_and_holds_no_names(world: World) -> None:
    world.plan()
    file = file_of(world)
    assert file.stat().st_mode & 0o777 == 0o600
    known = json.loads(file.read_text())
    assert set(known["orgs"]) == {str(world.org(world.volga)), str(world.org(world.don))}
    assert all(len(key) == 16 for key in (known["revision"], *known["orgs"].values()))


def test_a_change_of_the_code_is_no_memory(world: World) -> None:
    """Another zone makes other dashboards: the plan is that of a run that remembers nothing."""
    world.plan()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    planned = world.plan()
    assert {change["kind"] for change in planned["changes"]} >= {"dashboard"}
    elsewhere = world.run("plan", "--format", "json", env={"XDG_CACHE_HOME": str(world.folder / "other")})
    assert json.loads(elsewhere.stdout) == planned
    world.apply()
    assert world.plan()["changes"] == []


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"1": 2}', '{"revision": 1, "orgs": [2]}', "null", "\x00\xff"])
def test_a_damaged_file_costs_nothing_but_time(world: World, content: str) -> None:
    first = world.plan()
    file_of(world).write_text(content, encoding="latin-1")
    assert world.plan() == first
    assert world.plan() == first


def test_another_orgs_entry_fits_nothing(world: World) -> None:
    """Nor that of another secret: it is read as if there were no file."""
    first = world.plan()
    file, before = file_of(world), lists(world)
    known = json.loads(file.read_text())
    orgs = known["orgs"]
    known["orgs"] = dict(zip(orgs, reversed(orgs.values()), strict=True))
    file.write_text(json.dumps(known), encoding="utf-8")
    assert world.plan() == first
    assert lists(world) == before + 2 or before == -1


def test_without_a_variable_it_is_in_the_home_folder(world: World) -> None:
    home = world.folder / "home"
    assert world.run("plan", "--exit-code", env={"XDG_CACHE_HOME": "", "HOME": str(home)}).exit_code == 0
    assert len(list((home / ".cache/smart-provision").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_no_error(world: World) -> None:
    (world.folder / "file").write_text("", encoding="utf-8")
    assert world.run("plan", "--exit-code", env={"XDG_CACHE_HOME": str(world.folder / "file")}).exit_code == 0


@pytest.mark.parametrize("revision", ["1795991840123000", "", "soon"])
def test_a_revision_that_may_miss_a_deletion_is_not_used(world: World, revision: str) -> None:
    """Without unified storage it is whole milliseconds, and stays the same after a deletion."""

    def edit(path: str, body: bytes) -> bytes:
        if "/namespaces/default/dashboards" not in path:
            return body
        answer = json.loads(body)
        return json.dumps({**answer, "metadata": {"resourceVersion": revision}}).encode()

    with gate(world.url, edit=edit) as url:
        assert world.run("plan", "--exit-code", env={"GRAFANA_URL": url}).exit_code == 0
    assert not (world.folder / "cache").exists()


def test_after_the_plan_nothing_holds(world: World) -> None:
    """What an apply reads again after its own writes is read from the server."""
    root = RootSecret(SECRET)
    server = Grafana(Connection(world.url, world.user, world.password))
    first = Remembered(server, root, world.folder / "own")
    assert not first.holds(7, ["a 1"])
    first.note(7, ["a 1"])
    first.close()
    assert not first.holds(7, ["a 1"])
    second = Remembered(server, root, world.folder / "own")
    assert second.holds(7, ["a 1"])
    assert not second.holds(8, ["a 1"])
    assert not second.holds(7, ["a 2"])
    second.close()
    assert not second.holds(7, ["a 1"])
