"""The stores and what collects, together on loopback, for trying out without containers: a Stack in a folder.

A lock shows whether it runs: the kernel keeps it for the process that serves and releases it when that process ends, so
no leftover pid can mislead. The servers end with it (see process).
"""

import fcntl
import os
import secrets
import shlex
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from types import FrameType

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.plan import Change
from provision.stores import local
from provision.stores.collectors import Taken, blackbox_exporter, taken, vmalert
from provision.stores.number_stores import NumberStore
from provision.stores.process import answering, serving
from provision.stores.vmauth_users import UserFile
from provision.stores.wire import Login
from provision.text import Text
from provision.whole_files import replaced

_LOCK = "hhqqi"  # struct flock of Linux with 64 bits: type, whence, start, length, pid


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the stores listen on 127.0.0.1; 0 takes a free one. The defaults are those of the shipped tenants.yaml."""

    metrics: int = 8428
    vmauth: int = 8427
    events: int = 5432
    exporter: int = 9115
    recorder: int = 8880
    receiver: int = 8080


# Writes the files of collection that all cabinets share into a folder, for an exporter at that `host:port`.
WriteShared = Callable[[Path, str], None]
# The command that serves uploads at a port, with a spool in that folder.
ReceiverCommand = Callable[[int, Path], list[str]]


class Stack:
    """The stores with their data in `folder`. As root, PostgreSQL's user must be able to reach it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    @property
    def environment(self) -> Path:
        """A file of mode 0600 to source: all that `provision` requires of these stores."""
        return self.folder / "env"

    @property
    def known(self) -> Mapping[str, str]:
        """What that file says, by variable; nothing while the stores do not run."""
        try:
            words = shlex.split(self.environment.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        pairs = (word.partition("=") for word in words if "=" in word)
        return {name: value for name, _, value in pairs}

    def taken(self) -> Taken:
        """What the engines of collection work by now. Raises StoreError when one reports an error."""
        known = self.known
        login = Login(known["SMART_VM_USER"], known["SMART_VM_PASSWORD"])
        metrics = local.MetricsServer(known["SMART_VM_URL"], known["SMART_VM_KEY"], login)
        return taken(metrics, known["SMART_BLACKBOX_URL"], known["SMART_VMALERT_URL"])

    def pid(self) -> int | None:
        """The process that serves it now; None when none does."""
        try:
            with (self.folder / "lock").open("r+b") as file:
                asked = struct.pack(_LOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
                kind, _, _, _, pid = struct.unpack(_LOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        except FileNotFoundError:
            return None
        return None if kind == fcntl.F_UNLCK else int(pid)

    def stop(self) -> bool:
        """Ends it and waits until all servers have ended; whether there was anything to end."""
        pid = self.pid()
        if pid is None:
            return False
        with (self.folder / "lock").open("r+b") as file:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            fcntl.lockf(file, fcntl.LOCK_EX)  # is granted once the other process has let go
        return True

    def serve(
        self,
        ports: Ports,
        write: WriteShared,
        ready: Callable[[], None],
        receiver: ReceiverCommand | None = None,
        root_secret: str = "",
    ) -> None:
        """Serves until SIGTERM or Ctrl-C; `ready` is called when all answer. Run it in the main thread.

        The receiver, which requires the root secret, is started where its command is given.

        Raises StoreError when it is served already, when a port is taken, or when a server does not start.
        """
        signal.signal(signal.SIGTERM, _leave)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        with self._alone():
            _demand_free(ports)
            self.environment.unlink(missing_ok=True)
            (self.folder / "metrics").mkdir(mode=0o700, exist_ok=True)
            with ExitStack() as running:
                environment = dict(running.enter_context(self._engines(ports, write)))
                if receiver:
                    secret = {"SMART_SECRET": root_secret}
                    environment |= running.enter_context(self._receiver(ports, receiver, {**environment, **secret}))
                self._tell(environment)
                ready()
                try:
                    while True:
                        signal.pause()
                except KeyboardInterrupt:
                    pass
                finally:
                    self.environment.unlink(missing_ok=True)

    @contextmanager
    def _engines(self, ports: Ports, write: WriteShared) -> Iterator[Mapping[str, str]]:
        """All servers; what `provision` has to know of them, by variable."""
        users, files = self.folder / "auth.yml", self.folder / "collection"
        write(files, f"127.0.0.1:{ports.exporter}")
        with ExitStack() as running:
            enter = running.enter_context
            exporter = enter(blackbox_exporter(files / "blackbox.yml", self.folder / "exporter.log", ports.exporter))
            write(files, exporter.address)
            metrics = enter(local.victoria_metrics(self.folder / "metrics", ports.metrics, files))
            events = enter(local.postgresql(self.folder / "events", ports.events))
            write_first_users(users, metrics.backend)
            vmauth = enter(local.vmauth(users, ports.vmauth))
            recorder = enter(vmalert(files / "rules.yml", metrics, self.folder / "vmalert.log", ports.recorder))
            yield {
                "SMART_VM_URL": metrics.url,
                "SMART_VM_KEY": metrics.key,
                "SMART_VM_USER": metrics.login.user,
                "SMART_VM_PASSWORD": metrics.login.password,
                "SMART_VMAUTH_URL": vmauth.url,
                "SMART_VMAUTH_FILE": str(users),
                "SMART_VMAUTH_RELOAD_KEY": vmauth.key,
                "SMART_EVENTS_ADMIN": events.conninfo(),
                "SMART_TARGETS_DIR": str(files),
                "SMART_BLACKBOX_URL": exporter.url,
                "SMART_BLACKBOX_ADDRESS": exporter.address,
                "SMART_VMALERT_URL": recorder.url,
            }

    @contextmanager
    def _receiver(
        self, ports: Ports, command: ReceiverCommand, environment: Mapping[str, str]
    ) -> Iterator[Mapping[str, str]]:
        """The receiver of uploads and alert events; what `provision` has to know of it, by variable."""
        spool, key = self.folder / "spool", secrets.token_urlsafe(16)

        with serving(
            lambda port: command(port, spool),
            ports.receiver,
            self.folder / "receiver.log",
            answering("/health"),
            environment={**environment, "SMART_RECEIVER_KEY": key},
        ) as (port, _):
            url = f"http://127.0.0.1:{port}"
            yield {
                "SMART_RECEIVER_URL": url,
                "SMART_LOG_URL": f"{url}/alerts",
                "SMART_SPOOL": str(spool),
                "SMART_RECEIVER_KEY": key,
            }

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("w+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreError(
                    Text(f"Хранилища в {self.folder} уже запущены", f"The stores in {self.folder} are running already")
                ) from None
            yield

    def _tell(self, values: Mapping[str, str]) -> None:
        text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
        with replaced(self.environment) as file:
            file.write(text.encode())


def write_first_users(path: Path, backend: NumberStore) -> None:
    """Writes a user file that lets nobody in, where there is none yet: vmauth does not start on an empty one.

    The next apply puts its own in the place of it.
    """
    if path.exists() and path.stat().st_size:
        return
    file = UserFile(path, backend, RootSecret(secrets.token_urlsafe(36)))
    file.apply([Change(wanted.ref, None, wanted) for wanted in file.desired([]).values()])


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _demand_free(ports: Ports) -> None:
    """Raises StoreError naming the port somebody else has, and how to take another."""
    for field in fields(ports):
        port = getattr(ports, field.name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                option = f"--{field.name}-port"
                raise StoreError(
                    Text(f"Порт {port} занят", f"Port {port} is taken"),
                    Text(
                        f"Освободите его или назовите другой: {option} (0: любой свободный).",
                        f"Free it or name another one: {option} (0: any free one).",
                    ),
                ) from None
