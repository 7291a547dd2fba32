"""A limit on how long a sender may take for a request: then its connection is closed for reading."""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
LATE = "smart.late"  # in the environment of a request whose sender was too slow
_EVERY = 1.0  # seconds between two looks


class Watch(threading.Thread):
    """Looks once a second whether a request takes longer than `seconds` to arrive.

    The server reads a body in large pieces and waits for each: a timeout of the socket would not stop a sender of one
    byte a second.
    """

    def __init__(self, app: Wsgi, seconds: float) -> None:
        super().__init__(name="slow senders", daemon=True)
        self._app, self._seconds = app, seconds
        self._open: dict[int, tuple[float, socket.socket, dict[str, Any]]] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        connection = environ["gunicorn.socket"]
        self._open[id(environ)] = (time.monotonic() + self._seconds, connection, environ)
        try:
            return self._app(environ, start)
        finally:
            self._open.pop(id(environ), None)

    def run(self) -> None:
        while True:
            time.sleep(_EVERY)
            now = time.monotonic()
            for end, connection, environ in list(self._open.values()):
                if now > end and LATE not in environ:
                    environ[LATE] = True
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RD)
