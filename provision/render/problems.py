"""Problems of lists, tenants.yaml and dashboards as text and JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping

from provision.model import Level, Problem
from provision.render.values import harmless, json_text, paint
from provision.render.words import counted, with_hint
from provision.text import Lang, Text

# Worst first.
LEVELS: Mapping[Level, Text] = {
    "error": Text("ошибка", "error"),
    "warning": Text("предупреждение", "warning"),
    "note": Text("замечание", "note"),
}
COLOURS: Mapping[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}


def problems_text(problems: Iterable[Problem], *, lang: Lang, colour: bool = False, verbose: bool = False) -> str:
    """One line a problem, grouped by file, worst first, and the sums. Notes are only counted unless `verbose`."""
    problems = _worst_first(problems)
    groups: dict[str, list[str]] = {}
    for problem in problems:
        if verbose or problem.level != "note":
            level = paint(LEVELS[problem.level].say(lang), COLOURS[problem.level], on=colour)
            groups.setdefault(problem.file, []).append(f"{level}: {problem_line(problem, lang)}")
    blocks = ["\n".join(lines) for lines in groups.values()]
    summary = f"{_summary(problems, verbose=verbose).say(lang)}."
    return "\n\n".join([*blocks, paint(summary, "bold", on=colour)])


def problem_line(problem: Problem, lang: Lang) -> str:
    """`<file>, line N, field K (<name>): <what is wrong>. Hint: <what to do>.`, leaving out what is not known."""
    where = place(problem).say(lang)
    told = with_hint(problem.message, problem.hint, lang)
    return f"{harmless(where)}: {told}" if where else told


def place(problem: Problem) -> Text:
    """File, line and field; the cabinet where no file is at fault."""
    ru = [problem.file or problem.cabinet] if problem.file or problem.cabinet else []
    en = list(ru)
    if problem.line:
        ru.append(f"строка {problem.line}")
        en.append(f"line {problem.line}")
    if problem.column and not problem.field_number:
        ru.append(f"столбец {problem.column}")
        en.append(f"column {problem.column}")
    if problem.field_number or problem.field_name:
        number = f" {problem.field_number}" if problem.field_number else ""
        name = f" ({problem.field_name})" if problem.field_name else ""
        ru.append(f"поле{number}{name}")
        en.append(f"field{number}{name}")
    return Text(", ".join(ru), ", ".join(en))


def problems_json(problems: Iterable[Problem], *, lang: Lang, **_for_people: object) -> str:
    """All problems as JSON, in the order of the text; a `line` or `column` that is not known is null."""
    problems = _worst_first(problems)
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
            }
            for problem in problems
        ],
    }
    return json_text(value)


def _worst_first(problems: Iterable[Problem]) -> list[Problem]:
    """The files with the worst problems first, inside a file the worst first, then down its lines."""
    problems = list(problems)
    rank = {level: number for number, level in enumerate(LEVELS)}
    worst: dict[str, int] = {}
    for problem in problems:
        worst[problem.file] = min(rank[problem.level], worst.get(problem.file, len(rank)))

    def order(problem: Problem) -> tuple[int, str, int, int, int, int]:
        place = (problem.line, problem.field_number, problem.column)
        return worst[problem.file], problem.file, rank[problem.level], *place

    return sorted(problems, key=order)


def _summary(problems: Iterable[Problem], *, verbose: bool) -> Text:
    counts = Counter(problem.level for problem in problems)
    if not counts:
        return Text("Всё в порядке", "All is well")
    told = [
        counted(counts["error"], ("ошибка", "ошибки", "ошибок"), ("error", "errors")),
        counted(counts["warning"], ("предупреждение", "предупреждения", "предупреждений"), ("warning", "warnings")),
        counted(counts["note"], ("замечание", "замечания", "замечаний"), ("note", "notes")),
    ]
    said = Text(", ".join(one.ru for one in told), ", ".join(one.en for one in told))
    if counts["note"] and not verbose:
        return Text(f"{said.ru} (замечания покажет --verbose)", f"{said.en} (--verbose shows the notes)")
    return said
