"""A fake of an online server on loopback: one folder a behaviour. It also answers as a proxy, for any host.

What the real one looks like is not published; the folders are the ways in which a server may behave.
"""

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.gate import listening

HOME = "<h1>Made-up account</h1>"
QUOTAS = (
    '<table><tr id="docs"><td>120</td><td>300</td></tr><tr id="search"><td>0</td><td>300</td></tr>'
    '<tr id="print"><td>150</td><td>150</td></tr><tr id="upload"><td>7</td><td>50</td></tr></table>'
)
FORM = (
    '<form method="post" action="enter"><input type="hidden" name="csrf" value="x1">'
    '<input name="user"><input type="password" name="pass"></form>'
)


class Product(BaseHTTPRequestHandler):
    """`passwords` by login; `seen` are the requests, `at_once` the most polls of one moment."""

    protocol_version = "HTTP/1.1"
    passwords: ClassVar[dict[str, str]]
    seen: ClassVar[list[str]]
    hosts: ClassVar[list[str]]
    running: ClassVar[list[int]]

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        self.seen.append(f"{self.command} {path}")
        self.hosts.append(str(self.headers.get("Host")))
        folder = path.split("/")[1]
        self.running.append(self.running[-1] + 1 if self.running else 1)
        try:
            getattr(self, f"_{folder}", self._missing)(path, body)
        finally:
            self.running.append(self.running[-1] - 1)

    def _docs(self, path: str, body: bytes) -> None:
        """A sign-in page with a form; the session is a cookie."""
        if path.endswith("/enter"):
            sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if sent.get("csrf") == "x1" and self.passwords.get(sent.get("user", "")) == sent.get("pass"):
                self._reply(302, "", {"Location": "home", "Set-Cookie": "session=1; Path=/"})
            else:
                self._reply(200, FORM)
        elif "session=1" not in (self.headers.get("Cookie") or ""):
            self._reply(200, FORM)
        else:
            self._reply(200, QUOTAS if path.endswith("/quotas") else HOME)

    def _basic(self, _path: str, _body: bytes) -> None:
        """Basic authentication."""
        kind, _, given = (self.headers.get("Authorization") or "").partition(" ")
        login, _, password = base64.b64decode(given).decode().partition(":")
        if kind == "Basic" and self.passwords.get(login) == password:
            self._reply(200, HOME)
        else:
            self._reply(401, "", {"WWW-Authenticate": 'Basic realm="docs"'})

    def _forbidden(self, _path: str, _body: bytes) -> None:
        self._reply(403, "")

    def _broken(self, _path: str, _body: bytes) -> None:
        self._reply(503, "")

    def _slow(self, _path: str, _body: bytes) -> None:
        """Does not answer in any time a test gives it."""
        for _ in range(300):
            time.sleep(0.1)
            if getattr(self.server, "ended", False):
                return

    def _garbage(self, _path: str, _body: bytes) -> None:
        self.wfile.write(b"this is no HTTP\r\n\r\n")
        self.close_connection = True

    def _half(self, _path: str, _body: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        self.close_connection = True

    def _closed(self, _path: str, _body: bytes) -> None:
        self.close_connection = True

    def _circle(self, path: str, _body: bytes) -> None:
        self._reply(302, "", {"Location": path})

    def _away(self, _path: str, _body: bytes) -> None:
        self._reply(302, "", {"Location": "http://other.example.ru/docs/"})

    def _large(self, _path: str, _body: bytes) -> None:
        self._reply(200, "x" * (9 << 20))

    def _missing(self, _path: str, _body: bytes) -> None:
        self._reply(404, "")

    def _reply(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body)), "Content-Type": "text/html"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ended = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error here."""


@contextmanager
def product(**passwords: str) -> Iterator[tuple[str, type[Product]]]:
    """`host:port` of a server that knows these logins, and its handler."""
    kind = type("One", (Product,), {"passwords": passwords, "seen": [], "hosts": [], "running": []})
    server = _Server(("127.0.0.1", 0), kind)
    with listening(server) as port:
        try:
            yield f"127.0.0.1:{port}", kind
        finally:
            server.ended = True


@contextmanager
def full_port() -> Iterator[str]:
    """`host:port` with a full queue of connections that are not accepted: a new one is never made."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        queued = [socket.socket() for _ in range(4)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(address)
        try:
            yield f"127.0.0.1:{address[1]}"
        finally:
            for one in queued:
                one.close()


def most_at_once(kind: type[Product]) -> int:
    """The most requests that the server had at one moment."""
    return max(kind.running, default=0)
