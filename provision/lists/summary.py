"""Problems for reading: equal ones folded, a summary per file, worst first; and the same as a table for Excel."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from provision.lists.codes import CODES
from provision.lists.explain import LEVELS
from provision.lists.problems import visible
from provision.model import Problem
from provision.text import Lang, Text

FOLDED_FROM = 4  # so many equal problems become one line
LINES_SHOWN = 6
_RANK = {level: number for number, level in enumerate(LEVELS)}
_HINT = Text("Подсказка", "Hint")
_CLEAN = Text("Замечаний нет.", "Nothing to remark.")
_COLUMNS = (
    Text("файл", "file"),
    Text("строка", "line"),
    Text("поле", "field"),
    Text("уровень", "level"),
    Text("код", "code"),
    Text("что не так", "what is wrong"),
    Text("что делать", "what to do"),
)


def fold(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems with equal ones of one file made one, which stands at the first line and names the others.

    Equal are those of the same code and field; up to three of them stay as they are, and so do codes of other parts.
    """
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for one in problems:
        own = one.code in CODES and one.line
        key = (one.file, one.cabinet, one.code, one.field_number, one.field_name, one.stops) if own else (id(one),)
        groups.setdefault(key, []).append(one)
    return tuple(one for group in groups.values() for one in ([_folded(group)] if len(group) >= FOLDED_FROM else group))


def _folded(group: Sequence[Problem]) -> Problem:
    row = CODES[group[0].code]
    lines = sorted({one.line for one in group})
    shown = ", ".join(map(str, lines[:LINES_SHOWN])) + (" …" if len(lines) > LINES_SHOWN else "")
    ru, en = f"{row.wrong.ru}; всего строк {len(lines)}: {shown}", f"{row.wrong.en}; {len(lines)} lines: {shown}"
    return replace(group[0], message=Text(ru, en), hint=row.hint, line=lines[0], value="", mended=None)


def worst_first(problems: Iterable[Problem]) -> list[Problem]:
    """Errors, then warnings, then notes; inside a level by line."""
    return sorted(problems, key=lambda one: (_RANK[one.level], one.line, one.field_number))


def told(problem: Problem, lang: Lang) -> str:
    """`<file>, line N, field K (<name>): <what is wrong>. Hint: <what to do>.`, leaving out what is not known."""
    place = [problem.file or problem.cabinet] if problem.file or problem.cabinet else []
    if problem.line:
        place.append(f"{Text('строка', 'line').say(lang)} {problem.line}")
    if problem.field_number or problem.field_name:
        number = f" {problem.field_number}" if problem.field_number else ""
        name = f" ({problem.field_name})" if problem.field_name else ""
        place.append(f"{Text('поле', 'field').say(lang)}{number}{name}")
    where = f"{', '.join(place)}: " if place else ""
    reason = problem.message.say(lang)
    stop = "" if reason.endswith("…") else "."
    return visible(f"{where}{reason}{stop} {_HINT.say(lang)}: {problem.hint.say(lang)}")


def summarise(problems: Iterable[Problem], lang: Lang, *, verbose: bool = False) -> str:
    """A heading with counts for every file and under it its problems, the worst file and the worst problems first.

    Equal problems are folded unless `verbose`.
    """
    problems = tuple(problems)
    shown = problems if verbose else fold(problems)
    counts: dict[str, Counter[str]] = {}
    for one in problems:
        counts.setdefault(one.file or one.cabinet, Counter())[one.level] += 1
    parts = []
    for file in sorted(counts, key=lambda name: [-counts[name][level] for level in LEVELS]):
        parts.append(f"{visible(file)}: {_counted(counts[file], lang)}" if file else _counted(counts[file], lang))
        own = worst_first(one for one in shown if (one.file or one.cabinet) == file)
        parts += [f"  {LEVELS[one.level].say(lang)} {one.code}: {told(one, lang)}" for one in own]
    return "\n".join(parts) if parts else _CLEAN.say(lang)


def _counted(counts: Counter[str], lang: Lang) -> str:
    """`errors: 3, warnings: 214`; a level that is missing is left out."""
    plural = {
        "error": Text("ошибок", "errors"),
        "warning": Text("предупреждений", "warnings"),
        "note": Text("замечаний", "notes"),
    }
    return ", ".join(f"{plural[level].say(lang)}: {counts[level]}" for level in LEVELS if counts[level])


def as_table(rows: Iterable[Sequence[object]]) -> bytes:
    """A table that Excel opens with a double click: UTF-8 with a mark, semicolons, no cell that would be a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def problems_table(problems: Iterable[Problem], lang: Lang) -> bytes:
    """One line a problem, in the order given, for Excel."""
    rows: list[list[object]] = [[column.say(lang) for column in _COLUMNS]]
    for one in problems:
        field = " ".join(filter(None, (str(one.field_number or ""), one.field_name)))
        words = (LEVELS[one.level].say(lang), one.code, one.message.say(lang), one.hint.say(lang))
        rows.append([visible(one.file or one.cabinet), one.line or "", field, *words])
    return as_table(rows)
