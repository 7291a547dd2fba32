"""Lists in the forms people make them: whatever a program did to the file, the rows are those of the clean one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from provision import lists
from provision.lists.codes import ACCESS, POLLED, SENT
from tests.lists.writing import NAMES, TODAY, codes, read_text

CLEAN = {
    "managers": f"111222.example.ru:80,{POLLED}\nportal.example.com:80,{POLLED}\n\nZavod,{SENT}\nTeplo,{SENT}\n",
    "online": f'ООО Ромашка,u1,p1,{ACCESS}\nАО "Сфера",u2,p 2,{ACCESS}\nИП Петров,u3,p-3,{ACCESS}\n',
}


def by_line(change: Callable[[str], str]) -> Callable[[str], bytes]:
    """That change made to every line that is not blank."""
    return lambda text: "".join((change(line) if line else line) + "\n" for line in text.splitlines()).encode()


def spreadsheet(separator: str) -> Callable[[str], str]:
    """The line as Excel writes it when every cell is quoted."""

    def change(line: str) -> str:
        return separator.join('"' + field.replace('"', '""') + '"' for field in line.split(","))

    return change


DAMAGE: dict[str, tuple[Callable[[str], bytes], set[str]]] = {
    "mark": (lambda text: b"\xef\xbb\xbf" + text.encode(), {"F04"}),
    "CRLF": (lambda text: text.replace("\n", "\r\n").encode(), {"F09"}),
    "CR": (lambda text: text.replace("\n", "\r").encode(), {"F09"}),
    "no end": (lambda text: text.removesuffix("\n").encode(), set()),
    "blank end": (lambda text: f"{text}\n".encode(), set()),
    "semicolons": (by_line(lambda line: line.replace(",", ";")), {"F07"}),
    "tabs": (by_line(lambda line: line.replace(",", "\t")), {"F07"}),
    "quoted cells": (by_line(spreadsheet(",")), {"F10"}),
    "quoted cells, semicolons": (by_line(spreadsheet(";")), {"F07", "F10"}),
    "quoted cells, spaces": (by_line(spreadsheet(" , ")), {"F10"}),
    "quoted lines": (by_line(lambda line: '"' + line.replace('"', '""') + '"'), {"F10"}),
    "quoted lines, empty columns": (by_line(lambda line: '"' + line.replace('"', '""') + '";;;'), {"F10", "F19"}),
    "spaces": (by_line(lambda line: f" {line.replace(',', ' , ')} "), {"F19"}),
    "non-breaking spaces": (by_line(lambda line: line.replace(",", "\u00a0,\u200b")), {"F19"}),
    "empty columns": (by_line(lambda line: f"{line},,,,"), {"F19"}),
    "empty columns of another kind": (by_line(lambda line: f"{line};;;;"), {"F19"}),
    "headings": (
        lambda text: ("client,manager,e-mail,протокол,login,пароль,url,почта\n" + text).encode(),
        {"F11"},
    ),
    "remainders": (lambda text: f"# список\n{text}.....\nи т.д.\nsep=;\n".encode(), {"F12"}),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", CLEAN)
def test_the_rows_are_those_of_the_clean_list(tmp_path: Path, kind: str, damage: str) -> None:
    """The same values on the same lines, the damage named by its codes and by nothing else."""
    clean = read_text(tmp_path, CLEAN[kind], NAMES[kind])
    change, expected = DAMAGE[damage]
    file = read_text(tmp_path, change(CLEAN[kind]), NAMES[kind])

    assert clean.problems == ()
    assert [row.fields for row in file.rows] == [row.fields for row in clean.rows]
    shift = damage in ("headings", "remainders")
    assert [row.line for row in file.rows] == [row.line + shift for row in clean.rows]
    assert set(codes(file.problems)) == expected


def test_windows_1251_shows_a_name_to_judge_by(tmp_path: Path) -> None:
    """The rows are right, and F05 shows a decoded firm (never a password) so that a person sees whether it is."""
    clean = read_text(tmp_path, CLEAN["online"], NAMES["online"])
    file = read_text(tmp_path, CLEAN["online"].encode("cp1251"), NAMES["online"])

    assert [row.fields for row in file.rows] == [row.fields for row in clean.rows]
    assert [(one.code, one.value) for one in file.problems] == [("F05", "ООО Ромашка")]
    assert file.encoding == "cp1251"


@pytest.mark.parametrize(
    ("field", "value", "code", "suggestion"),
    [
        (1, "Zav\u043ed", "M20", "Zavod"),
        (1, "Щукино", "M20", "Schukino"),
        (2, "sid\u043erova", "P14", "sidorova"),
        (3, "sidorova@ex\u0430mple.com", "P08", "sidorova@example.com"),
        (3, "сидорова@example.com", "P08", None),
        (4, "sm\u0430rtupload", "M10", "smartupload"),
        (5, "d\u043ewnload", "M11", "download"),
        (8, "don\u043etping", "M13", "donotping"),
        (9, "\u20131", "M15", "-1"),
        (9, "+2", "M15", "2"),
    ],
)
def test_letters_that_only_look_right(
    tmp_path: Path, field: int, value: str, code: str, suggestion: str | None
) -> None:
    """A Cyrillic letter or a typographic character is found in every field; the right one is offered if certain."""
    fields = ["Zavod", *SENT.split(",")]
    fields[field - 1] = value
    found = read_text(tmp_path, ",".join(fields)).problems

    assert [(one.code, one.field_number, one.suggestion) for one in found] == [(code, field, suggestion)]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("портал.рф:80", "M07"),
        ("x\u0430.example.ru:80", "M07"),
        ("x.example.ru:", "M05"),
        ("x.example.ru:0", "M06"),
        ("x.example.ru:080", "M06"),
        ("x.example.ru:65536", "M06"),
        ("x.example.ru:восемь", "M06"),
        ("https://x.example.ru", "M04"),
        ("x.example.ru:80/", "M04"),
        ("localhost:80", "M08"),
        ("server.local:80", "M08"),
        ("127.0.0.1:80", "M08"),
        ("10.1.2.3", "M08"),
        ("[::1]:80", "M08"),
        ("[fe80::1]:80", "M08"),
        ("[::ffff:10.0.0.1]:80", "M08"),
        ("server:80", "M07"),
        ("300.1.1.1:80", "M07"),
        ("-x.example.ru:80", "M07"),
        ("x_y.example.ru:80", None),
        ("203.0.113.15:80", None),
        ("[2a00::1]:80", None),
        ("X.Example.RU:80", None),
        ("xn--80aswg.xn--p1ai:80", None),
        ("x.example.ru:8080", None),
    ],
)
def test_addresses(tmp_path: Path, address: str, code: str | None) -> None:
    """What an address of block 1 may look like, and the code of what it may not."""
    assert codes(read_text(tmp_path, f"{address},{POLLED}").problems) == ([code] if code else [])


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("a.b-c+d@mail.example.ru", None),
        ("a@ромашка.рф", None),
        ("a@example", "P06"),
        ("a@@example.ru", "P06"),
        ("a@example.ru b@example.ru", "P07"),
        ("a@example.ru;b@example.ru", "P07"),
        ("a b@example.ru", "P06"),
        ("a@ex\u0430mple.рф", "P08"),
        ("Email@Email.Com", "P03"),
        ("x@postbox.com", "P03"),
    ],
)
def test_e_mails(tmp_path: Path, email: str, code: str | None) -> None:
    """One address of proper syntax; a Cyrillic domain is no slip, a mixed one is."""
    line = f"Zavod,{SENT.replace('sidorova@example.com', email)}\nTeplo,{SENT}\n"
    assert codes(read_text(tmp_path, line).problems) == ([code] if code else [])


@pytest.mark.parametrize(
    "value", ["1.2E+11", "1,2E+11", "01.02.2026", "12.янв", "Jan-26", "2026-01-02", "#######", "#ИМЯ?"]
)
@pytest.mark.parametrize("number", [2, 3])
def test_what_a_spreadsheet_made_of_logins_and_passwords(tmp_path: Path, value: str, number: int) -> None:
    """A number or a date in place of a login or password is O11 without showing it (a comma in it is O01)."""
    fields = ["ООО Ромашка", "u10234", "Pw-1", *ACCESS.split(",")]
    fields[number - 1] = value
    file = read_text(tmp_path, ",".join(fields), NAMES["online"])

    assert codes(file.problems) == ["O01" if "," in value else "O11"]
    assert value not in repr(file.problems)


def test_values_of_any_length_are_read_in_good_time(tmp_path: Path) -> None:
    """A third of a million characters in any field give a problem, not an endless search."""
    long = ["a" * 300_000, "a." * 150_000, f"a{' ' * 300_000}b", f"a{' и' * 150_000}", "." * 300_000, "я" * 300_000]
    for kind, text in (
        ("managers", f"Zavod,{SENT}"),
        ("managers", f"x.example.ru:80,{POLLED}"),
        ("online", CLEAN["online"]),
    ):
        for number in range(8):
            fields = text.splitlines()[0].split(",")
            fields[number] = long[number % len(long)]
            file = read_text(tmp_path, ",".join(fields), NAMES[kind])
            assert all(len(one.message.ru) < 1000 and len(one.hint.ru) < 1000 for one in file.problems)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    """A missing file, a directory and a device are F06, each with its own advice, and stop the file."""
    hints = set()
    for path in (
        tmp_path / "none_manager_20261103.csv",
        tmp_path,
        Path("/dev/null"),
        tmp_path / ("x" * 300),
        Path("a\0b"),
    ):
        file = lists.read(path, shown="x", today=TODAY)
        assert [one.code for one in file.problems if one.blocks_cabinet] == ["F06"]
        assert not file.usable
        assert (len(file.rows), file.lines) == (0, 0)
        hints.add(file.problems[-1].hint.ru)
    assert len(hints) >= 3


def test_the_form_of_2023_is_no_matter_of_online_lists(tmp_path: Path) -> None:
    """Broken online lines of 9 and 11 fields are O01 and nothing else: F18 is said of managers lists only."""
    line = CLEAN["online"].splitlines()[0]
    file = read_text(tmp_path, f"{line}\n\n{line},x\n\n{line},x,x,x\n", NAMES["online"])

    assert codes(file.problems) == ["F15", "F15", "O01", "O01"]


def test_thousands_of_managers_of_one_client_are_read_in_good_time(tmp_path: Path) -> None:
    """Four thousand rows of one client, and repeats of them, are compared without comparing each with each."""
    lines = "".join(f"Zavod,{SENT.replace('sidorova', f's{number}')}\n" for number in range(4_000))
    file = read_text(tmp_path, lines + lines)

    assert len(file.rows) == 4_000
    assert codes(lists.check_together([file])) == ["M27"] * 3_999


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("ООО Мак, u9,p9", "F19"),
        ("ООО Мак ,u9,p9", "F19"),
        (" ООО Мак,u9,p9", "F19"),
        ("ООО Мак,u9,p9 ", "F19"),
        ("ООО Мак,\u00a0u9,p9", "F19"),
        ('"ООО Мак",u9,p9', "F10"),
        ("#ООО Мак,u9,p9", "F12"),
        (",u9,p9", "O02"),
        ("М" * 61 + ",u9,p9", "O03"),
        ("ООО Мак,,p9", "O04"),
        ("ООО Мак,u9,", "O05"),
        ("ООО Мак,1E+11,p9", "O11"),
        ("ООО Мак,u9,p,9", "O01"),
    ],
)
def test_damage_is_seen_after_a_clean_line_with_the_same_end(tmp_path: Path, head: str, code: str) -> None:
    """What was read before does not make a later line pass unseen."""
    clean = CLEAN["online"].splitlines()[0]
    file = read_text(tmp_path, f"{clean}\n{head},{ACCESS}\n", NAMES["online"])

    assert codes(file.problems) == [code]
    assert file.problems[0].line == 2


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (" Teplo", "F19"),
        ('"Teplo"', "F10"),
        ("#Teplo", "F12"),
        ("Te plo", "M21"),
        ("Teplo2", "M22"),
        ("T" * 33, "M23"),
        ("nul", "M24"),
        ("Тepl\u043e", "M20"),
        ("", "M03"),
        ("x.example.ru:80", "M19"),
    ],
)
def test_a_clients_name_is_seen_after_a_clean_line_with_the_same_end(tmp_path: Path, head: str, code: str) -> None:
    """The same for the first field of a managers list."""
    file = read_text(tmp_path, f"Zavod,{SENT}\n{head},{SENT}\n")

    assert codes(file.problems) == [code]


def test_another_e_mail_of_the_same_manager_is_no_second_manager(tmp_path: Path) -> None:
    """A client's line repeated with another e-mail is P09, not M27."""
    other = SENT.replace("sidorova@", "s@")
    file = read_text(tmp_path, f"Zavod,{SENT}\nZavod,{other}\n")

    assert codes(lists.check_together([file])) == ["P09"]


