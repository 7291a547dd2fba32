"""One YAML file as data, with the line and column of every key and value. The only reading of YAML.

The schema decides how a value is read, not YAML 1.1: where text is wanted, 2026-11-03 and 012 stay as written, and an
unquoted `no` or `on` (a truth value in YAML) becomes `UnquotedScalar`, which has a message of its own. The file is read
as events and not composed: PyYAML's C composer calls itself once a level and ends the process on deeply nested input
(6.0.3). Aliases are refused: `defaults` and `profiles` do that work, and an alias can expand to a million values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from provision.config import syntax
from provision.config.codes import problem
from provision.json_schema import Schema
from provision.model import Problem
from provision.text import Text, shortened

YamlPath = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without its C part
_DEEPEST = 20
_YES, _NO, _NOTHING = ("true", "yes", "on"), ("false", "no", "off"), ("", "~", "null")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})")


class Position(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class UnquotedScalar:
    """A word without quotes that YAML reads as something else than text: a truth value, or nothing at all ("")."""

    word: str

    @property
    def nothing(self) -> bool:
        return self.word.lower() in _NOTHING


@dataclass(slots=True)
class Document:
    """A file's data; `keys` and `values` hold the position of each. `shown` is the file's name in messages."""

    shown: str
    data: Any = None
    keys: dict[YamlPath, Position] = field(default_factory=dict)
    values: dict[YamlPath, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[YamlPath] = field(
        default_factory=set
    )  # cabinets (distributors, ID, cabinets, ID) with mistakes in them

    def position(self, path: YamlPath, *, at_key: bool = False) -> Position:
        """The position of the value at `path`, or of its key."""
        first, second = (self.keys, self.values) if at_key else (self.values, self.keys)
        return first.get(path) or second.get(path) or Position(1, 1)

    def origin(self, path: YamlPath) -> str:
        """`file:line` of the key (or list item) at `path`."""
        return f"{self.shown}:{self.position(path, at_key=True).line}"

    def problem(
        self, code: str, path: YamlPath, message: Text, hint: Text, *, at_key: bool = False, **more: Any
    ) -> Problem:
        """A problem of that code that points at `path`; its severity is that of the code."""
        position = self.position(path, at_key=at_key)
        more = {"field_name": ".".join(shortened(str(part)) for part in path)} | more
        return problem(code, message, hint, file=self.shown, line=position.line, column=position.column, **more)


class _RefusedError(Exception):
    def __init__(self, position: Position, message: Text, hint: Text) -> None:
        super().__init__(message.en)
        self.position, self.message, self.hint = position, message, hint


def read(content: bytes, *, shown: str, schema: Schema) -> Document:
    """The document in `content`; what keeps it from being read, and duplicate keys, are in its `problems`."""
    document, text = Document(shown), ""
    try:
        text = _decode(content)
        document.data = _Reader(document, text).read(schema)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        position, character = (_position(mark), text[mark.index : mark.index + 1]) if mark else (Position(1, 1), "")
        document.problems.append(_unreadable(shown, position, *syntax.explain(str(error.problem), character)))
    except _RefusedError as error:
        document.problems.append(_unreadable(shown, error.position, error.message, error.hint))
    return document


def compose(text: str) -> Any:
    """PyYAML's nodes, with their marks, of a text that read() has found to be without problems."""
    return yaml.compose(text, Loader=_LOADER)


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _RefusedError(Position(line, 0), *syntax.NOT_UTF8) from None
    if stray := yaml.reader.Reader.NON_PRINTABLE.search(text):
        before = text[: stray.start()]
        position = Position(before.count("\n") + 1, stray.start() - before.rfind("\n"))
        raise _RefusedError(position, *syntax.CONTROL)
    return text


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _unreadable(shown: str, position: Position, message: Text, hint: Text) -> Problem:
    return problem("Y01", message, hint, file=shown, line=position.line, column=position.column)


class _Reader:
    """Builds the data of one document from YAML's events, guided by the schema."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def read(self, schema: Schema) -> Any:
        next(self.events)  # the stream's start
        if not isinstance(next(self.events), yaml.DocumentStartEvent):
            raise _RefusedError(Position(1, 1), *syntax.EMPTY)
        data = self._value(next(self.events), schema, ())
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _RefusedError(_position(after.start_mark), *syntax.SECOND)
        return data

    def _value(self, event: Any, schema: Schema, path: YamlPath) -> Any:
        position = self.document.values[path] = _position(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError(position, *syntax.ALIAS)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise _RefusedError(position, *syntax.TAG)
        if len(path) > _DEEPEST:
            raise _RefusedError(position, *syntax.TOO_DEEP)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(schema, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(schema.get("items", {}), path)
        # A block scalar (`|`, `>`) ends with a line break that is not part of the value.
        return _scalar(event.value.rstrip("\n"), schema.get("type"), plain=event.implicit[0])

    def _mapping(self, schema: Schema, path: YamlPath) -> dict[str, Any]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties") or {}
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError(_position(event.start_mark), *syntax.COMPLEX_KEY)
            key, position = event.value.rstrip("\n"), _position(event.start_mark)
            if key in data:
                self._second(key, position, path)
                self._value(next(self.events), {}, (*path, key, -1))  # skipped, at a path that is not used
                continue
            self.document.keys[*path, key] = position
            data[key] = self._value(next(self.events), known.get(key, others), (*path, key))
        return data

    def _sequence(self, item: Schema, path: YamlPath) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            data.append(self._value(event, item, (*path, len(data))))
        return data

    def _second(self, key: str, position: Position, path: YamlPath) -> None:
        first = self.document.keys[*path, key].line
        name = shortened(key)
        message = Text(f"«{name}» здесь уже есть, в строке {first}", f"`{name}` is here already, in line {first}")
        hint = Text("Оставьте одно из двух или назовите иначе.", "Keep one of the two, or give it another name.")
        where = {"file": self.document.shown, "line": position.line, "column": position.column}
        self.document.problems.append(problem("Y04", message, hint, **where))


def _scalar(text: str, wanted: str | None, *, plain: bool) -> Any:
    """The value of a scalar of that type; what does not fit stays text, or becomes `UnquotedScalar`."""
    if not plain:
        return text
    word = text.lower()
    if wanted == "boolean" and word in (*_YES, *_NO):
        return word in _YES
    if wanted == "integer" and _WHOLE.fullmatch(text):
        return int(text)
    if wanted and (word in _NOTHING or (wanted == "string" and word in (*_YES, *_NO))):
        return UnquotedScalar(text)
    return text
