"""Alerting of cabinets planned, applied and checked for drift, on the server under test."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.alerting import POINTS, POLICIES, RULES, TEMPLATES, TIMINGS, group_path, point, rule
from tests.world import World, on_server

KINDS = ("message template", "mute timing", "contact point", "notification policy", "rule group")
TELEGRAM = {"SMART_TELEGRAM_TOKEN": "1234567:only-for-tests"}


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, not yet applied."""
    with on_server(grafana_url, tmp_path) as world:
        yield world


def add(world: World, text: str) -> None:
    """Adds settings to the cabinet Volga."""
    title = f"title: Волга {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        {text}\n")


def of_alerting(changes: list[dict[str, Any]], cabinet: str) -> set[tuple[str, str, str]]:
    """Kind, key and action of the cabinet's changes in its alerting."""
    return {
        (one["kind"], one["key"], one["action"])
        for one in changes
        if one["cabinet"] == cabinet and one["kind"] in KINDS
    }


def route(world: World, org: int) -> dict[str, Any]:
    """Our route as it is on the server."""
    (ours,) = [
        one for one in world.ask("GET", POLICIES, org=org)["routes"] if ["smart", "=", "1"] in one["object_matchers"]
    ]
    return dict(ours)


def test_a_cabinet_gets_its_alerting_and_a_second_apply_writes_nothing(world: World) -> None:
    """The org is new: the apply waits until the server has given it its notification settings."""
    add(world, 'alerting: {quiet_hours: [{from: "22:00", to: "08:00"}], runbooks: "https://smart.example.ru/alerts"}')
    world.apply(world.volga)
    org, manager = world.org(world.volga), world.login("ivanova")
    points = {row["name"]: row for row in world.ask("GET", POINTS, org=org)}
    assert set(points) == {f"smart-{box}@example.ru" for box in ("sos", "usage", manager)}
    assert all(row["provenance"] == "api" and row["uid"].startswith("smart-") for row in points.values())
    children = {(child["receiver"], *child["object_matchers"][-1]) for child in route(world, org)["routes"]}
    assert children == {
        ("smart-sos@example.ru", "route", "=", "high_priority"),
        ("smart-usage@example.ru", "route", "=", "usage"),
        (f"smart-{manager}@example.ru", "route", "=", "high_priority"),
        (f"smart-{manager}@example.ru", "route", "=", "usage"),
    }
    rules = world.ask("GET", RULES, org=org)
    assert rules
    assert all(one["folderUID"] == "smart-dashboards" and one["labels"]["smart"] == "1" for one in rules)
    assert {one["name"] for one in world.ask("GET", TEMPLATES, org=org)} == {
        "smart-chat",
        "smart-mail",
        "smart-subject",
    }
    (timing,) = world.ask("GET", TIMINGS, org=org)
    assert {one["location"] for one in timing["time_intervals"]} == {"Europe/Samara"}
    before = world.writes()
    assert world.plan(world.volga)["summary"] == {"create": 0, "update": 0, "delete": 0, "unmanaged": 0}
    world.apply(world.volga)
    assert world.writes() == before
    assert world.run("drift", world.volga).exit_code == 0


def test_only_what_changed_is_written(world: World) -> None:
    """Another mailbox: its contact point and the routes; the old one goes after the routes."""
    world.apply(world.volga)
    org = world.org(world.volga)
    rules = world.ask("GET", RULES, org=org)
    world.change("tenants.yaml", "high_priority: sos@example.ru", "high_priority: Other@example.ru")
    assert of_alerting(world.plan(world.volga)["changes"], world.volga) == {
        ("contact point", "smart-other@example.ru", "create"),
        ("notification policy", "smart", "update"),
        ("contact point", "smart-sos@example.ru", "delete"),
    }
    world.apply(world.volga)
    assert "smart-sos@example.ru" not in {row["name"] for row in world.ask("GET", POINTS, org=org)}
    assert world.ask("GET", RULES, org=org) == rules
    assert world.run("drift", world.volga).exit_code == 0


