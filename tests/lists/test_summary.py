"""Problems for reading: folded, worst first, in the stated shape, and as a table for Excel."""

import csv
import io
from pathlib import Path

from provision import lists
from provision.lists.codes import ACCESS, SENT
from provision.model import Problem
from provision.text import Text
from tests.lists.writing import NAMES, all_problems, read_text

NAME = NAMES["managers"]


def test_a_message_has_the_stated_shape(tmp_path: Path) -> None:
    """File, line, field with its name, what is wrong, what to do; the same in Russian."""
    file = read_text(tmp_path, f"\nZavod,{SENT}\nЗавод,{SENT}\n")
    text, russian = lists.summarise(file.problems, "en", verbose=True), lists.summarise(file.problems, "ru")

    head, first = text.splitlines()[:2]
    assert head == f"{NAME}: errors: 1, warnings: 1"
    assert first == (
        f'  error M20: {NAME}, line 3, field 1 (client): Cyrillic letters in the client name: "Завод". Hint: Use Latin '
        'letters, exactly as in the smartupload and smartstatus scripts. Suggested: "Zavod".'
    )
    assert (
        f"  ошибка M20: {NAME}, строка 3, поле 1 (client): русские буквы в имени клиента: «Завод». Подсказка: "
        in russian
    )


def test_equal_problems_of_many_lines_are_one(tmp_path: Path) -> None:
    """Four lines of one code are folded and name their lines, three are not; verbose shows all."""
    wrong = "".join(f"Завод{letter},{SENT}\n" for letter in "абвгдежзик")
    short = "".join(f"Zavod{letter},{SENT.removesuffix(',3600,604800')}\n" for letter in "abc")
    found = read_text(tmp_path, wrong + short).problems

    text = lists.summarise(found, "en").splitlines()
    assert [line for line in text if "M20" in line] == [
        f"  error M20: {NAME}, line 1, field 1 (client): Cyrillic letters in the client name; "
        "10 lines: 1, 2, 3, 4, 5, 6 … Hint: Use Latin letters, exactly as in the smartupload and smartstatus scripts."
    ]
    assert sum("M02" in line for line in text) == 3
    assert sum("M20" in line for line in lists.summarise(found, "en", verbose=True).splitlines()) == 10
    assert "errors: 10" in text[0]


def test_only_equal_problems_are_folded() -> None:
    """Another field, file or cabinet keeps problems apart; codes of other parts of the program are left alone."""
    said = Text("так", "so")
    other = [Problem("Y13", "warning", said, said, file="tenants.yaml", line=line) for line in range(1, 9)]
    own = [lists.problem("M05", file=f"{line % 2}.csv", line=line) for line in range(1, 7)]
    steps = [lists.problem("M11", file="a.csv", line=line, number=5 + line % 2) for line in range(1, 7)]

    assert lists.fold([*other, *own]) == (*other, *own[0::2], *own[1::2])
    assert lists.fold(steps) == (*steps[0::2], *steps[1::2])


def test_the_worst_comes_first(tmp_path: Path) -> None:
    """The file with errors stands before one with warnings, an error before a warning of an earlier line."""
    fair = read_text(tmp_path, f"Teplo,{SENT},,\n", "a_manager_20261103.csv")
    bad = read_text(tmp_path, f"Teplo,{SENT},,\nЗавод,{SENT}\n", "b_manager_20261103.csv")

    text = lists.summarise((*fair.problems, *bad.problems), "ru").splitlines()
    assert [line.split(":")[0].strip() for line in text] == [
        "b_manager_20261103.csv",
        "ошибка M20",
        "предупреждение F19",
        "a_manager_20261103.csv",
        "предупреждение F19",
    ]


def test_nothing_wrong_is_said_too() -> None:
    """An empty summary is a sentence in both languages."""
    assert lists.summarise((), "ru") == "Замечаний нет."
    assert lists.summarise((), "en") == "Nothing to remark."


def test_the_table_opens_in_excel(tmp_path: Path) -> None:
    """UTF-8 with a mark, semicolons, a heading, a line a problem; no cell begins like a formula."""
    file = read_text(tmp_path, f"=1+1,{SENT}\nЗавод,{SENT}\n", "=a_manager_20261103.csv")
    data = lists.problems_table(all_problems(file), "ru")

    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["файл", "строка", "поле", "уровень", "код", "что не так", "что делать"]
    assert [(row[1], row[2], row[4]) for row in rows[1:]] == [("1", "1 client", "M21"), ("2", "1 client", "M20")]
    assert all(cell[:1] not in "=+-@" for row in rows for cell in row if cell)


def test_no_password_in_any_summary(tmp_path: Path) -> None:
    """Neither text nor table shows a password of a broken online list."""
    content = (
        f"ООО Ромашка,u1,Zq7Secret,x,{ACCESS}\nООО Ромашка,u1,Zq7Secret,{ACCESS}\nООО Ромашка,u1,Zq7Secret2,{ACCESS}\n"
    )
    found = all_problems(read_text(tmp_path, content, NAMES["online"]))

    assert {one.code for one in found} == {"O01", "O09"}
    shown = lists.summarise(found, "ru", verbose=True) + lists.problems_table(found, "ru").decode()
    assert "Zq7Secret" not in shown
