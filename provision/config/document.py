"""One YAML file as data, with the line and column of every key and value. The only reading of YAML.

Values are read by the schema, not by YAML 1.1's guesses: where text is wanted, 2026-11-03 and 012 stay as written, and
a bare `no` or `on` (which YAML takes for a truth value) becomes `Bare`, for a message of its own. Read from events and
not composed: PyYAML's C composer calls itself once a level and ends the process on deeply nested input (6.0.3).
Anchors' aliases are refused: `defaults` and `profiles` do that work, and an alias can stand for a million values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from provision.config import syntax
from provision.model import Problem
from provision.schema import Schema
from provision.text import Text

Trail = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without its C part
_DEEPEST = 20
_YES, _NO, _NOTHING = ("true", "yes", "on"), ("false", "no", "off"), ("", "~", "null")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})")


class Spot(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Bare:
    """A word without quotes that YAML reads as something else than text: a truth value, or nothing at all ("")."""

    word: str

    @property
    def nothing(self) -> bool:
        return self.word.lower() in _NOTHING


@dataclass(slots=True)
class Document:
    """A file's data; `keys` and `values` say where each stands. `shown` is the file's name in messages."""

    shown: str
    data: Any = None
    keys: dict[Trail, Spot] = field(default_factory=dict)
    values: dict[Trail, Spot] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Trail] = field(default_factory=set)  # cabinets (distributors, ID, cabinets, ID) with mistakes in them

    def spot(self, path: Trail, *, at_key: bool = False) -> Spot:
        """Where the value at `path` stands, or its key."""
        first, second = (self.keys, self.values) if at_key else (self.values, self.keys)
        return first.get(path) or second.get(path) or Spot(1, 1)

    def origin(self, path: Trail) -> str:
        """`file:line` of the key (or list item) at `path`."""
        return f"{self.shown}:{self.spot(path, at_key=True).line}"

    def problem(
        self, code: str, path: Trail, message: Text, hint: Text, *, at_key: bool = False, **more: Any
    ) -> Problem:
        """A problem (an error, unless `level` says else) that points at `path`."""
        spot = self.spot(path, at_key=at_key)
        more = {"level": "error", "field_name": ".".join(printable(str(part)) for part in path)} | more
        return Problem(code, message=message, hint=hint, file=self.shown, line=spot.line, column=spot.column, **more)


def printable(value: str) -> str:
    """The value on one line, without signs that would steer a terminal, cut to 80 signs."""
    return "".join(sign if sign.isprintable() else "�" for sign in (value if len(value) <= 80 else f"{value[:79]}…"))


class _RefusedError(Exception):
    def __init__(self, spot: Spot, message: Text, hint: Text) -> None:
        super().__init__(message.en)
        self.spot, self.message, self.hint = spot, message, hint


def read(content: bytes, *, shown: str, schema: Schema) -> Document:
    """The document in `content`; what keeps it from being read, and duplicate keys, are in its `problems`."""
    document, text = Document(shown), ""
    try:
        text = _decode(content)
        document.data = _Reader(document, text).read(schema)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        spot, sign = (_spot(mark), text[mark.index : mark.index + 1]) if mark else (Spot(1, 1), "")
        document.problems.append(_unreadable(shown, spot, *syntax.explain(str(error.problem), sign)))
    except _RefusedError as error:
        document.problems.append(_unreadable(shown, error.spot, error.message, error.hint))
    return document


def compose(text: str) -> Any:
    """PyYAML's nodes, with their marks, of a text that read() has found to be without problems."""
    return yaml.compose(text, Loader=_LOADER)


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _RefusedError(Spot(line, 0), *syntax.NOT_UTF8) from None
    if stray := yaml.reader.Reader.NON_PRINTABLE.search(text):
        before = text[: stray.start()]
        spot = Spot(before.count("\n") + 1, stray.start() - before.rfind("\n"))
        raise _RefusedError(spot, *syntax.CONTROL)
    return text


def _spot(mark: Any) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)


def _unreadable(shown: str, spot: Spot, message: Text, hint: Text) -> Problem:
    return Problem("Y01", "error", message, hint, file=shown, line=spot.line, column=spot.column)


class _Reader:
    """Builds the data of one document from YAML's events, guided by the schema."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def read(self, schema: Schema) -> Any:
        next(self.events)  # the stream's start
        if not isinstance(next(self.events), yaml.DocumentStartEvent):
            raise _RefusedError(Spot(1, 1), *syntax.EMPTY)
        data = self._value(next(self.events), schema, ())
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _RefusedError(_spot(after.start_mark), *syntax.SECOND)
        return data

    def _value(self, event: Any, schema: Schema, path: Trail) -> Any:
        spot = self.document.values[path] = _spot(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError(spot, *syntax.ALIAS)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise _RefusedError(spot, *syntax.TAG)
        if len(path) > _DEEPEST:
            raise _RefusedError(spot, *syntax.TOO_DEEP)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(schema, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(schema.get("items", {}), path)
        # A block scalar (`|`, `>`) ends with a line break that nobody means.
        return _scalar(event.value.rstrip("\n"), schema.get("type"), plain=event.implicit[0])

    def _mapping(self, schema: Schema, path: Trail) -> dict[str, Any]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties") or {}
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError(_spot(event.start_mark), *syntax.COMPLEX_KEY)
            key, spot = event.value.rstrip("\n"), _spot(event.start_mark)
            if key in data:
                self._second(key, spot, path)
                self._value(next(self.events), {}, (*path, key, -1))  # read past it, at a path nobody asks for
                continue
            self.document.keys[*path, key] = spot
            data[key] = self._value(next(self.events), known.get(key, others), (*path, key))
        return data

    def _sequence(self, item: Schema, path: Trail) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            data.append(self._value(event, item, (*path, len(data))))
        return data

    def _second(self, key: str, spot: Spot, path: Trail) -> None:
        first = self.document.keys[*path, key].line
        name = printable(key)
        message = Text(f"«{name}» здесь уже есть, в строке {first}", f"`{name}` stands here already, in line {first}")
        hint = Text("Оставьте одно из двух или назовите иначе.", "Keep one of the two, or give it another name.")
        problem = Problem("Y04", "error", message, hint, file=self.document.shown, line=spot.line, column=spot.column)
        self.document.problems.append(problem)


def _scalar(text: str, wanted: str | None, *, plain: bool) -> Any:
    """The value of a scalar where the schema wants that type; what does not fit stays text, or becomes `Bare`."""
    if not plain:
        return text
    word = text.lower()
    if wanted == "boolean" and word in (*_YES, *_NO):
        return word in _YES
    if wanted == "integer" and _WHOLE.fullmatch(text):
        return int(text)
    if wanted and (word in _NOTHING or (wanted == "string" and word in (*_YES, *_NO))):
        return Bare(text)
    return text
