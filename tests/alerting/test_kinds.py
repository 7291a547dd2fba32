"""What needs a sandbox: firing rules, a change by somebody else at the wrong moment, old servers."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from provision.backup import Backup
from provision.config import load
from provision.credential import RootSecret
from provision.directory import Directory
from provision.errors import ConflictError
from provision.grafana import Connection, Grafana
from provision.handover import Handover
from provision.kinds import CabinetContext, RunContext
from provision.kinds.alerting.notification_policy import NotificationPolicyKind
from provision.kinds.dashboard import home_title
from provision.model import Resource
from provision.remembered import Remembered
from provision.sandbox import Sandbox, Settings
from tests.contract.alerting import POINTS, POLICIES, RULES, TEMPLATES, TIMINGS, group_path, point, rule
from tests.faults.faults import until
from tests.world import SECRET, World

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """A sandbox of that kind and an estate on it, not yet applied; both end with the test."""
    running = []

    def make(settings: Settings | None = None) -> World:
        sandbox = Sandbox(port=0, data=tmp_path / "sandbox", settings=settings)
        sandbox.start()
        running.append(sandbox)
        (tmp_path / "estate").mkdir()
        return World(sandbox.url, "admin", "admin", folder=tmp_path / "estate", api="auto")

    yield make
    for sandbox in running:
        sandbox.close()


def test_the_plan_names_firing_rules_that_a_change_would_reset(make_world: MakeWorld) -> None:
    """Only those of the group that change, and only while they fire."""
    world = make_world()
    world.apply(world.volga)
    org = world.org(world.volga)
    world.ask("PUT", "/sandbox/firing", {"org": org, "uids": ["smart-kodekstcpstatus", "smart-kodeksicmp"]})
    path, group = group_of(world, "smart-kodekstcpstatus")
    changed = [{**one, "for": "1h"} if one["uid"] == "smart-kodekstcpstatus" else one for one in group["rules"]]
    world.ask("PUT", path, {"interval": group["interval"], "rules": changed}, org=org)
    (change,) = world.plan(world.volga)["changes"]
    assert change["note"] == "these rules fire now and start again: KodeksTcpStatus"
    assert "these rules fire now and start again: KodeksTcpStatus" in world.run("plan", world.volga).output
    world.ask("PUT", "/sandbox/firing", {"org": org, "uids": []})
    (change,) = world.plan(world.volga)["changes"]
    assert "note" not in change


def group_of(world: World, uid: str) -> tuple[str, dict[str, Any]]:
    """The path of the rule's group, and the group."""
    org = world.org(world.volga)
    path = group_path("smart-dashboards", world.ask("GET", f"{RULES}/{uid}", org=org)["ruleGroup"])
    return path, world.ask("GET", path, org=org)


def test_a_rule_that_names_another_panel_is_reset_and_one_with_another_text_is_not(make_world: MakeWorld) -> None:
    """The panel is a field of the rule's row in Grafana's database, other annotations are not (12.4)."""
    world = make_world()
    world.apply(world.volga)
    org, uid = world.org(world.volga), "smart-kodekstcpstatus"
    world.ask("PUT", "/sandbox/firing", {"org": org, "uids": [uid]})
    path, group = group_of(world, uid)
    for key, note in (("__panelId__", "these rules fire now and start again: KodeksTcpStatus"), ("check", None)):
        changed = [
            {**one, "annotations": {**one["annotations"], key: "7"}} if one["uid"] == uid else one
            for one in group["rules"]
        ]
        world.ask("PUT", path, {"interval": group["interval"], "rules": changed}, org=org)
        (change,) = world.plan(world.volga)["changes"]
        assert change.get("note") == note, key


