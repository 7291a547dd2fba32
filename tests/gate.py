"""A proxy before Grafana: it may require a header, and may change what Grafana answers."""

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import requests

Edit = Callable[[str, bytes], bytes]


class Gate(BaseHTTPRequestHandler):
    """Passes requests on to Grafana; those without the right header are 401."""

    server_version, sys_version = "gate/1.0", ""
    protocol_version = "HTTP/1.1"
    target: ClassVar[str]
    name: ClassVar[str] = ""
    value: ClassVar[str] = ""
    edit: ClassVar[Edit]
    refuse: ClassVar[str] = ""  # paths that Grafana would refuse, as a regular expression

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.name and self.headers.get(self.name) != self.value:
            self.reply(401, b"<h1>401</h1>", {"WWW-Authenticate": 'Basic realm="office"'})
            return
        if self.refuse and re.search(self.refuse, self.path):
            self.reply(403, b'{"message": "Access denied"}', {"Content-Type": "application/json"})
            return
        headers = {key: value for key, value in self.headers.items() if key not in ("Host", self.name)}
        sent = requests.request(
            self.command,
            f"{self.target}{self.path}",
            data=body,
            headers=headers,
            timeout=30,
            allow_redirects=False,
        )
        kept = {key: sent.headers[key] for key in ("Content-Type", "Location") if key in sent.headers}
        content = type(self).edit(self.path, sent.content)
        self.reply(sent.status_code, content, kept, sent.raw.headers.getlist("Set-Cookie"))

    def reply(self, status: int, body: bytes, headers: dict[str, str], cookies: list[str] | None = None) -> None:
        self.send_response(status)
        for key, value in [*headers.items(), *(("Set-Cookie", cookie) for cookie in cookies or ())]:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the names it has there

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def unchanged(_path: str, body: bytes) -> bytes:
    return body


@contextmanager
def gate(target: str, *, name: str = "", value: str = "", edit: Edit = unchanged, refuse: str = "") -> Iterator[str]:
    """The address of a gate before that server."""
    kind = {"target": target, "name": name, "value": value, "edit": staticmethod(edit), "refuse": refuse}
    handler = type("OneGate", (Gate,), kind)
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def listening(server: socketserver.TCPServer) -> Iterator[int]:
    """Serves in a thread; the port."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
