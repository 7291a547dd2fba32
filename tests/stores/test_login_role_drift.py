"""Drift in cabinets' login roles: seen, and repaired by one apply, after which the cabinet is let in again."""

from collections.abc import Iterator

import pytest

from provision.credential import RootSecret
from provision.stores.cluster import Cluster, Connection
from provision.stores.local import EventsServer
from tests.stores.conftest import wipe
from tests.stores.test_login_roles import clients
from tests.stores.world import VOLGA, VOLGA_MARK, changes, fence_rows, plant_rows, role_changes

# What a cabinet may do to its own role, and an administrator by mistake. ITS_USER is volga's role, HOME its database
# and the group of it, NEIGHBOUR ural's.
DRIFT = {
    "password": "ALTER ROLE ITS_USER PASSWORD 'another'",
    "no password": "ALTER ROLE ITS_USER PASSWORD NULL",
    "md5 password": "ALTER ROLE ITS_USER PASSWORD 'md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
    "a verifier that takes long": "ALTER ROLE ITS_USER PASSWORD 'SCRAM-SHA-256$200000:c2FsdHNhbHRzYWx0c2E=$"
    "L7qcdRAsdRXTXHPMmzGLd2j6nqJcFMQo8EwVE0Pufy8=:L7qcdRAsdRXTXHPMmzGLd2j6nqJcFMQo8EwVE0Pufy8='",
    "search path": "ALTER ROLE ITS_USER SET search_path = public",
    "search path here": "ALTER ROLE ITS_USER IN DATABASE HOME SET search_path = public",
    "search path elsewhere": "ALTER ROLE ITS_USER IN DATABASE smart SET search_path = public",
    "a setting more": "ALTER ROLE ITS_USER SET work_mem = '1GB'",
    "a setting less": "ALTER ROLE ITS_USER RESET statement_timeout",
    "errors go into the log": "ALTER ROLE ITS_USER RESET log_min_error_statement",
    "no login": "ALTER ROLE ITS_USER NOLOGIN",
    "connections": "ALTER ROLE ITS_USER CONNECTION LIMIT -1",
    "an end": "ALTER ROLE ITS_USER VALID UNTIL '2020-01-01'",
    "superuser": "ALTER ROLE ITS_USER SUPERUSER",
    "replication": "ALTER ROLE ITS_USER REPLICATION",
    "not in its group": "REVOKE HOME FROM ITS_USER",
    "may pass its group on": "GRANT HOME TO ITS_USER WITH ADMIN OPTION",
    "in the neighbour's group": "GRANT NEIGHBOUR TO ITS_USER",
    "in another group": "GRANT pg_monitor TO ITS_USER",
    "has a member": "CREATE ROLE guest; GRANT ITS_USER TO guest",
    "owns a table": "CREATE TABLE public.mine (x int); ALTER TABLE public.mine OWNER TO ITS_USER",
    "owns what only a superuser may": "ALTER ROLE ITS_USER SUPERUSER; CREATE FOREIGN DATA WRAPPER w;"
    " ALTER FOREIGN DATA WRAPPER w OWNER TO ITS_USER",
    "a privilege in its own name": "GRANT SELECT ON core.user_cards TO ITS_USER",
    "may connect in its own name": "GRANT CONNECT ON DATABASE HOME TO ITS_USER",
    "dropped": "DROP ROLE ITS_USER",
}


LEFT = (
    "DROP TABLE IF EXISTS public.mine",
    "DROP FOREIGN DATA WRAPPER IF EXISTS w",
    "DROP ROLE IF EXISTS guest",
)


@pytest.fixture(scope="module")
def applied(postgres: EventsServer, root: RootSecret) -> Cluster:
    """volga and ural as applied, with rows; every test of this module leaves them so."""
    wipe(postgres)
    cluster = Cluster(postgres.conninfo())
    fence_rows(cluster, root)
    plant_rows(cluster, root)
    return cluster


@pytest.fixture
def volga(applied: Cluster, root: RootSecret) -> Iterator[Connection]:
    """The administrator's connection to volga's database."""
    with applied.connect(root.database_name("volga")) as connection:
        yield connection
        for statement in LEFT:
            connection.execute(statement.encode())


@pytest.mark.parametrize("drift", DRIFT)
def test_drift_is_seen_and_repaired(
    applied: Cluster, volga: Connection, postgres: EventsServer, root: RootSecret, drift: str
) -> None:
    """Whatever is changed about a role shows in the plan; after one apply it is let in again and sees itself."""
    role = root.credential("events", "volga", 1).name
    statements = DRIFT[drift].replace("NEIGHBOUR", root.database_name("ural"))
    volga.execute(statements.replace("HOME", root.database_name("volga")).replace("ITS_USER", role).encode())
    seen = [change.ref.key for change in role_changes(applied, root)]
    fence_rows(applied, root)

    assert seen == [role]
    assert changes(applied, root) == ()
    assert clients(postgres, root, VOLGA) == {VOLGA_MARK}
