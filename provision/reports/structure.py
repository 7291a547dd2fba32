"""The structure of an unknown XML or SQLite file, with every value masked, so that it can be sent to the maintainers.

Printed are names of elements, attributes, tables and columns, how often they occur, and of what form their values are:
digits become 9, any other text is only counted. XML is read by defusedxml without DTD and entities; SQLite is opened
read-only and immutable, views and virtual tables are not read.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from provision.errors import ProvisionError
from provision.reports.files import Source
from provision.text import Text, harmless

_LARGEST = 1 << 29  # bytes of one file
_DEEPEST = 100
_MOST_NAMES = 100  # different children of one element, columns of a table: more are no structure
_MOST_TABLES = 500
_ROWS_LOOKED_AT = 1000
_STEPS = 200_000_000  # of SQLite's machine, for the whole file
_SQLITE = b"SQLite format 3\0"
_MOST_MASKS = 6
_MASKED = re.compile(r"[0-9][0-9.:,+\-/TZ ]{0,40}|[+\-][0-9.,]{1,40}")


class InspectError(ProvisionError):
    """The file is neither XML nor SQLite, is broken, or exceeds the limits."""


def structure(source: Source) -> Iterator[str]:
    """Lines of text; no value of the file is in them. Raises InspectError."""
    if source.path.stat().st_size > _LARGEST:
        raise _refused("файл больше 512 МБ", "the file is larger than 512 MB")
    if source.head.startswith(_SQLITE):
        yield from _sqlite(source.path)
    elif source.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or source.head[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):
        yield from _xml(source.path)
    else:
        raise _refused("это не XML и не SQLite", "it is neither XML nor SQLite")


@dataclass(slots=True)
class _Values:
    """The forms that values of one place have, with their lengths."""

    forms: Counter[str] = field(default_factory=Counter)
    shortest: int = 0
    longest: int = 0

    def add(self, value: str) -> None:
        text = value.strip()
        form = _form(text)
        if form not in self.forms and len(self.forms) > _MOST_MASKS:
            form = "…"
        self.forms[form] += 1
        if form == "text":
            self.longest = max(self.longest, len(text))
            self.shortest = min(self.shortest or len(text), len(text))

    def __str__(self) -> str:
        parts = []
        for form, count in sorted(self.forms.items()):
            size = f" of {self.shortest} to {self.longest} characters" if form == "text" else ""
            parts.append(f"{form}{size} ×{count}")
        return ", ".join(parts)


@dataclass(slots=True)
class _Node:
    """All elements of one path."""

    count: int = 0
    text: _Values = field(default_factory=_Values)
    attributes: dict[str, _Values] = field(default_factory=dict)
    children: dict[str, "_Node"] = field(default_factory=dict)


def _form(text: str) -> str:
    """The form of a value without the value itself."""
    if not text:
        return "empty"
    if not _MASKED.fullmatch(text):
        return "text"
    if text.isdecimal():
        return "digits" if len(text) > 4 else "9" * len(text)
    return re.sub("[0-9]", "9", text)


def _xml(path: Path) -> Iterator[str]:
    root = _Node()
    try:
        _gather(path, root)
    except DefusedXmlException as error:
        raise _refused(
            f"в XML есть DTD или сущности ({type(error).__name__})",
            f"the XML has a DTD or entities ({type(error).__name__})",
        ) from None
    except (ParseError, LookupError, ValueError) as error:
        where = getattr(error, "position", (0, 0))[0]
        raise _refused(f"XML повреждён, строка {where}", f"the XML is broken, line {where}") from None
    yield "XML"
    yield from _nodes(root, "  ")


def _gather(path: Path, root: _Node) -> None:
    nodes, elements = [root], list[Element]()
    for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if len(elements) >= _DEEPEST:
                raise _refused(f"XML глубже {_DEEPEST} уровней", f"the XML is deeper than {_DEEPEST} levels")
            node = nodes[-1].children.setdefault(_bounded(nodes[-1].children, element.tag), _Node())
            node.count += 1
            for name, value in element.attrib.items():
                node.attributes.setdefault(_bounded(node.attributes, name), _Values()).add(value)
            nodes.append(node)
            elements.append(element)
            continue
        nodes.pop().text.add(element.text or "")
        elements.pop()
        if elements:
            del elements[-1][:]  # what was looked at is not kept


def _bounded(known: "dict[str, _Node] | dict[str, _Values]", name: str) -> str:
    """The name; `*` for those beyond the most: names that are so many are data."""
    return name if name in known or len(known) < _MOST_NAMES else "*"


def _nodes(node: _Node, indent: str) -> Iterator[str]:
    for name, child in node.children.items():
        shown = harmless(name[:_MOST_NAMES])
        text = "" if set(child.text.forms) <= {"empty"} else f": {child.text}"
        yield f"{indent}<{shown}> ×{child.count}{text}"
        for attribute, values in child.attributes.items():
            yield f"{indent}  @{harmless(attribute[:_MOST_NAMES])}: {values}"
        yield from _nodes(child, f"{indent}  ")


def _sqlite(path: Path) -> Iterator[str]:
    left = [_STEPS]

    def tick() -> int:
        left[0] -= 100_000
        return int(left[0] <= 0)

    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        connection.set_progress_handler(tick, 100_000)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_authorizer(_may)
        try:
            yield "SQLite"
            yield from _tables(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _refused(
            f"SQLite не читается ({type(error).__name__})", f"SQLite cannot read it ({type(error).__name__})"
        ) from None


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    found = connection.execute("SELECT name, type, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master").fetchall()
    tables = [(str(name), str(kind), virtual) for name, kind, virtual in found if kind in ("table", "view")]
    for name, kind, virtual in tables[:_MOST_TABLES]:
        shown = harmless(name[:_MOST_NAMES])
        if kind == "view" or virtual:
            yield f"  {'view' if kind == 'view' else 'virtual table'} {shown}"
            continue
        quoted = '"' + name.replace('"', '""') + '"'
        count = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608 - a quoted name
        yield f"  table {shown} ×{count}"
        columns = connection.execute(f"PRAGMA table_info({quoted})").fetchall()[:_MOST_NAMES]
        names = ", ".join('"' + str(column[1]).replace('"', '""') + '"' for column in columns)
        values = [_Values() for _ in columns]
        for row in connection.execute(f"SELECT {names} FROM {quoted} LIMIT {_ROWS_LOOKED_AT}"):  # noqa: S608 - the same
            for place, value in zip(values, row, strict=True):
                _add(place, value)
        for column, place in zip(columns, values, strict=True):
            declared = harmless(re.sub(r"[^A-Za-z0-9(), ]", "", str(column[2]))[:40])
            yield f"    {harmless(str(column[1])[:_MOST_NAMES])} {declared}: {place}"
    if len(tables) > _MOST_TABLES:
        yield f"  … {len(tables) - _MOST_TABLES}"


def _add(place: _Values, value: object) -> None:
    if isinstance(value, bytes):
        place.forms["blob"] += 1
    elif value is None:
        place.forms["NULL"] += 1
    else:
        place.add(str(value))


def _may(action: int, first: str | None, second: str | None, _database: str | None, _source: str | None) -> int:
    """Reading alone: no file is attached and no function of a schema is called."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_OK if second in ("count", "like") else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if first == "table_info" else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in (sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT) else sqlite3.SQLITE_DENY


def _refused(ru: str, en: str) -> InspectError:
    return InspectError(Text(ru, en))