def test_another_title_of_the_folder_resets_all_rules_in_it(make_world: MakeWorld) -> None:
    """Those of others, too; rules of other folders go on."""
    world = make_world()
    world.apply(world.volga)
    org = world.org(world.volga)
    world.ask("POST", "/api/folders", {"uid": "theirs", "title": "Чужая"}, org=org)
    for folder in ("smart-dashboards", "theirs"):
        rules = [rule(f"in-{folder}", f"In {folder}")]
        world.ask("PUT", group_path(folder, "theirs"), {"interval": 60, "rules": rules}, org=org)
    title = f"title: Волга {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        folder: Другая\n")
    (change,) = world.plan(world.volga)["changes"]
    assert "note" not in change
    uids = ["smart-kodekstcpstatus", "in-smart-dashboards", "in-theirs"]
    world.ask("PUT", "/sandbox/firing", {"org": org, "uids": uids})
    (change,) = world.plan(world.volga)["changes"]
    assert change["kind"] == "folder"
    assert change["note"] == "these rules fire now and start again: In smart-dashboards, KodeksTcpStatus"
    world.apply(world.volga)
    assert world.plan(world.volga)["changes"] == []


def test_a_firing_rule_that_goes_or_is_paused_does_not_start_again(make_world: MakeWorld) -> None:
    """Volga gives up its online accesses; then it is suspended."""
    world = make_world()
    world.apply(world.volga)
    org = world.org(world.volga)
    world.ask("PUT", "/sandbox/firing", {"org": org, "uids": ["smart-onlineloginfailed", "smart-kodekstcpstatus"]})
    world.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    notes = {one["note"] for one in world.plan(world.volga)["changes"] if one["kind"] == "rule group" and "note" in one}
    assert notes == {"these rules fire now and end: OnlineLoginFailed"}
    title = f"title: Волга {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        state: suspended\n")
    said = "\n".join(one.get("note", "") for one in world.plan(world.volga)["changes"])
    assert "these rules fire now and end: KodeksTcpStatus" in said
    assert "start again" not in said


def test_which_rules_fire_is_asked_once_a_plan(make_world: MakeWorld) -> None:
    """For all groups of a cabinet that is to go; not at all where no rule changes."""
    world = make_world()
    world.apply(world.volga)
    org = world.org(world.volga)

    def asked() -> int:
        rows = world.http.get(f"{world.url}/sandbox/requests", timeout=60).json()["requests"]
        return sum(row["count"] for row in rows if row["org"] == org and "/api/prometheus/" in row["path"])

    world.plan(world.volga)
    assert asked() == 0
    title = f"title: Волга {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        state: suspended\n")
    assert len([one for one in world.plan(world.volga)["changes"] if one["kind"] == "rule group"]) > 5
    assert asked() == 1


def policy_of(world: World) -> tuple[NotificationPolicyKind, CabinetContext, Resource]:
    """The kind, the cabinet on the server, and its route as read."""
    server = Grafana(Connection(world.url, world.user, world.password))
    root, folder = RootSecret(SECRET), world.folder
    cabinets = {one.id: one for one in load(folder / "tenants.yaml").cabinets}
    run = RunContext(
        server=server,
        directory=Directory(server, root),
        root=root,
        remembered=Remembered(server, root, None),
        handover=Handover(folder / "handover", server.url, home_title),
        backup=Backup(folder / "backup"),
        cabinets=cabinets,
    )
    context = CabinetContext(run, cabinets[world.volga])
    context.enter(world.org(world.volga))
    kind = NotificationPolicyKind(run)
    return kind, context, next(one for one in kind.read(context) if one.managed)


