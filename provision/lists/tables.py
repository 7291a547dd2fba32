"""Tables that Excel opens with a double click: as_table(), and the problems of lists as one."""

import csv
import io
from collections.abc import Iterable, Sequence

from provision.lists.columns import with_russian
from provision.model import LEVELS, Problem
from provision.text import Lang, Text, cell

_COLUMNS = (
    Text("файл", "file"),
    Text("строка", "line"),
    Text("поле", "field"),
    Text("уровень", "level"),
    Text("код", "code"),
    Text("что не так", "what is wrong"),
    Text("что делать", "what to do"),
)


def as_table(rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark, semicolons, no cell that would be a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([cell(str(value)) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def problem_rows(problems: Iterable[Problem], lang: Lang) -> list[list[str]]:
    """A heading and one row a problem, in the order given."""
    rows = [[column.say(lang) for column in _COLUMNS]]
    for one in problems:
        field = " ".join(filter(None, (str(one.field_number or ""), with_russian(one.field_name, lang))))
        words = (LEVELS[one.level].say(lang), one.code, one.message.say(lang), one.hint.say(lang))
        rows.append([one.file or one.cabinet, str(one.line or ""), field, *words])
    return rows


def problems_table(problems: Iterable[Problem], lang: Lang) -> bytes:
    """The same for Excel."""
    return as_table(problem_rows(problems, lang))