def test_what_others_made_is_kept_and_listed(world: World) -> None:
    """A root, a branch, a contact point, a template, a timing, a rule and one inside our group."""
    world.apply(world.volga)
    org = world.org(world.volga)
    group = next(one["ruleGroup"] for one in world.ask("GET", RULES, org=org))
    world.ask("POST", POINTS, point("theirs", "theirs"), org=org)
    world.ask("PUT", f"{TEMPLATES}/theirs", {"template": "x"}, org=org)
    world.ask("POST", TIMINGS, {"name": "theirs", "time_intervals": [{"weekdays": ["monday"]}]}, org=org)
    world.ask(
        "PUT", group_path("smart-dashboards", "theirs"), {"interval": 60, "rules": [rule("theirs", "A")]}, org=org
    )
    world.ask("POST", RULES, {**rule("also", "B"), "folderUID": "smart-dashboards", "ruleGroup": group}, org=org)
    tree = world.ask("GET", POLICIES, org=org)
    branch = {"receiver": "theirs", "object_matchers": [["team", "=", "net"]], "mute_time_intervals": ["theirs"]}
    theirs = {**tree, "receiver": "theirs", "routes": [branch, *tree["routes"]]}
    world.ask("PUT", POLICIES, {key: value for key, value in theirs.items() if key != "provenance"}, org=org)
    world.change("tenants.yaml", "usage: usage@example.ru", "usage: other@example.ru")
    made = world.plan(world.volga)
    listed = {(one["kind"], one["key"]) for one in made["unmanaged"]}
    assert listed == {
        ("contact point", "theirs theirs"),
        ("message template", "theirs"),
        ("mute timing", "theirs"),
        ("notification policy", "→ theirs"),
        ("notification policy", "[['team', '=', 'net']] → theirs"),
        ("rule group", "theirs/theirs"),
        ("rule group", f"{group}/also"),
    }
    world.apply(world.volga)
    after = world.ask("GET", POLICIES, org=org)
    assert (after["receiver"], after["routes"][1]) == ("theirs", branch)
    assert after["routes"][0]["object_matchers"] == [["smart", "=", "1"]]  # before a branch that might take its alerts
    assert {"theirs", "also"} <= {one["uid"] for one in world.ask("GET", RULES, org=org)}
    made = world.plan(world.volga)
    assert {(one["kind"], one["key"]) for one in made["unmanaged"]} == listed
    assert made["changes"] == []


def test_what_others_name_is_not_deleted(world: World) -> None:
    """A branch of others with our mailbox and our quiet hours; the reason and the way out are reported."""
    hours = 'alerting: {quiet_hours: [{from: "22:00", to: "08:00"}]}'
    add(world, hours)
    world.apply(world.volga)
    org = world.org(world.volga)
    tree = {key: value for key, value in world.ask("GET", POLICIES, org=org).items() if key != "provenance"}
    branch = {
        "receiver": "smart-usage@example.ru",
        "object_matchers": [["team", "=", "net"]],
        "mute_time_intervals": ["smart-quiet-hours"],
    }
    world.ask("PUT", POLICIES, {**tree, "routes": [*tree["routes"], branch]}, org=org)
    world.change("tenants.yaml", "usage: usage@example.ru", "usage: other@example.ru")
    world.change("tenants.yaml", hours, "alerting: {}")
    said = world.apply(world.volga, status=1).output
    assert "409" in said
    assert "A branch or rule of others names it" in said
    assert of_alerting(world.plan(world.volga)["changes"], world.volga) == {
        ("contact point", "smart-usage@example.ru", "delete"),
        ("mute timing", "smart-quiet-hours", "delete"),
    }
    tree = {key: value for key, value in world.ask("GET", POLICIES, org=org).items() if key != "provenance"}
    assert branch in tree["routes"]
    world.ask("PUT", POLICIES, {**tree, "routes": tree["routes"][:-1]}, org=org)
    world.apply(world.volga)
    assert world.plan(world.volga)["changes"] == []


def test_a_changed_rule_comes_back_and_the_others_of_its_group_are_not_touched(world: World) -> None:
    """Also one that was deleted; rules of others in the group stay through the write."""
    world.apply(world.volga)
    org = world.org(world.volga)
    before = world.ask("GET", RULES, org=org)
    group, folder = before[0]["ruleGroup"], before[0]["folderUID"]
    same = [one for one in before if one["ruleGroup"] == group]
    assert len(same) > 2
    whole = world.ask("GET", group_path(folder, group), org=org)
    world.ask("POST", RULES, {**rule("theirs", "T"), "folderUID": folder, "ruleGroup": group}, org=org)
    changed = [{**same[0], "title": "Другое"}, *same[2:], world.ask("GET", f"{RULES}/theirs", org=org)]
    world.ask("PUT", group_path(folder, group), {"interval": whole["interval"] + 60, "rules": changed}, org=org)
    assert of_alerting(world.plan(world.volga)["changes"], world.volga) == {("rule group", group, "update")}
    world.apply(world.volga)
    after = {one["uid"]: one for one in world.ask("GET", RULES, org=org)}
    assert set(after) == {*(one["uid"] for one in before), "theirs"}
    assert after[same[2]["uid"]]["updated"] == same[2]["updated"] or after[same[2]["uid"]]["title"] == same[2]["title"]
    assert after[same[0]["uid"]]["title"] == same[0]["title"]
    assert world.ask("GET", group_path(folder, group), org=org)["interval"] == whole["interval"]
    assert world.run("drift", world.volga).exit_code == 0


