"""Locks between processes of this machine. Between machines the objects' own versions prevent lost writes."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from provision.errors import ProvisionError
from provision.text import Text


@contextmanager
def alone_on(url: str) -> Iterator[None]:
    """Holds the lock of the server at `url`. Raises ProvisionError, with the other's process id, when it is taken.

    The lock is the kernel's (flock): it ends with the process, however that ends. Its file is in a folder that only
    this user can open, so another user of the machine can neither hold it nor replace it.
    """
    path = _folder() / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}.lock"
    with _locked(path, url) as file:
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Holds the lock file `path`, made with mode 0600; waits while another process holds it. Raises OSError."""
    import fcntl  # not on Windows, where check and lists import this module

    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path, url: str) -> Iterator[TextIO]:
    """The open file with the lock on it. Who held it before may have removed it: then the next one is taken."""
    import fcntl

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "r+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                other = file.read().strip() or "?"
                raise ProvisionError(
                    Text(
                        f"На этой машине уже идёт apply на {url} (процесс {other})",
                        f"Another apply to {url} is under way on this machine (process {other})",
                    ),
                    Text("Дождитесь его конца", "Wait for it to end"),
                ) from None
            if _is_at(path, handle):
                yield file
                return


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _folder() -> Path:
    """The user's own folder of locks, of mode 0700. Raises ProvisionError when there is no place for it.

    It is below the home folder first: a cron job has no XDG_RUNTIME_DIR, and has to meet the same lock as a terminal.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    places = [Path(os.path.expanduser("~"), ".local", "state"), *([Path(runtime)] if runtime else [])]  # noqa: PTH111 - Path.expanduser raises
    for place in places:
        folder = place / "smart-provision"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            seen = folder.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077:
            return folder
    shown = ", ".join(str(place / "smart-provision") for place in places)
    raise ProvisionError(
        Text(f"Некуда положить файл блокировки: {shown}", f"There is no place for the lock file: {shown}"),
        Text(
            "Нужна папка с правами 0700, которая принадлежит вам. Задайте HOME или XDG_RUNTIME_DIR",
            "It requires a folder of mode 0700 that belongs to you. Set HOME or XDG_RUNTIME_DIR",
        ),
    )
