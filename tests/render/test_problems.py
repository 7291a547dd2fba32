"""Problems as a person or a program reads them."""

import json
from typing import Any

import pytest
from hypothesis import given

from provision.model import Level, Problem
from provision.render import (
    PROBLEM_FORMATS,
    problems_json,
    problems_text,
)
from provision.text import Text
from tests.render.sample_plans import (
    WORDS,
    assert_harmless,
    calm,
)


def problem(level: Level, file: str, line: int = 0, **rest: Any) -> Problem:
    """One problem with plain words."""
    return Problem("X01", level, Text("порт пуст", "port is empty"), Text("допишите", "add it"), file, line, **rest)


@pytest.mark.parametrize(
    ("found", "ru", "en"),
    [
        (
            problem("error", "lists/z.csv", 3, field_number=2, field_name="e-mail"),
            "ошибка: lists/z.csv, строка 3, поле 2 (e-mail): порт пуст. Подсказка: допишите.",
            "error: lists/z.csv, line 3, field 2 (e-mail): port is empty. Hint: add it.",
        ),
        (
            problem("warning", "tenants.yaml", 7, column=5),
            "предупреждение: tenants.yaml, строка 7, столбец 5: порт пуст. Подсказка: допишите.",
            "warning: tenants.yaml, line 7, column 5: port is empty. Hint: add it.",
        ),
        (
            problem("error", "", cabinet="romashka", field_name="mail"),
            "ошибка: romashka, поле (mail): порт пуст. Подсказка: допишите.",
            "error: romashka, field (mail): port is empty. Hint: add it.",
        ),
        (Problem("X", "error", Text("Нет!", "No!"), Text("", "")), "ошибка: Нет!", "error: No!"),
    ],
    ids=["list", "yaml", "cabinet", "nowhere"],
)
def test_problem_line(found: Problem, ru: str, en: str) -> None:
    """A problem says where, what and what to do, leaving out what is not known."""
    assert problems_text([found], lang="ru").splitlines()[0] == ru
    assert problems_text([found], lang="en").splitlines()[0] == en


MIXED = [
    problem("note", "b.csv", 1),
    problem("warning", "b.csv", 2),
    problem("warning", "z.csv", 9),
    problem("error", "z.csv", 12),
    problem("error", "z.csv", 4),
]


def test_problems_grouped_worst_first() -> None:
    """Files with errors come first, errors stand before warnings, and the sums are told."""
    assert problems_text(MIXED, lang="ru").splitlines() == [
        "ошибка: z.csv, строка 4: порт пуст. Подсказка: допишите.",
        "ошибка: z.csv, строка 12: порт пуст. Подсказка: допишите.",
        "предупреждение: z.csv, строка 9: порт пуст. Подсказка: допишите.",
        "",
        "предупреждение: b.csv, строка 2: порт пуст. Подсказка: допишите.",
        "",
        "2 ошибки, 2 предупреждения, 1 замечание (замечания покажет --verbose).",
    ]


def test_notes_only_when_verbose() -> None:
    """Notes are only counted until asked for."""
    assert "note: b.csv" not in problems_text(MIXED, lang="en")
    assert "замечание: b.csv, строка 1: порт пуст. Подсказка: допишите." in problems_text(
        MIXED, lang="ru", verbose=True
    )
    verbose = problems_text(MIXED, lang="en", verbose=True)
    assert "note: b.csv, line 1: port is empty. Hint: add it." in verbose.splitlines()
    assert verbose.splitlines()[-1] == "2 errors, 2 warnings, 1 note."


def test_no_problems() -> None:
    """No problems is good news."""
    assert problems_text([], lang="ru") == "Всё в порядке."
    assert json.loads(problems_json([], lang="ru"))["problems"] == []


def test_problems_json() -> None:
    """The JSON has sums by level and every problem, notes too, in the order of the text."""
    value = json.loads(problems_json([problem("note", "b.csv"), *MIXED[1:]], lang="en"))

    assert value["summary"] == {"error": 2, "warning": 2, "note": 1}
    assert [(said["file"], said["line"]) for said in value["problems"]] == [
        ("z.csv", 4),
        ("z.csv", 12),
        ("z.csv", 9),
        ("b.csv", 2),
        ("b.csv", None),
    ]
    assert value["problems"][0] == {
        "code": "X01",
        "level": "error",
        "cabinet": "",
        "file": "z.csv",
        "line": 4,
        "column": None,
        "field": "",
        "message": "port is empty",
        "hint": "add it",
    }


def test_problem_value_is_never_shown() -> None:
    """What was found in a list may be a password typed into the wrong field: no format shows the value."""
    found = [problem("error", "z.csv", 1, value="hunter2", mended="hunter3")]

    for form in PROBLEM_FORMATS.values():
        assert "hunter" not in form(found, lang="ru", colour=False, verbose=True)


@calm
@given(WORDS, WORDS, WORDS, WORDS)
def test_any_problem_is_harmless(file: str, name: str, message: str, hint: str) -> None:
    """Nothing that stands in a list can steer the terminal or break the JSON."""
    found = [Problem("X", "error", Text(message, message), Text(hint, hint), file, 1, field_name=name)]

    for form in PROBLEM_FORMATS.values():
        assert_harmless(form(found, lang="ru", colour=False, verbose=True))
    json.loads(problems_json(found, lang="ru"))
