"""The cells of the sheets for renewal talks: each month and quarter, and how they changed."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import dashboards
from dashboards import Scope
from dashboards._periods import _at
from provision.stores.cluster import Connection, connect
from provision.stores.local import postgresql, victoria_metrics
from provision.stores.sample_data import SampleCabinet, fill
from provision.stores.schema import migrate
from tests import samples
from tests.dashboards.asked import access, person
from tests.dashboards.conftest import NOW, Stores
from tests.dashboards.numbers import Numbers
from tests.dashboards.reader import Choice, Json, Row, frame, panels, promql, sql, table, targets, time_range
from tests.dashboards.single_cells import cells

SAMARA = ZoneInfo("Europe/Samara")
SHEETS = ("prolongation", "quarterly-analytics", "billing-online-prolongation")
OWN: Choice = {"installation": ("romashka",), "firm": ("romashka",)}
MONTHS = range(1, 13)
REQUESTED, REQUESTED_CHANGE = "Документы", "Документы ±%"
REFUSED, REFUSED_CHANGE = "Отказы", "Отказы ±%"
KASSIST = "kAssist"
# The range with which the reader opens a sheet of 2025; the end of it alone decides.
YEAR = (datetime(2025, 1, 1, tzinfo=SAMARA), datetime(2025, 12, 31, 23, 59, 59, tzinfo=SAMARA))


class Sheet:
    """One sheet, as its table shows it; what a store that is not given would answer is empty."""

    def __init__(self, slug: str, scope: Scope, numbers: Numbers | None = None, rows: Connection | None = None) -> None:
        self._spec = dashboards.render(slug, scope)
        self.panel = next(panel for panel in panels(self._spec) if panel["type"] == "table")
        self._numbers, self._rows = numbers, rows

    def table(self, *, choice: Choice = OWN, times: tuple[datetime, datetime] = YEAR) -> list[Row]:
        """The rows by the titles of their columns."""
        asked = time_range(self.panel, self._spec, *times)
        return table(self.panel, [self._frame(target, choice, asked) for target in self.panel["targets"]])

    def column(
        self, title: str, *, choice: Choice = OWN, times: tuple[datetime, datetime] = YEAR
    ) -> list[float | None]:
        """The figures of a column from top to bottom; None where a cell has none."""
        return [row[title] for row in self.table(choice=choice, times=times)]

    def _frame(self, target: Json, choice: Choice, asked: tuple[datetime, datetime]) -> list[Row]:
        if "expr" in target:
            if self._numbers is None:
                return []
            found = self._numbers.instant(promql(target["expr"], self._spec, choice), asked[1].timestamp())
            return frame(found, target["refId"])
        if self._rows is None:
            return []
        cursor = self._rows.execute(sql(target["rawSql"], self._spec, choice, *asked).encode())
        titles = [column.name for column in cursor.description or ()]
        return [dict(zip(titles, map(_as_grafana, row), strict=True)) for row in cursor.fetchall()]


def _as_grafana(value: object) -> object:
    """The value as Grafana has it: a `numeric` of PostgreSQL is a float there."""
    return float(value) if isinstance(value, Decimal) else value


def put(numbers: Numbers, metric: str, labels: Mapping[str, str], values: Mapping[datetime, float]) -> None:
    """Samples at moments."""
    numbers.put(metric, labels, {round(numbers.now - moment.timestamp()): value for moment, value in values.items()})


def end(year: int, month: int) -> datetime:
    """Ten minutes before a month ends in the cabinet."""
    return datetime(year, month, monthrange(year, month)[1], 23, 50, tzinfo=SAMARA)


def ends(figures: Mapping[tuple[int, int], float]) -> dict[datetime, float]:
    """Samples shortly before the ends of months."""
    return {end(*month): value for month, value in figures.items()}


@pytest.mark.parametrize("back", range(16))
def test_the_beginning_of_a_month_is_found_in_every_year(back: int, numbers: Numbers) -> None:
    """From the end of a year back over up to fifteen months, leap years and all, in any time zone of Russia."""
    if not back:
        assert _at(back) == ""
        return
    expr = _at(back).removeprefix(" @ ")
    for year in (2024, 2025, 2028):
        for zone in ("Europe/Kaliningrad", "Asia/Kamchatka"):
            last = datetime(year + 1, 1, 1, tzinfo=ZoneInfo(zone)) - timedelta(milliseconds=1)
            begun = year * 12 + 12 - back
            expected = datetime(begun // 12, begun % 12 + 1, 1, tzinfo=ZoneInfo(zone)) - timedelta(milliseconds=1)
            ((_, found),) = numbers.instant(expr, last.timestamp())
            assert found == pytest.approx(expected.timestamp(), abs=0.01), f"{last} - {back}"


@pytest.mark.parametrize(
    ("until", "asked"),
    [
        ("2026-03-20T09:00:00+00:00", "2026-12-31T19:59:59.999+00:00"),
        ("2026-12-31T19:59:59.999+00:00", "2026-12-31T19:59:59.999+00:00"),
        ("2025-01-01T00:00:00+00:00", "2025-12-31T19:59:59.999+00:00"),
        ("2024-12-31T20:00:00+00:00", "2025-12-31T19:59:59.999+00:00"),
    ],
)
@pytest.mark.parametrize("slug", SHEETS)
def test_a_sheet_asks_at_the_end_of_the_year(slug: str, until: str, asked: str, scope: Scope) -> None:
    """The very moments that Grafana 12.4's own date arithmetic gives for the time shift of the table."""
    spec = dashboards.render(slug, scope)
    (panel,) = (one for one in panels(spec) if "timeShift" in one)
    moment = datetime.fromisoformat(until)
    assert time_range(panel, spec, moment, moment)[1] == datetime.fromisoformat(asked)


