"""How many requests a plan takes, as a sandbox counts them: the cost of a plan of hundreds of cabinets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from provision.grafana import Connection, Grafana
from provision.grafana.server import _workers
from provision.sandbox import Sandbox, Settings
from tests.world import World


@pytest.fixture(params=[False, True], ids=["without alerting", "with alerting"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied, on a server of its own."""
    running = Sandbox(port=0, data=tmp_path / "sandbox", settings=Settings(alerting=request.param))
    running.start()
    world = World(running.url, "admin", "admin", folder=tmp_path, api="auto")
    world.apply()
    world.http.delete(f"{world.url}/sandbox/requests", timeout=60)
    yield world
    running.close()


def counted(world: World) -> list[dict[str, Any]]:
    """Rows `{method, path, org, status, count}` since the apply."""
    return list(world.http.get(f"{world.url}/sandbox/requests", timeout=60).json()["requests"])


def test_a_plan_without_changes_takes_eight_requests_a_cabinet(world: World) -> None:
    """And two with alerting; `GET /api/org` both proves the org and shows its mark."""
    assert world.plan()["changes"] == []
    rows = counted(world)
    has_alerting = any("/alertmanager/" in row["path"] for row in rows)
    for cabinet in (world.volga, world.don):
        org = world.org(cabinet)
        assert sum(row["count"] for row in rows if row["org"] == org) == (10 if has_alerting else 8)
    others = [row for row in rows if row["org"] < 2]
    assert "/api/orgs/:org" not in {row["path"] for row in others}
    assert sum(row["count"] for row in others) <= 12


def test_a_path_that_the_server_does_not_have_is_asked_once(world: World) -> None:
    """`/api/auth/keys` is gone from Grafana 12: drift does not ask for it in each org."""
    assert world.run("drift", "--workers", "1").exit_code == 0
    asked = [row for row in counted(world) if row["path"] == "/api/auth/keys"]
    assert [(row["status"], row["count"]) for row in asked] == [(404, 1)]


def test_connections_are_kept_and_used_again(sandbox: Sandbox) -> None:
    """Also by as many workers as there may be: each connection that is made anew costs time, with TLS the most."""
    server = Grafana(Connection(sandbox.url, "admin", "admin", workers=32))
    together = Barrier(32, timeout=60)

    def ask(_number: int) -> object:
        together.wait()
        return server.get("/api/health")

    with ThreadPoolExecutor(32) as threads:
        assert all(threads.map(ask, range(5 * 32)))
    assert 1 <= server._transport._client._pool.num_connections <= 32


@pytest.mark.parametrize(
    ("database", "workers"),
    [
        ({"type": "sqlite3", "max_idle_conn": "50"}, 2),
        ({"type": "postgres", "max_idle_conn": "2"}, 2),
        ({"type": "postgres", "max_idle_conn": "5"}, 5),
        ({"type": "mysql", "max_idle_conn": "100"}, 8),
        ({"type": "postgres", "max_idle_conn": "0"}, 2),
        ({"type": "postgres", "max_idle_conn": "-1"}, 2),
        ({"type": "postgres"}, 2),
        ({}, 2),
    ],
)
def test_as_many_workers_as_the_server_keeps_connections_for(database: dict[str, str], workers: int) -> None:
    assert _workers(database) == workers
