"""What the fences cost, on servers of this run: setting 500 cabinets up, and asking through a fence and without one."""

import secrets
import shutil
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests
from psycopg import sql

from benchmarks.measures import MANY, SECRET, Measure, seconds
from provision.credential import RootSecret
from provision.plan import Change, diff
from provision.stores import local, row_fence, row_roles, schema
from provision.stores.access import Access, names
from provision.stores.local import EventsServer, MetricsServer, VmauthServer
from provision.stores.stack import write_first_users
from provision.stores.vmauth_client import VmauthClient
from provision.stores.vmauth_users import KIND, UserFile

ROOT = RootSecret(SECRET)
ROWS = 1000  # searches a cabinet
_TURNS = 40  # of each question; the median counts
_SEARCHES = """
INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, user_login, query_text, status)
SELECT now() - n * interval '1 hour', 'bench-' || c, 'installation', 'client', 'm', 'u' || n %% 40, 'q' || n, 'success'
FROM generate_series(0, %s - 1) c, generate_series(1, %s) n
"""


@dataclass(frozen=True, slots=True)
class Stores:
    """The three servers and the accesses of the cabinets in them."""

    metrics: MetricsServer
    door: VmauthServer
    events: EventsServer
    accesses: tuple[Access, ...]

    @property
    def file(self) -> UserFile:
        return UserFile(self.door.config, self.metrics.backend, ROOT)


def run(cabinets: int = MANY) -> Iterator[Measure]:
    """All measures, on servers of their own."""
    with _stores(cabinets) as stores:
        yield from setting_up(stores)
        yield numbers(stores)
        yield rows(stores)


def setting_up(stores: Stores) -> Iterator[Measure]:
    """Users and roles of all cabinets: made from nothing, against CREATE ROLE and GRANT alone; then planned again."""
    count = len(stores.accesses)
    bare = seconds(lambda: _bare_roles(stores.events, count))
    ours = seconds(lambda: _apply(stores))
    yield Measure(f"fences of {count} cabinets set up", f"{ours:.1f} s", f"{bare:.1f} s", ours / bare, "≤", 3)
    changes: list[int] = []
    again = seconds(lambda: changes.append(len(_plan_users(stores)) + len(_plan_rows(stores))))
    assert changes == [0], "the second plan is not empty"
    yield Measure(
        f"fences of {count} cabinets planned again", f"{again:.1f} s", f"{ours:.1f} s", again / ours, "≤", 0.6
    )
    tracemalloc.start()
    _plan_users(stores)
    _plan_rows(stores)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    yield Measure("  … memory, MB", f"{megabytes:.0f} MB", "–", megabytes, "≤", 50)


def numbers(stores: Stores) -> Measure:
    """An instant query through vmauth, against the same with the filter straight at VictoriaMetrics."""
    lines = "".join(
        f'kodeks_online_up{{cabinet="{access.cabinet}",client="c{number}"}} 1 {int(time.time() - 60)}000\n'
        for access in stores.accesses
        for number in range(20)
    )
    stores.metrics.ask("/api/v1/import/prometheus", method="POST", body=lines.encode())
    stores.metrics.ask(f"/internal/force_flush?authKey={stores.metrics.key}")
    access = stores.accesses[-1]
    ours = ROOT.credential("metrics", access.cabinet, 1)
    who, itself = (ours.name, ours.password), (stores.metrics.login.user, stores.metrics.login.password)
    asked = {"query": "count(kodeks_online_up)"}
    narrowed = {**asked, "extra_label": f"cabinet={access.cabinet}"}
    with requests.Session() as session:

        def ask(url: str, form: dict[str, str], auth: tuple[str, str]) -> None:
            answer = session.post(f"{url}/api/v1/query", data=form, auth=auth, timeout=60)
            assert answer.json()["data"]["result"][0]["value"][1] == "20", answer.status_code

        fenced, bare = _medians(
            lambda: ask(stores.door.url, asked, who), lambda: ask(stores.metrics.url, narrowed, itself)
        )
    return _measure("a query through vmauth", fenced, bare, 3)


