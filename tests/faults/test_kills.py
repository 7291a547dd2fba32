"""Applies that are killed or interrupted."""

import os
import signal
import time
from typing import Any

import pytest

from tests.faults.faults import QUICK, in_a_process, state, strike, until_struck
from tests.world import World

KILLS = int(os.environ.get("KILLS", "40"))  # one after each number of writes; KILLS=1000 for a night


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_kill_is_mended_by_the_next_apply(world: World, undisturbed: dict[str, Any], kill: int) -> None:
    """SIGKILL after so many writes; the next apply ends as an undisturbed one does, object by object."""
    running = in_a_process(world, "apply", "--yes", *QUICK)
    after = 1 + kill % 40
    while running.poll() is None and world.writes() < after:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    world.apply()
    assert state(world) == undisturbed
    assert world.run("drift").exit_code == 0


def test_ctrl_c_finishes_what_is_under_way_and_says_what_was_not_done(world: World) -> None:
    """The request under way ends, the rest is reported as not done, and the next apply does it."""
    strike(world, {"kind": "delay", "method": "POST", "path": "dashboards", "seconds": 1, "times": 1})
    running = in_a_process(world, "apply", "--yes", *QUICK)
    until_struck(world)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode in (1, 4), output
    assert "Traceback" not in output
    assert "Interrupted" in output
    assert "Not finished. Written:" in output
    strike(world)
    world.apply()
    assert world.run("drift").exit_code == 0
