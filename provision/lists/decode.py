"""Which encoding a list is in, told from its bytes (F04, F05, F06); decode() for a whole text."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from provision.lists.problems import problem
from provision.model import Problem
from provision.text import Text

BLOCK = 1 << 20
_ASCII = bytes(range(128))
# What Russian lists are made of in cp1251: the letters, quotation marks, the number sign, dashes, a non-breaking space.
_RUSSIAN = bytes(range(0xC0, 0x100)) + bytes([0xA8, 0xB8, 0xAB, 0xBB, 0xB9, 0x96, 0x97, 0x84, 0x93, 0x94, 0x85, 0xA0])
_ENOUGH = 0.75  # share of such bytes; in UTF-8 misread as cp1251 it is about a half

_FOREIGN = (
    (b"PK\x03\x04", Text("это книга Excel (XLSX) или архив", "this is an Excel workbook (XLSX) or an archive")),
    (b"\xd0\xcf\x11\xe0", Text("это книга Excel (XLS)", "this is an Excel workbook (XLS)")),
    (b"%PDF", Text("это PDF", "this is a PDF")),
    (b"{\\rtf", Text("это документ RTF", "this is an RTF document")),
    (b"<", Text("это HTML или XML", "this is HTML or XML")),
)
_UTF16 = Text("это UTF-16", "this is UTF-16")
_SAVE_UTF16 = Text(
    "Сохраните его в UTF-8 сами или командой provision check ФАЙЛ --repaired ПАПКА.",
    "Save it as UTF-8, or have that done by provision check FILE --repaired DIR.",
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is for open(); "" means that the bytes are no text of ours, and `problems` says why."""

    name: str
    problems: tuple[Problem, ...] = ()


def detect(stream: BinaryIO) -> Encoding:
    """The encoding of a seekable stream, which is left at its beginning."""
    start = stream.read(BLOCK)
    foreign = _foreign(start)
    if foreign:
        return _unreadable(foreign)
    stream.seek(0)
    found = _utf8(stream, marked=start.startswith(codecs.BOM_UTF8))
    stream.seek(0)
    return found


def _foreign(start: bytes) -> Text | None:
    """What the file is instead, by its first bytes."""
    if start.startswith(_UTF16_MARKS):
        return _UTF16
    for mark, what in _FOREIGN:
        if start.startswith(mark):
            return what
    return None


def _unreadable(detail: Text, line: int = 0) -> Encoding:
    hint = _SAVE_UTF16 if detail is _UTF16 else None
    return Encoding("", (problem("F06", detail=detail, line=line, hint=hint),))


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _utf8(stream: BinaryIO, *, marked: bool) -> Encoding:
    """UTF-8 when every byte fits, else whatever _cp1251() thinks of it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    seen = b""
    good_lines = 1
    try:
        for block in _blocks(stream):
            seen = block
            if b"\0" in block:
                return _unreadable(_with_zeros(block))
            decoder.decode(block)
            good_lines += block.count(b"\n")
        seen = b""
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = good_lines + seen[: max(error.start, 0)].count(b"\n")
        stream.seek(0)
        return _cp1251(stream, line)
    if marked:
        return Encoding("utf-8-sig", (problem("F04"),))
    return Encoding("utf-8")


def _with_zeros(block: bytes) -> Text:
    """What a block with zero bytes is: nearly every second byte is one in UTF-16 without a mark."""
    if block.count(0) * 3 > len(block):
        return _UTF16
    return Text("в нём двоичные данные", "it holds binary data")


def _cp1251(stream: BinaryIO, line: int) -> Encoding:
    """Windows-1251 when most bytes above ASCII are Russian letters there; `line` is the first that is not UTF-8."""
    high = russian = 0
    for block in _blocks(stream):
        if b"\0" in block:
            return _unreadable(_with_zeros(block))
        if b"\x98" in block:  # the one byte that cp1251 does not have
            break
        rest = block.translate(None, _ASCII)
        high += len(rest)
        russian += len(rest) - len(rest.translate(None, _RUSSIAN))
    else:
        if russian >= high * _ENOUGH:
            return Encoding("cp1251", (problem("F05", line=line),))
    detail = Text(
        f"не UTF-8 и не Windows-1251, начиная со строки {line}", f"not UTF-8 nor Windows-1251 from line {line}"
    )
    return _unreadable(detail)


def decode(data: bytes) -> str | None:
    """The text of these bytes, UTF-16 among the encodings; None for what is no text of ours."""
    name = detect(io.BytesIO(data)).name
    if name:
        return data.decode(name)
    for guess in ("utf-16",) if data.startswith(_UTF16_MARKS) else ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(guess)
        except UnicodeDecodeError:
            continue
        if text.isprintable() or all(sign.isprintable() or sign in "\r\n\t" for sign in text):
            return text
    return None
