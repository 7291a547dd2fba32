"""Every query and every variable of every dashboard, over a day to thirteen months, with the cabinet's own credentials.

The stores limit the time of an answer: their configuration ends a query after two seconds.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import dashboards
from dashboards import Scope
from tests.dashboards.cabinets import DAYS, Ways, asked
from tests.dashboards.conftest import NOW
from tests.dashboards.questions import Question, questions
from tests.dashboards.test_today import COUNTS, DOWN, FALLING, LICENCES, QUOTAS, SEATS, SILENT, UPDATES
from tests.dashboards.ways import Answer, RefusedError, Row

DAY, WEEK, MONTH, ALL_OF_IT = (timedelta(days=days) for days in (1, 7, 30, DAYS))
_UPLOADS = "sysinfo-asrp-upload"
CASES = (DOWN, LICENCES, SEATS, UPDATES, SILENT, FALLING, QUOTAS, COUNTS)
# The panels that may be empty, over which ranges and why.
MAY_BE_EMPTY = {
    (_UPLOADS, "Статус: Принят"): [DAY],  # files are sent on Sundays
    (_UPLOADS, "Загрузка sysinfo в АСРП"): [DAY],
    (_UPLOADS, 'Статус: не "ок"'): [DAY, WEEK],  # and one in five is not accepted at once
    **{("today", title): [DAY, WEEK, MONTH, ALL_OF_IT] for title in CASES},  # what is wrong now may be nothing
}


@pytest.fixture(scope="module")
def cabinets(folder: Path) -> Iterator[dict[str, Ways]]:
    """How each of two cabinets asks."""
    with asked(folder) as ways:
        yield ways


@pytest.mark.parametrize("slug", dashboards.slugs())
def test_a_cabinet_gets_its_own_answers_over_every_range(slug: str, scope: Scope, cabinets: dict[str, Ways]) -> None:
    """Each answer comes in time, has what the panel shows, is not empty, and equals what the administrator finds."""
    faults = []
    for cabinet, ways in cabinets.items():
        seen: set[Question] = set()  # a sheet is of a calendar year, whatever the range
        for span in (DAY, WEEK, MONTH, ALL_OF_IT):
            for question in questions(slug, scope, span, NOW):
                if question not in seen:
                    seen.add(question)
                    empty = span in MAY_BE_EMPTY.get((slug, question.about), ())
                    found = _faults(question, ways, may_be_empty=empty)
                    faults += [f"{cabinet}, {span.days} d, {question.about}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def _faults(question: Question, ways: Ways, *, may_be_empty: bool) -> Iterator[str]:
    try:
        answer = ways.own.ask(question)
        expected = ways.by_hand.ask(question)
    except RefusedError as refused:
        yield str(refused)
        return
    if not answer.rows and not may_be_empty:
        yield f"{len(answer.rows)} rows: {question.text}"
    shown = [answer.columns] if question.kind == "rows" else answer.rows
    if not all(question.shows <= set(one) for one in shown):
        yield f"lacks some of {set(question.shows)}: {question.text}"
    if ways.strange in str(answer):
        yield f"tells of {ways.strange}"
    if not _equal(question, answer, expected):
        yield f"differs from what the administrator finds: {question.text}"


def _equal(question: Question, answer: Answer, expected: Answer) -> bool:
    """Whether they say the same; of rows that were cut off in a tie, only their number counts."""
    if len(answer.rows) in map(int, re.findall(r"LIMIT (\d+)", question.text)):
        return len(answer.rows) == len(expected.rows)
    found, wanted = _comparable(question, answer), _comparable(question, expected)
    # Means differ in their last digits: the store adds up in any order.
    return found == wanted or found == [pytest.approx(row) for row in wanted]


def _comparable(question: Question, answer: Answer) -> list[Row]:
    """Its rows, sorted; of a table only the labels that it shows: the others come from any one of many series."""
    rows = answer.rows
    if question.kind == "instant" and question.shows:
        rows = [{k: v for k, v in row.items() if k in question.shows or not isinstance(v, str)} for row in rows]
    return sorted(rows, key=lambda row: str([value for value in row.values() if not isinstance(value, float)]))
