"""Drift in databases, groups and what cabinets of a server share: seen under its name, and repaired by one apply."""

from collections.abc import Iterator

import pytest

from provision.credential import RootSecret
from provision.stores.cluster import Cluster, Connection
from provision.stores.local import EventsServer
from tests.stores.conftest import wipe
from tests.stores.world import changes, fence_rows, plant_rows

# What an administrator may do in volga's database or to the server, and the part of the plan that must name it. HOME is
# volga's database and the group of it, ITS_USER its login role, NEIGHBOUR ural's.
DRIFT = {
    "PUBLIC may connect": ("GRANT CONNECT ON DATABASE HOME TO PUBLIC", "DATABASE"),
    "another role may connect": ("CREATE ROLE guest LOGIN; GRANT CONNECT ON DATABASE HOME TO guest", "DATABASE"),
    "the neighbour may connect": ("GRANT CONNECT ON DATABASE HOME TO NEIGHBOUR", "DATABASE"),
    "temporary tables": ("GRANT TEMP ON DATABASE HOME TO HOME", "DATABASE"),
    "the readers cannot connect": ("REVOKE CONNECT ON DATABASE HOME FROM HOME", "DATABASE"),
    "plpgsql is usable": ("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC", "LANGUAGE plpgsql"),
    "plpgsql is usable to one": ("GRANT USAGE ON LANGUAGE plpgsql TO ITS_USER", "LANGUAGE plpgsql"),
    "a table granted by hand": ("GRANT SELECT ON core.user_cards TO ITS_USER", "TABLE core.user_cards"),
    "a table granted to the readers": ("GRANT SELECT ON core.user_cards TO HOME", "TABLE core.user_cards"),
    "a column granted by hand": ("GRANT SELECT (cabinet) ON core.user_cards TO HOME", "TABLE core.user_cards"),
    "a table granted to a stranger": (
        "CREATE ROLE analyst; GRANT SELECT ON core.clients TO analyst",
        "TABLE core.clients",
    ),
    "another table": ("CREATE TABLE public.t (x int); GRANT SELECT ON public.t TO PUBLIC", "TABLE public.t"),
    "a grant is gone": ("REVOKE SELECT (client) ON core.clients FROM HOME", "TABLE core.clients"),
    "the writers lost a grant": ("REVOKE INSERT ON core.clients FROM reports_writer", "TABLE core.clients"),
    "a grant may be passed on": (
        "GRANT SELECT (client) ON core.clients TO HOME WITH GRANT OPTION",
        "TABLE core.clients",
    ),
    "the schema is closed": ("REVOKE USAGE ON SCHEMA core FROM HOME", "SCHEMA core"),
    "the schema public": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "SCHEMA public"),
    "tables will be born open": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE reports_owner IN SCHEMA core GRANT SELECT ON TABLES TO cabinet_reader",
        "DEFAULT FOR ROLE reports_owner IN SCHEMA core ON TABLES",
    ),
    "functions will be born open": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO cabinet_reader",
        "DEFAULT FOR ROLE postgres  ON ROUTINES",
    ),
    "another server": (
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        " GRANT USAGE ON FOREIGN SERVER s TO ITS_USER",
        "FOREIGN SERVER s",
    ),
    "a large object": (
        "SELECT pg_catalog.lo_create(4242); GRANT SELECT ON LARGE OBJECT 4242 TO PUBLIC",
        "LARGE OBJECT",
    ),
    "a name to be quoted": (
        'CREATE TABLE core."Odd ""name" ("Odd col" int); GRANT SELECT ("Odd col") ON core."Odd ""name" TO PUBLIC',
        'TABLE core."Odd ""name"',
    ),
    "an overloaded function": (
        "CREATE FUNCTION core.f(a int, OUT b text) LANGUAGE sql AS 'SELECT 1::text'"
        "; GRANT EXECUTE ON FUNCTION core.f(int) TO PUBLIC",
        "ROUTINE core.f(a integer, OUT b text)",
    ),
    "a table of somebody else": ("ALTER TABLE core.clients OWNER TO postgres", "owners"),
    "the database of somebody else": ("ALTER DATABASE HOME OWNER TO postgres", "owner"),
    "a setting of the database": ("ALTER DATABASE HOME SET work_mem = '1GB'", "settings"),
    "the group may log in": ("ALTER ROLE HOME LOGIN CREATEDB", "readers"),
    "the group is in another group": ("GRANT pg_monitor TO HOME", "readers"),
    "a stranger in the group": ("CREATE ROLE guest; GRANT HOME TO guest", "readers"),
    "a setting of the group": ("ALTER ROLE HOME IN DATABASE HOME SET work_mem = '1GB'", "readers"),
    "the group is not in cabinet_reader": ("REVOKE cabinet_reader FROM HOME", "readers"),
    "the owner may log in": ("ALTER ROLE reports_owner LOGIN", "role reports_owner"),
    "the readers may create roles": ("ALTER ROLE cabinet_reader CREATEROLE", "role cabinet_reader"),
    "all readers are in another group": ("GRANT pg_monitor TO cabinet_reader", "role cabinet_reader"),
    "a stranger among all readers": ("CREATE ROLE stranger; GRANT cabinet_reader TO stranger", "role cabinet_reader"),
    "a setting of the writers": ("ALTER ROLE reports_writer SET work_mem = '1GB'", "role reports_writer"),
    "a parameter": (
        "GRANT SET ON PARAMETER session_replication_role TO ITS_USER",
        "PARAMETER session_replication_role",
    ),
    "a tablespace": ("GRANT CREATE ON TABLESPACE pg_default TO PUBLIC", "TABLESPACE pg_default"),
    "PUBLIC in the administration database": ("GRANT CONNECT ON DATABASE smart TO PUBLIC", 'DATABASE "smart"'),
    "PUBLIC in template1": ("GRANT CONNECT ON DATABASE template1 TO PUBLIC", 'DATABASE "template1"'),
    "a cabinet in postgres": ("GRANT CONNECT ON DATABASE postgres TO ITS_USER", 'DATABASE "postgres"'),
}
# What repairs leave: it lets nobody in. Another test may want the names.
LEFT = (
    "DROP TABLE IF EXISTS public.t",
    'DROP TABLE IF EXISTS core."Odd ""name"',
    "DROP FUNCTION IF EXISTS core.f",
    "DROP FOREIGN DATA WRAPPER IF EXISTS w CASCADE",
    "SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
    *(f"DROP ROLE IF EXISTS {name}" for name in ("guest", "analyst", "stranger")),
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
def test_drift_is_seen_and_repaired(applied: Cluster, volga: Connection, root: RootSecret, drift: str) -> None:
    """Every change by hand shows under the name of what was changed, and one apply repairs it."""
    statements, named = DRIFT[drift]
    words = {
        "HOME": root.database_name("volga"),
        "ITS_USER": root.credential("events", "volga", 1).name,
        "NEIGHBOUR": root.credential("events", "ural", 1).name,
    }
    for word, value in words.items():
        statements = statements.replace(word, value)
    for statement in statements.split("; "):
        volga.execute(statement.encode())
    plan = changes(applied, root)
    fence_rows(applied, root)

    assert any(named in f"{change.ref.key} {differing(change.before, change.after)}" for change in plan)
    assert changes(applied, root) == ()


def differing(before: object, after: object) -> str:
    """The keys under which two specs differ, with those of their privileges."""
    old, new = getattr(before, "spec", {}), getattr(after, "spec", {})
    keys = [key for key in {*old, *new} if old.get(key) != new.get(key)]
    held, due = old.get("privileges", {}), new.get("privileges", {})
    return " ".join([*keys, *(target for target in {*held, *due} if held.get(target) != due.get(target))])
