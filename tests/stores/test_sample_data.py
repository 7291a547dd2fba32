"""The made-up history: complete, the same every time, and with what real data bring along."""

import json
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from provision.stores import local
from provision.stores.cluster import connect
from provision.stores.contract import COMMON_LABELS, METRICS, TABLES
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.sample_data import Filled, SampleCabinet, fill
from provision.stores.sample_data.clock import Clock
from provision.stores.sample_data.sink import SeriesSink
from provision.stores.schema import migrate
from tests.samples import access, installation

NOW = datetime(2026, 3, 20, 10, 20, tzinfo=UTC)
DAYS = 40
MARCH = datetime(2026, 2, 28, 19, tzinfo=UTC)  # the 1st begins in Yekaterinburg
CABINETS = (
    SampleCabinet(
        "sample-ural",
        "Asia/Yekaterinburg",
        (
            installation("u1.example.ru:80", "ivanova", 1),
            installation("u2.example.ru:443", "petrov", 1),
            installation("Zavod", "petrov", -1),
            installation("u1.example.ru:80", "petrov", 1),
        ),
        tuple(access("ООО Ромашка", f"u{number}", "online1.example.ru", "ivanova") for number in range(9)),
        "rogaikopyta",
    ),
    SampleCabinet("sample-volga", "Europe/Samara", (installation("Fabrika", "orlova"),)),
)
Samples = dict[int, float]


@pytest.fixture(scope="module")
def database(ground: Path) -> Iterator[EventsServer]:
    """A migrated database of this module's own."""
    with local.postgresql(ground / "sample") as server:
        with connect(server.conninfo()) as connection:
            migrate(connection)
        yield server


@pytest.fixture(scope="module")
def filled(metrics_server: MetricsServer, database: EventsServer) -> Filled:
    """Both stores filled once for all tests that only read."""
    with connect(database.conninfo()) as connection:
        return fill(CABINETS, metrics=metrics_server, events=connection, now=NOW, days=DAYS)


def export(server: MetricsServer, selector: str) -> dict[str, Samples]:
    """Every sample of the selected series: unix seconds to values, by the labels as JSON."""
    answer = server.ask(f"/api/v1/export?match[]={urllib.parse.quote(selector)}")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return {
        json.dumps(line["metric"], sort_keys=True, ensure_ascii=False): {
            stamp // 1000: value for stamp, value in zip(line["timestamps"], line["values"], strict=True)
        }
        for line in lines
    }


def rows(server: EventsServer, query: str) -> list[tuple[object, ...]]:
    """The rows of a query, as the superuser."""
    with connect(server.conninfo()) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_there_with_its_labels(metrics_server: MetricsServer, metric: object) -> None:
    """Each metric of the contract has series, with exactly its labels."""
    contract = next(entry for entry in METRICS if entry == metric)
    series = export(metrics_server, f'{{__name__="{contract.name}",cabinet=~"sample-.*"}}')

    assert series
    for labels in series:
        assert json.loads(labels).keys() == {"__name__", *COMMON_LABELS, *contract.labels}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_table_has_rows(database: EventsServer, table: str) -> None:
    """Each table of the contract has rows of the first cabinet."""
    assert rows(database, f"SELECT count(*) > 0 FROM core.{table} WHERE cabinet = 'sample-ural'") == [(True,)]


def test_the_same_input_gives_the_same_history(metrics_server: MetricsServer, database: EventsServer) -> None:
    """Filling again replaces: nothing doubles, nothing changes. Another seed gives another history."""
    small = SampleCabinet(
        "same", "Europe/Samara", (installation("depo.example.ru:80", "orlova"),), CABINETS[0].accesses
    )

    def contents(seed: int) -> tuple[Filled, dict[str, Samples], list[tuple[object, ...]]]:
        with connect(database.conninfo()) as connection:
            reported = fill([small], metrics=metrics_server, events=connection, now=NOW, days=5, seed=seed)
        counting = "SELECT count(*), md5(string_agg(query_text, '' ORDER BY ts)) FROM core.search_queries"
        return (
            reported,
            export(metrics_server, '{cabinet="same"}'),
            rows(database, f"{counting} WHERE cabinet = 'same'"),
        )

    first = contents(seed=1)

    assert contents(seed=1) == first
    assert sum(map(len, first[1].values())) == first[0].samples
    other = contents(seed=2)
    assert other[1] != first[1]
    assert sum(map(len, other[1].values())) == other[0].samples


def test_history_ends_now(metrics_server: MetricsServer, filled: Filled) -> None:
    """No sample lies outside the days asked for; the last report is less than an hour old."""
    times = [time for samples in export(metrics_server, '{cabinet=~"sample-.*"}').values() for time in samples]

    assert filled.samples == len(times)
    assert min(times) >= (NOW - timedelta(days=DAYS)).timestamp()
    assert NOW.timestamp() - 3600 < max(times) <= NOW.timestamp()


@pytest.mark.usefixtures("filled")
def test_values_of_the_month_restart_on_the_1st_of_the_cabinet(metrics_server: MetricsServer) -> None:
    """They grow, but for the first report after midnight of the cabinet's 1st."""
    drops = set()
    for samples in export(metrics_server, '{__name__=~"kodeks_user_.*_mtd",cabinet="sample-ural"}').values():
        for (_, before), (time, after) in pairwise(sorted(samples.items())):
            if after < before:
                drops.add(time)

    assert drops
    assert all(MARCH.timestamp() <= time < MARCH.timestamp() + 14 * 3600 for time in drops)


