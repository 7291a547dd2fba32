"""Senders that are slow, speak no HTTP or ask for patterns; a spool that is full or closed: an answer, no defect."""

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from provision.stores.local import EventsServer, MetricsServer
from tests.receive.stage import KEY, PATIENCE, Receiver, receiving, status, zipped
from tests.world import World

# Root writes everywhere while it has these.
AS_A_USER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


@contextmanager
def connected(receiver: Receiver, begin: str) -> Iterator[socket.socket]:
    """A connection that has sent the beginning of a request."""
    host, port = receiver.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(begin.encode())
        yield connection


def upload(receiver: Receiver, *headers: str, token: str = "") -> str:
    """The beginning of an upload up to its body."""
    lines = (
        f"POST /upload?token={token or receiver.token} HTTP/1.1",
        *("Host: x", "upload: yes", f"dealer: {receiver.dealer}"),
        *("Content-Type: multipart/form-data; boundary=b", *headers),
    )
    return "\r\n".join(lines) + "\r\n\r\n"


@contextmanager
def trickling(*connections: socket.socket) -> Iterator[None]:
    """Each gets a byte five times a second, until it is closed or this is left."""
    ended = threading.Event()

    def trickle(connection: socket.socket) -> None:
        try:
            while not ended.wait(0.2):
                connection.sendall(b"x")
        except OSError:
            pass

    drops = [threading.Thread(target=trickle, args=(one,)) for one in connections]
    for drop in drops:
        drop.start()
    try:
        yield
    finally:
        ended.set()
        for drop in drops:
            drop.join()


def test_a_slow_sender_is_ended_and_hinders_nobody(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """More slow senders than threads: each gets 408, and then others are served."""
    options = ("--threads", "2", "--patience", "3")
    with receiving(applied, tmp_path, metrics_server, events_server, *options) as receiver:
        begin = upload(receiver, "Content-Length: 100000") + "--b\r\n"
        with connected(receiver, begin) as one, connected(receiver, begin) as other, trickling(one, other):
            answers = [one.recv(64), other.recv(64)]
        assert [answer[:13] for answer in answers] == [b"HTTP/1.1 408 "] * 2, receiver.said()
        assert receiver.send("Zavod.status", status()).status_code == 200


def test_slow_headers_and_strangers_hinder_nobody(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """Whoever has no token cannot hold a thread: neither with a header without end, nor with the body of a refused
    upload, of which the beginning is read.
    """
    with receiving(applied, tmp_path, metrics_server, events_server, "--threads", "2") as receiver:
        header = "GET /health HTTP/1.1\r\nHost: x\r\nX-Endless: "
        body = upload(receiver, "Content-Length: 100000", token="wrong")
        with connected(receiver, header) as one, connected(receiver, body) as other, trickling(one, other):
            assert requests.get(f"{receiver.url}/health", timeout=PATIENCE).ok
            assert other.recv(64).startswith(b"HTTP/1.1 401 ")
            assert one.recv(64) == b""
        assert "defect" not in receiver.said()


def test_what_is_no_http_is_refused(receiver: Receiver) -> None:
    """A chunk without a length; a body that ends in the middle of its part."""
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="Zavod.status"\r\n\r\n' + status().decode()
    with connected(receiver, upload(receiver, "Transfer-Encoding: chunked") + "ZZ\r\n" + part) as connection:
        assert connection.recv(64).startswith(b"HTTP/1.1 400 ")
    with connected(receiver, upload(receiver, f"Content-Length: {len(part) + 9}") + part) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(64).startswith(b"HTTP/1.1 400 ")
    assert "defect" not in receiver.said()


def test_chunks_are_taken(receiver: Receiver) -> None:
    """An upload without Content-Length, as proxies send it."""
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="Zavod.status"\r\n\r\n' + status(90).decode()
    whole = f"{part}\r\n--b--\r\n"
    chunks = "".join(f"{len(line):x}\r\n{line}\r\n" for line in whole.splitlines(keepends=True)) + "0\r\n\r\n"
    with connected(
        receiver, upload(receiver, "Transfer-Encoding: chunked", "Connection: close") + chunks
    ) as connection:
        assert connection.recv(64).startswith(b"HTTP/1.1 200 ")


def test_a_name_is_no_pattern(receiver: Receiver) -> None:
    """HEAD finds the file that it names, and no other."""
    assert receiver.send("Zavod.status", status(60)).status_code == 200
    found = {ext: receiver.head(f"Zavod.{ext}") for ext in ("status", "*", "st?tus", "[s]tatus", "exe")}
    assert found == {"status": 200, "*": 404, "st?tus": 404, "[s]tatus": 404, "exe": 404}


@pytest.mark.parametrize("excess", [100, 5000, 200_000])
def test_a_full_disk_is_507(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer, excess: int
) -> None:
    """When the kernel refuses a write (a limit on the size of files), be it that of the last bytes."""
    limit = 64 << 10
    limited = ("bash", "-c", f'ulimit -f {limit >> 10} && exec "$@"', "-")
    with receiving(applied, tmp_path, metrics_server, events_server, wrapper=limited) as receiver:
        small = zipped(a_bin=bytes(range(256)) * 2000)
        large = zipped(a_bin=random.Random(1).randbytes(limit + excess))
        assert len(large) > limit > len(small)
        answer = receiver.send("Zavod.zip", large)
        assert answer.status_code == 507, receiver.said()
        assert list((receiver.spool / "incoming").iterdir()) == []
        assert receiver.send("Zavod.zip", small).status_code == 200
        assert "Traceback" not in receiver.said()


def test_a_disk_with_less_than_the_reserve_is_507(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """Before a byte is written."""
    with receiving(applied, tmp_path, metrics_server, events_server, "--reserve", str(1 << 40)) as receiver:
        assert receiver.send("Zavod.status", status()).status_code == 507
        assert "Traceback" not in receiver.said()


def test_a_closed_spool_is_503_and_named(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """Nothing is acknowledged; the log says why; files are taken again as soon as the rights are back."""
    with receiving(applied, tmp_path, metrics_server, events_server, wrapper=AS_A_USER) as receiver:
        (receiver.spool / "incoming").chmod(0o500)
        try:
            answer = receiver.send("Zavod.status", status())
        finally:
            (receiver.spool / "incoming").chmod(0o700)
        assert answer.status_code == 503
        assert "the spool cannot be written: Permission denied" in receiver.said()
        assert "defect" not in receiver.said()
        assert receiver.send("Zavod.status", status(5)).status_code == 200


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1:99999", ":8080", "[::1]:80x"])
def test_an_address_that_cannot_be_is_refused(applied: World, listen: str) -> None:
    """Before anything is started."""
    done = applied.run("receive", "--listen", listen, "--spool", str(applied.folder / "spool"))
    assert (done.exit_code, "--listen" in done.output) == (2, True)
    assert KEY not in done.output
