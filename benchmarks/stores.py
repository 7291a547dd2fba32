"""What the fences cost, on servers of this run: setting 500 cabinets up, and asking through a fence and without one."""

import os
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
from provision.stores import local
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.stores.local import EventsServer, MetricsServer, VmauthServer
from provision.stores.stack import write_first_users
from provision.stores.vmauth_client import VmauthClient
from provision.stores.vmauth_users import KIND, UserFile
from tests.stores.world import changes as changes_of_rows
from tests.stores.world import fence_rows

ROOT = RootSecret(SECRET)
ROWS = 1000  # searches a cabinet
_TURNS = 40  # of each question; the median counts
_IDLE = 125  # seconds: two rounds of autovacuum's launcher through all databases
_SEARCHES = """
INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, user_login, query_text, status)
SELECT now() - n * interval '1 hour', %s, 'installation', 'client', 'm', 'u' || n %% 40, 'q' || n, 'success'
FROM generate_series(1, %s) n
"""


@dataclass(frozen=True, slots=True)
class Stores:
    """The three servers and the accesses of the cabinets in them."""

    metrics: MetricsServer
    door: VmauthServer
    events: EventsServer
    events_folder: Path
    accesses: tuple[Access, ...]

    @property
    def file(self) -> UserFile:
        return UserFile(self.door.config, self.metrics.backend, ROOT)


def run(cabinets: int = MANY) -> Iterator[Measure]:
    """All measures, on servers of their own."""
    with _stores(cabinets) as stores:
        yield from setting_up(stores)
        yield disk(stores)
        yield idle(stores)
        yield numbers(stores)
        yield rows(stores)


def setting_up(stores: Stores) -> Iterator[Measure]:
    """Users, databases and roles of all cabinets: made from nothing, against bare databases; then planned again."""
    count = len(stores.accesses)
    bare = seconds(lambda: _bare_databases(stores.events, count))
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


def disk(stores: Stores) -> Measure:
    """What an empty database of a cabinet takes on the disk, against the empty one that PostgreSQL copies."""
    with Cluster(stores.events.conninfo()).connect() as admin:
        sizes = admin.execute(
            "SELECT avg(pg_database_size(oid)) FILTER (WHERE datname ~ '^d_'), min(pg_database_size(oid))"
            " FROM pg_database"
        )
        ours, bare = (float(size) / 1e6 for size in sizes.fetchone() or (0, 1))
    return Measure("disk for the database of a cabinet", f"{ours:.1f} MB", f"{bare:.1f} MB", ours / bare, "≤", 2)


def idle(stores: Stores) -> Measure:
    """The share of a core that PostgreSQL takes for nothing: autovacuum visits every database that was used."""
    pid = int((stores.events_folder / "cluster" / "postmaster.pid").read_text(encoding="ascii").split()[0])
    before = _cpu(pid)
    time.sleep(_IDLE)
    share = (_cpu(pid) - before) / _IDLE * 100
    return Measure(f"idle CPU of {len(stores.accesses)} databases", f"{share:.1f} % of a core", "–", share, "≤", 30)


def _cpu(postmaster: int) -> float:
    """CPU seconds of the server so far: its processes, and those that have ended."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == postmaster:
            ticks += sum(map(int, fields[11:15]))  # its own, and what ended children took
        elif int(fields[1]) == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


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
    """Searches by user as a cabinet's role, against the superuser in the same database."""
    access = stores.accesses[-1]
    database = ROOT.database_name(access.cabinet)
    with Cluster(stores.events.conninfo()).connect(database) as admin:
        admin.execute(_SEARCHES, [access.cabinet, ROWS])
        admin.execute("ANALYZE core.search_queries")
    role, password = (
        ROOT.credential("events", access.cabinet, 1).name,
        ROOT.credential("events", access.cabinet, 1).password,
    )
    asked = "SELECT user_login, count(*) FROM core.search_queries WHERE ts > now() - interval '30 days' GROUP BY 1"
    with (
        psycopg.connect(stores.events.conninfo(database, role, password), autocommit=True) as cabinet,
        psycopg.connect(stores.events.conninfo(database), autocommit=True) as admin,
    ):

        def ask(connection: psycopg.Connection[tuple[object, ...]]) -> None:
            assert len(connection.execute(asked).fetchall()) == 40

        fenced, bare = _medians(lambda: ask(cabinet), lambda: ask(admin))
    return _measure(f"SQL in a cabinet's database, {ROWS} rows", fenced, bare, 3)


@contextmanager
def _stores(cabinets: int) -> Iterator[Stores]:
    folder = Path(tempfile.mkdtemp(prefix="bench-stores-"))
    folder.chmod(0o711)  # PostgreSQL's user must reach its part
    try:
        with local.victoria_metrics(folder / "metrics") as metrics, local.postgresql(folder / "events") as events:
            write_first_users(folder / "auth.yml", metrics.backend)
            with local.vmauth(folder / "auth.yml") as door:
                yield Stores(
                    metrics, door, events, folder / "events", tuple(Access(f"bench-{n}") for n in range(cabinets))
                )
    finally:
        shutil.rmtree(folder)


def _apply(stores: Stores) -> None:
    users = _plan_users(stores)
    file = stores.file
    file.apply(users)
    VmauthClient(stores.door.url, key=stores.door.key).reload(file)
    fence_rows(Cluster(stores.events.conninfo()), ROOT, stores.accesses)


def _plan_users(stores: Stores) -> tuple[Change, ...]:
    return diff(stores.file.desired(stores.accesses), stores.file.read(stores.accesses), [KIND])


def _plan_rows(stores: Stores) -> tuple[Change, ...]:
    return changes_of_rows(Cluster(stores.events.conninfo()), ROOT, stores.accesses)


def _bare_databases(server: EventsServer, count: int) -> None:
    """As many databases with a login role each as anybody would make them: one after another, without a table."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        for number in range(count):
            name = sql.Identifier(f"bare_{number}")
            password = sql.Literal(secrets.token_urlsafe(24))
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        for number in range(count):
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(f"bare_{number}")))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(f"bare_{number}")))


def _medians(fenced: Callable[[], None], bare: Callable[[], None]) -> tuple[float, float]:
    """The median seconds of both, asked in turns so that the machine's other work falls on both."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(_TURNS):
        for times, work in zip(took, (fenced, bare), strict=True):
            times.append(seconds(work))
    return statistics.median(took[0]), statistics.median(took[1])


def _measure(what: str, fenced: float, bare: float, bound: float) -> Measure:
    return Measure(what, f"{fenced * 1000:.2f} ms", f"{bare * 1000:.2f} ms", fenced / bare, "≤", bound)
