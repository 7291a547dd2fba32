"""A damaged list corrected: no line is lost, nothing is guessed, and a corrected problem is not reported again."""

import csv
import io
import stat
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision import lists
from provision.errors import EstateError
from provision.lists import technician
from provision.lists.codes import ACCESS, CODES, POLLED, SENT
from provision.lists.repair import CERTAIN, SURE, Repair
from tests.lists.test_any_bytes import LINES
from tests.lists.writing import NAMES, TODAY, codes, write

MANAGERS, ONLINE = NAMES["managers"], NAMES["online"]
OLD_FORM = POLLED.removesuffix(",3600,604800")


def repaired_in(folder: Path, content: str | bytes, name: str = MANAGERS) -> Repair:
    """That content corrected, in a folder of its own."""
    return technician.repair(write(folder, content, name), folder / "repaired", shown=name, today=TODAY)


def text_of(path: Path | None) -> str:
    """The text of a written file, "" where none was written."""
    return path.read_text(encoding="utf-8") if path else ""


def account(repair: Repair) -> list[tuple[str, str, str, str]]:
    """Line, new line, code and fate of each entry."""
    rows = list(csv.reader(io.StringIO(repair.account.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["строка", "новая строка", "код", "что сделано", "поле", "что было не так", "стало"]
    return [(row[0], row[1], row[2], row[3]) for row in rows[1:]]


def test_a_list_of_all_kinds_of_damage(tmp_path: Path) -> None:
    """What is certain is corrected, other lines are put aside unchanged, and the account lists each problem."""
    content = "\r\n".join(
        [
            "Клиент,Менеджер,E-mail,Протокол,,,,,Пояс,,",
            f"Zavod, {SENT}",
            f'"111222.example.ru:80",{OLD_FORM}',
            f"http://222555.example.ru:80/docs,{POLLED}",
            f"222444.example.ru,{POLLED}",
            f"Завод,{SENT}",
            f"Zavod,{SENT}",
            f"Teplo,{SENT.replace('-1', chr(0x2212) + '1').replace('smartupload', 'SmartUpload')}",
            f"ZAVOD,{SENT}",
            f"222999.example.ru:80,{POLLED.replace('-1', '0')},,",
        ]
    )
    done = repaired_in(tmp_path, b"\xef\xbb\xbf" + content.encode())

    assert done.repaired == tmp_path / "repaired" / MANAGERS
    assert text_of(done.repaired).splitlines() == [
        f"111222.example.ru:80,{POLLED}",
        f"222555.example.ru:80,{POLLED}",
        f"222999.example.ru:80,{POLLED.replace('-1', '0')}",
        "",
        f"Zavod,{SENT}",
        f"Teplo,{SENT}",
    ]
    assert text_of(done.aside).splitlines() == [
        "Клиент,Менеджер,E-mail,Протокол,,,,,Пояс,,",
        f"222444.example.ru,{POLLED}",
        f"Завод,{SENT}",
        f"ZAVOD,{SENT}",
    ]
    repaired, kept, aside, dropped = "исправлено", "оставлено, проверьте", "отложено", "пропущено"
    assert sorted(account(done), key=lambda entry: (int(entry[0] or 0), entry[2])) == [
        ("", "", "F04", repaired),
        ("", "", "F09", repaired),
        ("1", "", "F11", aside),
        ("2", "5", "F19", repaired),
        ("3", "1", "F10", repaired),
        ("3", "1", "F18", repaired),
        ("3", "1", "M02", repaired),
        ("4", "2", "M04", repaired),
        ("5", "", "M05", aside),
        ("6", "", "M20", aside),
        ("7", "", "F17", repaired),
        ("7", "", "M26", dropped),
        ("8", "6", "M12", repaired),
        ("8", "6", "M15", repaired),
        ("9", "", "M25", aside),
        ("10", "3", "F19", repaired),
        ("10", "3", "M17", kept),
    ]
    again = lists.read(done.repaired, today=TODAY)
    assert codes(again.problems) == ["M17"]


@pytest.mark.parametrize(
    ("wrong", "right", "name"),
    [
        (f"http://222555.example.ru/docs,{POLLED}", f"222555.example.ru:80,{POLLED}", MANAGERS),
        (f"1.example.ru:80,{POLLED.replace('download', 'dowload')}", f"1.example.ru:80,{POLLED}", MANAGERS),
        (f"1.example.ru:80,{POLLED.replace(',ping', ',donotping')}", f"1.example.ru:80,{POLLED}", MANAGERS),
        (f"Zavod,{SENT.replace('3600,', '600,')}", f"Zavod,{SENT}", MANAGERS),
        (f"Zavod,{SENT.removesuffix(',604800')}", f"Zavod,{SENT}", MANAGERS),
        (f"Zavod,{SENT.replace('upload,process', 'process')}", f"Zavod,{SENT}", MANAGERS),
        ("Zavod," + SENT.replace("sidorova@", "sid\u043erova@"), f"Zavod,{SENT}", MANAGERS),
        (
            "АО Сфера,u1,p1,https://online1.example.ru/docs,,https,ivanova,ivanova@example.ru",
            f"АО Сфера,u1,p1,{ACCESS}",
            ONLINE,
        ),
        (
            "АО Сфера,u1,p1,online1.example.ru,/docs/,HTTPS,ivanova,ivanova@example.ru",
            "АО Сфера,u1,p1,online1.example.ru,docs,https,ivanova,ivanova@example.ru",
            ONLINE,
        ),
    ],
)
def test_an_error_with_one_possible_meaning_is_corrected(tmp_path: Path, wrong: str, right: str, name: str) -> None:
    """The line becomes what the problem suggested, and nothing is said of it any more."""
    done = repaired_in(tmp_path, wrong + "\n", name)

    assert text_of(done.repaired) == right + "\n"
    assert done.aside is None
    assert {one.fate for one in done.changes if one.problem.level == "error"} == {"repaired"}


@pytest.mark.parametrize(
    "wrong",
    [
        f"http://222555.example.ru/docs,{POLLED.replace('http,', 'https,')}",
        f"222444.example.ru,{POLLED}",
        f"Завод,{SENT}",
        f"Most Stroy,{SENT}",
        f"Fabrika,{SENT.replace('.com', '.com/petrov@example.ru')}",
        f"Zavod,{SENT.replace('-1,3600', '3600')}",
        f"Zavod,{SENT.replace('sidorova,', '')}",
    ],
)
def test_what_has_several_meanings_is_put_aside(tmp_path: Path, wrong: str) -> None:
    """A line that only a person can decide about stays as it was, beside the corrected list."""
    done = repaired_in(tmp_path, f"{wrong}\nTeplo,{SENT}\n")

    assert text_of(done.repaired) == f"Teplo,{SENT}\n"
    assert text_of(done.aside) == wrong + "\n"


def test_separators_encodings_and_names_are_corrected(tmp_path: Path) -> None:
    """Mixed separators, UTF-16 with tabs and cp1251 become plain UTF-8 with commas; the day of the name is turned."""
    line = f"ООО Ромашка,u1,p1,{ACCESS}"
    contents = {
        "a_online_03112026.csv": f"{line}\n{line.replace('u1', 'u2').replace(',', ';')}\n".encode(),
        "b_online_20261103.csv": f"{line}\r\n{line.replace('u1', 'u2')}\r\n".replace(",", "\t").encode("utf-16"),
        "c_online_20261103.csv": f"{line}\n{line.replace('u1', 'u2')}\n".encode("cp1251"),
        "d_manager_20261103.csv": f"{line}\n{line.replace('u1', 'u2')}\n".encode(),
    }
    written = {}
    for name, content in contents.items():
        done = repaired_in(tmp_path, content, name)
        assert done.aside is None
        written[done.repaired.name if done.repaired else ""] = text_of(done.repaired)

    plain = f"{line}\n{line.replace('u1', 'u2')}\n"
    assert written == {f"{letter}_online_20261103.csv": plain for letter in "abcd"}


def test_quotes_within_quotes_come_off_altogether(tmp_path: Path) -> None:
    """What a spreadsheet quoted twice is plain in the corrected list; quotes inside a value stay."""
    doubled = f'"""Ромашка""",u1,p1,{ACCESS}\n"ООО ""Рога""",u2,p2,{ACCESS}\n'
    done = repaired_in(tmp_path, doubled, ONLINE)

    assert text_of(done.repaired) == f'Ромашка,u1,p1,{ACCESS}\nООО "Рога",u2,p2,{ACCESS}\n'
    assert done.repaired
    assert codes(lists.read(done.repaired, today=TODAY).problems) == []


def test_files_are_private_and_never_overwritten(tmp_path: Path) -> None:
    """All three files have mode 0600; a second repair into the same folder is refused and changes nothing."""
    done = repaired_in(tmp_path, f"Zavod, {SENT}\nЗавод,{SENT}\n")
    files = [path for path in (done.repaired, done.aside, done.account) if path]

    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600] * 3
    before = [path.read_bytes() for path in files]
    with pytest.raises(EstateError, match="exists already"):
        repaired_in(tmp_path, f"Teplo,{SENT}\n")
    assert [path.read_bytes() for path in files] == before


def test_the_original_is_never_a_target(tmp_path: Path) -> None:
    """Mending into the list's own folder is refused when the name would be the same."""
    path = write(tmp_path, f"Zavod, {SENT}\n")
    with pytest.raises(EstateError, match="exists already"):
        technician.repair(path, tmp_path)
    assert path.read_text(encoding="utf-8") == f"Zavod, {SENT}\n"


def test_a_file_that_is_no_list_gives_an_account_only(tmp_path: Path) -> None:
    """A workbook or a missing file cannot be corrected: the account says so, nothing else is written."""
    for content in (b"PK\x03\x04\x00\x00", b"\x00\x01\x02"):
        folder = tmp_path / str(len(content))
        folder.mkdir()
        done = repaired_in(folder, content)
        assert (done.repaired, done.aside) == (None, None)
        assert [entry[2:] for entry in account(done)] == [("F06", "отложено")]
    missing = technician.repair(tmp_path / "a_manager_20261103.csv", tmp_path / "out", today=TODAY)
    assert (missing.repaired, codes(one.problem for one in missing.changes)) == (None, ["F06"])


def test_the_account_shows_no_password(tmp_path: Path) -> None:
    """The corrected list and the lines put aside keep the passwords; the account and repr() never have one."""
    content = (
        f"ООО Ромашка,u1,Zq7Secret,{ACCESS}\nООО Ромашка,u2,Zq7Secret,x,{ACCESS}\nООО Ромашка,u3, Zq7Secret,{ACCESS}\n"
    )
    done = repaired_in(tmp_path, content, ONLINE)

    assert text_of(done.repaired).count("Zq7Secret") == 2
    assert text_of(done.aside).count("Zq7Secret") == 1
    assert "Zq7Secret" not in done.account.read_text(encoding="utf-8-sig")
    assert "Zq7Secret" not in repr((done, done.changes))


CONTENTS = st.builds(
    lambda lines, end, encoding: end.join(lines).encode(encoding, errors="replace"),
    st.lists(LINES, min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1251"]),
)


@settings(max_examples=250, deadline=None)
@given(content=CONTENTS, name=st.sampled_from([MANAGERS, ONLINE]))
def test_no_line_is_lost_and_no_correction_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    """Every line is in the corrected list, put aside word for word, or a repeat or blank; a check of that list finds
    no error and none of the corrected codes; a second repair changes nothing."""
    folder = tmp_path_factory.mktemp("repair")
    path = write(folder, content, name)
    file = lists.read(path, shown=name, today=TODAY)
    done = technician.repair(path, folder / "repaired", shown=name, today=TODAY)

    if file.encoding:
        lines = io.StringIO(path.read_bytes().decode(file.encoding), newline=None).read().split("\n")
        aside = Counter(text_of(done.aside).split("\n"))
        gone = {one.line for one in done.changes if one.fate == "dropped"}
        listed = {one.new_line for one in done.changes}
        assert not aside - Counter([*lines, ""])
        rows = [line for line in text_of(done.repaired).split("\n") if line]
        filled = [line for line in lines if line.strip(" ,;\t\"'\u00a0\ufeff\x1a")]
        assert len(filled) <= len(rows) + aside.total() + len(gone)
        assert listed <= set(range(len(rows) + 2))
    if done.repaired:
        again = lists.read(done.repaired, today=TODAY)
        said = {one.code for one in (*again.problems, *lists.check_together([again]))}
        assert not said & (CERTAIN | SURE)
        assert not [code for code in said if CODES[code].level == "error"]
        twice = technician.repair(done.repaired, folder / "twice", today=TODAY)
        assert text_of(twice.repaired) == text_of(done.repaired)
        assert twice.aside is None
