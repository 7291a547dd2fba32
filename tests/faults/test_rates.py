"""Faults everywhere, drawn at random."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from provision.sandbox import Sandbox
from tests.conftest import QUICK_SYNC
from tests.faults.faults import QUICK, small_world, state, strike

SEEDS = int(os.environ.get("SEEDS", "100"))  # SEEDS=1000 for a night


@pytest.mark.parametrize("first", range(0, SEEDS, 10))
def test_a_tenth_of_all_answers_is_faulty(first: int, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    """Ten seeds each: the right end state or a clear error that a second apply ends; the admin is not locked out."""
    kinds = ("error_before", "error_after", "drop_before", "drop_after", "busy")
    for seed in range(first, first + 10):
        running = Sandbox(port=0, data=tmp_path / f"sandbox{seed}", settings=QUICK_SYNC)
        running.start()
        folder = tmp_path / f"estate{seed}"
        folder.mkdir()
        world = small_world(running.url, folder, api=("auto", "legacy")[seed % 2])
        strike(world, *({"kind": kind, "rate": 0.02} for kind in kinds), seed=seed)
        result = world.run("apply", "--yes", *QUICK)
        strike(world)
        assert result.exit_code in (0, 1, 4), result.output
        assert "Traceback" not in result.output
        if result.exit_code:
            assert re.search(r"500|429|No answer|locked", result.output), result.output
            world.apply()
        assert state(world) == undisturbed, f"seed {seed}"
        running.close()