@pytest.mark.parametrize("slug", SHEETS)
def test_a_sheet_is_one_table_of_few_queries(slug: str, scope: Scope) -> None:
    """At most fifteen queries in the whole dashboard, all but the heading's in one table."""
    spec = dashboards.render(slug, scope)
    assert len(list(targets(spec))) <= 15
    assert [panel["type"] for panel, _ in targets(spec) if panel["type"] != "table"] == ["stat"]
    assert len({panel["id"] for panel, _ in targets(spec)}) == 2


def test_periods_are_shown_in_russian_and_figures_with_their_units(scope: Scope) -> None:
    """Rows have the names of months and quarters, changes are percent, and a cell without a figure has a dash."""
    names = {"prolongation": ("Январь", "Декабрь"), "quarterly-analytics": ("I квартал", "IV квартал")}
    for slug, (first, last) in names.items():
        panel = Sheet(slug, scope).panel
        assert panel["fieldConfig"]["defaults"]["noValue"] == "—"
        properties = {
            override["matcher"]["options"]: {one["id"]: one["value"] for one in override["properties"]}
            for override in panel["fieldConfig"]["overrides"]
        }
        words = properties["Период"]["mappings"][0]["options"]
        assert [words[key]["text"] for key in (min(words), max(words))] == [first, last]
        units = {title: one["unit"] for title, one in properties.items() if title != "Период"}
        assert len(units) == 12
        assert all(unit == ("percent" if title.endswith("%") else "short") for title, unit in units.items())


