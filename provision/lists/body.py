"""The lines of one list, each a row, refused, or ignored for a reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from types import EllipsisType

from provision.lists.blocks import Blocks
from provision.lists.columns import number_in
from provision.lists.index import repeats
from provision.lists.problems import problem
from provision.lists.readers import Reader
from provision.lists.split import SPACES, Line, is_heading, leftover, split
from provision.model import Problem
from provision.rows import Installation, ListKind, Row, Rows, Shared
from provision.text import Text

_SEPARATORS = {
    ",": Text("запятая", "a comma"),
    ";": Text("точка с запятой", "a semicolon"),
    "\t": Text("табуляция", "a tab"),
}


class Body:
    """Reads the lines of one file. Then every line is in `rows`, in `refused` (an error) or in `ignored` (and why)."""

    def __init__(self, shown: str, reader: type[Reader], registered: Collection[str] | None) -> None:
        self.kind: ListKind = reader.kind
        self.reader = reader(shown)
        self.rows = Rows(self.kind, shown)
        self.refused: list[int] = []
        self.ignored: dict[int, str] = {}
        self.lines = 0
        self.shown = shown
        self._known = None if registered is None else {login.lower() for login in registered}
        self._unknown: set[str] = set()
        self._blocks = Blocks(self.kind)
        self._separators: dict[str, int] = {}  # separator: the first line that has it
        self._problems: list[Problem] = []
        self._named: list[Problem] = []  # M22, said once
        self._samples = 0  # lines with a placeholder of the sample

    def read(self, lines: Iterable[str]) -> None:
        """Every line, one after the other."""
        number, fields, quick = 0, self.reader.counts[-1], self.reader.quick
        before: bool | EllipsisType | None = ...  # the block of the line before; `...` unless nothing was to be said
        for number, line in enumerate(lines, 1):
            text = line.removesuffix("\n")
            known = quick(text)
            if known is None:
                self._look(number, text)
                before = ...
                continue
            own, shared, polled = known
            if polled is not before:
                self._note(number, polled, fields)
                before = polled
            self._add(number, own, shared)
        self.lines = number

    def _look(self, number: int, text: str) -> None:
        """A line that is blank, or no data, or not as it should be."""
        bare = text.strip(SPACES)
        if not bare:
            self.ignored[number] = ""
            self._blocks.blank(number)
        elif not bare[0].isalnum() and (code := leftover(text)):
            if code == "F15":
                self.ignored[number] = ""
                self._blocks.blank(number, separators=True)
            else:
                self._ignore(number, code)
        else:
            self._take(number, text, split(text, self.reader.counts))

    def _ignore(self, number: int, code: str) -> None:
        self.ignored[number] = code
        self._say(number, [problem(code)])

    def _say(self, number: int, found: Iterable[Problem]) -> None:
        self._problems += [replace(one, file=self.shown, line=number) for one in found]

    def _take(self, number: int, text: str, line: Line) -> None:
        """A line cut into fields."""
        row, found = self.reader.read(number, line.fields)
        if row is None and (code := "F11" if is_heading(line.fields) else leftover(text)):
            self._ignore(number, code)
            return
        if line.quoted:
            self._say(number, [problem("F10")])
        if line.padded:
            self._say(number, [problem("F19", number=line.padded)])
        self._say(number, (one for one in found if one.code != "M22"))
        self._named += [replace(one, line=number) for one in found if one.code == "M22"]
        if row is None:
            self.refused.append(number)
            self._samples += any(one.code == "P03" for one in found)
        self._note(number, row.polled if isinstance(row, Installation) else None, len(line.fields), line.separator)
        if row is not None:
            self._add(number, row.own, row.shared)

    def _note(self, number: int, polled: bool | None, fields: int, separator: str = ",") -> None:
        """Records what matters for the file as a whole: separator, block, number of fields."""
        self._separators.setdefault(separator, number)
        self._blocks.data(number, polled, fields)

    def _add(self, number: int, own: str, shared: Shared) -> None:
        """The row of that line."""
        if self.rows.add(number, own, shared) and self._known is not None:
            self._check_registered(self.rows[-1], self._known)

    def _check_registered(self, row: Row, known: Collection[str]) -> None:
        """P02, once for each login of the file."""
        login = row.manager.lower()
        if login not in known and login not in self._unknown:
            self._unknown.add(login)
            number = number_in(self.kind, "manager")
            self._say(row.line, [problem("P02", number=number, name="manager", value=row.manager)])

    def finish(self) -> Sequence[Problem]:
        """All problems of the lines, in their order; those of the file as a whole come first. To be called once."""
        self._drop_repeats()
        found = [*self._blocks.end(), *self._check_separators()]
        for line in self._blocks.surplus:
            self.ignored[line] = "F15"
            found.append(problem("F15", line=line))
        if self._named:
            found.append(_once(self._named))
        data = len(self.rows) + len(self.refused)
        if data == self._samples:
            found.append(problem("F13"))
        placed = [replace(one, file=self.shown) for one in found]
        return sorted([*placed, *self._problems], key=lambda one: (one.line, one.field_number))

    def _drop_repeats(self) -> None:
        """M26 and O10 within the file: rows that differ from an earlier one in nothing but their line."""
        code, rows = "M26" if self.kind == "managers" else "O10", self.rows
        found = {rows.lines[number]: rows.lines[first] for number, first in repeats(rows.parts(), rows.part)}
        for line, first in found.items():
            self._say(line, [problem(code, detail=Text(f"как строка {first}", f"as line {first}"))])
            self.ignored[line] = code
        if found:
            self.rows = rows.without(found)

    def _check_separators(self) -> list[Problem]:
        """F08 where several are in use, F07 where it is not the comma."""
        firsts = [(line, _SEPARATORS[one]) for one, line in self._separators.items() if one]
        if len(firsts) > 1:
            (line, here), (other_line, other) = firsts[:2]
            ru = f"в строке {line} {here.ru}, в строке {other_line} {other.ru}"
            en = f"{here.en} on line {line}, {other.en} on line {other_line}"
            return [problem("F08", line=other_line, detail=Text(ru, en))]
        return [problem("F07", detail=one) for _, one in firsts if one != _SEPARATORS[","]]


def _once(found: Sequence[Problem]) -> Problem:
    """The first of several equal notes, with the number of the others."""
    first, more = found[0], len(found) - 1
    if not more:
        return first
    detail = Text(f"всего таких строк {more + 1}", f"{more + 1} such lines in all")
    again = problem(first.code, number=first.field_number, name=first.field_name, value=first.value, detail=detail)
    return replace(again, line=first.line)
