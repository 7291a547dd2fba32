"""What the figures mean, checked on a handful of samples each."""

from datetime import datetime, timedelta

import pytest

from dashboards import Scope
from provision.stores.cluster import Connection
from tests.dashboards.asked import HOST, HOUR, Board, access, ask, person
from tests.dashboards.conftest import NOW
from tests.dashboards.numbers import Numbers
from tests.dashboards.reader import ALL, Choice

USED, FREE = "Используемые лицензии", "Разница между используемыми лицензиями и регом"


def test_a_chosen_domain_leaves_the_seats_alone(scope: Scope, numbers: Numbers) -> None:
    """Seats have no domain: choosing one narrows requests and blanks no chart of seats."""
    numbers.put("kodeks_licenses_used", HOST, {60: 7})
    numbers.put("kodeks_user_db_requests_mtd", person("ivanov", "OFFICE"), {60: 5})
    numbers.put("kodeks_user_db_requests_mtd", person("orlov", "LAB"), {60: 3})
    board = Board("kodeks-analytics", scope, numbers)
    assert board.now(USED, choice={"domain": ("LAB",)}) == {"romashka": 7}
    assert board.now("Запросы к БД", choice={"domain": ("LAB",)}) == {"romashka": 3}
    assert board.now("Запросы к БД") == {"romashka": 8}


def test_all_takes_users_without_a_domain(scope: Scope, numbers: Numbers) -> None:
    """All is `.*`, which a label that is not there matches too."""
    numbers.put("kodeks_user_db_requests_mtd", {**HOST, "user": "ivanov"}, {60: 5})
    assert Board("kodeks-analytics", scope, numbers).now("Запросы к БД") == {"romashka": 5}


def test_a_new_manager_or_domain_doubles_nobody(scope: Scope, numbers: Numbers) -> None:
    """While old and new series overlap, an installation and a user still count once."""
    for manager, ago in (("petrova", 3000), ("sidorov", 60)):
        numbers.put("kodeks_user_db_requests_mtd", {**person("ivanov"), "manager": manager}, {ago: 5})
        numbers.put("kodeks_licenses_used", {**HOST, "manager": manager}, {ago: 2})
    numbers.put("kodeks_user_db_requests_mtd", {**person("ivanov", "LAB"), "manager": "sidorov"}, {60: 5})
    board = Board("kodeks-analytics", scope, numbers)
    assert board.now("Запросы к БД") == {"romashka": 5}
    assert board.now(USED) == {"romashka": 2}