@pytest.fixture(scope="module")
def long_history(folder: Path) -> Iterator[Stores]:
    """Thirteen months of an installation and of two accesses of a client."""
    installations = (samples.installation("romashka", "petrova"),)
    accesses = tuple(samples.access("romashka", login, "online.example.ru", "petrova") for login in ("a", "b"))
    cabinet = SampleCabinet(id="probe", timezone="Europe/Samara", installations=installations, accesses=accesses)
    with (
        victoria_metrics(folder / "year") as metrics,
        postgresql(folder / "year-rows") as events,
        connect(events.conninfo()) as connection,
    ):
        migrate(connection)
        fill([cabinet], metrics=metrics, events=connection, now=NOW, days=396)
        yield Stores(Numbers(metrics, NOW), connection)


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("slug", SHEETS)
def test_every_cell_is_that_of_a_query_of_its_own(slug: str, year: int, scope: Scope, long_history: Stores) -> None:
    """Of thirteen months, each cell of the table equals what one query, asked at the end of its period, finds."""
    times = (datetime(year, 1, 1, tzinfo=SAMARA), datetime(year, 12, 31, 12, tzinfo=SAMARA))
    found = Sheet(slug, scope, long_history.numbers, long_history.rows).table(times=times)
    expected: list[Row] = [{} for _ in found]
    for cell in cells(slug, year, SAMARA, "romashka", "romashka"):
        values: list[float | None]
        if "SELECT" in cell.query:
            values = [float(value) for (value,) in long_history.rows.execute(cell.query.encode()).fetchall()]
        else:
            values = [value for _, value in long_history.numbers.instant(cell.query, cell.at.timestamp())]
        (expected[cell.row][cell.column],) = values or [None]
    for row, other in zip(found, expected, strict=True):
        assert {title: value for title, value in row.items() if title != "Период"} == pytest.approx(other)
    filled = [value for row in expected for value in row.values() if value is not None]
    assert len(filled) > (8 if year == 2026 else 30 if slug != "quarterly-analytics" else 20)


@pytest.mark.parametrize("day", [(2025, 12, 31), (2025, 1, 1), (2025, 6, 15)])
def test_a_sheet_is_of_the_year_in_which_the_chosen_time_ends(
    day: tuple[int, int, int], scope: Scope, numbers: Numbers
) -> None:
    """For any time range, each month is under its own name, and no other year's."""
    figures = {(2025, month): 100.0 + month for month in MONTHS}
    others = {(year, month): 5000.0 for year in (2024, 2026) for month in (1, 2, 12)}
    put(numbers, "kodeks_user_docs_covered_mtd", person("ivanov"), ends({**figures, **others}))
    until = datetime(*day, 12, tzinfo=SAMARA)
    sheet = Sheet("prolongation", scope, numbers)
    assert sheet.column(REQUESTED, times=(until - timedelta(days=400), until)) == [100.0 + month for month in MONTHS]


def test_every_column_of_a_sheet_has_its_figure_in_every_month(scope: Scope, numbers: Numbers) -> None:
    """Twelve figures of each counter, with their change from the December before; quarters are their sums."""
    counters = {
        REQUESTED: "kodeks_user_docs_covered_mtd",
        "Сохранено": "kodeks_user_docs_saved_mtd",
        "Печать": "kodeks_user_docs_printed_mtd",
        "Активность": "kodeks_user_activity_mtd",
        KASSIST: "kodeks_user_kassist_requests_30d",
    }
    figures = {(2024, month): 10.0 for month in (10, 11, 12)} | {(2025, month): 10.0 * month for month in MONTHS}
    for metric in counters.values():
        put(numbers, metric, person("ivanov"), {moment.replace(hour=20): v for moment, v in ends(figures).items()})
    months, quarters = (Sheet(slug, scope, numbers) for slug in ("prolongation", "quarterly-analytics"))
    for label in counters:
        assert months.column(label) == [10.0 * month for month in MONTHS], label
        assert quarters.column(label) == [60, 150, 240, 330], label
    for label in (f"{title} ±%" for title in counters):
        assert months.column(label) == pytest.approx([0, *(100 / month for month in range(1, 12))]), label
        assert quarters.column(label) == pytest.approx([100, 150, 60, 37.5]), label


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [(28, 234, 735.7), (767, 592, -22.8), (20, 9, -55), (2, 0, -100), (0, 2, float("inf")), (0, 0, None)],
)
def test_a_change_has_its_sign(
    before: float, now: float, percent: float | None, scope: Scope, numbers: Numbers
) -> None:
    """(now - before) / before: a decline is negative; infinite after a 0, nothing when both are 0."""
    put(numbers, "kodeks_user_docs_covered_mtd", person("ivanov"), ends({(2025, 2): before, (2025, 3): now}))
    found = Sheet("prolongation", scope, numbers).column(REQUESTED_CHANGE)
    assert found[2] == (None if percent is None else pytest.approx(percent, abs=0.06))
    assert found[:2] == [None, None]
    assert found[3:] == [None] * 9


