"""How PostgreSQL goes about each statement for a cabinet: by the index, through that cabinet's rows alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql as composed

import dashboards
from dashboards import Scope
from provision.credential import RootSecret
from provision.stores.access import Access
from provision.stores.contract import TABLES
from provision.stores.local import postgresql, victoria_metrics
from provision.stores.sample_data import fill
from provision.stores.schema import Connection, connect, migrate
from tests.dashboards.conftest import CABINET, NOW
from tests.dashboards.reader import ALL, Json, sql, targets
from tests.stores.world import fence_rows

SLUGS = dashboards.slugs()
RANGES = {"a day": timedelta(days=1), "13 months": timedelta(days=396)}
_OTHERS = 5  # cabinets with as many rows each


@pytest.fixture(scope="module")
def reader(folder: Path) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session of one cabinet's own role behind the fence, among the rows of five more cabinets."""
    root = RootSecret("a root secret of more than 32 characters")
    with victoria_metrics(folder / "beside") as metrics, postgresql(folder / "fenced") as events:
        with connect(events.conninfo()) as connection:
            migrate(connection)
            fill([CABINET], metrics=metrics, events=connection, now=NOW, days=10)
            _copy(connection)
            _search_a_lot(connection)
            fence_rows(connection, root, [Access(CABINET.id)])
            connection.execute("ANALYZE")
        name, password = (
            root.credential("events", CABINET.id, 1).name,
            root.credential("events", CABINET.id, 1).password,
        )
        with psycopg.connect(events.conninfo(user=name, password=password), autocommit=True) as session:
            yield session


def _copy(connection: Connection) -> None:
    """Gives the other cabinets the same rows."""
    for table in TABLES:
        columns = [column.name for column in table.columns if column.name not in ("cabinet", "id")]
        connection.execute(
            composed.SQL(
                "INSERT INTO core.{table} (cabinet, {columns})"
                " SELECT 'other-' || n, {columns} FROM core.{table}, generate_series(1, %s) AS n"
            ).format(
                table=composed.Identifier(table.name),
                columns=composed.SQL(", ").join(map(composed.Identifier, columns)),
            ),
            [_OTHERS],
        )


def _search_a_lot(connection: Connection) -> None:
    """Adds a year of searches, one every five minutes."""
    connection.execute(
        "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, host, query_text, status)"
        " SELECT %s - n * interval '5 minutes', %s, 'installation', 'romashka', 'petrova', 'romashka', 'q', 'success'"
        " FROM generate_series(1, 100000) AS n",
        [NOW, CABINET.id],
    )


def statements(slug: str, scope: Scope) -> Iterator[tuple[Json, str]]:
    """Everything a dashboard asks PostgreSQL, for panels and for choices."""
    spec = dashboards.render(slug, scope)
    for _, target in targets(spec):
        if "rawSql" in target:
            yield spec, target["rawSql"]
    for variable in spec["templating"]["list"]:
        if variable.get("definition", "").startswith("SELECT"):
            yield spec, variable["definition"]


def scans(session: psycopg.Connection[tuple[Any, ...]], statement: str) -> list[Json]:
    """The nodes of the plan that read a table, or an index of one."""
    row = session.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
    assert row
    return [node for node in _nodes(row[0][0]["Plan"]) if "Relation Name" in node or "Index Name" in node]


def _nodes(node: Json) -> Iterator[Json]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_row_of_another_cabinet_is_read(
    slug: str, scope: Scope, reader: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Each table can be read by an index that begins with the cabinet, whatever the time range."""
    reader.execute("SET enable_seqscan = off")  # these tables are small: PostgreSQL would rather read them whole
    for spec, text in statements(slug, scope):
        for span in RANGES.values():
            for node in scans(reader, sql(text, spec, ALL, NOW - span, NOW)):
                if node.get("Relation Name") == "cabinet_role" or node["Node Type"] == "Bitmap Heap Scan":
                    continue  # the map of roles; the heap below a bitmap of an index
                assert "(cabinet = $" in node.get("Index Cond", ""), f"{node}\n{text}"


@pytest.mark.parametrize("slug", ["search-queries", "search-queries-online", "for-managers"])
def test_the_newest_searches_are_read_first(
    slug: str, scope: Scope, reader: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Of a year of searches as many are read as are shown, off the end of (cabinet, ts): nothing is sorted."""
    reader.execute("RESET enable_seqscan")
    spec = dashboards.render(slug, scope)
    for _, target in targets(spec):
        text = target.get("rawSql", "")
        if "FROM core.search_queries" in text:
            nodes = scans(reader, sql(text, spec, ALL, NOW - RANGES["13 months"], NOW))
            read = [node for node in nodes if node.get("Relation Name") == "search_queries"]
            assert [node.get("Index Name") for node in read] == ["search_queries_cabinet_ts"], text
            assert [node.get("Scan Direction") for node in read] == ["Backward"], text
