"""Whatever bytes a file holds: no traceback, every line accounted for once, no password shown."""

import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision import lists
from provision.lists.codes import ACCESS, CODES, POLLED, SENT
from provision.lists.decode import detect
from provision.model import ListFile
from tests.lists.writing import NAMES, TODAY, write

SECRET = "Zq7Secret"  # in every password below
SIGNS = st.sampled_from(
    ["", " ", ",", ";", "\t", '"', "..", "#", "\u00a0", "\ufeff", "\x00", "\x1b[31m", "@", "/", ":"]
)
WORDS = st.sampled_from(["http", "https", "smartupload", "download", "upload", "process", "ping", "donotping", "docs"])
VALUES = st.sampled_from(["-1", "\u22121", "3600", "604800", "Zavod", "Завод", "ivanova", "a@b@c", "9" * 20, "и т.д."])
PLACES = st.sampled_from(
    ["ivanova@example.ru", "online1.example.ru", "111222.example.ru:80", "[::1]:80", "10.0.0.1:80"]
)
PIECES = st.one_of(SIGNS, WORDS, VALUES, PLACES)
WHOLE_LINES = st.sampled_from(
    [
        f"111222.example.ru:80,{POLLED}",
        f"Zavod,{SENT}",
        f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}",
        *(line for row in CODES.values() for line in row.example.splitlines()),
    ]
)
LINES = st.one_of(
    WHOLE_LINES,
    st.lists(PIECES, max_size=14).map(",".join),
    st.lists(PIECES, max_size=14).map("".join),
    st.tuples(WHOLE_LINES, st.sampled_from([";", "\t", ", "])).map(lambda pair: pair[0].replace(",", pair[1])),
    st.text(max_size=40),
)
CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda lines, end, encoding: end.join(lines).encode(encoding, errors="replace"),
        st.lists(LINES, max_size=12),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.sampled_from(["utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16", "utf-16-le"]),
    ),
)
FILE_NAMES = st.sampled_from([*NAMES.values(), "list.csv", "a_online_99999999.csv", "manager.xlsx"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("lists")


def fates(file: ListFile) -> Counter[int]:
    """How often each line occurs in the account."""
    return Counter([*(row.line for row in file.rows), *file.refused, *file.ignored])


def count_lines(content: bytes) -> int:
    """How many lines an editor would show, by an own reckoning; 0 where the bytes are no text of ours."""
    encoding = detect(io.BytesIO(content)).name
    text = content.decode(encoding, errors="replace") if encoding else ""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return len(plain.removesuffix("\n").split("\n")) if plain else 0


@settings(max_examples=400, deadline=None)
@given(content=CONTENTS, name=FILE_NAMES)
def test_any_bytes_give_problems_and_an_account_of_every_line(folder: Path, content: bytes, name: str) -> None:
    """Every line is a row, refused or ignored, exactly once; refused lines have an error, ignored ones their reason."""
    file = lists.read(write(folder, content, name), shown=name, today=TODAY)

    assert file.lines == count_lines(content)
    assert fates(file) == Counter(range(1, file.lines + 1))
    errors = {one.line for one in file.problems if one.level == "error"}
    assert not file.usable or set(file.refused) <= errors
    reasons = {(one.line, one.code) for one in file.problems}
    unsaid = {(line, code) for line, code in file.ignored.items() if code} - reasons
    if any(one.code == "F08" for one in file.problems):  # then advice about single lines is left out, and that alone
        unsaid = {(line, code) for line, code in unsaid if lists.CODES[code].level == "error"}
    assert not unsaid
    assert not errors & {row.line for row in file.rows}
    for one in (*file.problems, *lists.check_together([file])):
        assert one.file == name
        assert 0 <= one.line <= max(file.lines, 1)
        assert (one.message.ru + one.message.en + one.hint.ru + one.value).isprintable()


def damaged(password: str) -> list[str]:
    """An online line with that password, whole and with every slip that moves the password to another column."""
    whole = ["ООО Ромашка", "u10234", password, *ACCESS.split(",")]
    lines = [whole, [*whole, ""], [*whole, "", ""], whole[1:], whole[2:], whole[3:] + whole[:3], whole[::-1]]
    lines += [whole[:number] + whole[number + 1 :] for number in range(8) if number != 2]
    lines += [[*whole[:number], "", *whole[number:]] for number in range(9)]
    lines += [[*whole[:number], whole[number] + " ", *whole[number + 1 :]] for number in range(8)]
    return [",".join(line) for line in lines]


@pytest.mark.parametrize("password", [SECRET, f"{SECRET},{SECRET}x", f"{SECRET} {SECRET}", f'"{SECRET}', f"{SECRET}/1"])
@pytest.mark.parametrize("name", NAMES.values())
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_password_is_shown_wherever_it_has_slipped(folder: Path, password: str, name: str, separator: str) -> None:
    """Neither a problem nor any repr holds a part of a password, in whatever column of a damaged line it is."""
    for line in damaged(password):
        for content in (line, f'"{line}"', f"{line}\n{line}x\n", f"{damaged('other')[0]}\n{line}\n"):
            text = content.replace(",", separator)
            file = lists.read(write(folder, text, name), shown=name, today=TODAY, registered=["petrov"])
            shown = repr((file, file.rows, [*file.rows], file.problems, lists.check_together([file])))
            assert SECRET not in shown, line


@settings(max_examples=200, deadline=None)
@given(before=st.lists(PIECES, max_size=9), after=st.lists(PIECES, max_size=9))
def test_no_password_is_shown_in_lines_of_any_length(folder: Path, before: list[str], after: list[str]) -> None:
    """A secret between any pieces of either list, with a number of fields that is not 8, is never shown."""
    fields = [*before, SECRET, *after]
    line = ",".join(fields)
    if len(line.split(",")) == 8:
        line += f",{SECRET}"
    content = f"{damaged('other')[0]}\n{line}\n"
    file = lists.read(write(folder, content, NAMES["online"]), shown="x", today=TODAY)

    assert SECRET not in repr((file, file.problems, file.rows, [*file.rows]))
