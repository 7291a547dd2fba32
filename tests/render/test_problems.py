"""Problems as a person or a program reads them."""

import json
from dataclasses import replace
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

SAID = Text("порт пуст", "port is empty")


def problem(level: Level, file: str, line: int = 0, **rest: Any) -> Problem:
    """One problem with plain words."""
    return Problem("X01", level, SAID, Text("допишите", "add it"), file, line, **rest)


@pytest.mark.parametrize(
    ("found", "ru", "en"),
    [
        (
            problem("error", "lists/z.csv", 3, field_number=2, field_name="e-mail"),
            "ошибка X01: lists/z.csv, строка 3, поле 2 (e-mail): порт пуст. Подсказка: допишите.",
            "error X01: lists/z.csv, line 3, field 2 (e-mail): port is empty. Hint: add it.",
        ),
        (
            problem("warning", "tenants.yaml", 7, column=5),
            "предупреждение X01: tenants.yaml, строка 7, столбец 5: порт пуст. Подсказка: допишите.",
            "warning X01: tenants.yaml, line 7, column 5: port is empty. Hint: add it.",
        ),
        (
            problem("error", "", cabinet="romashka", field_name="mail"),
            "ошибка X01: romashka, поле mail: порт пуст. Подсказка: допишите.",
            "error X01: romashka, field mail: port is empty. Hint: add it.",
        ),
        (Problem("X", "error", Text("Нет!", "No!"), Text("", "")), "ошибка X: Нет!", "error X: No!"),
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
    """Files with errors come first, each with its sums; errors are before warnings; the last line sums up all."""
    assert problems_text(MIXED, lang="ru").splitlines() == [
        "z.csv: 2 ошибки, 1 предупреждение",
        "  ошибка X01: z.csv, строка 4: порт пуст. Подсказка: допишите.",
        "  ошибка X01: z.csv, строка 12: порт пуст. Подсказка: допишите.",
        "  предупреждение X01: z.csv, строка 9: порт пуст. Подсказка: допишите.",
        "",
        "b.csv: ошибок нет, 1 предупреждение, 1 замечание",
        "  предупреждение X01: b.csv, строка 2: порт пуст. Подсказка: допишите.",
        "",
        "2 ошибки, 2 предупреждения, 1 замечание. Всё до строки покажет --verbose.",
    ]


def test_notes_when_asked_for_or_when_nothing_is_worse() -> None:
    """Notes are only counted beside something worse, unless verbose; alone they are shown."""
    assert "note X01: b.csv" not in problems_text(MIXED, lang="en")
    verbose = problems_text(MIXED, lang="en", verbose=True)
    assert "  note X01: b.csv, line 1: port is empty. Hint: add it." in verbose.splitlines()
    assert verbose.splitlines()[-1] == "2 errors, 2 warnings, 1 note."
    assert problems_text([problem("note", "b.csv", 1)], lang="ru").splitlines() == [
        "замечание X01: b.csv, строка 1: порт пуст. Подсказка: допишите.",
        "",
        "Ошибок нет, 1 замечание.",
    ]


def test_no_problems() -> None:
    """No problems is good news."""
    assert problems_text([], lang="ru") == "Всё в порядке."
    assert json.loads(problems_json([], lang="ru"))["problems"] == []


def many(count: int, **rest: Any) -> list[Problem]:
    """So many problems of one gist in one file, from line 11 on, the last first."""
    said = (replace(problem("error", "z.csv", 10 + n, **rest), summary=SAID, value=str(n)) for n in range(1, count + 1))
    return [replace(one, message=Text(f"порт {one.value}", f"port {one.value}")) for one in said][::-1]


def test_equal_problems_of_many_lines_are_one() -> None:
    """Four lines are folded under the first and named, up to the sixth; three are not; verbose shows all."""
    assert problems_text(many(4), lang="ru").splitlines() == [
        "ошибка X01: z.csv, строка 11: порт 1; таких строк 4: 11, 12, 13, 14. Подсказка: допишите.",
        "",
        "4 ошибки. Всё до строки покажет --verbose.",
    ]
    (line, *_) = problems_text(many(7), lang="en").splitlines()
    assert line == "error X01: z.csv, line 11: port 1; 7 such lines: 11, 12, 13, 14, 15, 16 … Hint: add it."
    for text in (problems_text(many(3), lang="ru"), problems_text(many(7), lang="ru", verbose=True)):
        assert "таких строк" not in text
        assert "--verbose" not in text
        assert text.splitlines()[0] == "ошибка X01: z.csv, строка 11: порт 1. Подсказка: допишите."


@pytest.mark.parametrize(
    "other",
    [
        {"field_number": 2},
        {"file": "y.csv"},
        {"cabinet": "romashka"},
        {"code": "X02"},
        {"summary": Text("иное", "else")},
        {"blocks_cabinet": True},
    ],
    ids=lambda other: next(iter(other)),
)
def test_only_equal_problems_are_folded(other: dict[str, Any]) -> None:
    """Whatever differs besides line and value keeps problems apart."""
    mixed = [replace(one, **other) if number % 3 == 0 else one for number, one in enumerate(many(8))]
    text = problems_text(mixed, lang="en")
    assert [line.partition(" such lines")[0][-1] for line in text.splitlines() if "such lines" in line] == ["5"]


def test_what_has_no_gist_is_never_folded() -> None:
    """Mistakes of tenants.yaml each say something else, though code and field are the same."""
    assert "таких строк" not in problems_text([replace(one, summary=None) for one in many(8)], lang="ru")


def test_long_lines_are_wrapped_for_a_terminal() -> None:
    """With a width no line is longer, those below the first are further right, and no word is lost or cut."""
    found = [*MIXED, problem("error", "lists/rogaikopyta-volga_manager_20261103.csv", 5, field_name="address")]
    plain, wrapped = (problems_text(found, lang="ru", width=width) for width in (0, 80))
    assert wrapped.split() == plain.split()
    assert max(map(len, plain.splitlines())) > 80 >= max(map(len, wrapped.splitlines()))
    assert "\n      address: порт пуст. Подсказка: допишите." in wrapped
    painted = problems_text(found, lang="ru", width=80, colour=True)
    assert "  \x1b[31mошибка\x1b[0m X01: z.csv, строка 4:" in painted
    assert problems_text(found, lang="ru", width=10) == plain


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
    found = [problem("error", "z.csv", 1, value="hunter2", suggestion="hunter3")]

    for form in PROBLEM_FORMATS.values():
        assert "hunter" not in form(found, lang="ru", colour=False, verbose=True)


@calm
@given(WORDS, WORDS, WORDS, WORDS)
def test_any_problem_is_harmless(file: str, name: str, message: str, hint: str) -> None:
    """No content of a list can steer the terminal or break the JSON."""
    found = [Problem("X", "error", Text(message, message), Text(hint, hint), file, 1, field_name=name)]

    for form in PROBLEM_FORMATS.values():
        assert_harmless(form(found, lang="ru", colour=False, verbose=True))
    json.loads(problems_json(found, lang="ru"))
