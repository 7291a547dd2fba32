"""Made-up history is never added to real data unasked: marks that fill() leaves show which data are made up.

The marks: on a PostgreSQL server a row of smart.sample_data in the administration database (with the number of rows
that went in: more than that are not made up); in VictoriaMetrics the series `smart_sample_data{sample_of="…"}`, which
has no label `cabinet`, so that no cabinet sees it.
"""

import json
import time
import urllib.parse
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.stores.catalogue import DATABASES
from provision.stores.cluster import Cluster, Connection
from provision.stores.cluster_fence import registered
from provision.stores.contract import TABLES
from provision.stores.driver import sql
from provision.stores.local import MetricsServer
from provision.stores.schema import newest, version_of
from provision.stores.wire import Answer
from provision.text import Text

_SERIES = "smart_sample_data"
_MARK = "INSERT INTO smart.sample_data VALUES (%s, NULL) ON CONFLICT (cabinet) DO UPDATE SET rows = NULL"


@dataclass(frozen=True, slots=True)
class Real:
    """Cabinets with data that is not known to be made up: of those asked for, and some of the others."""

    chosen: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class RowsOf:
    """A cabinet's database on that server."""

    cluster: Cluster
    root: RootSecret
    cabinet: str

    @property
    def database(self) -> str:
        return self.root.database_name(self.cabinet)

    def connect(self) -> AbstractContextManager[Connection]:
        """The administrator's connection to it."""
        return self.cluster.connect(self.database)

    def ready(self) -> bool:
        """Whether it is there, with the newest tables."""
        with self.cluster.connect() as admin:
            rows = admin.execute(DATABASES, {"names": [self.database]}).fetchall()
            return bool(rows) and version_of(rows[0][2]) == newest() and self.cabinet in registered(admin)


def look(metrics: MetricsServer, rows: Mapping[str, RowsOf]) -> Real:
    """What both stores hold besides made-up data; `rows` are the databases of the cabinets asked for.

    Reads only. Raises StoreError when one does not answer.
    """
    found = _values(metrics, "cabinet") - _values(metrics, "sample_of")
    for cluster in {one.cluster.variable: one.cluster for one in rows.values()}.values():
        found |= _in_events(cluster)
    return Real(frozenset(found & rows.keys()), frozenset(found - rows.keys()))


def mark(metrics: MetricsServer, rows: RowsOf) -> None:
    """Says in both stores, before the first row, that the cabinet's data is made up."""
    line = f'{_SERIES}{{sample_of="{rows.cabinet}"}} 1 {int(time.time() * 1000)}'
    _expect(metrics.ask("/api/v1/import/prometheus", method="POST", body=line.encode()))
    _expect(metrics.ask(f"/internal/force_flush?authKey={urllib.parse.quote(metrics.key)}"))
    with rows.cluster.connect() as admin:
        admin.execute(_MARK, [rows.cabinet])


def close(rows: RowsOf) -> None:
    """Notes how many rows went in."""
    with rows.connect() as filled:
        count = _count(filled)
    with rows.cluster.connect() as admin:
        admin.execute("UPDATE smart.sample_data SET rows = %s WHERE cabinet = %s", [count, rows.cabinet])


def _values(metrics: MetricsServer, label: str) -> set[str]:
    """Every value the label has in series that are there."""
    # Without `match[]` the values of deleted series would be among them.
    match = urllib.parse.quote(f'{{{label}!=""}}')
    answer = metrics.ask(f"/api/v1/label/{label}/values?start=1&match[]={match}", timeout=120)
    _expect(answer)
    try:
        return set(json.loads(answer.text)["data"])
    except (ValueError, KeyError, TypeError):
        raise _strange(answer.said("VictoriaMetrics")) from None


def _in_events(cluster: Cluster) -> set[str]:
    """Cabinets with rows that were not made up: any rows without a mark, more than went in with one."""
    with cluster.connect() as admin:
        cabinets = {database: cabinet for cabinet, database in registered(admin).items()}
        there = {row[0] for row in admin.execute("SELECT datname::text FROM pg_database WHERE datallowconn")}
        marked = dict(admin.execute("SELECT cabinet, rows FROM smart.sample_data").fetchall()) if cabinets else {}

    def is_real(database: str, connection: Connection) -> bool:
        cabinet = cabinets[database]
        if cabinet not in marked:
            return _count(connection, limit=1) > 0
        went_in = marked[cabinet]
        return went_in is not None and _count(connection, limit=went_in + 1) > went_in

    real = cluster.each([one for one in cabinets if one in there], is_real)
    return {cabinets[database] for database, is_it in real.items() if is_it}


def _count(events: Connection, *, limit: int | None = None) -> int:
    """The rows of a cabinet's database, counted up to the limit; without the registry, which `apply` writes."""
    names = [table.name for table in TABLES if table.time]
    tables = [sql.SQL("SELECT FROM {}").format(sql.Identifier("core", name)) for name in names]
    query = sql.SQL("SELECT count(*) FROM ({} LIMIT {}) x").format(sql.SQL(" UNION ALL ").join(tables), limit)
    row = events.execute(query).fetchone()
    return int(row[0]) if row else 0


def _expect(answer: Answer) -> None:
    if answer.status not in (200, 204):
        raise _strange(answer.said("VictoriaMetrics"))


def _strange(said: Text) -> StoreError:
    return StoreError(
        Text(f"Хранилище не отвечает как следует. {said.ru}", f"The store does not answer properly. {said.en}"),
        Text(
            "Проверьте её адрес SMART_VM_URL (не vmauth), SMART_VM_PASSWORD и SMART_VM_KEY.",
            "Check its address SMART_VM_URL (not vmauth's), SMART_VM_PASSWORD and SMART_VM_KEY.",
        ),
    )
