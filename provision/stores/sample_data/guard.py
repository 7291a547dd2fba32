"""Made-up history never among real data unasked: what a store holds is told apart by marks that fill() leaves.

The marks: in PostgreSQL a row of sample.cabinets (with the number of rows that went in, for more than that is somebody
else's); in VictoriaMetrics the series `smart_sample_data{sample_of="…"}`, which has no label `cabinet`, so that no
cabinet sees it.
"""

import json
import time
import urllib.parse
from collections.abc import Collection
from dataclasses import dataclass

from psycopg import sql

from provision.errors import StoreError
from provision.stores.contract import TABLES
from provision.stores.local import MetricsServer
from provision.stores.schema import Connection
from provision.stores.wire import Answer
from provision.text import Text

_SERIES = "smart_sample_data"
_MARKS = """
CREATE SCHEMA IF NOT EXISTS sample;
CREATE TABLE IF NOT EXISTS sample.cabinets (cabinet text PRIMARY KEY, rows bigint)
"""
_MARK = "INSERT INTO sample.cabinets VALUES (%s, NULL) ON CONFLICT (cabinet) DO UPDATE SET rows = NULL"


@dataclass(frozen=True, slots=True)
class Real:
    """Cabinets with data that is not known to be made up: of those asked for, and some of the others."""

    chosen: frozenset[str]
    others: frozenset[str]


def look(metrics: MetricsServer, events: Connection, cabinets: Collection[str]) -> Real:
    """What both stores hold besides made-up data. Reads only. Raises StoreError when one does not answer."""
    found = _in_metrics(metrics) | _in_events(events, cabinets)
    return Real(frozenset(found & set(cabinets)), frozenset(found - set(cabinets)))


def mark(metrics: MetricsServer, events: Connection, cabinet: str) -> None:
    """Says in both stores, before the first row, that the cabinet's data is made up."""
    line = f'{_SERIES}{{sample_of="{cabinet}"}} 1 {int(time.time() * 1000)}'
    _expect(metrics.ask("/api/v1/import/prometheus", method="POST", body=line.encode()))
    _expect(metrics.ask(f"/internal/force_flush?authKey={urllib.parse.quote(metrics.key)}"))
    with events.transaction():
        events.execute(_MARKS.encode())
        events.execute(_MARK, [cabinet])


def close(events: Connection, cabinet: str, rows: int) -> None:
    """Notes how many rows went in."""
    events.execute("UPDATE sample.cabinets SET rows = %s WHERE cabinet = %s", [rows, cabinet])


def _in_metrics(metrics: MetricsServer) -> set[str]:
    return _values(metrics, "cabinet") - _values(metrics, "sample_of")


def _values(metrics: MetricsServer, label: str) -> set[str]:
    """Every value the label has in series that are there."""
    # Without `match[]` the values of deleted series would be among them.
    match = urllib.parse.quote(f'{{{label}!=""}}')
    answer = metrics.ask(f"/api/v1/label/{label}/values?start=1&match[]={match}", timeout=120)
    _expect(answer)
    try:
        return set(json.loads(answer.text)["data"])
    except (ValueError, KeyError, TypeError):
        raise _strange("JSON") from None


def _in_events(events: Connection, cabinets: Collection[str]) -> set[str]:
    there = events.execute("SELECT to_regclass('sample.cabinets') IS NOT NULL").fetchone() == (True,)
    listed = "SELECT cabinet, rows FROM sample.cabinets"
    marked = {str(name): rows for name, rows in events.execute(listed)} if there else {}
    found = _unmarked(events, marked, cabinets)
    for name in set(marked) & set(cabinets):
        went_in = marked[name]
        if isinstance(went_in, int) and _count(events, name) > went_in:
            found.add(name)
    return found


def _unmarked(events: Connection, marked: Collection[str], cabinets: Collection[str]) -> set[str]:
    """Cabinets without a mark: any of those asked for, and the first of the others that a table shows."""
    found = set()
    for table in TABLES:
        name = sql.Identifier("core", table.name)
        first = sql.SQL("SELECT cabinet FROM {} WHERE cabinet <> ALL(%s) LIMIT 1").format(name)
        found |= {str(cabinet) for (cabinet,) in events.execute(first, [list(marked)])}
        for cabinet in set(cabinets) - set(marked):
            one = sql.SQL("SELECT FROM {} WHERE cabinet = %s LIMIT 1").format(name)
            found |= {cabinet} if events.execute(one, [cabinet]).fetchone() is not None else set()
    return found


def _count(events: Connection, cabinet: str) -> int:
    queries = [
        sql.SQL("(SELECT count(*) FROM {} WHERE cabinet = {})").format(sql.Identifier("core", table.name), cabinet)
        for table in TABLES
    ]
    row = events.execute(sql.SQL("SELECT ") + sql.SQL(" + ").join(queries)).fetchone()
    return int(str(row[0])) if row else 0


def _expect(answer: Answer) -> None:
    if answer.status not in (200, 204):
        raise _strange(f"{answer.status or ''} {answer.text.strip()[:200]}".strip())


def _strange(said: str) -> StoreError:
    return StoreError(
        Text(f"VictoriaMetrics не отвечает как следует: {said}", f"VictoriaMetrics does not answer properly: {said}"),
        Text(
            "Проверьте её адрес SMART_VM_URL (не vmauth), SMART_VM_PASSWORD и SMART_VM_KEY.",
            "Check its address SMART_VM_URL (not vmauth's), SMART_VM_PASSWORD and SMART_VM_KEY.",
        ),
    )
