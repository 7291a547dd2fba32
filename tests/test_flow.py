"""From lists to cabinets and back to equality: plan, apply, drift on the server under test, over both APIs."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from provision.lock import alone_on
from tests.world import World, on_server


@pytest.fixture(params=["auto", "legacy"])
def world(request: pytest.FixtureRequest, grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, not yet applied."""
    with on_server(grafana_url, tmp_path, api=request.param) as world:
        yield world


@pytest.fixture
def applied(world: World) -> World:
    """The same, applied."""
    world.apply()
    return world


def test_second_apply_makes_no_write(world: World) -> None:
    """After an apply nothing is left to do, and doing it once more writes nothing at the server."""
    assert world.plan()["summary"]["create"] > 20
    world.apply()
    before = world.writes()
    assert world.plan()["summary"] == {"create": 0, "update": 0, "delete": 0, "unmanaged": 0}
    result = world.apply()
    assert world.writes() == before
    assert world.run("drift").exit_code == 0
    assert "handover" not in result.output


def test_plan_writes_nothing(world: World) -> None:
    """A plan of a new estate only reads."""
    before = world.writes()
    world.plan()
    assert world.writes() == before
    assert world.orgs() == []


def test_cabinet_is_complete(applied: World) -> None:
    """A cabinet has its members, data sources, folder with dashboards and preferences, and nothing in org 1."""
    org = applied.org(applied.volga)
    members = {row["login"]: row["role"] for row in applied.ask("GET", "/api/org/users", org=org)}
    assert members == {
        applied.user: "Admin",
        applied.login("ivanova"): "Viewer",
        f"orlova{applied.tag}": "Editor",
    }
    sources = {row["uid"]: row for row in applied.ask("GET", "/api/datasources", org=org)}
    assert set(sources) == {"smart-metrics", "smart-events"}
    assert sources["smart-metrics"]["isDefault"]
    found = {row["uid"]: row["folderUid"] for row in applied.ask("GET", "/api/search?type=dash-db", org=org)}
    assert {"smart-kodeks-analytics", "smart-for-managers"} <= set(found)
    assert set(found.values()) == {"smart-dashboards"}
    preferences = applied.ask("GET", "/api/org/preferences", org=org)
    assert preferences["homeDashboardUID"] == "smart-kodeks-analytics"
    assert (preferences["timezone"], preferences["language"]) == ("Europe/Samara", "ru-RU")
    first = {row["login"] for row in applied.ask("GET", "/api/org/users", org=1)}
    assert applied.login("ivanova") not in first


def test_cabinet_gets_what_its_lists_hold(applied: World) -> None:
    """A cabinet without online accesses has no online dashboards."""
    online = {"smart-billing-online-statistics"}
    volga, don = (
        {row["uid"] for row in applied.ask("GET", "/api/search?type=dash-db", org=applied.org(cabinet))}
        for cabinet in (applied.volga, applied.don)
    )
    assert online <= volga
    assert not online & don


def test_people_see_their_own_cabinet_only(applied: World) -> None:
    """The hand-over note's password opens the manager's own org and no other."""
    (note,) = (applied.folder / "handover").glob(f"{applied.volga}-*.txt")
    assert note.stat().st_mode & 0o777 == 0o600
    lines = dict(
        line.split()
        for line in note.read_text(encoding="utf-8").splitlines()
        if applied.tag in line and "-" in line.split()[-1] and len(line.split()) == 2
    )
    login = applied.login("ivanova")
    session = requests.Session()
    session.auth = (login, lines[login])
    own = session.get(f"{applied.url}/api/org", timeout=60).json()
    assert own["id"] == applied.org(applied.volga)
    assert [org["orgId"] for org in session.get(f"{applied.url}/api/user/orgs", timeout=60).json()] == [own["id"]]
    other = {"X-Grafana-Org-Id": str(applied.org(applied.don))}
    assert session.get(f"{applied.url}/api/org", headers=other, timeout=60).status_code in (401, 403)


