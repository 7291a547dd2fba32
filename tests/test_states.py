"""A cabinet that is suspended, taken away, and brought back, on the server under test, over both APIs."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.world import World


@pytest.fixture(params=["auto", "legacy"])
def world(request: pytest.FixtureRequest, grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    world = World(grafana_url, user, password, folder=tmp_path, api=request.param)
    world.apply()
    yield world
    world.remove()


def put(world: World, state: str, before: str = "") -> None:
    """Volga gets that state in tenants.yaml; `before` is the one it has there."""
    title = f"title: Волга {world.tag}"
    world.change(
        "tenants.yaml", f"{title}\n        state: {before}" if before else title, f"{title}\n        state: {state}"
    )


def passwords(world: World) -> dict[str, str]:
    """Logins and first passwords of Volga's hand-over note, of which there is one."""
    (note,) = (world.folder / "handover").glob(f"{world.volga}-*.txt")
    lines = [line.split() for line in note.read_text(encoding="utf-8").splitlines()]
    return {words[0]: words[1] for words in lines if len(words) == 2 and world.tag in words[0]}


def orgs_of(world: World, login: str, password: str) -> list[int]:
    """The orgs that somebody sees who logs in so."""
    answer = requests.get(f"{world.url}/api/user/orgs", auth=(login, password), timeout=60)
    assert answer.status_code == 200, answer.text
    return [org["orgId"] for org in answer.json()]


def members(world: World, org: int) -> set[str]:
    return {row["login"] for row in world.ask("GET", "/api/org/users", org=org)}


def test_nobody_gets_into_a_suspended_cabinet_and_all_is_kept(world: World) -> None:
    """The people are taken out and nothing else, without a word of the brakes; a second apply writes nothing."""
    org, people = world.org(world.volga), passwords(world)
    put(world, "suspended")
    changes = world.plan()["changes"]
    taken = {("membership", login, "delete") for login in people}
    assert {(one["kind"], one["key"], one["action"]) for one in changes} == {*taken, ("suspension", "org", "create")}
    world.apply()
    assert members(world, org) == {world.user}
    for login, password in people.items():
        assert orgs_of(world, login, password) == []
    assert world.ask("GET", "/api/dashboards/uid/smart-kodeks-analytics", org=org)["dashboard"]["title"]
    assert len(members(world, world.org(world.don))) == 2
    before = world.writes()
    world.apply()
    assert world.writes() == before
    assert world.run("drift").exit_code == 0


def test_a_resumed_cabinet_is_as_it_was(world: World) -> None:
    """The same people come in with the same passwords, roles and dashboards; no note is written, none goes out."""
    org, people = world.org(world.volga), passwords(world)
    roles = {row["login"]: row["role"] for row in world.ask("GET", "/api/org/users", org=org)}
    put(world, "suspended")
    world.apply()
    put(world, "active", before="suspended")
    assert {one["kind"] for one in world.plan()["changes"]} == {"membership", "suspension"}
    world.apply()
    assert {row["login"]: row["role"] for row in world.ask("GET", "/api/org/users", org=org)} == roles
    assert passwords(world) == people
    for login, password in people.items():
        assert orgs_of(world, login, password) == [org]
    assert world.run("drift").exit_code == 0


def test_a_suspended_cabinet_is_kept_up(world: World) -> None:
    """A new time zone is written; a new manager gets his login and his note when the cabinet is resumed."""
    org = world.org(world.volga)
    put(world, "suspended")
    world.apply()
    world.change(
        "tenants.yaml",
        "kind: company\n        title: Волга",
        "kind: company\n        timezone: Asia/Omsk\n        title: Волга",
    )
    line = world.manager_line("sidorova", f"{world.tag}c.example.ru:80")
    world.write("volga_manager_20260417.csv", world.manager_line("ivanova", f"{world.tag}a.example.ru:80") + line)
    world.apply()
    assert world.ask("GET", "/api/org/preferences", org=org)["timezone"] == "Asia/Omsk"
    assert members(world, org) == {world.user}
    assert world.login("sidorova") not in {row["login"] for row in world.ask("GET", "/api/users?perpage=1000")}
    put(world, "active", before="suspended")
    world.apply()
    assert {world.login("ivanova"), world.login("sidorova")} <= members(world, org)
    notes = sorted((world.folder / "handover").glob(f"{world.volga}-*.txt"))
    assert len(notes) == 2
    assert any(
        f"\n{world.login('sidorova')} " in text and world.login("ivanova") not in text
        for text in (note.read_text(encoding="utf-8") for note in notes)
    )


