"""Attempts that share a request: a server in front of the sandbox answers the queries, as Grafana 12.4 does."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from provision.sandbox import Sandbox
from provision.stores.attempts import METRIC_ATTEMPTS, ROW_ATTEMPTS
from tests.test_audit import add_ural, audit
from tests.world import World

_NUMBERS, _EVALUATION, _ROWS = (
    "numbers through /api/ds/query",
    "numbers through /api/v1/eval",
    "rows through /api/ds/query",
)


class Front(ThreadingHTTPServer):
    """Hands everything to the sandbox but queries. These it answers with the own client's name, or refuses them.

    A query with a text of `leaky` is answered with the neighbour's. `most` queries may share a request, if it is not 0:
    others get 413. `sizes` says how many each request had.
    """

    def __init__(self, sandbox: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sandbox = urlsplit(sandbox).netloc
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.theirs, self.most = "", 0
        self.leaky: tuple[str, ...] = ()
        self.keeps = 0  # so many times a setting is still there in a session that was left alone
        self.sizes: list[int] = []

    def answer(self, query: dict[str, Any], *, by_admin: bool) -> dict[str, Any]:
        """The part of one query. The admin of the audit asks for what the neighbour itself sees."""
        text = str(query.get("expr") or query.get("rawSql"))
        if "current_setting('application_name')" in text:
            self.keeps -= 1
            seen = "smart-attempt" if self.keeps >= 0 else "''"
        elif by_admin or any(leak in text for leak in self.leaky):
            seen = self.theirs
        elif "rawSql" in query and not text.startswith("SELECT DISTINCT"):
            return {"error": "db query error: pq: permission denied", "errorSource": "downstream", "status": 500}
        else:
            seen = "one of its own"
        frame = {"schema": {"fields": [{"name": "client", "type": "string"}]}, "data": {"values": [[seen]]}}
        return {"status": 200, "frames": [frame]}


class _Handler(BaseHTTPRequestHandler):
    server: Front

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path in ("/api/ds/query", "/api/v1/eval"):
            self._query(json.loads(body))
            return
        sandbox = http.client.HTTPConnection(self.server.sandbox, timeout=60)
        sandbox.request(self.command, self.path, body=body, headers=dict(self.headers))
        with sandbox.getresponse() as answer:
            text = answer.read()
        sandbox.close()
        kept = [pair for pair in answer.getheaders() if pair[0] in ("Set-Cookie", "Content-Type")]
        self._send(answer.status, text, kept)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the library's names

    def _query(self, asked: dict[str, Any]) -> None:
        queries = asked.get("queries") or [{**one["model"], "refId": one["refId"]} for one in asked["data"]]
        if self.server.most and len(queries) > self.server.most:
            self._send(413, b"<html>Request Entity Too Large</html>", [])
            return
        self.server.sizes.append(len(queries))
        by_admin = "X-Grafana-Org-Id" in self.headers
        results = {query["refId"]: self.server.answer(query, by_admin=by_admin) for query in queries}
        is_wrong = "queries" in asked and any("error" in result for result in results.values())
        self._send(400 if is_wrong else 200, json.dumps({"results": results}).encode(), [])

    def _send(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Prints nothing."""


@contextmanager
def serving(front: Front) -> Iterator[None]:
    """The server, until the block ends."""
    thread = threading.Thread(target=front.serve_forever)
    thread.start()
    try:
        yield
    finally:
        front.shutdown()
        thread.join()
        front.server_close()


@pytest.fixture
def front(sandbox: Sandbox) -> Iterator[Front]:
    server = Front(sandbox.url)
    with serving(server):
        yield server


@pytest.fixture
def world(front: Front, tmp_path: Path) -> World:
    """Three cabinets, applied; past Grafana nobody answers."""
    world = World(front.url, "admin", "admin", folder=tmp_path, api="auto")
    world.change("tenants.yaml", "127.0.0.1:8427", "127.0.0.1:1")
    world.change("tenants.yaml", "127.0.0.1:5432", "127.0.0.1:1")
    add_ural(world)
    world.apply()
    front.theirs = f"{world.tag}b.example.ru:80, {world.tag}c.example.ru:80"
    return world


def of_queries(findings: list[dict[str, str]]) -> list[dict[str, str]]:
    """Those that a group may have answered."""
    return [one for one in findings if one["way"].startswith((_NUMBERS, _EVALUATION, _ROWS))]


def leaked(findings: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(one["way"].partition(" (")[0], one["attempt"]) for one in findings if one["verdict"] == "leaked"}


def test_a_leak_in_a_group_is_that_attempts_own(world: World, front: Front) -> None:
    """A few of many answers of a request show the neighbour's client, or let through what must be refused."""
    front.leaky = ("label_del", "TABLESAMPLE", "SELECT * FROM core.clients;")
    findings = of_queries(audit(world, world.volga, status=1))
    assert max(front.sizes) > 10
    assert leaked(findings) == {
        (_NUMBERS, "a label dropped by label_del"),
        (_EVALUATION, "a label dropped by label_del"),
        (_ROWS, "TABLESAMPLE"),
        (_ROWS, "SELECT * FROM core.clients"),
    }


def test_a_group_that_fails_as_a_whole_is_asked_one_by_one(world: World, front: Front) -> None:
    """As by a proxy in front that limits requests: nothing is judged another way, each attempt is sent."""
    front.leaky = ("label_del",)
    whole = of_queries(audit(world, world.volga, status=1))
    requests, front.most = len(front.sizes), 1
    front.sizes.clear()
    assert of_queries(audit(world, world.volga, status=1)) == whole
    assert {*front.sizes} == {1}
    assert len(front.sizes) > requests + 60
    assert {one["attempt"] for one in whole} > {METRIC_ATTEMPTS[0].what.en, ROW_ATTEMPTS[0].what.en}
    assert {one["verdict"] for one in whole} == {"held", "leaked"}


@pytest.mark.parametrize(("keeps", "verdict"), [(2, "held"), (99, "leaked")])
def test_a_session_that_a_colleague_kept_is_no_leak(world: World, front: Front, keeps: int, verdict: str) -> None:
    """Whoever asks through the same data source meanwhile keeps it alive; it leaks if it is there each time."""
    front.keeps = keeps
    findings = of_queries(audit(world, world.volga, status=1))
    assert {one["verdict"] for one in findings if one["attempt"] == "a setting left in the session"} == {verdict}