def test_a_month_is_compared_with_the_one_before_and_no_earlier_one(scope: Scope, numbers: Numbers) -> None:
    """A great January changes nothing for March after a small February, nor one quarter for the next but one."""
    figures = {(2025, 1): 900.0, (2025, 2): 10.0, (2025, 3): 20.0, (2025, 4): 800.0, (2025, 6): 60.0, (2025, 7): 86.0}
    put(numbers, "kodeks_user_docs_covered_mtd", person("ivanov"), ends(figures))
    months = Sheet("prolongation", scope, numbers).column(REQUESTED_CHANGE)
    assert months[2] == pytest.approx(100)
    quarters = Sheet("quarterly-analytics", scope, numbers).column(REQUESTED_CHANGE)
    assert quarters[1:3] == pytest.approx([-70 / 9.3, -90])


def test_the_old_month_does_not_leak_into_the_new_one(scope: Scope, numbers: Numbers) -> None:
    """A counter that restarts hours late, or hours early, changes neither month; the last day counts whole."""
    first = datetime(2025, 4, 1, tzinfo=SAMARA)
    late = {first - timedelta(hours=1): 900.0, first + timedelta(hours=9): 910.0, first + timedelta(days=20): 40.0}
    early = {first - timedelta(hours=9): 300.0, first - timedelta(hours=8): 2.0, first + timedelta(days=20): 30.0}
    put(numbers, "kodeks_user_docs_covered_mtd", person("late"), late)
    put(numbers, "kodeks_user_docs_covered_mtd", person("early"), early)
    assert Sheet("prolongation", scope, numbers).column(REQUESTED)[2:4] == [1200, 70]


def test_who_left_or_moved_in_mid_month_counts_once(scope: Scope, numbers: Numbers) -> None:
    """A deleted account keeps what it had; a new domain or manager is the same person; others' hosts stay away."""
    metric = "kodeks_user_docs_covered_mtd"
    put(numbers, metric, person("gone"), {datetime(2025, 5, 10, tzinfo=SAMARA): 7})
    put(numbers, metric, person("moved", "OFFICE"), {datetime(2025, 5, 10, tzinfo=SAMARA): 20})
    put(numbers, metric, {**person("moved", "LAB"), "manager": "sidorov"}, {datetime(2025, 5, 30, tzinfo=SAMARA): 50})
    put(numbers, metric, {**person("stranger"), "host": "romashka2"}, {datetime(2025, 5, 30, tzinfo=SAMARA): 1000})
    assert Sheet("prolongation", scope, numbers).column(REQUESTED)[4] == 57


def test_a_month_without_reports_is_empty_and_one_without_work_is_zero(scope: Scope, numbers: Numbers) -> None:
    """A reported 0 is shown, a month without reports is empty; such a month adds nothing to its quarter."""
    put(numbers, "kodeks_user_docs_covered_mtd", person("ivanov"), ends({(2025, 1): 5, (2025, 3): 0}))
    assert Sheet("prolongation", scope, numbers).column(REQUESTED) == [5, None, 0, *[None] * 9]
    assert Sheet("quarterly-analytics", scope, numbers).column(REQUESTED) == [5, None, None, None]


