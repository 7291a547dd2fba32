"""Cabinets that must not see each other share nothing; those of one realm may."""

from pathlib import Path

import pytest

from provision import lists
from provision.lists import Group
from provision.model import Person, Problem
from tests.lists.writing import read_text

END = "download,upload,process"


def sent(client: str, manager: str, email: str) -> str:
    """A block-2 line."""
    return f"{client},{manager},{email},smartupload,{END},donotping,-1,3600,604800\n"


def polled(address: str, manager: str, email: str) -> str:
    """A block-1 line."""
    return f"{address},{manager},{email},http,{END},ping,-1,3600,604800\n"


def online(login: str, folder: str, manager: str, email: str) -> str:
    """An online line."""
    return f"ООО Ромашка,{login},Pw-Example-1,online1.example.ru,{folder},https,{manager},{email}\n"


def group(folder: Path, cabinet: str, text: str, *people: Person, kind: str = "manager", realm: str = "") -> Group:
    """A cabinet with one list; a realm of its own unless one is named."""
    file = read_text(folder, text, f"{cabinet}_{kind}_20261103.csv")
    assert not [one for one in file.problems if one.level == "error"]
    return Group(cabinet, [file], people, realm or cabinet)


def said(problems: tuple[Problem, ...]) -> list[tuple[str, str, str, int]]:
    """Code, cabinet, file and line of each."""
    return [(one.code, one.cabinet, one.file, one.line) for one in problems]


A, B = "a_manager_20261103.csv", "b_manager_20261103.csv"


@pytest.mark.parametrize(
    ("code", "field", "one", "other"),
    [
        ("P11", 3, sent("Zavod", "ivanova", "i@example.ru"), sent("Volga", "orlova", "I@Example.ru")),
        ("P12", 2, sent("Zavod", "ivanova", "i@example.ru"), sent("Volga", "Ivanova", "o@example.ru")),
        ("P12", 1, sent("Zavod", "ivanova", "i@example.ru"), sent("ZAVOD", "orlova", "o@example.ru")),
        (
            "P12",
            1,
            polled("x.example.ru:80", "ivanova", "i@example.ru"),
            polled("X.example.ru:80", "orlova", "o@example.ru"),
        ),
    ],
    ids=["email", "login", "client", "address"],
)
def test_a_shared_value_stops_both_cabinets(tmp_path: Path, code: str, field: int, one: str, other: str) -> None:
    """One problem for each cabinet concerned; both texts name both places; letter case does not matter."""
    found = lists.check_apart([group(tmp_path, "a", one), group(tmp_path, "b", other)])

    assert said(found) == [(code, "a", A, 1), (code, "b", B, 1)]
    for problem in found:
        assert (problem.level, problem.blocks_cabinet, problem.field_number) == ("error", True, field)
        for text in problem.message:
            assert f"{A}:1 (a)" in text
            assert f"{B}:1 (b)" in text


def test_cabinets_of_one_realm_may_share(tmp_path: Path) -> None:
    """Inside a realm nothing is reported, whatever the cabinets share; a third realm is compared with both."""
    line = sent("Zavod", "ivanova", "i@example.ru")
    inside = [group(tmp_path, name, line, realm="r") for name in ("a", "b")]
    stranger = group(tmp_path, "c", sent("Volga", "ivanova", "o@example.ru"))

    assert lists.check_apart(inside) == ()
    assert [(one.code, one.cabinet) for one in lists.check_apart([*inside, stranger])] == [
        ("P12", "a"),
        ("P12", "b"),
        ("P12", "c"),
    ]


def test_a_cabinet_without_a_realm_is_alone(tmp_path: Path) -> None:
    """Two cabinets for which no realm is given share nothing either."""
    line = sent("Zavod", "ivanova", "i@example.ru")
    alone = [Group(name, group(tmp_path, name, line).files) for name in ("a", "b")]

    assert {(one.code, one.cabinet) for one in lists.check_apart(alone)} == {
        (code, cabinet) for code in ("P11", "P12") for cabinet in ("a", "b")
    }


def test_different_people_clients_and_addresses_are_fine(tmp_path: Path) -> None:
    """The same port, domain or data centre is no crossing, nor is a client named like another cabinet's manager."""
    first = polled("x.example.ru:80", "ivanova", "i@example.ru") + "\n" + sent("petrov", "ivanova", "i@example.ru")
    second = polled("y.example.ru:80", "petrov", "p@example.ru") + "\n" + sent("ivanova", "petrov", "p@example.ru")

    assert lists.check_apart([group(tmp_path, "a", first), group(tmp_path, "b", second)]) == ()


def test_heads_count_like_managers(tmp_path: Path) -> None:
    """A head named in tenants.yaml crosses with a manager by login and by e-mail, at the line of tenants.yaml."""
    head = Person("ivanova", "orlova@example.ru", "Viewer", "tenants.yaml:12")
    one = group(tmp_path, "a", sent("Zavod", "petrov", "p@example.ru"), head)
    other = group(
        tmp_path, "b", sent("Volga", "ivanova", "i@example.ru") + sent("Volga", "orlova", "orlova@example.ru")
    )

    assert said(lists.check_apart([one, other])) == [
        ("P12", "a", "tenants.yaml", 12),
        ("P12", "b", B, 1),
        ("P11", "a", "tenants.yaml", 12),
        ("P11", "b", B, 2),
    ]


def test_one_online_access_belongs_to_one_cabinet(tmp_path: Path) -> None:
    """The same host, folder and login in two cabinets is P12 and shows neither login nor password."""
    one = group(tmp_path, "a", online("u10234", "docs", "ivanova", "i@example.ru"), kind="online")
    other = group(tmp_path, "b", online("u10234", "docs", "orlova", "o@example.ru"), kind="online")
    else_where = group(tmp_path, "b", online("u10234", "kodeks", "orlova", "o@example.ru"), kind="online")

    found = lists.check_apart([one, other])
    assert [(problem.code, problem.cabinet) for problem in found] == [("P12", "a"), ("P12", "b")]
    assert "u10234" not in repr(found)
    assert "Pw-Example" not in repr(found)
    assert lists.check_apart([one, else_where]) == ()


def test_each_value_is_reported_once_a_cabinet(tmp_path: Path) -> None:
    """A manager on many lines crosses at the first of them."""
    many = "".join(sent(f"Zavod{letter}", "ivanova", "i@example.ru") for letter in "ABC")
    other = sent("Volga", "orlova", "o@example.ru") + sent("Most", "ivanova", "o@example.ru")

    assert said(lists.check_apart([group(tmp_path, "a", many), group(tmp_path, "b", other)])) == [
        ("P12", "a", A, 1),
        ("P12", "b", B, 2),
    ]
