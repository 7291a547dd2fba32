"""A cabinet that is suspended, taken away, and brought back, on the server under test, over both APIs."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.world import World, on_server

SILENCED = {("mute timing", "smart-suspended", "create"), ("notification policy", "smart", "update")}


@pytest.fixture(params=["auto", "legacy"])
def world(request: pytest.FixtureRequest, grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied."""
    with on_server(grafana_url, tmp_path, api=request.param) as world:
        world.apply()
        yield world


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
    seen = {(one["kind"], one["key"], one["action"]) for one in changes}
    assert {one for one in seen if one[0] != "rule group"} == {
        *taken,
        ("suspension", "org", "create"),
        *SILENCED,
    }
    assert {one[2] for one in seen if one[0] == "rule group"} == {"update"}
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
    kinds = {"membership", "suspension", "mute timing", "notification policy", "rule group"}
    assert {one["kind"] for one in world.plan()["changes"]} == kinds
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
        "profile: company\n        title: Волга",
        "profile: company\n        timezone: Asia/Omsk\n        title: Волга",
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


def test_a_member_put_back_by_hand_is_drift(world: World) -> None:
    """drift lists the person, also one who was made Admin; apply removes the membership."""
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
        "profile: company\n        title: Волга",
        'profile: company\n        dashboards: ["kodeks-analytics"]\n        title: Волга',
    )
    refused = world.run("apply", "--yes", world.volga)
    assert refused.exit_code == 1, refused.output
    assert f"--allow-deletes {world.volga}=" in refused.output
    assert len(members(world, world.org(world.volga))) == 3


def test_mistakes_in_the_lists_do_not_prevent_a_suspension(world: World) -> None:
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


def word(world: World) -> tuple[str, str]:
    """The brakes' word for taking Volga away, as the refusal has it."""
    refused = world.run("apply", world.volga, "--yes")
    assert refused.exit_code == 1, refused.output
    found = re.search(rf"(--allow-deletes) ({world.volga}=\d+)", refused.output)
    assert found, refused.output
    return found[1], found[2]


def backups(world: World) -> list[Path]:
    return sorted((world.folder / "backup").glob("*"))


def test_an_absent_cabinet_is_saved_and_taken_away(world: World) -> None:
    """With the explicit word its org goes; what stood there is in a file of mode 0600, and the logins stay."""
    org, people = world.org(world.volga), passwords(world)
    shown = {row["uid"] for row in world.ask("GET", "/api/search?type=dash-db", org=org)}
    put(world, "absent")
    for name in ("volga_manager_20260417.csv", "volga_online_20260417.csv"):
        (world.folder / name).unlink()
    allow = word(world)
    assert world.org(world.volga) == org
    assert backups(world) == []
    result = world.apply(*allow)
    world.ask("GET", f"/api/orgs/{org}", status=404)
    assert world.orgs() == [f"Дон {world.tag}"]
    (file,) = backups(world)
    assert str(file) in result.output
    assert file.stat().st_mode & 0o777 == 0o600
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert {one["dashboard"]["uid"] for one in saved["dashboards"]} == shown
    assert {row["login"] for row in saved["members"]} == {world.user, *people}
    assert {row["uid"] for row in saved["data sources"]} == {"smart-metrics", "smart-events"}
    assert [row["uid"] for row in saved["folders"]] == ["smart-dashboards"]
    assert saved["preferences"]["homeDashboardUID"] == "smart-kodeks-analytics"
    assert saved["org"]["name"] == f"Волга {world.tag}"
    for login, password in people.items():
        assert orgs_of(world, login, password) == []
        assert password not in file.read_text(encoding="utf-8")
    before = world.writes()
    world.apply()
    assert world.writes() == before
    assert world.run("drift").exit_code == 0
    assert backups(world) == [file]


def test_the_plan_names_all_that_goes_with_the_org(world: World) -> None:
    """Each object of the cabinet is a deletion in the plan; --allow-deletes requires their number."""
    org = world.org(world.volga)
    count = len(world.ask("GET", "/api/search?type=dash-db", org=org))
    put(world, "absent")
    (refused,) = world.plan()["refused"]
    kinds = [change["kind"] for change in refused["changes"]]
    assert {change["action"] for change in refused["changes"]} == {"delete"}
    assert kinds.count("dashboard") == count
    assert {"org", "membership", "folder", "data source", "preferences"} < set(kinds)
    assert word(world)[1] == f"{world.volga}={len(kinds)}"
    assert "to be removed" in world.run("plan").stdout


