"""The stores in the one flow: planned, applied and checked for drift with everything else, on real servers."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from provision.credential import RootSecret
from provision.sandbox import Sandbox
from provision.stores import local
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.wire import ask, basic
from tests.world import SECRET, World

ROOT = RootSecret(SECRET)
QUERY = "/api/v1/query?query=count%20by%20(cabinet)(up)&time=1700000100"


@pytest.fixture
def world(
    sandbox: Sandbox, metrics_server: MetricsServer, empty: EventsServer, ground: Path, tmp_path: Path
) -> Iterator[World]:
    """An estate of two cabinets whose stores are ours to administer, with one series a cabinet."""
    users = tmp_path / "auth.yml"
    users.write_text("users:\n- {username: writer, password: Pw-Example-9, url_prefix: 'http://127.0.0.1:1/'}\n")
    folder = tmp_path / "estate"
    folder.mkdir()
    with local.vmauth(users) as proxy:
        world = World(sandbox.url, "admin", "admin", folder=folder, api="auto")
        world.env = {
            "SMART_VMAUTH_FILE": str(users),
            "SMART_VMAUTH_URL": proxy.url,
            "SMART_VMAUTH_RELOAD_KEY": proxy.key,
            "SMART_VM_PASSWORD": metrics_server.login.password,
            "SMART_VM_URL": metrics_server.url,
            "SMART_EVENTS_ADMIN": empty.conninfo(),
        }
        lines = "".join(f'up{{cabinet="{one}"}} 1 1700000000000\n' for one in (world.volga, world.don))
        sent = metrics_server.ask("/api/v1/import/prometheus", method="POST", body=lines.encode())
        assert sent.status == 204
        assert metrics_server.ask(f"/internal/force_flush?authKey={metrics_server.key}").status == 200
        yield world


def numbers(world: World, cabinet: str, generation: int = 1) -> list[str] | None:
    """The cabinets whose series that credential sees; None when it is not let in."""
    who = basic(
        ROOT.credential("metrics", cabinet, generation).name, ROOT.credential("metrics", cabinet, generation).password
    )
    answer = ask(f"{world.env['SMART_VMAUTH_URL']}{QUERY}", headers=who)
    if answer.status != 200:
        return None
    return [row["metric"]["cabinet"] for row in json.loads(answer.text)["data"]["result"]]


def rows(server: EventsServer, cabinet: str, generation: int = 1) -> list[str] | None:
    """The clients whose searches that credential sees; None when it is not let in."""
    user, password = (
        ROOT.credential("events", cabinet, generation).name,
        ROOT.credential("events", cabinet, generation).password,
    )
    try:
        with psycopg.connect(conninfo(server, cabinet, user, password), connect_timeout=5) as connection:
            return [client for (client,) in connection.execute("SELECT client FROM core.search_queries")]
    except psycopg.OperationalError:
        return None


def conninfo(server: EventsServer, cabinet: str, user: str = "postgres", password: str | None = None) -> str:
    """A way into the cabinet's database, the superuser's unless another user is named."""
    return server.conninfo(ROOT.database_name(cabinet), user, password)


def fill(server: EventsServer, *cabinets: str) -> None:
    """One search in each cabinet."""
    text = (
        "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, query_text, status)"
        " VALUES (now(), %s, 'installation', %s, 'm', 'q', 'empty')"
    )
    for cabinet in cabinets:
        with psycopg.connect(conninfo(server, cabinet), autocommit=True) as connection:
            connection.execute(text, [cabinet, f"client of {cabinet}"])


def sql(server: EventsServer, cabinet: str, text: str) -> None:
    with psycopg.connect(conninfo(server, cabinet), autocommit=True) as connection:
        connection.execute(text.encode())


def test_a_cabinet_sees_its_own_numbers_and_rows(world: World, empty: EventsServer) -> None:
    """One apply sets up both stores and Grafana; the second finds nothing to do; each credential sees its own."""
    kinds = {change["kind"] for change in world.plan()["changes"]}
    assert {"metrics user", "events server", "events database", "events user", "data source"} <= kinds
    world.apply()
    fill(empty, world.volga, world.don)
    assert world.plan()["changes"] == []
    for cabinet in (world.volga, world.don):
        assert numbers(world, cabinet) == [cabinet]
        assert rows(empty, cabinet) == [f"client of {cabinet}"]
    source = world.ask("GET", "/api/datasources/uid/smart-metrics", org=world.org(world.volga))
    assert source["basicAuthUser"] == ROOT.credential("metrics", world.volga, 1).name


def widen_paths(world: World, _server: EventsServer) -> None:
    path = Path(world.env["SMART_VMAUTH_FILE"])
    text = path.read_text(encoding="utf-8")
    assert "- /api/v1/series\n" in text
    path.write_text(text.replace("- /api/v1/series\n", "- /api/v1/series\n    - /.*\n"), encoding="utf-8")


def open_to_public(world: World, server: EventsServer) -> None:
    sql(server, world.volga, f"GRANT CONNECT ON DATABASE {ROOT.database_name(world.volga)} TO PUBLIC")


def allow_do_blocks(world: World, server: EventsServer) -> None:
    sql(server, world.volga, "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC")


def grant_cabinet(world: World, server: EventsServer) -> None:
    sql(server, world.volga, f"GRANT SELECT ON core.search_queries TO {ROOT.credential('events', world.volga, 1).name}")


def make_superuser(world: World, server: EventsServer) -> None:
    sql(server, world.volga, f"ALTER ROLE {ROOT.credential('events', world.volga, 1).name} SUPERUSER")


def change_password(world: World, server: EventsServer) -> None:
    sql(server, world.volga, f"ALTER ROLE {ROOT.credential('events', world.volga, 1).name} PASSWORD 'by-hand'")


def let_into_the_neighbours_database(world: World, server: EventsServer) -> None:
    neighbour = ROOT.database_name(world.don)
    sql(server, world.volga, f"GRANT {neighbour} TO {ROOT.credential('events', world.volga, 1).name}")


HOLES = [
    widen_paths,
    open_to_public,
    allow_do_blocks,
    grant_cabinet,
    make_superuser,
    change_password,
    let_into_the_neighbours_database,
]


@pytest.mark.parametrize("edit", HOLES)
def test_a_hole_in_the_fence_is_drift(
    world: World, empty: EventsServer, edit: Callable[[World, EventsServer], None]
) -> None:
    """drift exits 3, apply closes the hole, and nothing in Grafana is written for it."""
    world.apply()
    edit(world, empty)
    drift = world.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    assert {change["kind"] for change in json.loads(drift.stdout)["changes"]} <= {
        "metrics user",
        "events database",
        "events user",
    }
    world.apply()
    assert world.run("drift").exit_code == 0


def test_a_new_generation_leaves_no_moment_without_access(world: World, empty: EventsServer) -> None:
    """Until Grafana has the new credential, old and new are valid; after that the old one is removed."""
    world.apply()
    world.change("tenants.yaml", f"title: Волга {world.tag}", f"title: Волга {world.tag}\n        generation: 2")
    fault = {"kind": "error_before", "method": "PUT", "path": "/api/datasources/uid/smart-events"}
    requests.put(f"{world.url}/sandbox/faults", json={"faults": [fault]}, timeout=60).raise_for_status()
    world.apply("--pause", "0.01", status=4)
    assert numbers(world, world.volga, 1) == numbers(world, world.volga, 2) == [world.volga]
    assert rows(empty, world.volga, 1) == rows(empty, world.volga, 2) == []
    requests.delete(f"{world.url}/sandbox/faults", timeout=60).raise_for_status()
    world.apply()
    assert numbers(world, world.volga, 2) == [world.volga]
    assert rows(empty, world.volga, 2) == []
    assert numbers(world, world.volga, 1) is None
    assert rows(empty, world.volga, 1) is None
    assert numbers(world, world.don, 1) == [world.don]
    assert world.run("drift").exit_code == 0


def test_paths_that_were_widened_and_are_in_force_are_closed_again(world: World, empty: EventsServer) -> None:
    """vmauth has read the widened file; after apply it works by the corrected one."""
    world.apply()
    widen_paths(world, empty)
    ask(f"{world.env['SMART_VMAUTH_URL']}/-/reload?authKey={world.env['SMART_VMAUTH_RELOAD_KEY']}")
    who = basic(ROOT.credential("metrics", world.volga, 1).name, ROOT.credential("metrics", world.volga, 1).password)
    find = f"{world.env['SMART_VMAUTH_URL']}/metrics/find?query=*&label=cabinet"
    deadline = time.monotonic() + 30
    while ask(find, headers=who).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    world.apply()
    deadline = time.monotonic() + 30
    while ask(find, headers=who).status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert world.run("drift").exit_code == 0


def test_users_of_others_stay(world: World) -> None:
    """A vmauth user that is not ours is kept, and drift lists it."""
    world.apply()
    assert "Pw-Example-9" in Path(world.env["SMART_VMAUTH_FILE"]).read_text(encoding="utf-8")
    drift = world.run("drift", "--format", "json")
    assert {"metrics user"} == {row["kind"] for row in json.loads(drift.stdout)["unmanaged"]}
    assert "Pw-Example-9" not in drift.output


def test_a_store_that_is_down_stops_everything_before_a_write(world: World) -> None:
    """Without PostgreSQL nothing is written anywhere, and the message says which store it is."""
    world.env["SMART_EVENTS_ADMIN"] = "host=127.0.0.1 port=1 user=postgres dbname=smart connect_timeout=2"
    result = world.run("apply", "--yes")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert world.orgs() == []


def test_rotate_is_one_command(world: World, empty: EventsServer) -> None:
    """It raises the generation in tenants.yaml, and nothing else there, and ends with the new credentials alone."""
    world.apply()
    before = (world.folder / "tenants.yaml").read_text(encoding="utf-8").splitlines()
    result = world.run("rotate", world.volga, "--yes")
    assert result.exit_code == 0, result.output
    after = (world.folder / "tenants.yaml").read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in after if line not in before] == ["generation: 2"]
    assert [line for line in before if line not in after] == []
    assert numbers(world, world.volga, 2) == [world.volga]
    assert numbers(world, world.volga, 1) is None
    assert rows(empty, world.volga, 1) is None
    assert world.run("drift").exit_code == 0
    assert world.run("rotate", world.volga, "--yes").exit_code == 0
    assert "generation: 3" in (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    assert numbers(world, world.don, 1) == [world.don]


def test_rotate_changes_credentials_and_nothing_else(world: World, empty: EventsServer) -> None:
    """Other differences wait for an apply."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    assert world.run("rotate", world.volga, "--yes").exit_code == 0
    assert numbers(world, world.volga, 2) == [world.volga]
    assert {change["kind"] for change in world.plan(world.volga)["changes"]} >= {"preferences"}
    zone = world.ask("GET", "/api/org/preferences", org=world.org(world.volga))["timezone"]
    assert zone == "Europe/Samara"


