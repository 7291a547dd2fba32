"""The registry of clients: written by apply from the lists; who leaves is closed; a second apply writes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from provision.credential import RootSecret
from provision.sandbox import Sandbox
from provision.stores.local import EventsServer
from tests.stores.conftest import wipe
from tests.world import SECRET, World


@pytest.fixture
def world(sandbox: Sandbox, postgres: EventsServer, tmp_path: Path) -> Iterator[World]:
    """An applied estate whose rows are ours to administer."""
    wipe(postgres)
    world = World(sandbox.url, "admin", "admin", folder=tmp_path, api="auto")
    world.env = {"SMART_EVENTS_ADMIN": postgres.conninfo()}
    world.write(
        "volga_manager_20260417.csv",
        world.manager_line("ivanova", f"{world.tag}.te-cloud.example.ru:443").replace(",http,", ",https,")
        + world.manager_line("ivanova", f"{world.tag}a.example.ru:80")
        + "\n"
        + world.manager_line("petrova", "Zavod").replace(",http,", ",smartupload,").replace(",ping,", ",donotping,"),
    )
    world.apply()
    yield world
    wipe(postgres)


def database(world: World) -> str:
    """The name of Volga's database."""
    return RootSecret(SECRET).database_name(world.volga)


def rows(world: World, what: str) -> list[tuple[Any, ...]]:
    """Columns of Volga's rows, by client."""
    with psycopg.connect(world.env["SMART_EVENTS_ADMIN"], dbname=database(world), autocommit=True) as connection:
        query = f"SELECT {what} FROM core.clients WHERE cabinet = %s ORDER BY client, user_login"
        return connection.execute(query.encode(), [world.volga]).fetchall()


def test_rows_are_those_of_the_lists(world: World) -> None:
    """Where it runs, address, manager, time zone, ping, since when; an access with its server; never a password."""
    ivanova, petrova = world.login("ivanova"), world.login("petrova")
    cloud, own = f"{world.tag}.te-cloud.example.ru:443", f"{world.tag}a.example.ru:80"

    what = "client, host, manager, kind, protocol, tz_correction, ping, server, catalog, user_login"
    assert set(rows(world, what)) == {
        (cloud, cloud, ivanova, "cloud", "https", -1, True, None, None, None),
        (own, own, ivanova, "own_dc", "http", -1, True, None, None, None),
        ("Zavod", "Zavod", petrova, "client_hardware", "smartupload", -1, False, None, None, None),
        ("ООО Ромашка", None, ivanova, "online", "https", None, None, "online1.example.ru", "docs", f"{world.tag}1"),
    }
    assert set(rows(world, "active_from = current_date, active_to, registered_at <= now()")) == {(True, None, True)}
    assert "Pw-Example" not in str(rows(world, "*"))
    assert set(rows(world, "dealer")) == {(f"d{world.tag}",)}


def test_a_second_apply_writes_nothing(world: World) -> None:
    """The plan is empty, and no row has been touched."""
    before = rows(world, "xmin::text, ctid::text")
    assert world.plan()["changes"] == []
    world.apply()
    assert rows(world, "xmin::text, ctid::text") == before


def test_an_air_gapped_client_is_marked_until_it_goes_online(world: World) -> None:
    """Only its row is updated; of the marked ones no alert misses a report."""
    marked = "        air_gapped: [Zavod]\n        title: Волга"
    world.change("tenants.yaml", "        title: Волга", marked)
    world.apply()
    assert {client for client, is_apart in rows(world, "client, air_gapped") if is_apart} == {"Zavod"}
    assert world.plan()["changes"] == []
    world.change("tenants.yaml", marked, "        title: Волга")
    world.apply()
    assert set(rows(world, "air_gapped")) == {(False,)}


def test_who_leaves_is_closed_and_may_come_back(world: World) -> None:
    """A removed line closes its row and touches no other; the same line again opens it; history keeps the name."""
    path = world.folder / "volga_manager_20260417.csv"
    text = path.read_text(encoding="utf-8")
    others = "client <> 'Zavod'"
    before = rows(world, f"xmin::text, {others}")
    path.write_text("".join(line for line in text.splitlines(True) if "Zavod" not in line), encoding="utf-8")
    (change,) = [one for one in world.plan()["changes"] if one["kind"] == "client registry"]
    assert change["action"] == "update"
    world.apply("--allow-deletes", f"{world.volga}=2")

    assert rows(world, "active_to IS NULL OR active_to <> current_date") == [(not gone,) for gone in _zavod(world)]
    assert [row for row in rows(world, f"xmin::text, {others}") if row[1]] == [row for row in before if row[1]]
    path.write_text(text, encoding="utf-8")
    world.apply()
    assert rows(world, "active_to") == [(None,)] * 4
    assert world.plan()["changes"] == []


def _zavod(world: World) -> list[bool]:
    return [client == "Zavod" for (client,) in rows(world, "client")]


def test_a_new_manager_is_an_update_of_the_row(world: World) -> None:
    """The row stays, so does what reports have brought; the time from which data are due begins anew."""
    with psycopg.connect(world.env["SMART_EVENTS_ADMIN"], dbname=database(world), autocommit=True) as connection:
        connection.execute("UPDATE core.clients SET regnum = '210401', registered_at = now() - interval '9 days'")
    world.change("volga_manager_20260417.csv", world.login("petrova"), world.login("ivanova"))
    world.apply("--allow-deletes", f"{world.volga}=2")

    assert set(rows(world, "manager")) == {(world.login("ivanova"),)}
    assert set(rows(world, "regnum")) == {("210401",)}
    late = rows(world, "registered_at < now() - interval '1 day'")
    assert late == [(not gone,) for gone in _zavod(world)]


def test_what_somebody_changed_is_put_right(world: World) -> None:
    """A row deleted or changed by hand is drift, and apply writes it again."""
    with psycopg.connect(world.env["SMART_EVENTS_ADMIN"], dbname=database(world), autocommit=True) as connection:
        connection.execute("DELETE FROM core.clients WHERE client = 'Zavod'")
        connection.execute("UPDATE core.clients SET manager = 'nobody' WHERE kind = 'online'")
    assert world.run("drift").exit_code == 3
    world.apply()
    assert world.plan()["changes"] == []
    assert not {("nobody",)} & set(rows(world, "manager"))


def test_a_suspended_cabinet_keeps_its_registry(world: World) -> None:
    """Nothing of it is closed."""
    world.change("tenants.yaml", f"title: Волга {world.tag}", f"title: Волга {world.tag}\n        state: suspended")
    assert "client registry" not in {one["kind"] for one in world.plan()["changes"]}
    world.apply()
    assert rows(world, "active_to") == [(None,)] * 4
