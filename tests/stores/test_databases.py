"""A database for each cabinet: built once, drift that no attempt can show, what stays untouched, what several share."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.plan import Change
from provision.stores import cluster_fence, databases, login_roles
from provision.stores.access import Access
from provision.stores.cluster import Cluster, Connection
from provision.stores.dump import dump
from provision.stores.local import EventsServer
from provision.stores.schema import newest
from tests.stores.world import (
    BOTH,
    MARKS,
    URAL,
    VOLGA,
    VOLGA_MARK,
    changes,
    database_changes,
    fence_rows,
    keep_nothing,
    plant,
    plant_rows,
    server_changes,
)

SUSPENDED = Access("volga", suspended=True)
MANAGED = "CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'not-a-secret'; ALTER DATABASE smart OWNER TO manager"


def clients(events: EventsServer, root: RootSecret, access: Access, database: str = "") -> set[str] | None:
    """The clients this access sees in its database, or in another; None when it is not let in."""
    user = root.credential("events", access.cabinet, access.generation).name
    password = root.credential("events", access.cabinet, access.generation).password
    where = database or root.database_name(access.cabinet)
    try:
        with psycopg.connect(events.conninfo(where, user=user, password=password)) as session:
            return {str(row[0]) for row in session.execute("SELECT client FROM core.clients")}
    except psycopg.OperationalError:
        return None


def test_what_initdb_left_open_is_closed(cluster: Cluster, root: RootSecret) -> None:
    """PUBLIC may enter the server's databases before, none after; a second apply finds nothing to do."""
    before = {change.ref.key: change.before.spec for change in server_changes(cluster) if change.before}
    fence_rows(cluster, root)
    with cluster.connect() as admin:
        query = (
            "SELECT datname FROM pg_database WHERE datallowconn AND has_database_privilege('public', oid, 'CONNECT')"
        )
        left = admin.execute(query).fetchall()

    assert before['DATABASE "smart"'] == {"PUBLIC": ["CONNECT", "TEMPORARY"]}
    assert before['DATABASE "template1"'] == {"PUBLIC": ["CONNECT"]}
    assert left == []
    assert changes(cluster, root) == ()


def test_a_plan_writes_nothing(fenced: Cluster, root: RootSecret) -> None:
    """Reading servers, databases and roles takes no transaction number in any database."""
    query = "SELECT sum(pg_catalog.age(datfrozenxid)) FROM pg_database"
    with fenced.connect() as admin:
        before = admin.execute(query).fetchone()
        assert changes(fenced, root) == ()
        assert admin.execute(query).fetchone() == before


