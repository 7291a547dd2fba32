"""Whether an uploaded zip may be taken: whole, flat, plain, and of a size that its reader can handle."""

import struct
import zipfile
import zlib
from typing import IO

from provision.receive.refusal import Refusal

_LOCAL, _END, _END64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LONGEST_COMMENT = 22, 65535
_MOST_FILES = 100
_LARGEST_LIST = 1 << 20  # bytes of the list of files: zipfile reads it whole
_LARGEST = 1 << 30  # bytes of all files, unpacked
_RATIO = 100  # XML packs 10 to 30 times
_SMALL = 1 << 20  # bytes below which the ratio does not matter
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PACKED = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar")
_CHUNK = 1 << 18


def is_zip(head: bytes) -> bool:
    """Whether a file that begins so is meant to be a zip."""
    return head.startswith((_LOCAL, _END))


def check(file: IO[bytes]) -> None:
    """Raises Refusal (422) unless the zip is whole and holds only plain files of bounded size; reads all of it."""
    _check_end(file)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_list(archive.infolist(), file.seek(0, 2))
            for info in archive.infolist():
                if not info.is_dir():
                    _read(archive, info)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error):
        raise Refusal(422, "zip", "the zip archive is broken") from None


def _check_end(file: IO[bytes]) -> None:
    """Looks at the end record, as zipfile finds it, before zipfile reads the list that it describes."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
    tail = file.read()
    place = len(tail) - _END_SIZE
    if not (place >= 0 and tail[place : place + 4] == _END and tail.endswith(b"\0\0")):
        place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise Refusal(422, "zip", "the zip archive has no end: it is broken")
    count, length = struct.unpack_from("<HL", tail, place + 10)
    if count > _MOST_FILES or length > _LARGEST_LIST or _END64 in tail[max(0, place - 20) : place]:
        raise Refusal(422, "zip", f"the zip archive has more than {_MOST_FILES} files")


def _check_list(files: list[zipfile.ZipInfo], size: int) -> None:
    if not files:
        raise Refusal(422, "zip", "the zip archive is empty")
    for info in files:
        name = info.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or not name.isprintable():
            raise Refusal(422, "zip", "the zip archive has a file whose name leads elsewhere")
        if info.flag_bits & 0x1:
            raise Refusal(422, "zip", "the zip archive is encrypted")
        if info.compress_type not in _METHODS:
            raise Refusal(422, "zip", "the zip archive uses a method other than deflate")
        if name.lower().endswith(_PACKED):
            raise Refusal(422, "zip", "the zip archive has an archive in it")
    packed, unpacked = sum(one.compress_size for one in files), sum(one.file_size for one in files)
    if packed > size or unpacked > _LARGEST or (unpacked > _SMALL and unpacked > packed * _RATIO):
        raise Refusal(422, "zip", f"the zip archive unpacks to more than {_RATIO} times its size")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Unpacks the file without keeping it: zipfile compares size and checksum."""
    with archive.open(info) as member:
        chunk = member.read(_CHUNK)
        if is_zip(chunk):
            raise Refusal(422, "zip", "the zip archive has an archive in it")
        count = len(chunk)
        while chunk:
            chunk = member.read(_CHUNK)
            count += len(chunk)
    if count != info.file_size:
        raise Refusal(422, "zip", "the zip archive is broken")
