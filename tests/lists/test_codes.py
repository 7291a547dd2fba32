"""Every code of the table in both directions: found where it should be, silent where all is well."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from provision import lists
from provision.errors import UsageError
from provision.lists import technician
from provision.lists.codes import ACCESS, CODES, POLLED, SENT
from provision.model import Problem
from tests.lists.writing import NAMES, all_problems, read_text

FIRST = f"111222.example.ru:80,{POLLED}\n"
SECOND = f"Zavod,{SENT}\n"
ONLINE = f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}\n"
MANAGERS_NAME, ONLINE_NAME = NAMES["managers"], NAMES["online"]


class Case(NamedTuple):
    """Two contents of a file of that name: one earns the code, the other does not."""

    code: str
    wrong: str | bytes
    right: str | bytes
    name: str = MANAGERS_NAME
    right_name: str = ""


FILE_CASES = (
    Case("F01", SECOND, SECOND, "managers.csv", MANAGERS_NAME),
    Case("F02", ONLINE, ONLINE, MANAGERS_NAME, ONLINE_NAME),
    Case("F02", SECOND, SECOND, ONLINE_NAME, MANAGERS_NAME),
    Case("F03", SECOND, SECOND, "a_manager_20260231.csv", "a_manager_20260228.csv"),
    Case("F03", SECOND, SECOND, "a_manager_21112026.csv", "a_manager_20112026.csv"),
    Case("F04", b"\xef\xbb\xbf" + SECOND.encode(), SECOND),
    Case("F05", ONLINE.encode("cp1251"), ONLINE, ONLINE_NAME),
    Case("F06", SECOND.encode("utf-16"), SECOND),
    Case("F06", SECOND.encode("utf-16-le"), SECOND),
    Case("F06", b"PK\x03\x04\x14\x00\x06\x00", SECOND),
    Case("F06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", SECOND),
    Case("F06", b"\xb5\xb6\xb7," + ONLINE.partition(",")[2].encode(), ONLINE, ONLINE_NAME),
    Case("F07", SECOND.replace(",", ";"), SECOND),
    Case("F07", SECOND.replace(",", "\t"), SECOND),
    Case("F08", SECOND + SECOND.replace(",", ";").replace("Zavod", "Teplo"), SECOND),
    Case("F09", SECOND.replace("\n", "\r\n"), SECOND),
    Case("F09", SECOND.replace("\n", "\r"), SECOND),
    Case("F10", SECOND.replace("Zavod,sidorova", '"Zavod","sidorova"'), SECOND),
    Case("F10", '"' + SECOND.replace("\n", '"\n'), SECOND),
    Case("F11", "Клиент,Менеджер,E-mail,Протокол,download,upload,process,ping,Пояс,3600,604800\n" + SECOND, SECOND),
    Case("F11", "firm,login,password,URL,folder,http|https,manager,email\n" + ONLINE, ONLINE, ONLINE_NAME),
    Case("F12", SECOND + ".....\n", SECOND),
    Case("F12", SECOND + "и т.д.\n", SECOND),
    Case("F12", f"# {SECOND}{SECOND}", SECOND),
    Case("F13", "", SECOND),
    Case("F13", "\n\n,,,,\n", SECOND),
    Case("F13", SECOND.replace("sidorova", "manager01"), SECOND),
    Case("F14", FIRST + SECOND, FIRST + "\n" + SECOND),
    Case("F15", FIRST + "\n\n" + SECOND, FIRST + "\n" + SECOND + "\n"),
    Case("F15", FIRST + ",,,,,,,,,,\n", FIRST),
    Case("F15", ONLINE + "\n" + ONLINE.replace("u1", "u2"), ONLINE + ONLINE.replace("u1", "u2") + "\n", ONLINE_NAME),
    Case("F16", SECOND + "\n" + FIRST, FIRST + "\n" + SECOND),
    Case("F17", SECOND + FIRST + SECOND.replace("Zavod", "Teplo"), SECOND + SECOND.replace("Zavod", "Teplo")),
    Case("F18", FIRST + FIRST.replace("111222", "111333").replace(",3600,604800", ""), FIRST),
    Case("F19", SECOND.replace(",", ", "), SECOND),
    Case("F20", "".join(bytes([byte]).decode("cp1251") for byte in ONLINE.encode()), ONLINE, ONLINE_NAME),
    Case("F19", SECOND.replace("\n", ",,,\n"), SECOND),
    Case("F19", SECOND.replace("Zavod", "\u00a0Zavod\u200b"), SECOND),
)
LINE_CODES = tuple(code for code in CODES if code[0] in "MO" or (code[0] == "P" and code not in ("P02", "P11", "P12")))


def found_in(folder: Path, content: str | bytes, name: str) -> tuple[Problem, ...]:
    """Everything that is said of such a file."""
    return all_problems(read_text(folder, content, name))


@pytest.mark.parametrize("case", FILE_CASES, ids=lambda case: case.code)
def test_a_code_of_the_file_is_found_and_only_where_it_belongs(tmp_path: Path, case: Case) -> None:
    """An `F` code is said of the damaged file and not of the sound one; its errors stop the file, nothing else does."""
    wrong = found_in(tmp_path, case.wrong, case.name)
    right = found_in(tmp_path, case.right, case.right_name or case.name)

    said = [one for one in wrong if one.code == case.code]
    assert said
    assert all(one.blocks_cabinet == (one.level == "error") for one in said)
    assert case.code not in {one.code for one in right}
    assert not any(one.blocks_cabinet for one in right)


@pytest.mark.parametrize("code", LINE_CODES)
def test_the_tables_examples_are_true(tmp_path: Path, code: str) -> None:
    """The example of a line code earns it, on the last line; the better form does not, and has no error at all."""
    row = CODES[code]
    name = ONLINE_NAME if code[0] == "O" else MANAGERS_NAME
    wrong = found_in(tmp_path, row.example, name)
    right = found_in(tmp_path, row.better, name)

    said = [one for one in wrong if one.code == code]
    assert said
    assert {one.line for one in said} == {len(row.example.splitlines())}
    assert {one.level for one in said} == {row.level}
    assert [one.code for one in right if one.level == "error" or one.code == code] == []


@pytest.mark.parametrize("code", [code for code in LINE_CODES if "\n" not in CODES[code].example])
def test_errors_exclude_their_line_and_nothing_else_does(tmp_path: Path, code: str) -> None:
    """A line with an error gives no row, one with a warning or a note gives one."""
    file = read_text(tmp_path, CODES[code].example, ONLINE_NAME if code[0] == "O" else MANAGERS_NAME)

    assert len(file.rows) == (CODES[code].level != "error")
    assert list(file.refused) == ([1] if CODES[code].level == "error" else [])


def test_a_manager_who_is_not_registered_is_named_once(tmp_path: Path) -> None:
    """P02 is reported at the first line of each unknown login, in any letter case, and only when logins are given."""
    content = SECOND + FIRST.replace("ivanova,", "Petrov,") + SECOND.replace("Zavod", "Teplo")

    def said(registered: tuple[str, ...] | None) -> list[tuple[int, str]]:
        file = read_text(tmp_path, content, registered=registered)
        return [(one.line, one.value) for one in file.problems if one.code == "P02"]

    assert said(("petrov",)) == [(1, "sidorova")]
    assert said(("petrov", "SIDOROVA")) == []
    assert said(()) == [(1, "sidorova"), (2, "Petrov")]
    assert said(None) == []


def test_streaming_sales_have_a_limit(tmp_path: Path) -> None:
    """X01 from 501 firms on, however many accesses they have, and never in a cabinet for streaming sales."""
    lines = [ONLINE.replace("Ромашка", f"Ромашка {number}").replace("u1", f"u{number}-") for number in range(501)]
    many = read_text(tmp_path, "".join(lines), ONLINE_NAME)
    allowed = read_text(tmp_path, "".join([*lines[:500], lines[0].replace("u0-", "second")]), ONLINE_NAME)

    found = lists.check_together([many])
    assert [one.code for one in found] == ["X01"]
    assert "501" in found[0].message.ru
    assert lists.check_together([many], streaming_sales=True) == ()
    assert len(allowed.rows) == 501
    assert lists.check_together([allowed]) == ()


def test_a_client_that_is_in_no_list_is_named(tmp_path: Path) -> None:
    """X02 for a script's client that no list has; one that differs in letter case only is offered."""
    file = read_text(tmp_path, SECOND)

    assert lists.check_clients(["Zavod"], [file]) == ()
    found = lists.check_clients(["zavod", "Teplo"], [file])
    assert [(one.code, one.value, one.suggestion) for one in found] == [
        ("X02", "zavod", "Zavod"),
        ("X02", "Teplo", None),
    ]


