"""Servers with other settings, and objects of others that lack what ours always have."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.sandbox import Sandbox, Settings
from tests.gate import gate
from tests.world import World


def world_on(url: str, tmp_path: Path, api: str = "auto") -> World:
    folder = tmp_path / "estate"
    folder.mkdir()
    return World(url, "admin", "admin", folder=folder, api=api)


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    return world_on(sandbox.url, tmp_path)


@pytest.fixture
def slow_refresh(tmp_path: Path) -> Iterator[World]:
    """`min_refresh_interval = 10m`: more than any dashboard of ours says."""
    running = Sandbox(port=0, data=tmp_path / "s", settings=Settings(min_refresh_seconds=600))
    running.start()
    yield world_on(running.url, tmp_path)
    running.close()


def test_the_refresh_is_raised_to_the_servers_floor(slow_refresh: World) -> None:
    """Everything is written, and the second apply writes nothing."""
    slow_refresh.apply()
    org = slow_refresh.org(slow_refresh.volga)
    uids = [row["uid"] for row in slow_refresh.ask("GET", "/api/search?type=dash-db", org=org)]
    stored = {
        slow_refresh.ask("GET", f"/api/dashboards/uid/{uid}", org=org)["dashboard"].get("refresh") or "" for uid in uids
    }
    assert stored <= {"", "600s", "15m", "30m", "1h"}
    assert "600s" in stored
    assert slow_refresh.ask("GET", "/api/org/preferences", org=org)["homeDashboardUID"]
    before = slow_refresh.writes()
    slow_refresh.apply()
    assert slow_refresh.writes() == before


@pytest.mark.parametrize("missing", ["title", "spec"])
def test_an_odd_object_of_others_is_listed(world: World, missing: str) -> None:
    """A folder and a dashboard without a title, or without any spec, end no run."""
    world.apply()
    org = world.org(world.don)
    world.ask("POST", "/api/folders", {"uid": "theirs", "title": "T"}, org=org)
    world.ask("POST", "/api/dashboards/db", {"dashboard": {"uid": "odd", "title": "T"}}, org=org)

    def edit(path: str, body: bytes) -> bytes:
        if "/namespaces/" not in path:
            return body
        answer = json.loads(body)
        for item in answer.get("items") or [answer]:
            if "spec" in item and not item["metadata"]["name"].startswith("smart-"):
                (item if missing == "spec" else item["spec"]).pop(missing)
        return json.dumps(answer).encode()

    with gate(world.url, edit=edit) as url:
        drift = world.run("drift", "--format", "json", env={"GRAFANA_URL": url})
    assert drift.exit_code == 0, drift.output
    listed = {(row["kind"], row["key"]) for row in json.loads(drift.stdout)["unmanaged"]}
    assert {("folder", "theirs"), ("dashboard", "odd")} <= listed


@pytest.mark.parametrize("title", ["..", ".", "a/../b", "?", "100% #1"])
def test_a_title_is_no_path(world: World, title: str) -> None:
    """Titles of dots, slashes and other characters of an address are names like all others."""
    world.change("tenants.yaml", f"title: Дон {world.tag}", f"title: {json.dumps(title)}")
    world.apply()
    assert title in [org["name"] for org in world.ask("GET", "/api/orgs?perpage=1000")]
    before = world.writes()
    world.apply()
    assert world.writes() == before


def test_a_file_name_that_cannot_be_a_uid_is_a_breach(tmp_path: Path) -> None:
    """50 letters, and letters that no uid may have: lint says so before a server does."""
    from provision.kinds import dashboard_lint
    from provision.kinds.dashboard import use

    for slug in ("x" * 50, "отчёт"):
        (tmp_path / f"{slug}.py").write_text("", encoding="utf-8")
    use(tmp_path)
    try:
        for slug in ("x" * 50, "отчёт"):
            (problem,) = dashboard_lint._bad_uid(slug)
            assert (problem.code, problem.level) == ("D03", "error")
            assert problem.file == str(tmp_path / f"{slug}.py")
        assert not list(dashboard_lint._bad_uid("for-managers"))
    finally:
        use(None)


@pytest.fixture
def without_snapshots(tmp_path: Path) -> Iterator[World]:
    """`[snapshots] enabled = false`: their list is 403."""
    running = Sandbox(port=0, data=tmp_path / "s", settings=Settings(snapshots=False))
    running.start()
    yield world_on(running.url, tmp_path)
    running.close()


def test_what_is_switched_off_is_closed(without_snapshots: World) -> None:
    """Nothing to list, and no reason to refuse the cabinet."""
    without_snapshots.apply()
    drift = without_snapshots.run("drift", "--format", "json")
    assert drift.exit_code == 0, drift.output
    assert not json.loads(drift.stdout)["unmanaged"]


def test_a_list_that_is_refused_hides_nothing(world: World) -> None:
    """It is reported as unreadable; what other lists show is shown."""
    world.apply()
    org = world.org(world.don)
    world.ask("POST", "/api/serviceaccounts", {"name": "robot", "role": "Viewer"}, org=org)
    with gate(world.url, refuse="^/api/org/invites") as url:
        drift = world.run("drift", "--format", "json", env={"GRAFANA_URL": url})
    listed = {(row["kind"], row["key"]) for row in json.loads(drift.stdout)["unmanaged"]}
    assert {("invitation", "?"), ("service account", f"sa-{org}-robot")} <= listed
    assert not json.loads(drift.stdout)["refused"]
