"""What `today` counts and lists, and for which users it opens."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

import dashboards
from dashboards import Scope
from provision.stores.cluster import Connection
from tests.dashboards.asked import HOST, HOUR, Board, access, ask, person
from tests.dashboards.conftest import NOW
from tests.dashboards.numbers import Numbers
from tests.dashboards.reader import Choice, Row, frame, panels, promql, sql, table

DAY = 24 * HOUR
DOWN, LICENCES, SEATS, UPDATES, SILENT, FALLING, QUOTAS = (
    "Не отвечают сейчас",
    "Лицензия кончается",
    "Заняты все места",
    "OperUp старше трёх суток",
    "Отчёты перестали приходить",
    "Активность упала вдвое",
    "Квота ниже 15 %",
)
COUNTS = "По менеджерам"
ALERTS, SEARCHES = "Сработало и не кончилось", "Пять пустых поисков"


def of(host: str, manager: str = "petrova") -> dict[str, str]:
    """The labels of an installation's series."""
    return {**HOST, "host": host, "client": host, "manager": manager}


def hosts(found: list[dict[str, object]]) -> list[tuple[object, object]]:
    """The installation and the second cell of each row."""
    return sorted(
        (row["Установка"], next(value for title, value in row.items() if title != "Установка")) for row in found
    )


def client(rows: Connection, name: str, manager: str) -> None:
    """Adds a client to the registry."""
    rows.execute(
        "INSERT INTO core.clients (cabinet, dealer, client, manager, kind, host)"
        " VALUES ('probe', 'probe', %s, %s, 'cloud', %s)",
        (name, manager, name),
    )


@pytest.mark.parametrize(
    ("reader", "own"),
    [
        ("petrova", "petrova"),
        ("petrova.gorod", "petrova"),
        ("petrova.m", "petrova.m"),
        ("petrova.m.gorod", "petrova.m"),
        ("petrovam", None),
        ("orlova", None),
    ],
)
def test_it_opens_on_the_readers_own_clients(reader: str, own: str | None, scope: Scope, rows: Connection) -> None:
    """One option has the text that the dashboard opens with: that of the manager whose name is the reader's login.

    A login may have the distributor's suffix. The other options are the names, in order of the alphabet.
    """
    managers = ["belova", "petrova", "petrova.m"]
    for number, manager in enumerate([*managers, "petrova"]):
        client(rows, f"client-{number}", manager)
    spec = dashboards.render("today", scope)
    (variable,) = spec["templating"]["list"]
    found = rows.execute(sql(variable["definition"], spec, {}, NOW, NOW, reader).encode()).fetchall()
    opened = [value for text, value in found if text == variable["current"]["text"]]
    assert opened == ([own] if own else [])
    assert [value for text, value in found if text == value] == [name for name in managers if name != own]
    assert variable["includeAll"]
    assert not variable["multi"]


@pytest.mark.parametrize(
    ("target", "chosen"),
    [
        ("for-managers", "manager"),
        ("for-managers", "host"),
        ("kodeks-server-metrics", "host"),
        ("kodeks-server-metrics", "manager"),
        ("prolongation", "installation"),
        ("current-emergencies", "alertname"),
        ("billing-online-statistics", "client"),
        ("billing-online-prolongation", "firm"),
    ],
)
def test_a_figure_leads_to_its_detail(target: str, chosen: str, scope: Scope) -> None:
    """With the time range, and with the manager, installation or client of its row."""
    spec = json.dumps(dashboards.render("today", scope))
    found = re.findall(rf'"url": "(/d/{dashboards.uid(target)}\?[^"]*)', spec)
    assert all("${__url_time_range}" in url for url in found)
    assert any(f"var-{chosen}=${{" in url for url in found)


def test_every_column_and_list_of_cases_leads_on(scope: Scope) -> None:
    """Each table has a link in some column, and each count in the table by manager has one."""
    for panel in panels(dashboards.render("today", scope)):
        linked = {
            override["matcher"]["options"]
            for override in panel["fieldConfig"]["overrides"]
            if any(one["id"] == "links" for one in override["properties"])
        }
        assert linked, panel["title"]
        if panel["title"] == COUNTS:
            (order,) = (one["options"] for one in panel["transformations"] if one["id"] == "organize")
            assert linked >= set(order["renameByName"].values())


def test_an_empty_list_says_so_in_words(scope: Scope) -> None:
    """Each in its own; a cell without a value has a dash, not those words."""
    lists = [panel for panel in panels(dashboards.render("today", scope)) if panel["title"] != COUNTS]
    words = [panel["fieldConfig"]["defaults"]["noValue"] for panel in lists]
    assert len(set(words)) == len(words) == 9
    for panel in lists:
        columns = panel["fieldConfig"]["overrides"]
        assert all({"id": "noValue", "value": "—"} in column["properties"] for column in columns), panel["title"]


