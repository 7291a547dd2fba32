"""The sandbox as a server: HTTP/1.1 on loopback, its state in a folder."""

import errno
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from provision.errors import ProvisionError
from provision.sandbox.app import make_app
from provision.sandbox.connection import Handler, Server
from provision.sandbox.settings import Settings
from provision.sandbox.store import Store
from provision.text import Text

ADDRESS = "127.0.0.1"


class Sandbox:
    """A running sandbox. `port` 0 takes a free one. Close it when done."""

    def __init__(self, *, port: int, data: Path, settings: Settings | None = None) -> None:
        """Listen. Raises ProvisionError when the port is taken or the folder cannot be written."""
        try:
            self._store = Store(data)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(data, error) from None
        try:
            self._server = _listen(port, self._store, settings or Settings())
        except BaseException:
            self._store.close()
            raise
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://{ADDRESS}:{self._server.port}"

    def start(self) -> None:
        """Serve beside the caller."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Serve until KeyboardInterrupt."""
        self._server.serve_forever()

    def close(self) -> None:
        """End; open connections are cut."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._store.close()


def serve(*, port: int, data: Path, announce: Callable[[str], None], settings: Settings | None = None) -> None:
    """Serve a sandbox until Ctrl-C or SIGTERM, which end it cleanly. Call it from the main thread.

    `announce` gets the address once the sandbox can be reached. Raises ProvisionError when the port is taken.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        sandbox = Sandbox(port=port, data=data, settings=settings)
        try:
            announce(sandbox.url)
            sandbox.run()
        finally:
            sandbox.close()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _listen(port: int, store: Store, settings: Settings) -> Server:
    """The server, not serving yet; ProvisionError when the port cannot be had."""
    if not 0 <= port <= 65535:
        raise _no_port(port, "0 … 65535")
    try:
        listener = socket.create_server((ADDRESS, port))
    except OSError as error:
        raise _no_port(port, error) from None
    with listener:  # the server works on a duplicate: bound by itself, it would print and exit on a taken port
        app = make_app(store, settings)
        return Server(ADDRESS, port, app, Handler, fd=listener.fileno())


def _no_port(port: int, error: OSError | str) -> ProvisionError:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return ProvisionError(
            Text(f"Порт {port} уже занят другой программой", f"Port {port} is taken by another program"),
            Text(
                "Укажите другой порт (--port) или 0 — любой свободный",
                "Name another port (--port), or 0 for a free one",
            ),
        )
    return ProvisionError(
        Text(f"Порт {port} занять не удалось: {error}", f"Port {port} cannot be had: {error}"),
        Text("Укажите порт от 1024 до 65535 (--port)", "Name a port from 1024 to 65535 (--port)"),
    )


def _unusable(data: Path, error: Exception) -> ProvisionError:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return ProvisionError(
            Text(
                f"С папкой {data} уже работает другая песочница", f"Another sandbox is working with the folder {data}"
            ),
            Text("Остановите её или укажите другую папку (--data)", "Stop it, or name another folder (--data)"),
        )
    return ProvisionError(
        Text(f"В папке {data} нельзя хранить данные: {error}", f"The folder {data} cannot hold the data: {error}"),
        Text("Укажите другую папку (--data)", "Name another folder (--data)"),
    )