def test_credentials_of_a_cabinet_cut_out_of_the_file_are_listed(world: World, empty: EventsServer) -> None:
    """drift names its users and its database at the stores, the groups among them, and exits 3."""
    world.apply()
    whole = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    world.write("tenants.yaml", whole[: whole.index(f"      {world.don}:")])
    drift = world.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    orphans = [(one["cabinet"], one["kind"]) for one in json.loads(drift.stdout)["orphans"]]
    kinds = ("org", "metrics user", "events database", "events user", "events user")
    assert sorted(orphans) == sorted((world.don, kind) for kind in kinds)


def test_what_no_cabinet_claims_is_listed_by_name(world: World, empty: EventsServer, tmp_path: Path) -> None:
    """Planted by hand in each engine, with our names or marks: drift says what to do and exits 3; apply keeps them."""
    world.env["SMART_TARGETS_DIR"] = str(tmp_path / "collection")
    world.apply()
    assert world.run("drift").exit_code == 0
    target = tmp_path / "collection/targets/former.json"
    target.write_text('[{"targets": ["zavod.example.ru:80"]}]', encoding="utf-8")
    with psycopg.connect(empty.conninfo(), autocommit=True) as admin:
        admin.execute("CREATE ROLE c_0123456789abcdef LOGIN; CREATE ROLE d_0123456789abcdef")
        admin.execute("CREATE DATABASE d_fedcba9876543210")
    users = Path(world.env["SMART_VMAUTH_FILE"])
    added = "- {username: c_0123456789abcdef, password: Pw-Example-9, name: smart-x, url_prefix: 'http://127.0.0.1:1/'}"
    users.write_text(f"{users.read_text(encoding='utf-8').rstrip()}\n{added}\n", encoding="utf-8")
    world.apply()
    drift = world.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    assert {(one["kind"], one["key"]) for one in json.loads(drift.stdout)["orphans"]} == {
        ("collection file", "targets/former.json"),
        ("events user", "c_0123456789abcdef"),
        ("events user", "d_0123456789abcdef"),
        ("events database", "d_fedcba9876543210"),
        ("metrics user", "c_0123456789abcdef"),
    }
    said = world.run("drift").output
    assert "delete these by hand" in said
    assert "d_fedcba9876543210" in said
    assert target.exists()


