"""Limits on how long a sender may take: then its connection is closed for reading."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
LATE = "smart.late"  # in the environment of a request whose sender was too slow
HURRY = "smart.hurry"  # there, too: call it to wait no longer than for a header
_HEADER = 15.0  # seconds that the header of a request may take
_EVERY = 1.0  # seconds between two looks


@dataclass(slots=True)
class _Wait:
    end: float
    connection: socket.socket
    environ: dict[str, Any] = field(default_factory=dict)


class Watch(threading.Thread):
    """Looks once a second whether a request takes too long to arrive: its header, or its body (`seconds`).

    The server reads in large pieces and waits for each: a timeout of the socket would not stop a sender of one byte a
    second.
    """

    def __init__(self, app: Wsgi, seconds: float) -> None:
        super().__init__(name="slow senders", daemon=True)
        self._app, self._seconds = app, seconds
        self._waits: dict[int, _Wait] = {}

    @contextmanager
    def header(self, connection: socket.socket) -> Iterator[None]:
        """Limits the time until the application is called."""
        with self._limited(connection, _HEADER, {}):
            yield

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        connection = environ["gunicorn.socket"]
        with self._limited(connection, self._seconds, environ) as wait:
            environ[HURRY] = lambda: setattr(wait, "end", min(wait.end, time.monotonic() + _HEADER))
            return self._app(environ, start)

    def run(self) -> None:
        while True:
            time.sleep(_EVERY)
            now = time.monotonic()
            for wait in list(self._waits.values()):
                if now > wait.end and LATE not in wait.environ:
                    wait.environ[LATE] = True
                    with suppress(OSError):
                        wait.connection.shutdown(socket.SHUT_RD)

    @contextmanager
    def _limited(self, connection: socket.socket, seconds: float, environ: dict[str, Any]) -> Iterator[_Wait]:
        """In force until left, in the place of a limit that the connection had."""
        wait = self._waits[id(connection)] = _Wait(time.monotonic() + seconds, connection, environ)
        try:
            yield wait
        finally:
            self._waits.pop(id(connection), None)
