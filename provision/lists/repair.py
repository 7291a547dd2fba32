"""A damaged list written as it should be, with an account; what only a person can decide is put aside."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from provision.lists.across import check_together, strike
from provision.lists.body import Body
from provision.lists.columns import with_russian
from provision.lists.decode import decode
from provision.lists.managers import COUNTS, gap
from provision.lists.naming import read_name
from provision.lists.readers import Reader, reader_for, recognised
from provision.lists.reading import read
from provision.lists.split import split
from provision.lists.tables import as_table
from provision.model import ListFile, Problem
from provision.rows import Installation, ListKind, Row, Rows
from provision.text import Lang, Text
from provision.whole_files import create_all

Fate = Literal["repaired", "kept", "aside", "dropped"]
FATES: Mapping[Fate, Text] = {
    "repaired": Text("исправлено", "corrected"),
    "kept": Text("оставлено, проверьте", "kept, please look"),
    "aside": Text("отложено", "put aside"),
    "dropped": Text("пропущено", "dropped"),
}

# Warnings whose repair is certain, and errors whose suggestion can mean nothing else (of M01 only a lost constant).
_OF_FILE = frozenset(("F02", "F04", "F05", "F06", "F07", "F08", "F09", "F14", "F16", "F17", "F18", "F20"))
CERTAIN = _OF_FILE | {"F10", "F15", "F19", "M02", "M12", "M15", "O13"}
ALWAYS = CERTAIN - {"F06"}  # of what cannot be read only UTF-16 can be repaired
SURE = frozenset(("M01", "M04", "M10", "M11", "M13", "M18", "P06", "P08", "P14", "O06", "O07", "O08"))
_LOST = {5: "download", 6: "upload", 7: "process", 10: "3600", 11: "604800"}
_TRIES = 4  # a repair may reveal the next mistake
_COLUMNS = (
    Text("строка", "line"),
    Text("новая строка", "new line"),
    Text("код", "code"),
    Text("что сделано", "what was done"),
    Text("поле", "field"),
    Text("что было не так", "what was wrong"),
    Text("стало", "is now"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the account: `line` of the damaged list (0: the file), `new_line` of the repaired one."""

    line: int
    new_line: int
    fate: Fate
    problem: Problem


@dataclass(frozen=True, slots=True)
class Repair:
    """The files written: the list as it should be, the lines put aside (None where there are none), and the account."""

    repaired: Path | None
    aside: Path | None
    account: Path
    changes: tuple[Change, ...] = field(repr=False)


def is_repairable(problem: Problem) -> bool:
    """Whether repair() surely corrects this; it may correct a little more."""
    sure = problem.code in SURE and problem.suggestion is not None
    return problem.level != "note" and (problem.code in ALWAYS or sure)


def repair(
    path: Path,
    directory: Path,
    *,
    shown: str | None = None,
    kind: ListKind | None = None,
    today: date | None = None,
    lang: Lang = "ru",
) -> Repair:
    """Writes the list in `path`, corrected, into `directory`; the original stays and no file is ever overwritten.

    The files have mode 0600, for they hold passwords. Raises EstateError where they cannot be written.
    """
    found = read(path, shown=shown, kind=kind, today=today)
    text = _text_of(path)
    lines = [line.removesuffix("\n") for line in io.StringIO(text, newline=None)]
    sorted_out = _sort_out(lines, found)
    name = _name(path, sorted_out.kind)
    aside = "".join(f"{lines[line - 1]}\n" for line in sorted(sorted_out.aside))
    account = directory / f"{name}.changes.csv"
    contents = {
        directory / f"{name}.csv": sorted_out.text.encode(),
        directory / f"{name}.aside.csv": aside.encode(),
        account: _table(sorted_out.changes, lang),
    }
    create_all({target: content for target, content in contents.items() if content})
    list_file, aside_file, _ = (target if content else None for target, content in contents.items())
    return Repair(list_file, aside_file, account, sorted_out.changes)


def _text_of(path: Path) -> str:
    """The whole text, "" where there is none to be had."""
    try:
        return decode(path.read_bytes()) or ""
    except (OSError, ValueError):
        return ""


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """Where every line goes. `text` is the corrected list."""

    kind: ListKind
    text: str = field(repr=False)
    aside: frozenset[int]
    changes: tuple[Change, ...]


