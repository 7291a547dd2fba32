"""The data contract: its size and its rules, and that the migrations make exactly its tables."""

from collections import Counter

import pytest

from provision.stores.cluster import Connection
from provision.stores.contract import COMMON_LABELS, METRICS, SYSINFO, TABLES, Metric, Table


def test_there_are_40_metrics_and_9_tables() -> None:
    """The contract is complete, and no name occurs twice."""
    names = [metric.name for metric in METRICS] + [table.name for table in TABLES]

    assert (len(METRICS), len(TABLES)) == (40, 9)
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_keeps_the_rules(metric: Metric) -> None:
    """Labels do not repeat the common ones; windows and counters of a report come with the report; both languages."""
    assert not set(metric.labels) & set(COMMON_LABELS)
    if metric.name.endswith(("_mtd", "_hour", "_30d", "_60d")):
        assert metric.source is SYSINFO
    assert metric.meaning.ru != metric.meaning.en


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_migrations_make_the_table(admin: Connection, table: Table) -> None:
    """Columns, types, NOT NULL, key and the index (time) in the database are those of the contract."""
    columns = admin.execute(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
        [f"core.{table.name}"],
    ).fetchall()
    indexes = admin.execute(
        "SELECT indisunique, indnullsnotdistinct OR indisprimary,"
        " ARRAY(SELECT a.attname::text FROM unnest(indkey) WITH ORDINALITY k(number, place)"
        "       JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = k.number ORDER BY k.place)"
        " FROM pg_index WHERE indrelid = %s::regclass",
        [f"core.{table.name}"],
    ).fetchall()

    assert columns == [(column.name, column.kind, column.required) for column in table.columns]
    if table.key:
        assert (True, True, list(table.key)) in indexes
    if table.time:
        assert (False, False, [table.time]) in indexes


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_names_its_owner(table: Table) -> None:
    """cabinet, client and manager are required, and a cabinet may read all but what all cabinets share."""
    required = {column.name for column in table.columns if column.required}

    assert set(COMMON_LABELS) <= required
    assert {column.name for column in table.columns} - set(table.readable) <= {"cabinet", "id"}
