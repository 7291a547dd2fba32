"""The files of collection in the one flow: planned, applied, checked for drift, closed with the cabinet."""

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from provision.collect.folder import HEADER
from provision.sandbox import Sandbox
from tests.world import World

KIND = "collection file"
SHARED = {"blackbox.yml", "relabel.yml", "rules.yml", "scrape.yml"}


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """An estate of two cabinets whose collection files are ours to write."""
    (tmp_path / "estate").mkdir()
    world = World(sandbox.url, "admin", "admin", folder=tmp_path / "estate", api="auto")
    world.env = {"SMART_TARGETS_DIR": str(tmp_path / "collection")}
    return world


def folder(world: World) -> Path:
    return Path(world.env["SMART_TARGETS_DIR"])


def files(world: World) -> dict[str, int]:
    """Every file by its name, with the time of its last change."""
    found = (one for one in folder(world).rglob("*") if one.is_file())
    return {str(one.relative_to(folder(world))): one.stat().st_mtime_ns for one in found}


def labels(world: World, cabinet: str) -> list[Mapping[str, Any]]:
    """The labels of a cabinet's targets."""
    text = (folder(world) / f"targets/{cabinet}.json").read_text(encoding="utf-8")
    return [group["labels"] for group in json.loads(text) if group["targets"]]


def planned(world: World) -> list[tuple[str, str]]:
    """What the plan would do to files: (action, name)."""
    return [(one["action"], one["key"]) for one in world.plan()["changes"] if one["kind"] == KIND]


def allowed(world: World) -> list[str]:
    """The options that the plan requires for its deletions in Grafana; none where it requires none."""
    found = re.search(rf"(--allow-deletes) ({world.volga}=\d+)", world.run("plan").output)
    return [found[1], found[2]] if found else []


def test_apply_writes_them_once(world: World) -> None:
    """A file a cabinet and the shared ones, for the group to read; a second apply finds nothing to do."""
    world.apply()
    made = files(world)

    assert made.keys() == {*SHARED, f"targets/{world.volga}.json", f"targets/{world.don}.json"}
    assert {stat.S_IMODE((folder(world) / name).stat().st_mode) for name in made} == {0o640}
    assert world.plan()["changes"] == []
    world.apply()
    assert files(world) == made


def test_targets_are_those_of_the_lists(world: World) -> None:
    """Three checks an installation with its own cabinet, client and manager; one that sends by itself is not probed."""
    line = world.manager_line("ivanova", "Zavod").replace("http,", "smartupload,").replace(",ping,", ",donotping,")
    lists = folder(world).parent / "estate/volga_manager_20260417.csv"
    lists.write_text(lists.read_text(encoding="utf-8") + "\n" + line, encoding="utf-8")
    world.apply()
    address = f"{world.tag}a.example.ru:80"

    found = labels(world, world.volga)
    assert [one["check"] for one in found] == ["icmp", "tcp", "http200"]
    for one in found:
        who = (world.volga, address, address, world.login("ivanova"))
        assert (one["cabinet"], one["client"], one["host"], one["manager"]) == who


def test_a_change_of_one_list_changes_one_file(world: World) -> None:
    """A new manager is a new label; the files of others, and the shared ones, are not touched."""
    world.apply()
    before = files(world)
    world.change("volga_manager_20260417.csv", world.login("ivanova"), world.login("orlova"))
    name = f"targets/{world.volga}.json"

    assert planned(world) == [("update", name)]
    world.apply("--allow-deletes", f"{world.volga}=2")
    after = files(world)
    assert {one for one in after if after[one] != before[one]} == {name}
    assert {one["manager"] for one in labels(world, world.volga)} == {world.login("orlova")}


def test_a_profile_switches_checks_on(world: World) -> None:
    """`checks` of the profile run beside the three; an unknown name is a mistake of tenants.yaml."""
    world.change("tenants.yaml", 'company: {dashboards: ["*"],', 'company: {dashboards: ["*"], checks: [auth, key],')
    world.apply()
    assert [one["check"] for one in labels(world, world.volga)] == ["icmp", "tcp", "http200", "auth", "key"]
    world.change("tenants.yaml", "checks: [auth, key]", "checks: [auht]")
    result = world.run("check")
    assert result.exit_code == 1
    assert "auth" in result.output


@pytest.mark.parametrize("state", ["suspended", "absent"])
def test_probes_end_with_the_cabinet(world: World, state: str) -> None:
    """The target file goes once Grafana is done with the cabinet; the neighbour's stays. It comes back with it."""
    world.apply()
    world.change("tenants.yaml", f"title: Волга {world.tag}", f"title: Волга {world.tag}\n        state: {state}")
    world.apply(*allowed(world))
    assert files(world).keys() == {*SHARED, f"targets/{world.don}.json"}
    world.change("tenants.yaml", f"state: {state}", "state: active")
    # The record of the accounts goes with the org of an absent cabinet.
    people = [world.login(name) for name in ("ivanova", "orlova")] if state == "absent" else []
    world.apply(*(option for login in people for option in ("--adopt-login", login)))
    assert len(labels(world, world.volga)) == 3


def test_a_list_with_errors_does_not_end_probes(world: World) -> None:
    """A cabinet that is refused keeps its targets as they are."""
    world.apply()
    world.write("volga_manager_20260417.csv", "\x00")
    world.run("apply", "--yes")
    assert len(labels(world, world.volga)) == 3


def test_what_somebody_changed_is_put_right(world: World) -> None:
    """A target changed by hand, a shared file edited, a mode opened, a file removed: drift sees it, apply ends it."""
    world.apply()
    name = folder(world) / f"targets/{world.volga}.json"
    text = name.read_text(encoding="utf-8")
    name.write_text(text.replace('"check": "icmp"', '"check": "tcp"'), encoding="utf-8")
    (folder(world) / "scrape.yml").write_text(HEADER + "scrape_configs: []\n", encoding="utf-8")
    (folder(world) / f"targets/{world.don}.json").chmod(0o644)
    (folder(world) / "rules.yml").unlink()

    assert world.run("drift").exit_code == 3
    assert {key for _, key in planned(world)} == {
        "scrape.yml",
        "rules.yml",
        f"targets/{world.volga}.json",
        f"targets/{world.don}.json",
    }
    world.apply()
    assert world.plan()["changes"] == []
    assert name.read_text(encoding="utf-8") == text


def test_files_of_others_are_left_alone_and_listed(world: World) -> None:
    """A target file without our mark, one of a cabinet that the estate does not know, a shared file of another."""
    world.apply()
    theirs = {
        "targets/theirs.json": '[{"targets": ["203.0.113.7:80"]}]',
        "targets/gone.json": '[\n{"targets": [], "labels": {"__smart_cabinet": "gone"}}\n]\n',
        "blackbox.yml": "modules: {}\n",
    }
    for name, text in theirs.items():
        (folder(world) / name).write_text(text, encoding="utf-8")
    shown = world.run("drift").output
    world.apply()

    for name, text in theirs.items():
        assert name in shown
        assert (folder(world) / name).read_text(encoding="utf-8") == text


def test_without_the_folder_nothing_is_written(world: World, tmp_path: Path) -> None:
    """No variable, no files, and no such kind in the plan."""
    world.env.clear()
    assert planned(world) == []
    world.apply()
    assert not (tmp_path / "collection").exists()