def test_a_cabinet_that_comes_back_is_made_anew(world: World) -> None:
    """A new org with the people of the lists, who get new passwords and a new note.

    The record of their accounts went with the old org, so taking the accounts over requires a word.
    """
    org, people = world.org(world.volga), passwords(world)
    put(world, "absent")
    world.apply(*word(world))
    put(world, "active", before="absent")
    world.apply(*(option for login in people for option in ("--adopt-login", login)))
    assert world.org(world.volga) != org
    assert members(world, world.org(world.volga)) == {world.user, *people}
    assert len(list((world.folder / "handover").glob(f"{world.volga}-*.txt"))) == 2
    assert world.run("drift").exit_code == 0


def add_dashboard(world: World, org: int) -> None:
    world.ask("POST", "/api/dashboards/db", {"dashboard": {"uid": "mine", "title": "Mine"}}, org=org)


def add_folder(world: World, org: int) -> None:
    world.ask("POST", "/api/folders", {"uid": "mine", "title": "Mine"}, org=org)


def add_source(world: World, org: int) -> None:
    body = {"uid": "mine", "name": "Mine", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:9999"}
    world.ask("POST", "/api/datasources", body, org=org)


def add_admin(world: World, org: int) -> None:
    login = f"mine{world.tag}"
    body = {"login": login, "email": f"{login}@example.com", "password": "Pw-Example-1", "OrgId": org}
    user = world.ask("POST", "/api/admin/users", body)["id"]
    world.ask("PATCH", f"/api/orgs/{org}/users/{user}", {"role": "Admin"})


@pytest.mark.parametrize("add", [add_dashboard, add_folder, add_source, add_admin])
def test_what_is_not_ours_is_not_taken_away(world: World, add: Callable[[World, int], None]) -> None:
    """Something unmarked in the org keeps it whole, whatever was said; the message names it, drift lists it."""
    org = world.org(world.volga)
    put(world, "absent")
    allow = word(world)
    add(world, org)
    refused = world.run("apply", world.volga, "--yes", *allow)
    assert refused.exit_code == 1, refused.output
    assert "what is not ours, 1 in all" in refused.output
    assert "mine" in refused.output
    assert len(json.loads(world.run("drift", "--format", "json").stdout)["unmanaged"]) == 1
    assert len(members(world, org) & {*passwords(world)}) == 2
    assert backups(world) == []


def test_an_org_without_our_mark_is_not_taken_away(world: World) -> None:
    """One of the cabinet's name whose mark somebody removed is a stranger's."""
    org = world.org(world.volga)
    world.ask("PUT", f"/api/orgs/{org}/address", {"address1": "ул. Ленина, 1"})
    put(world, "absent")
    world.apply("--adopt", world.volga)
    assert world.ask("GET", f"/api/orgs/{org}")["name"] == f"Волга {world.tag}"


def test_without_a_backup_nothing_is_deleted(world: World) -> None:
    """A folder that cannot be written ends it before anything goes, in plain words."""
    put(world, "absent")
    allow = word(world)
    world.write("file", "where a folder should be")
    (world.folder / "backup").symlink_to(world.folder / "file" / "backup")
    result = world.apply(world.volga, *allow, status=1)
    assert "nothing was deleted" in result.output
    assert "--backup" in result.output
    assert "Traceback" not in result.output
    assert len(members(world, world.org(world.volga))) == 3


def test_the_org_we_work_in_is_taken_away_too(world: World) -> None:
    """Grafana does not delete the org that the admin has open; he is let work in another one first."""
    org = world.org(world.volga)
    world.ask("POST", f"/api/user/using/{org}")
    put(world, "absent")
    world.apply(*word(world))
    world.ask("GET", f"/api/orgs/{org}", status=404)
    assert world.ask("GET", "/api/user")["orgId"] != org


def test_commands_that_need_a_cabinet_say_that_it_is_gone(world: World) -> None:
    """rotate and audit refuse an absent cabinet and go past it unnamed; render and check have nothing for it."""
    put(world, "absent")
    for command in (("rotate", "--yes"), ("audit",)):
        result = world.run(*command, world.volga, "--url", world.url)
        assert result.exit_code == 2, result.output
        assert "absent" in result.output
    assert world.run("check", world.volga).exit_code == 0
    out = world.folder / "rendered"
    assert world.run("render", "-o", str(out)).exit_code == 0
    assert [path.name for path in out.iterdir()] == [world.don]
