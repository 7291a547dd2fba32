"""A small fake of the product's pages on loopback: installations that are up, slow, in maintenance, or down."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from provision.stores.wire import basic

SMARTLOGIN = "Pw-Example-7"
MAIN = "<html><title>Техэксперт</title>Главная страница</html>"


@dataclass
class Installation:
    """One fake server. `code` and `pages` (path -> text) may be changed while it runs; `seconds` is its delay.

    `/docs/` and `/admin/` require smartlogin's password.
    """

    port: int
    code: int = 200
    seconds: float = 0
    pages: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    installation: Installation
    closing: Event

    def handle_error(self, request: object, client_address: object) -> None:
        """A prober that hangs up in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        ours = self.server.installation
        ours.asked[self.path] = ours.asked.get(self.path, 0) + 1
        self.server.closing.wait(ours.seconds)
        code, text = ours.code, ours.pages.get(self.path, MAIN)
        locked = self.path.startswith(("/docs/", "/admin/", "/spp/"))
        if locked and self.headers["Authorization"] != basic("smartlogin", SMARTLOGIN)["Authorization"]:
            code, text = 401, "sign in"
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def installation(
    *, code: int = 200, seconds: float = 0, pages: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    """A running one on a free port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.closing = Event()
    server.installation = Installation(int(server.server_address[1]), code, seconds, dict(pages or {}))
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.installation
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def closed_port() -> Iterator[int]:
    """A port of loopback that refuses connections, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


def until(holds: Callable[[], object], patience: float = 60) -> None:
    """Waits until `holds()` is true; an AssertionError after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
