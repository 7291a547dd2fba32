"""The fence all cabinets share in PostgreSQL: built once, drift that no attempt can show, what stays untouched."""

import psycopg
import pytest

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.stores.access import names
from provision.stores.local import EventsServer
from provision.stores.row_fence import read
from provision.stores.schema import Connection, connect
from tests.stores.world import BOTH, VOLGA, changes, fence_changes, fence_rows, plant_rows

# Drift that lets nobody through yet: statement, and the key of the change that must show. VOLGA is a cabinet's role.
DRIFT = {
    "the owner may log in": ("ALTER ROLE reports_owner LOGIN", "role reports_owner"),
    "the readers may create roles": ("ALTER ROLE cabinet_reader CREATEROLE", "role cabinet_reader"),
    "the readers are in another group": ("GRANT pg_monitor TO cabinet_reader", "role cabinet_reader"),
    "a stranger among the readers": ("CREATE ROLE stranger; GRANT cabinet_reader TO stranger", "role cabinet_reader"),
    "a setting of the readers": ("ALTER ROLE cabinet_reader SET work_mem = '1GB'", "role cabinet_reader"),
    "a setting of the writers here": (
        "ALTER ROLE reports_writer IN DATABASE smart SET work_mem = '1GB'",
        "role reports_writer",
    ),
    "tables will be born open": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE reports_owner IN SCHEMA core GRANT SELECT ON TABLES TO cabinet_reader",
        "DEFAULT FOR ROLE reports_owner IN SCHEMA core ON TABLES",
    ),
    "functions will be born open": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO cabinet_reader",
        "DEFAULT FOR ROLE postgres  ON ROUTINES",
    ),
    "the policy is gone": ("DROP POLICY cabinet_reads ON core.user_cards", "rows of core.user_cards"),
    "the policy is restrictive": (
        "DROP POLICY writer_does_all ON core.clients; CREATE POLICY writer_does_all ON core.clients AS RESTRICTIVE"
        " FOR ALL TO reports_writer USING (true) WITH CHECK (true)",
        "rows of core.clients",
    ),
    "the map is open": ("ALTER TABLE core.cabinet_role DISABLE ROW LEVEL SECURITY", "rows of core.cabinet_role"),
    "a grant is gone": ("REVOKE SELECT (client) ON core.clients FROM cabinet_reader", "TABLE core.clients"),
    "the writers lost a grant": ("REVOKE INSERT ON core.clients FROM reports_writer", "TABLE core.clients"),
    "a grant may be passed on": (
        "GRANT SELECT (client) ON core.clients TO cabinet_reader WITH GRANT OPTION",
        "TABLE core.clients",
    ),
    "the schema is closed": ("REVOKE USAGE ON SCHEMA core FROM cabinet_reader", "SCHEMA core"),
    "another server": (
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        " GRANT USAGE ON FOREIGN SERVER s TO VOLGA",
        "FOREIGN SERVER s",
    ),
    "a large object": (
        "SELECT pg_catalog.lo_create(4242); GRANT SELECT ON LARGE OBJECT 4242 TO PUBLIC",
        "LARGE OBJECT 4242",
    ),
    "a name to be quoted": (
        'CREATE TABLE core."Odd ""name" ("Odd col" int); GRANT SELECT ("Odd col") ON core."Odd ""name" TO PUBLIC',
        'TABLE core."Odd ""name"',
    ),
    "an overloaded function": (
        "CREATE FUNCTION core.f(a int, OUT b text) LANGUAGE sql AS 'SELECT 1::text'",
        "ROUTINE core.f(a integer, OUT b text)",
    ),
}


def test_a_database_as_created_is_open_and_the_fence_closes_it(admin: Connection, root: RootSecret) -> None:
    """PUBLIC may enter and make temporary tables before, nothing after; a second apply finds nothing to do."""
    before = {change.ref.key: change.before.spec for change in fence_changes(admin, root) if change.before}
    fence_rows(admin, root)

    assert before['DATABASE "smart"']["PUBLIC"] == ["CONNECT", "TEMPORARY"]
    assert changes(admin, root) == ()


def test_a_plan_writes_nothing(admin: Connection, root: RootSecret) -> None:
    """Reading the fence and the roles takes no transaction number."""
    fence_rows(admin, root)
    with admin.transaction():
        assert changes(admin, root) == ()
        written = admin.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()

    assert written == (None,)


