"""The spool: files that were acknowledged, on disk, each in the folder of the stage that it has reached.

    incoming/                        parts that are being received, archives that are being read; emptied at the start
    status/ reports/ alerts/         what waits for a store
    kept/                            reports that nothing reads, and what a store refuses: the newest of each client
    sent/                            empty files that remember what was delivered, so that nothing counts twice

Below each: `<distributor>/<client>/<identity>.<ext>`. A file moves by renaming, so it is in one stage at any moment.
"""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import IO

from provision.errors import StoreError
from provision.text import Text
from provision.whole_files import sync_folder

WAITING = ("status", "reports", "alerts")
_STAGES = (*WAITING, "kept", "sent")
_KEPT = 3  # files of a client that nothing reads: such a file has 20 MB and comes every hour
_REMEMBERED = {"status": 2 * 3600, "json": 86400, "zip": 2 * 86400}  # seconds, by extension
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EIO)  # the spool cannot be written


class SpoolFullError(Exception):
    """The disk has no room, or less than the reserve."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One file: whose it is, and what identifies its content. `owner` is a distributor, or a cabinet for alerts."""

    owner: str
    client: str
    identity: str
    ext: str

    @property
    def path(self) -> str:
        """Below the folder of its stage."""
        return f"{self.owner}/{self.client}/{self.identity}.{self.ext}"


class Spool:
    """The folder `path`. `reserve` bytes of its disk are left free: with less nothing is taken (SpoolFullError)."""

    def __init__(self, path: Path, reserve: int = 0) -> None:
        self.path, self._reserve = path, reserve
        self._one_by_one = Lock()
        self._count = count()

    def prepare(self) -> None:
        """Makes the folders, removes what was not acknowledged, completes what done() began. Raises OSError."""
        for name in ("incoming", *_STAGES):
            (self.path / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in self.scratch.iterdir():
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
        for stage in WAITING:
            for item in self.waiting(stage):
                if not self.file(stage, item).stat().st_size:  # emptied, and the new name did not last
                    self.done(stage, item)

    @property
    def scratch(self) -> Path:
        """A folder that is emptied at each start."""
        return self.path / "incoming"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Held by one receiver at a time, and by the processes that it starts. Raises StoreError after 30 s."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        until = time.monotonic() + 30
        with (self.path / "lock").open("ab") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > until:
                        raise StoreError(
                            Text(f"С папкой {self.path} уже работает приёмник", f"A receiver uses {self.path} already")
                        ) from None
                    time.sleep(0.1)
            yield

    def incoming(self) -> IO[bytes]:
        """A fresh file of mode 0600 for a part that comes. Raises SpoolFullError."""
        with full_disk():
            if self._reserve and free_bytes(self.path) < self._reserve:
                raise SpoolFullError
            name = f"{self.path}/incoming/{os.getpid()}-{next(self._count)}"
            return open(name, "x+b", opener=_private)

    def accept(self, stage: str, item: Item, part: IO[bytes]) -> bool:
        """Makes the part a file of that stage, on disk; False when the same was accepted before. Ends the part."""
        with full_disk():
            part.flush()
            os.fsync(part.fileno())
            part.close()
            target = self.file(stage, item)
            with self._one_by_one:
                is_new = not any(self.file(one, item).exists() for one in (stage, "kept", "sent"))
                if is_new:
                    _rename(Path(part.name), target)
            with suppress(FileNotFoundError):  # the same was delivered before and left no folder
                sync_folder(target.parent)  # also for one that another request has renamed and not yet synced
        if not is_new:
            Path(part.name).unlink()
        return is_new

    def drop(self, part: IO[bytes]) -> None:
        """Removes a part that is not accepted, though the disk has no room for what is not written yet."""
        with suppress(OSError):
            part.close()
        with suppress(OSError):  # what is left is removed at the next start
            Path(part.name).unlink(missing_ok=True)

    def done(self, stage: str, item: Item) -> None:
        """The item was delivered: what is left of it is its name.

        Nothing is synced: after a power cut the item may wait again, and is then looked for before it is delivered.
        """
        target = self.file("sent", item)
        _rename(self.file(stage, item), target)
        os.truncate(target, 0)

    def keep(self, stage: str, item: Item) -> None:
        """The item cannot be delivered: it is kept for the operator, and the oldest of the client's make room."""
        target = self.file("kept", item)
        _rename(self.file(stage, item), target)
        kept = sorted(target.parent.glob(f"*.{item.ext}"), key=_age)
        for old in kept[:-_KEPT]:
            self.done("kept", Item(item.owner, item.client, old.stem, item.ext))

    def file(self, stage: str, item: Item) -> Path:
        """Where the item is."""
        return Path(f"{self.path}/{stage}/{item.path}")

    def waiting(self, stage: str) -> list[Item]:
        """All that waits there, the oldest first."""
        found = sorted((self.path / stage).glob("*/*/*.*"), key=_age)
        return [Item(path.parts[-3], path.parts[-2], path.stem, path.suffix[1:]) for path in found]

    def has(self, owner: str, client: str, ext: str) -> bool:
        """Whether a file of that client was accepted lately."""
        where = Path(owner, client)
        return any(next((self.path / stage / where).glob(f"*.{ext}"), None) for stage in _STAGES)

    def forget(self, now: float) -> None:
        """Removes old memories of delivered files; the newest of each client stays."""
        for folder in (self.path / "sent").glob("*/*"):
            for ext, seconds in _REMEMBERED.items():
                for old in sorted(folder.glob(f"*.{ext}"), key=_age)[:-1]:
                    if now - _age(old) > seconds:
                        old.unlink(missing_ok=True)


@contextmanager
def full_disk() -> Iterator[None]:
    """Turns the errors of a full disk into SpoolFullError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise SpoolFullError from None
        raise


def free_bytes(path: Path) -> int:
    """What is free there for us."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


def _age(path: Path) -> float:
    """When the file was received, in unix seconds; 0 for one that is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _rename(source: Path, target: Path) -> None:
    """Renames; who makes the folder of the target makes it last through a power cut."""
    try:
        source.rename(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (target.parent.parent, target.parent.parent.parent):
            sync_folder(folder)
        source.rename(target)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
