"""Lists as Excel and careless programs save them: one-byte encodings, and UTF-8 that was read in another encoding."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.lists import technician
from provision.lists.codes import ACCESS
from provision.lists.scrambled import unscrambled, wrong_encoding
from provision.model import ListFile, OnlineAccess
from tests.lists.writing import read_text

NAME = "romashka_online_20260417.csv"
LINES = f"ООО Ромашка Строй,u10234,Pw-Example-1,{ACCESS}\nЗАО Йод и №1,u10235,Pw-Example-2,{ACCESS}\n"
FIRMS = ["ООО Ромашка Строй", "ЗАО Йод и №1"]


def scrambled(text: str, encoding: str) -> str:
    """The text as UTF-8 that a program took for that encoding; a byte without a character stays a control character."""
    found = []
    for byte in text.encode("utf-8"):
        try:
            found.append(bytes([byte]).decode(encoding))
        except UnicodeDecodeError:
            found.append(chr(byte))
    return "".join(found)


def firms(file: ListFile) -> list[str]:
    return [row.firm for row in file.rows if isinstance(row, OnlineAccess)]


@pytest.mark.parametrize(
    ("encoding", "ending"),
    [("cp1251", "\r\n"), ("cp866", "\r\n"), ("mac_cyrillic", "\r"), ("koi8_r", "\r\n")],
    ids=["Excel CSV", "Excel CSV (MS-DOS)", "Excel CSV (Macintosh)", "KOI8-R"],
)
def test_each_way_in_which_excel_saves_a_list(tmp_path: Path, encoding: str, ending: str) -> None:
    """Semicolons, the encoding and the line ends of each; the rows are right, and F05 names what was read."""
    content = LINES.replace("№", "N").replace(",", ";").replace("\n", ending).encode(encoding)
    file = read_text(tmp_path, content, NAME)

    assert firms(file) == [firm.replace("№", "N") for firm in FIRMS]
    assert [one.code for one in file.problems] == ["F05", "F09", "F07"]
    assert file.problems[0].value == FIRMS[0]
    assert file.encoding == encoding


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "cp1252", "mac_cyrillic"])
def test_scrambled_utf8_is_read_back(tmp_path: Path, encoding: str) -> None:
    """Names come out as they were, F20 shows one of them, and --repaired writes the list as it should be."""
    file = read_text(tmp_path, scrambled(LINES, encoding), NAME)
    assert firms(file) == FIRMS
    assert [(one.code, one.level, one.value) for one in file.problems] == [("F20", "warning", FIRMS[0])]

    done = technician.repair(file.path, tmp_path / "out")
    assert done.repaired
    assert done.repaired.read_text(encoding="utf-8") == LINES
    assert [change.fate for change in done.changes] == ["repaired"]


@given(st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТ -№«»"), min_size=1))
def test_what_was_scrambled_comes_back(text: str) -> None:
    """Any Russian text comes back; one that was never scrambled is left alone."""
    for encoding in ("cp1251", "cp866", "cp1252", "mac_cyrillic"):
        if any("а" <= letter.lower() <= "я" for letter in text):
            assert unscrambled(scrambled(text, encoding), encoding) == text
    if not re.search("[РС][«»№]", text):  # which are the bytes of a letter, too
        assert wrong_encoding([text]) == ""


def test_two_letters_prove_nothing() -> None:
    """A short name may look like UTF-8 that was read wrongly: Р« are the bytes of Ы."""
    assert wrong_encoding(["Р«", "Р«"]) == ""
    assert wrong_encoding([scrambled("Рога и копыта", "cp1251")]) == "cp1251"


def test_of_a_list_with_mixed_separators_that_alone_is_reported(tmp_path: Path) -> None:
    """The whole file is out: what it says of a repeated line, or of the order of its blocks, would be of no use."""
    sent = "Zavod,ivanova,ivanova@example.ru,smartupload,download,upload,process,donotping,-1,3600,604800\n"
    asked = sent.replace("Zavod", "a.example.ru:80").replace("smartupload", "http").replace("donotping", "ping")
    file = read_text(tmp_path, sent + asked.replace(",", ";") + asked, "romashka_manager_20260417.csv")
    assert [one.code for one in file.problems] == ["F08"]
