"""What a manager does this morning: every case that needs a call or a letter, on one screen, his own clients first.

Not of the original service. The conditions are those of the alerts where there is one. «Менеджер» opens on the reader's
own clients where his login is that of a manager of the lists, else on all: a head sees the table by manager for all
of them. Of an installation that is silent the last known values of the time range count, so that it does not
leave the list of licences with its server. A fall of the activity is against the same hour of the month before; on the
last days of a month that is longer than the one before there is no such hour, and the list is empty.
"""

from grafanalib.core import Dashboard, Panel, SqlTarget, Target

from dashboards import _today as cases
from dashboards._layout import board
from dashboards._links import CELL, column, link
from dashboards._panels import Steps, named, size
from dashboards._queries import MIXED, all_of, chosen, instant, ref_id, rows
from dashboards._scope import Scope
from dashboards._tables import Column, drawn, kept, organized, table
from dashboards._variables import variable_of_own

NEEDS = ("installations", "online")

_DARK_RED, _RED, _ORANGE, _YELLOW = "#C4162A", "#F2495C", "#FF9830", "#FADE2A"
_PRIORITIES = {"K1": _DARK_RED, "K2": _RED, "K3": _ORANGE, "K4": _YELLOW, "K5": ""}
_CHECKS = {"tcp": ("порт закрыт", ""), "http200": ("страница не открывается", "")}
_KINDS = {"docs": ("документы", ""), "search": ("поиски", ""), "print": ("печать", ""), "upload": ("выгрузка", "")}
_LASTS = "ended_at IS NULL"
_WIDTH, _HEIGHT = 8, 7  # of a list


def build(scope: Scope) -> Dashboard:
    """The table by manager, alerts, then a list for each reason to call."""
    return board(
        "Сегодня",
        "Что сделать сегодня утром: что сломалось, у кого кончается лицензия или квота, кто молчит и кому позвонить.",
        _by_manager(scope),
        _alerts(scope),
        *(_of_checks(scope) if scope.has_polled else []),
        *(_of_installations(scope) if scope.has_installations else []),
        *(_of_accesses(scope) if scope.has_online else []),
        _searches(scope),
        variables=[variable_of_own("manager", "Менеджер")],
        since="now-30d",
        refresh="15m",
    )


def _by_manager(scope: Scope) -> Panel:
    """The registry and the rows of SQL give the managers, so that one without any case has a row, too."""
    here = column("Менеджер")
    counted = _counted(scope)
    targets: list[Target | SqlTarget] = [rows(_managers())]
    fields = ["manager", "clients", "alerts", "searches"]
    for _, condition, _ in counted:
        fields.append(f"Value #{ref_id(len(targets))}" if len(counted) > 1 else "Value")
        targets.append(instant(cases.per_manager(condition)))
    red: Steps = [(None, "transparent"), (1, _RED)]
    yellow: Steps = [(None, "transparent"), (1, _YELLOW)]
    columns = [
        Column(title="Менеджер", width=130, links=link(scope, "for-managers", "Всё об установках", manager=CELL)),
        Column(title="Клиентов", unit="none", width=80, links=link(scope, "for-managers", "Все клиенты", manager=here)),
        Column(
            title="Оповещения K1–K3",
            width=108,
            unit="none",
            cell="background",
            thresholds=red,
            links=link(scope, "current-emergencies", "Все оповещения"),
        ),
        Column(
            title="Пустые поиски за сутки",
            width=112,
            unit="none",
            links=link(scope, "search-queries", "Поисковые запросы"),
        ),
        *(
            Column(
                title=title,
                unit="none",
                cell="background",
                thresholds=red if title in ("Не отвечают", "Лицензия: 7 дней") else yellow,
                links=link(scope, slug, "Подробно", manager=here),
            )
            for title, _, slug in counted
        ),
    ]
    join = {"id": "joinByField", "options": {"byField": "manager", "mode": "outer"}}
    options = {"config": {"id": "equal", "options": {"value": cases.NOBODY}}, "fieldName": "manager"}
    nobody = {"id": "filterByValue", "options": {"filters": [options], "match": "any", "type": "exclude"}}
    return drawn(
        "by-manager",
        "По менеджерам",
        """Строка — менеджер, столбец — сколько его клиентов требуют внимания; ниже те же случаи поимённо. Щелчок по
        числу ведёт на подробный дашборд. Сверху выбраны «Мои клиенты», если вы менеджер из списков; руководитель видит
        всех. Прочерк — таких случаев нет.""",
        columns,
        targets,
        [kept(fields), join, nobody, organized(fields, columns)],
        source=MIXED,
        place=size(24, 6),
        no_value="—",
        filterable=False,
    )


