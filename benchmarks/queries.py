"""The slowest queries of the dashboards: thirteen months of a large cabinet among others, asked through its fences."""

import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from psycopg import sql

import dashboards
from benchmarks.measures import SECRET, Measure, seconds
from provision.credential import RootSecret
from provision.model import Installation, OnlineAccess
from provision.stores.access import Access
from provision.stores.cluster import Cluster, Connection
from provision.stores.contract import TABLES
from provision.stores.local import MetricsServer, postgresql, victoria_metrics, vmauth
from provision.stores.sample_data import SampleCabinet, fill
from tests.dashboards.boards import EVERYTHING
from tests.dashboards.questions import Question, questions
from tests.dashboards.reader import ONE
from tests.dashboards.ways import LIMIT, Way, by_hand, own
from tests.stores.world import fence_rows, write_users

ROOT = RootSecret(SECRET)
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
RANGES = {"24 hours": 1, "7 days": 7, "30 days": 30, "13 months": 396}
_SLOWEST = 10
_CANDIDATES = 30  # those that took longest the first time
_TURNS = 5  # of each of these; the median counts
# The cabinet has 18 installations and 120 accesses: a part is simulated hour by hour, the rest are copies of it.
_PARTS = 3
_OTHERS = 1  # cabinets with a part each
_WHERE = ("online.example.ru", "docs", "https")
_PART = SampleCabinet(
    id="bench",
    timezone="Europe/Samara",
    installations=tuple(
        Installation(host, f"m{n % 3}", "m@example.ru", "http", 0, "x.csv", 1)
        for n, host in enumerate([*ONE["installation"], *"abcde"])
    ),
    accesses=tuple(
        OnlineAccess(
            f"Фирма {n // 2}",
            f"login-{n}",
            "",
            "online.example.ru",
            "docs",
            "https",
            f"m{n % 3}",
            "m@example.ru",
            "y.csv",
            1,
        )
        for n in range(40)
    ),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, the place it is asked for, and the seconds until its first answer."""

    place: str
    question: Question
    took: float

    def median(self, way: Way) -> float:
        """The seconds until an answer on that way, the middle one of some."""
        return statistics.median(seconds(lambda: way.ask(self.question)) for _ in range(_TURNS))


def run() -> Iterator[Measure]:
    """The ten slowest, each against the administrator's query with the filter by hand; then what holds for all."""
    with _ways() as (fenced, bare):
        asked = sorted(_ask(fenced), key=lambda one: one.took, reverse=True)
        medians = {one: one.median(fenced) for one in asked[:_CANDIDATES]}
        slowest = sorted(medians, key=medians.__getitem__, reverse=True)[:_SLOWEST]
        for one in slowest:
            ours, theirs = medians[one], one.median(bare)
            yield Measure(one.place, f"{ours * 1000:.0f} ms", f"{theirs * 1000:.0f} ms", ours / theirs, "≤", 2)
        worst = medians[slowest[0]]
        yield Measure(f"slowest of {len(asked)} queries, seconds", f"{worst:.2f} s", "–", worst, "≤", LIMIT)


def _ask(way: Way) -> Iterator[_Asked]:
    """Everything once; a sheet, which is of a year whatever the range, over one range."""
    seen: set[Question] = set()
    for name, days in RANGES.items():
        for slug in dashboards.slugs():
            for question in questions(slug, EVERYTHING, timedelta(days=days), NOW):
                if question not in seen:
                    seen.add(question)
                    place = f"{slug}: {question.about}"
                    took = seconds(lambda question=question: way.ask(question))  # type: ignore[misc]
                    yield _Asked(f"{place[:52]} ({name})", question, took)


@contextmanager
def _ways() -> Iterator[tuple[Way, Way]]:
    """The cabinet's own way to its data, and the administrator's."""
    accesses = [Access(_PART.id), *(Access(f"other-{number}") for number in range(_OTHERS))]
    folder = Path(tempfile.mkdtemp(prefix="bench-queries-"))
    folder.chmod(0o711)  # PostgreSQL's user must reach its part
    try:
        with victoria_metrics(folder / "metrics") as metrics, postgresql(folder / "events") as events:
            cluster = Cluster(events.conninfo())
            fence_rows(cluster, ROOT, accesses)
            with cluster.connect(ROOT.database_name(_PART.id)) as admin:
                fill([_PART], metrics=metrics, events=admin, now=NOW, days=RANGES["13 months"])
                _copy_to_others(metrics)
                _copy_within(metrics, admin)
                admin.execute("ANALYZE")
            write_users(folder / "auth.yml", metrics, ROOT, accesses)
            with (
                vmauth(folder / "auth.yml") as door,
                own(_PART.id, ROOT, door, events) as fenced,
                by_hand(_PART.id, ROOT, metrics, events) as bare,
            ):
                yield fenced, bare
    finally:
        shutil.rmtree(folder)


def _copy_to_others(metrics: MetricsServer) -> None:
    for number in range(1, _OTHERS + 1):
        _copy_series(metrics, f'cabinet="{_PART.id}"', {"cabinet": f"other-{number}"})


def _copy_within(metrics: MetricsServer, connection: Connection) -> None:
    """The other parts of the cabinet: the names of their installations, clients and logins have a number."""
    for part in range(1, _PARTS):
        for one in _PART.installations:
            named = {"host": f"{one.host}-{part}", "client": f"{one.client}-{part}"}
            _copy_series(metrics, f'cabinet="{_PART.id}",host="{one.host}"', named)
        for access in _PART.accesses:
            named = {"user": f"{access.login}-{part}", "client": f"{access.firm}-{part}"}
            _copy_series(metrics, f'cabinet="{_PART.id}",user="{access.login}",host=""', named)
    _copy_rows(connection, _PARTS - 1, {name: f"{name} || '-' || n" for name in ("host", "client", "user_login")})


def _copy_series(metrics: MetricsServer, selector: str, labels: Mapping[str, str]) -> None:
    """Adds the selected series once more, with other values of these labels."""
    login = (metrics.login.user, metrics.login.password)
    found = requests.post(
        f"{metrics.url}/api/v1/export/native", data={"match[]": f"{{{selector}}}"}, auth=login, timeout=600
    )
    named = {"extra_label": [f"{label}={value}" for label, value in labels.items()]}
    url = f"{metrics.url}/api/v1/import/native"
    requests.post(url, params=named, data=found.content, auth=login, timeout=600).raise_for_status()
    requests.get(
        f"{metrics.url}/internal/force_flush?authKey={metrics.key}", auth=login, timeout=600
    ).raise_for_status()


def _copy_rows(connection: Connection, copies: int, changed: Mapping[str, str]) -> None:
    """Adds the part's rows so many times more, with other values in these columns; `n` is the number of the copy."""
    for table in TABLES:
        columns = [column.name for column in table.columns if column.name != "id"]
        values = [sql.SQL(changed[name]) if name in changed else sql.Identifier(name) for name in columns]
        connection.execute(
            sql.SQL(
                "INSERT INTO core.{0} ({1}) SELECT {2} FROM core.{0}, generate_series(1, {3}) AS n WHERE cabinet = {4}"
            ).format(
                sql.Identifier(table.name),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(values),
                sql.Literal(copies),
                sql.Literal(_PART.id),
            )
        )
