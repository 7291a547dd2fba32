"""A server's process: started on a free port of loopback, waited for until it answers, and ended for sure."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from provision.errors import StoreError
from provision.stores.wire import ask
from provision.text import Text

_PATIENCE = 30.0  # seconds a server may take to answer for the first time, and to end
_TRIES = 3  # a free port may be taken by somebody else before the server gets it


def find(binary: str, package: str = "") -> str:
    """The path of a program; raises StoreError naming Debian's package when it is missing."""
    path = shutil.which(binary, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if path is None:
        raise StoreError(
            Text(f"не установлена программа {binary}", f"the program {binary} is not installed"),
            Text(
                f"Поставьте пакет Debian: sudo ./packages.sh (или apt-get install {package or binary}).",
                f"Install Debian's package: sudo ./packages.sh (or apt-get install {package or binary}).",
            ),
        )
    return path


def postgres_program(name: str) -> str | None:
    """The newest of PostgreSQL's programs of that name: Debian keeps each version outside the PATH."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return str(newest) if newest else None


def answering(path: str) -> Callable[[int], bool]:
    """Whether the server at a port of ours answers 200 there."""
    return lambda port: ask(f"http://127.0.0.1:{port}{path}", timeout=2).status == 200


def as_user(command: Sequence[str], user: str = "", *, dying: str = "keep") -> list[str]:
    """The command as that system user when we are root; Linux sends it the signal `dying` when we die."""
    other = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user and os.geteuid() == 0 else []
    return [find("setpriv", package="util-linux"), *other, f"--pdeathsig={dying}", "--", *command]


@contextmanager
def serving(
    command: Callable[[int], list[str]],
    port: int,
    log: Path,
    answers: Callable[[int], bool],
    *,
    environment: Mapping[str, str] | None = None,
    user: str = "",
    stop: signal.Signals = signal.SIGTERM,
    dying: str = "TERM",
) -> Iterator[tuple[int, int]]:
    """Port and process id of a server that answers; it is ended on leaving.

    `command` is made for the port, 0 takes a free one. Secrets go into `environment`: every user of the machine can
    read the arguments of a process. The signal `dying` ends the server should our thread end without leaving
    (PDEATHSIG): so enter this in the main thread.
    """
    for attempt in range(_TRIES):
        chosen = port or _free_port()
        process = _start(as_user(command(chosen), user, dying=dying), log, environment or {})
        try:
            if _await(process, partial(answers, chosen)):
                yield chosen, process.pid
                return
        finally:
            _end(process, stop)
        if port or attempt == _TRIES - 1:
            last = (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no word"])[-1]
            name = Path(command(chosen)[0]).name
            raise StoreError(Text(f"{name} не запустился: {last}", f"{name} did not start: {last}"))


def _start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", **environment},
            cwd="/",
            start_new_session=True,  # a Ctrl+C at the terminal is for us; we then stop the server in order
        )


def _await(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
    """Asks until the server answers; False when it ended instead, or takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if answers():
            return process.poll() is None
        time.sleep(0.02)  # between two questions; the answer decides, not the time
    return False


def _end(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """In order first; PostgreSQL kills what hangs five seconds after a SIGQUIT, and leaves no process behind."""
    for wanted in (stop, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(wanted)
        try:
            process.wait(timeout=_PATIENCE / 2)
        except subprocess.TimeoutExpired:
            continue
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