def test_what_others_have_in_alerting_keeps_the_org(make_world: MakeWorld) -> None:
    """A cabinet is not removed with a contact point, template, timing, branch or rule of others; each is named."""
    world = make_world()
    world.apply(world.volga)
    org = world.org(world.volga)
    world.ask("POST", POINTS, point("theirs", "theirs"), org=org)
    world.ask("PUT", f"{TEMPLATES}/theirs", {"template": "x"}, org=org)
    world.ask("POST", TIMINGS, {"name": "theirs", "time_intervals": [{"weekdays": ["monday"]}]}, org=org)
    tree = {key: value for key, value in world.ask("GET", POLICIES, org=org).items() if key != "provenance"}
    branch = {"receiver": "theirs", "object_matchers": [["team", "=", "net"]]}
    world.ask("PUT", POLICIES, {**tree, "routes": [*tree["routes"], branch]}, org=org)
    group = group_path("smart-dashboards", "theirs")
    world.ask("PUT", group, {"interval": 60, "rules": [rule("theirs", "A")]}, org=org)
    title = f"title: Волга {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        state: absent\n")
    everything = ("--allow-deletes", f"{world.volga}=999")
    before, named = (
        world.writes(),
        ("contact point", "message template", "mute timing", "notification policy", "rule group"),
    )
    said = world.apply(world.volga, *everything, status=1).output
    assert all(kind in said for kind in (*named, "5 in all"))
    assert world.writes() == before
    world.ask("DELETE", group, org=org)
    world.ask("PUT", POLICIES, tree, org=org)
    for path, kind in (
        (f"{TIMINGS}/theirs", named[2]),
        (f"{TEMPLATES}/theirs", named[1]),
        (f"{POINTS}/theirs", named[0]),
    ):
        said = world.apply(world.volga, *everything, status=1).output
        assert f"{kind} theirs" in said
        world.ask("DELETE", path, org=org)
    refused = world.apply(world.volga, status=1).output  # now only the number of deletions is in the way
    assert "theirs" not in refused
    assert "--allow-deletes" in refused


def test_a_policy_changed_by_somebody_else_since_the_plan_is_not_overwritten(make_world: MakeWorld) -> None:
    """The tree is read again before the write; what the other one made stays."""
    world = make_world()
    world.apply(world.volga)
    org = world.org(world.volga)
    kind, context, ours = policy_of(world)
    tree = world.ask("GET", POLICIES, org=org)
    branch = {"receiver": "empty", "object_matchers": [["team", "=", "net"]]}
    theirs = {"receiver": "empty", "group_by": ["alertname"], "routes": [*tree["routes"], branch]}
    world.ask("PUT", POLICIES, theirs, org=org)
    with pytest.raises(ConflictError, match="changed by someone else"):
        kind.update(context, ours, ours)
    assert branch in world.ask("GET", POLICIES, org=org)["routes"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(alerting=False), "[unified_alerting] enabled = false"),
        (Settings(version="11.5.2"), "requires 11.6 or newer"),
        (Settings(version="9.5.21", api="legacy"), "requires 11.6 or newer"),
    ],
)
def test_a_server_without_alerting_gets_the_rest(make_world: MakeWorld, settings: Settings, said: str) -> None:
    """It is reported before anything is written; a second apply writes nothing."""
    world = make_world(settings)
    assert said in world.run("plan").output
    assert said in world.apply().output
    before = world.writes()
    assert not {one["kind"] for one in world.plan()["changes"]}
    world.apply()
    assert world.writes() == before


def test_an_org_that_is_ready_does_not_wait_for_another(make_world: MakeWorld) -> None:
    """Don's org is new and has no notification settings yet; what has changed in Volga's is written meanwhile."""
    clock = Clock(step=0.01)
    world = make_world(Settings(alerting_sync_seconds=0.005, clock=clock))
    world.apply(world.volga)
    world.change("tenants.yaml", "usage: usage@example.ru", "usage: other@example.ru")
    clock.step = 0  # no sync any more
    with ThreadPoolExecutor(1) as pool:
        applied = pool.submit(world.apply)
        until(lambda: any(one["name"] == "smart-other@example.ru" for one in points(world, world.volga)))
        until(lambda: any("Дон" in name for name in world.orgs()))
        world.ask("GET", POLICIES, org=world.org(world.don), status=404)
        assert not applied.done()
        clock.step = 0.01
        applied.result()
    assert points(world, world.don)
    assert world.run("drift").exit_code == 0


@dataclass
class Clock:
    """A clock of the sandbox that goes on by `step` seconds whenever it is read."""

    step: float
    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def points(world: World, cabinet: str) -> list[dict[str, Any]]:
    """The contact points of that cabinet."""
    return list(world.ask("GET", POINTS, org=world.org(cabinet)))