def test_a_secret_is_written_once_and_never_shown(world: World) -> None:
    """Another token is a difference; without one, a cabinet that has a chat is refused and nothing is deleted."""
    world.change("tenants.yaml", "    isolated: true\n", '    isolated: true\n    telegram: {chat: "-1001234567890"}\n')
    refused = world.run("plan", world.volga)
    assert refused.exit_code == 1
    assert "SMART_TELEGRAM_TOKEN" in refused.output
    world.env.update(TELEGRAM)
    log = world.apply(world.volga, "--diff").output
    org = world.org(world.volga)
    settings = {row["name"]: row["settings"] for row in world.ask("GET", POINTS, org=org)}["smart-telegram"]
    assert (settings["chatid"], settings["bottoken"]) == ("-1001234567890", "[REDACTED]")
    assert world.plan(world.volga)["changes"] == []
    token = TELEGRAM["SMART_TELEGRAM_TOKEN"]
    world.env["SMART_TELEGRAM_TOKEN"] = f"{token}-new"
    made = world.run("plan", "--format", "json", world.volga).stdout
    assert of_alerting(json.loads(made)["changes"], world.volga) == {("contact point", "smart-telegram", "update")}
    log += world.apply(world.volga).output
    assert world.plan(world.volga)["changes"] == []
    assert token not in log + made
    assert token not in json.dumps(settings)


def test_the_operators_log_has_a_token_of_each_cabinet(world: World) -> None:
    """Not shown either; without its address it goes, and its route first."""
    world.env["SMART_LOG_URL"] = "http://127.0.0.1:9/alerts"
    world.apply(world.volga)
    org = world.org(world.volga)
    (log,) = [row for row in world.ask("GET", POINTS, org=org) if row["name"] == "smart-log"]
    assert log["settings"]["url"] == "http://127.0.0.1:9/alerts"
    assert log["settings"]["authorization_credentials"] == "[REDACTED]"
    assert route(world, org)["routes"][0]["receiver"] == "smart-log"
    assert world.plan(world.volga)["changes"] == []
    del world.env["SMART_LOG_URL"]
    world.apply(world.volga)
    assert "smart-log" not in {row["name"] for row in world.ask("GET", POINTS, org=org)}


def test_a_suspended_cabinet_tells_nobody_and_comes_back(world: World) -> None:
    """Its routes are muted before its rules are paused; all of it is taken back."""
    world.apply(world.volga)
    org = world.org(world.volga)
    before = route(world, org)
    add(world, "state: suspended")
    world.apply(world.volga)
    muted = route(world, org)
    assert {tuple(one["mute_time_intervals"]) for one in (muted, *muted["routes"])} == {("smart-suspended",)}
    assert all(one["isPaused"] for one in world.ask("GET", RULES, org=org))
    assert world.plan(world.volga)["changes"] == []
    world.change("tenants.yaml", "state: suspended", "state: active")
    world.apply(world.volga)
    assert route(world, org) == before
    assert not any(one["isPaused"] for one in world.ask("GET", RULES, org=org))
    assert world.ask("GET", TIMINGS, org=org) == []


def test_an_absent_cabinet_is_saved_with_its_alerting(world: World) -> None:
    """Templates, contact points, policies and rules are in the backup; rules of others keep the org."""
    world.apply(world.volga)
    org = world.org(world.volga)
    world.ask(
        "PUT", group_path("smart-dashboards", "theirs"), {"interval": 60, "rules": [rule("theirs", "A")]}, org=org
    )
    add(world, "state: absent")
    refused = world.run("apply", "--yes", world.volga)
    assert "theirs/theirs" in refused.output
    world.ask("DELETE", group_path("smart-dashboards", "theirs"), org=org)
    count = len(world.plan(world.volga)["refused"][0]["changes"])
    world.apply(world.volga, "--allow-deletes", f"{world.volga}={count}")
    (file,) = (world.folder / "backup").glob("*.json")
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert {"smart-mail", "smart-chat"} <= {one["name"] for one in saved["message templates"]}
    assert "smart-sos@example.ru" in {one["name"] for one in saved["contact points"]}
    assert saved["notification policies"]["routes"]
    assert {one["uid"] for one in saved["alert rules"]} >= {"smart-kodekstcpstatus"}
