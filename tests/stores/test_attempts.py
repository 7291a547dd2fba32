"""Every known way round the fences: tried against them, and against fences that are built wrongly."""

import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from provision.credential import RootSecret
from provision.stores import local
from provision.stores.attempts import METRIC_ATTEMPTS, ROW_ATTEMPTS, leaks, try_metrics, try_rows
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.row_roles import CONNECTIONS
from provision.stores.schema import Connection
from provision.stores.vmauth_users import PATHS
from tests.stores.world import (
    MARKS,
    VOLGA_MARK,
    changes,
    fence_rows,
    plant_rows,
    plant_series,
    victim,
    write_users,
)

FILTER = "%7Bcabinet%3D%22volga%22%7D"
# Fences at vmauth that look like one: the url_prefix' query string, and the paths let through.
LEAKY_DOORS = {
    "extra_filters[] alone": (f"extra_filters[]={FILTER}", PATHS, "extra_filters in the URL"),
    "extra_filters alone": (f"extra_filters={FILTER}", PATHS, "extra_filters[] in the body: /api/v1/series"),
    "no list of paths": ("extra_label=cabinet=volga", ("/.*",), "GET /metrics/find"),
    "no filter": ("x=1", PATHS, "a plain query"),
}
# What somebody may do to the database with the best intentions, and an attempt that then gets through. VOLGA and OTHER
# are the roles of the cabinets volga and ural.
FAULTS = {
    "policy on a setting": (
        "DROP POLICY cabinet_reads ON core.clients; CREATE POLICY cabinet_reads ON core.clients FOR SELECT"
        " TO cabinet_reader USING (cabinet = current_setting('app.cabinet', true));"
        " ALTER ROLE VOLGA SET app.cabinet = 'volga'",
        "each setting of one's own with another's value",
    ),
    "no row level security": ("ALTER TABLE core.clients DISABLE ROW LEVEL SECURITY", "reading without a condition"),
    "a second, wide policy": ("CREATE POLICY wide ON core.clients USING (true)", "reading without a condition"),
    "a policy by a function of the name": (
        "ALTER POLICY cabinet_reads ON core.clients USING (cabinet <> current_user)",
        "reading without a condition",
    ),
    "a table of one's own without FORCE": (
        "ALTER TABLE core.clients OWNER TO VOLGA; ALTER TABLE core.clients NO FORCE ROW LEVEL SECURITY",
        "reading without a condition",
    ),
    "membership in the owner": ("GRANT reports_owner TO VOLGA", "SET ROLE reports_owner"),
    "membership in the owner, without FORCE": (
        "GRANT reports_owner TO cabinet_reader; ALTER TABLE core.clients NO FORCE ROW LEVEL SECURITY",
        "SET ROLE reports_owner",
    ),
    "membership in the writers": ("GRANT reports_writer TO VOLGA", "reading without a condition"),
    "membership in another cabinet's role": ("GRANT OTHER TO VOLGA", "SET ROLE …"),
    "membership in pg_read_all_data": ("GRANT pg_read_all_data TO VOLGA", "SELECT * FROM core.clients"),
    "membership in pg_read_server_files": (
        "GRANT pg_read_server_files TO VOLGA; GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO VOLGA",
        "pg_read_file",
    ),
    "a superuser": ("ALTER ROLE VOLGA SUPERUSER", "reading without a condition"),
    "BYPASSRLS": ("ALTER ROLE VOLGA BYPASSRLS", "row_security = off"),
    "CREATEROLE": ("ALTER ROLE VOLGA CREATEROLE", "CREATE ROLE smart_attempt"),
    "the map points elsewhere": (
        "UPDATE core.cabinet_role SET cabinet = 'ural' WHERE role_name = 'VOLGA'",
        "reading without a condition",
    ),
    "a grant on the whole table": ("GRANT SELECT ON core.clients TO cabinet_reader", "SELECT * FROM core.clients"),
    "a grant on the cabinet": ("GRANT SELECT (cabinet) ON core.clients TO VOLGA", "WHERE cabinet = …"),
    "a grant to write": (
        "GRANT INSERT, UPDATE, DELETE ON core.clients TO PUBLIC",
        "UPDATE core.clients SET email = 'x'",
    ),
    "a grant on the sequence": (
        "GRANT SELECT ON core.search_queries_id_seq TO cabinet_reader",
        "search_queries_id_seq",
    ),
    "a view of a superuser": (
        "CREATE VIEW core.peek AS SELECT client FROM core.clients; GRANT SELECT ON core.peek TO cabinet_reader",
        "all that can be read",
    ),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW core.peek AS SELECT client FROM core.clients; GRANT SELECT ON core.peek TO PUBLIC",
        "all that can be read",
    ),
    "a view in another schema": (
        "GRANT USAGE ON SCHEMA public TO PUBLIC; CREATE VIEW public.peek AS SELECT client FROM core.search_queries;"
        " GRANT SELECT ON public.peek TO VOLGA",
        "all that can be read",
    ),
    "a function with its owner's rights": (
        "CREATE FUNCTION core.peek() RETURNS text LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT string_agg(client, '','') FROM core.clients'",
        "all that can be called",
    ),
    "the right to make tables": ("GRANT CREATE ON SCHEMA core TO PUBLIC", "CREATE TABLE core.smart_attempt (x int)"),
    "the right to make schemas": ("GRANT CREATE ON DATABASE smart TO cabinet_reader", "CREATE SCHEMA smart_attempt"),
    "temporary tables": ("GRANT TEMP ON DATABASE smart TO PUBLIC", "CREATE TEMP TABLE smart_attempt (x int)"),
    "large objects": ("GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC", "SELECT lo_create(0)"),
    "the table of locks that all share": (
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO PUBLIC",
        "pg_advisory_lock",
    ),
    "snapshots": ("GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO VOLGA", "pg_export_snapshot"),
    "the server's files": (
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO cabinet_reader",
        "pg_ls_dir",
    ),
    "the passwords": ("GRANT SELECT ON pg_catalog.pg_authid TO PUBLIC", "pg_authid"),
    "a parameter": (
        "GRANT SET ON PARAMETER session_replication_role TO cabinet_reader",
        "session_replication_role = replica",
    ),
    "statistics of the clients": (
        "ALTER TABLE core.search_queries ALTER COLUMN client SET STATISTICS 100; ANALYZE core.search_queries",
        "the planner's estimates",
    ),
}


