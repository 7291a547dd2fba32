"""Text that was UTF-8, was read in another encoding and saved again as UTF-8: recognised and read back (F20)."""

import codecs
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from provision.identity import is_cyrillic

ENCODINGS = ("cp1251", "cp866", "cp1252", "latin_1", "mac_cyrillic")  # what programs take UTF-8 for on Russian machines
_LOOKED_AT = 20_000  # lines
_SAMPLE = 200  # of them with letters beyond ASCII decide
_ENOUGH = 0.75  # share of them that must be readable
_LETTERS = 4  # and so many Russian letters must come out: "Р«" alone is a name, or what became of "Ы"


def wrong_encoding(lines: Iterable[str]) -> str:
    """The encoding that the UTF-8 was taken for, "" where the lines are as they should be."""
    sample = list(islice((line for line in islice(lines, _LOOKED_AT) if not line.isascii()), _SAMPLE))
    return next((encoding for encoding in ENCODINGS if _fits(encoding, sample)), "")


def _fits(encoding: str, sample: list[str]) -> bool:
    """Whether enough of the lines can be read back from it. Most lists end the question with their first lines."""
    may_fail, letters = len(sample) * (1 - _ENOUGH), 0
    for line in sample:
        text = unscrambled(line, encoding)
        if text is not None:
            letters += sum(map(is_cyrillic, text))
        elif (may_fail := may_fail - 1) < 0:
            return False
    return letters >= _LETTERS


def read_back(lines: Iterable[str], encoding: str) -> Iterator[str]:
    """The lines as they were; a line that cannot be read back stays as it is."""
    return (unscrambled(line, encoding) or line for line in lines)


def unscrambled(line: str, encoding: str) -> str | None:
    """The line whose UTF-8 bytes were taken for that encoding; None where it is no such line."""
    if line.isascii():
        return line
    try:
        text = codecs.charmap_encode(line, "strict", _bytes_of(encoding))[0].decode("utf-8")
    except UnicodeError:
        return None
    return text if any(map(is_cyrillic, text)) else None


@cache
def _bytes_of(encoding: str) -> Any:
    """The byte of each character. A byte without one was read as the control character of its number."""
    characters = []
    for number in range(256):
        try:
            characters.append(bytes([number]).decode(encoding))
        except UnicodeDecodeError:
            characters.append(chr(number))
    return codecs.charmap_build("".join(characters))
