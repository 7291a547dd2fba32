"""How PostgreSQL goes about the statements of a cabinet that are asked most: by the index."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import dashboards
from dashboards import Scope
from provision.credential import RootSecret
from provision.stores.access import Access
from provision.stores.cluster import Cluster, Connection
from provision.stores.local import postgresql, victoria_metrics
from provision.stores.sample_data import fill
from tests.dashboards.conftest import CABINET, NOW
from tests.dashboards.reader import ALL, Json, sql, targets
from tests.stores.world import fence_rows

RANGES = {"a day": timedelta(days=1), "13 months": timedelta(days=396)}


@pytest.fixture(scope="module")
def reader(folder: Path) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session of one cabinet's own role in its database."""
    root = RootSecret("a root secret of more than 32 characters")
    with victoria_metrics(folder / "beside") as metrics, postgresql(folder / "fenced") as events:
        cluster, database = Cluster(events.conninfo()), root.database_name(CABINET.id)
        fence_rows(cluster, root, [Access(CABINET.id)])
        with cluster.connect(database) as connection:
            fill([CABINET], metrics=metrics, events=connection, now=NOW, days=10)
            _search_a_lot(connection)
            connection.execute("ANALYZE")
        name, password = (
            root.credential("events", CABINET.id, 1).name,
            root.credential("events", CABINET.id, 1).password,
        )
        with psycopg.connect(events.conninfo(database, name, password), autocommit=True) as session:
            yield session


def _search_a_lot(connection: Connection) -> None:
    """Adds a year of searches, one every five minutes."""
    connection.execute(
        "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, host, query_text, status)"
        " SELECT %s - n * interval '5 minutes', %s, 'installation', 'romashka', 'petrova', 'romashka', 'q', 'success'"
        " FROM generate_series(1, 100000) AS n",
        [NOW, CABINET.id],
    )


def scans(session: psycopg.Connection[tuple[Any, ...]], statement: str) -> list[Json]:
    """The nodes of the plan that read a table, or an index of one."""
    row = session.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
    assert row
    return [node for node in _nodes(row[0][0]["Plan"]) if "Relation Name" in node or "Index Name" in node]


def _nodes(node: Json) -> Iterator[Json]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


@pytest.mark.parametrize("slug", ["search-queries", "search-queries-online", "for-managers"])
def test_the_newest_searches_are_read_first(
    slug: str, scope: Scope, reader: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Of a year of searches as many are read as are shown, off the end of the index by time: nothing is sorted."""
    spec = dashboards.render(slug, scope)
    for _, target in targets(spec):
        text = target.get("rawSql", "")
        if "FROM core.search_queries" in text:
            nodes = scans(reader, sql(text, spec, ALL, NOW - RANGES["13 months"], NOW))
            read = [node for node in nodes if node.get("Relation Name") == "search_queries"]
            assert [node.get("Index Name") for node in read] == ["search_queries_ts"], text
            assert [node.get("Scan Direction") for node in read] == ["Backward"], text