def test_kassist_shows_the_last_report_of_the_month(scope: Scope, numbers: Numbers) -> None:
    """Of trailing windows the last one counts, with all users of that report, also when the last days were silent."""
    metric = "kodeks_user_kassist_requests_30d"
    early, late = (datetime(2025, 6, day, 12, tzinfo=SAMARA) for day in (5, 25))
    put(numbers, metric, person("ivanov"), {early: 80, late: 30})
    put(numbers, metric, person("orlov"), {early: 50})
    put(numbers, metric, person("belova"), {late: 4})
    assert Sheet("prolongation", scope, numbers).column(KASSIST) == [*[None] * 5, 34, *[None] * 6]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Документы", "docs"),
        ("Поиск", "search"),
        ("Печать", "print"),
        ("Выгрузка", "upload"),
    ],
)
def test_the_rest_of_a_quota_is_the_last_of_its_month(label: str, kind: str, scope: Scope, numbers: Numbers) -> None:
    """The quota that returns on the 1st does not hide what was left, nor does a month of silence invent a figure."""
    metric = "kodeks_online_billing_left"
    first = datetime(2025, 3, 1, tzinfo=SAMARA)
    left = {first - timedelta(days=9): 60.0, first - timedelta(minutes=5): 12.0, first + timedelta(minutes=55): 400.0}
    put(numbers, metric, access("login-1", kind), {**left, first + timedelta(days=28): 350})
    put(numbers, metric, access("login-1", "docs" if kind != "docs" else "search"), {first + timedelta(days=70): 1})
    found = Sheet("billing-online-prolongation", scope, numbers).column(label)
    assert found == [None, 12, 350, *[None] * 9]


def test_a_raised_tariff_shows_in_the_rest(scope: Scope, numbers: Numbers) -> None:
    """More is left than before when the quota was raised in mid-month."""
    moments = {datetime(2025, 7, day, tzinfo=SAMARA): left for day, left in ((5, 80), (15, 0), (20, 300), (31, 210))}
    put(numbers, "kodeks_online_billing_left", access("login-1"), moments)
    assert Sheet("billing-online-prolongation", scope, numbers).column("Документы")[6] == 210


def test_logins_of_a_client_are_added_up_and_may_be_chosen(scope: Scope, numbers: Numbers) -> None:
    """Of several servers of one login the smaller rest counts; other clients' logins stay away."""
    metric, day = "kodeks_online_billing_left", datetime(2025, 8, 30, tzinfo=SAMARA)
    put(numbers, metric, access("login-1", server="one.example.ru"), {day: 30})
    put(numbers, metric, access("login-1", server="two.example.ru"), {day: 90})
    put(numbers, metric, access("login-2"), {day: 5})
    put(numbers, metric, {**access("login-3"), "client": "Сфера"}, {day: 1000})
    sheet = Sheet("billing-online-prolongation", scope, numbers)
    assert sheet.column("Документы")[7] == 35
    assert sheet.column("Документы", choice={**OWN, "login": ("login-2",)})[7] == 5


def refuse(rows: Connection, moment: datetime, *, reason: str = "no_seats", host: str = "romashka") -> None:
    """Adds a refused login."""
    rows.execute(
        "INSERT INTO core.login_rejections (ts, cabinet, client, manager, host, user_login, reason)"
        " VALUES (%s, 'probe', 'romashka', 'petrova', %s, 'ivanov', %s)",
        (moment, host, reason),
    )


def test_refusals_are_counted_by_the_calendar_of_the_cabinet(scope: Scope, rows: Connection, numbers: Numbers) -> None:
    """20:00 UTC begins the next month in Samara; another reason or installation, or another year, does not count."""
    for month, count in ((2, 3), (3, 1)):
        for number in range(count):
            refuse(rows, datetime(2025, month, 1 + number, tzinfo=SAMARA))
    refuse(rows, datetime(2025, 3, 31, 20, 30, tzinfo=UTC))  # already April there
    refuse(rows, datetime(2025, 3, 15, tzinfo=UTC), reason="auth")
    refuse(rows, datetime(2025, 3, 15, tzinfo=UTC), host="sphere")
    refuse(rows, datetime(2024, 3, 15, tzinfo=UTC))
    sheet = Sheet("prolongation", scope, numbers, rows)
    assert sheet.column(REFUSED) == [None, 3, 1, 1, *[None] * 8]
    changes = sheet.column(REFUSED_CHANGE)
    assert changes == [None, None, pytest.approx(-66.7, abs=0.05), 0, *[None] * 8]
    assert Sheet("quarterly-analytics", scope, numbers, rows).column(REFUSED) == [4, 1, None, None]
    assert Sheet("quarterly-analytics", scope, numbers, rows).column(REFUSED_CHANGE) == [None, -75, None, None]