def test_a_changed_root_secret_rewrites_nothing_unasked(world: World) -> None:
    """With another SMART_SECRET every cabinet is refused; with the explicit word everything is rewritten."""
    world.apply()
    other = {"SMART_SECRET": SECRET[::-1]}
    writes = world.writes()
    refused = world.run("apply", "--yes", env=other)
    assert refused.exit_code == 1, refused.output
    assert "--new-secret" in refused.output
    assert world.writes() == writes
    assert numbers(world, world.volga) == [world.volga]
    assert world.run("apply", "--yes", "--new-secret", env=other).exit_code == 0
    assert world.run("drift", env=other).exit_code == 0
    assert numbers(world, world.volga) is None


def put(world: World, state: str, before: str = "") -> None:
    """Volga gets that state in tenants.yaml; `before` is the one it has there."""
    title = f"title: Волга {world.tag}\n"
    there = f"{title}        state: {before}\n" if before else title
    world.change("tenants.yaml", there, f"{title}        state: {state}\n")


def test_a_suspended_cabinet_gets_no_rows_until_it_is_resumed(world: World, empty: EventsServer) -> None:
    """Neither store lets its credentials in, an open session ends; resumed, the same credentials see the same."""
    world.apply()
    fill(empty, world.volga, world.don)
    user, password = ROOT.credential("events", world.volga, 1).name, ROOT.credential("events", world.volga, 1).password
    put(world, "suspended")
    with psycopg.connect(conninfo(empty, world.volga, user, password), autocommit=True) as session:
        assert session.execute("SELECT client FROM core.search_queries").fetchall() != []
        world.apply()
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT client FROM core.search_queries")
    assert numbers(world, world.volga) is None
    assert rows(empty, world.volga) is None
    assert numbers(world, world.don) == [world.don]
    assert rows(empty, world.don) == [f"client of {world.don}"]
    assert world.plan()["changes"] == []
    put(world, "active", before="suspended")
    world.apply()
    assert numbers(world, world.volga) == [world.volga]
    assert rows(empty, world.volga) == [f"client of {world.volga}"]
    assert world.run("drift").exit_code == 0