def test_the_table_by_manager_has_all_its_columns_without_any_case(
    scope: Scope, numbers: Numbers, rows: Connection
) -> None:
    """Each of them is asked for in a way that finds something: a column is never missing."""
    client(rows, "romashka", "petrova")
    spec = dashboards.render("today", scope)
    panel = next(one for one in panels(spec) if one["title"] == COUNTS)
    exprs = [target["expr"] for target in panel["targets"] if "expr" in target]
    assert all(numbers.instant(promql(expr, spec, {})) for expr in exprs)
    (found,) = by_manager(scope, numbers, rows)
    assert (found["Менеджер"], found["Клиентов"], found["Лицензия: 7 дней"]) == ("petrova", 1, None)


def test_who_left_the_lists_is_no_choice(scope: Scope, rows: Connection) -> None:
    """A manager whose clients are all closed is not offered, nor counted."""
    client(rows, "romashka", "petrova")
    client(rows, "sphere", "sidorov")
    rows.execute("UPDATE core.clients SET active_to = current_date WHERE manager = 'sidorov'")
    spec = dashboards.render("today", scope)
    definition = spec["templating"]["list"][0]["definition"]
    assert rows.execute(sql(definition, spec, {}, NOW, NOW).encode()).fetchall() == [("petrova", "petrova")]
    assert [row["Менеджер"] for row in by_manager(scope, None, rows)] == ["petrova"]


@pytest.mark.parametrize(
    ("checks", "reason"),
    [({"tcp": 0, "http200": 0}, "tcp"), ({"tcp": 1, "http200": 0}, "http200"), ({"tcp": 1, "http200": 1}, None)],
)
def test_an_installation_is_down_once(
    checks: dict[str, int], reason: str | None, scope: Scope, numbers: Numbers
) -> None:
    """A closed port closes the page, too: the port alone is named. An old check says nothing about now."""
    for check, value in checks.items():
        numbers.put("kodeks_check_status", {**of("romashka"), "check": check}, {60: value, 400: 1 - value})
        numbers.put("kodeks_check_status", {**of("sphere"), "check": check}, {900: 0})
    found = Board("today", scope, numbers).table(DOWN)
    assert hosts(found) == ([("romashka", reason)] if reason else [])


def test_licences_that_end_are_listed_with_their_days(scope: Scope, numbers: Numbers) -> None:
    """Up to ninety days, and those that have ended; a server that has been off for a week stays on the list."""
    for host, days, ago in (("a", 5, 60), ("b", 89.5, 7 * DAY), ("c", 91, 60), ("d", -2, 60)):
        numbers.put("kodeks_license_expiry_timestamp_seconds", of(host), {ago: numbers.now + days * DAY})
    assert hosts(Board("today", scope, numbers).table(LICENCES)) == [("a", 5), ("b", 89.5), ("d", -2)]


def test_seats_are_used_up_when_as_many_are_taken_as_there_are(scope: Scope, numbers: Numbers) -> None:
    """At the last report; more than there are is used up, too."""
    for host, used in (("a", 4), ("b", 5), ("c", 6)):
        numbers.put("kodeks_licenses_used", of(host), {60: used, HOUR: 9})
        numbers.put("kodeks_licenses_registered", of(host), {60: 5})
    assert hosts(Board("today", scope, numbers).table(SEATS)) == [("b", 5), ("c", 6)]


def test_the_oldest_update_counts(scope: Scope, numbers: Numbers) -> None:
    """One row an installation, from three days on."""
    for host, file, days in (("a", "docs.opd", 4), ("a", "norms.opd", 6), ("b", "docs.opd", 3)):
        numbers.put("kodeks_operup_file_age_seconds", {**of(host), "file": file}, {60: days * DAY})
    assert hosts(Board("today", scope, numbers).table(UPDATES)) == [("a", 6 * DAY)]


def test_who_reported_and_reports_no_more_is_listed(scope: Scope, numbers: Numbers) -> None:
    """From two days on."""
    for host, ago in (("a", HOUR), ("b", 47 * HOUR), ("c", 49 * HOUR), ("d", 20 * DAY)):
        numbers.put("kodeks_sysinfo_timestamp_seconds", of(host), {ago: numbers.now - ago})
    assert hosts(Board("today", scope, numbers).table(SILENT)) == [("c", 49 * HOUR), ("d", 20 * DAY)]


