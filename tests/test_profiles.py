"""Profiles of people: names that the estate gives, and e-mails that pass from one person to another.

These tests run against $GRAFANA_URL too.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_people import account, apply_allowed, list_managers, make_stranger, members, rename
from tests.world import World, on_server


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """Two cabinets, applied, which are removed afterwards."""
    with on_server(grafana_url, tmp_path) as world:
        world.apply()
        yield world


def head_of_volga(world: World, **more: str) -> None:
    """The entry of the head of Volga gets these keys in place of those after the e-mail."""
    text = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    words = "".join(f", {key}: {value}" for key, value in more.items())
    start = f"{{login: orlova{world.tag}, email: orlova{world.tag}@example.ru"
    world.write("tenants.yaml", re.sub(f"{re.escape(start)}[^}}]*}}", f"{start}, role: Editor{words}}}", text))


def apply_twice(world: World, *words: str) -> None:
    """The second apply writes nothing, and drift finds nothing."""
    apply_allowed(world, *words)
    before = world.writes()
    world.apply(*words)
    assert world.writes() == before
    assert world.run("drift", *words).exit_code == 0


def test_a_changed_name_of_a_head_is_one_update(world: World) -> None:
    """Given, changed, and changed by its owner: each time one update."""
    head = f"orlova{world.tag}"
    for name in ("Вера Орлова", "Вера Белова"):
        head_of_volga(world, name=name)
        (change,) = world.plan()["changes"]
        assert (change["kind"], change["key"], change["action"]) == ("user", head, "update")
        apply_twice(world)
        assert account(world, head)["name"] == name
    rename(world, head, login=head, name="Somebody Else")
    apply_twice(world)
    assert account(world, head)["name"] == "Вера Белова"


def test_a_name_is_its_owners_where_the_estate_gives_none(world: World) -> None:
    """What a manager called himself stays, also when his e-mail changes."""
    petrov = world.login("petrov")
    rename(world, petrov, login=petrov, name="Пётр Петров")
    assert world.plan()["changes"] == []
    world.change("don_manager_20260417.csv", f"{petrov}@example.ru", f"{petrov}@mail.example.ru")
    apply_twice(world)
    assert account(world, petrov)["name"] == "Пётр Петров"


def test_a_head_who_is_a_manager_elsewhere_has_one_name(world: World) -> None:
    """Whichever cabinet is written first makes the login with the name that the other one gives."""
    head = f"olegova{world.tag}"
    world.change("tenants.yaml", "isolated: true", "isolated: false")
    known = f"heads: [{{login: orlova{world.tag}"
    world.change(
        "tenants.yaml", known, f"heads: [{{login: {head}, email: {head}@example.ru, name: Ольга}}, {known[8:]}"
    )
    list_managers(world, "petrov", "olegova")
    apply_twice(world)
    assert account(world, head)["name"] == "Ольга"


# E-mails that pass from one person to another


def list_emails(world: World, name: str, **emails: str) -> None:
    """The list names these managers with these e-mails."""
    lines = []
    for number, (manager, email) in enumerate(emails.items()):
        line = world.manager_line(manager, f"{world.tag}{name}{number}.example.ru:80")
        lines.append(line.replace(f"{world.login(manager)}@example.ru", f"{email}{world.tag}@mail.example.ru"))
    world.write(f"{name}_manager_20260417.csv", "".join(lines))


def emails(world: World, *names: str) -> list[str]:
    """The e-mails of these managers, without what list_emails() adds."""
    found = [account(world, world.login(name))["email"] for name in names]
    return [email.removesuffix(f"{world.tag}@mail.example.ru") for email in found]


@pytest.mark.parametrize("count", [2, 3])
def test_emails_pass_around_a_ring(world: World, count: int) -> None:
    """A swap and a ring of three, in one cabinet: done in one apply."""
    names, given = ("petrov", "sidorova", "egorova")[:count], ("a", "b", "c")[:count]
    list_emails(world, "don", **dict(zip(names, given, strict=True)))
    world.apply()
    turned = (*given[1:], given[0])
    list_emails(world, "don", **dict(zip(names, turned, strict=True)))
    assert {change["action"] for change in world.plan()["changes"] if change["kind"] == "user"} == {"update"}
    apply_twice(world)
    assert emails(world, *names) == list(turned)


def test_people_of_two_cabinets_swap_emails(world: World) -> None:
    """Cabinets are written side by side; the order makes no difference."""
    world.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    list_emails(world, "don", petrov="a")
    list_emails(world, "volga", ivanova="b")
    world.apply()
    list_emails(world, "don", petrov="b")
    list_emails(world, "volga", ivanova="a")
    apply_twice(world)
    assert emails(world, "petrov", "ivanova") == ["b", "a"]


def test_a_cabinet_alone_takes_no_email_from_another(world: World) -> None:
    """The plan says who has the e-mail; an apply of both cabinets then gives it."""
    world.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    list_emails(world, "don", petrov="a")
    list_emails(world, "volga", ivanova="b")
    world.apply()
    list_emails(world, "don", petrov="b")
    list_emails(world, "volga", ivanova="c")
    (note,) = [one["note"] for one in world.plan(world.don)["changes"] if one["kind"] == "user"]
    assert f"{world.login('ivanova')} has the e-mail" in note
    apply_twice(world, world.don)
    assert emails(world, "petrov", "ivanova") == [world.login("petrov"), "b"]
    apply_twice(world)
    assert emails(world, "petrov", "ivanova") == ["b", "c"]


def test_an_email_given_up_goes_to_a_new_person(world: World) -> None:
    """One changes the e-mail, another comes with it, in the same run."""
    list_emails(world, "don", petrov="a")
    world.apply()
    list_emails(world, "don", anna="a", petrov="b")
    apply_twice(world)
    assert emails(world, "anna", "petrov") == ["a", "b"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_leavers_email_goes_to_who_comes(world: World, at_once: bool) -> None:
    """In the run in which he leaves, and later."""
    list_emails(world, "don", petrov="a", sidorova="b", egorova="c")
    world.apply()
    if not at_once:
        list_emails(world, "don", petrov="a", sidorova="b")
        apply_allowed(world)
    list_emails(world, "don", petrov="a", sidorova="b", anna="c")
    apply_twice(world)
    assert emails(world, "anna", "egorova") == ["c", world.login("egorova")]
    assert world.login("egorova") not in members(world, world.don)


def test_a_strangers_email_is_not_taken(world: World) -> None:
    """It stays with the account that is not ours; the plan says so, and the second apply writes nothing."""
    number = make_stranger(world, f"spy{world.tag}", email=f"b{world.tag}@mail.example.ru")
    list_emails(world, "don", petrov="b")
    (note,) = [one["note"] for one in world.plan()["changes"] if one["kind"] == "user"]
    assert f"spy{world.tag} has the e-mail" in note
    apply_twice(world)
    assert world.ask("GET", f"/api/users/{number}")["email"] == f"b{world.tag}@mail.example.ru"


def test_a_person_who_changed_the_login_keeps_the_email(world: World) -> None:
    """The account that has the e-mail is the person's own, under another login."""
    petrov = world.login("petrov")
    rename(world, petrov, login=f"other{world.tag}", email=f"{petrov}@example.ru")
    apply_twice(world)
    assert account(world, petrov)["email"] == f"{petrov}@example.ru"


def test_an_email_of_a_refused_cabinet_waits(world: World) -> None:
    """Nothing is changed in a cabinet that needs a word for its deletions; with the word one apply does the rest."""
    world.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    list_emails(world, "don", petrov="a")
    list_emails(world, "volga", ivanova="b", anna="x", olga="y", vera="z")
    world.apply()
    list_emails(world, "don", petrov="b")
    list_emails(world, "volga", ivanova="a")
    refused = world.run("apply", "--yes")
    assert refused.exit_code != 0
    assert "and his cabinet is not written now" in refused.output
    assert emails(world, "petrov", "ivanova") == ["a", "b"]
    apply_twice(world)
    assert emails(world, "petrov", "ivanova") == ["b", "a"]
