"""How a sandbox starts, ends, and keeps what it has."""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from provision.errors import ProvisionError
from provision.sandbox import Sandbox
from tests.contract.caller import Caller


@contextmanager
def process(*more: str) -> Iterator[subprocess.Popen[str]]:
    """A sandbox of its own process."""
    command = [sys.executable, "-m", "provision.sandbox", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_and_ends_when_asked(tmp_path: Path, how: signal.Signals) -> None:
    """The first line is the address; Ctrl-C and SIGTERM end it with 0 and without a word."""
    with process("--data", str(tmp_path)) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        caller = Caller(url, "admin", "admin")
        assert caller.get("/api/user")["login"] == "admin"
        os.kill(running.pid, how)
        _, errors = running.communicate(timeout=60)
        caller.close()
    assert (running.returncode, errors) == (0, "")
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_it_ends_quietly_under_load(tmp_path: Path) -> None:
    """Clients that ask on and on lose their connection, and nothing is said about it."""

    def ask_until_it_is_gone(url: str) -> int:
        caller, answers = Caller(url, "admin", "admin"), 0
        try:
            while True:
                assert caller.ask("POST", "/api/folders", {"title": "F"}).status_code == 200
                answers += 1
        except requests.ConnectionError:
            return answers
        finally:
            caller.close()

    with process("--data", str(tmp_path)) as running, ThreadPoolExecutor(4) as pool:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        asking = [pool.submit(ask_until_it_is_gone, url) for _ in range(4)]
        watcher = Caller(url, "admin", "admin")
        while watcher.get("/sandbox/requests")["total"] < 40:
            pass
        watcher.close()
        running.terminate()
        _, errors = running.communicate(timeout=60)
        assert sum(each.result() for each in asking) >= 40 - len(asking)  # the last answer of each may be lost
    assert (running.returncode, errors) == (0, "")


def test_its_kind_can_be_said_on_the_command_line(tmp_path: Path) -> None:
    """Version, API and quota."""
    with process("--data", str(tmp_path), "--api", "legacy", "--version", "9.5.0", "--quota", "user_org=1") as running:
        assert running.stdout is not None
        caller = Caller(running.stdout.readline().strip(), "admin", "admin")
        assert caller.get("/api/health")["version"] == "9.5.0"
        assert caller.ask("GET", "/apis").status_code == 404
        assert caller.ask("POST", "/api/orgs", {"name": "O"}).status_code == 403
        caller.close()


def test_what_is_in_it_outlives_it(tmp_path: Path) -> None:
    """The same folder again shows the same orgs, and ids go on."""
    orgs = []
    for name in ("A", "B"):
        running = Sandbox(port=0, data=tmp_path)
        running.start()
        caller = Caller(running.url, "admin", "admin")
        orgs.append(caller.do("POST", "/api/orgs", {"name": name})["orgId"])
        names = [org["name"] for org in caller.get("/api/orgs")]
        caller.close()
        running.close()
    assert names == ["A", "B", "Main Org."]
    assert orgs[1] > orgs[0]


def test_a_taken_port_is_said(tmp_path: Path, sandbox: Sandbox) -> None:
    """In both languages, with what to do."""
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(ProvisionError) as caught:
        Sandbox(port=port, data=tmp_path / "other")
    assert str(port) in caught.value.text.ru
    assert str(port) in caught.value.text.en
    assert caught.value.hint is not None


def test_a_taken_port_ends_the_process_without_a_traceback(tmp_path: Path, sandbox: Sandbox) -> None:
    """Exit 1 and two lines."""
    with process("--port", sandbox.url.rpartition(":")[2], "--data", str(tmp_path / "other")) as running:
        output, errors = running.communicate(timeout=60)
    assert (running.returncode, output) == (1, "")
    assert "is taken" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_said(tmp_path: Path, port: int) -> None:
    """Not a traceback."""
    with pytest.raises(ProvisionError):
        Sandbox(port=port, data=tmp_path)


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ProvisionError):
        Sandbox(port=0, data=tmp_path / "file")


def test_a_folder_serves_one_sandbox(tmp_path: Path) -> None:
    """The second one is refused with the reason; after the first has ended it may start."""
    first = Sandbox(port=0, data=tmp_path)
    first.start()
    with pytest.raises(ProvisionError) as caught:
        Sandbox(port=0, data=tmp_path)
    assert "другая песочница" in caught.value.text.ru
    first.close()
    second = Sandbox(port=0, data=tmp_path)
    second.start()
    second.close()


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    """Another address of this machine is refused."""
    port = int(sandbox.url.rpartition(":")[2])
    assert sandbox.url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_an_open_connection_ends_with_the_sandbox(tmp_path: Path) -> None:
    """Nobody talks to a server that is no more."""
    running = Sandbox(port=0, data=tmp_path)
    running.start()
    with closing(http.client.HTTPConnection("127.0.0.1", int(running.url.rpartition(":")[2]), timeout=5)) as connection:
        connection.request("GET", "/api/health")
        connection.getresponse().read()
        kept = connection.sock
        assert kept is not None
        running.close()
        assert kept.recv(1) == b""


def test_a_connection_serves_many_requests(sandbox: Sandbox) -> None:
    """Kept open, also after a body that nobody wanted."""
    with closing(http.client.HTTPConnection("127.0.0.1", int(sandbox.url.rpartition(":")[2]), timeout=5)) as connection:
        sockets: set[socket.socket | None] = set()
        for path in ("/api/health", "/api/nonsense", "/api/health"):
            connection.request("POST" if "nonsense" in path else "GET", path, body="x" * 1000)
            connection.getresponse().read()
            sockets.add(connection.sock)
        assert None not in sockets
        assert len(sockets) == 1


@pytest.mark.parametrize(("length", "status"), [("abc", 400), ("-1", 400), (str(10**12), 413)])
def test_a_length_that_cannot_be_is_refused(sandbox: Sandbox, length: str, status: int) -> None:
    """Before anything is read; the connection then ends."""
    port = int(sandbox.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"POST /api/orgs HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_a_body_may_come_in_chunks(sandbox: Sandbox) -> None:
    """As a stream of unknown length."""
    admin = Caller(sandbox.url, "admin", "admin")
    body = iter([b'{"name": ', b'"In chunks"}'])
    assert admin.session.post(f"{sandbox.url}/api/orgs", data=body, timeout=5).status_code == 200
    assert "In chunks" in [org["name"] for org in admin.get("/api/orgs")]
    admin.close()


def test_secrets_are_kept_nowhere(tmp_path: Path) -> None:
    """Neither passwords nor secrets of data sources are in the file."""
    running = Sandbox(port=0, data=tmp_path)
    running.start()
    caller = Caller(running.url, "admin", "admin")
    body = {"type": "prometheus", "access": "proxy", "secureJsonData": {"basicAuthPassword": "Very-secret-1"}}
    caller.do("POST", "/api/datasources", body)
    caller.do("POST", "/api/admin/users", {"login": "u", "password": "Very-secret-2"})
    caller.close()
    running.close()
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as db:
        dump = "\n".join(db.iterdump())
    assert "basicAuthPassword" in dump
    assert "Very-secret" not in dump


def test_a_request_after_the_end_says_nothing(sandbox: Sandbox) -> None:
    """Its thread ends quietly: pytest makes an error of whatever a thread raises."""
    with requests.Session() as session:
        session.get(f"{sandbox.url}/api/health", timeout=60).raise_for_status()
        sandbox._store.close()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{sandbox.url}/api/org", auth=("admin", "admin"), timeout=60)