def test_a_dealer_id_is_one_latin_word_that_begins_with_the_code() -> None:
    """X03 for anything but Latin letters and digits, X04 (a note) for another order than the mask's."""
    said = {
        dealer: [one.code for one in lists.check_dealer(dealer)]
        for dealer in ("0599rogaikop", "rogaikopita599", "рога и")
    }
    assert said == {"0599rogaikop": [], "rogaikopita599": ["X04"], "рога и": ["X03"]}


def test_mailboxes_that_are_not_named(tmp_path: Path) -> None:
    """X05 for each missing mailbox, and only when the caller says which there are."""
    file = read_text(tmp_path, SECOND)

    assert [one.field_name for one in lists.check_together([file], mail={"usage": "u@example.ru"})] == ["high_priority"]
    assert lists.check_together([file], mail={"usage": "u@example.ru", "high_priority": "h@example.ru"}) == ()
    assert lists.check_together([file]) == ()


def test_the_table_is_whole() -> None:
    """76 codes, each with both languages: sentences in the hints, Cyrillic in the Russian, none in the English."""
    counts = {letter: sum(code[0] == letter for code in CODES) for letter in "FMPOX"}
    assert counts == {"F": 20, "M": 28, "P": 16, "O": 13, "X": 5}
    for row in CODES.values():
        assert re.search("[а-яё]", row.wrong.ru)
        assert re.search("[а-яё]", row.hint.ru)
        assert not re.search("[а-яё]", row.wrong.en + row.hint.en, re.IGNORECASE)
        assert row.hint.ru[-1] in ".?"
        assert row.hint.en[-1] in ".?"
        assert row.wrong.ru[-1] not in ".!"
        assert row.wrong.en[-1] not in ".!"


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_in_both_languages(code: str) -> None:
    """explain() gives level, meaning, hint and example, and takes the code in any letter case."""
    russian, english = technician.explain(code.lower(), "ru"), technician.explain(code, "en")

    row = CODES[code]
    assert russian.startswith(code)
    assert row.wrong.ru in russian
    assert row.hint.en in english
    assert all(line in english for line in row.example.splitlines())


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("M055", "M05"),
        ("M", "M01, M02"),
        ("О99", "O09"),
        ("Z99", "F01, M01, P01, O01, X01"),
    ],
)
def test_a_code_that_does_not_exist_is_refused_with_those_like_it(wrong: str, meant: str) -> None:
    """explain() names the unknown code and what was probably meant."""
    with pytest.raises(UsageError, match=wrong) as refused:
        technician.explain(wrong, "en")
    assert refused.value.hint
    assert meant in refused.value.hint.en


def test_a_code_typed_on_a_russian_keyboard_is_understood() -> None:
    """Letters that look the same are the same, and a zero may be left out."""
    assert technician.explain("m5", "ru") == technician.explain("M05", "ru")
    assert (
        technician.explain("\u043c05", "ru") == technician.explain("\u041c05", "ru") == technician.explain("M05", "ru")
    )


def test_what_follows_from_a_problem_is_reported() -> None:
    """A line or file that is left out, cabinets that wait, and what the program puts right by itself."""
    explained = {
        code: technician.explain(code, "en").splitlines()[2:4] for code in ("F02", "M05", "M09", "M12", "P11", "M04")
    }
    assert explained["F02"][0].startswith("The file is not used")
    assert explained["M05"][0].startswith("The line is not used")
    assert explained["M09"][0] == "The line is used."
    assert explained["M12"][1].startswith("The program corrects it")
    assert explained["P11"][0].startswith("The cabinet is refused")
    assert explained["M04"][1].startswith("Where only one thing can be meant")
