"""Which of several dated lists is in force, and what changed between two."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision import lists
from provision.lists import technician
from provision.model import ListFile, Row
from tests.lists.writing import read_text

END = "download,upload,process"


def sent(client: str, manager: str, zone: int = -1) -> str:
    """A block-2 line."""
    return f"{client},{manager},{manager}@example.ru,smartupload,{END},donotping,{zone},3600,604800\n"


def online(firm: str, login: str, password: str, manager: str = "ivanova") -> str:
    """An online line."""
    return f"{firm},{login},{password},online1.example.ru,docs,https,{manager},{manager}@example.ru\n"


def dated(folder: Path, name: str, text: str = "") -> ListFile:
    """A list of that name."""
    return read_text(folder, text or sent("Zavod", "ivanova"), name)


def test_the_newest_list_of_each_series_is_in_force(tmp_path: Path) -> None:
    """Both orders of the date are understood; company and kind make the series; older ones get F03 naming the newer."""
    names = [
        "kodeks_manager_05102023.csv",
        "kodeks_manager_20260417.csv",
        "kodeks_managers_20251231.csv",
        "other_manager_20200101.csv",
    ]
    online_list = dated(tmp_path, "kodeks_online_20200101.csv", online("ООО Ромашка", "u1", "p1"))
    found = lists.choose_newest([*(dated(tmp_path, name) for name in names), online_list])

    in_force = ["kodeks_manager_20260417.csv", "other_manager_20200101.csv", "kodeks_online_20200101.csv"]
    assert [file.shown for file in found.in_force] == in_force
    assert [(one.code, one.level, one.file) for one in found.problems] == [
        ("F03", "warning", "kodeks_manager_05102023.csv"),
        ("F03", "warning", "kodeks_managers_20251231.csv"),
    ]
    assert "kodeks_manager_20260417.csv" in found.problems[0].message.ru


def test_of_one_day_the_later_list_wins(tmp_path: Path) -> None:
    """Two lists of one series and day: the one given last is in force."""
    first = dated(tmp_path, "kodeks_manager_20260417.csv")
    second = dated(tmp_path, "kodeks_manager_17042026.csv")

    assert lists.choose_newest([first, second]).in_force == (second,)
    assert lists.choose_newest([second, first]).in_force == (first,)


def test_a_list_that_cannot_be_used_replaces_nothing(tmp_path: Path) -> None:
    """A newer but empty list leaves the older one in force; each list without a date is in force."""
    older = dated(tmp_path, "kodeks_manager_20260416.csv")
    empty = dated(tmp_path, "kodeks_manager_20260417.csv", "\n")
    plain = [dated(tmp_path, "managers.csv"), dated(tmp_path, "list.csv")]
    found = lists.choose_newest([older, empty, *plain])

    assert found.in_force == (older, *plain)
    assert found.problems == ()


def test_the_difference_names_what_came_went_moved_and_changed(tmp_path: Path) -> None:
    """Clients are known by name or address whatever their line; a further manager is a move, another zone a change."""
    old = dated(
        tmp_path,
        "a_manager_20260416.csv",
        sent("Zavod", "ivanova") + sent("Teplo", "ivanova") + sent("Most", "petrov") + sent("Volga", "petrov"),
    )
    new = dated(
        tmp_path,
        "a_manager_20260417.csv",
        sent("Stroy", "petrov") + sent("Volga", "petrov", 2) + sent("Teplo", "petrov") + sent("Zavod", "ivanova"),
    )
    found = technician.diff([old], [new])

    assert [row.line for row in found.added] == [1]
    assert [row.line for row in found.gone] == [3]
    assert [(one.was, one.now, one.after.line) for one in found.moved] == [(("ivanova",), ("petrov",), 3)]
    assert [([field.name for field in one.fields], one.after.line) for one in found.changed] == [(["tz_correction"], 2)]
    assert technician.describe(found, "ru").splitlines() == [
        "Добавлены: 1",
        "  Stroy, a_manager_20260417.csv:1",
        "Исчезли: 1",
        "  Most, a_manager_20260416.csv:3",
        "Перешли к другому менеджеру: 1",
        "  Teplo, a_manager_20260417.csv:3: ivanova → petrov",
        "Изменились: 1",
        "  Volga, a_manager_20260417.csv:2: tz_correction (поправка часов): -1 → 2",
    ]


def test_a_second_manager_is_a_move(tmp_path: Path) -> None:
    """All managers of a client are compared, not its first line."""
    old = dated(tmp_path, "a_manager_20260416.csv", sent("Zavod", "ivanova"))
    new = dated(tmp_path, "a_manager_20260417.csv", sent("Zavod", "ivanova") + sent("Zavod", "petrov"))

    assert [(one.was, one.now) for one in technician.diff([old], [new]).moved] == [
        (("ivanova",), ("ivanova", "petrov"))
    ]


def test_a_new_password_is_reported_without_being_shown(tmp_path: Path) -> None:
    """A changed password appears by the name of its field only; logins stay hidden as well."""
    old = dated(tmp_path, "a_online_20260416.csv", online("ООО Ромашка", "login77", "Zq7Secret"))
    new = dated(tmp_path, "a_online_20260417.csv", online("ООО Ромашка", "login77", "Zq7Other"))
    found = technician.diff([old], [new])

    assert [[field.name for field in one.fields] for one in found.changed] == [["password"]]
    for shown in (repr(found), technician.describe(found, "ru"), technician.describe(found, "en")):
        assert "Zq7" not in shown
        assert "login77" not in shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("versions")


CLIENTS = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(["ivanova", "petrov"])), min_size=1, unique=True
)


@given(before=CLIENTS, after=CLIENTS)
def test_the_difference_leads_from_one_list_to_the_other(
    folder: Path, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Old clients less the gone and with the added are the new ones; nothing differs between a list and itself."""
    old = dated(folder, "a_manager_20260416.csv", "".join(sent(f"Zavod{name}", who) for name, who in before))
    new = dated(folder, "a_manager_20260417.csv", "".join(sent(f"Zavod{name}", who) for name, who in after))
    found = technician.diff([old], [new])

    def hosts(rows: Sequence[Row]) -> set[str]:
        return {row.host for row in rows}

    assert (hosts(old.rows) - hosts(found.gone)) | hosts(found.added) == hosts(new.rows)
    assert not hosts(found.gone) & hosts(new.rows)
    moved = {one.after.host for one in found.moved}
    for host in hosts(old.rows) & hosts(new.rows):
        was = {who for name, who in before if f"Zavod{name}" == host}
        now = {who for name, who in after if f"Zavod{name}" == host}
        assert (host in moved) == (was != now)
    assert not technician.diff([old], [old])


