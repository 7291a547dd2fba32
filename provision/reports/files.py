"""A file as readers see it: itself, or what is in a zip, unpacked into a folder of our own within limits."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from provision.errors import ProvisionError
from provision.text import Text, shortened

_HEAD = 4096  # bytes that a reader may look at before it decides
_ZIP = b"PK\x03\x04"
_MOST_MEMBERS = 100
_LARGEST = 1 << 30  # bytes of all members together
_LARGEST_RATIO = 200  # unpacked to packed; of text it is below 30
_CHUNK = 1 << 20


class UnpackError(ProvisionError):
    """The zip is broken, encrypted, nested or larger than the limits."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be read. `name` is for messages, `path` where it is, `head` its first 4096 bytes."""

    name: str
    path: Path
    head: bytes


@contextmanager
def sources(path: Path, shown: str, scratch: Path | None = None) -> Iterator[list[Source]]:
    """The file, or the members of a zip, in the order of the archive. Raises UnpackError and OSError.

    Members are unpacked in the folder `scratch`, by default that of the system, and removed at the end.
    """
    head = _head(path)
    if not head.startswith(_ZIP):
        yield [Source(shown, path, head)]
        return
    with tempfile.TemporaryDirectory(prefix="smart-import-", dir=scratch) as folder:
        yield _unpacked(path, shown, Path(folder))


def _unpacked(path: Path, shown: str, folder: Path) -> list[Source]:
    """Names inside the archive are only shown: each member gets a name of ours."""
    found: list[Source] = []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _demand_limits(members, path.stat().st_size)
            for number, member in enumerate(members):
                target = folder / f"{number}"
                with archive.open(member) as packed, target.open("wb") as file:
                    _copy(packed, file, member.file_size)
                head = _head(target)
                if head.startswith(_ZIP):
                    raise _refused("архив в архиве", "an archive inside the archive")
                name = shortened(PurePosixPath(member.filename.replace("\\", "/")).name)
                found.append(Source(f"{shown}:{name}", target, head))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _refused(f"повреждён ({type(error).__name__})", f"it is broken ({type(error).__name__})") from None
    return found


def _demand_limits(members: list[zipfile.ZipInfo], packed: int) -> None:
    if len(members) > _MOST_MEMBERS:
        raise _refused(f"файлов больше {_MOST_MEMBERS}", f"more than {_MOST_MEMBERS} files")
    size = sum(one.file_size for one in members)
    if size > _LARGEST or size > packed * _LARGEST_RATIO:
        raise _refused("распакованный слишком велик", "it is too large when unpacked")
    if any(one.flag_bits & 1 for one in members):
        raise _refused("зашифрован", "it is encrypted")


def _copy(packed: object, file: BinaryIO, announced: int) -> None:
    """Copies no more than the archive announced: a forged size would pass the limits."""
    left = announced
    while chunk := packed.read(min(_CHUNK, left + 1)):  # type: ignore[attr-defined]
        left -= len(chunk)
        if left < 0:
            raise _refused("распакованный слишком велик", "it is too large when unpacked")
        file.write(chunk)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _refused(ru: str, en: str) -> UnpackError:
    return UnpackError(Text(ru, en))


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """The stream (standard input) as a file, which is removed at the end."""
    with tempfile.NamedTemporaryFile(prefix="smart-import-") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        yield Path(file.name)