def test_access_given_by_hand_while_suspended_is_drift(world: World, empty: EventsServer) -> None:
    """A role that may log in again: it cannot connect to its database all the same, and apply takes the login away."""
    world.apply()
    put(world, "suspended")
    world.apply()
    sql(empty, world.volga, f"ALTER ROLE {ROOT.credential('events', world.volga, 1).name} LOGIN")
    assert rows(empty, world.volga) is None
    drift = world.run("drift", "--format", "json")
    assert drift.exit_code == 3, drift.output
    assert [change["kind"] for change in json.loads(drift.stdout)["changes"]] == ["events user"]
    world.apply()
    assert rows(empty, world.volga) is None


def test_the_stores_open_before_the_people_come_back(world: World, empty: EventsServer) -> None:
    """With the store's write done and Grafana failing, nobody is let in early, and the next apply ends it."""
    world.apply()
    put(world, "suspended")
    world.apply()
    put(world, "active", before="suspended")
    fault = {"kind": "error_before", "method": "POST", "path": "/api/orgs/[0-9]+/users"}
    requests.put(f"{world.url}/sandbox/faults", json={"faults": [fault]}, timeout=60).raise_for_status()
    world.apply("--pause", "0.01", status=4)
    assert numbers(world, world.volga) == [world.volga]
    assert rows(empty, world.volga) == []
    requests.delete(f"{world.url}/sandbox/faults", timeout=60).raise_for_status()
    world.apply()
    assert len(list((world.folder / "handover").glob(f"{world.volga}-*.txt"))) == 1
    assert world.run("drift").exit_code == 0


