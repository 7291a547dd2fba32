"""What the figures of months, of many accesses and of groups mean: kAssist, online quotas, Active Directory."""

from dashboards import Scope
from tests.dashboards.asked import HOST, HOUR, Board, access, person
from tests.dashboards.numbers import Numbers

ADDED = "Количество всех ссылок добавленных за сутки"
UNIQUE = "Количество уникальных ссылок при добавлении за сутки"
UNIQUE_TOTAL = "Количество уникальных ссылок при добавлении за интервал"
MEAN = "Средний процент использования лимита документов по всем клиентам"
ACCESSES = "Общее количество клиентов с онлайн-доступами на мониторинге"


def links(kind: str, host: str = "romashka") -> dict[str, str]:
    """The labels of a series of links."""
    return {**HOST, "host": host, "kind": kind}


def test_links_of_a_day_are_those_of_the_last_24_hours(scope: Scope, numbers: Numbers) -> None:
    """Reports add up over a trailing day, each kind by itself; an installation without links has no line."""
    numbers.put("kodeks_kassist_links_hour", links("added"), {60: 3, 23 * HOUR: 4, 25 * HOUR: 100})
    numbers.put("kodeks_kassist_links_hour", links("unique_added"), {60: 1})
    numbers.put("kodeks_kassist_links_hour", links("added", "sphere"), {60: 0, HOUR: 0})
    board = Board("kassist-analytics", scope, numbers)
    assert board.now(ADDED) == {"romashka": 7}
    assert board.now(UNIQUE) == {"romashka": 1}


def test_totals_of_links_count_every_report_once(scope: Scope, numbers: Numbers) -> None:
    """The sum over the time range, also of a client who changed his manager; nobody with nothing is listed."""
    numbers.put("kodeks_kassist_links_hour", links("unique_added"), {60: 3, 30 * HOUR: 4})
    numbers.put("kodeks_kassist_links_hour", {**links("unique_added"), "manager": "sidorov"}, {200 * HOUR: 5})
    numbers.put("kodeks_kassist_links_hour", links("unique_added", "sphere"), {60: 0})
    found = Board("kassist-analytics", scope, numbers).table(UNIQUE_TOTAL)
    assert found == [{"Клиент": "romashka", "Сумма": 12}]


def test_a_choice_narrows_the_mean_of_the_quotas(scope: Scope, numbers: Numbers) -> None:
    """All is the mean of all accesses, a chosen manager that of his."""
    for login, manager, left in (("login-1", "petrova", 50), ("login-2", "sidorov", 100)):
        labels = {**access(login), "manager": manager}
        numbers.put("kodeks_online_billing_left", labels, {60: left})
        numbers.put("kodeks_online_billing_limit", labels, {60: 100})
    board = Board("billing-online-analytics", scope, numbers)
    assert board.now(MEAN) == {"Процент": 25}
    assert board.now(MEAN, choice={"manager": ("petrova",)}) == {"Процент": 50}
    assert board.now(f"{MEAN} менеджера") == {"petrova": 50, "sidorov": 0}


def test_used_quotas_fall_to_nothing_on_the_first(scope: Scope, numbers: Numbers) -> None:
    """The poll after the return of the quota shows 0 %, none before it is changed; a new tariff changes the share."""
    left, limit = {3 * HOUR: 10, 2 * HOUR: 5, HOUR: 100, 0: 150}, {3 * HOUR: 100, 2 * HOUR: 100, HOUR: 100, 0: 200}
    numbers.put("kodeks_online_billing_left", access("login-1"), left)
    numbers.put("kodeks_online_billing_limit", access("login-1"), limit)
    points = Board("billing-online-analytics", scope, numbers).over_time(MEAN, hours=3, step=HOUR)
    assert points == {"Процент": {3 * HOUR: 90, 2 * HOUR: 95, HOUR: 0, 0: 25}}


def test_accesses_are_counted_by_login_for_a_day_and_a_night(scope: Scope, numbers: Numbers) -> None:
    """A login on two servers, or under a new manager, is one access; it leaves the count after 26 silent hours."""
    for server in ("one.example.ru", "two.example.ru"):
        numbers.put("kodeks_online_billing_left", access("login-1", server=server), {60: 5})
    numbers.put("kodeks_online_billing_left", {**access("login-1"), "manager": "sidorov"}, {HOUR: 5})
    numbers.put("kodeks_online_billing_left", access("login-2"), {25 * HOUR: 0})
    numbers.put("kodeks_online_billing_left", access("login-3"), {27 * HOUR: 5})
    numbers.put("kodeks_online_billing_left", access("login-4", kind="search"), {60: 5})
    assert Board("billing-online-analytics", scope, numbers).now(ACCESSES) == {"Всего клиентов": 2}


def test_groups_are_those_of_the_chosen_installation(scope: Scope, numbers: Numbers) -> None:
    """Users add up to their group; another client's group of the same name stays away, a chosen one is alone."""
    metric = "kodeks_user_docs_covered_mtd"
    for login, domain, value in (("ivanov", "OFFICE", 3), ("orlov", "OFFICE", 4), ("belova", "НеОпределён", 5)):
        numbers.put(metric, person(login, domain), {60: value})
    numbers.put(metric, {**person("ivanov"), "host": "romashka2"}, {60: 1000})
    board, title = Board("active-directory", scope, numbers), "Запрошенных документов покрытых лицензией"
    own = {"installation": ("romashka",)}
    assert board.now(title, choice=own) == {"OFFICE": 7, "НеОпределён": 5}
    assert board.now(title, choice={**own, "domain": ("НеОпределён",)}) == {"НеОпределён": 5}
    assert board.now(title, choice={**own, "manager": ("sidorov",)}) == {}


def test_a_new_manager_doubles_no_group(scope: Scope, numbers: Numbers) -> None:
    """While the series of both managers overlap, a user and a seat count once in their group."""
    for manager, ago in (("petrova", 3000), ("sidorov", 60)):
        numbers.put("kodeks_user_activity_mtd", {**person("ivanov"), "manager": manager}, {ago: 5})
        numbers.put("kodeks_domain_licenses_used", {**HOST, "domain": "OFFICE", "manager": manager}, {ago: 2})
    board, own = Board("active-directory", scope, numbers), {"installation": ("romashka",)}
    assert board.now("Активность пользователей в текущем месяце по доменам", choice=own) == {"OFFICE": 5}
    assert board.now("Занятые лицензии по доменам", choice=own) == {"OFFICE": 2}
