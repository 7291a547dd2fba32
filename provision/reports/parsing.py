"""Lines of the report form -> reports, each whole or refused with what is wrong with it, line by line."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from fastjsonschema import JsonSchemaValueException

from provision.model import Problem
from provision.reports.codes import problem
from provision.reports.form import EXPECTED, RECORDED, checker
from provision.text import Text

Json = Mapping[str, Any]
Line = tuple[int, Json | Problem]  # number, and the object or why it is none
LONGEST_LINE = 1 << 20  # bytes
_MOST_LINES, _LARGEST = 200_000, 128 << 20  # of one report, which is held in memory: 419 lines are usual (R15)
_MOST_PROBLEMS = 50  # of one report; the others are not looked for
_KINDS = ("report", "metric", "row", "end")


@dataclass(frozen=True, slots=True)
class Report:
    """One report as its lines say it, valid by the form. `line` is that of its header, `digest` that of its content."""

    file: str
    line: int
    header: Json
    samples: tuple[Json, ...] = field(repr=False)
    rows: tuple[Json, ...] = field(repr=False)
    digest: str

    @property
    def client(self) -> str:
        """The client's name; "" where the file does not say it."""
        return str(self.header.get("client", ""))


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that is not imported, and why. `client` is "" where its first line is no header."""

    client: str
    problems: tuple[Problem, ...]


def lines_of(file: BinaryIO, shown: str) -> Iterator[Line]:
    """The lines of an NDJSON file with their numbers from 1; blank ones are passed over."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            yield number, problem("R01", shown, number, what=Text("строка длиннее 1 МБ", "longer than 1 MB"))
            return
        if raw.strip():
            yield number, _decoded(raw, shown, number)


def reports_of(lines: Iterable[Line], shown: str, client: str = "") -> Iterator[Report | Refused]:
    """The reports that the lines make, in their order. `client` is put into a header that names none."""
    gathered: _Gathering | None = None
    stray: list[Problem] = []
    for number, line in lines:
        begins = not isinstance(line, Problem) and "report" in line
        if begins and gathered is not None:
            yield gathered.result()
        if begins:
            gathered = _Gathering(shown, number, client)
        if gathered is not None and not gathered.ended:
            gathered.add(number, line)
        elif len(stray) < _MOST_PROBLEMS:
            stray.append(line if isinstance(line, Problem) else problem("R07", shown, number))
    if gathered is not None:
        yield gathered.result()
    if stray:
        yield Refused("", tuple(stray))


class _Gathering:
    """The report whose lines are being read."""

    def __init__(self, shown: str, line: int, client: str) -> None:
        self.shown, self.line, self.client = shown, line, client
        self.header: Json = {}
        self.samples: list[Json] = []
        self.rows: list[Json] = []
        self.problems: list[Problem] = []
        self.ended = False
        self._count = self._size = 0
        self._seen: set[tuple[tuple[str, Any], ...]] = set()
        self._digest = hashlib.sha256()

    def add(self, number: int, line: Json | Problem) -> None:
        if isinstance(line, Problem):
            self._refuse(line)
            self._count += 1
            return
        kind = next((one for one in _KINDS if one in line), "")
        if self._count > _MOST_LINES or self._size > _LARGEST:
            self._pass_over(number, kind)
            return
        if kind == "report" and self.client:
            line = {"client": self.client, **line}
        if wrong := _mistake(kind, line, self.shown, number):
            self._refuse(wrong)
        if kind == "report":
            self.header = line
            self._digest.update(json.dumps(line, sort_keys=True).encode())
            return
        if kind == "end":
            self.ended = True
            if line.get("end") != self._count:
                self._refuse(problem("R08", self.shown, number))
            return
        self._count += 1
        self._keep(number, line, kind)

    def _pass_over(self, number: int, kind: str) -> None:
        """A line of a report that is too large: only its end is looked for."""
        self.ended = kind == "end"
        if self.samples or self.rows:
            self.samples, self.rows, self._seen = [], [], set()
            self._refuse(problem("R15", self.shown, number), always=True)

    def result(self) -> Report | Refused:
        if not self.ended:
            self._refuse(problem("R08", self.shown, self.line), always=True)
        client = self.header.get("client", "")
        if self.problems:
            return Refused(client if isinstance(client, str) else "", tuple(self.problems))
        digest = self._digest.hexdigest()
        return Report(self.shown, self.line, self.header, tuple(self.samples), tuple(self.rows), digest)

    def _keep(self, number: int, line: Json, kind: str) -> None:
        if self.problems:  # nothing of this report will be imported
            return
        written = json.dumps(line, sort_keys=True).encode()
        self._digest.update(written)
        self._size += len(written)
        if kind == "row":
            self.rows.append(line)
            return
        key = tuple(sorted((name, value) for name, value in line.items() if name != "value"))
        if key in self._seen:
            self._refuse(problem("R12", self.shown, number))
        self._seen.add(key)
        self.samples.append(line)

    def _refuse(self, found: Problem, *, always: bool = False) -> None:
        if always or len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(found)


