"""What every test may ask for: a sandbox of its own, and the Grafana under test."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from provision.sandbox import Sandbox, Settings

# How long an example takes says how busy the machine is, not whether the program is right.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# What is started where SIGINT is ignored (nohup, a job of a script) ignores it, too; the tests send it to programs.
signal.signal(signal.SIGINT, signal.default_int_handler)

QUICK_SYNC = Settings(alerting_sync_seconds=0.2)  # most tests have an apply on new orgs, which waits for that


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What programs keep for later runs is never that of the user."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A running sandbox, empty but for org 1 and admin/admin, ended with the test."""
    running = Sandbox(port=0, data=tmp_path / "sandbox", settings=QUICK_SYNC)
    running.start()
    yield running
    running.close()


@pytest.fixture(scope="session")
def grafana_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server under test: $GRAFANA_URL (login $GRAFANA_USER, $GRAFANA_PASSWORD), else a sandbox.

    It is shared by all tests: each makes its own orgs and users, and removes them.
    """
    given = os.environ.get("GRAFANA_URL")
    if given:
        yield given.rstrip("/")
        return
    running = Sandbox(port=0, data=tmp_path_factory.mktemp("grafana"), settings=QUICK_SYNC)
    running.start()
    yield running.url
    running.close()