def test_missing_reports_leave_a_gap(scope: Scope, numbers: Numbers) -> None:
    """Hourly reports draw one line; after two hours without a report it breaks off."""
    reports = {ago * HOUR: 1.0 for ago in (*range(4), *range(9, 13))}
    numbers.put("kodeks_licenses_registered", HOST, reports)
    points = Board("kodeks-analytics", scope, numbers).over_time(
        "Количество лицензий на инсталляции", hours=12, step=HOUR // 2
    )
    gone = [ago for ago in range(0, 12 * HOUR, HOUR // 2) if ago not in points["romashka"]]
    assert gone == [ago * HOUR // 2 for ago in range(7, 15)]


def test_the_month_restarts_by_itself(scope: Scope, numbers: Numbers) -> None:
    """A month-to-date figure is drawn as it is reported: full before the 1st, near nothing after."""
    numbers.put("kodeks_user_docs_saved_mtd", person("ivanov"), {3 * HOUR: 90, 2 * HOUR: 95, HOUR: 0, 0: 2})
    points = Board("kodeks-analytics", scope, numbers).over_time("Сохранение документов", hours=3, step=HOUR)
    assert points == {"romashka": {3 * HOUR: 90, 2 * HOUR: 95, HOUR: 0, 0: 2}}


def test_free_seats_are_those_registered_less_those_used(scope: Scope, numbers: Numbers) -> None:
    """Registered minus used, below zero when more are used than registered."""
    numbers.put("kodeks_licenses_registered", HOST, {60: 20})
    numbers.put("kodeks_licenses_used", HOST, {60: 23})
    board = Board("kodeks-analytics", scope, numbers)
    assert board.now(FREE) == {"romashka": -3}


@pytest.mark.parametrize(("title", "figures"), [(USED, (3, 9)), (FREE, (7, 1))])
def test_a_peak_of_seats_is_seen_in_a_wide_range(
    title: str, figures: tuple[int, int], scope: Scope, numbers: Numbers
) -> None:
    """Seats that were taken for an hour of the morning count for the whole step; a fine step shows each report."""
    used = {ago * HOUR: 9.0 if ago == 5 else 3.0 for ago in range(24)}
    numbers.put("kodeks_licenses_used", HOST, used)
    numbers.put("kodeks_licenses_registered", HOST, dict.fromkeys(used, 10.0))
    board = Board("kodeks-analytics", scope, numbers)
    calm, peak = figures
    assert board.over_time(title, hours=12, step=12 * HOUR) == {"romashka": {12 * HOUR: calm, 0: peak}}
    fine = board.over_time(title, hours=12, step=HOUR // 2)["romashka"]
    assert [ago for ago, value in fine.items() if value == peak] == [5 * HOUR, 5 * HOUR - HOUR // 2]
    assert len(fine) == 25


def test_empty_searches_add_up_over_a_day_and_none_draws_nothing(scope: Scope, numbers: Numbers) -> None:
    """The reports of the last 24 hours are summed over all users; an installation without any has no line."""
    numbers.put("kodeks_user_search_empty_hour", person("ivanov"), {60: 2, 20 * HOUR: 1, 25 * HOUR: 50})
    numbers.put("kodeks_user_search_empty_hour", person("orlov"), {60: 4})
    numbers.put("kodeks_user_search_empty_hour", {**person("belova"), "host": "sphere"}, {60: 0})
    board = Board("kodeks-analytics", scope, numbers)
    assert board.now("Количество неудачных поисков за сутки") == {"romashka": 7}


def test_codes_below_zero_are_left_out_and_states_have_names(scope: Scope, numbers: Numbers) -> None:
    """A 0 of a lasting state is shown, a negative code is not, and the worst code of a wide step wins."""
    numbers.put("kodeks_abnormal_state_code", {**HOST, "state": "down"}, {300: 0})
    numbers.put("kodeks_abnormal_state_code", {**HOST, "state": "no_key"}, {300: -1})
    numbers.put("kodeks_abnormal_state_code", {**HOST, "state": "maintenance"}, {5 * HOUR: 503, 5 * HOUR - 300: 0})
    board = Board("kodeks-server-metrics", scope, numbers)
    found = board.now("Время нештатного состояния сервера", step="10m")
    assert found == {"down romashka": 0}
    assert board.now("Время нештатного состояния сервера", step="6h")["maintenance romashka"] == 503


def test_a_short_failure_is_seen_in_a_wide_range(scope: Scope, numbers: Numbers) -> None:
    """A check that failed once inside a step of six hours is 0 there, and what comes after is 1 again."""
    status = {ago: 0.0 if ago == 8 * HOUR else 1.0 for ago in range(0, 12 * HOUR, 300)}
    numbers.put("kodeks_check_status", {**HOST, "check": "tcp"}, status)
    board = Board("kodeks-server-metrics", scope, numbers)
    points = board.over_time("Статусы on-line проверок", hours=6, step=6 * HOUR)
    assert points == {"tcp romashka": {6 * HOUR: 0, 0: 1}}


def test_a_volume_is_listed_below_ten_gigabytes(scope: Scope, numbers: Numbers) -> None:
    """9.9 GB are too little, 10 GB are enough."""
    numbers.put("kodeks_disk_free_bytes", {**HOST, "volume": "C:"}, {60: 9.9 * 1024**3})
    numbers.put("kodeks_disk_free_bytes", {**HOST, "volume": "D:"}, {60: 10 * 1024**3})
    board = Board("kodeks-server-metrics", scope, numbers)
    assert board.now("Разделы с менее чем 10Gb свободного места") == {"romashka C:": 9.9 * 1024**3}


@pytest.mark.parametrize(("requests", "percent"), [([5, 1, 0], 50.0), ([0, 0], None), ([1, 1, 1, 1, 1], 125.0)])
def test_involvement_is_the_share_of_seats_whose_users_asked(
    requests: list[int], percent: float | None, scope: Scope, numbers: Numbers
) -> None:
    """Users with a request this month by seats, over 100 when there are more; nothing when nobody asked."""
    numbers.put("kodeks_licenses_registered", HOST, {60: 4})
    for number, count in enumerate(requests):
        numbers.put("kodeks_user_db_requests_mtd", person(f"user-{number}"), {60: count})
    found = Board("for-managers", scope, numbers).now("Процент реальной вовлечённости в текущем месяце")
    assert found == ({} if percent is None else {"romashka": percent})


def test_involvement_without_seats_is_not_infinite(scope: Scope, numbers: Numbers) -> None:
    """A registration file with no seats gives no percentage."""
    numbers.put("kodeks_licenses_registered", HOST, {60: 0})
    numbers.put("kodeks_user_db_requests_mtd", person("ivanov"), {60: 1})
    assert Board("for-managers", scope, numbers).now("Процент реальной вовлечённости в текущем месяце") == {}


def test_a_bar_adds_up_the_reports_of_its_hour(scope: Scope, numbers: Numbers) -> None:
    """Two reports inside one hour are one bar; a user who did nothing has none."""
    numbers.put("kodeks_user_db_requests_hour", person("ivanov"), {60: 3, 55 * 60: 4, 61 * 60: 100})
    numbers.put("kodeks_user_db_requests_hour", person("orlov"), {60: 0})
    assert Board("for-managers", scope, numbers).now("Запросы к БД за час") == {"ivanov romashka": 7}


def test_refusals_of_any_reason_count(scope: Scope, numbers: Numbers) -> None:
    """Lack of seats and a wrong password are added up for each user."""
    for reason, count in (("no_seats", 2), ("auth", 1)):
        numbers.put("kodeks_user_login_rejected_hour", {**person("ivanov"), "reason": reason}, {60: count})
    board = Board("for-managers", scope, numbers)
    found = board.now("Количество пользователей не смогли подключиться за один час")
    assert found == {"romashka - ivanov": 3}


def test_the_idle_are_set_against_those_who_worked(scope: Scope, numbers: Numbers) -> None:
    """2 idle of 1 working are 200 %; while nobody has worked there are the counts and no percentage."""
    numbers.put("kodeks_users_zero_requests_30d", HOST, {60: 2})
    numbers.put("kodeks_users_active_mtd", HOST, {60: 1})
    numbers.put("kodeks_users_zero_requests_30d", {**HOST, "host": "sphere"}, {60: 5})
    numbers.put("kodeks_users_active_mtd", {**HOST, "host": "sphere"}, {60: 0})
    board, title = Board("for-managers", scope, numbers), "Ноль запросов к БД за 30 дней статистика"
    assert board.now(title) == {"% не пользуются romashka": 200}
    assert board.now(title, 1) == {"Не пользуются: romashka": 2, "Не пользуются: sphere": 5}
    assert board.now(title, 2) == {"Всего пользователей romashka": 1, "Всего пользователей sphere": 0}


def test_who_asked_leaves_the_list_of_sixty_days(scope: Scope, numbers: Numbers) -> None:
    """Only accounts at zero are drawn, with their zero."""
    numbers.put("kodeks_user_db_requests_60d", person("ivanov"), {60: 0})
    numbers.put("kodeks_user_db_requests_60d", person("orlov"), {HOUR: 0, 60: 1})
    assert Board("for-managers", scope, numbers).now("Ноль запросов к БД за 60 дней") == {"romashka ivanov": 0}


def test_kassist_at_zero_draws_nothing(scope: Scope, numbers: Numbers) -> None:
    """A zero of kAssist is no line, for users and for installations."""
    numbers.put("kodeks_user_kassist_requests_30d", person("ivanov"), {60: 0})
    assert Board("for-managers", scope, numbers).now("Работа Kassist за последние 30 дней") == {}
    assert Board("kodeks-analytics", scope, numbers).now("Среднее число запросов Kassist за месяц") == {}


def test_the_end_of_a_licence_is_shown_as_time_left(scope: Scope, numbers: Numbers) -> None:
    """Seconds from the end of the time range to the end of the licence."""
    numbers.put("kodeks_license_expiry_timestamp_seconds", HOST, {60: numbers.now + 5 * 86400})
    assert Board("for-managers", scope, numbers).now("Параметры клиентов", 1) == {"romashka": 5 * 86400}


@pytest.mark.parametrize(("limit", "left", "used"), [(400, 67, 83.25), (300, 216, 28), (300, 300, 0), (0, 5, None)])
def test_the_used_share_is_that_of_the_tariff(
    limit: int, left: int, used: float | None, scope: Scope, numbers: Numbers
) -> None:
    """(limit - left) / limit in percent; a tariff without a quota has no share, what is left is shown all the same."""
    numbers.put("kodeks_online_billing_left", access("login-1"), {60: left})
    numbers.put("kodeks_online_billing_limit", access("login-1"), {60: limit})
    board, row = Board("billing-online-statistics", scope, numbers), "romashka|login-1"
    assert board.now("Биллинг Онлайн", 1) == {row: left}
    assert board.now("Биллинг Онлайн", 2) == pytest.approx({} if used is None else {row: used})
    mean = board.now("Средний процент использования лимита документов по всем клиентам")
    assert mean == pytest.approx({} if used is None else {"Процент": used})


def test_a_login_on_two_servers_shows_the_smaller_rest(scope: Scope, numbers: Numbers) -> None:
    """One row a login, with the rest that runs out first."""
    for server, left in (("one.example.ru", 120), ("two.example.ru", 30)):
        numbers.put("kodeks_online_billing_left", access("login-1", server=server), {60: left})
    board = Board("billing-online-statistics", scope, numbers)
    assert board.now("Биллинг Онлайн", 1) == {"romashka|login-1": 30}
    assert board.now('Осталось "Документов"') == {"romashka login-1": 30}


def test_columns_of_clients_are_beside_one_another(scope: Scope, numbers: Numbers) -> None:
    """One row an installation with all its figures; where nobody asked, the cell is empty and the rest stays."""
    for host, seats, name in (("romashka", 4, "ООО «Ромашка»"), ("sphere", 9, "АО «Сфера»")):
        labels = {**HOST, "host": host}
        info = {**labels, "legal_name": name, "regnum": f"10{seats}", "kind": "cloud"}
        numbers.put("kodeks_installation_info", info, {60: 1})
        numbers.put("kodeks_licenses_registered", labels, {60: seats})
        numbers.put("kodeks_license_expiry_timestamp_seconds", labels, {60: numbers.now + seats})
        numbers.put("kodeks_user_activity_mtd", {**labels, "user": "ivanov"}, {60: seats * 2})
    board, title = Board("for-managers", scope, numbers), "Параметры клиентов"
    first = {
        "Клиент": "ООО «Ромашка»",
        "Окончание": 4,
        "Вовлеч. %": None,
        "Активность": 8,
        "Кол-во": 4,
        "Номер рега": "104",
        "Менеджер": "petrova",
        "Адрес": "romashka",
    }
    found = {row["Адрес"]: row for row in board.table(title)}
    assert list(found["romashka"]) == list(first)
    assert found["romashka"] == first
    assert found["sphere"]["Кол-во"] == 9
    numbers.put("kodeks_user_db_requests_mtd", {**HOST, "user": "ivanov"}, {60: 1})
    found = {row["Адрес"]: row for row in board.table(title)}
    assert (found["romashka"]["Вовлеч. %"], found["sphere"]["Вовлеч. %"]) == (25, None)


def test_columns_of_accesses_are_beside_one_another(scope: Scope, numbers: Numbers) -> None:
    """One row a login, with the rest of each kind and the shares; a tariff without printing leaves its cell empty."""
    for kind, left in (("docs", 40), ("search", 90), ("upload", 7)):
        numbers.put("kodeks_online_billing_left", access("login-1", kind), {60: left})
        numbers.put("kodeks_online_billing_limit", access("login-1", kind), {60: 100})
    (found,) = Board("billing-online-statistics", scope, numbers).table("Биллинг Онлайн")
    assert list(found.items()) == [
        ("Клиент", "romashka"),
        ("Логин", "login-1"),
        ("Документы", 40),
        ("% исп. док.", 60),
        ("Поиск", 90),
        ("% исп. поиска", 10),
        ("Печать", None),
        ("Выгрузка", 7),
        ("Менеджер", "petrova"),
    ]


def test_the_table_of_volumes_has_its_columns(scope: Scope, numbers: Numbers) -> None:
    """A table of one query shows its labels and its value."""
    numbers.put("kodeks_disk_free_bytes", {**HOST, "volume": "C:"}, {60: 5})
    found = Board("kodeks-server-metrics", scope, numbers).table("Разделы с менее чем 10Gb свободного места")
    assert found == [{"host": "romashka", "volume": "C:", "free space": 5}]


def test_who_was_silent_lately_stays_in_the_tables(scope: Scope, numbers: Numbers) -> None:
    """A client or an access not heard of since yesterday is listed, with the manager it has now."""
    info = {**HOST, "legal_name": "ООО «Ромашка»", "regnum": "100200", "kind": "client_hardware"}
    numbers.put("kodeks_installation_info", info, {90 * HOUR: 1})
    numbers.put("kodeks_installation_info", {**info, "manager": "sidorov"}, {26 * HOUR: 1})
    numbers.put("kodeks_licenses_registered", HOST, {26 * HOUR: 4})
    clients = Board("for-managers", scope, numbers)
    (found,) = clients.now("Параметры клиентов")
    assert "sidorov" in found
    assert clients.now("Параметры клиентов", 4) == {"romashka": 4}
    for manager, ago in (("petrova", 20), ("sidorov", 10)):
        numbers.put("kodeks_online_billing_left", {**access("login-1"), "manager": manager}, {ago * HOUR: ago})
    accesses = Board("billing-online-statistics", scope, numbers)
    assert len(accesses.now("Биллинг Онлайн")) == 1
    assert accesses.now("Биллинг Онлайн", 1) == {"romashka|login-1": 10}


def test_the_mean_of_all_ignores_what_is_chosen(scope: Scope, numbers: Numbers) -> None:
    """It is the yardstick for a manager's mean, which follows the choice."""
    for login, manager, left in (("login-1", "petrova", 50), ("login-2", "sidorov", 100)):
        labels = {**access(login), "manager": manager}
        numbers.put("kodeks_online_billing_left", labels, {60: left})
        numbers.put("kodeks_online_billing_limit", labels, {60: 100})
    board, mean = Board("billing-online-statistics", scope, numbers), "Средний процент использования лимита документов"
    chosen = {"manager": ("petrova",)}
    assert board.now(f"{mean} по всем клиентам", choice=chosen) == {"Процент": 25}
    assert board.now(f"{mean} по всем клиентам менеджера", choice=chosen) == {"petrova": 50}


@pytest.mark.parametrize("name", ['ООО "Ромашка"', "o'neil", "a.b (c) [d] | e*", r"1\2", "а/б"])
def test_any_name_may_be_chosen(name: str, scope: Scope, numbers: Numbers) -> None:
    """Quotation marks, apostrophes and special characters of regular expressions in a name are plain letters."""
    for client in (name, "a.b c d e"):
        quoted = client.replace("\\", r"\\").replace('"', r"\"")
        numbers.put("kodeks_online_billing_left", {**access("login-1"), "client": quoted}, {60: 7})
    board = Board("billing-online-statistics", scope, numbers)
    assert board.now('Осталось "Документов"', choice={"client": (name,)}) == {f"{name} login-1": 7}


def refuse(
    rows: Connection, moment: datetime, login: str, *, reason: str = "no_seats", manager: str = "petrova"
) -> None:
    """Adds a refused login; nobody knows the domain."""
    values = (moment, "probe", "romashka", manager, "romashka", login, reason)
    columns = "ts, cabinet, client, manager, host, user_login, reason"
    rows.execute(f"INSERT INTO core.login_rejections ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s)".encode(), values)


def test_a_day_begins_at_midnight_of_the_cabinet(scope: Scope, rows: Connection) -> None:
    """Samara is four hours ahead: 20:30 UTC belongs to the next day there, and only lack of seats counts."""
    yesterday = NOW.replace(hour=0) - timedelta(days=1)
    refuse(rows, yesterday.replace(hour=19, minute=59), "ivanov")
    refuse(rows, yesterday.replace(hour=20, minute=30), "ivanov")
    refuse(rows, yesterday.replace(hour=23), "ivanov")
    refuse(rows, yesterday.replace(hour=23), "ivanov", reason="auth")
    found = ask(rows, scope, "for-managers", "Пользователи и количество раз")
    midnight = yesterday.replace(hour=20, minute=0)
    expected = [(midnight - timedelta(days=1), "romashka", "ivanov", 1), (midnight, "romashka", "ivanov", 2)]
    assert found == expected


@pytest.mark.parametrize(
    ("choice", "logins"),
    [
        (ALL, {"a.b", "aXb", "o'neil"}),
        ({"user": ("a.b",)}, {"a.b"}),
        ({"user": ("a.b", "o'neil")}, {"a.b", "o'neil"}),
        ({"user": ("a",)}, set()),
        ({"domain": ("OFFICE",)}, set()),
        ({"manager": ("a(b|c)*\\d", "petrova")}, {"a.b", "aXb", "o'neil"}),
    ],
)
def test_rows_of_exactly_the_chosen_values(choice: Choice, logins: set[str], scope: Scope, rows: Connection) -> None:
    """Characters of regular expressions and apostrophes are plain letters; All takes rows whose domain is not known."""
    for login in ("a.b", "aXb", "o'neil"):
        refuse(rows, NOW - timedelta(hours=1), login)
    assert {row[2] for row in ask(rows, scope, "for-managers", "Пользователи и количество раз", choice)} == logins


def test_only_searches_that_found_nothing_are_listed(scope: Scope, rows: Connection) -> None:
    """Searches with a result, of online accesses and outside the time range stay away; the newest comes first."""
    for ago, text, kind, status in (
        (1, "снип кровл", "installation", "empty"),
        (2, "гсот 20", "installation", "empty"),
        (3, "ГОСТ 12.0.004", "installation", "success"),
        (4, "инструкташ", "online", "empty"),
        (200, "охрана турда", "installation", "empty"),
    ):
        values = (NOW - timedelta(hours=ago), kind, text, status)
        rows.execute(
            "INSERT INTO core.search_queries"
            " (ts, cabinet, scope, client, manager, host, user_login, query_text, status)"
            " VALUES (%s, 'probe', %s, 'romashka', 'petrova', 'romashka', 'ivanov', %s, %s)",
            values,
        )
    found = ask(rows, scope, "for-managers", "Детектирование")
    assert [row[4] for row in found] == ["снип кровл", "гсот 20"]