def _decoded(raw: bytes, shown: str, number: int) -> Json | Problem:
    try:
        found = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_refuse_constant)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode()  # a lone half of a surrogate pair is no character
    except (ValueError, RecursionError):
        return problem("R01", shown, number)
    return found if isinstance(found, dict) else problem("R02", shown, number)


def _refuse_constant(word: str) -> float:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _mistake(kind: str, line: Json, shown: str, number: int) -> Problem | None:
    """What is wrong with a line by the form; None when it is valid."""
    if not kind:
        return problem("R02", shown, number)
    name = line[kind] if kind in ("metric", "row") else ""
    if not isinstance(name, str):
        return problem("R03", shown, number, field=kind)
    try:
        checker(kind, name)(line)
    except KeyError:
        recorded = Text("его записывает vmalert", "vmalert records it") if name in RECORDED else None
        return problem("R03", shown, number, field=kind, what=recorded)
    except JsonSchemaValueException as error:
        return _explained(error, line, shown, number)
    return None


def _explained(error: JsonSchemaValueException, line: Json, shown: str, number: int) -> Problem:
    """fastjsonschema's finding in our words. Its own message quotes the value, so it is not used."""
    rule, rules = str(error.rule), error.definition
    if rule == "required":
        field_name = next((name for name in rules["required"] if name not in line), "")
        return problem("R04", shown, number, field=field_name)
    if rule == "additionalProperties":
        field_name = next((name for name in line if name not in rules["properties"]), "")
        return problem("R05", shown, number, field=field_name)
    where = str(error.path[-1]) if len(error.path) > 1 else ""
    return problem("R06", shown, number, field=where, what=_expected(rule, rules))


def _expected(rule: str, rules: Mapping[str, Any]) -> Text:
    if "format" in rules:
        return EXPECTED[rules["format"]]
    if "enum" in rules:
        words = ", ".join(map(str, rules["enum"]))
        return Text(f"одно из: {words}", f"one of: {words}")
    if "const" in rules:
        return Text(f"ожидается {rules['const']}", f"{rules['const']} is expected")
    if rules.get("type") in ("number", "integer"):
        return Text(
            f"число от {rules.get('minimum', 0)} до {rules.get('maximum', '…')}",
            f"a number from {rules.get('minimum', 0)} to {rules.get('maximum', '…')}",
        )
    if "[0-9]" in str(rules.get("pattern")):
        return Text("цифры с точками, например 6.4.5.127", "digits with dots, such as 6.4.5.127")
    longest = rules.get("maxLength", "")
    if rule in ("minLength", "maxLength"):
        return Text(f"непустая строка, не длиннее {longest}", f"a string of 1 to {longest} characters")
    return Text("строка без управляющих знаков", "a string without control characters")
