"""Demand, involvement, seats, refusals, updates and user cards of all installations on one page.

Decided where the catalogue leaves it open: «Клиент» above chooses the installation, as `host` elsewhere, and keeps
the choice between dashboards; panels without users ignore the choice of a user. The table of clients shows the
last known values of the time range, so that a client whose server is off at the weekend stays on the list.
«Окончание» turns yellow at 7 days and red at 2, like its alerts. Bars stay bar charts, with labels of the axis
kept apart. The title of the refusals is spelled right and counts by day, as its column says; so is «не пользуются»
in the names of series, whose percentage has an axis of its own. An OperUp file is old after 3 days, as the alert
has it.
"""

from collections.abc import Mapping

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import CELL, HOST, column, link
from dashboards._panels import FEW, LIGHT_FILL, PALETTE, STEPPED, Json, alert_list, barchart, legend, timeseries
from dashboards._queries import (
    SELECTED,
    SYSINFO,
    all_of,
    by_host,
    by_user,
    chosen,
    host_total,
    last,
    latest,
    pick,
    series,
)
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_HOSTS = ("host", "manager")
_USERS = (*_HOSTS, "domain", "user")
_REQUESTS = "kodeks_user_db_requests_mtd"
_ACTIVITY = pick("kodeks_user_activity_mtd", *_USERS)
_SEATS = pick("kodeks_licenses_registered", *_HOSTS)
_HOURS = 1500  # bars of a chart: two months by the hour
_USER_AND_HOST = "{{user}} {{host}}"
_REFUSED = (
    "Пользователи и количество раз которые не смогли подключиться из-за использования всех лицензий в течение 1 дня"
)

_RED, _DARK_RED, _YELLOW = "#F2495C", "#C4162A", "#FADE2A"
_GREEN, _MEDIUM_GREEN, _DARK_GREEN = "#73BF69", "#56A64B", "#37872D"

_MONTHLY = "Считается с начала месяца, 1-го числа начинается с нуля."
_BARS = """Столбец — час; если выбрано больше двух месяцев, столбцы шире и складывают несколько часов. Отчёты
    опаздывают до часа, поэтому последний столбец неполный."""
_MANY = "Пользователей много: сузьте отбор до клиента или менеджера."


def build(scope: Scope) -> Dashboard:
    """Seventeen panels in the order of a manager's questions."""
    return board(
        "Для менеджеров",
        "Спрос, вовлечённость, лицензии, отказы, обновления и карточки пользователей; лучше всего за месяц или недели.",
        _client_params(scope),
        _nothing_found(scope),
        *_health(scope),
        *_work(scope),
        _rejected_users(scope),
        _rejected_hours(scope),
        *_idle(scope),
        _user_cards(scope),
        alert_list(
            "rules",
            "Что случилось у клиентов",
            """Оповещения, которые сработали прямо сейчас, у всех клиентов кабинета: о них же приходят письма. История
            — на дашборде «Текущие аварийные ситуации». Список пуст — сейчас всё в порядке.""",
        ),
        variables=[
            variable("host", "Клиент", _REQUESTS, "host", within=["manager"]),
            variable("manager", "manager", _REQUESTS, "manager"),
            variable("domain", "domain", _REQUESTS, "domain", within=_HOSTS),
            variable("user", "Логин пользователя", _REQUESTS, "user", within=(*_HOSTS, "domain")),
        ],
        since="now/M",
    )


def _client_params(scope: Scope) -> Panel:
    expiry = by_host(pick("kodeks_license_expiry_timestamp_seconds", *_HOSTS), SELECTED)
    this_client = column("Адрес")
    return table(
        "client-params",
        "Параметры клиентов",
        """Строка — установка, последние известные значения за выбранное время. Вовлечённость — доля лицензий, под
        которыми в этом месяце был хоть один запрос; пустая и красная — запросов не было ни у кого, больше 100 % —
        людей больше, чем мест. В первые дни месяца красное у всех. Нет строки — за это время не пришло ни одного
        отчёта sysinfo. С 20-го числа о вовлечённости ниже 60 % и активности ниже 20 баллов приходят оповещения.
        Начните с тех, у кого скоро окончание.""",
        Column(
            title="Клиент",
            label="legal_name",
            links=[
                *link(scope, "prolongation", "Данные для пролонгации", installation=this_client),
                *link(scope, "quarterly-analytics", "То же по кварталам", installation=this_client),
            ],
        ),
        Column(
            title="Окончание",
            width=140,
            expr=f"{expiry} - time()",
            unit="s",
            decimals=1,
            cell="background",
            thresholds=[(None, _DARK_RED), (2 * 86400, _YELLOW), (7 * 86400, _MEDIUM_GREEN)],
        ),
        Column(
            title="Вовлеч. %",
            width=110,
            expr=_involvement(SELECTED),
            unit="percent",
            decimals=1,
            cell="background",
            thresholds=[(None, _DARK_RED), (60, _YELLOW), (80, _DARK_GREEN)],
        ),
        Column(title="Активность", expr=host_total(_ACTIVITY, SELECTED), unit="none", decimals=1, width=120),
        Column(title="Кол-во", expr=by_host(_SEATS, SELECTED), unit="none", width=100),
        Column(title="Номер рега", label="regnum", width=130),
        Column(title="Менеджер", label="manager", width=140),
        Column(
            title="Адрес",
            label="host",
            links=link(scope, "kodeks-analytics", "Аналитика этой установки", host=CELL),
        ),
        row=["host"],
        labels=latest(pick("kodeks_installation_info", *_HOSTS), "host"),
        sort="Окончание",
        height=12,  # 9 lines a page
    )