def polled(address: str, manager: str = "ivanova") -> str:
    """A block-1 line."""
    email = f"{manager}@example.ru"
    return f"{address},{manager},{email},http,download,upload,process,ping,-1,3600,604800\n"


def test_another_port_is_a_change(tmp_path: Path) -> None:
    """An address that differs in its port is the same installation; two ports of one host before or after are not."""
    old = dated(tmp_path, "a_manager_20260416.csv", polled("x.example.ru:80") + polled("y.example.ru:80"))
    moved = polled("X.example.ru:8080") + polled("y.example.ru:81") + polled("y.example.ru:82")
    found = technician.diff([old], [dated(tmp_path, "a_manager_20260417.csv", moved)])

    assert [one.fields for one in found.changed] == [
        (technician.FieldChange("address", "x.example.ru:80", "x.example.ru:8080"),)
    ]
    assert [row.host for row in found.added] == ["y.example.ru:81", "y.example.ru:82"]
    assert [row.host for row in found.gone] == ["y.example.ru:80"]


def test_a_difference_as_data_and_as_a_table(tmp_path: Path) -> None:
    """JSON and Excel get the old and the new value of each field, and no password."""
    access = online("ООО Ромашка", "login77", "Zq7Secret")
    old = dated(tmp_path, "a_online_20260416.csv", access)
    new = dated(tmp_path, "a_online_20260417.csv", access.replace("Zq7Secret", "Zq7Other").replace("https", "http"))
    found = technician.diff([old], [new])

    data = technician.as_data(found)
    assert [(one["change"], one["field"], one["was"], one["now"]) for one in data] == [
        ("changed", "password", None, None),
        ("changed", "protocol", "https", "http"),
    ]
    table = technician.difference_table(found, "en").decode("utf-8-sig")
    assert "changed, not shown" in table
    assert "protocol;https;http" in table
    for shown in (str(data), table):
        assert "Zq7" not in shown
        assert "login77" not in shown