@pytest.mark.parametrize(
    ("before", "now", "change"), [(100, 40, -60), (100, 50, None), (100, 90, None), (19, 1, None), (20, 0, -100)]
)
def test_activity_is_compared_with_the_same_hour_of_the_month_before(
    before: int, now: int, change: int | None, scope: Scope, numbers: Numbers
) -> None:
    """20 March with 20 February; what came later in February does not count, nor a month that was too quiet."""
    ago = int((NOW - datetime(2026, 2, 20, 8, 30, tzinfo=NOW.tzinfo)).total_seconds())
    numbers.put("kodeks_licenses_registered", HOST, {60: 5})
    values = {60: now, ago: before, ago - 5 * DAY: before * 10}
    numbers.put("kodeks_user_activity_mtd", person("ivanov"), values)
    found = Board("today", scope, numbers).table(FALLING)
    assert hosts(found) == ([("romashka", change)] if change is not None else [])


def test_quotas_are_short_below_fifteen_percent(scope: Scope, numbers: Numbers) -> None:
    """Each kind by itself, with the pieces left; a tariff without that quota is not short of it."""
    for kind, left, limit in (("docs", 44, 300), ("search", 45, 300), ("print", 0, 150), ("upload", 0, 0)):
        numbers.put("kodeks_online_billing_left", access("login-1", kind), {60: left})
        numbers.put("kodeks_online_billing_limit", access("login-1", kind), {60: limit})
    found = Board("today", scope, numbers).table(QUOTAS)
    assert sorted((str(row["Что"]), row["Осталось"]) for row in found) == [("docs", 44), ("print", 0)]
    assert {(row["Клиент"], row["Логин"], row["Менеджер"]) for row in found} == {("romashka", "login-1", "petrova")}


def test_a_new_manager_has_the_case_and_the_old_one_does_not(scope: Scope, numbers: Numbers) -> None:
    """While the series of both overlap, each case is listed once, under the manager of now."""
    for manager, ago in (("petrova", 600), ("sidorov", 60)):
        numbers.put("kodeks_check_status", {**of("romashka", manager), "check": "tcp"}, {ago: 0})
        numbers.put("kodeks_license_expiry_timestamp_seconds", of("romashka", manager), {ago: numbers.now + DAY})
        numbers.put("kodeks_licenses_used", of("romashka", manager), {ago: 5})
        numbers.put("kodeks_licenses_registered", of("romashka", manager), {ago: 5})
        numbers.put("kodeks_sysinfo_timestamp_seconds", of("maket", manager), {ago + 3 * DAY: 0})
        left = {**access("login-1"), "manager": manager}
        numbers.put("kodeks_online_billing_left", left, {ago: 1})
        numbers.put("kodeks_online_billing_limit", left, {ago: 100})
    board = Board("today", scope, numbers)
    for title in (DOWN, LICENCES, SEATS, SILENT, QUOTAS):
        assert [row["Менеджер"] for row in board.table(title)] == ["sidorov"], title


def by_manager(scope: Scope, numbers: Numbers | None, rows: Connection, choice: Choice | None = None) -> list[Row]:
    """The table by manager of both stores."""
    spec = dashboards.render("today", scope)
    panel = next(one for one in panels(spec) if one["title"] == COUNTS)
    frames = []
    for target in panel["targets"]:
        if "rawSql" in target:
            cursor = rows.execute(sql(target["rawSql"], spec, choice or {}, NOW - timedelta(days=30), NOW).encode())
            titles = [column.name for column in cursor.description or ()]
            frames.append([dict(zip(titles, row, strict=True)) for row in cursor.fetchall()])
        else:
            found = numbers.instant(promql(target["expr"], spec, choice or {})) if numbers else []
            frames.append(frame(found, target["refId"], alone=len(panel["targets"]) == 2))
    return table(panel, frames)


