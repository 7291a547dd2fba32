"""A small estate, and what a healthy server holds after it was applied."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provision.sandbox import Sandbox
from tests.conftest import QUICK_SYNC
from tests.faults.faults import small_world, state
from tests.world import World


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """An estate of two cabinets, not yet applied, on a sandbox of its own."""
    folder = tmp_path / "estate"
    folder.mkdir()
    return small_world(sandbox.url, folder)


@pytest.fixture(scope="package")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What an apply on a healthy server leaves behind."""
    folder = tmp_path_factory.mktemp("undisturbed")
    running = Sandbox(port=0, data=folder / "sandbox", settings=QUICK_SYNC)
    running.start()
    world = small_world(running.url, folder)
    world.apply()
    yield state(world)
    running.close()
