"""Cabinets' login roles in PostgreSQL: limits, drift, rotation, suspension, removal; against the real server."""

import psycopg
import pytest

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.stores import row_roles
from provision.stores.access import Access
from provision.stores.local import EventsServer
from provision.stores.schema import Connection, connect
from tests.stores.world import BOTH, URAL, VOLGA, VOLGA_MARK, changes, fence_rows, plant_rows, role_changes

NEXT = Access("volga", generation=2)
SUSPENDED = Access("volga", suspended=True)
# What a cabinet may do to its own role, and an administrator by mistake. ME is volga's role.
DRIFT = {
    "password": "ALTER ROLE ME PASSWORD 'another'",
    "no password": "ALTER ROLE ME PASSWORD NULL",
    "md5 password": "ALTER ROLE ME PASSWORD 'md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
    "a verifier that takes long": "ALTER ROLE ME PASSWORD 'SCRAM-SHA-256$200000:c2FsdHNhbHRzYWx0c2E=$"
    "L7qcdRAsdRXTXHPMmzGLd2j6nqJcFMQo8EwVE0Pufy8=:L7qcdRAsdRXTXHPMmzGLd2j6nqJcFMQo8EwVE0Pufy8='",
    "search path": "ALTER ROLE ME SET search_path = public",
    "search path here": "ALTER ROLE ME IN DATABASE smart SET search_path = public",
    "a setting more": "ALTER ROLE ME SET work_mem = '1GB'",
    "a setting less": "ALTER ROLE ME RESET statement_timeout",
    "no login": "ALTER ROLE ME NOLOGIN",
    "connections": "ALTER ROLE ME CONNECTION LIMIT -1",
    "an end": "ALTER ROLE ME VALID UNTIL '2020-01-01'",
    "superuser": "ALTER ROLE ME SUPERUSER",
    "replication": "ALTER ROLE ME REPLICATION",
    "not in the readers": "REVOKE cabinet_reader FROM ME",
    "may pass the readers on": "GRANT cabinet_reader TO ME WITH ADMIN OPTION",
    "in another group": "GRANT pg_monitor TO ME",
    "has a member": "CREATE ROLE guest; GRANT ME TO guest",
    "owns a table": "CREATE TABLE public.mine (x int); ALTER TABLE public.mine OWNER TO ME",
    "owns what only a superuser may": "ALTER ROLE ME SUPERUSER; CREATE FOREIGN DATA WRAPPER w;"
    " ALTER FOREIGN DATA WRAPPER w OWNER TO ME",
    "mapped to another cabinet": "UPDATE core.cabinet_role SET cabinet = 'ural' WHERE role_name = 'ME'",
    "not mapped": "DELETE FROM core.cabinet_role WHERE role_name = 'ME'",
    "dropped": "DROP OWNED BY ME; DROP ROLE ME",
}


def clients(events: EventsServer, root: RootSecret, access: Access) -> set[str] | None:
    """The clients this access sees; None when it is not let in."""
    user = root.credential("events", access.cabinet, access.generation).name
    password = root.credential("events", access.cabinet, access.generation).password
    try:
        with psycopg.connect(events.conninfo(user=user, password=password)) as session:
            return {str(row[0]) for row in session.execute("SELECT client FROM core.clients")}
    except psycopg.OperationalError:
        return None


def test_a_second_apply_finds_nothing_to_do(admin: Connection, root: RootSecret) -> None:
    """Right after an apply the plan is empty."""
    fence_rows(admin, root)

    assert role_changes(admin, root) == ()


