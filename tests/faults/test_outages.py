"""A server that stays broken or goes away, and somebody who is faster."""

import re

import pytest
import requests

from benchmarks import estate
from tests.faults.faults import QUICK, in_a_process, strike, until, until_struck
from tests.world import World


def test_a_server_that_stays_broken_fails_one_cabinet_only(world: World) -> None:
    """A cabinet whose writes keep failing is reported with what to do; the other one is done, exit 4."""
    world.apply(world.don)
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    org = world.org(world.don)
    strike(world, {"kind": "error_before", "method": "PUT", "path": f"/namespaces/org-{org}/dashboards"})
    result = world.apply(*QUICK, status=4)
    assert world.don in result.output
    assert "database is locked" in result.output
    strike(world)
    world.apply()
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("kind", ["cut_body", "drop_before", "gateway", "error_before"])
def test_a_cabinet_that_cannot_be_read_is_refused_alone(world: World, kind: str) -> None:
    """All repeats in vain: it is refused with what to do, the other one is done, exit 4."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    org = world.org(world.don)
    strike(world, {"kind": kind, "method": "GET", "path": f"/namespaces/org-{org}/dashboards"})
    result = world.apply(*QUICK, status=4)
    assert len(re.findall(r"^! .*nothing was written here: .* Hint: \S", result.output, re.MULTILINE)) == 1, (
        result.output
    )
    strike(world)
    assert {change["cabinet"] for change in world.plan()["changes"]} == {world.don}


def cut_off(world: World, *command: str) -> tuple[int, str]:
    """Exit code and output of a run on twelve cabinets that the server leaves alone in the middle, for good."""
    requests.delete(f"{world.url}/sandbox/requests", timeout=60)
    running = in_a_process(world, *command, "--pause", "0.1")
    until(lambda: requests.get(f"{world.url}/sandbox/requests", timeout=60).json()["total"] > 100)
    strike(world, {"kind": "drop_before"})
    output, _ = running.communicate(timeout=300)
    dropped = requests.get(f"{world.url}/sandbox/faults", timeout=60).json()[0]["struck"]
    assert dropped < 60, output  # twelve cabinets with all their repeats would ask many more times
    assert "Traceback" not in output
    return running.returncode, output


def test_a_server_that_goes_away_ends_a_plan_soon(world: World) -> None:
    """With one error: the cabinets do not wait for all their repeats each."""
    estate.write(world.folder, 12, tag=world.tag)
    world.apply()
    status, output = cut_off(world, "plan")
    assert (status, output.count("No answer from"), output.count("Hint")) == (1, 1, 1), output


def test_a_server_that_goes_away_ends_an_apply_soon(world: World) -> None:
    """With the outcomes: a line for each cabinet that was not finished, and the next apply does the rest."""
    estate.write(world.folder, 12, tag=world.tag)
    status, output = cut_off(world, "apply", "--yes", "--format", "json")
    assert status in (1, 4), output  # 1 where no cabinet was finished before
    assert 4 < output.count("No answer from") <= 12, output
    strike(world)
    world.apply()
    assert world.plan()["changes"] == []


def test_somebody_was_faster(world: World) -> None:
    """An object that another hand changes between plan and write is not written over; the apply says so."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    org = world.org(world.volga)
    # The write is held up while the other hand works.
    path = f"/namespaces/org-{org}/dashboards/smart-for-managers$"
    strike(world, {"kind": "delay", "method": "PUT", "path": path, "seconds": 2, "times": 1})
    running = in_a_process(world, "apply", world.volga, "--yes", *QUICK)
    until_struck(world)
    whole = world.ask("GET", "/api/dashboards/uid/smart-for-managers", org=org)
    whole["dashboard"]["title"] = "by hand"
    body = {"dashboard": whole["dashboard"], "folderUid": whole["meta"]["folderUid"], "overwrite": True}
    world.ask("POST", "/api/dashboards/db", body, org=org)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 1, output
    assert "smart-for-managers" in output
    title = world.ask("GET", "/api/dashboards/uid/smart-for-managers", org=org)["dashboard"]["title"]
    assert title == "by hand"
    world.apply()
    assert world.run("drift").exit_code == 0
