"""One connection of a client: kept for many requests, and cut with the server."""

import io
import socket
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

_LARGEST_BODY = 64 * 1024 * 1024


class Handler(WSGIRequestHandler):
    """Answers leave at once and in one piece: of two packets the second would wait 40 ms for the first to arrive."""

    server: "Server"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        """Let the server know of the connection."""
        super().setup()
        self.server.open_connections.add(self.connection)

    def finish(self) -> None:
        """Forget it; what could not be sent any more is lost."""
        self.server.open_connections.discard(self.connection)
        with suppress(OSError):
            super().finish()
        self.rfile.close()  # which the line above has not come to where the last answer could not be sent

    def run_wsgi(self) -> None:
        """Answer one request. Werkzeug's own version closes the connection after each, as no Grafana does."""
        environ = self.make_environ()
        said = str(environ.get("CONTENT_LENGTH") or "0")
        length = int(said) if said.isdecimal() else -1
        if not 0 <= length <= _LARGEST_BODY:  # send_error closes, for the body was not read
            self.send_error(HTTPStatus.BAD_REQUEST if length < 0 else HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = environ["wsgi.input"]
        is_chunked = environ.get("wsgi.input_terminated", False)
        environ["wsgi.input"] = io.BytesIO(body.read() if is_chunked else body.read(length))
        self._send(Response.from_app(self.server.app, environ, buffered=True))

    def _send(self, answer: Response) -> None:
        body = answer.get_data()
        answer.headers.setdefault("Content-Length", str(len(body)))
        self.send_response(answer.status_code)
        for key, value in answer.headers:
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 — the name it has there
        """Say nothing: requests are counted."""


class Server(ThreadedWSGIServer):
    """Knows its open connections, so as to end them with itself."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.open_connections: set[socket.socket] = set()
        super().__init__(*args, **more)

    def process_request_thread(self, *args: Any) -> None:
        """A connection that came too late ends its thread with SystemExit: no hook for threads hears of it."""
        with suppress(SystemExit):
            super().process_request_thread(*args)

    def server_close(self) -> None:
        """Stop listening and cut what is open."""
        super().server_close()
        for connection in tuple(self.open_connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
