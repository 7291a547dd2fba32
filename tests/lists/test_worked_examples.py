"""Twenty-five lines as people write them, and exactly what must be said of each."""

from pathlib import Path
from typing import NamedTuple

import pytest

from provision import lists
from provision.lists import Group
from provision.model import Problem
from tests.lists.writing import NAMES, TODAY, all_problems, codes, read_text, write

REGISTERED = ("ivanova", "petrov", "sidorova")
END = "download,upload,process"


class Example(NamedTuple):
    """A line of a managers list or an online list, and its codes; the last of them offers `suggestion`."""

    number: int
    line: str
    codes: tuple[str, ...] = ()
    worst: str = "ok"
    suggestion: str | None = None


ALONE = (
    Example(1, f"111222.example.ru:80,ivanova,ivanova@example.ru,http,{END},ping,-1,3600,604800"),
    Example(2, f"portal.example.com:443,petrov,petrov@example.ru,https,{END},ping,2,3600,604800"),
    Example(3, f"222333.example.ru:80,ivanova,ivanova@example.ru,http,{END},ping,-1", ("M02",), "warning"),
    Example(4, f"222444.example.ru,ivanova,ivanova@example.ru,http,{END},ping,-1,3600,604800", ("M05",), "error"),
    Example(
        5,
        f"http://222555.example.ru:80/docs,ivanova,ivanova@example.ru,http,{END},ping,-1,3600,604800",
        ("M04",),
        "error",
        "222555.example.ru:80",
    ),
    Example(6, f"192.168.0.15:80,ivanova,ivanova@example.ru,http,{END},ping,-1,3600,604800", ("M08",), "error"),
    Example(
        7, f"222777.example.ru:80,petrov,petrov@example.ru,http/https,{END},ping,-1,3600,604800", ("M10",), "error"
    ),
    Example(
        8,
        f"222888.example.ru:80,petrov,petrov@example.ru,http,{END},donotping,-1,3600,604800",
        ("M13",),
        "error",
        "ping",
    ),
    Example(9, f"222999.example.ru:80,petrov,petrov@example.ru,http,{END},ping,0,3600,604800", ("M17",), "warning"),
    Example(
        10,
        f"333000.example.ru:80,petrov,petrov@example.ru,http,{END},ping,\u22121,3600,604800",
        ("M15",),
        "warning",
        "-1",
    ),
    Example(11, f"333111.example.ru:80,petrov,petrov@example.ru,http,{END},ping,-1,3600", ("M01",), "error"),
    Example(
        19,
        f"Fabrika,sidorova,sidorova@example.com/petrov@example.ru,smartupload,{END},donotping,-1,3600,604800",
        ("P07",),
        "error",
    ),
    Example(
        20,
        f"Teplo;sidorova;sidorova@example.com;smartupload;{END.replace(',', ';')};donotping;-1;3600;604800",
        ("F07",),
        "warning",
    ),
    Example(22, "ООО Ромашка,u10234,Pw-Example-1,online1.example.ru,docs,https,ivanova,ivanova@example.ru"),
    Example(
        23,
        "АО Сфера,u10236,Pw-Example-3,https://online1.example.ru/kodeks01,,https,ivanova,ivanova@example.ru",
        ("O06", "O07"),
        "error",
        "kodeks01",
    ),
    Example(
        24, "ИП Петров,u10237,Pw,Example-4,online2.example.ru,docs,http,petrov,petrov@example.ru", ("O01",), "error"
    ),
)
ONLINE = {22, 23, 24}

