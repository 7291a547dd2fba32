"""An org's alerting read in one request is what `/api/v1/provisioning` shows; what others add meanwhile is kept."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from provision.backup import Backup
from provision.config import load
from provision.credential import RootSecret
from provision.directory import Directory
from provision.grafana import Connection, Grafana
from provision.handover import Handover
from provision.kinds import CabinetContext, RunContext
from provision.kinds.alerting.contact_point import ContactPointKind
from provision.kinds.alerting.message_template import MessageTemplateKind
from provision.kinds.alerting.mute_timing import MuteTimingKind
from provision.kinds.alerting.notification_policy import NotificationPolicyKind
from provision.kinds.alerting.rule_group import RuleGroupKind
from provision.kinds.alerting.settings import CONFIG
from provision.kinds.context import AlertingSecrets
from provision.kinds.dashboard import home_title
from provision.model import Resource
from provision.remembered import Remembered
from tests.contract.alerting import POINTS, POLICIES, RULES, TEMPLATES, TIMINGS, group_path, point, rule
from tests.world import SECRET, World, on_server

NOTIFICATIONS = (MessageTemplateKind, MuteTimingKind, ContactPointKind, NotificationPolicyKind)
HOURS = '        alerting: {quiet_hours: [{from: "22:00", to: "08:00"}]}\n'
TELEGRAM = {"SMART_TELEGRAM_TOKEN": "1234567:only-for-tests"}


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """The cabinet Volga, applied, with quiet hours and a Telegram chat."""
    with on_server(grafana_url, tmp_path, env=TELEGRAM) as world:
        title = f"title: Волга {world.tag}\n"
        world.change("tenants.yaml", title, f"{title}{HOURS}")
        world.change(
            "tenants.yaml", "    isolated: true\n", '    isolated: true\n    telegram: {chat: "-1001234567890"}\n'
        )
        world.apply(world.volga)
        yield world


def entered(world: World) -> CabinetContext:
    """The cabinet on the server."""
    server, root = Grafana(Connection(world.url, world.user, world.password)), RootSecret(SECRET)
    cabinets = {one.id: one for one in load(world.folder / "tenants.yaml").cabinets}
    run = RunContext(
        server=server,
        directory=Directory(server, root),
        root=root,
        remembered=Remembered(server, root, None),
        handover=Handover(world.folder / "handover", server.url, home_title),
        backup=Backup(world.folder / "backup"),
        cabinets=cabinets,
        alerting=AlertingSecrets(TELEGRAM["SMART_TELEGRAM_TOKEN"]),
    )
    context = CabinetContext(run, cabinets[world.volga])
    context.enter(world.org(world.volga))
    return context


def read(context: CabinetContext) -> dict[str, Resource]:
    """All notification settings, by their Ref."""
    return {str(one.ref): one for kind in NOTIFICATIONS for one in kind(context.run).read(context)}


def test_both_ways_to_read_the_settings_give_the_same(world: World) -> None:
    """The second is for a server that lacks the path of the first. Ours and those of others, secrets known."""
    org = world.org(world.volga)
    world.ask("POST", POINTS, {**point("theirs", "theirs"), "disableResolveMessage": True}, org=org)
    world.ask("PUT", f"{TEMPLATES}/theirs", {"template": "x"}, org=org)
    world.ask("POST", TIMINGS, {"name": "theirs", "time_intervals": [{"weekdays": ["monday"]}]}, org=org)
    tree = world.ask("GET", POLICIES, org=org)
    branch = {"receiver": "theirs", "object_matchers": [["team", "=", "net"]], "mute_time_intervals": ["theirs"]}
    whole = {**tree, "receiver": "theirs", "routes": [*tree["routes"], branch]}
    world.ask("PUT", POLICIES, {key: value for key, value in whole.items() if key != "provenance"}, org=org)
    context = entered(world)
    first = read(context)
    assert CONFIG not in context.run.server.missing
    assert len([one for one in first.values() if not one.managed]) == 5
    assert {one.spec["secret"] for one in first.values() if "secret" in one.spec} == {"known"}
    context.forget()
    context.run.server.missing.add(CONFIG)
    assert read(context) == first


def test_a_server_without_that_path_is_planned_all_the_same(world: World) -> None:
    """Nothing differs, and an update finds the version that it has to name."""
    context = entered(world)
    context.run.server.missing.add(CONFIG)
    kind = MuteTimingKind(context.run)
    (timing,) = [one for one in kind.read(context) if one.managed]
    assert timing.spec == next(iter(kind.desired(context.cabinet))).spec
    kind.update(context, timing, timing)
    assert world.plan(world.volga)["changes"] == []


def test_a_rule_that_others_put_into_our_group_after_the_plan_is_kept(world: World) -> None:
    """Whether the group is updated, made anew or deleted."""
    context = entered(world)
    org, kind = context.org.number, RuleGroupKind(context.run)
    group = next(one for one in kind.read(context) if one.managed)
    theirs = {**rule(f"theirs{world.tag}", "T"), "folderUID": "smart-dashboards", "ruleGroup": group.ref.key}
    world.ask("POST", RULES, theirs, org=org)
    writes: tuple[Callable[[], None], ...] = (
        partial(kind.update, context, group, group),
        partial(kind.delete, context, group),
        partial(kind.create, context, group),
    )
    for write in writes:
        write()
        left = world.ask("GET", group_path("smart-dashboards", group.ref.key), org=org)["rules"]
        assert theirs["uid"] in {one["uid"] for one in left}
    assert world.plan(world.volga)["changes"] == []