def test_a_suspended_cabinet_is_rotated_without_access(world: World, empty: EventsServer) -> None:
    """The next generation comes into force when it is resumed; neither lets anybody in before."""
    world.apply()
    put(world, "suspended")
    world.apply()
    assert world.run("rotate", world.volga, "--yes").exit_code == 0
    assert numbers(world, world.volga, 1) is numbers(world, world.volga, 2) is None
    assert rows(empty, world.volga, 1) is rows(empty, world.volga, 2) is None
    put(world, "active", before="suspended")
    world.apply()
    assert numbers(world, world.volga, 2) == [world.volga]
    assert rows(empty, world.volga, 2) == []
    assert rows(empty, world.volga, 1) is None


def word(world: World) -> tuple[str, ...]:
    """The words with which the brakes let Volga go."""
    refused = world.run("apply", world.volga, "--yes")
    found = re.search(rf"--allow-deletes {world.volga}=\d+", refused.output)
    assert found, refused.output
    return tuple(found[0].split())


def test_an_absent_cabinet_loses_its_credentials(world: World, empty: EventsServer) -> None:
    """User, role and database go with the org, the database saved before; its numbers stay, and so does the other."""
    world.apply()
    fill(empty, world.volga, world.don)
    put(world, "absent")
    refused = {change["kind"] for change in world.plan()["refused"][0]["changes"]}
    assert {"org", "metrics user", "events user", "events database"} <= refused
    assert numbers(world, world.volga) == [world.volga]
    world.apply(*word(world))
    assert world.orgs() == [f"Дон {world.tag}"]
    assert numbers(world, world.volga) is None
    with psycopg.connect(empty.conninfo()) as connection:
        role = ROOT.credential("events", world.volga, 1).name
        assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchall() == []
        there = connection.execute("SELECT datname::text FROM pg_database WHERE datname ~ '^d_'").fetchall()
    assert there == [(ROOT.database_name(world.don),)]
    dumps = list((world.folder / "backup").glob(f"{world.volga}-*.dump"))
    assert len(dumps) == 1
    assert dumps[0].read_bytes().startswith(b"PGDMP")
    assert numbers(world, world.don) == [world.don]
    assert rows(empty, world.don) == [f"client of {world.don}"]
    before = world.writes()
    world.apply()
    assert world.writes() == before
    assert world.run("drift").exit_code == 0
    put(world, "active", before="absent")
    people = [world.login(name) for name in ("ivanova", "orlova")]  # whose record went with the org
    world.apply(*(option for login in people for option in ("--adopt-login", login)))
    assert numbers(world, world.volga) == [world.volga]
    assert rows(empty, world.volga) == []


def test_credentials_that_a_killed_apply_left_are_found(world: World, empty: EventsServer) -> None:
    """SIGKILL with the org deleted and the stores not yet: the next apply takes the rest, without another word."""
    world.apply()
    put(world, "absent")
    allow = word(world)
    fault = {"kind": "delay", "method": "DELETE", "path": "^/api/orgs/[0-9]+$", "seconds": 1}
    requests.put(f"{world.url}/sandbox/faults", json={"faults": [fault]}, timeout=60).raise_for_status()
    command = [sys.executable, "-c", "from provision.cli import main; main()"]
    command += ["-f", str(world.folder / "tenants.yaml"), "apply", "--yes", *allow]
    command += ["--backup", str(world.folder / "backup")]
    ours = {"GRAFANA_URL": world.url, "GRAFANA_PASSWORD": "admin", "SMART_SECRET": SECRET, **world.env}
    running = subprocess.Popen(
        command, env={**os.environ, **ours}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not requests.get(f"{world.url}/sandbox/faults", timeout=60).json()[0]["struck"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    deadline = time.monotonic() + 60
    while len(world.orgs()) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    requests.delete(f"{world.url}/sandbox/faults", timeout=60).raise_for_status()
    assert numbers(world, world.volga) == [world.volga]
    assert rows(empty, world.volga) == []
    left = {change["kind"] for change in world.plan()["changes"]}
    assert left == {"metrics user", "events user", "events database"}
    world.apply()
    assert numbers(world, world.volga) is None
    assert rows(empty, world.volga) is None
    assert world.run("drift").exit_code == 0