TOGETHER = (
    Example(12, f"Zavod,sidorova,sidorova@example.com,smartupload,{END},donotping,-1,3600,604800"),
    Example(13, f"Zavod_2,sidorova,sidorova@example.com,smartupload,{END},donotping,2,3600,604800", ("M22",)),
    Example(
        14,
        f"Завод,sidorova,sidorova@example.com,smartupload,{END},donotping,-1,3600,604800",
        ("M20",),
        "error",
        "Zavod",
    ),
    Example(15, f"ZAVOD,sidorova,sidorova@example.com,smartupload,{END},donotping,-1,3600,604800", ("M25",), "error"),
    Example(16, f"Zavod,petrov,petrov@example.ru,smartupload,{END},donotping,-1,3600,604800", ("M27",)),
    Example(17, f"Zavod,sidorova,sidorova@example.com,smartupload,{END},donotping,2,3600,604800", ("M28",), "error"),
    Example(
        18, f"Most Stroy,sidorova,sidorova@example.com,smartupload,{END},donotping,-1,3600,604800", ("M21",), "error"
    ),
)


def worst(problems: tuple[Problem, ...]) -> str:
    """The worst level; notes count as fine."""
    levels = {one.level for one in problems}
    return next((level for level in ("error", "warning") if level in levels), "ok")


@pytest.mark.parametrize("example", ALONE, ids=lambda example: str(example.number))
def test_a_line_alone_in_its_file_earns_exactly_its_codes(tmp_path: Path, example: Example) -> None:
    """Each line gets its codes, their worst level and the suggestion value; a line without an error is a row."""
    name = NAMES["online" if example.number in ONLINE else "managers"]
    file = read_text(tmp_path, example.line + "\n", name, REGISTERED)
    found = all_problems(file)

    assert (codes(found), worst(found)) == (sorted(example.codes), example.worst)
    assert len(file.rows) == (example.worst != "error")
    if example.suggestion:
        assert found[-1].suggestion == example.suggestion


def test_seven_lines_of_one_file_earn_exactly_their_codes(tmp_path: Path) -> None:
    """Lines 12 to 18 are judged together: repeated clients are compared, each code is reported on its own line."""
    content = "".join(example.line + "\n" for example in TOGETHER)
    file = read_text(tmp_path, content, registered=REGISTERED)
    found = all_problems(file)

    said = {number: codes(found, number) for number in range(len(TOGETHER) + 1)}
    assert said == {0: [], **{number: list(example.codes) for number, example in enumerate(TOGETHER, 1)}}
    kept = lists.strike([file], found)[0]
    fine = [number for number, example in enumerate(TOGETHER, 1) if example.worst == "ok"]
    assert [row.line for row in kept.rows] == fine
    assert next(one.suggestion for one in found if one.code == "M20") == "Zavod"


def test_the_e_mail_of_another_branch_is_a_leak(tmp_path: Path) -> None:
    """Line 21 is in branch B's list with an e-mail of branch A: P11 in both, naming both places, both refused."""
    line = f"Volga,orlova,ivanova@example.ru,smartupload,{END},donotping,-1,3600,604800\n"
    branch_a = read_text(tmp_path, ALONE[0].line + "\n", "a_manager_20261103.csv", REGISTERED)
    branch_b = read_text(tmp_path, line, "b_manager_20261103.csv", ("orlova",))

    assert codes(all_problems(branch_b)) == []
    found = lists.check_apart([Group("a", [branch_a], realm="a"), Group("b", [branch_b], realm="b")])
    assert [(one.code, one.cabinet, one.blocks_cabinet, one.file, one.line) for one in found] == [
        ("P11", "a", True, "a_manager_20261103.csv", 1),
        ("P11", "b", True, "b_manager_20261103.csv", 1),
    ]
    for one in found:
        assert "a_manager_20261103.csv:1" in one.message.ru
        assert "b_manager_20261103.csv:1" in one.message.en


def test_a_remainder_of_the_sample_is_passed_over(tmp_path: Path) -> None:
    """Line 25 among real lines is ignored with F12 and nothing else is said."""
    content = ALONE[13].line + "\n..... и так далее....\n"
    file = lists.read(write(tmp_path, content, NAMES["online"]), shown="x", today=TODAY)

    assert codes(file.problems) == ["F12"]
    assert (len(file.rows), dict(file.ignored)) == (1, {2: "F12"})