def edit_dashboard(world: World, org: int) -> None:
    whole = world.ask("GET", "/api/dashboards/uid/smart-kodeks-analytics", org=org)
    whole["dashboard"]["panels"][0]["title"] = "by hand"
    body = {"dashboard": whole["dashboard"], "folderUid": whole["meta"]["folderUid"], "overwrite": True}
    world.ask("POST", "/api/dashboards/db", body, org=org)


def move_dashboard(world: World, org: int) -> None:
    whole = world.ask("GET", "/api/dashboards/uid/smart-kodeks-analytics", org=org)
    world.ask("POST", "/api/dashboards/db", {"dashboard": whole["dashboard"], "overwrite": True}, org=org)


def delete_dashboard(world: World, org: int) -> None:
    world.ask("DELETE", "/api/dashboards/uid/smart-for-managers", org=org)


def edit_source(world: World, org: int, **changes: Any) -> None:
    source = world.ask("GET", "/api/datasources/uid/smart-metrics", org=org)
    world.ask("PUT", "/api/datasources/uid/smart-metrics", {**source, **changes}, org=org)


def edit_url(world: World, org: int) -> None:
    edit_source(world, org, url="http://127.0.0.1:9999")


def edit_password(world: World, org: int) -> None:
    edit_source(world, org, secureJsonData={"basicAuthPassword": "by hand"})


def edit_password_without_version(world: World, org: int) -> None:
    edit_source(world, org, secureJsonData={"basicAuthPassword": "by hand"}, version=0)


def add_parameter(world: World, org: int) -> None:
    source = world.ask("GET", "/api/datasources/uid/smart-metrics", org=org)
    edit_source(world, org, jsonData={**source["jsonData"], "customQueryParameters": "extra_label=a"})


def delete_source(world: World, org: int) -> None:
    world.ask("DELETE", "/api/datasources/uid/smart-events", org=org)


def edit_role(world: World, org: int) -> None:
    user = world.member(org, world.login("ivanova"))["userId"]
    world.ask("PATCH", f"/api/orgs/{org}/users/{user}", {"role": "Editor"})


def make_admin(world: World, org: int) -> None:
    user = world.member(org, world.login("ivanova"))["userId"]
    world.ask("PATCH", f"/api/orgs/{org}/users/{user}", {"role": "Admin"})


def drop_member(world: World, org: int) -> None:
    user = world.member(org, world.login("ivanova"))["userId"]
    world.ask("DELETE", f"/api/orgs/{org}/users/{user}")


def add_stranger(world: World, org: int) -> None:
    name = f"stranger{world.tag}"
    world.ask(
        "POST",
        "/api/admin/users",
        {"login": name, "email": f"{name}@example.com", "password": "Pw-Example-1", "OrgId": org},
    )


def edit_email(world: World, org: int) -> None:
    login = world.login("ivanova")
    user = world.member(org, login)["userId"]
    world.ask("PUT", f"/api/users/{user}", {"login": login, "email": f"x{world.tag}@example.com", "name": login})


def edit_zone(world: World, org: int) -> None:
    world.ask("PATCH", "/api/org/preferences", {"timezone": "utc"}, org=org)


def reset_preferences(world: World, org: int) -> None:
    world.ask("PUT", "/api/org/preferences", {}, org=org)


def rename_folder(world: World, org: int) -> None:
    world.ask("PUT", "/api/folders/smart-dashboards", {"title": "by hand", "overwrite": True}, org=org)


def move_folder(world: World, org: int) -> None:
    world.ask("POST", "/api/folders", {"uid": "attic", "title": "Attic"}, org=org)
    world.ask("POST", "/api/folders/smart-dashboards/move", {"parentUid": "attic"}, org=org)


def delete_folder(world: World, org: int) -> None:
    for group in {rule["ruleGroup"] for rule in world.ask("GET", "/api/v1/provisioning/alert-rules", org=org)}:
        world.ask("DELETE", f"/api/v1/provisioning/folder/smart-dashboards/rule-groups/{group}", org=org)
    world.ask("DELETE", "/api/folders/smart-dashboards", org=org)


def rename_org(world: World, org: int) -> None:
    world.ask("PUT", f"/api/orgs/{org}", {"name": f"By hand {world.tag}"})


