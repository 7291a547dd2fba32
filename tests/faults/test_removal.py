"""A cabinet is removed while things go wrong."""

import json
import re
import signal
import subprocess
import time

import pytest
import requests

from tests.faults.faults import FAULTS, QUICK, environment, in_a_process, state, strike, typed, until_struck
from tests.world import World


def take_away(world: World) -> tuple[str, ...]:
    """Volga becomes absent in tenants.yaml; the words with which the brakes let it go."""
    world.change("tenants.yaml", "title: Волга same", "title: Волга same\n        state: absent")
    refused = world.run("apply", world.volga, "--yes")
    found = re.search(rf"--allow-deletes {world.volga}=\d+", refused.output)
    assert found, refused.output
    return tuple(found[0].split())


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_cabinet_is_taken_away_under_faults(world: World, fault: str, method: str) -> None:
    """Whatever goes wrong twice, reading or deleting: one whole backup, no org, and the other cabinet as it was."""
    world.apply()
    don = state(world)["Дон same"]
    allow = take_away(world)
    place = {"DELETE": "^/api/orgs/[0-9]+$", "GET": "^/api/dashboards/uid/smart-for-managers"}[method]
    strike(world, {**FAULTS[fault], "method": method, "path": place})
    world.apply(*QUICK, *allow)
    assert requests.get(f"{world.url}/sandbox/faults", timeout=60).json()[0]["struck"] in (1, 2)
    strike(world)
    assert world.orgs() == ["Дон same"]
    assert state(world)["Дон same"] == don
    (file,) = (world.folder / "backup").iterdir()
    assert json.loads(file.read_text(encoding="utf-8"))["cabinet"] == world.volga
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("kind", ["delay", "drop_before"])
def test_a_kill_while_a_cabinet_is_taken_away(world: World, kind: str) -> None:
    """SIGKILL while the org is deleted: the backup is there, the org is whole or gone, and the next apply ends it."""
    world.apply()
    allow = take_away(world)
    strike(world, {"kind": kind, "method": "DELETE", "path": "^/api/orgs/[0-9]+$", "seconds": 1, "times": 1000})
    running = in_a_process(world, "apply", "--yes", *QUICK, *allow)
    until_struck(world)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    time.sleep(1.5 if kind == "delay" else 0)  # what was asked before the kill is still carried out
    strike(world)
    assert list((world.folder / "backup").glob("*.json"))
    assert world.orgs() == (["Дон same"] if kind == "delay" else ["Волга same", "Дон same"])
    world.apply(*(allow if kind == "drop_before" else ()))
    assert world.orgs() == ["Дон same"]
    assert world.run("drift").exit_code == 0


def test_a_full_disk_keeps_the_cabinet(world: World) -> None:
    """No room for the backup: the message says so and that nothing was deleted; no part of a file stays."""
    world.apply()
    allow = take_away(world)
    command = ["bash", "-c", 'ulimit -f 8 && exec "$@"', "-", *typed(world, "apply", "--yes", *QUICK, *allow)]
    done = subprocess.run(command, env=environment(world), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 4, done.stderr
    output = done.stdout + done.stderr
    assert "could not be written" in output
    assert "nothing was deleted" in output
    assert "Traceback" not in output
    assert list((world.folder / "backup").iterdir()) == []
    assert world.orgs() == ["Волга same", "Дон same"]
    world.apply(*allow)
    assert world.orgs() == ["Дон same"]