@pytest.mark.usefixtures("filled")
def test_quotas_shrink_and_return_on_the_1st(metrics_server: MetricsServer) -> None:
    """What is left never grows but at the month's beginning, to the limit; some of it is used."""
    returns = set()
    for samples in export(metrics_server, '{__name__="kodeks_online_billing_left",cabinet="sample-ural"}').values():
        for (_, before), (time, after) in pairwise(sorted(samples.items())):
            if after > before:
                returns.add((time, after in (50, 150, 300, 500, 600, 1000)))

    assert returns
    assert all(full for _, full in returns)
    assert all(MARCH.timestamp() <= time < MARCH.timestamp() + 2 * 3600 for time, _ in returns)


@pytest.mark.usefixtures("filled")
def test_reports_are_missing_now_and_then(metrics_server: MetricsServer) -> None:
    """Every installation's hourly reports have gaps, none of them all the time."""
    series = export(metrics_server, '{__name__="kodeks_licenses_used",cabinet="sample-ural"}')

    assert len(series) == 3
    for samples in series.values():
        spans = [after - before for before, after in pairwise(sorted(samples))]
        assert max(spans) > 3600
        assert len(samples) > DAYS * 24 * 0.8


@pytest.mark.usefixtures("filled")
def test_one_installation_has_more_people_than_seats(metrics_server: MetricsServer, database: EventsServer) -> None:
    """Never more seats are in use than there are, more people than seats came in a day, and some were refused."""
    labels = 'cabinet="sample-ural",host="u1.example.ru:80"'

    def values(name: str) -> list[float]:
        (samples,) = export(metrics_server, f'{{__name__="{name}",{labels}}}').values()
        return list(samples.values())

    seats = max(values("kodeks_licenses_registered"))

    assert max(values("kodeks_licenses_used")) == seats
    assert max(values("kodeks_licenses_occupied_24h")) > seats
    refused = rows(database, "SELECT count(*) FROM core.login_rejections WHERE reason = 'no_seats'")
    assert int(str(refused[0][0])) > 0


@pytest.mark.usefixtures("filled")
def test_rows_and_numbers_tell_the_same(metrics_server: MetricsServer, database: EventsServer) -> None:
    """Refusals and empty searches add up to the rows, except for what came after the last report."""
    empty = "SELECT count(*) FROM core.search_queries WHERE status = 'empty' AND scope = 'installation'"
    for name, query in (
        ("kodeks_user_login_rejected_hour", "SELECT count(*) FROM core.login_rejections WHERE cabinet ~ 'sample'"),
        ("kodeks_user_search_empty_hour", f"{empty} AND cabinet ~ 'sample'"),
    ):
        series = export(metrics_server, f'{{__name__="{name}",cabinet=~"sample-.*"}}')
        reported = sum(sum(samples.values()) for samples in series.values())
        counted = int(str(rows(database, query)[0][0]))

        assert counted * 0.97 <= reported <= counted


@pytest.mark.usefixtures("filled")
def test_people_work_by_day_and_rest_at_weekends(metrics_server: MetricsServer) -> None:
    """In the client's own time zone, working hours of working days have most of the requests."""
    work, rest = 0.0, 0.0
    for samples in export(metrics_server, '{__name__="kodeks_user_db_requests_hour",host="u1.example.ru:80"}').values():
        for time, value in samples.items():
            local = datetime.fromtimestamp(time, UTC) + timedelta(hours=5)
            if local.weekday() < 5 and 8 <= local.hour <= 19:
                work += value
            else:
                rest += value

    assert work > 10 * rest > 0


@pytest.mark.usefixtures("filled")
def test_an_installation_out_of_reach_has_no_checks(metrics_server: MetricsServer) -> None:
    """Only polled installations are checked from outside; all send their reports."""
    checked = export(metrics_server, '{__name__="kodeks_check_status",client=~"Zavod|Fabrika"}')
    reporting = export(metrics_server, '{__name__="kodeks_smartstatus_timestamp_seconds",client=~"Zavod|Fabrika"}')

    assert checked == {}
    assert len(reporting) == 2


@pytest.mark.usefixtures("filled")
def test_a_line_that_names_a_second_manager_counts_once(database: EventsServer) -> None:
    """The same address twice in a list is one installation, with the first manager."""
    found = rows(database, "SELECT manager FROM core.clients WHERE host = 'u1.example.ru:80'")

    assert found == [("ivanova",)]


@pytest.mark.usefixtures("filled")
def test_something_is_wrong_right_now(database: EventsServer) -> None:
    """There are alerts that last and failed polls, so that no dashboard is empty."""
    found = rows(
        database,
        "SELECT (SELECT count(*) > 0 FROM core.alert_events WHERE ended_at IS NULL),"
        " (SELECT count(*) > 0 FROM core.online_poll_errors WHERE error_class = 'LoginPasswordError')",
    )

    assert found == [(True, True)]


def test_a_series_out_of_the_contract_is_refused(metrics_server: MetricsServer) -> None:
    """A forgotten or surplus label fails at once, not as an empty panel."""
    sink = SeriesSink(metrics_server)
    labels = {"cabinet": "x", "client": "x", "manager": "x"}

    with pytest.raises(ValueError, match="kodeks_licenses_used has the labels"):
        sink.add("kodeks_licenses_used", labels, "1000", "1")
    with pytest.raises(KeyError):
        sink.add("kodeks_unknown", labels, "1000", "1")


def test_a_month_begins_in_the_cabinets_time_zone() -> None:
    """The month changes at local midnight of the 1st."""
    clock = Clock(NOW, DAYS, "Asia/Yekaterinburg")
    first = int(MARCH.timestamp())
    months = clock.months([first - 1, first, first + 86400 * 31 - 1, first + 86400 * 31])

    assert [month - months[0] for month in months] == [0, 1, 1, 2]