def test_a_stranger_with_the_login_of_a_new_manager_is_not_let_in(world: World) -> None:
    """Somebody in no org who is not the person of the list gets a new password when the cabinet is resumed."""
    put(world, "suspended")
    world.apply()
    login = world.login("sidorova")
    body = {"login": login, "email": f"{login}@example.com", "password": "Pw-Example-1", "OrgId": 1}
    user = world.ask("POST", "/api/admin/users", body)["id"]
    world.ask("DELETE", f"/api/orgs/1/users/{user}")
    line = world.manager_line("sidorova", f"{world.tag}c.example.ru:80")
    world.write("volga_manager_20260417.csv", world.manager_line("ivanova", f"{world.tag}a.example.ru:80") + line)
    put(world, "active", before="suspended")
    world.apply()
    assert login in members(world, world.org(world.volga))
    assert requests.get(f"{world.url}/api/user", auth=(login, "Pw-Example-1"), timeout=60).status_code == 401


def test_a_member_put_back_by_hand_is_drift(world: World) -> None:
    """drift tells of him, also where he was made Admin; apply takes him out again."""
    org = world.org(world.volga)
    put(world, "suspended")
    world.apply()
    for role in ("Viewer", "Admin"):
        login = world.login("ivanova")
        world.ask("POST", f"/api/orgs/{org}/users", {"loginOrEmail": login, "role": role})
        drift = world.run("drift", "--format", "json")
        assert drift.exit_code == 3, drift.output
        assert [(one["kind"], one["key"]) for one in json.loads(drift.stdout)["changes"]] == [("membership", login)]
        world.apply()
        assert members(world, org) == {world.user}


def test_other_deletions_still_want_a_word(world: World) -> None:
    """A suspension is no cover for taking away the dashboards."""
    put(world, "suspended")
    world.change(
        "tenants.yaml",
        "kind: company\n        title: Волга",
        'kind: company\n        dashboards: ["kodeks-analytics"]\n        title: Волга',
    )
    refused = world.run("apply", "--yes", world.volga)
    assert refused.exit_code == 1, refused.output
    assert f"--allow-deletes {world.volga}=" in refused.output
    assert len(members(world, world.org(world.volga))) == 3


def test_mistakes_in_the_lists_do_not_keep_the_doors_open(world: World) -> None:
    """A cabinet whose list cannot be used is suspended all the same, and nothing else of it is changed."""
    org = world.org(world.volga)
    before = world.ask("GET", "/api/search?type=dash-db", org=org)
    put(world, "suspended")
    world.write("volga_manager_20260417.csv", "")
    world.apply()
    assert members(world, org) == {world.user}
    assert world.ask("GET", "/api/search?type=dash-db", org=org) == before
    assert world.run("check", world.volga).exit_code == 1
    assert world.run("drift").exit_code == 0
    put(world, "active", before="suspended")
    assert world.run("apply", "--yes", world.volga).exit_code == 1
    assert members(world, org) == {world.user}


def test_a_distributor_is_suspended_whole(world: World) -> None:
    """`state` at the distributor is for all its cabinets; a cabinet's own word is nearer."""
    title = f"title: ООО «Рога {world.tag}»"
    world.change("tenants.yaml", title, f"{title}\n    state: suspended")
    put(world, "active")
    world.apply()
    assert members(world, world.org(world.don)) == {world.user}
    assert len(members(world, world.org(world.volga))) == 3


def test_the_plan_says_that_a_cabinet_is_suspended(world: World) -> None:
    """In the heading while there is something to do, beside its name later; in JSON by its id."""
    put(world, "suspended")
    for words in (("plan",), ("plan", "--format", "markdown")):
        assert ", suspended" in world.run(*words).stdout
    world.apply()
    assert f"{world.volga} (suspended)" in world.run("drift").stdout
    assert world.plan()["states"] == {world.volga: "suspended"}


def test_the_audit_of_a_suspended_cabinet_says_so(world: World) -> None:
    """Its settings are checked, and that no Viewer can try is no failure."""
    put(world, "suspended")
    world.apply()
    result = world.run("audit", world.volga, "--format", "json")
    assert result.exit_code == 0, result.output
    findings = json.loads(result.stdout)["findings"]
    assert [one for one in findings if one["verdict"] == "leaked"] == []
    assert any("suspended" in one["why"] for one in findings if one["verdict"] == "untried")
