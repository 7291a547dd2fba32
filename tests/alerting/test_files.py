"""What `render` and `mail-rules` write for a cabinet, without a server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An estate; no server is asked."""
    (tmp_path / "estate").mkdir()
    world = World("http://127.0.0.1:1", "admin", "admin", folder=tmp_path / "estate", api="auto")
    isolated = "    isolated: true\n"
    world.change("tenants.yaml", isolated, f'{isolated}    telegram: {{chat: "-1001234567890"}}\n')
    world.change("tenants.yaml", "defaults: {", 'defaults: {alerting: {quiet_hours: [{from: "22:00", to: "08:00"}]}, ')
    return world


def rendered(world: World, tmp_path: Path) -> dict[str, Any]:
    """The files of Volga's alerting, by name."""
    result = world.run("render", world.volga, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    folder = tmp_path / "out" / world.volga / "alerting"
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in folder.iterdir()}


def test_alerting_is_rendered_in_the_form_of_file_provisioning(world: World, tmp_path: Path) -> None:
    """Each file has its section; the token is a name from the environment, and no other dollar is one."""
    files = rendered(world, tmp_path)
    assert {"contact-points.json", "policies.json", "templates.json", "mute-timings.json"} <= set(files)
    assert all(file["apiVersion"] == 1 for file in files.values())
    points = {one["name"]: one["receivers"][0] for one in files["contact-points.json"]["contactPoints"]}
    assert points["smart-telegram"]["settings"]["bottoken"] == "$SMART_TELEGRAM_TOKEN"
    (tree,) = files["policies.json"]["policies"]
    receivers = {route["receiver"] for route in tree["routes"][0]["routes"]}
    assert receivers == set(points)
    groups = [group for name, file in files.items() if name.startswith("rules-") for group in file["groups"]]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {group["folder"] for group in groups} == {"SMART"}
    assert "smart-kodekstcpstatus" in {rule["uid"] for rule in rules}
    (tcp,) = [rule for rule in rules if rule["uid"] == "smart-kodekstcpstatus"]
    named = (tcp["annotations"]["__dashboardUid__"], int(tcp["annotations"]["__panelId__"]))
    assert named == (tcp["dashboardUid"], tcp["panelId"])
    assert named[0] == "smart-kodeks-server-metrics"
    assert not any("$" in json.dumps(rule["labels"]) or "$" in rule["title"] for rule in rules)


def test_a_folder_whose_title_is_a_path_is_one_folder(world: World, tmp_path: Path) -> None:
    """Grafana takes an unescaped slash for a folder in a folder, and `$NAME` for a variable."""
    world.change("tenants.yaml", "defaults: {", "defaults: {folder: 'Аварии/«Волга» {{ $HOME }}', ")
    files = rendered(world, tmp_path)
    groups = [group for name, file in files.items() if name.startswith("rules-") for group in file["groups"]]
    assert {group["folder"] for group in groups} == {r"Аварии\/«Волга» {{ $$HOME }}"}


def test_sorting_rules_for_each_mailbox(world: World, tmp_path: Path) -> None:
    """Rules only for the alerts that the mailbox gets: that of usage has none for outages."""
    result = world.run("mail-rules", world.volga, "-o", str(tmp_path / "out"), "--from", "alert@example.ru")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "out" / world.volga
    texts = {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in folder.rglob("*.*")}
    for mailbox in ("high_priority", "managers"):
        assert '"] KodeksTcpStatus K"' in texts[f"{mailbox}/smart.sieve"]
        assert "OR (subject,contains,] KodeksTcpStatus K)" in texts[f"{mailbox}/msgFilterRules.dat"]
        assert 'address :is "from" "alert@example.ru"' in texts[f"{mailbox}/smart.sieve"]
    assert not any("KodeksTcpStatus " in text for name, text in texts.items() if name.startswith("usage/"))


def test_an_empty_list_ends_the_quiet_hours_of_a_higher_level(world: World, tmp_path: Path) -> None:
    """Maintenance windows, too."""
    title = f"title: Волга {world.tag}\n"
    assert "mute-timings.json" in rendered(world, tmp_path / "before")
    world.change("tenants.yaml", title, f"{title}        alerting: {{quiet_hours: [], maintenance: []}}\n")
    assert "mute-timings.json" not in rendered(world, tmp_path / "after")


def test_settings_that_cannot_be_are_found_by_check(world: World) -> None:
    """A time without its quotes, a day that is none, and a window that ends before it begins."""
    good = 'quiet_hours: [{from: "22:00", to: "08:00"}]'
    for bad, code in (
        ("quiet_hours: [{from: 22:00, to: 25:00}]", "Y"),
        ("quiet_hours: [{weekdays: [someday]}]", "Y"),
        ('maintenance: [{from: "2026-12-30 20:00", to: "2026-12-30 19:00"}]', "N01"),
        ("operator: nobody", "Y"),
    ):
        world.change("tenants.yaml", good, bad)
        result = world.run("check")
        assert result.exit_code == 1, (bad, result.output)
        assert code in result.output, (bad, result.output)
        world.change("tenants.yaml", bad, good)
    assert world.run("check", "--explain", "N01").exit_code == 0
