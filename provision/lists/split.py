"""One line of a list cut into its fields, whatever people and their programs did to it."""

import csv
import re
from dataclasses import dataclass

# White space of all kinds, and what cannot be seen: zero-width characters, a byte-order mark, the end-of-file of DOS.
SPACES = " \t\v\f\r\n\x1a\x1c\x1d\x1e\x1f\x85\xa0\xad\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x2010))
)
SEPARATORS = ",;\t"
FIELD_COUNTS = (8, 9, 11)
_LEFTOVER = re.compile(r"\.\.|…|#|//|--|sep=\Z")
_AND_SO_ON = re.compile(r"(и\s*т\.?\s*д|и\s+так\s+далее|etc)\b", re.IGNORECASE)
_HEADING = re.compile(
    r"\W*(address|адрес|host|хост|узел|client|клиент|manager|менеджер|e-?mail|почта|firm|фирма|организация|login|логин"
    r"|password|пароль|url|folder|каталог|папка|protocol|протокол|transport|способ|tz|пояс|часовой|поправка|название|имя"
    r"|name|company|компания|port|порт|http)(?![^\W\d_])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """The fields of a data line. `separator` is "" where the line has none; `padded` is the first field with something
    superfluous round it (0 for none); `quoted` says that quotes were taken off."""

    fields: list[str]
    separator: str
    quoted: bool
    padded: int


def is_tidy(text: str) -> bool:
    """Whether nothing can be superfluous round these values; isprintable() is false for all white space but the blank.

    Not empty. It begins with a letter or digit, so it is no remainder of the sample and no comment.
    """
    return (
        text.isprintable()
        and text[0].isalnum()
        and text[-1] not in " ,;"
        and '"' not in text
        and ", " not in text
        and " ," not in text
    )


def leftover(text: str) -> str:
    """F15 for a line of separators only, F12 for a remainder of the sample or a comment, "" for anything else."""
    bare = text.strip(SPACES + SEPARATORS + "\"'")
    if not bare:
        return "F15"
    if _LEFTOVER.match(bare):
        return "F12"
    few = sum(map(text.count, SEPARATORS)) < min(FIELD_COUNTS) - 1
    return "F12" if few and _AND_SO_ON.match(bare) else ""


def is_heading(fields: list[str]) -> bool:
    """Whether the line names the columns: no e-mail in it, and at least three fields that begin with a known word."""
    if any("@" in field for field in fields):
        return False
    return sum(_HEADING.match(field) is not None for field in fields) >= 3


def separator_of(text: str) -> str:
    """The separator that cuts the line into a proper number of fields, else the most frequent, "" without any."""
    for one in SEPARATORS:
        if text.count(one) + 1 in FIELD_COUNTS:
            return one
    most = max(SEPARATORS, key=text.count)
    return most if most in text else ""


def split(text: str, counts: tuple[int, ...]) -> Line:
    """The fields of one line without its line end. `counts` are the proper numbers of fields, ascending."""
    whole = _whole(text) if '"' in text else ""
    if whole:
        line = split(whole, counts)
        behind = len(line.fields) + 1 if text.strip(SPACES)[-1] in SEPARATORS else 0
        return Line(line.fields, line.separator, quoted=True, padded=line.padded or behind)
    separator = separator_of(text)
    fields, quoted = _cut(text, separator or ",")
    bare = [field.strip(SPACES) for field in fields]
    if separator == "," and ";" in bare[-1]:
        bare[-1] = bare[-1].rstrip(";" + SPACES)
    padded = 0 if bare == fields else _first_difference(fields, bare)
    kept = _without_empty_columns(bare, counts)
    if len(kept) < len(bare):
        padded = padded or len(kept) + 1
    return Line(kept, separator, quoted, padded)


def _first_difference(fields: list[str], bare: list[str]) -> int:
    return next(number for number, (was, now) in enumerate(zip(fields, bare, strict=True), 1) if was != now)


def _whole(text: str) -> str:
    """What is in the quotes round the whole line, empty columns behind them or not; "" where there are none."""
    inside = _inside(text.strip(SPACES + SEPARATORS))
    return inside if inside and separator_of(inside) else ""


def _inside(value: str) -> str | None:
    """What quotes surround, None where there are none or where they belong to the value."""
    inside = value[1:-1]
    if len(value) < 2 or value[0] != '"' or value[-1] != '"' or '"' in inside.replace('""', ""):
        return None
    return inside.replace('""', '"')


def _cut(text: str, separator: str) -> tuple[list[str], bool]:
    """The fields and whether quotes were taken off. Quotes that do not surround a value belong to it."""
    plain = text.split(separator)
    if '"' not in text:
        return plain, False
    bare = [field.strip(SPACES) for field in plain]
    try:  # as a spreadsheet writes them
        fields = next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:  # quotes that make no sense, spaces round them, or a field that is too long for csv
        insides = [(_inside(value), value) for value in bare]
        fields = [value if inside is None else inside for inside, value in insides]
    quoted = [field.strip(SPACES) for field in fields] != bare
    return (fields, True) if quoted else (plain, False)


def _without_empty_columns(fields: list[str], counts: tuple[int, ...]) -> list[str]:
    """Without the empty columns at the end that a spreadsheet added, down to a proper number of fields."""
    filled = len(fields)
    while filled and not fields[filled - 1]:
        filled -= 1
    if filled == len(fields) or filled in counts:
        return fields[:filled]
    if len(fields) in counts:
        return fields
    return fields[: next((count for count in counts if filled <= count < len(fields)), filled)]