@pytest.mark.parametrize("drift", DRIFT)
def test_drift_is_seen_and_mended(admin: Connection, root: RootSecret, drift: str) -> None:
    """Every change by hand shows under the name of what was changed, and one apply puts it right."""
    fence_rows(admin, root)
    statements, key = DRIFT[drift]
    admin.execute(statements.replace("VOLGA", root.credential("events", "volga", 1).name).encode())
    seen = [change.ref.key for change in fence_changes(admin, root)]
    fence_rows(admin, root)

    assert key in seen
    assert changes(admin, root) == ()


def test_what_concerns_no_cabinet_is_left_alone(admin: Connection, root: RootSecret) -> None:
    """Other roles' grants and members of the writers are no affair of the fence."""
    fence_rows(admin, root)
    admin.execute(
        "CREATE ROLE analyst; GRANT SELECT ON core.clients TO analyst; CREATE ROLE importer LOGIN;"
        " GRANT reports_writer TO importer; CREATE VIEW core.report AS SELECT 1; GRANT SELECT ON core.report TO analyst"
    )

    assert changes(admin, root) == ()


def test_writers_write_and_read_all_cabinets(admin: Connection, root: RootSecret) -> None:
    """The importers' group passes the row policies for every cabinet."""
    plant_rows(admin)
    fence_rows(admin, root)
    with admin.transaction():
        admin.execute("SET LOCAL ROLE reports_writer")
        admin.execute("INSERT INTO core.login_rejections VALUES (now(), 'kama', 'c', 'm', 'h', NULL, 'u', 'auth')")
        seen = admin.execute("SELECT DISTINCT cabinet FROM core.clients ORDER BY 1").fetchall()

    assert seen == [("ural",), ("volga",)]


def test_the_owner_itself_sees_no_rows(admin: Connection, root: RootSecret) -> None:
    """FORCE holds for the owner too, so that a view or function of the owner opens nothing."""
    plant_rows(admin)
    fence_rows(admin, root)
    with admin.transaction():
        admin.execute("SET LOCAL ROLE reports_owner")
        seen = admin.execute("SELECT count(*) FROM core.clients").fetchone()

    assert seen == (0,)


def test_a_table_that_comes_back_to_its_owner_is_whole(admin: Connection, root: RootSecret) -> None:
    """Whoever owned it meanwhile, the owner has every right again, as the next migration needs."""
    fence_rows(admin, root)
    admin.execute(f"ALTER TABLE core.clients OWNER TO {root.credential('events', 'volga', 1).name}".encode())
    fence_rows(admin, root)
    rights = admin.execute("SELECT has_table_privilege('reports_owner', 'core.clients', 'UPDATE')").fetchone()

    assert rights == (True,)
    assert changes(admin, root) == ()


def test_the_policy_lets_the_index_be_used(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """A cabinet's query over a span of time goes by (cabinet, ts), not through all rows."""
    plant_rows(admin)
    fence_rows(admin, root)
    admin.execute("ANALYZE core.search_queries")
    conninfo = events.conninfo(
        user=root.credential("events", "volga", 1).name, password=root.credential("events", "volga", 1).password
    )
    with psycopg.connect(conninfo) as session:
        session.execute("SET enable_seqscan = off")
        query = "EXPLAIN SELECT client FROM core.search_queries WHERE ts > now() - interval '1 hour'"
        plan = "\n".join(str(row[0]) for row in session.execute(query))

    assert "Index Cond: ((cabinet = $0) AND (ts > " in plan


def test_a_database_without_the_schema_is_told(empty: EventsServer) -> None:
    """Reading the fence before the first migration is an error of ours."""
    with connect(empty.conninfo()) as connection, pytest.raises(StoreError, match="lacks the schema core"):
        read(connection)


def test_direct_grants_to_a_role_without_an_entry_in_the_map_are_seen(admin: Connection, root: RootSecret) -> None:
    """A cabinet's role is known by its name alone, should its entry be gone."""
    fence_rows(admin, root)
    role = root.credential("events", "volga", 1).name
    admin.execute("DELETE FROM core.cabinet_role")
    admin.execute(f'GRANT SELECT ON core.user_cards TO "{role}"'.encode())
    spec = {
        ref.key: resource.spec for ref, resource in read(admin, [n for n, _ in names(root, "events", BOTH)]).items()
    }

    assert spec["TABLE core.user_cards"][role] == ["SELECT"]
    assert VOLGA.cabinet not in str(spec)