def metric_leaks(root: RootSecret, url: str, user: str, password: str) -> dict[str, str]:
    """What leaked to volga at `url`: each attempt that got through, with the beginning of its answer."""
    found = {}
    for attempt in METRIC_ATTEMPTS:
        filled = attempt.against(victim(root))
        answer = try_metrics(filled, url, user, password)
        if leaks(attempt.expected, succeeded=200 <= answer.status < 300, text=answer.text, marks=MARKS):
            found[attempt.what.en] = answer.text[:300]
    return found


def row_leaks(root: RootSecret, server: EventsServer, only: str = "") -> dict[str, str]:
    """What leaked to volga in the database: each attempt (of all, or `only` one) that got through, and what it said."""
    found = {}
    for attempt in (attempt for attempt in ROW_ATTEMPTS if only in ("", attempt.what.en)):
        said = try_rows(attempt.against(victim(root)), conninfo(root, server))
        assert said.judged, f"{attempt.what.en}: {said.text}"
        if leaks(attempt.expected, succeeded=said.succeeded, text=said.text, marks=MARKS):
            found[attempt.what.en] = said.text[:300]
    return found


def conninfo(root: RootSecret, server: EventsServer, database: str = "smart") -> str:
    """volga's way into the database."""
    return server.conninfo(
        database, root.credential("events", "volga", 1).name, root.credential("events", "volga", 1).password
    )


def credentials(root: RootSecret) -> tuple[str, str]:
    """volga's user and password at vmauth."""
    return root.credential("metrics", "volga", 1).name, root.credential("metrics", "volga", 1).password


def test_every_attempt_has_a_name_of_its_own() -> None:
    """An audit's report tells attempts apart, in both languages."""
    for attempts in (METRIC_ATTEMPTS, ROW_ATTEMPTS):
        for names in ([attempt.what.ru for attempt in attempts], [attempt.what.en for attempt in attempts]):
            assert [name for name, count in Counter(names).items() if count > 1] == []


