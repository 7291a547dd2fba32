"""Every known way round the fences: tried against them, and against fences that are built wrongly."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from provision.credential import RootSecret
from provision.stores import local
from provision.stores.attempts import (
    METRIC_ATTEMPTS,
    ROW_ATTEMPTS,
    RowAttempt,
    SharedSession,
    Victim,
    leaks,
    told_apart,
    try_metrics,
    try_rows,
)
from provision.stores.attempts.base import Said
from provision.stores.cluster import Cluster
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.login_roles import CONNECTIONS
from provision.stores.number_stores import PATHS
from provision.text import Text
from tests.stores.conftest import wipe
from tests.stores.drift import named
from tests.stores.world import (
    MARKS,
    VOLGA_MARK,
    changes,
    fence_rows,
    plant,
    plant_rows,
    plant_series,
    victim,
    write_users,
)

FILTER = "%7Bcabinet%3D%22volga%22%7D"
# Fences at vmauth that look like one: the url_prefix' query string, and the paths let through.
LEAKY_ROUTES = {
    "extra_filters[] alone": (f"extra_filters[]={FILTER}", PATHS, "extra_filters in the URL"),
    "extra_filters alone": (f"extra_filters={FILTER}", PATHS, "extra_filters[] in the body: /api/v1/series"),
    "no list of paths": ("extra_label=cabinet=volga", ("/.*",), "GET /metrics/find"),
    "no filter": ("x=1", PATHS, "a plain query"),
}
# The rows of two cabinets in one table behind a row policy.
POLICY = (
    "CREATE TABLE core.map (role_name name PRIMARY KEY, cabinet text)",
    "INSERT INTO core.map VALUES ('ITS_USER', 'volga')",
    "GRANT SELECT ON core.map TO HOME",
    "ALTER TABLE core.clients ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE core.search_queries ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON core.clients USING (cabinet = (SELECT cabinet FROM core.map WHERE role_name = current_user))",
    "CREATE POLICY own ON core.search_queries"
    " USING (cabinet = (SELECT cabinet FROM core.map WHERE role_name = current_user))",
)
SIDE_CHANNELS = {
    "EXPLAIN ANALYZE: whether a policy's subquery was executed",
    "EXPLAIN ANALYZE: whether one's own subquery was executed",
    "an error: whether one's own subquery was executed",
    "timing: whether one's own subquery was executed",
    "EXPLAIN ANALYZE: a condition IS TRUE",
    "EXPLAIN ANALYZE: a condition without cost, email IS NULL",
    "EXPLAIN ANALYZE: a condition without cost, ping",
    "the planner's estimates",
    "row policies",
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
        filled = attempt.against(victim(root))
        said = send(root, server)(filled)
        assert said.judged, f"{attempt.what.en}: {said.text}"
        if attempt.expected == "same":
            said = said._replace(succeeded=told_apart(attempt, victim(root), send(root, server))[1])
        if leaks(attempt.expected, succeeded=said.succeeded, text=said.text, marks=(*MARKS, *filled.tells)):
            found[attempt.what.en] = said.text[:300]
    return found


def send(root: RootSecret, server: EventsServer) -> Callable[[RowAttempt], Said]:
    """volga's way into its database, while ural listens in its own."""
    return lambda attempt: try_rows(attempt, conninfo(root, server), conninfo(root, server, "ural"))


def conninfo(root: RootSecret, server: EventsServer, cabinet: str = "volga") -> str:
    """A cabinet's way into its database."""
    user, password = root.credential("events", cabinet, 1).name, root.credential("events", cabinet, 1).password
    return server.conninfo(root.database_name(cabinet), user, password)


def run(cluster: Cluster, root: RootSecret, statements: Iterable[str]) -> None:
    """As superuser, in volga's database."""
    with cluster.connect(root.database_name("volga")) as connection:
        for statement in statements:
            connection.execute(named(statement, root).encode())


def credentials(root: RootSecret) -> tuple[str, str]:
    """volga's user and password at vmauth."""
    return root.credential("metrics", "volga", 1).name, root.credential("metrics", "volga", 1).password


def test_every_attempt_has_a_name_of_its_own() -> None:
    """A report of audit identifies an attempt by its name, in both languages."""
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
    with local.vmauth(file) as proxy:
        user, password = credentials(root)

        assert metric_leaks(root, proxy.url, user, password) == {}
        assert VOLGA_MARK in try_metrics(METRIC_ATTEMPTS[0], proxy.url, user, password).text


@pytest.mark.parametrize("fault", LEAKY_ROUTES)
def test_attempts_find_what_a_wrong_route_lets_through(
    metrics_server: MetricsServer, root: RootSecret, tmp_path: Path, fault: str
) -> None:
    """Routes with a filter that can be bypassed are found, each by the attempt that is meant for it."""
    plant_series(metrics_server)
    query, paths, finder = LEAKY_ROUTES[fault]
    headers = [f"{name}: {value}" for name, value in metrics_server.login.headers.items()]
    route = {"src_paths": list(paths), "url_prefix": f"{metrics_server.url}/?{query}", "headers": headers}
    file = tmp_path / "auth.yml"
    file.write_text(json.dumps({"users": [{"username": "volga", "password": "secret", "url_map": [route]}]}))
    with local.vmauth(file) as proxy:
        found = metric_leaks(root, proxy.url, "volga", "secret")

    assert finder in found