def test_a_mixed_file_is_out_and_nothing_is_said_of_pairs_of_its_lines(tmp_path: Path) -> None:
    """F08 excludes the whole file: what its lines have in common (M25, M27, P10) is of no use then."""
    lines = [f"Zavod,{SENT}", f"Zavod,{SENT.replace('sidorova,', 'petrov,')}", f"ZAVOD,{SENT}"]
    file = read_text(tmp_path, "\n".join([*lines, f"Teplo,{SENT}".replace(",", ";")]))

    assert [one.code for one in (*file.problems, *lists.check_together([file]))] == ["F08"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}".replace(",docs", ""), (5, "folder")),
        (f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}".replace(",https", ""), (6, "protocol")),
        (f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}".replace(",online1.example.ru", ""), (4, "host")),
        (f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}".replace("https,ivanova,", "https,"), (7, "manager")),
        (f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}".replace(",ivanova@example.ru", ""), (8, "email")),
        (f"ООО Ромашка,u10234,{ACCESS}", (0, "")),
    ],
)
def test_a_missing_field_of_an_online_line_is_named(tmp_path: Path, line: str, said: tuple[int, str]) -> None:
    """With 7 fields the missing one is named where the others prove it, without a word about a comma or a value."""
    (problem,) = read_text(tmp_path, line, NAMES["online"]).problems[:1]

    assert (problem.code, problem.field_number, problem.field_name) == ("O01", *said)
    for text in (*problem.message, *problem.hint):
        assert "запят" not in text
        assert "comma" not in text
        assert "Pw-Example" not in text
    if not said[0]:
        assert "the firm, login or password is missing" in problem.message.en


