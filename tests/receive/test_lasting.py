"""What was acknowledged lasts: through kill -9 at any moment, and while the store is down. Nothing counts twice."""

import http.client
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from provision.stores import local
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.process import find, serving
from provision.stores.wire import Login, ask
from tests.receive.stage import Receiver, eventually, points, receiving, status
from tests.world import World

KILLS, OF_ALL = 100, 5  # how often the serving process is killed, and how often the whole receiver
PAUSE = 0.25  # seconds at most between two kills


def times_of(receiver: Receiver, client: str) -> list[int]:
    """The times of the client's status files that the store has, in unix seconds; one twice if it has it twice."""
    selector = f'{{__name__="kserver_main_page",cabinet="{receiver.world.volga}",client="{client}"}}'
    found = points(receiver, selector)
    return sorted(int(one) // 1000 for series in found for one in series["timestamps"])


class Sender(threading.Thread):
    """Sends files one after the other, each until it is acknowledged, as a script does that is run again."""

    def __init__(self, receiver: Receiver, start: int) -> None:
        super().__init__()
        self.acknowledged: list[int] = []
        self.refused: list[str] = []
        self._receiver, self._start, self._ended = receiver, start, threading.Event()

    def run(self) -> None:
        for at in range(self._start, self._start + 1400):
            while not self._ended.is_set():
                try:
                    answer = self._receiver.send("Zavod.status", status(at=at))
                except requests.RequestException:
                    self._ended.wait(0.02)
                    continue
                if answer.status_code != 200:
                    self.refused.append(answer.text)
                self.acknowledged.append(at)
                break

    def end(self) -> None:
        self._ended.set()
        self.join()


@contextmanager
def store(folder: Path, port: int = 0) -> Iterator[MetricsServer]:
    """A VictoriaMetrics that has the same key and password at each start."""
    login, key = Login("smart", "Pw-Example-of-the-store"), "key-of-the-store-for-tests"
    keys = {"httpAuth_username": login.user, "httpAuth_password": login.password, "forceFlushAuthKey": key}

    def command(chosen: int) -> list[str]:
        where = [f"-httpListenAddr=127.0.0.1:{chosen}", f"-storageDataPath={folder / 'store'}"]
        return [
            find("victoria-metrics"),
            *where,
            "-retentionPeriod=100y",
            "-memory.allowedPercent=10",
            "-envflag.enable",
        ]

    def answers(chosen: int) -> bool:
        return ask(f"http://127.0.0.1:{chosen}/health", timeout=2).status == 200

    with serving(command, port, folder / "store.log", answers, environment=keys) as (chosen, pid):
        yield MetricsServer(f"http://127.0.0.1:{chosen}", key, login, pid)


def test_nothing_is_lost_or_doubled_by_kills(applied: World, ground: Path, events_server: EventsServer) -> None:
    """A hundred kills at random moments, a few of them of the whole receiver, while files come and are delivered."""
    chance, folder = random.Random(1), ground / "kills"
    folder.mkdir()
    with local.victoria_metrics(folder / "metrics") as metrics:
        sender, port = None, 0
        for number in range(OF_ALL):
            with receiving(applied, folder / "receiver", metrics, events_server, port=port) as receiver:
                port = int(receiver.url.rpartition(":")[2])
                if sender is None:
                    sender = Sender(receiver, int(time.time()) - 1500)
                    sender.start()
                for kill in range(KILLS // OF_ALL - 1):
                    if kill % 4 == 0:
                        so_far = len(sender.acknowledged)
                        eventually(lambda: len(sender.acknowledged) > so_far, "files are acknowledged in between")  # noqa: B023
                    time.sleep(chance.uniform(0, PAUSE))  # the moment of the kill, not a wait for a fact
                    receiver.kill_worker()
                time.sleep(chance.uniform(0, PAUSE))
                if number == OF_ALL - 1:
                    sender.end()
                receiver.kill()
        assert sender is not None
        with receiving(applied, folder / "receiver", metrics, events_server, port=port) as receiver:
            expected = set(sender.acknowledged)
            eventually(lambda: expected <= set(times_of(receiver, "Zavod")), "all that was acknowledged is delivered")
            eventually(lambda: not list((receiver.spool / "status").glob("*/*/*")), "nothing waits any more")
            found = times_of(receiver, "Zavod")

    assert sender.refused == []
    assert len(expected) >= KILLS / 4
    assert len(found) == len(set(found))


def test_what_comes_while_the_store_is_down_is_sent_later_once(
    applied: World, ground: Path, events_server: EventsServer
) -> None:
    """Acknowledged meanwhile, and delivered after the store and after the receiver have started anew."""
    folder, now = ground / "down", int(time.time())
    folder.mkdir()
    with store(folder) as metrics:
        port = int(metrics.url.rpartition(":")[2])
    with receiving(applied, folder / "receiver", metrics, events_server) as receiver:
        for age in range(20):
            assert receiver.send("Zavod.status", status(at=now - 30 * age)).status_code == 200
        eventually(lambda: "failed, tried again" in receiver.said(), "the receiver says that the store is down")
        with store(folder, port):
            eventually(lambda: len(times_of(receiver, "Zavod")) == 20, "all are delivered")
        assert receiver.send("Zavod.status", status(at=now - 700)).status_code == 200
    with (
        store(folder, port),
        receiving(applied, folder / "receiver", metrics, events_server) as receiver,
    ):
        eventually(lambda: now - 700 in times_of(receiver, "Zavod"), "what waited is delivered by the next receiver")
        found = times_of(receiver, "Zavod")

    assert found == sorted({now - 30 * age for age in range(20)} | {now - 700})
    assert "Traceback" not in receiver.said()


def test_one_file_does_not_hold_up_the_others(applied: World, ground: Path, events_server: EventsServer) -> None:
    """A client leaves the lists while the store is down; a file is damaged; one was emptied before a power cut."""
    folder, now = ground / "holdup", int(time.time())
    folder.mkdir()
    lists = applied.folder / "volga_manager_20260417.csv"
    before = lists.read_text(encoding="utf-8")
    with store(folder) as metrics:
        port = int(metrics.url.rpartition(":")[2])
    with receiving(applied, folder / "receiver", metrics, events_server) as receiver:
        for client in ("Fabrika", "Zavod"):
            assert receiver.send(f"{client}.status", status(at=now - 60)).status_code == 200
        lists.write_text("".join(line for line in before.splitlines(keepends=True) if "Fabrika" not in line))
        eventually(lambda: "its client has left the lists" in receiver.said(), "the receiver knows that it has left")
        with store(folder, port):
            eventually(lambda: times_of(receiver, "Zavod") == [now - 60], "the other client's file is delivered")
        assert receiver.send("Zavod.status", status(at=now - 90)).status_code == 200
    lists.write_text(before, encoding="utf-8")
    mine = receiver.spool / "status" / receiver.dealer / "Zavod"
    (mine / "1.status").write_bytes(b"damaged")
    (mine / "2.status").write_bytes(b"")
    for left in ("1-1", "smart-import-x/0"):  # a part, and what was being unpacked
        (receiver.spool / "incoming" / left).parent.mkdir(exist_ok=True)
        (receiver.spool / "incoming" / left).write_bytes(b"left by a kill")
    with store(folder, port), receiving(applied, folder / "receiver", metrics, events_server) as receiver:
        eventually(lambda: times_of(receiver, "Zavod") == [now - 90, now - 60], "the right file is delivered")
        eventually(lambda: not list((receiver.spool / "status").glob("*/*/*")), "nothing waits")
        assert list((receiver.spool / "incoming").iterdir()) == []

    kept = {one.relative_to(receiver.spool / "kept" / receiver.dealer) for one in receiver.spool.glob("kept/*/*/*")}
    assert kept == {Path("Fabrika") / f"{now - 60}.status", Path("Zavod") / "1.status"}
    assert (receiver.spool / "sent" / receiver.dealer / "Zavod" / "2.status").exists()


@contextmanager
def losing_answers(metrics: MetricsServer, count: int) -> Iterator[tuple[str, list[str]]]:
    """A proxy before the store that loses its first answers to imports; its address, and the paths asked for."""
    host, port = metrics.url.removeprefix("http://").split(":")
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection(host, int(port), timeout=30)
            connection.request("POST", self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            asked.append(self.path.partition("?")[0])
            if "import" in self.path and sum("import" in one for one in asked) <= count:
                self.connection.close()
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
            """Nothing: a test prints nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_answer_that_is_lost_doubles_nothing(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """The store took the numbers, its answer did not arrive: they are looked for before they are sent again."""
    with (
        losing_answers(metrics_server, 1) as (proxy, asked),
        receiving(applied, tmp_path, metrics_server, events_server, SMART_VM_URL=proxy) as receiver,
    ):
        now = int(time.time())
        assert receiver.send("Fabrika.status", status(at=now - 900)).status_code == 200
        eventually(lambda: "failed, tried again" in receiver.said(), "the answer is lost")
        eventually(lambda: not list((receiver.spool / "status").glob("*/*/*")), "it counts as delivered")
        found = times_of(receiver, "Fabrika")

    assert found.count(now - 900) == 2  # once for each of its two managers
    assert "/api/v1/export" in asked
