"""What the figures of technical dashboards mean: availability, the software's own reports, disks."""

import pytest

from dashboards import Scope
from tests.dashboards.asked import HOST, HOUR, OWNER, Board
from tests.dashboards.numbers import Numbers

DAY = 24 * HOUR
INTERFACE = "Доступность интерфейса ПК в % за последние 30 дней"
PORT = "Доступность открытого порта к ПК в % за последние 30 дней"
CLIENTS = "Доступность биллинга клиента за 30 дней"
SERVERS = "Доступность биллинга по серверам"
MAIN_PAGE = "Главная страница"


def check(name: str, manager: str = "petrova") -> dict[str, str]:
    """The labels of a check's series."""
    return {**HOST, "check": name, "manager": manager}


def poll(client: str, login: str, server: str) -> dict[str, str]:
    """The labels of an access's polls."""
    return {**OWNER, "client": client, "user": login, "server": server, "catalog": "docs"}


def test_availability_counts_checks_and_not_hours(scope: Scope, numbers: Numbers) -> None:
    """Twelve passed checks and one failed an hour later are 12 of 13; hours without any check change nothing."""
    passed = {2 * HOUR + minutes * 60: 1.0 for minutes in range(0, 60, 5)}
    numbers.put("kodeks_check_status", check("http200"), {**passed, 60: 0})
    found = Board("server-availability", scope, numbers).now(INTERFACE)
    assert found == {"romashka": pytest.approx(12 / 13 * 100)}


def test_availability_forgets_after_thirty_days(scope: Scope, numbers: Numbers) -> None:
    """A failure 29 days ago counts, one 31 days ago does not."""
    numbers.put("kodeks_check_status", check("http200"), {60: 1, 31 * DAY: 0})
    numbers.put("kodeks_check_status", check("tcp"), {60: 1, 29 * DAY: 0})
    board = Board("server-availability", scope, numbers)
    assert board.now(INTERFACE) == {"romashka": 100}
    assert board.now(PORT) == {"romashka": 50}


def test_availability_survives_a_new_manager(scope: Scope, numbers: Numbers) -> None:
    """The series of both managers are one line, weighed by their checks; a chosen manager has his part of it."""
    numbers.put("kodeks_check_status", check("tcp"), {DAY + number * 300: 1.0 for number in range(9)})
    numbers.put("kodeks_check_status", check("tcp", "sidorov"), {60: 0})
    board = Board("server-availability", scope, numbers)
    assert board.now(PORT) == {"romashka": 90}
    assert board.now(PORT, choice={"manager": ("sidorov",)}) == {"romashka": 0}


def test_each_choice_acts_on_one_chart_of_online_availability(scope: Scope, numbers: Numbers) -> None:
    """A chosen client leaves the servers alone and the other way round; an access that never answers is at 0."""
    numbers.put("kodeks_online_up", poll("Ромашка", "login-1", "one.example.ru"), {HOUR: 1, 0: 1})
    numbers.put("kodeks_online_up", poll("Ромашка", "login-2", "one.example.ru"), {HOUR: 0, 0: 0})
    numbers.put("kodeks_online_up", poll("Сфера", "login-3", "two.example.ru"), {HOUR: 1, 0: 0})
    board = Board("server-availability-online", scope, numbers)
    choice = {"client": ("Ромашка",), "server": ("two.example.ru",)}
    assert board.now(CLIENTS, choice=choice) == {"Ромашка login-1": 100, "Ромашка login-2": 0}
    assert board.now(SERVERS, choice=choice) == {"two.example.ru": 50}
    assert board.now(SERVERS) == {"one.example.ru": 50, "two.example.ru": 50}
    assert len(board.now(CLIENTS)) == 3


def test_the_age_of_a_report_grows_while_none_comes(scope: Scope, numbers: Numbers) -> None:
    """An installation silent for hours is still there, above those that reported; its age counts from the report."""
    for host, ago in (("fresh", 300), ("silent", 5 * HOUR)):
        labels = {**HOST, "host": host}
        numbers.put("kodeks_smartstatus_timestamp_seconds", labels, {ago: numbers.now - ago - 60})
    found = Board("smart-status", scope, numbers).now("Возраст отчёта smartstatus")
    assert list(found.items()) == [("silent", 5 * HOUR + 60), ("fresh", 360)]


def test_a_short_fault_of_the_main_page_is_seen_in_a_wide_range(scope: Scope, numbers: Numbers) -> None:
    """One bad report inside a step of six hours makes that step bad, and the next is good again."""
    reports = {ago: 1.0 if ago == 8 * HOUR else 0.0 for ago in range(0, 12 * HOUR, 900)}
    numbers.put("kserver_main_page", {**HOST, "service": "kodweb", "path": "/docs"}, reports)
    points = Board("smart-status", scope, numbers).over_time(MAIN_PAGE, hours=6, step=6 * HOUR)
    assert points == {"romashka /docs": {6 * HOUR: 1, 0: 0}}


def test_missing_reports_of_smartstatus_stay_empty(scope: Scope, numbers: Numbers) -> None:
    """45 minutes after the last report the state is not known any more."""
    reports = dict.fromkeys((0, 900, 1800, *range(4 * HOUR, 6 * HOUR, 900)), 0.0)
    numbers.put("kserver_main_page", {**HOST, "service": "kodweb", "path": "/docs"}, reports)
    points = Board("smart-status", scope, numbers).over_time(MAIN_PAGE, hours=5, step=900)
    gone = [ago for ago in range(0, 5 * HOUR, 900) if ago not in points["romashka /docs"]]
    assert min(gone) == 2700
    assert max(gone) <= 4 * HOUR - 2700
    assert len(gone) > 8


def test_the_worst_service_of_a_path_counts(scope: Scope, numbers: Numbers) -> None:
    """Two services serve one path: one of them failing is a failure."""
    for service, value in (("kodweb", 0), ("kodweb2", 3)):
        numbers.put("kserver_product_control", {**HOST, "service": service, "path": "/docs"}, {60: value})
    board = Board("smart-status", scope, numbers)
    assert board.now("Контроль продуктов", step="15m") == {"romashka /docs": 3}


def test_the_table_of_disks_has_its_columns(scope: Scope, numbers: Numbers) -> None:
    """Free, whole and the share; a server silent since yesterday keeps its row, without a size two cells are empty."""
    for volume, free, whole in (("C:", 6, 120), ("D:", 250, None)):
        labels = {**HOST, "volume": volume}
        numbers.put("kodeks_disk_free_bytes", labels, {20 * HOUR: free})
        numbers.put("kodeks_disk_size_bytes", labels, {20 * HOUR: whole} if whole else {})
    found = Board("disk-space", scope, numbers).table("Свободное место на разделах")
    assert found == [
        {"host": "romashka", "volume": "C:", "free": 6, "total": 120, "free %": 5},
        {"host": "romashka", "volume": "D:", "free": 250, "total": None, "free %": None},
    ]
