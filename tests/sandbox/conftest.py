"""Sandboxes of any kind, and somebody who asks them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provision.sandbox import Sandbox, Settings
from tests.contract.caller import Caller

MakeAdmin = Callable[..., Caller]


@pytest.fixture
def make_admin(tmp_path: Path) -> Iterator[MakeAdmin]:
    """Starts a sandbox of that kind and gives its server admin, by basic auth; all end with the test."""
    started: list[tuple[Sandbox, Caller]] = []

    def make(settings: Settings | None = None) -> Caller:
        running = Sandbox(port=0, data=tmp_path / f"sandbox-{len(started)}", settings=settings)
        running.start()
        started.append((running, Caller(running.url, "admin", "admin")))
        return started[-1][1]

    yield make
    for running, caller in started:
        caller.close()
        running.close()


@pytest.fixture
def admin(sandbox: Sandbox) -> Iterator[Caller]:
    """The server admin of an ordinary sandbox, by basic auth."""
    caller = Caller(sandbox.url, "admin", "admin")
    yield caller
    caller.close()