def test_a_cabinet_sees_its_own_database_and_no_other(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """Its credentials read its rows, and are refused by every other database of the server."""
    with fenced.connect() as admin:
        query = "SELECT datname FROM pg_database WHERE datname <> %s"
        others = [str(name) for (name,) in admin.execute(query, [root.database_name("volga")])]

    assert clients(empty, root, VOLGA) == {VOLGA_MARK}
    assert clients(empty, root, URAL) == set(MARKS)
    assert len(others) == 5
    assert {name: clients(empty, root, VOLGA, name) for name in others} == dict.fromkeys(others)


def test_the_fence_does_not_need_pg_hba(fenced: Cluster, root: RootSecret, empty: EventsServer) -> None:
    """With a pg_hba.conf that lets everybody into everything, the privilege to connect alone keeps cabinets apart."""
    with fenced.connect() as admin:
        hba = Path(str((admin.execute("SHOW hba_file").fetchone() or [""])[0]))
        text = hba.read_text(encoding="ascii")
        hba.write_text("host all all 127.0.0.1/32 scram-sha-256\n", encoding="ascii")
        try:
            admin.execute("SELECT pg_reload_conf()")
            user, password = root.credential("events", "volga", 1).name, root.credential("events", "volga", 1).password
            where = empty.conninfo(root.database_name("ural"), user=user, password=password)
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                refused_by_privilege(where)
        finally:
            hba.write_text(text, encoding="ascii")
            admin.execute("SELECT pg_reload_conf()")


def refused_by_privilege(conninfo: str) -> None:
    """Connects until the reloaded pg_hba.conf no longer refuses by itself."""
    for _ in range(1000):
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError as error:
            if "pg_hba.conf" not in str(error):
                raise


def test_names_of_databases_and_roles_name_nobody(fenced: Cluster) -> None:
    """What every role may list says nothing of the customers."""
    with fenced.connect() as admin:
        names = admin.execute(
            "SELECT datname::text || coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"
            " UNION ALL SELECT rolname::text || coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_roles"
        ).fetchall()

    assert [name for (name,) in names if "volga" in name or "ural" in name] == []


def test_writers_write_and_read_all_cabinets(fenced: Cluster, empty: EventsServer) -> None:
    """An importer finds each cabinet's database in the registry and writes there."""
    with fenced.connect() as admin:
        admin.execute("CREATE ROLE importer LOGIN PASSWORD 'not-a-secret' IN ROLE reports_writer")
    who = {"user": "importer", "password": "not-a-secret"}
    seen = {}
    with psycopg.connect(empty.conninfo(**who)) as session:
        registry = session.execute("SELECT cabinet, database::text FROM smart.cabinet_database").fetchall()
    for cabinet, database in registry:
        with psycopg.connect(empty.conninfo(database, **who)) as session:
            row = [cabinet]
            session.execute(
                "INSERT INTO core.login_rejections VALUES (now(), %s, 'c', 'm', 'h', NULL, 'u', 'auth')", row
            )
            seen[cabinet] = session.execute("SELECT DISTINCT cabinet FROM core.clients").fetchall()

    assert seen == {"volga": [("volga",)], "ural": [("ural",)]}


def test_members_of_the_writers_are_left_alone(fenced: Cluster, root: RootSecret) -> None:
    """Importers have roles of their own."""
    with fenced.connect() as admin:
        admin.execute("CREATE ROLE importer LOGIN; GRANT reports_writer TO importer")

    assert changes(fenced, root) == ()


def test_a_suspended_cabinet_cannot_connect(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """Neither its role nor the group of its database; its rows stay, and the other cabinet is as it was."""
    fence_rows(fenced, root, [SUSPENDED, URAL])
    with fenced.connect() as admin:
        query = "SELECT has_database_privilege(%s, %s, 'CONNECT')"
        asked = [root.credential("events", "volga", 1).name, root.database_name("volga")]
        may_connect = admin.execute(query, asked).fetchone()

    assert may_connect == (False,)
    assert clients(empty, root, VOLGA) is None
    assert clients(empty, root, URAL) == set(MARKS)
    assert changes(fenced, root, [SUSPENDED, URAL]) == ()

    fence_rows(fenced, root)

    assert clients(empty, root, VOLGA) == {VOLGA_MARK}


def remove(cluster: Cluster, root: RootSecret, cabinet: str, save: databases.Save = keep_nothing) -> None:
    """What apply does with an absent cabinet."""
    access = [Access(cabinet)]
    databases.apply(
        cluster, [Change(one.ref, one, None) for one in databases.read(cluster, root, access).values()], save
    )
    login_roles.apply(
        cluster, root, [Change(one.ref, one, None) for one in login_roles.read(cluster, root, access).values()]
    )


def test_a_database_is_saved_whole_before_it_is_dropped(fenced: Cluster, root: RootSecret, tmp_path: Path) -> None:
    """The dump is private and gives every row back; nothing of the cabinet is left on the server."""
    path = tmp_path / "backup" / "volga.dump"
    remove(fenced, root, "volga", lambda cluster, _, database: dump(cluster, database, path))
    left = databases.read(fenced, root, [VOLGA]) | login_roles.read(fenced, root, [VOLGA])
    assert left == {}
    assert path.stat().st_mode & 0o777 == 0o600

    fence_rows(fenced, root)
    words = psycopg.conninfo.conninfo_to_dict(fenced.conninfo(root.database_name("volga")))
    env = {**os.environ, "PGPASSWORD": str(words.pop("password"))}
    where = psycopg.conninfo.make_conninfo(**{key: str(value) for key, value in words.items()})
    restore = ["pg_restore", "--data-only", f"--dbname={where}", str(path)]
    subprocess.run(restore, check=True, env=env, timeout=120)
    with fenced.connect(root.database_name("volga")) as connection:
        assert connection.execute("SELECT count(*) FROM core.search_queries").fetchone() == (3,)
    assert changes(fenced, root) == ()


def test_what_cannot_be_saved_is_not_dropped(fenced: Cluster, root: RootSecret, tmp_path: Path) -> None:
    """No room for the dump: an error of ours, and every row is still there; the next apply lets nobody in before."""
    (tmp_path / "backup").write_text("in the way", encoding="ascii")
    path = tmp_path / "backup" / "volga.dump"
    with pytest.raises(StoreError, match="could not be saved") as caught:
        remove(fenced, root, "volga", lambda cluster, _, database: dump(cluster, database, path))
    with fenced.connect(root.database_name("volga")) as connection:
        assert connection.execute("SELECT count(*) FROM core.search_queries").fetchone() == (3,)
    assert "password" not in str(caught.value)

    fence_rows(fenced, root)

    assert changes(fenced, root) == ()


def test_a_new_root_secret_keeps_the_rows(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """The database and its group get their new names; old roles go, and new ones see the same rows."""
    other = RootSecret("another root secret of more than 32 characters")
    fence_rows(fenced, other)

    assert clients(empty, other, VOLGA) == {VOLGA_MARK}
    assert clients(empty, root, VOLGA) is None
    assert changes(fenced, other) == ()
    with fenced.connect() as admin:
        assert admin.execute("SELECT count(*) FROM pg_database WHERE datname ~ '^d_'").fetchone() == (2,)
        assert admin.execute("SELECT count(*) FROM pg_roles WHERE rolname ~ '^[cd]_'").fetchone() == (4,)


def test_the_version_of_all_is_read_at_once(fenced: Cluster, root: RootSecret) -> None:
    """One connection reads the last migration of each database; one without its comment is not migrated anew."""
    names = {root.database_name(access.cabinet) for access in BOTH}
    query = "SELECT datname::text, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname ~ '^d_'"
    with fenced.connect() as admin:
        assert dict(admin.execute(query).fetchall()) == dict.fromkeys(names, f"smart: {newest()}")
        admin.execute(f"COMMENT ON DATABASE {root.database_name('volga')} IS NULL".encode())
    with pytest.raises(StoreError, match="no version"):
        fence_rows(fenced, root)


def test_one_database_in_trouble_does_not_stop_the_others(fenced: Cluster, volga: Connection, root: RootSecret) -> None:
    """A table that is locked in one makes that one fail; the others get what they need."""
    both = [root.database_name("volga"), root.database_name("ural")]
    for name in both:
        with fenced.connect(name) as connection:
            connection.execute("GRANT SELECT ON core.clients TO PUBLIC")
    with volga.transaction():
        volga.execute("LOCK TABLE pg_catalog.pg_class IN SHARE MODE")
        with pytest.raises(StoreError, match="lock timeout"):
            databases.apply(fenced, database_changes(fenced, root), keep_nothing)

    assert [change.ref.cabinet for change in database_changes(fenced, root)] == ["volga"]


@pytest.fixture
def managed(empty: EventsServer) -> Cluster:
    """The server as an administrator sees it who has CREATEDB and CREATEROLE, and owns the administration database."""
    with Cluster(empty.conninfo("postgres")).connect() as admin:
        admin.execute(MANAGED.encode())
    return Cluster(empty.conninfo(user="manager", password="not-a-secret"))


def test_no_superuser_is_needed(managed: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """With CREATEDB and CREATEROLE alone: set up, planned as empty, apart, rotated, suspended, removed."""
    fence_rows(managed, root)
    plant_rows(managed, root)
    assert changes(managed, root) == ()
    assert clients(empty, root, VOLGA) == {VOLGA_MARK}
    assert clients(empty, root, VOLGA, root.database_name("ural")) is None

    following = [Access("volga", generation=2), URAL]
    fence_rows(managed, root, following)
    assert clients(empty, root, following[0]) == {VOLGA_MARK}
    assert clients(empty, root, VOLGA) is None
    assert changes(managed, root, following) == ()

    user, password = root.credential("events", "ural", 1).name, root.credential("events", "ural", 1).password
    with psycopg.connect(empty.conninfo(root.database_name("ural"), user=user, password=password)) as session:
        fence_rows(managed, root, [following[0], Access("ural", suspended=True)])
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    fence_rows(managed, root, following)
    remove(managed, root, "ural")

    assert changes(managed, root, following[:1]) == ()
    assert databases.read(managed, root, [URAL]) == {}


def test_what_a_lesser_administrator_cannot_do_is_listed(managed: Cluster, root: RootSecret) -> None:
    """DO blocks and other databases stay open to PUBLIC; drift lists it, and no apply tries it in vain."""
    fence_rows(managed, root)
    unmanaged = [one for one in cluster_fence.read(managed).values() if not one.managed]

    assert [one.ref.key for one in unmanaged] == [cluster_fence.BEYOND]
    assert "LANGUAGE plpgsql" in unmanaged[0].spec["open to PUBLIC in every database"]
    assert unmanaged[0].spec['DATABASE "postgres"'] == {"PUBLIC": ["CONNECT", "TEMPORARY"]}


@pytest.mark.parametrize("attempt", ["ALTER ROLE ME PASSWORD 'another'", "ALTER ROLE ME PASSWORD NULL"])
def test_a_lesser_administrator_sees_a_changed_password(
    managed: Cluster, empty: EventsServer, root: RootSecret, attempt: str
) -> None:
    """It cannot read verifiers, and logs in instead."""
    fence_rows(managed, root)
    with managed.connect() as admin:
        admin.execute(attempt.replace("ME", root.credential("events", "volga", 1).name).encode())
    assert [change.ref.cabinet for change in changes(managed, root)] == ["volga"]
    fence_rows(managed, root)

    assert clients(empty, root, VOLGA) == set()
    assert changes(managed, root) == ()


def test_an_administrator_without_rights_is_refused(empty: EventsServer) -> None:
    """Said before anything is read, with the rights that are needed."""
    with Cluster(empty.conninfo()).connect() as admin:
        admin.execute("CREATE ROLE clerk LOGIN CREATEROLE PASSWORD 'not-a-secret'")

    with pytest.raises(StoreError, match="CREATEDB and CREATEROLE"):
        _ = Cluster(empty.conninfo(user="clerk", password="not-a-secret")).rights


def test_a_connection_string_that_is_none_is_an_error_of_ours() -> None:
    """The variable is named, its content is not shown."""
    with pytest.raises(StoreError, match="SMART_EVENTS_ADMIN_NORTH is not a connection string") as caught:
        Cluster("password is hunter2", "SMART_EVENTS_ADMIN_NORTH").conninfo("x")

    assert "hunter2" not in str(caught.value)


def test_a_table_beyond_the_cabinets_rows_is_not_shared(fenced: Cluster, volga: Connection, root: RootSecret) -> None:
    """A planted row of another cabinet in volga's database is volga's to see: no policy filters, the database does."""
    plant(volga, "kama", "zavod-kama", 1)

    assert changes(fenced, root) == ()


def test_five_hundred_cabinets_are_planned_on_a_few_connections(fenced: Cluster, root: RootSecret) -> None:
    """The plan of many cabinets that have nothing yet asks each question once."""
    many = [Access(f"cabinet{number}") for number in range(500)]

    assert len(database_changes(fenced, root, many)) == 500