def _sort_out(lines: Sequence[str], found: ListFile) -> _SortedOut:
    reader = recognised(lines) or reader_for(found.kind)
    kind = reader.kind
    body = Body(found.shown, reader, None)
    body.read(lines)
    found_in_lines = body.finish() if lines else ()
    of_line: dict[int, list[Problem]] = {}
    for one in found_in_lines:
        of_line.setdefault(one.line, []).append(one)
    corrected = [_corrected(lines[line - 1], of_line.get(line, []), body, line) for line in body.refused]
    ours = reader_for(kind)(found.shown)
    rows = [_stable(row, ours) for row in (*body.rows, *corrected) if row is not None]
    rows.sort(key=lambda row: row.line)
    whole = ListFile(found.path, found.shown, kind, None, "", Rows(kind, found.shown, rows), ())
    across = check_together([whole])
    good = strike([whole], across)[0]
    problems = tuple(dict.fromkeys((*found.problems, *found_in_lines, *across)))
    ordered = _ordered(good.rows)
    numbers = {row.line: number for number, row in enumerate(ordered, 1) if row}
    left = set(range(1, len(lines) + 1)) - numbers.keys()
    dropped = {line for line, code in {**body.ignored, **good.ignored}.items() if code not in ("F11", "F12")}
    aside = frozenset(left - dropped)
    changes = tuple(
        Change(one.line, numbers.get(one.line, 0), _fate(one, aside, dropped, empty=not lines), one) for one in problems
    )
    return _SortedOut(kind, "".join(",".join(row.fields if row else ()) + "\n" for row in ordered), aside, changes)


def _fate(one: Problem, aside: Iterable[int], dropped: Iterable[int], *, empty: bool) -> Fate:
    if empty or one.code == "F13" or (one.line in aside and one.code not in _OF_FILE):
        return "aside"
    if one.code in _OF_FILE:
        return "repaired"
    if one.line in dropped:
        return "dropped"
    return "repaired" if one.code in CERTAIN or one.level == "error" else "kept"


def _corrected(text: str, problems: Sequence[Problem], body: Body, line: int) -> Row | None:
    """The row that the line becomes by applying what is sure, None where something else is wrong with it."""
    fields = split(text, body.reader.counts).fields
    for _ in range(_TRIES):
        errors = [one for one in problems if one.level == "error"]
        if not all(one.code in SURE for one in errors):
            return None
        before = list(fields)
        for one in problems:
            if one.suggestion is not None and one.field_number:
                fields[one.field_number - 1] = one.suggestion
            elif one.code == "M01":
                fields = _with_lost_constant(fields)
        if fields == before:
            return None
        row, problems = body.reader.read(line, fields)
        if row is not None:
            return row
    return None


def _with_lost_constant(fields: list[str]) -> list[str]:
    """The fields with the one constant that is missing, unchanged where something else is."""
    what, number = gap(fields) or ("", 0)
    if what != "missing" or number not in _LOST or len(fields) + 1 not in COUNTS:
        return fields
    return [*fields[: number - 1], _LOST[number], *fields[number - 1 :]]


def _stable(row: Row, reader: Reader) -> Row:
    """Reads the text of the row until it gives the same row: nested quotes are removed one pair at a time."""
    for _ in range(_TRIES):
        fields = split(",".join(row.fields), reader.counts).fields
        again, _ = reader.read(row.line, fields)
        if again is None or again.fields == row.fields:
            break
        row = again
    return row


def _ordered(rows: Iterable[Row]) -> list[Row | None]:
    """The rows as a list has them: block 1, None for the blank line, block 2."""
    first: list[Row | None] = []
    second: list[Row | None] = []
    for row in rows:
        (second if isinstance(row, Installation) and not row.polled else first).append(row)
    return [*first, *([None] if first and second else []), *second]


def _name(path: Path, kind: ListKind) -> str:
    """The name without its ending, as it should be where company and day are known."""
    name = read_name(path)
    if name.company and name.day:
        return f"{name.company}_{'manager' if kind == 'managers' else 'online'}_{name.day:%Y%m%d}"
    return path.stem


def _table(changes: Iterable[Change], lang: Lang) -> bytes:
    rows: list[list[object]] = [[column.say(lang) for column in _COLUMNS]]
    for one in changes:
        found = one.problem
        place = " ".join(filter(None, (str(found.field_number or ""), with_russian(found.field_name, lang))))
        now = found.suggestion or "" if one.fate == "repaired" else ""
        numbers = (one.line or "", one.new_line or "")
        rows.append([*numbers, found.code, FATES[one.fate].say(lang), place, found.message.say(lang), now])
    return as_table(rows)
