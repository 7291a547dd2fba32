"""Cabinets' login roles in PostgreSQL: limits, drift, rotation, suspension, removal; against the real server."""

import psycopg
import pytest

from provision.credential import RootSecret
from provision.plan import Change
from provision.stores import login_roles
from provision.stores.access import Access
from provision.stores.cluster import Cluster, Connection
from provision.stores.local import EventsServer
from tests.stores.world import BOTH, URAL, VOLGA, VOLGA_MARK, changes, fence_rows, role_changes

NEXT = Access("volga", generation=2)
SUSPENDED = Access("volga", suspended=True)


def clients(events: EventsServer, root: RootSecret, access: Access) -> set[str] | None:
    """The clients this access sees; None when it is not let in."""
    try:
        with psycopg.connect(conninfo(events, root, access)) as session:
            return {str(row[0]) for row in session.execute("SELECT client FROM core.clients")}
    except psycopg.OperationalError:
        return None


def conninfo(events: EventsServer, root: RootSecret, access: Access = VOLGA) -> str:
    """That cabinet's way into its database."""
    user = root.credential("events", access.cabinet, access.generation).name
    password = root.credential("events", access.cabinet, access.generation).password
    return events.conninfo(root.database_name(access.cabinet), user=user, password=password)


def test_a_second_apply_finds_nothing_to_do(fenced: Cluster, root: RootSecret) -> None:
    """Right after an apply the plan is empty."""
    assert role_changes(fenced, root) == ()


def test_a_role_reads_its_own_rows_within_limits(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """A cabinet gets in, sees itself, and every limit is in force in its session."""
    assert len(login_roles.read(fenced, root, [VOLGA])) == 1
    with psycopg.connect(conninfo(empty, root)) as session:
        limits = {name: session.execute(f"SHOW {name}".encode()).fetchone() for name in login_roles.SETTINGS}

    assert clients(empty, root, VOLGA) == {VOLGA_MARK}
    assert limits == {name: (value,) for name, value in login_roles.SETTINGS.items()}


def test_no_more_connections_than_allowed(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """One cabinet cannot use up the server's connections."""
    assert role_changes(fenced, root) == ()
    sessions = [psycopg.connect(conninfo(empty, root)) for _ in range(login_roles.CONNECTIONS)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(conninfo(empty, root))
    finally:
        for session in sessions:
            session.close()


def test_no_secret_is_in_a_plan_or_in_the_servers_log(cluster: Cluster, root: RootSecret) -> None:
    """Neither password nor verifier is part of what a plan shows, and the server never gets the password."""
    with cluster.connect() as admin:
        admin.execute("ALTER SYSTEM SET log_statement = 'all'")
        admin.execute("SELECT pg_reload_conf()")
        try:
            plan = changes(cluster, root)
            fence_rows(cluster, root)
            log = admin.execute("SELECT pg_read_file('../server.log')").fetchone()
        finally:
            admin.execute("ALTER SYSTEM RESET log_statement")
            admin.execute("SELECT pg_reload_conf()")
        role = root.credential("events", "volga", 1).name
        verifier = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]).fetchone()

    password = root.credential("events", "volga", 1).password
    assert "ALTER ROLE" in str(log)
    assert password not in str(log) + repr(plan)
    assert verifier is not None
    assert str(verifier[0]) not in repr(plan) + repr(login_roles.read(cluster, root, BOTH))


def test_rotation_makes_the_next_role_beside_the_old_one(
    fenced: Cluster, empty: EventsServer, root: RootSecret
) -> None:
    """Both generations get in until the old one is dropped, last of all; the database needs no change."""
    plan = changes(fenced, root, [NEXT, URAL])
    assert [(change.ref.kind, change.action) for change in plan] == [
        ("events user", "create"),
        ("events user", "delete"),
    ]
    login_roles.apply(fenced, root, plan[:1])
    assert clients(empty, root, VOLGA) == clients(empty, root, NEXT) == {VOLGA_MARK}

    login_roles.apply(fenced, root, plan[1:])

    assert clients(empty, root, VOLGA) is None
    assert clients(empty, root, NEXT) == {VOLGA_MARK}
    assert changes(fenced, root, [NEXT, URAL]) == ()


def test_suspension_ends_sessions(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """A suspended cabinet can neither log in nor go on in an open session; taken back, it gets in as before."""
    with psycopg.connect(conninfo(empty, root), autocommit=True) as session:
        fence_rows(fenced, root, [SUSPENDED, URAL])
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert clients(empty, root, VOLGA) is None
    assert clients(empty, root, URAL) is not None
    assert role_changes(fenced, root, [SUSPENDED, URAL]) == ()

    fence_rows(fenced, root)

    assert clients(empty, root, VOLGA) == {VOLGA_MARK}


def test_removal_ends_sessions(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """An open session does not outlive its role."""
    with psycopg.connect(conninfo(empty, root), autocommit=True) as session:
        live = login_roles.read(fenced, root, [VOLGA])
        login_roles.apply(fenced, root, [Change(resource.ref, resource, None) for resource in live.values()])
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_a_role_dropped_by_hand_is_made_again(fenced: Cluster, volga: Connection, root: RootSecret) -> None:
    """With the next generation too: the former one is no longer looked for."""
    volga.execute(f'DROP ROLE "{root.credential("events", "volga", 1).name}"'.encode())
    assert [change.action for change in role_changes(fenced, root, [NEXT, URAL])] == ["create"]
    fence_rows(fenced, root, [NEXT, URAL])

    assert changes(fenced, root, [NEXT, URAL]) == ()


def test_removal_leaves_nothing(fenced: Cluster, volga: Connection, root: RootSecret) -> None:
    """A cabinet that should have no role loses every one, of whatever generation."""
    fence_rows(fenced, root, [VOLGA, URAL])
    login_roles.apply(fenced, root, role_changes(fenced, root, [NEXT, URAL])[:1])
    live = login_roles.read(fenced, root, [VOLGA])
    assert len(live) == 2
    login_roles.apply(fenced, root, [Change(resource.ref, resource, None) for resource in live.values()])

    assert login_roles.read(fenced, root, [VOLGA]) == {}
    assert role_changes(fenced, root, [URAL]) == ()