def _counted(scope: Scope) -> list[tuple[str, str, str]]:
    """Title of the column, condition, dashboard that it leads to."""
    checks = [("Не отвечают", cases.down(), "kodeks-server-metrics")]
    installations = [
        *((f"Лицензия: {days} дней", cases.ending(days), "for-managers") for days in (7, 30, 90)),
        ("Заняты все места", cases.full(), "kodeks-analytics"),
        ("OperUp устарел", cases.old_updates(), "for-managers"),
        ("Нет отчётов", cases.silent(), "for-managers"),
        ("Активность упала", cases.falling(), "for-managers"),
    ]
    accesses = [("Квота ниже 15 %", cases.short_quotas(), "billing-online-statistics")]
    return [
        *(checks if scope.has_polled else []),
        *(installations if scope.has_installations else []),
        *(accesses if scope.has_online else []),
    ]


def _managers() -> str:
    """Managers of the registry with the number of their clients, of alerts that last and of empty searches."""
    alerts = all_of(_LASTS, "priority IN ('K1', 'K2', 'K3')")
    return f"""
SELECT manager AS "manager", max(clients) AS "clients", nullif(sum(alerts), 0) AS "alerts",
       nullif(sum(searches), 0) AS "searches"
FROM (
  SELECT manager, count(DISTINCT client) AS clients, 0 AS alerts, 0 AS searches
  FROM core.clients
  WHERE active_to IS NULL
  GROUP BY manager
  UNION ALL
  SELECT manager, NULL, count(*), 0
  FROM core.alert_events
  WHERE started_at <= $__timeTo()
    AND {alerts}
  GROUP BY manager
  UNION ALL
  SELECT manager, NULL, 0, count(*)
  FROM core.search_queries
  WHERE ts > $__timeTo()::timestamptz - interval '1 day'
    AND ts <= $__timeTo()
    AND status = 'empty'
  GROUP BY manager
) AS found
WHERE {chosen("manager", "manager")}
GROUP BY manager
ORDER BY 1
LIMIT 1000
""".strip()


def _alerts(scope: Scope) -> Panel:
    codes = {code: (code, color) for code, color in _PRIORITIES.items()}
    return table(
        "alerts",
        "Сработало и не кончилось",
        """Оповещения ваших клиентов, которые длятся прямо сейчас: K1 самые срочные. Начните с K1 и K2: позвоните
        клиенту раньше, чем он вам. Пусто — всё в порядке. История — на дашборде «Текущие аварийные ситуации».""",
        Column(
            title="Пр-т",
            width=60,
            cell="background",
            thresholds=[(None, "transparent")],
            mappings=named(codes),
            links=link(scope, "current-emergencies", "Все этого приоритета", priority=CELL),
        ),
        Column(title="Клиент", width=190),
        Column(
            title="Тип аварии",
            width=190,
            links=link(scope, "current-emergencies", "Все этого типа", alertname=CELL),
        ),
        Column(title="Что случилось"),
        Column(title="Менеджер", width=90),
        Column(title="Начало", unit=scope.minute, width=95),
        sql=f"""
SELECT priority AS "Пр-т", client AS "Клиент", alertname AS "Тип аварии", text AS "Что случилось",
       manager AS "Менеджер", started_at AS "Начало"
FROM core.alert_events
WHERE started_at <= $__timeTo()
  AND {all_of(_LASTS, chosen("manager", "manager"))}
ORDER BY priority, started_at DESC
LIMIT 200
""".strip(),
        no_value="Ничего не горит",
        filterable=False,
        width=24 - _WIDTH if scope.has_polled else 24,
        height=_HEIGHT,
    )