def _involvement(window: str) -> str:
    """Users with a request this month in percent of the seats; nothing where nobody asked or there are no seats."""
    asked = f"count by (host) ({by_user(pick(_REQUESTS, *_USERS), window)} > 0)"
    return f"{asked} / on (host) (({by_host(_SEATS, window)} > 0) / 100)"


def _nothing_found(scope: Scope) -> Panel:
    these = [chosen("host", "host"), chosen("manager", "manager"), chosen("user_login", "user")]
    return table(
        "nothing-found",
        "Детектирование что ничего не нашлось",
        """Поиски за выбранное время, которые ничего не нашли: когда, у кого и что искали; searchtype i —
        интеллектуальный поиск. Опечатка или чужая тема — не беда. Несколько разных запросов об одном — клиенту не
        хватает базы или умения искать: позвоните. Отбор по domain на таблицу не действует. Показаны последние 1000.""",
        Column(title="Time", unit=scope.moment, width=180),
        Column(title="host", links=link(scope, "search-queries", "Все поисковые запросы")),
        Column(title="manager"),
        Column(title="name"),
        Column(title="query"),
        Column(title="searchtype", width=110),
        sql=f"""
SELECT ts AS "Time", host AS "host", manager AS "manager", user_login AS "name", query_text AS "query",
       search_type AS "searchtype"
FROM core.search_queries
WHERE $__timeFilter(ts)
  AND {all_of("scope = 'installation'", "status = 'empty'", *these)}
ORDER BY ts DESC
LIMIT 1000
""".strip(),
        sort="Time",
        order="desc",
        height=9,  # 6 lines a page
    )


def _health(scope: Scope) -> list[Panel]:
    ages = last(pick("kodeks_operup_file_age_seconds", *_HOSTS))
    return [
        timeseries(
            "operup-age",
            "Сколько часов назад обновились файлы в OperUp",
            """Возраст каждого файла обновления OperUp в момент отчёта. Красная область — старше трёх суток:
            обновления не доходят. Часто виноват не OperUp: закрыт доступ в интернет или кончилось место на диске.
            Линия оборвалась — перестал приходить sysinfo. Уточните у клиента, когда сервер последний раз качал
            обновления.""",
            series(f"max by (host, file) ({ages})", "{{host}} {{file}}"),
            unit="s",
            legend=legend("lastNotNull", sort="lastNotNull"),
            minimum=0,
            thresholds=[(None, _GREEN), (3 * 86400, _RED)],
            links=_usage(scope),
        ),
        timeseries(
            "activity-month",
            "Активность пользователей в текущем месяце",
            f"""Баллы за все действия пользователей установки: поиски, ссылки, разделы, выгрузки, печать.
            {_MONTHLY} Шкала логарифмическая. Норма стандарта сопровождения — 20 баллов к концу месяца; в первые
            дни красное у всех. С 20-го числа по тем, кто ниже, приходит оповещение: договоритесь об обучении.""",
            series(host_total(_ACTIVITY), "{{host}}"),
            unit="short",
            legend=legend("lastNotNull", sort="lastNotNull"),
            scale="log2",
            minimum=1,
            thresholds=[(None, _RED), (20, _DARK_GREEN)],
            links=_usage(scope),
        ),
        timeseries(
            "involvement-month",
            "Процент реальной вовлечённости в текущем месяце",
            f"""Пользователи, у которых в этом месяце был хоть один запрос к базам, в процентах от числа лицензий.
            {_MONTHLY} Нет линии — запросов ещё не было. Больше 100 — людей больше, чем мест, от 150 мест явно мало.
            Ниже 60 к 20-му числу — найдите неработающих ниже, в «Ноль запросов», и пригласите их на обучение.""",
            series(_involvement(SYSINFO), "{{host}}"),
            unit="percent",
            legend=legend("max", "lastNotNull", sort="lastNotNull"),
            thresholds=[(None, _DARK_RED), (60, _YELLOW), (80, _MEDIUM_GREEN), (150, _DARK_RED)],
            links=_usage(scope),
        ),
        timeseries(
            "licenses-occupied-max",
            "Максимальное число занятых лицензий на инсталляции",
            """Сколько разных пользователей держали лицензию за последние 24 часа: войдя, пользователь занимает её на
            сутки. Бывает больше числа лицензий: одно место за сутки сменило несколько людей. Стабильно выше числа
            лицензий — люди ждут очереди, предложите расширение.""",
            series(by_host(pick("kodeks_licenses_occupied_24h", *_HOSTS)), "{{host}}"),
            unit="short",
            legend=legend("min", "max", "lastNotNull", sort="lastNotNull"),
            style=STEPPED,
            links=_usage(scope),
        ),
    ]