def test_the_change_of_january_looks_into_the_year_before(scope: Scope, rows: Connection, numbers: Numbers) -> None:
    """Refusals of December are there to compare with, and so is the last quarter."""
    for moment in (datetime(2024, 12, 31, 21, tzinfo=UTC), datetime(2024, 12, 31, 19, tzinfo=UTC)):
        refuse(rows, moment)
    refuse(rows, datetime(2024, 12, 2, tzinfo=UTC))
    assert Sheet("prolongation", scope, numbers, rows).column(REFUSED_CHANGE)[0] == -50
    assert Sheet("quarterly-analytics", scope, numbers, rows).column(REFUSED_CHANGE)[0] == -50


@pytest.mark.parametrize(
    ("slug", "kind", "host", "expected"),
    [
        ("prolongation", "cloud", "romashka", "ООО «Ромашка» | romashka | petrova"),
        ("quarterly-analytics", "client_hardware", "romashka", "ООО «Ромашка» | romashka | petrova"),
        ("billing-online-prolongation", "online", None, "romashka | orlova, petrova"),
    ],
)
def test_the_heading_says_whose_sheet_it_is(
    slug: str, kind: str, host: str | None, expected: str, scope: Scope, rows: Connection
) -> None:
    """Legal name, client and manager as the lists have them; of several accesses all managers."""
    accesses = [("login-1", "petrova"), ("login-2", "orlova")] if kind == "online" else [(None, "petrova")]
    for login, manager in accesses:
        name = None if kind == "online" else "ООО «Ромашка»"
        rows.execute(
            "INSERT INTO core.clients (cabinet, dealer, client, manager, kind, host, user_login, legal_name)"
            " VALUES ('probe', 'probe', 'romashka', %s, %s, %s, %s, %s)",
            (manager, kind, host, login, name),
        )
    spec = dashboards.render(slug, scope)
    panel = next(one for one in panels(spec) if one["title"] == "Клиент | менеджер")
    assert rows.execute(sql(panel["targets"][0]["rawSql"], spec, OWN, *YEAR).encode()).fetchall() == [(expected,)]
    missing: Choice = {"installation": ("sphere",), "firm": ("sphere",)}
    assert rows.execute(sql(panel["targets"][0]["rawSql"], spec, missing, *YEAR).encode()).fetchall() == []


@pytest.mark.parametrize("slug", SHEETS)
def test_a_client_without_data_has_all_rows_and_columns(
    slug: str, scope: Scope, numbers: Numbers, rows: Connection
) -> None:
    """Twelve months, or four quarters, of empty cells; a dash is shown in each."""
    found = Sheet(slug, scope, numbers, rows).table()
    assert len(found) == (4 if slug == "quarterly-analytics" else 12)
    assert {len(row) for row in found} == {5 if slug == "billing-online-prolongation" else 13}
    assert all(value is None for row in found for title, value in row.items() if title != "Период")


@pytest.mark.parametrize("slug", SHEETS)
def test_with_data_of_five_weeks_this_period_is_full_and_the_future_empty(
    slug: str, scope: Scope, stores: Stores
) -> None:
    """On 20 March every figure of March and of the first quarter is known, and no cell of April and later is."""
    now = stores.numbers.moment()
    found = Sheet(slug, scope, stores.numbers, stores.rows).table(choice={}, times=(now, now))
    this = 0 if slug == "quarterly-analytics" else 2
    # The quarter before lies outside of the five weeks, so nothing can be compared with it.
    known = [value for title, value in found[this].items() if slug != "quarterly-analytics" or not title.endswith("%")]
    assert None not in known
    later = [value for row in found[this + 1 :] for title, value in row.items() if title != "Период"]
    assert set(later) == {None}