def _of_checks(scope: Scope) -> list[Panel]:
    return [
        _list(
            "down",
            "Не отвечают сейчас",
            """Установки, у которых последняя проверка не прошла: порт закрыт или страница не открывается. Режим
            обслуживания тоже закрывает страницу: причину покажут остальные проверки. Уточните у клиента, знает ли он.
            Пусто — все отвечают.""",
            Column(
                title="Установка",
                label="host",
                links=link(scope, "kodeks-server-metrics", "Все проверки этой установки", host=CELL),
            ),
            Column(title="Что не так", label="check", mappings=named(_CHECKS), width=120),
            Column(title="Менеджер", label="manager", width=90),
            labels=cases.down(),
            no_value="Отвечают все, кого проверяли",
        )
    ]


def _of_installations(scope: Scope) -> list[Panel]:
    return [_licences(scope), _seats(scope), _updates(scope), _reports(scope), _activity(scope)]


def _licences(scope: Scope) -> Panel:
    return _list(
        "licences",
        "Лицензия кончается",
        """Сколько дней осталось до конца лицензии, до 90: красное — неделя, оранжевое — месяц; ноль и меньше — уже
        кончилась. Щелчок по установке открывает лист к разговору о продлении. Установка, от которой за выбранное время
        не было отчётов, сюда не попадает.""",
        Column(
            title="Установка",
            label="host",
            links=[
                *link(scope, "prolongation", "Данные для пролонгации", installation=CELL),
                *link(scope, "for-managers", "Для менеджеров: эта установка", host=CELL),
            ],
        ),
        Column(
            title="Осталось дней",
            expr=cases.ending(90),
            unit="none",
            decimals=0,
            cell="background",
            thresholds=[(None, _DARK_RED), (7, _ORANGE), (30, _YELLOW)],
            width=85,
        ),
        Column(title="Менеджер", label="manager", width=90),
        sort="Осталось дней",
        no_value="В ближайшие 90 дней — ни у кого",
    )


def _seats(scope: Scope) -> Panel:
    return _list(
        "seats",
        "Заняты все места",
        """Установки, где в последнем отчёте занято столько мест, сколько куплено, или больше: следующего пользователя
        не пустит. Занятое место освобождается через сутки после входа. Повторяется изо дня в день — предложите
        расширение: кого не пустило, видно на дашборде «Для менеджеров».""",
        Column(
            title="Установка",
            label="host",
            links=[
                *link(scope, "kodeks-analytics", "Аналитика этой установки", host=CELL),
                *link(scope, "for-managers", "Кому отказали", host=CELL),
            ],
        ),
        Column(title="Занято мест", expr=cases.full(), unit="none", width=85),
        Column(title="Менеджер", label="manager", width=90),
        no_value="Мест хватает всем",
    )


def _updates(scope: Scope) -> Panel:
    return _list(
        "operup",
        "OperUp старше трёх суток",
        """Возраст самого старого файла обновления OperUp в последнем отчёте установки. Обновления не доходят: часто
        закрыт доступ в интернет или кончилось место на диске. Спросите у клиента, когда сервер качал обновления.""",
        Column(
            title="Установка",
            label="host",
            links=link(scope, "for-managers", "Файлы OperUp этой установки", host=CELL),
        ),
        Column(title="Возраст", expr=cases.old_updates(), unit="s", decimals=0, width=100),
        Column(title="Менеджер", label="manager", width=90),
        sort="Возраст",
        order="desc",
        no_value="Обновления у всех свежие",
    )


def _reports(scope: Scope) -> Panel:
    return _list(
        "silent",
        "Отчёты перестали приходить",
        """Сколько прошло с последнего отчёта sysinfo, если больше двух суток. Пока отчётов нет, SMART не видит ни
        лицензий, ни обновлений. Проверьте у клиента задачу smartupload и интернет; закрытый контур присылает отчёты
        раз в неделю. Кто молчит всё выбранное время, того здесь нет.""",
        Column(
            title="Установка",
            label="host",
            links=[
                *link(scope, "for-managers", "Для менеджеров: эта установка", host=CELL),
                *link(scope, "sysinfo-time", "Время отчётов", host=CELL),
            ],
        ),
        Column(title="Молчит", expr=cases.silent(), unit="s", decimals=0, width=90),
        Column(title="Менеджер", label="manager", width=90),
        sort="Молчит",
        order="desc",
        no_value="Никто не замолчал",
        width=_WIDTH - 1,
    )