def test_a_role_reads_its_own_rows_within_limits(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """A cabinet gets in, sees itself, and every limit is in force in its session."""
    plant_rows(admin)
    fence_rows(admin, root)
    user, password = root.credential("events", "volga", 1).name, root.credential("events", "volga", 1).password
    with psycopg.connect(events.conninfo(user=user, password=password)) as session:
        limits = {name: session.execute(f"SHOW {name}".encode()).fetchone() for name in row_roles.SETTINGS}

    assert clients(events, root, VOLGA) == {VOLGA_MARK}
    assert limits == {name: (value,) for name, value in row_roles.SETTINGS.items()}


def test_no_more_connections_than_allowed(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """One cabinet cannot use up the server's connections."""
    fence_rows(admin, root)
    user, password = root.credential("events", "volga", 1).name, root.credential("events", "volga", 1).password
    sessions = [psycopg.connect(events.conninfo(user=user, password=password)) for _ in range(row_roles.CONNECTIONS)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(events.conninfo(user=user, password=password))
    finally:
        for session in sessions:
            session.close()


@pytest.mark.parametrize("drift", DRIFT)
def test_drift_is_seen_and_mended(events: EventsServer, admin: Connection, root: RootSecret, drift: str) -> None:
    """Whatever is changed about a role shows in the plan; after one apply it is let in again and sees itself."""
    plant_rows(admin)
    fence_rows(admin, root)
    role = root.credential("events", "volga", 1).name
    admin.execute(DRIFT[drift].replace("ME", role).encode())
    seen = [change.ref.key for change in role_changes(admin, root)]
    fence_rows(admin, root)

    assert seen == [role]
    assert role_changes(admin, root) == ()
    assert clients(events, root, VOLGA) == {VOLGA_MARK}


def test_no_secret_stands_in_a_plan_or_in_the_servers_log(
    events: EventsServer, admin: Connection, root: RootSecret
) -> None:
    """Neither password nor verifier is part of what a plan shows, and the server never hears the password."""
    admin.execute("SET log_statement = 'all'")
    plan = role_changes(admin, root)
    fence_rows(admin, root)
    log = admin.execute("SELECT pg_read_file('../server.log')").fetchone()
    password = root.credential("events", "volga", 1).password
    verifier = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [plan[0].ref.key]).fetchone()

    assert "ALTER ROLE" in str(log)
    assert password not in str(log) + repr(plan)
    assert str(verifier) not in repr(plan) + repr(row_roles.read(admin, root, BOTH))


def test_rotation_makes_the_next_role_beside_the_old_one(
    events: EventsServer, admin: Connection, root: RootSecret
) -> None:
    """Both generations get in until the old one is dropped, last of all."""
    plant_rows(admin)
    fence_rows(admin, root)
    plan = role_changes(admin, root, [NEXT, URAL])
    assert [change.action for change in plan] == ["create", "delete"]
    row_roles.apply(admin, root, [(change.before, change.after) for change in plan[:1]])
    assert clients(events, root, VOLGA) == clients(events, root, NEXT) == {VOLGA_MARK}

    row_roles.apply(admin, root, [(change.before, change.after) for change in plan[1:]])

    assert clients(events, root, VOLGA) is None
    assert clients(events, root, NEXT) == {VOLGA_MARK}
    assert role_changes(admin, root, [NEXT, URAL]) == ()


def test_suspension_shuts_out_and_hangs_up(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """A suspended cabinet can neither log in nor go on in an open session; taken back, it gets in as before."""
    plant_rows(admin)
    fence_rows(admin, root)
    user, password = root.credential("events", "volga", 1).name, root.credential("events", "volga", 1).password
    with psycopg.connect(events.conninfo(user=user, password=password), autocommit=True) as session:
        fence_rows(admin, root, [SUSPENDED, URAL])
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert clients(events, root, VOLGA) is None
    assert clients(events, root, URAL) is not None
    assert role_changes(admin, root, [SUSPENDED, URAL]) == ()

    fence_rows(admin, root)

    assert clients(events, root, VOLGA) == {VOLGA_MARK}


def test_removal_hangs_up(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """An open session does not outlive its role."""
    fence_rows(admin, root)
    user, password = root.credential("events", "volga", 1).name, root.credential("events", "volga", 1).password
    with psycopg.connect(events.conninfo(user=user, password=password), autocommit=True) as session:
        live = row_roles.read(admin, root, [VOLGA])
        row_roles.apply(admin, root, [(resource, None) for resource in live.values()])
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_a_role_of_somebody_else_is_listed_and_left_alone(admin: Connection, root: RootSecret) -> None:
    """A role that we did not name, but somebody mapped to a cabinet, is unmanaged and never dropped."""
    fence_rows(admin, root)
    admin.execute("CREATE ROLE clerk LOGIN; GRANT cabinet_reader TO clerk")
    admin.execute("INSERT INTO core.cabinet_role VALUES ('clerk', 'volga', 0)")
    unmanaged = [ref.key for ref, resource in row_roles.read(admin, root, BOTH).items() if not resource.managed]

    assert unmanaged == ["clerk"]
    assert changes(admin, root) == ()


def test_an_old_role_without_its_entry_is_found_by_its_name(admin: Connection, root: RootSecret) -> None:
    """The role of an earlier generation goes even if the map has lost it."""
    fence_rows(admin, root)
    admin.execute("DELETE FROM core.cabinet_role WHERE cabinet = 'volga'")
    fence_rows(admin, root, [NEXT, URAL])
    left = admin.execute(
        "SELECT FROM pg_roles WHERE rolname = %s", [root.credential("events", "volga", 1).name]
    ).fetchall()

    assert left == []


def test_removal_leaves_nothing(admin: Connection, root: RootSecret) -> None:
    """A cabinet that should have no role loses every one, of whatever generation, and its entries in the map."""
    fence_rows(admin, root)
    fence_rows(admin, root, [VOLGA, NEXT])
    live = row_roles.read(admin, root, [VOLGA])
    row_roles.apply(admin, root, [(resource, None) for resource in live.values()])

    assert row_roles.read(admin, root, [VOLGA]) == {}
    assert admin.execute("SELECT cabinet FROM core.cabinet_role").fetchall() == [("ural",)]
    assert role_changes(admin, root, [URAL]) == ()


def test_a_role_that_was_dropped_by_hand_leaves_no_entry(admin: Connection, root: RootSecret) -> None:
    """An entry in the map without a role is seen as the old generation's and removed."""
    fence_rows(admin, root)
    role = root.credential("events", "volga", 1).name
    admin.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"'.encode())
    fence_rows(admin, root, [NEXT, URAL])

    assert admin.execute("SELECT count(*) FROM core.cabinet_role WHERE cabinet = 'volga'").fetchone() == (1,)


def test_another_root_secret_renews_every_role(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """With a new root secret the old roles are dropped, for the map names them, and new ones are made."""
    plant_rows(admin)
    fence_rows(admin, root)
    other = RootSecret("another root secret of more than 32 characters")
    fence_rows(admin, other)

    assert clients(events, root, VOLGA) is None
    assert clients(events, other, VOLGA) == {VOLGA_MARK}
    assert role_changes(admin, other) == ()


def test_five_hundred_roles_converge(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """All cabinets at once: made, and the next plan is empty."""
    accesses = [Access(f"cabinet{number}") for number in range(500)]
    fence_rows(admin, root, accesses)

    assert role_changes(admin, root, accesses) == ()
    assert clients(events, root, accesses[-1]) == set()


def test_an_administrator_who_is_no_superuser_is_refused(events: EventsServer, admin: Connection) -> None:
    """Roles cannot be kept by less: said before anything is read."""
    admin.execute("CREATE ROLE clerk LOGIN CREATEROLE PASSWORD 'secret'; GRANT CONNECT ON DATABASE smart TO clerk")

    with pytest.raises(StoreError, match="superuser"), connect(events.conninfo(user="clerk", password="secret")):
        pass
