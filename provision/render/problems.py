"""Problems of lists, tenants.yaml and dashboards for reading, worst first and equal ones folded; and as JSON."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from provision.lists.columns import RUSSIAN
from provision.model import LEVELS, Level, Problem
from provision.render.values import json_text, paint
from provision.render.words import counted, with_hint
from provision.text import Lang, Text, harmless

COLOURS: Mapping[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}
FOLDED_FROM = 4  # so many equal problems become one line
LINES_SHOWN = 6
_NARROWEST = 40  # characters; below that wrapped lines are no help


def problems_text(
    problems: Iterable[Problem], *, lang: Lang, colour: bool = False, verbose: bool = False, width: int = 0
) -> str:
    """One line a problem, file by file, worst first, and the sums. `width` is where a terminal wraps, 0: nowhere.

    Unless `verbose`, equal problems of a file are folded, and notes are only counted where there is something worse.
    """
    problems = worst_first(problems)
    worth = [one for one in problems if verbose or one.level != "note"] or problems
    shown = worth if verbose else worst_first(fold(worth))
    groups: dict[str, list[Problem]] = {}
    for one in shown:
        groups.setdefault(_file(one), []).append(one)
    blocks = []
    for file, group in groups.items():
        head = _heading(file, problems, lang) if file and len(groups) > 1 else ""
        indent = "  " if head else ""
        lines = [_line(one, lang, indent=indent, width=width, colour=colour, verbose=verbose) for one in group]
        blocks.append("\n".join([*filter(None, [paint(head, "bold", on=colour and bool(head))]), *lines]))
    summary = problems_summary(problems, lang)
    if len(shown) < len(problems):
        summary += Text(" Всё до строки покажет --verbose.", " --verbose shows every line.").say(lang)
    return "\n\n".join([*blocks, paint(summary, "bold", on=colour)])


def _line(one: Problem, lang: Lang, *, indent: str, width: int, colour: bool, verbose: bool) -> str:
    """`error M05: ` and the problem, wrapped with the next lines further to the right."""
    level = LEVELS[one.level].say(lang)
    text = f"{indent}{level} {harmless(one.code)}: {problem_line(one, lang)}"
    if verbose and one.elsewhere:
        text += " " + Text(f"Там: {one.elsewhere}.", f"There: {one.elsewhere}.").say(lang)
    if width >= _NARROWEST:
        below = indent + " " * 4
        text = textwrap.fill(text, width, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)
    return f"{indent}{paint(level, COLOURS[one.level], on=colour)}{text[len(indent) + len(level) :]}"


def problem_line(problem: Problem, lang: Lang) -> str:
    """`<file>, line N, field K (<name>): <what is wrong>. Hint: <what to do>.`, leaving out what is not known."""
    where = place(problem).say(lang)
    said = with_hint(problem.message, problem.hint, lang)
    return f"{harmless(where)}: {said}" if where else said


def place(problem: Problem) -> Text:
    """File, line and field; the cabinet where no file is at fault."""
    ru = [_file(problem)] if _file(problem) else []
    en = list(ru)
    if problem.line:
        ru.append(f"строка {problem.line}")
        en.append(f"line {problem.line}")
    if problem.column and not problem.field_number:
        ru.append(f"столбец {problem.column}")
        en.append(f"column {problem.column}")
    name, number = problem.field_name, problem.field_number
    if number:
        names = ", ".join(filter(None, (name, RUSSIAN.get(name))))
        ru.append(f"поле {number} ({names})" if name else f"поле {number}")
        en.append(f"field {number} ({name})" if name else f"field {number}")
    elif name:
        ru.append(f"поле {name}")
        en.append(f"field {name}")
    return Text(", ".join(ru), ", ".join(en))


def _file(problem: Problem) -> str:
    """What a problem is listed under."""
    return problem.file or problem.cabinet


def worst_first(problems: Iterable[Problem]) -> list[Problem]:
    """The files with the worst problems first, inside a file the worst first, then down its lines."""
    problems = list(problems)
    rank = {level: number for number, level in enumerate(LEVELS)}
    worst: dict[str, int] = {}
    for one in problems:
        worst[_file(one)] = min(rank[one.level], worst.get(_file(one), len(rank)))

    def order(one: Problem) -> tuple[int, str, int, int, int, int]:
        return worst[_file(one)], _file(one), rank[one.level], one.line, one.field_number, one.column

    return sorted(problems, key=order)


def fold(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, with equal ones of one file made one that is placed at the first line and names the others.

    Equal are those of the same summary, code and field. Up to three are not folded, nor are those without a summary.
    """
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for one in problems:
        same = (one.file, one.cabinet, one.code, one.summary, one.field_number, one.field_name, one.blocks_cabinet)
        groups.setdefault(same if one.summary and one.line else (id(one),), []).append(one)
    return tuple(one for group in groups.values() for one in ([_folded(group)] if len(group) >= FOLDED_FROM else group))


def _folded(group: Sequence[Problem]) -> Problem:
    """The first of them, with the lines of all."""
    lines = sorted({one.line for one in group})
    first = min(group, key=lambda one: one.line)
    named = ", ".join(map(str, lines[:LINES_SHOWN])) + (" …" if len(lines) > LINES_SHOWN else "")
    ru, en = f"таких строк {len(lines)}: {named}", f"{len(lines)} such lines: {named}"
    return replace(first, message=Text(f"{first.message.ru}; {ru}", f"{first.message.en}; {en}"))


def _heading(file: str, problems: Iterable[Problem], lang: Lang) -> str:
    """The file and how many of each level it has."""
    return f"{harmless(file)}: {_counts(one for one in problems if _file(one) == file).say(lang)}"


def _counts(problems: Iterable[Problem]) -> Text:
    """«2 ошибки, 1 предупреждение»; what there is none of is left out, but for errors."""
    counts = Counter(one.level for one in problems)
    said = [Text("ошибок нет", "no errors")]
    if counts["error"]:
        said = [counted(counts["error"], ("ошибка", "ошибки", "ошибок"), ("error", "errors"))]
    if counts["warning"]:
        forms = ("предупреждение", "предупреждения", "предупреждений")
        said.append(counted(counts["warning"], forms, ("warning", "warnings")))
    if counts["note"]:
        said.append(counted(counts["note"], ("замечание", "замечания", "замечаний"), ("note", "notes")))
    return Text(", ".join(one.ru for one in said), ", ".join(one.en for one in said))


def problems_summary(problems: Iterable[Problem], lang: Lang) -> str:
    """How many of each level there are, as a sentence."""
    problems = list(problems)
    said = _counts(problems).say(lang) if problems else Text("всё в порядке", "all is well").say(lang)
    return f"{said[0].upper()}{said[1:]}."


def problems_json(problems: Iterable[Problem], *, lang: Lang, verbose: bool = False, **_for_people: object) -> str:
    """All problems as JSON, in the order of the text; a `line` or `column` that is not known is null.

    `elsewhere` (files of other distributors) is there only with `verbose`.
    """
    problems = worst_first(problems)
    counts = Counter(problem.level for problem in problems)
    value = {
        "summary": {level: counts[level] for level in LEVELS},
        "problems": [
            {
                "code": problem.code,
                "level": problem.level,
                "cabinet": problem.cabinet,
                "file": problem.file,
                "line": problem.line or None,
                "column": problem.column or None,
                "field": problem.field_name or str(problem.field_number or ""),
                "message": problem.message.say(lang),
                "hint": problem.hint.say(lang),
                **({"elsewhere": problem.elsewhere} if verbose and problem.elsewhere else {}),
            }
            for problem in problems
        ],
    }
    return json_text(value)