def test_the_table_by_manager_counts_what_the_lists_show(scope: Scope, numbers: Numbers, rows: Connection) -> None:
    """A row each manager, also one without any case; a chosen manager has his row alone."""
    for name, manager in (("romashka", "petrova"), ("sphere", "petrova"), ("maket", "sidorov"), ("obrazets", "belova")):
        client(rows, name, manager)
    for host, days in (("romashka", 5), ("sphere", 20)):
        numbers.put("kodeks_license_expiry_timestamp_seconds", of(host), {60: numbers.now + days * DAY})
    numbers.put("kodeks_check_status", {**of("maket", "sidorov"), "check": "tcp"}, {60: 0})
    alert(rows, "KodeksTcpStatus", "K2", "sidorov")
    alert(rows, "KodeksNewUser", "K5", "petrova")
    search(rows, "снип кровл", "ivanov", hours=2)
    found = {row["Менеджер"]: row for row in by_manager(scope, numbers, rows)}
    assert list(found) == ["belova", "petrova", "sidorov"]
    shown = ("Клиентов", "Оповещения K1–K3", "Пустые поиски за сутки", "Не отвечают")
    assert [[found[name][title] for title in shown] for name in found] == [
        [1, None, None, None],
        [2, None, 1, None],
        [1, 1, None, 1],
    ]
    licences = [found["petrova"][f"Лицензия: {days} дней"] for days in (7, 30, 90)]
    assert licences == [1, 2, 2]
    assert [row["Менеджер"] for row in by_manager(scope, numbers, rows, {"manager": ("sidorov",)})] == ["sidorov"]


def alert(rows: Connection, name: str, priority: str, manager: str = "petrova", *, ended: bool = False) -> None:
    """Adds an alert that began yesterday."""
    rows.execute(
        "INSERT INTO core.alert_events (started_at, ended_at, cabinet, client, manager, priority, severity, alertname)"
        " VALUES (%s, %s, 'probe', 'romashka', %s, %s, 'critical', %s)",
        (NOW - timedelta(days=1), NOW - timedelta(hours=1) if ended else None, manager, priority, name),
    )


def test_alerts_that_last_are_listed_by_priority(scope: Scope, rows: Connection) -> None:
    """What has ended is over; a chosen manager has his own."""
    for name, priority, manager in (("Low", "K5", "petrova"), ("High", "K1", "petrova"), ("Other", "K2", "sidorov")):
        alert(rows, name, priority, manager)
    alert(rows, "Over", "K1", ended=True)
    assert [row[2] for row in ask(rows, scope, "today", ALERTS)] == ["High", "Other", "Low"]
    assert [row[2] for row in ask(rows, scope, "today", ALERTS, {"manager": ("sidorov",)})] == ["Other"]


def search(rows: Connection, text: str, login: str, *, hours: float, status: str = "empty") -> None:
    """Adds a search."""
    rows.execute(
        "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, host, user_login, query_text, status)"
        " VALUES (%s, 'probe', 'installation', 'romashka', 'petrova', 'romashka', %s, %s, %s)",
        (NOW - timedelta(hours=hours), login, text, status),
    )


def test_five_searches_worth_a_call_are_those_of_several_people(scope: Scope, rows: Connection) -> None:
    """First what different people searched for, then what was searched for often, letter case aside; three days."""
    for login in ("ivanov", "orlov"):
        search(rows, "СП 999", login, hours=10)
    for hours in (1, 2, 3):
        search(rows, "гсот 20" if hours == 1 else "ГСОТ 20", "ivanov", hours=hours)
    for number in range(6):
        search(rows, f"редкий {number}", "ivanov", hours=20 + number)
    search(rows, "старый", "ivanov", hours=80)
    search(rows, "найденный", "ivanov", hours=1, status="success")
    found = ask(rows, scope, "today", SEARCHES)
    assert [(row[2], row[3]) for row in found] == [(2, 2), (3, 1), (1, 1), (1, 1), (1, 1)]
    assert found[0][1] == "СП 999"


@pytest.mark.parametrize(
    ("missing", "gone", "stays"),
    [
        ({"has_online": False}, [QUOTAS], [DOWN, LICENCES]),
        ({"has_polled": False}, [DOWN], [LICENCES, QUOTAS]),
        (
            {"has_polled": False, "has_installations": False},
            [DOWN, LICENCES, SEATS, UPDATES, SILENT, FALLING],
            [QUOTAS],
        ),
    ],
)
def test_a_cabinet_sees_what_it_can_have(
    missing: dict[str, Any], gone: list[str], stays: list[str], scope: Scope, numbers: Numbers, rows: Connection
) -> None:
    """Without online accesses there is no list of quotas, and so on; the table by manager is right all the same."""
    less = replace(scope, **missing)
    titles = {panel["title"] for panel in panels(dashboards.render("today", less))}
    assert not titles & set(gone)
    assert titles >= {*stays, ALERTS, COUNTS}
    client(rows, "romashka", "petrova")
    numbers.put("kodeks_online_billing_left", access("login-1"), {60: 1})
    numbers.put("kodeks_online_billing_limit", access("login-1"), {60: 100})
    (found,) = by_manager(less, numbers, rows)
    assert found.get("Квота ниже 15 %") == (1 if QUOTAS in stays else None)
    assert found["Клиентов"] == 1