def _activity(scope: Scope) -> Panel:
    return _list(
        "falling",
        "Активность упала вдвое",
        """Насколько активность с начала месяца меньше, чем в прошлом месяце к этому же часу, если больше чем вдвое;
        месяц с меньше чем 20 баллами не сравнивается. В первые дни месяца мешают выходные. Позвоните: уволился
        активный пользователь, мешает ошибка или клиент ищет другую систему. 29–31-го числа список бывает пуст.""",
        Column(
            title="Установка",
            label="host",
            links=[
                *link(scope, "kodeks-analytics", "Аналитика этой установки", host=CELL),
                *link(scope, "for-managers", "Пользователи этой установки", host=CELL),
            ],
        ),
        Column(title="Изменение", expr=cases.falling(), unit="percent", decimals=0, width=118),
        Column(title="Менеджер", label="manager", width=90),
        sort="Изменение",
        no_value="Ни у кого не упала",
    )


def _of_accesses(scope: Scope) -> list[Panel]:
    return [
        _list(
            "quotas",
            "Квота ниже 15 %",
            """Онлайн-доступы, у которых осталось меньше 15 % месячной квоты, и сколько именно; 1-го числа квота
            возвращается. Ноль — доступ уже не работает. В начале месяца звоните сразу: предложите другой тариф.""",
            Column(
                title="Клиент",
                label="client",
                links=[
                    *link(scope, "billing-online-statistics", "Остатки этого клиента", client=CELL),
                    *link(scope, "billing-online-prolongation", "Данные для пролонгации", firm=CELL),
                ],
            ),
            Column(title="Логин", label="user", width=80),
            Column(title="Что", label="kind", mappings=named(_KINDS), width=85),
            Column(
                title="Осталось",
                expr=cases.short_quotas(),
                unit="none",
                cell="background",
                thresholds=[(None, _DARK_RED), (1, _ORANGE), (50, _YELLOW)],
                width=108,
            ),
            Column(title="Менеджер", label="manager", width=90),
            sort="Осталось",
            no_value="Хватает всем",
            width=_WIDTH + 1,
        )
    ]


def _searches(scope: Scope) -> Panel:
    scopes = [word for word, has in (("installation", scope.has_installations), ("online", scope.has_online)) if has]
    slugs = {"installation": "search-queries", "online": "search-queries-online"}
    return table(
        "searches",
        "Пять пустых поисков, о которых стоит позвонить",
        """Что за трое суток искали чаще всего и не нашли: сначала то, что искали разные люди и много раз. Нет базы —
        предложите её; есть — покажите, как искать. Опечатка — тоже повод: значит, человек ищет и не находит.""",
        Column(title="Клиент", width=240),
        Column(
            title="Запрос",
            links=[one for word in scopes for one in link(scope, slugs[word], "Все поисковые запросы")],
        ),
        Column(title="Раз", unit="none", width=60),
        Column(title="Людей", unit="none", width=75),
        Column(title="Менеджер", width=110),
        Column(title="Последний раз", unit=scope.minute, width=120),
        sql=f"""
SELECT client AS "Клиент", min(query_text) AS "Запрос", count(*) AS "Раз", count(DISTINCT user_login) AS "Людей",
       max(manager) AS "Менеджер", max(ts) AS "Последний раз"
FROM core.search_queries
WHERE ts > $__timeTo()::timestamptz - interval '3 days'
  AND ts <= $__timeTo()
  AND {all_of("status = 'empty'", chosen("manager", "manager"))}
GROUP BY client, lower(query_text)
ORDER BY 4 DESC, 3 DESC, 6 DESC
LIMIT 5
""".strip(),
        no_value="За трое суток пустых поисков нет",
        filterable=False,
        height=_HEIGHT + 2,  # five rows
    )


def _list(
    key: str,
    title: str,
    description: str,
    *columns: Column,
    no_value: str,
    labels: str = "",
    sort: str = "",
    order: str = "asc",
    width: int = _WIDTH,
) -> Panel:
    """A table of the cases of one condition, about a third of the screen wide; `no_value` says that there are none."""
    return table(
        key,
        title,
        description,
        *columns,
        labels=labels,
        sort=sort,
        order=order,
        no_value=no_value,
        filterable=False,
        width=width,
        height=_HEIGHT,
    )
