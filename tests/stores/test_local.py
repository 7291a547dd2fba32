"""Servers on loopback: they answer, they keep their data, and they end in every case."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.stores import local
from provision.stores.cluster import connect
from provision.stores.local import MetricsServer
from provision.stores.process import find
from provision.stores.wire import Login, ask
from tests.stores.world import write_users

KILLED = """
import sys
from pathlib import Path
from provision.stores import local
with local.victoria_metrics(Path(sys.argv[1]) / "m") as metrics, local.postgresql(Path(sys.argv[1]) / "e") as events:
    print(metrics.url.rpartition(":")[2], events.port, flush=True)
    sys.stdin.read()
"""


def taken(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def port_of(url: str) -> int:
    """The port of a server's URL."""
    return int(url.rpartition(":")[2])


@pytest.fixture
def folder(ground: Path, request: pytest.FixtureRequest) -> Path:
    """A folder the user postgres can reach."""
    return ground / str(request.node.name)


def test_victoria_metrics_answers_keeps_and_ends(folder: Path) -> None:
    """It listens on loopback only, gives its data back after a restart, and is gone when left."""
    with local.victoria_metrics(folder) as server:
        sent = server.ask("/api/v1/import/prometheus", method="POST", body=b"kept 7 1700000000000\n")
        port = port_of(server.url)
        assert sent.status == 204
        assert taken(port)
    assert not taken(port)
    with local.victoria_metrics(folder) as server:
        kept = server.ask("/api/v1/export?match[]=kept")

    assert '"values":[7]' in kept.text


def test_the_stores_own_endpoints_need_its_key(folder: Path) -> None:
    """Deleting, flushing and the like are closed to whoever lacks the key of this very server."""
    with local.victoria_metrics(folder) as server:
        deleting = server.ask("/api/v1/admin/tsdb/delete_series?match[]=x").status
        allowed = server.ask(f"/internal/force_flush?authKey={server.key}").status

    assert deleting >= 400
    assert allowed == 200


def test_postgresql_answers_keeps_and_ends(folder: Path) -> None:
    """It gives its data back after a restart, with the same password, and is gone when left."""
    with local.postgresql(folder) as server, connect(server.conninfo()) as connection:
        connection.execute("CREATE TABLE public.kept AS SELECT 7 AS x")
        first = server
    assert not taken(first.port)
    with local.postgresql(folder) as server, connect(server.conninfo()) as connection:
        assert connection.execute("SELECT x FROM public.kept").fetchall() == [(7,)]
        assert server.password == first.password


def test_postgresql_ends_while_somebody_is_connected(folder: Path) -> None:
    """An open session does not keep it running."""
    with local.postgresql(folder) as server:
        session = psycopg.connect(server.conninfo())
    assert not taken(server.port)
    session.close()


def test_a_server_ends_when_the_body_fails(folder: Path) -> None:
    """An exception in the body ends the server and comes out."""
    with pytest.raises(RuntimeError, match="mine"), local.victoria_metrics(folder) as server:
        raise RuntimeError("mine")

    assert not taken(port_of(server.url))


def test_servers_end_when_we_are_killed(folder: Path) -> None:
    """Killed without a chance to clean up, we leave no server behind."""
    folder.mkdir(mode=0o711)
    ours = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert ours.stdout is not None
    assert ours.stdin is not None
    ports = [int(port) for port in ours.stdout.readline().split()]
    assert len(ports) == 2
    assert all(map(taken, ports))
    os.kill(ours.pid, signal.SIGKILL)
    ours.wait()
    ours.stdin.close()
    ours.stdout.close()
    deadline = time.monotonic() + 30
    while any(map(taken, ports)) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not any(map(taken, ports))


def test_a_taken_port_is_reported(folder: Path) -> None:
    """A port that was asked for and is taken: an error with the server's own reason."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        reason = r"did not start: .*address already in use"
        with pytest.raises(StoreError, match=reason), local.victoria_metrics(folder, port):
            pass


def test_a_broken_user_file_is_reported(tmp_path: Path) -> None:
    """vmauth that does not start says why."""
    config = tmp_path / "auth.yml"
    config.write_text("users: []\n")
    with pytest.raises(StoreError, match=r"vmauth did not start: .*cannot be empty"), local.vmauth(config):
        pass


def test_vmauth_answers_and_ends(tmp_path: Path, root: RootSecret) -> None:
    """vmauth starts on a file we wrote, keeps its own metrics to itself, and is gone when left."""
    config = tmp_path / "auth.yml"
    write_users(config, local.MetricsServer("http://127.0.0.1:1", "x", Login("smart", "x")), root)
    with local.vmauth(config) as server:
        assert ask(f"{server.url}/metrics").status == 401
        assert ask(f"{server.url}/metrics?authKey={server.key}").status == 200
    assert not taken(port_of(server.url))


def test_a_missing_program_names_its_package() -> None:
    """A program that is not installed is named, with the way to install it."""
    with pytest.raises(StoreError, match="no-such-server is not installed") as caught:
        find("no-such-server", package="no-such-package")

    assert "apt-get install no-such-package" in str(caught.value.hint)


def test_a_servers_secrets_are_not_shown(folder: Path) -> None:
    """Keys and passwords are left out where a server is printed."""
    with local.postgresql(folder) as server:
        shown = repr(server)

    assert server.password not in shown


def test_no_secret_is_an_argument_of_a_process(tmp_path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Every user of the machine can read the arguments of every process."""
    config = tmp_path / "auth.yml"
    write_users(config, metrics_server, root)
    with local.vmauth(config) as server:
        arguments = b""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # ended meanwhile
                arguments += path.read_bytes()

    assert f"-auth.config={config}".encode() in arguments
    for secret in (metrics_server.key, metrics_server.login.password, server.key):
        assert secret.encode() not in arguments


def test_the_store_answers_nobody_without_a_login(metrics_server: MetricsServer) -> None:
    """Neither reading nor writing: Grafana's own server could do both for an Editor."""
    for path, method in (
        ("/api/v1/query?query=1", "GET"),
        ("/api/v1/export?match[]={__name__!=%22%22}", "GET"),
        ("/api/v1/import/prometheus", "POST"),
        ("/write", "POST"),
        (f"/api/v1/admin/tsdb/delete_series?match[]=x&authKey={metrics_server.key}", "GET"),
    ):
        body = b"x 1" if method == "POST" else None
        assert ask(metrics_server.url + path, method=method, body=body).status == 401
    assert metrics_server.ask("/api/v1/query?query=1").status == 200


def test_slow_questions_of_one_leave_room_for_others(metrics_server: MetricsServer) -> None:
    """More are answered side by side than one cabinet can ask; by itself the server would take twice its cores."""
    exposed = metrics_server.ask(f"/metrics?authKey={metrics_server.key}").text
    assert re.search(r"^vm_concurrent_select_capacity 32$", exposed, re.MULTILINE)