def _work(scope: Scope) -> list[Panel]:
    return [
        _month_of_users(
            scope,
            "billing-docs",
            "billingDocs",
            f"""Открытые документы и обращения к сервисам, по пользователям. {_MONTHLY} {_MANY} Только установки: у
            онлайн-доступов свои дашборды. Лидеры — ваши союзники у клиента, с нулём — кандидаты на обучение.""",
            "kodeks_user_billing_docs_mtd",
        ),
        _hour_of_users(
            scope,
            "db-requests-hour",
            "Запросы к БД за час",
            f"""Запросы к базам по пользователям; нули не рисуются. {_BARS} {_MANY} Сотни запросов в час у одного
            пользователя — скорее программа, чем человек: спросите, не пользуются ли им несколько людей.""",
            "kodeks_user_db_requests_hour",
        ),
        _month_of_users(
            scope,
            "print-statistic",
            "Print statistic",
            f"""Напечатанные из программы документы, по пользователям. {_MONTHLY} {_MANY} Печать из Word или PDF сюда не
            попадает. Кто много печатает, тому покажите сохранение и закладки.""",
            "kodeks_user_docs_printed_mtd",
        ),
        _hour_of_users(
            scope,
            "docs-saved-hour",
            "Сохранено документов за час",
            f"""Документы, сохранённые за час, по пользователям; нули не рисуются. {_BARS} В начале месяца не
            обнуляется. {_MANY} Десятки сохранений подряд похожи на выгрузку базы: выясните, зачем.""",
            "kodeks_user_docs_saved_hour",
            color={"mode": "fixed", "fixedColor": _GREEN},
        ),
    ]


def _month_of_users(scope: Scope, key: str, title: str, description: str, metric: str) -> Panel:
    return timeseries(
        key,
        title,
        description,
        series(by_user(pick(metric, *_USERS)), _USER_AND_HOST),
        unit="short",
        legend=legend("max", "lastNotNull", sort="lastNotNull"),
        style=LIGHT_FILL,
        links=_usage(scope),
        points=FEW,
    )


def _hour_of_users(
    scope: Scope, key: str, title: str, description: str, metric: str, *, color: Mapping[str, str] = PALETTE
) -> Panel:
    return barchart(
        key,
        title,
        description,
        series(_hourly(metric), _USER_AND_HOST, every="1h"),
        unit="short",
        legend=legend("max", sort="max"),
        stacking="normal",
        links=_usage(scope),
        color=color,
        points=_HOURS,
    )


def _hourly(metric: str) -> str:
    """What the reports of one step add up to; hours without any have no bar."""
    return f"sum by (host, user) (sum_over_time({pick(metric, *_USERS)}[$__interval])) > 0"


def _rejected_users(scope: Scope) -> Panel:
    return table(
        "login-rejected-users",
        _REFUSED,
        f"""Кому и сколько раз за день отказали во входе, потому что все лицензии были заняты; другие причины
        отказа сюда не входят. Пустая таблица — мест хватает. Один человек много раз — он просто повторял попытки;
        много разных людей — мест мало, с этим списком и идите к клиенту. День — по времени {scope.timezone}.""",
        Column(title="День", unit=scope.day, width=100),
        Column(title="Клиент", width=170),
        Column(title="Логин"),
        Column(title="Количество за день", unit="none", width=140),
        sql=f"""
SELECT date_trunc('day', ts, '{scope.timezone}') AS "День", host AS "Клиент", user_login AS "Логин",
       count(*) AS "Количество за день"
FROM core.login_rejections
WHERE $__timeFilter(ts)
  AND reason = 'no_seats'
  AND {chosen("host", "host")}
  AND {chosen("manager", "manager")}
  AND {chosen("domain", "domain")}
  AND {chosen("user_login", "user")}
GROUP BY 1, 2, 3
ORDER BY 2, 3, 1
LIMIT 1000
""".strip(),
        width=10,
    )