def rows(stores: Stores) -> Measure:
    """Searches by user as a cabinet's role, against the superuser who names the cabinet."""
    count = len(stores.accesses)
    with schema.connect(stores.events.conninfo()) as admin:
        admin.execute(_SEARCHES, [count, ROWS])
        admin.execute("ANALYZE core.search_queries")
    access = stores.accesses[-1]
    role, password = (
        ROOT.credential("events", access.cabinet, 1).name,
        ROOT.credential("events", access.cabinet, 1).password,
    )
    asked = "SELECT user_login, count(*) FROM core.search_queries WHERE ts > now() - interval '30 days'"
    narrowed = f"{asked} AND cabinet = '{access.cabinet}' GROUP BY 1"
    with (
        psycopg.connect(stores.events.conninfo(user=role, password=password), autocommit=True) as cabinet,
        psycopg.connect(stores.events.conninfo(), autocommit=True) as admin,
    ):

        def ask(connection: psycopg.Connection[tuple[object, ...]], query: str) -> None:
            assert len(connection.execute(query.encode()).fetchall()) == 40

        fenced, bare = _medians(lambda: ask(cabinet, f"{asked} GROUP BY 1"), lambda: ask(admin, narrowed))
    return _measure(f"SQL with row policies, {count * ROWS} rows", fenced, bare, 3)


@contextmanager
def _stores(cabinets: int) -> Iterator[Stores]:
    folder = Path(tempfile.mkdtemp(prefix="bench-stores-"))
    folder.chmod(0o711)  # PostgreSQL's user must reach its part
    try:
        with local.victoria_metrics(folder / "metrics") as metrics, local.postgresql(folder / "events") as events:
            write_first_users(folder / "auth.yml", metrics.backend)
            with local.vmauth(folder / "auth.yml") as door:
                yield Stores(metrics, door, events, tuple(Access(f"bench-{n}") for n in range(cabinets)))
    finally:
        shutil.rmtree(folder)


def _apply(stores: Stores) -> None:
    users = _plan_users(stores)
    file = stores.file
    file.apply([(change.before, change.after) for change in users])
    VmauthClient(stores.door.url, key=stores.door.key).reload(file)
    with schema.connect(stores.events.conninfo()) as connection:
        schema.migrate(connection)
    changes = _plan_rows(stores)
    pairs = {kind: [(one.before, one.after) for one in changes if one.ref.kind == kind] for kind in _EVENTS}
    with schema.connect(stores.events.conninfo()) as connection:
        row_fence.apply(connection, pairs[row_fence.KIND])
        row_roles.apply(connection, ROOT, pairs[row_roles.KIND])


_EVENTS = (row_fence.KIND, row_roles.KIND)


def _plan_users(stores: Stores) -> tuple[Change, ...]:
    return diff(stores.file.desired(stores.accesses), stores.file.read(stores.accesses), [KIND])


def _plan_rows(stores: Stores) -> tuple[Change, ...]:
    known = [name for name, _ in names(ROOT, "events", stores.accesses)]
    with schema.connect(stores.events.conninfo()) as connection:
        live = row_fence.read(connection, known) | row_roles.read(connection, ROOT, stores.accesses)
    wanted = row_fence.desired(stores.events.database) | row_roles.desired(ROOT, stores.accesses)
    return diff(wanted, live, _EVENTS)


def _bare_roles(server: EventsServer, count: int) -> None:
    """As many login roles in a group as anybody would make them: in one transaction, with the password as text."""
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("CREATE ROLE bare_group NOLOGIN")
        for number in range(count):
            name = sql.Identifier(f"bare_{number}")
            password = sql.Literal(secrets.token_urlsafe(24))
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
            connection.execute(sql.SQL("GRANT bare_group TO {}").format(name))


def _medians(fenced: Callable[[], None], bare: Callable[[], None]) -> tuple[float, float]:
    """The median seconds of both, asked in turns so that the machine's other work falls on both."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(_TURNS):
        for times, work in zip(took, (fenced, bare), strict=True):
            times.append(seconds(work))
    return statistics.median(took[0]), statistics.median(took[1])


def _measure(what: str, fenced: float, bare: float, bound: float) -> Measure:
    return Measure(what, f"{fenced * 1000:.2f} ms", f"{bare * 1000:.2f} ms", fenced / bare, "≤", bound)
