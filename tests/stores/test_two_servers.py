"""Cabinets whose rows are on two PostgreSQL servers; a server or a database that fails stops its own cabinets alone."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from provision.credential import RootSecret
from provision.sandbox import Sandbox
from provision.stores import local
from provision.stores.local import EventsServer
from tests.stores.conftest import wipe
from tests.world import SECRET, World

ROOT = RootSecret(SECRET)
OTHER = "SMART_EVENTS_ADMIN_SOUTH"


@pytest.fixture(scope="module")
def south_postgres(ground: Path) -> Iterator[EventsServer]:
    with local.postgresql(ground / "south") as server:
        yield server


@pytest.fixture
def south(south_postgres: EventsServer) -> EventsServer:
    """A second server, as initdb leaves it."""
    wipe(south_postgres)
    return south_postgres


@pytest.fixture
def world(sandbox: Sandbox, empty: EventsServer, south: EventsServer, tmp_path: Path) -> World:
    """Two cabinets: Volga on the first server, Don on the second."""
    (tmp_path / "estate").mkdir()
    world = World(sandbox.url, "admin", "admin", folder=tmp_path / "estate", api="auto")
    world.env = {"SMART_EVENTS_ADMIN": empty.conninfo(), OTHER: south.conninfo()}
    events = f'{{address: "127.0.0.1:{south.port}", administrator: {OTHER}}}'
    title = f"title: Дон {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        stores: {{events: {events}}}\n")
    return world


def databases(server: EventsServer) -> list[str]:
    """The cabinets' databases of a server."""
    with psycopg.connect(server.conninfo()) as connection:
        return [str(name) for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^d_'")]


def logs_in(server: EventsServer, cabinet: str) -> bool:
    """Whether the server lets the cabinet's credential into its database."""
    user = ROOT.credential("events", cabinet, 1)
    try:
        psycopg.connect(
            server.conninfo(ROOT.database_name(cabinet), user.name, user.password), connect_timeout=5
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def put(world: World, state: str, before: str = "") -> None:
    """Don gets that state in tenants.yaml; `before` is the one it has there."""
    title = f"title: Дон {world.tag}\n"
    there = f"{title}        state: {before}\n" if before else title
    world.change("tenants.yaml", there, f"{title}        state: {state}\n")


def administer(server: EventsServer, text: str, database: str = "") -> None:
    with psycopg.connect(server.conninfo(database or server.database), autocommit=True) as connection:
        connection.execute(text.encode())


def test_each_cabinet_is_on_its_own_server(world: World, empty: EventsServer, south: EventsServer) -> None:
    """Plan, apply, a second one that writes nothing, drift, and a privilege given by hand on the second server."""
    planned = {(one["kind"], one["cabinet"]) for one in world.plan()["changes"]}
    assert {(kind, one) for kind in ("events database", "events user") for one in (world.volga, world.don)} <= planned
    world.apply()
    assert databases(empty) == [ROOT.database_name(world.volga)]
    assert databases(south) == [ROOT.database_name(world.don)]
    assert logs_in(empty, world.volga)
    assert logs_in(south, world.don)
    source = world.ask("GET", "/api/datasources/uid/smart-events", org=world.org(world.don))
    assert source["url"] == f"127.0.0.1:{south.port}"
    before = world.writes()
    world.apply()
    assert world.writes() == before
    assert world.run("drift").exit_code == 0
    administer(south, f"GRANT CONNECT ON DATABASE {ROOT.database_name(world.don)} TO PUBLIC")
    drift = world.run("drift", "--format", "json")
    assert (drift.exit_code, [one["cabinet"] for one in json.loads(drift.stdout)["changes"]]) == (3, [world.don])
    world.apply()
    assert world.run("drift").exit_code == 0


def test_a_cabinet_of_the_second_server_is_suspended_and_removed(
    world: World, empty: EventsServer, south: EventsServer
) -> None:
    """Suspended it cannot log in; removed, its database is saved and dropped there. The first server stays."""
    world.apply()
    put(world, "suspended")
    world.apply()
    assert not logs_in(south, world.don)
    assert logs_in(empty, world.volga)
    assert world.run("drift").exit_code == 0
    put(world, "absent", before="suspended")
    refused = world.run("apply", "--yes")
    (word,) = set(re.findall(rf"--allow-deletes ({world.don}=\d+)", refused.output))
    world.apply("--allow-deletes", word)
    assert databases(south) == []
    assert databases(empty) == [ROOT.database_name(world.volga)]
    (dump,) = (world.folder / "backup").glob(f"{world.don}-*.dump")
    assert dump.read_bytes().startswith(b"PGDMP")
    assert world.run("drift").exit_code == 0


def test_databases_left_on_the_old_server_are_listed(world: World) -> None:
    """Two cabinets change places: each gets a database on its new server, and drift names the old ones."""
    world.apply()
    text = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    (line,) = re.findall(r"        stores: \{events: .*\n", text)
    title = f"title: Волга {world.tag}\n"
    world.write("tenants.yaml", text.replace(line, "").replace(title, title + line))
    world.apply()
    drift = world.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    found = json.loads(drift.stdout)
    assert found["changes"] == []
    old = {(one["cabinet"], one["kind"], one["key"]) for one in found["orphans"]}
    for cabinet in (world.volga, world.don):
        assert (cabinet, "events database", ROOT.database_name(cabinet)) in old
        assert (cabinet, "events user", ROOT.credential("events", cabinet, 1).name) in old


def test_a_server_that_is_down_stops_its_cabinets_alone(world: World, empty: EventsServer, south: EventsServer) -> None:
    """Don is refused with the reason; Volga is written. With the server back one apply does the rest."""
    world.env[OTHER] = "host=127.0.0.1 port=1 dbname=smart user=postgres password=x"
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert [one["cabinet"] for one in world.plan()["refused"]] == [world.don]
    assert "PostgreSQL: " in result.output
    assert world.orgs() == [f"Волга {world.tag}"]
    assert logs_in(empty, world.volga)
    world.env[OTHER] = south.conninfo()
    world.apply()
    assert logs_in(south, world.don)
    assert world.run("drift").exit_code == 0


def test_no_server_is_an_error(world: World) -> None:
    """With both down nothing is planned: exit 1 and the reason."""
    for variable in ("SMART_EVENTS_ADMIN", OTHER):
        world.env[variable] = "host=127.0.0.1 port=1 dbname=smart user=postgres password=x"
    result = world.run("apply", "--yes")
    assert result.exit_code == 1, result.output
    assert "PostgreSQL: " in result.output
    assert world.orgs() == []


def test_one_failing_database_stops_its_cabinet_alone(world: World, empty: EventsServer, south: EventsServer) -> None:
    """Don's new database cannot be written: Volga, on the same server, is done in all stages; exit 4."""
    text = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    world.write("tenants.yaml", re.sub(r"        stores: \{events: .*\n", "", text))
    name = ROOT.database_name(world.don)
    administer(empty, f"CREATE DATABASE {name}")
    administer(empty, "CREATE SCHEMA core; CREATE TABLE core.clients ()", name)
    result = world.run("apply", "--yes", "--format", "json")
    assert result.exit_code == 4, result.output
    assert logs_in(empty, world.volga)
    assert world.run("drift", world.volga).exit_code == 0
    outcome = {one["cabinet"]: one for one in json.loads(result.stdout)["cabinets"]}
    assert (outcome[world.volga]["status"], outcome[world.don]["status"]) == ("done", "failed")
    administer(empty, f"DROP DATABASE {name}")
    world.apply()
    assert logs_in(empty, world.don)


def test_one_database_that_cannot_be_read_refuses_its_cabinet(world: World, empty: EventsServer) -> None:
    """Its tables are in use for longer than we wait: the plan of the others is made and written."""
    text = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    world.write("tenants.yaml", re.sub(r"        stores: \{events: .*\n", "", text))
    world.apply()
    world.change("tenants.yaml", f"title: Волга {world.tag}", f"title: Волгарь {world.tag}")
    with psycopg.connect(empty.conninfo(ROOT.database_name(world.don))) as session:
        session.execute("LOCK TABLE core.clients IN ACCESS EXCLUSIVE MODE")
        result = world.run("apply", "--yes")
        assert result.exit_code == 4, result.output
    assert world.orgs() == [f"Волгарь {world.tag}", f"Дон {world.tag}"]
    world.apply()
