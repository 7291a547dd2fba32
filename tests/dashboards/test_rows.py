"""What the tables of rows mean, checked on a handful of rows each, and the two tables of numbers beside them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dashboards import Scope
from provision.stores.cluster import Connection
from tests.dashboards.asked import HOST, HOUR, Board, ask, person
from tests.dashboards.conftest import NOW
from tests.dashboards.numbers import Numbers
from tests.dashboards.reader import ALL, Choice

_OWNER = {"cabinet": "probe", "client": "romashka", "manager": "petrova"}


def put(rows: Connection, table: str, **values: Any) -> None:
    """Adds a row."""
    row = _OWNER | values
    columns, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    rows.execute(f"INSERT INTO core.{table} ({columns}) VALUES ({places})".encode(), row)


def hours(count: float) -> datetime:
    """That long ago."""
    return NOW - timedelta(hours=count)


def days(count: float) -> datetime:
    """That long ago."""
    return NOW - timedelta(days=count)


def upload(rows: Connection, moment: datetime, state: str, response: str, host: str = "romashka") -> None:
    """Adds the upload of a file."""
    put(rows, "asrp_uploads", ts=moment, host=host, state=state, response=response, identifier=UUID(int=1))


def test_uploads_are_counted_by_the_hour_whatever_answer_is_chosen(scope: Scope, rows: Connection) -> None:
    """Accepted files by their state, those not «ок» by the answer; the list alone follows the choice of an answer."""
    sunday = NOW.replace(hour=4) - timedelta(days=5)
    upload(rows, sunday, "Принят", "ok")
    upload(rows, sunday + timedelta(minutes=59), "Принят", "warning", host="sphere")
    upload(rows, sunday + timedelta(minutes=60), "Повтор", "warning")
    upload(rows, days(9), "Принят", "ok")
    warning: Choice = {"response": ("warning",)}
    for choice in (ALL, warning):
        assert ask(rows, scope, "sysinfo-asrp-upload", "Статус: Принят", choice) == [(sunday, 2)]
        refused = ask(rows, scope, "sysinfo-asrp-upload", "Статус: не", choice)
        assert refused == [(sunday + timedelta(hours=1), 1), (sunday, 1)]
    listed = ask(rows, scope, "sysinfo-asrp-upload", "Загрузка sysinfo", warning)
    assert [(row[1], row[2]) for row in listed] == [("romashka", "Повтор"), ("sphere", "Принят")]
    assert len(ask(rows, scope, "sysinfo-asrp-upload", "Загрузка sysinfo")) == 3
    assert ask(rows, scope, "sysinfo-asrp-upload", "Статус: Принят", {"host": ("sphere",)}) == [(sunday, 1)]


def test_cards_are_shown_whenever_they_were_seen_and_their_gaps_too(scope: Scope, rows: Connection) -> None:
    """A card of last year is listed, an empty field is an empty cell, and names go by the alphabet."""
    put(rows, "user_cards", updated_at=days(200), host="romashka", user_login="orlov", fullname="Орлов Иван")
    put(rows, "user_cards", updated_at=hours(1), host="sphere", user_login="belova", position="инженер")
    assert ask(rows, scope, "user-cards", "Карточки") == [
        ("sphere", "belova", None, None, None, "инженер", None, "petrova"),
        ("romashka", "orlov", "Орлов Иван", None, None, None, None, "petrova"),
    ]
    assert len(ask(rows, scope, "user-cards", "Карточки", {"host": ("sphere",)})) == 1


def test_the_most_active_are_twenty_and_count_once(scope: Scope, numbers: Numbers) -> None:
    """No more than twenty are listed, and who changed the manager is there once, with the one of now."""
    for number in range(25):
        numbers.put("kodeks_user_activity_mtd", person(f"user-{number}"), {60: number})
    numbers.put("kodeks_user_activity_mtd", {**person("user-24"), "manager": "sidorov"}, {30: 30})
    found = Board("user-cards", scope, numbers).table("Топ20 самых активных пользователей")
    expected = {f"user-{number}": number for number in range(5, 24)} | {"user-24": 30}
    assert {row["name"]: row["Активность"] for row in found} == expected
    assert len(found) == 20
    (first,) = (row for row in found if row["name"] == "user-24")
    assert list(first.items()) == [
        ("domain", "OFFICE"),
        ("host", "romashka"),
        ("manager", "sidorov"),
        ("name", "user-24"),
        ("Активность", 30),
    ]


def test_who_did_nothing_is_not_active(scope: Scope, numbers: Numbers) -> None:
    """Zero points are no place among the twenty."""
    numbers.put("kodeks_user_activity_mtd", person("ivanov"), {60: 0})
    assert Board("user-cards", scope, numbers).table("Топ20 самых активных пользователей") == []


def version(rows: Connection, component: str, number: str, *, first: float, last: float, **more: Any) -> None:
    """Adds a version that was seen from `first` to `last` days ago."""
    parts = [int(part) for part in number.split(".")]
    seen = {"first_seen": days(first), "last_seen": days(last), "host": "romashka", "build": ""}
    put(rows, "software_versions", component=component, version=number, version_parts=parts, **(seen | more))


def test_versions_of_thirty_days_go_part_by_part(scope: Scope, rows: Connection) -> None:
    """6.4.5.9 is older than 6.4.5.127; two builds of one version are one row; what ended 31 days ago is not shown."""
    version(rows, "ksrv", "6.4.5.127", first=20, last=0, legal_name="ООО «Ромашка»")
    version(rows, "ksrv", "6.4.5.9", first=90, last=20, build="(x64)")
    version(rows, "ksrv", "6.4.5.9", first=90, last=25, build="(x86)")
    version(rows, "ksrv", "6.3.1.1", first=300, last=31)
    found = ask(rows, scope, "version-control", "Используемые")
    assert found == [
        ("romashka", "ksrv", "6.4.5.9", "romashka", "petrova"),
        ("ООО «Ромашка»", "ksrv", "6.4.5.127", "romashka", "petrova"),
    ]


def test_the_current_versions_are_in_one_row_an_installation(scope: Scope, rows: Connection) -> None:
    """The newest of each component with its build, however long ago; what began after the time range is not known."""
    version(rows, "ksrv", "6.4.5.118", first=90, last=20, build="(x64)")
    version(rows, "ksrv", "6.4.5.127", first=20, last=0, build="(x64) [patch 2]")
    version(rows, "ksrv", "6.4.5.200", first=-2, last=-3)
    version(rows, "sysinfo", "2.1.44", first=90, last=0)
    version(rows, "sysinfo", "2.1.9", first=300, last=100, host="sphere", client="sphere", manager="sidorov")
    assert ask(rows, scope, "version-control", "Статистика") == [
        ("sphere", None, "2.1.9", "sphere", "sidorov"),
        ("romashka", "6.4.5.127 (x64) [patch 2]", "2.1.44", "romashka", "petrova"),
    ]
    assert len(ask(rows, scope, "version-control", "Статистика", {"manager": ("sidorov",)})) == 1


@pytest.mark.parametrize(("step", "expected"), [("1h", {}), ("24h", {"romashka Invalid protect string": 3})])
def test_an_hour_of_database_errors_is_seen_in_a_wide_range(
    step: str, expected: dict[str, float], scope: Scope, numbers: Numbers
) -> None:
    """The worst report of a step counts, codes of one text are added up, and an end of errors is an end of points."""
    for code, count in (("2007", 2), ("2008", 1)):
        labels = {**HOST, "error": "Invalid protect string", "code": code}
        numbers.put("kodeks_db_errors", labels, {5 * HOUR: 1, 6 * HOUR: count})
    board = Board("db-errors", scope, numbers)
    assert board.now("Количество ошибок с файлами базы данных", step=step) == expected


def seat(rows: Connection, host: str, login: str, moment: datetime, ip: str = "192.0.2.7") -> None:
    """Adds a holder of a seat."""
    put(rows, "connected_users", host=host, user_login=login, report_ts=moment, ip=ip, domain="OFFICE")


def test_seats_are_those_of_each_installations_last_report(scope: Scope, rows: Connection) -> None:
    """Who left before the last report is gone; one login from two addresses is two rows; the range is kept."""
    for host in ("romashka", "sphere", "silent"):
        put(rows, "clients", dealer="d", kind="cloud", host=host, client=host)
    seat(rows, "romashka", "left", hours(2))
    seat(rows, "romashka", "ivanov", hours(1))
    seat(rows, "romashka", "ivanov", hours(1), ip="192.0.2.8")
    seat(rows, "sphere", "belova", hours(30))
    seat(rows, "silent", "gone", days(8))
    found = ask(rows, scope, "connected-users", "Пользователи")
    assert [(row[0], row[2], row[5]) for row in found] == [
        ("belova", "192.0.2.7", "sphere"),
        ("ivanov", "192.0.2.7", "romashka"),
        ("ivanov", "192.0.2.8", "romashka"),
    ]
    assert [row[0] for row in ask(rows, scope, "connected-users", "Пользователи", {"host": ("sphere",)})] == ["belova"]
    assert ask(rows, scope, "connected-users", "Пользователи", {"domain": ("LAB",)}) == []


def search(rows: Connection, ago: float, text: str, **more: Any) -> None:
    """Adds a search of an installation that found something."""
    what = {"scope": "installation", "host": "romashka", "user_login": "ivanov", "status": "success", "catalog": "docs"}
    put(rows, "search_queries", ts=hours(ago), query_text=text, **(what | more))


def test_the_list_of_searches_follows_the_chosen_status_and_empty_ones_do_not(scope: Scope, rows: Connection) -> None:
    """Searches of online accesses are elsewhere; the empty ones are listed whichever status is chosen."""
    search(rows, 1, "ГОСТ", legal_name="ООО «Ромашка»", search_type="i", source="ksrv")
    search(rows, 2, "гсот", status="empty", legal_name="ООО «Ромашка»")
    search(rows, 3, "СНиП", legal_name="АО «Сфера»", status="error")
    search(rows, 4, "онлайн", scope="online")
    success: Choice = {"status": ("success",)}
    assert [row[3] for row in ask(rows, scope, "search-queries", "Поисковые")] == ["ГОСТ", "гсот", "СНиП"]
    assert [row[3] for row in ask(rows, scope, "search-queries", "Поисковые", success)] == ["ГОСТ"]
    assert [row[5] for row in ask(rows, scope, "search-queries", "Пустой", success)] == ["гсот"]
    other: Choice = {"legal": ("АО «Сфера»",)}
    assert [row[3] for row in ask(rows, scope, "search-queries", "Поисковые", other)] == ["СНиП"]
    assert ask(rows, scope, "search-queries", "Пустой", other) == []


def test_searches_of_online_accesses_are_listed_with_how_they_ended(scope: Scope, rows: Connection) -> None:
    """Newest first; searches of installations are elsewhere."""
    search(rows, 1, "ГОСТ")
    search(rows, 2, "СП", scope="online", client="Фирма 3", status="empty")
    search(rows, 3, "ПУЭ", scope="online", client="Фирма 4")
    found = ask(rows, scope, "search-queries-online", "Поисковые")
    assert [(row[2], row[5], row[7]) for row in found] == [("СП", "Фирма 3", "empty"), ("ПУЭ", "Фирма 4", "success")]


def alert(rows: Connection, name: str, began: float, ended: float | None, priority: str = "K5") -> None:
    """Adds an alert that began and ended so many days ago; None: it lasts."""
    moments = {"started_at": days(began), "ended_at": None if ended is None else days(ended)}
    put(rows, "alert_events", alertname=name, priority=priority, severity="info", **moments)


def test_alerts_are_those_that_lasted_in_the_time_range(scope: Scope, rows: Connection) -> None:
    """Also when they began before; by priority, those that last first; what ended before or begins later is not."""
    alert(rows, "Ended", 3, 2, "K2")
    alert(rows, "Lasts", 30, None, "K2")
    alert(rows, "Reaches in", 10, 6, "K5")
    alert(rows, "Over", 10, 8, "K1")
    alert(rows, "Later", -1, None, "K1")
    found = ask(rows, scope, "current-emergencies", "Аварийные")
    assert [row[4] for row in found] == ["Lasts", "Ended", "Reaches in"]
    assert found[0][13] is None
    chosen = ask(rows, scope, "current-emergencies", "Аварийные", {"priority": ("K5",)})
    assert [row[4] for row in chosen] == ["Reaches in"]
    assert ask(rows, scope, "current-emergencies", "Аварийные", {"alertname": ("Over",)}) == []


@pytest.mark.parametrize(("threshold", "slow"), [("1s", ["a", "b", "c"]), ("2s", ["a", "b"]), ("1m", ["a"])])
def test_slow_searches_are_above_the_threshold(threshold: str, slow: list[str], scope: Scope, rows: Connection) -> None:
    """The longest first; exactly the threshold is not above it, and an unknown duration is none."""
    for text, seconds in (("b", 60), ("a", 61.5), ("c", 1.001), ("exactly", 1), ("unknown", None)):
        search(rows, 1, text, duration_seconds=seconds)
    found = ask(rows, scope, "search-query-time", "Запросы", {"threshold": (threshold,)})
    assert [row[5] for row in found] == slow


def test_points_of_slow_searches_come_in_time_and_tell_who(scope: Scope, rows: Connection) -> None:
    """Grafana requires series in the order of time; a name says login, client and catalogue, where they are known."""
    search(rows, 1, "a", duration_seconds=9)
    search(rows, 2, "b", duration_seconds=90, catalog=None, user_login=None)
    assert ask(rows, scope, "search-query-time", "Поисковые") == [
        (hours(2), "romashka", 90.0),
        (hours(1), "ivanov romashka/docs", 9.0),
    ]


def test_the_age_of_a_sysinfo_is_reported_of_silent_servers_too(scope: Scope, numbers: Numbers) -> None:
    """Milliseconds of the time inside, seconds since; a server silent for a week is on the list, under its manager."""
    numbers.put("kodeks_sysinfo_timestamp_seconds", HOST, {7 * 24 * HOUR: numbers.now - 7 * 24 * HOUR - 300})
    fresh = {**HOST, "host": "sphere"}
    numbers.put("kodeks_sysinfo_timestamp_seconds", {**fresh, "manager": "orlova"}, {3 * HOUR: numbers.now - 3 * HOUR})
    numbers.put("kodeks_sysinfo_timestamp_seconds", fresh, {60: numbers.now - 90})
    found = Board("sysinfo-time", scope, numbers).table("Время внутри файла SYSINFO")
    assert sorted(found, key=lambda row: str(row["Клиент"])) == [
        {
            "Клиент": "romashka",
            "Время sysinfo": (numbers.now - 7 * 24 * HOUR - 300) * 1000,
            "Возраст": 7 * 24 * HOUR + 300,
            "Менеджер": "petrova",
        },
        {"Клиент": "sphere", "Время sysinfo": (numbers.now - 90) * 1000, "Возраст": 90, "Менеджер": "petrova"},
    ]
    assert datetime.fromtimestamp(numbers.now, UTC) == NOW