def _rejected_hours(scope: Scope) -> Panel:
    return barchart(
        "login-rejected-hour",
        "Количество пользователей не смогли подключиться за один час",
        f"""Отказы во входе по пользователям установки, по любой причине: не хватило мест или не прошла авторизация.
        {_BARS} Count — в скольких часах были отказы. Отказы одного пользователя — напомните ему пароль. Отказы многих
        в одни часы — мест не хватает: список слева и предложение о расширении.""",
        series(_hourly("kodeks_user_login_rejected_hour"), "{{host}} - {{user}}", every="1h"),
        unit="short",
        legend=legend("count"),
        stacking="normal",
        links=_usage(scope),
        points=_HOURS,
        width=14,
    )


def _idle(scope: Scope) -> list[Panel]:
    zero = by_host(pick("kodeks_users_zero_requests_30d", *_HOSTS))
    active = by_host(pick("kodeks_users_active_mtd", *_HOSTS))
    return [
        timeseries(
            "zero-requests-30d",
            "Ноль запросов к БД за 30 дней статистика",
            """Учётные записи без запросов за 30 дней, все работавшие в этом месяце и отношение первых ко вторым, в
            процентах (ось справа). Работавшие считаются с начала месяца, поэтому 1-го числа процент взлетает выше 100
            и потом падает: смотрите в пределах одного месяца, лучше в его конце. Высокий процент — половина мест
            куплена зря, клиент это тоже заметит: обучите неработающих.""",
            series(f"{zero} / on (host) ({active} > 0) * 100", "% не пользуются {{host}}"),
            series(zero, "Не пользуются: {{host}}"),
            series(active, "Всего пользователей {{host}}"),
            unit="short",
            legend=legend("lastNotNull", sort="lastNotNull"),
            overrides=[_percent_on_the_right("A")],
            links=_usage(scope),
        ),
        timeseries(
            "kassist-users-30d",
            "Работа Kassist за последние 30 дней",
            f"""Запросы к базам через kAssist за последние 30 дней, по пользователям. Нет линии — kAssist не
            пользовались. {_MANY} Линия идёт вниз и пропадает — человек перестал работать с kAssist: узнайте, не
            сломался ли он.""",
            series(f"{by_user(pick('kodeks_user_kassist_requests_30d', *_USERS))} > 0", _USER_AND_HOST),
            unit="short",
            legend=legend("lastNotNull"),
            links=_usage(scope),
            points=FEW,
        ),
        timeseries(
            "zero-requests-60d",
            "Ноль запросов к БД за 60 дней",
            f"""Учётные записи без единого запроса за 60 дней. Важна легенда, а не линия: запись в ней — человек не
            работает. Пересчитывается раз в сутки; после первого запроса запись уходит с графика. Входить он мог:
            входы — на дашборде «Kodeks аналитика». Уволенных попросите клиента удалить, остальных пригласите на
            обучение. {_MANY}""",
            series(f"{by_user(pick('kodeks_user_db_requests_60d', *_USERS))} == 0", "{{host}} {{user}}"),
            unit="short",
            legend=legend("lastNotNull", sort="lastNotNull"),
            minimum=-1,
            maximum=1,
            links=_usage(scope),
            points=FEW,
        ),
    ]


def _percent_on_the_right(query: str) -> Json:
    properties = {"unit": "percent", "custom.axisPlacement": "right"}
    return {
        "matcher": {"id": "byFrameRefID", "options": query},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def _user_cards(scope: Scope) -> Panel:
    return timeseries(
        "user-cards-filled",
        "Процент заполненных карточек заходивших в систему пользователей",
        """Какая доля заходивших пользователей заполнила карточку (имя, должность, связь); область под линиями — оценка
        от красной до зелёной. На маленькой установке один человек меняет всё. Ниже 50 — попросите клиента заполнить
        карточки: без них не узнать, с кем говорить. Сами карточки — на дашборде «Карточки пользователей».""",
        series(by_host(pick("kodeks_user_cards_filled_percent", *_HOSTS)), "{{host}}"),
        unit="percent",
        legend=legend("min", "lastNotNull", sort="lastNotNull"),
        minimum=0,
        maximum=100,
        thresholds=[
            (None, _DARK_RED),
            (10, "#FF7383"),
            (20, "#FFA6B0"),
            (50, "#FFF899"),
            (70, _YELLOW),
            (80, "#96D98D"),
            (90, _MEDIUM_GREEN),
            (100, _DARK_GREEN),
        ],
        color={"mode": "continuous-greens", "seriesBy": "last"},
        links=[*link(scope, "user-cards", "Карточки пользователей", host=HOST), *_usage(scope)],
    )


def _usage(scope: Scope) -> list[Json]:
    return link(scope, "kodeks-analytics", "Аналитика этой установки", host=HOST)
