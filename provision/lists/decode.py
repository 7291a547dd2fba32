"""The encoding of a list, found from its bytes (F04, F05, F06); decode() for a whole text."""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from provision.identity import is_cyrillic
from provision.lists.problems import problem
from provision.lists.scrambled import read_back, wrong_encoding
from provision.model import Problem
from provision.text import Text

BLOCK = 1 << 20
_ASCII = bytes(range(128))
_SIGNS = "«»№–—„“”…\xa0"  # besides letters, in Russian lists
_LETTERS = "".join(map(chr, range(0x410, 0x450))) + "Ёё"
_WORD = re.compile("(?<![А-Яа-яЁё])(?:[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+)(?![А-Яа-яЁё])")
ONE_BYTE = {
    "cp1251": Text("прочитан как Windows-1251", "it was read as Windows-1251"),
    "cp866": Text("прочитан как DOS 866", "it was read as DOS 866"),
    "mac_cyrillic": Text("прочитан как Mac Cyrillic", "it was read as Mac Cyrillic"),
    "koi8_r": Text("прочитан как KOI8-R", "it was read as KOI8-R"),
}
_RUSSIAN = {name: frozenset((_LETTERS + _SIGNS).encode(name, errors="ignore")) for name in ONE_BYTE}
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
    """UTF-8 when every byte fits, else what _one_byte() finds."""
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
        return _one_byte(stream, line)
    if marked:
        return Encoding("utf-8-sig", (problem("F04"),))
    return Encoding("utf-8")


def _with_zeros(block: bytes) -> Text:
    """What a block with zero bytes is: nearly every second byte is one in UTF-16 without a mark."""
    if block.count(0) * 3 > len(block):
        return _UTF16
    return Text("в нём двоичные данные", "it holds binary data")


def _one_byte(stream: BinaryIO, line: int) -> Encoding:
    """The one-byte encoding in which most bytes above ASCII are Russian; `line` is the first that is not UTF-8.

    Excel for Windows saves CSV in Windows-1251, as "MS-DOS" in DOS 866 and as "Macintosh" in Mac Cyrillic.
    """
    counts: Counter[int] = Counter()
    sample = b""
    for block in _blocks(stream):
        if b"\0" in block:
            return _unreadable(_with_zeros(block))
        high = block.translate(None, _ASCII)
        counts.update(high)
        sample = sample or (block if high else b"")
    total = sum(counts.values())
    shares = {name: sum(counts[byte] for byte in known) / total for name, known in _RUSSIAN.items()}
    if counts[0x98]:  # the one byte that cp1251 does not have
        del shares["cp1251"]
    likely = [name for name, share in shares.items() if share >= _ENOUGH]
    if likely:
        name = max(likely, key=lambda name: _words(sample, name))
        return Encoding(name, (problem("F05", line=line, detail=ONE_BYTE[name]),))
    return _unreadable(Text(f"кодировка неизвестна, начиная со строки {line}", f"unknown encoding from line {line}"))


def _words(sample: bytes, encoding: str) -> float:
    """How many of the Russian letters are in words with letter case as people write it."""
    text = sample.decode(encoding, errors="replace")
    letters = sum(map(is_cyrillic, text))
    return sum(map(len, _WORD.findall(text))) / letters if letters else 0


def decode(data: bytes) -> str | None:
    """The text of these bytes, UTF-16 among the encodings; None for what is no text of ours."""
    name = detect(io.BytesIO(data)).name
    if name:
        text = data.decode(name)
        wrong = wrong_encoding(text.split("\n"))
        return "\n".join(read_back(text.split("\n"), wrong)) if wrong else text
    for guess in ("utf-16",) if data.startswith(_UTF16_MARKS) else ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(guess)
        except UnicodeDecodeError:
            continue
        if text.isprintable() or all(one.isprintable() or one in "\r\n\t" for one in text):
            return text
    return None