def test_attempts_find_a_filter_by_parameter_only(metrics_server: MetricsServer, root: RootSecret) -> None:
    """Straight at the store, where a data source proxy leaves the data source's own parameters out, all is open."""
    plant_series(metrics_server)
    login = metrics_server.login
    found = metric_leaks(root, metrics_server.url, login.user, login.password)

    assert {"a plain query", "GET /metrics/find", "GET /tags/client", "POST /api/v1/import"} <= found.keys()


@pytest.fixture(scope="module")
def applied(postgres: EventsServer, root: RootSecret) -> Cluster:
    """volga and ural as applied, with rows; every test that takes it leaves them so."""
    wipe(postgres)
    cluster = Cluster(postgres.conninfo())
    fence_rows(cluster, root)
    plant_rows(cluster, root)
    return cluster


def test_no_attempt_gets_through_postgresql(applied: Cluster, postgres: EventsServer, root: RootSecret) -> None:
    """With the databases as we make them, no attempt reads or changes another cabinet's rows."""
    assert changes(applied, root) == ()
    assert row_leaks(root, postgres) == {}
    assert VOLGA_MARK in try_rows(ROW_ATTEMPTS[0], conninfo(root, postgres)).text


def test_one_pg_hba_for_all_lets_a_cabinet_next_door(
    applied: Cluster, postgres: EventsServer, root: RootSecret
) -> None:
    """Privileges and pg_hba.conf both follow membership in the group of a database; the attempt then sees the rows."""
    run(applied, root, ["GRANT OTHER_HOME TO ITS_USER"])
    assert MARKS[0] in row_leaks(root, postgres, "the neighbour's database")["the neighbour's database"]

    fence_rows(applied, root)

    assert row_leaks(root, postgres, "the neighbour's database") == {}


def test_a_session_without_room_is_no_refusal(applied: Cluster, postgres: EventsServer, root: RootSecret) -> None:
    """Where a cabinet's connections are all taken nothing was refused, and nothing is proven."""
    assert changes(applied, root) == ()
    with ExitStack() as taken:
        for _ in range(CONNECTIONS):
            taken.enter_context(psycopg.connect(conninfo(root, postgres)))
        said = try_rows(next(one for one in ROW_ATTEMPTS if one.expected == "refused"), conninfo(root, postgres))

    assert (said.succeeded, said.judged) == (False, False)


def test_a_shared_session_forgets_each_attempt_and_may_be_lost(
    applied: Cluster, postgres: EventsServer, root: RootSecret
) -> None:
    """It is one session as long as it lives, and nothing that was left in it can be seen; then it is another."""
    assert changes(applied, root) == ()
    who, what = "SELECT pg_backend_pid()", Text("попытка", "attempt")
    leaving = RowAttempt(what, (who, "SET application_name = 'left'", "PREPARE left_over AS SELECT 1", "BEGIN"))
    failing = RowAttempt(what, ("BEGIN", "SET LOCAL work_mem = '1MB'", "SELECT 1 / 0"))
    looking = RowAttempt(
        what,
        (who, "SHOW application_name", "SELECT count(*) FROM pg_prepared_statements", "SHOW transaction_isolation"),
    )
    with closing(SharedSession(conninfo(root, postgres))) as session:
        (left,) = session.try_rows(leaving).text.splitlines()
        assert session.try_rows(failing) == (False, "division by zero", True)
        assert session.try_rows(looking) == (True, f"{left}\n('',)\n(0,)\n('read committed',)", True)
        run(applied, root, [f"SELECT pg_terminate_backend({left.strip('(,)')})"])
        again = session.try_rows(RowAttempt(what, (who,)))
        assert again.succeeded
        assert again.text != left


def test_a_neighbour_that_hears_itself_is_no_leak(applied: Cluster, postgres: EventsServer, root: RootSecret) -> None:
    """While volga is tried against ural, ural's own audit sends messages in its own database."""
    assert changes(applied, root) == ()
    (attempt,) = (one for one in ROW_ATTEMPTS if one.listens)
    volga = Victim("volga", VOLGA_MARK, root.credential("events", "volga", 1).name, root.database_name("volga"))
    over = threading.Event()

    def ural_is_audited() -> None:
        with psycopg.connect(conninfo(root, postgres, "ural"), autocommit=True) as session:
            while not over.wait(0.001):
                session.execute(attempt.against(volga).statements[0].encode())

    busy = threading.Thread(target=ural_is_audited)
    busy.start()
    said = [send(root, postgres)(attempt.against(victim(root))) for _ in range(10)]
    over.set()
    busy.join()

    assert {one.text for one in said} == {""}


def test_row_policies_over_a_shared_table_are_found_out(fenced: Cluster, empty: EventsServer, root: RootSecret) -> None:
    """The former fence: rows of two cabinets in one table, with a policy that lets each see its own."""
    with fenced.connect(root.database_name("volga")) as connection:
        plant(connection, "ural", MARKS[0], 2000)
    run(fenced, root, POLICY)
    found = row_leaks(root, empty).keys()

    assert found >= SIDE_CHANNELS
    assert "reading without a condition" not in found