HAND_EDITS: dict[Callable[[World, int], None], str] = {
    edit_dashboard: "dashboard",
    move_dashboard: "dashboard",
    delete_dashboard: "dashboard",
    edit_url: "data source",
    edit_password: "data source",
    edit_password_without_version: "data source",
    add_parameter: "data source",
    delete_source: "data source",
    edit_role: "membership",
    make_admin: "membership",
    drop_member: "membership",
    add_stranger: "membership",
    edit_email: "user",
    edit_zone: "preferences",
    reset_preferences: "preferences",
    rename_folder: "folder",
    move_folder: "folder",
    delete_folder: "folder",
    rename_org: "org",
}


@pytest.mark.parametrize("edit", HAND_EDITS, ids=lambda edit: edit.__name__)
def test_hand_edit_is_found_and_put_right(applied: World, edit: Callable[[World, int], None]) -> None:
    """drift exits 3 and names the kind and the cabinet; apply puts it right, in that cabinet alone."""
    org = applied.org(applied.volga)
    edit(applied, org)
    drift = applied.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    changes = json.loads(drift.stdout)["changes"]
    assert {change["cabinet"] for change in changes} == {applied.volga}
    assert HAND_EDITS[edit] in {change["kind"] for change in changes}
    applied.apply()
    after = applied.run("drift")
    assert after.exit_code == 0, after.output
    assert applied.org(applied.volga) == org


def test_ways_in_past_the_membership_are_listed(applied: World) -> None:
    """drift names whatever lets in others than members, and nothing of what opens it; plan does not look at it."""
    org, name = applied.org(applied.volga), f"guest{applied.tag}"
    robot = applied.ask("POST", "/api/serviceaccounts", {"name": "robot", "role": "Editor"}, org=org)
    body: dict[str, Any] = {"loginOrEmail": f"{name}@example.ru", "role": "Admin", "sendEmail": False}
    applied.ask("POST", "/api/org/invites", body, org=org)
    (invited,) = applied.ask("GET", "/api/org/invites", org=org)
    path = "/api/dashboards/uid/smart-for-managers/public-dashboards"
    public = applied.ask("POST", path, {"isEnabled": True}, org=org)
    body = {"dashboard": {"uid": "smart-for-managers", "title": "x"}, "name": "a snapshot"}
    snapshot = applied.ask("POST", "/api/snapshots", body, org=org)
    rights = [{"role": "Editor", "permission": 2}, {"role": "Viewer", "permission": 2}]
    applied.ask("POST", "/api/folders/smart-dashboards/permissions", {"items": rights}, org=org)
    drift = applied.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    listed = {(row["cabinet"], row["kind"], row["key"], row["title"]) for row in json.loads(drift.stdout)["unmanaged"]}
    title = next(row["title"] for row in applied.ask("GET", "/api/search?type=dash-db", org=org) if row["uid"] in path)
    assert listed == {
        (applied.volga, "service account", robot["login"], "Editor"),
        (applied.volga, "invitation", f"{name}@example.ru", "Admin"),
        (applied.volga, "public dashboard", "smart-for-managers", title),
        (applied.volga, "snapshot", f"{snapshot['key'][:6]}…", "a snapshot"),
        (applied.volga, "folder permission", "Viewer", "Edit"),
    }
    shown = applied.run("drift").output
    assert "service account" in shown
    for opener in (invited["code"], public["accessToken"], snapshot["key"]):
        assert opener not in shown + drift.output
    assert applied.plan()["unmanaged"] == []


