"""Migrations, retention and the administrator's connection; against the real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.stores.cluster import Cluster, Connection, connect
from provision.stores.local import EventsServer
from provision.stores.schema import expire, migrate, migrations, newest, pending
from tests.stores.world import changes, fence_rows

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
OLD = datetime(2025, 2, 27, tzinfo=UTC)  # 13 months before NOW is the last of February
YOUNG = datetime(2025, 3, 1, tzinfo=UTC)


def test_migrations_are_numbered_without_a_gap() -> None:
    """Every file of the folder counts, from 1 on."""
    assert [step.number for step in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_fresh_database_gets_every_step_once(empty: EventsServer) -> None:
    """All steps are pending at first, are done and noted, and then none is."""
    with connect(empty.conninfo()) as connection:
        assert pending(connection) == migrations()
        assert migrate(connection) == migrations()
        noted = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'smart'"
        )

        assert noted.fetchone() == (f"smart: {newest()}",)
        assert pending(connection) == migrate(connection) == ()


def test_migrating_again_writes_nothing(admin: Connection) -> None:
    """A migrated database takes no transaction number."""
    with admin.transaction():
        assert migrate(admin) == ()
        assert admin.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)


def test_two_at_once_wait_for_each_other(cluster: Cluster, root: RootSecret) -> None:
    """Two runs at the same time make each database once, and neither fails."""
    fence_rows(cluster, root, [])
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(fence_rows, cluster, root) for _ in range(2)]
        for run in runs:
            run.result()

    assert changes(cluster, root) == ()


def test_every_table_belongs_to_the_owner(admin: Connection) -> None:
    """Not to a superuser, whose views and functions would have his rights."""
    owners = admin.execute(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'core'::regnamespace"
    ).fetchall()

    assert owners == [("reports_owner",)]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("login_rejections", "(%s, 'volga', 'c', 'm', 'h', NULL, 'u', 'auth')"),
        ("alert_events", "(%s, now(), 'volga', 'c', 'm', 'K1', 'info', 'a')"),
        ("user_cards", "(%s, 'volga', 'c', 'm', 'h', NULL, 'u' || random())"),
    ],
)
def test_rows_are_kept_for_13_months(admin: Connection, table: str, row: str) -> None:
    """What is older goes, what is younger stays."""
    for moment in (OLD, YOUNG):
        admin.execute(f"INSERT INTO core.{table} VALUES {row}".encode(), [moment])

    assert expire(admin, NOW)[table] == 1
    assert expire(admin, NOW)[table] == 0
    assert admin.execute(f"SELECT count(*) FROM core.{table}".encode()).fetchone() == (1,)


def test_an_alert_that_lasts_and_the_registry_are_kept(admin: Connection) -> None:
    """An alert without an end is no matter of age; neither is a client."""
    admin.execute("INSERT INTO core.alert_events VALUES (%s, NULL, 'volga', 'c', 'm', 'K1', 'info', 'a')", [OLD])
    admin.execute(
        "INSERT INTO core.clients (cabinet, dealer, client, manager, kind) VALUES ('v', 'd', 'c', 'm', 'cloud')"
    )
    expire(admin, NOW + timedelta(days=1000))
    kept = admin.execute("SELECT (SELECT count(*) FROM core.alert_events), (SELECT count(*) FROM core.clients)")

    assert kept.fetchone() == (1, 1)


def test_what_repeats_is_refused_also_without_a_value(admin: Connection) -> None:
    """A search that is sent twice counts once, even where its host is not known."""
    insert = (
        "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, query_text, status)"
        " VALUES ('2026-01-01', 'volga', 'online', 'c', 'm', 'q', 'empty') ON CONFLICT DO NOTHING"
    )

    assert [admin.execute(insert).rowcount for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "not-the-password"}, "password authentication failed"),
        ({"user": "nobody"}, "password authentication failed"),
        ({"database": "missing"}, 'database "missing" does not exist'),
    ],
    ids=["password", "user", "database"],
)
def test_a_refused_connection_is_reported_without_secrets(
    empty: EventsServer, wrong: dict[str, str], said: str
) -> None:
    """PostgreSQL's reason comes out in an error of ours; the password does not."""
    with pytest.raises(StoreError, match=said) as caught, connect(empty.conninfo(**wrong)):
        pass

    assert "not-the-password" not in str(caught.value)
    assert empty.password not in repr(caught.value)


def test_a_table_in_use_is_reported(fenced: Cluster, volga: Connection, root: RootSecret) -> None:
    """A change waits some seconds for a table, not for ever, so that no dashboard has to wait behind it."""
    volga.execute("GRANT SELECT ON core.clients TO PUBLIC")
    with volga.transaction():
        volga.execute("LOCK TABLE core.clients IN ACCESS SHARE MODE")
        volga.execute("LOCK TABLE pg_catalog.pg_class IN SHARE MODE")
        with pytest.raises(StoreError, match="lock timeout") as caught:
            fence_rows(fenced, root)

    assert "Repeat it later" in str(caught.value.hint)


def test_no_server_is_reported() -> None:
    """Nobody at the address: an error of ours."""
    with pytest.raises(StoreError, match="PostgreSQL"), connect("host=127.0.0.1 port=1 user=x dbname=x password=y"):
        pass


def test_an_error_of_the_server_is_reported(empty: EventsServer) -> None:
    """What PostgreSQL refuses inside a connection comes out as an error of ours, too."""
    with (
        pytest.raises(StoreError, match=r'relation "core\.missing" does not exist'),
        connect(empty.conninfo()) as admin,
    ):
        admin.execute("SELECT * FROM core.missing")