@pytest.mark.parametrize("tail", ["2,5,3600,604800", "-1,5,3600,604800", "2,5"])
def test_a_decimal_comma_is_no_surplus_field(tmp_path: Path, tail: str) -> None:
    """`2,5` without quotes is a correction that is not whole, in both forms of the list."""
    (problem,) = read_text(tmp_path, f"Zavod,{SENT.replace('-1,3600,604800', tail)}").problems[:1]

    assert (problem.code, problem.field_number, problem.value) == ("M14", 9, ",".join(tail.split(",")[:2]))


def test_a_line_of_separators_between_the_blocks_is_the_blank_line(tmp_path: Path) -> None:
    """A spreadsheet writes the blank line as `;;;;`: nothing is wrong with it there, a second one is surplus."""
    polled = f"111222.example.ru:80,{POLLED}"
    between = read_text(tmp_path, f"{polled}\n;;;;\nZavod,{SENT}\n")
    assert (between.problems, len(between.rows)) == ((), 2)

    twice = read_text(tmp_path, f"{polled}\n;;;;\n;;;;\nZavod,{SENT}\n;;;;\n")
    assert [(one.code, one.line) for one in twice.problems] == [("F15", 3), ("F15", 5)]


@pytest.mark.parametrize("protocol", ["HTTPS", "Https"])
def test_letter_case_of_the_protocol_is_treated_alike(tmp_path: Path, protocol: str) -> None:
    """Both lists read it in lower case and warn."""
    online = read_text(tmp_path, f"ООО Ромашка,u1,Pw-Example-1,{ACCESS.replace('https', protocol)}", NAMES["online"])
    managers = read_text(tmp_path, f"111222.example.ru:443,{POLLED.replace('http', protocol)}")

    for file, code in ((online, "O13"), (managers, "M12")):
        assert [(one.code, one.level, one.suggestion) for one in file.problems] == [(code, "warning", "https")]
        assert "https" in file.rows[0].fields


def test_a_port_in_the_url_of_an_access_is_named(tmp_path: Path) -> None:
    """O06 says which port has no place there."""
    line = f"ООО Ромашка,u1,Pw-Example-1,{ACCESS.replace('example.ru,docs', 'example.ru:8443,docs')}"
    (problem,) = read_text(tmp_path, line, NAMES["online"]).problems

    assert problem.code == "O06"
    assert "8443" in problem.message.ru
    assert "port 8443" in problem.message.en


@pytest.mark.parametrize(
    ("manager", "code"),
    [("ivanova petrov", "P07"), ("ivanova & petrov", "P07"), ("ivanova  petrov", "P07"), ("Anna Ivanova", "P04")],
)
def test_two_logins_are_two_people_and_a_name_is_one(tmp_path: Path, manager: str, code: str) -> None:
    """Two logins in one field are two people; a first and a last name are one."""
    problems = read_text(tmp_path, f"Zavod,{SENT.replace('sidorova,', manager + ',', 1)}").problems

    assert [one.code for one in problems] == [code]