def test_unmarked_objects_stay_and_are_listed(applied: World) -> None:
    """A hand-made folder, dashboard, data source and an org Admin stay, and drift lists them."""
    org = applied.org(applied.volga)
    applied.ask("POST", "/api/folders", {"uid": "mine", "title": "Mine"}, org=org)
    applied.ask(
        "POST", "/api/dashboards/db", {"dashboard": {"uid": "my-own", "title": "My own"}, "folderUid": "mine"}, org=org
    )
    applied.ask(
        "POST",
        "/api/datasources",
        {"uid": "my-source", "name": "My source", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:1"},
        org=org,
    )
    name = f"boss{applied.tag}"
    applied.ask(
        "POST",
        "/api/admin/users",
        {"login": name, "email": f"{name}@example.com", "password": "Pw-Example-1", "OrgId": org},
    )
    applied.ask("PATCH", f"/api/orgs/{org}/users/{applied.member(org, name)['userId']}", {"role": "Admin"})
    drift = applied.run("drift", "--format", "json")
    assert drift.exit_code == 0, drift.output
    listed = {(row["kind"], row["key"]) for row in json.loads(drift.stdout)["unmanaged"]}
    assert listed == {("folder", "mine"), ("dashboard", "my-own"), ("data source", "my-source"), ("membership", name)}
    assert "my-own" in applied.run("drift").output
    applied.apply()
    assert applied.ask("GET", "/api/dashboards/uid/my-own", org=org)["dashboard"]["title"] == "My own"
    assert applied.ask("GET", "/api/datasources/uid/my-source", org=org)["name"] == "My source"
    assert applied.member(org, name)["role"] == "Admin"


def test_org_of_the_same_name_is_not_touched(world: World) -> None:
    """An org with the cabinet's title but without the mark stays as it is; the other cabinet is done (exit 4)."""
    stranger = world.ask("POST", "/api/orgs", {"name": f"Волга {world.tag}"})["orgId"]
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert "--adopt" in result.output
    assert world.ask("GET", f"/api/orgs/{stranger}")["address"]["address1"] == ""
    assert world.ask("GET", "/api/datasources", org=stranger) == []
    assert world.org(world.don)


def test_org_is_adopted_on_an_explicit_word(world: World) -> None:
    """--adopt takes the org over; what stood in it stays."""
    stranger = world.ask("POST", "/api/orgs", {"name": f"Волга {world.tag}"})["orgId"]
    world.ask("POST", "/api/folders", {"uid": "mine", "title": "Mine"}, org=stranger)
    world.apply("--adopt", world.volga)
    assert world.org(world.volga) == stranger
    assert world.ask("GET", "/api/folders/mine", org=stranger)["title"] == "Mine"
    assert world.run("drift").exit_code == 0


def test_org_where_we_are_no_member_is_not_adopted(world: World) -> None:
    """In an org that another admin made we become a member first: Grafana lets only members write folders there."""
    other = f"chief{world.tag}"
    body = {"login": other, "email": f"{other}@example.com", "password": "Pw-Example-1", "OrgId": 1}
    world.ask("POST", "/api/admin/users", body)
    number = world.ask("POST", "/api/orgs", {"name": f"Волга {world.tag}"})["orgId"]
    world.ask("POST", f"/api/orgs/{number}/users", {"loginOrEmail": other, "role": "Admin"})
    (me,) = (row for row in world.ask("GET", f"/api/orgs/{number}/users") if row["login"] == world.user)
    world.ask("DELETE", f"/api/orgs/{number}/users/{me['userId']}")
    result = world.apply("--adopt", world.volga, status=4)
    assert f"{world.user} is no member" in result.output
    assert world.ask("GET", f"/api/orgs/{number}")["address"]["address1"] == ""


def test_login_of_another_company_is_refused(world: World) -> None:
    """A login that is already in a foreign org would show its owner the cabinet: that person alone is left out."""
    login = world.login("ivanova")
    body = {"login": login, "email": f"{login}@example.com", "password": "Pw-Example-1", "OrgId": 1}
    world.ask("POST", "/api/admin/users", body)
    result = world.run("apply", "--yes", "--adopt-login", login)
    assert result.exit_code == 4, result.output
    assert f"{login} is already in org" in result.output
    members = {row["login"] for row in world.ask("GET", "/api/org/users", org=world.org(world.volga))}
    assert members == {world.user, f"orlova{world.tag}"}


def test_changed_lists_move_people(applied: World) -> None:
    """A manager who leaves the list loses the cabinet, a new one gets it; logins are kept."""
    applied.write("volga_manager_20260417.csv", applied.manager_line("sidorova", f"{applied.tag}a.example.ru:80"))
    applied.write("volga_online_20260417.csv", "")
    applied.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    applied.apply()
    org = applied.org(applied.volga)
    logins = {row["login"] for row in applied.ask("GET", "/api/org/users", org=org)}
    assert logins == {applied.user, applied.login("sidorova"), f"orlova{applied.tag}"}
    assert applied.ask("GET", f"/api/users/lookup?loginOrEmail={applied.login('ivanova')}")
    assert applied.run("drift").exit_code == 0


def test_changed_title_renames_the_org(applied: World) -> None:
    """The org is found by its mark and renamed; nothing else is written."""
    org = applied.org(applied.volga)
    applied.change("tenants.yaml", f"Волга {applied.tag}", f"Волга и Кама {applied.tag}")
    changes = applied.plan()["changes"]
    assert [(change["kind"], change["action"]) for change in changes] == [("org", "update")]
    applied.apply()
    assert applied.ask("GET", f"/api/orgs/{org}")["name"] == f"Волга и Кама {applied.tag}"


def test_new_generation_rewrites_the_data_sources(applied: World) -> None:
    """A raised generation changes both credentials and nothing else."""
    applied.change("tenants.yaml", f"title: Волга {applied.tag}", f"title: Волга {applied.tag}\n        generation: 2")
    changes = applied.plan()["changes"]
    assert {change["kind"] for change in changes} == {"data source"}
    assert len(changes) == 2
    applied.apply()
    assert applied.run("drift").exit_code == 0


def test_named_cabinets_alone(world: World) -> None:
    """With a cabinet named, the others are neither read nor written."""
    world.apply(world.volga)
    assert world.orgs() == [f"Волга {world.tag}"]


def test_expected_digest(world: World) -> None:
    """apply --expect writes the reviewed plan, and refuses once anything has changed."""
    digest = world.plan()["digest"]
    world.change("tenants.yaml", f"title: Дон {world.tag}", f"title: Дон и Кубань {world.tag}")
    refused = world.run("apply", "--expect", digest)
    assert refused.exit_code == 1
    assert "plan" in refused.output
    assert world.orgs() == []
    assert world.run("apply", "--expect", world.plan()["digest"]).exit_code == 0
    assert world.run("drift").exit_code == 0


def test_no_terminal_no_question(world: World) -> None:
    """Without a terminal and without --yes or --expect nothing is planned nor written; exit 2."""
    result = world.run("apply")
    assert result.exit_code == 2
    assert "--yes" in result.output
    assert world.orgs() == []


def test_blocked_cabinet_leaves_the_other_alone(world: World) -> None:
    """A list that cannot be used stops its cabinet, the other one is done; exit 4."""
    world.write("don_manager_20260417.csv", "")
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert world.orgs() == [f"Волга {world.tag}"]


def test_plan_formats(applied: World) -> None:
    """Text, JSON and Markdown show the same changes; --exit-code reports them."""
    edit_zone(applied, applied.org(applied.volga))
    for shape in ("text", "json", "markdown"):
        result = applied.run("plan", "--format", shape, "--diff", "--exit-code")
        assert result.exit_code == 3, result.output
        assert "timezone" in result.stdout
        assert "utc" in result.stdout


def test_no_secret_is_shown(world: World) -> None:
    """No output holds the root secret, a derived password, the admin's or a list's password."""
    outputs = [
        world.run(*words).output for words in (["plan", "--diff", "--format", "json"], ["apply", "--yes", "--diff"])
    ]
    outputs += [world.run("drift", "--diff").output, world.run("check", "-v").output]
    (note,) = (world.folder / "handover").glob(f"{world.volga}-*.txt")
    passwords = [
        line.split()[-1]
        for line in note.read_text(encoding="utf-8").splitlines()
        if line.startswith(("ivanova", "orlova"))
    ]
    assert len(passwords) == 2
    for secret in (*passwords, "only-for-tests", "Pw-Example-1"):
        assert not any(secret in output for output in outputs)


def test_taking_away_the_last_head_requires_a_word(applied: World) -> None:
    """A plan that leaves the cabinet without a head is refused; with the number named it is written."""
    applied.change(
        "tenants.yaml",
        f"heads: [{{login: orlova{applied.tag}, email: orlova{applied.tag}@example.ru, role: Editor}}]",
        "",
    )
    refused = applied.run("apply", "--yes")
    word = f"--allow-deletes {applied.volga}=1"
    assert refused.exit_code == 4, refused.output
    assert word in refused.output
    org = applied.org(applied.volga)
    assert applied.member(org, f"orlova{applied.tag}")
    applied.apply("--allow-deletes", f"{applied.volga}=2", "--allow-deletes", f"{applied.don}=1", status=4)
    assert applied.member(org, f"orlova{applied.tag}")
    applied.apply(*word.split())
    assert {row["login"] for row in applied.ask("GET", "/api/org/users", org=org)} == {
        applied.user,
        applied.login("ivanova"),
    }


def test_a_cabinet_that_never_had_a_head_requires_no_word(applied: World) -> None:
    """Who leaves its list is taken out; one head of two may go as well."""
    applied.write("don_manager_20260417.csv", applied.manager_line("sidorov", f"{applied.tag}b.example.ru:80"))
    applied.apply()
    head = f"heads: [{{login: orlova{applied.tag}, email: orlova{applied.tag}@example.ru, role: Editor}}"
    other = f"{{login: belov{applied.tag}, email: belov{applied.tag}@example.ru}}"
    applied.change("tenants.yaml", head, f"{head}, {other}")
    applied.apply()
    applied.change("tenants.yaml", f"{head}, {other}", f"heads: [{other}")
    applied.apply()
    logins = {row["login"] for row in applied.ask("GET", "/api/org/users", org=applied.org(applied.volga))}
    assert logins == {applied.user, applied.login("ivanova"), f"belov{applied.tag}"}


def test_mass_deletion_requires_a_word(applied: World) -> None:
    """A plan that deletes more than a third of what the cabinet has is refused, whatever it is."""
    org = applied.org(applied.don)
    for number in range(40):
        name = f"s{number}{applied.tag}"
        body = {"login": name, "email": f"{name}@example.com", "password": "Pw-Example-1", "OrgId": org}
        applied.ask("POST", "/api/admin/users", body)
    refused = applied.run("apply", "--yes")
    assert refused.exit_code == 4, refused.output
    assert f"--allow-deletes {applied.don}=40" in refused.output
    assert len(applied.ask("GET", "/api/org/users", org=org)) > 40
    applied.apply("--allow-deletes", f"{applied.don}=40")
    assert len(applied.ask("GET", "/api/org/users", org=org)) == 2


def test_a_list_cut_short_requires_a_word(applied: World) -> None:
    """Most of the people would go, few objects in all: refused by their share, with their logins."""
    names = [f"person{number}" for number in range(10)]
    lines = [applied.manager_line(name, f"{applied.tag}{name}.example.ru:80") for name in names]
    applied.write("don_manager_20260417.csv", "".join(lines))
    applied.apply()
    applied.write("don_manager_20260417.csv", lines[0])
    refused = applied.apply(status=4)
    assert "9 of 10 would be deleted (membership)" in refused.output
    assert applied.login("person7") in refused.output
    assert len(applied.ask("GET", "/api/org/users", org=applied.org(applied.don))) == 11
    applied.write("don_manager_20260417.csv", "".join(lines[:8]))
    applied.apply()
    applied.write("don_manager_20260417.csv", "".join(lines[:6]))
    step = applied.apply(status=4)
    assert "The lists had 10 people, now they have 6" in step.output
    assert applied.login("person7") in step.output
    applied.apply("--allow-deletes", f"{applied.don}=4")
    writes = applied.writes()
    applied.apply()
    assert applied.writes() == writes
    applied.write("don_manager_20260417.csv", "".join(lines[:5]))
    applied.apply()


def test_a_list_cut_while_its_people_are_suspended_requires_a_word(applied: World) -> None:
    """Nobody has to be deleted any more when the cabinet is resumed: the lists are compared with what they said."""
    lines = [applied.manager_line(f"person{number}", f"{applied.tag}{number}.example.ru:80") for number in range(10)]
    applied.write("don_manager_20260417.csv", "".join(lines))
    applied.apply()
    applied.change("tenants.yaml", f"title: Дон {applied.tag}", f"title: Дон {applied.tag}\n        state: suspended")
    applied.apply()
    for left in (8, 6):
        applied.write("don_manager_20260417.csv", "".join(lines[:left]))
        applied.apply()
    applied.change("tenants.yaml", "        state: suspended\n", "")
    assert "The lists had 10 people, now they have 6" in applied.apply(status=4).output
    applied.write("don_manager_20260417.csv", "".join(lines))
    applied.apply()
    assert applied.run("drift").exit_code == 0


def test_excluded_lines_are_reported(applied: World) -> None:
    """plan and apply say how many lines errors exclude and where to look; not everything was valid, so exit 1."""
    line = applied.manager_line("petrov", f"{applied.tag}b.example.ru:80")
    wrong = applied.manager_line("petrov", f"{applied.tag}c.example.ru")  # no port
    applied.write("don_manager_20260417.csv", line + wrong)
    for words in (("plan", "--exit-code"), ("apply", "--yes")):
        result = applied.run(*words)
        assert result.exit_code == 1, result.output
        assert "Lines of lists excluded by errors: 1 (provision check)" in result.output
    assert applied.plan()["excluded_lines"] == {applied.don: 1}
    assert applied.run("plan").exit_code == 0


def test_a_cabinet_cut_out_of_the_file_is_listed(applied: World) -> None:
    """drift names its org, exits 3 and says what to do; plan and apply do not look for it and leave it alone."""
    whole = (applied.folder / "tenants.yaml").read_text(encoding="utf-8")
    org = applied.org(applied.don)
    applied.write("tenants.yaml", whole[: whole.index(f"      {applied.don}:")])
    drift = applied.run("drift")
    assert drift.exit_code == 3, drift.output
    assert "The file has no cabinet for these" in drift.output
    orphans = json.loads(applied.run("drift", "--format", "json").stdout)["orphans"]
    mine = [one for one in orphans if applied.tag in one["cabinet"]]
    assert mine == [{"cabinet": applied.don, "kind": "org", "key": str(org), "title": f"Дон {applied.tag}"}]
    applied.apply()
    assert applied.plan()["orphans"] == []
    assert applied.ask("GET", f"/api/orgs/{org}")["name"] == f"Дон {applied.tag}"


def test_a_failed_object_skips_what_depends_on_it_alone(applied: World) -> None:
    """A data source that cannot be written keeps no dashboard from being written; exit 4 names both ends."""
    org = applied.org(applied.volga)
    applied.ask("DELETE", "/api/dashboards/uid/smart-for-managers", org=org)
    applied.ask("DELETE", "/api/datasources/uid/smart-events", org=org)
    body = {"name": "smart-events", "uid": "mine", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:1"}
    applied.ask("POST", "/api/datasources", body, org=org)  # its name is taken, so ours cannot be made
    result = applied.apply("--pause", "0.01", status=4)
    assert "smart-events" in result.output
    assert applied.ask("GET", "/api/dashboards/uid/smart-for-managers", org=org)["dashboard"]["title"]


def test_stores_that_nobody_administers_are_mentioned(world: World) -> None:
    """apply says what its data sources lack; rotate is refused and leaves file and Grafana as they are."""
    result = world.apply()
    assert "does not administer the stores (SMART_VMAUTH_FILE, SMART_EVENTS_ADMIN: not set)" in result.output
    assert "does not administer" not in world.apply().output
    before, writes = (world.folder / "tenants.yaml").read_bytes(), world.writes()
    refused = world.run("rotate", world.volga, "--yes")
    assert refused.exit_code == 2, refused.output
    assert "SMART_VMAUTH_FILE" in refused.output
    assert (world.folder / "tenants.yaml").read_bytes() == before
    assert world.writes() == writes


@pytest.mark.parametrize("command", ["audit", "plan", "drift"])
def test_a_command_offers_only_options_that_it_uses(world: World, command: str) -> None:
    """audit knows no option of a plan, plan and drift none of an apply."""
    unknown = {"audit": ("--new-secret",), "plan": ("--handover", "x"), "drift": ("--message", "x")}
    result = world.run(command, *unknown[command])
    assert result.exit_code == 2, result.output
    assert "No such option" in result.output


def test_second_apply_at_the_same_time_is_reported_apart(world: World) -> None:
    """While one apply to a server is under way on this machine, another one says so and does nothing."""
    with alone_on(world.url):
        result = world.run("apply", "--yes")
    assert result.exit_code == 1
    assert str(os.getpid()) in result.output
    assert world.orgs() == []
    world.apply()


def test_nobody_loses_access_by_a_slip_of_the_pen(applied: World) -> None:
    """A manager whose only line has a mistake stays a member until the line is right or --allow-deletes is given."""
    online = f"ООО Ромашка,{applied.tag}1,Pw-Example-1,online1.example.ru,docs,https,{applied.login('ivanova')}"
    applied.write("volga_online_20260417.csv", f"{online},{applied.login('ivanova')}@@example.ru\n")
    line = applied.manager_line("ivanova", f"{applied.tag}a.example.ru")  # no port
    applied.write(
        "volga_manager_20260417.csv", line + applied.manager_line("sidorova", f"{applied.tag}c.example.ru:80")
    )
    result = applied.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert f"--allow-deletes {applied.volga}=" in result.output
    assert "lines of the lists have mistakes" in result.output
    assert applied.member(applied.org(applied.volga), applied.login("ivanova"))


def test_branches_stay_apart_while_somebody_moves(applied: World) -> None:
    """A manager who moves between isolated branches loses the old one before he gets the new one, never has both."""
    applied.write("volga_manager_20260417.csv", applied.manager_line("sidorova", f"{applied.tag}a.example.ru:80"))
    applied.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    applied.write("don_manager_20260417.csv", applied.manager_line("ivanova", f"{applied.tag}b.example.ru:80"))
    early = applied.run("apply", applied.don, "--yes")
    assert early.exit_code == 1, early.output
    assert "must not see" in early.output
    for cabinet in (applied.volga, applied.don):
        refused = applied.run("apply", cabinet, "--yes")  # somebody leaves it without a head, or with its online list
        word = re.search(rf"--allow-deletes {cabinet}=\d+", refused.output)
        applied.apply(cabinet, *(word[0].split() if word else ()))
    user = applied.member(applied.org(applied.don), applied.login("ivanova"))["userId"]
    orgs = [org["orgId"] for org in applied.ask("GET", f"/api/users/{user}/orgs")]
    assert orgs == [applied.org(applied.don)]


def test_a_login_is_never_taken_for_an_email(applied: World) -> None:
    """Grafana looks for `loginOrEmail` among e-mails first: a stranger with that e-mail must not get in."""
    head = f"boss@{applied.tag}.example.ru"
    applied.change("tenants.yaml", "isolated: true", "isolated: false")
    volga = f"heads: [{{login: orlova{applied.tag}, email: orlova{applied.tag}@example.ru, role: Editor}}"
    applied.change("tenants.yaml", volga, f"{volga}, {{login: {head}, email: b{applied.tag}@example.ru}}")
    applied.apply()
    spy = f"spy{applied.tag}"
    body = {"login": spy, "email": head, "password": "Pw-Example-1", "OrgId": 1}
    applied.ask("POST", "/api/admin/users", body)
    mail = "mail: {high_priority: sos-don@example.ru, usage: usage-don@example.ru}"
    applied.change(
        "tenants.yaml", mail, f"{mail}\n        heads: [{{login: {head}, email: b{applied.tag}@example.ru}}]"
    )
    result = applied.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert f"is the e-mail of user {spy}" in result.output
    members = {row["login"] for row in applied.ask("GET", "/api/org/users", org=applied.org(applied.don))}
    assert spy not in members