def test_no_attempt_kills_the_store() -> None:
    """No attempt has a range or an offset in months, on which VictoriaMetrics 1.79.5 dies."""
    sent = [attempt.path + attempt.body for attempt in METRIC_ATTEMPTS]

    assert [text for text in sent if "1M" in text or "1mo" in text] == []


def test_no_attempt_gets_through_vmauth(metrics_server: MetricsServer, root: RootSecret, tmp_path: Path) -> None:
    """With the file we write, no attempt reads another cabinet's series or reaches a closed path."""
    plant_series(metrics_server)
    file = tmp_path / "auth.yml"
    write_users(file, metrics_server, root)
    with local.vmauth(file) as door:
        user, password = credentials(root)

        assert metric_leaks(root, door.url, user, password) == {}
        assert VOLGA_MARK in try_metrics(METRIC_ATTEMPTS[0], door.url, user, password).text


@pytest.mark.parametrize("fault", LEAKY_DOORS)
def test_attempts_find_what_a_wrong_door_lets_through(
    metrics_server: MetricsServer, root: RootSecret, tmp_path: Path, fault: str
) -> None:
    """Doors with a filter that can be got round are found out, each by the attempt that is meant for it."""
    plant_series(metrics_server)
    query, paths, finder = LEAKY_DOORS[fault]
    headers = [f"{name}: {value}" for name, value in metrics_server.login.headers.items()]
    route = {"src_paths": list(paths), "url_prefix": f"{metrics_server.url}/?{query}", "headers": headers}
    file = tmp_path / "auth.yml"
    file.write_text(json.dumps({"users": [{"username": "volga", "password": "secret", "url_map": [route]}]}))
    with local.vmauth(file) as door:
        found = metric_leaks(root, door.url, "volga", "secret")

    assert finder in found


def test_attempts_find_a_filter_by_parameter_only(metrics_server: MetricsServer, root: RootSecret) -> None:
    """Straight at the store, where a data source proxy leaves the data source's own parameters out, all is open."""
    plant_series(metrics_server)
    login = metrics_server.login
    found = metric_leaks(root, metrics_server.url, login.user, login.password)

    assert {"a plain query", "GET /metrics/find", "GET /tags/client", "POST /api/v1/import"} <= found.keys()


def test_no_attempt_gets_through_postgresql(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """With the fence we build, no attempt reads or changes another cabinet's rows."""
    plant_rows(admin)
    fence_rows(admin, root)

    assert row_leaks(root, events) == {}
    assert VOLGA_MARK in try_rows(ROW_ATTEMPTS[0], conninfo(root, events)).text


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_the_row_fence_are_found_seen_and_mended(
    events: EventsServer, admin: Connection, root: RootSecret, fault: str
) -> None:
    """A fault lets an attempt through, the plan shows it, apply puts it right, and the next plan is empty."""
    plant_rows(admin)
    fence_rows(admin, root)
    statements, finder = FAULTS[fault]
    names = {"VOLGA": root.credential("events", "volga", 1).name, "OTHER": root.credential("events", "ural", 1).name}
    for word, name in names.items():
        statements = statements.replace(word, name)
    for statement in statements.split("; "):
        admin.execute(statement.encode())

    assert changes(admin, root)
    assert row_leaks(root, events, finder)

    fence_rows(admin, root)

    assert changes(admin, root) == ()
    assert row_leaks(root, events, finder) == {}


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_a_cabinet_enters_its_own_database_only(
    events: EventsServer, admin: Connection, root: RootSecret, database: str
) -> None:
    """The server's other databases refuse a cabinet's role."""
    fence_rows(admin, root)
    said = try_rows(ROW_ATTEMPTS[0], conninfo(root, events, database))

    assert not said.succeeded
    assert "pg_hba.conf rejects" in said.text


def test_a_session_without_room_is_no_refusal(events: EventsServer, admin: Connection, root: RootSecret) -> None:
    """Where a cabinet's connections are all taken nothing was refused, and nothing is proven."""
    fence_rows(admin, root)
    with ExitStack() as taken:
        for _ in range(CONNECTIONS):
            taken.enter_context(psycopg.connect(conninfo(root, events)))
        said = try_rows(next(one for one in ROW_ATTEMPTS if one.expected == "refused"), conninfo(root, events))

    assert (said.succeeded, said.judged) == (False, False)
