"""Use of the software on every installation: seats, searches, requests, documents. The home dashboard of
managers.

Decided where the catalogue leaves it open: «в течение» is spelled right; other titles stay, and where one says
less than the figure (an "average" that is a sum, a difference the other way round) the description says it. Panels
of seats have no domain and are not narrowed by it.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import HOST, link
from dashboards._panels import BLOCKS, LIGHT_FILL, LINE, STEPPED, legend, timeseries
from dashboards._queries import SYSINFO, by_host, host_total, largest, pick, series
from dashboards._scope import Scope
from dashboards._variables import variable

NEEDS = ("installations",)

_HOSTS = ("host", "manager")
_USERS = (*_HOSTS, "domain")
_REQUESTS = "kodeks_user_db_requests_mtd"
_REGISTERED = "kodeks_licenses_registered"

_HOURLY = "Отчёт sysinfo приходит раз в час; разрыв линии — отчётов не было дольше двух часов."
_MONTHLY = """Считается с начала месяца: растёт до последнего дня и 1-го числа начинается с нуля, это не
    падение спроса. Для сравнения берите одинаковые числа месяцев."""


def build(scope: Scope) -> Dashboard:
    """Eleven charts, a line each installation."""
    return board(
        "Kodeks аналитика",
        "Лицензии, поиски, запросы и документы по всем установкам, с задержкой не больше часа.",
        *_seats(scope),
        *_attention(scope),
        _usage(
            scope,
            "db-requests",
            "Запросы к БД",
            f"""Все запросы к подключённым базам, из программы и через kAssist, по всем пользователям установки.
            {_MONTHLY} Ровная линия в рабочие дни — системой не пользуются: время звонить клиенту.""",
            _REQUESTS,
        ),
        _usage(
            scope,
            "docs-counted",
            "Учитываемые документы",
            f"""Открытые документы, которые засчитываются по лицензии, по всем пользователям установки. {_MONTHLY} Мало
            документов при многих запросах — ищут, но не находят: посмотрите неудачные поиски.""",
            "kodeks_user_docs_covered_mtd",
        ),
        _usage(
            scope,
            "docs-saved",
            "Сохранение документов",
            f"""Документы, сохранённые на рабочее место, открытые в другой программе или отправленные почтой.
            {_MONTHLY} Резкий рост у одной установки — повод посмотреть, не выгружает ли кто-то базу.""",
            "kodeks_user_docs_saved_mtd",
        ),
        _usage(
            scope,
            "doc-or-service",
            "Doc or Service",
            f"""Все действия пользователей: поиски (интеллектуальный и атрибутный), открытые документы, обращения к
            сервисам. {_MONTHLY} Самый общий показатель интереса; подробности — на дашборде «Для менеджеров».""",
            "kodeks_user_actions_mtd",
        ),
        _usage(
            scope,
            "docs-printed",
            "Печать документов",
            f"""Документы, отправленные на печать из программы; печать из Word или PDF сюда не попадает.
            {_MONTHLY} Печатают больше, чем читают с экрана, — предложите закладки и подборки.""",
            "kodeks_user_docs_printed_mtd",
        ),
        timeseries(
            "licenses-registered",
            "Количество лицензий на инсталляции",
            f"""Лицензии из регистрационного файла установки. {_HOURLY} Снижение — клиент сокращает рабочие места, это
            признак ухода: обсудите с ним продление заранее.""",
            series(by_host(pick(_REGISTERED, *_HOSTS)), "{{host}}"),
            unit="short",
            legend=legend("max", "lastNotNull", sort="lastNotNull"),
            style=LIGHT_FILL,
            links=_details(scope),
            width=24,
        ),
        variables=[
            variable("host", "host", _REGISTERED, "host", within=["manager"]),
            variable("manager", "manager", _REGISTERED, "manager"),
            variable("domain", "domain", _REQUESTS, "domain", within=_HOSTS),
        ],
        since="now-90d",
        refresh="1h",
    )


def _seats(scope: Scope) -> list[Panel]:
    used = largest(pick("kodeks_licenses_used", *_HOSTS), SYSINFO, "host")
    registered = by_host(pick(_REGISTERED, *_HOSTS))
    return [
        timeseries(
            "licenses-used",
            "Используемые лицензии",
            f"""Сколько лицензий занято в момент отчёта. Если max или current равны числу лицензий, мест не хватает:
            предложите расширение. Если min всё время 0, системой мало пользуются. Отрицательное значение — ошибка
            данных. Между отчётами могло быть больше; на большом диапазоне точка — наибольшее за свой промежуток.
            {_HOURLY}""",
            series(used, "{{host}}"),
            unit="short",
            legend=legend("min", "max", "lastNotNull", sort="lastNotNull"),
            style=LIGHT_FILL,
            links=_details(scope),
        ),
        timeseries(
            "licenses-free",
            "Разница между используемыми лицензиями и регом",
            f"""Свободные лицензии: сколько их в регистрационном файле минус сколько занято. Ноль — мест не
            осталось, ниже нуля — занято больше, чем куплено. Сверху легенды те, у кого запас был меньше всего: с
            ними и говорите о дополнительных местах. На большом диапазоне точка — наименьшее за свой промежуток.
            {_HOURLY}""",
            series(f"{registered} - on (host) ({used})", "{{host}}"),
            unit="short",
            legend=legend("min", "max", "lastNotNull", sort="min", order="asc"),
            style=LIGHT_FILL,
            links=_details(scope),
        ),
    ]


def _attention(scope: Scope) -> list[Panel]:
    empty = pick("kodeks_user_search_empty_hour", *_USERS)
    kassist = pick("kodeks_user_kassist_requests_30d", *_USERS)
    return [
        timeseries(
            "search-empty-day",
            "Количество неудачных поисков за сутки",
            """Поиски, которые ничего не нашли, за последние 24 часа перед каждой точкой, по всем пользователям
            установки. Нет неудачных поисков — нет и линии, поэтому Last — последнее ненулевое значение. На большом
            диапазоне точки стоят реже, и Mean с Max меняются. Сами запросы — в «Поисковых запросах»: подскажите, как
            искать, или предложите базу, которой не хватает.""",
            series(f"sum by (host) (sum_over_time({empty}[24h])) > 0", "{{host}}"),
            unit="short",
            legend=legend("mean", "lastNotNull", "max"),
            style=BLOCKS,
            links=[*link(scope, "search-queries", "Поисковые запросы"), *_details(scope)],
        ),
        timeseries(
            "kassist-requests-30d",
            "Среднее число запросов Kassist за месяц",
            f"""Запросы к базам через kAssist за последние 30 дней, сумма по всем пользователям установки (не среднее,
            название историческое). Кто kAssist не пользуется, у того линии нет. Линия пропала — узнайте, не отключён
            ли kAssist после обновления Word или браузера. {_HOURLY}""",
            series(f"{host_total(kassist)} > 0", "{{host}}"),
            unit="short",
            legend=legend("lastNotNull", sort="lastNotNull"),
            style=LINE,
            links=[*link(scope, "kassist-analytics", "kAssist. Аналитика", host=HOST), *_details(scope)],
        ),
        timeseries(
            "no-login-60d",
            "Не пользуются системой в течение 60 дней",
            f"""Учётные записи, под которыми не входили 60 дней и дольше. Здесь считается отсутствие входа; отсутствие
            запросов — на дашборде «Для менеджеров». Уволенные и служебные записи тоже попадают в счёт: сверьте список
            с клиентом, остальных обучите. {_HOURLY}""",
            series(by_host(pick("kodeks_users_no_login_60d", *_HOSTS)), "{{host}}"),
            unit="short",
            legend=legend("min", "max", "lastNotNull", sort="max"),
            style=STEPPED,
            links=_details(scope),
        ),
    ]


def _usage(scope: Scope, key: str, title: str, description: str, metric: str) -> Panel:
    """A month-to-date figure of users, summed over each installation."""
    return timeseries(
        key,
        title,
        description,
        series(host_total(pick(metric, *_USERS)), "{{host}}"),
        unit="short",
        legend=legend("max", "lastNotNull", sort="lastNotNull"),
        style=LIGHT_FILL,
        links=_details(scope),
    )


def _details(scope: Scope) -> list[dict[str, object]]:
    return link(scope, "for-managers", "Для менеджеров: эта установка", host=HOST)
