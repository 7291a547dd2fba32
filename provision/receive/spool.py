"""The spool: files that were acknowledged, on disk, each in the folder of the stage that it has reached.

    incoming/                        parts that are being received; what is left there at the start is removed
    status/ reports/ alerts/         what waits for a store
    kept/                            reports that nothing reads, and what a store refuses: the newest of each client
    sent/                            empty files that remember what was delivered, so that nothing counts twice

Below each: `<distributor>/<client>/<identity>.<ext>`. A file moves by renaming, so it is in one stage at any moment.
"""

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from provision.errors import StoreError
from provision.text import Text

WAITING = ("status", "reports", "alerts")
_STAGES = (*WAITING, "kept", "sent")
_KEPT = 3  # files of a client that nothing reads: such a file has 20 MB and comes every hour
_REMEMBERED = {"status": 2 * 3600, "json": 86400, "zip": 2 * 86400}  # seconds, by extension
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
    def path(self) -> Path:
        """Below the folder of its stage."""
        return Path(self.owner, self.client, f"{self.identity}.{self.ext}")


class Spool:
    """The folder `path`. `reserve` bytes of its disk are left free: with less nothing is taken (SpoolFullError)."""

    def __init__(self, path: Path, reserve: int = 0) -> None:
        self.path, self._reserve = path, reserve
        self._one_by_one = Lock()

    def prepare(self) -> None:
        """Makes the folders and removes what was not acknowledged. Raises OSError."""
        for name in ("incoming", *_STAGES):
            (self.path / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in (self.path / "incoming").iterdir():
            part.unlink(missing_ok=True)

    @contextmanager
    def alone(self, patience: float = 30) -> Iterator[None]:
        """Held by one receiver at a time, and by the processes that it starts. Raises StoreError after `patience` s."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        until = time.monotonic() + patience
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
            return tempfile.NamedTemporaryFile(dir=self.path / "incoming", delete=False)

    def accept(self, stage: str, item: Item, part: IO[bytes]) -> bool:
        """Makes the part a file of that stage, on disk; False when the same was accepted before. Ends the part."""
        with full_disk():
            part.flush()
            os.fsync(part.fileno())
            part.close()
            with self._one_by_one:
                if any((self.path / one / item.path).exists() for one in (stage, "kept", "sent")):
                    Path(part.name).unlink(missing_ok=True)
                    return False
                self._rename(Path(part.name), self.path / stage / item.path)
        return True

    def drop(self, part: IO[bytes]) -> None:
        """Removes a part that is not accepted."""
        part.close()
        Path(part.name).unlink(missing_ok=True)

    def done(self, stage: str, item: Item) -> None:
        """The item was delivered: what is left of it is its name."""
        target = self.path / "sent" / item.path
        self._rename(self.path / stage / item.path, target)
        os.truncate(target, 0)

    def keep(self, stage: str, item: Item) -> None:
        """The item cannot be delivered: it is kept for the operator, and the oldest of the client's make room."""
        self._rename(self.path / stage / item.path, self.path / "kept" / item.path)
        kept = sorted((self.path / "kept" / item.path).parent.glob(f"*.{item.ext}"), key=_age)
        for old in kept[:-_KEPT]:
            target = self.path / "sent" / old.relative_to(self.path / "kept")
            self._rename(old, target)
            os.truncate(target, 0)

    def file(self, stage: str, item: Item) -> Path:
        """Where the item is."""
        return self.path / stage / item.path

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

    def _rename(self, source: Path, target: Path) -> None:
        """Renames so that it lasts through a power cut."""
        if not target.parent.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (target.parent.parent, target.parent.parent.parent):
                _sync(folder)
        source.rename(target)
        _sync(target.parent)


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


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
