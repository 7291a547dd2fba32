"""What users of installations searched for, and what they did not find.

Decided where the catalogue leaves it open: the row has lost «В процессе разработки»; besides «Успех» and «Пустой» a
search may have ended in an error, which can be chosen; the second table ignores the chosen status and kind of end, as
its name says. `legal` is the legal name, from sysinfo.
"""

from grafanalib.core import Dashboard, Panel

from dashboards import _searches as searches
from dashboards._layout import board, row
from dashboards._links import CELL, column, link
from dashboards._panels import named
from dashboards._queries import chosen
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable, variable_of_rows

NEEDS = ("installations",)

_INFO = "kodeks_installation_info"
_RED = "#F2495C"
_CHOSEN = {
    "legal": "legal_name",
    "manager": "manager",
    "user": "user_login",
    "source": "source",
    "catalog": "catalog",
    "searchtype": "search_type",
}
# From the cards, of which there is one an account: searches would have to be read through for it.
_USERS = f"""
SELECT DISTINCT card.user_login
FROM core.user_cards AS card
LEFT JOIN core.clients AS client ON client.host = card.host
WHERE {chosen("client.legal_name", "legal")}
  AND {chosen("card.manager", "manager")}
ORDER BY 1
LIMIT 10000
""".strip()


def build(scope: Scope) -> Dashboard:
    """All searches, and those without a result."""
    return board(
        "Поисковые запросы",
        "Что искали пользователи установок и чего не нашли; лучше всего для одного клиента.",
        row("row-searches", "Все поисковые запросы", _queries(scope), _empty(scope)),
        variables=[
            variable("legal", "ЮрЛицо", _INFO, "legal_name", within=["manager"]),
            variable("manager", "Менеджер", _INFO, "manager"),
            variable_of_rows("user", "Пользователь", _USERS),
            searches.source("installation"),
            searches.catalog("installation"),
            searches.status(),
            searches.kind(),
        ],
        since="now-30d",
    )


def _queries(scope: Scope) -> Panel:
    return table(
        "queries",
        "Поисковые запросы",
        """Строка — один поиск. Инт — интеллектуальный, Атр — атрибутный; ПК\\КА — откуда искали: ksrv — из
        программного комплекса. Отчёты опаздывают до часа. Посмотрите, чем клиент занят, прежде чем ему звонить: по
        запросам видно, какую базу и какое обучение предложить. Показаны последние 5000 поисков по возрастанию времени:
        у большого кабинета это несколько часов, выберите ЮрЛицо.""",
        Column(title="Время", unit=scope.moment, width=180),
        Column(title="ЮрЛицо", width=240),
        Column(
            title="Пользователь",
            width=140,
            links=link(scope, "for-managers", "Для менеджеров: этот пользователь", host=column("Клиент"), user=CELL),
        ),
        Column(title="Запрос"),
        Column(title="Каталог", width=100),
        Column(title="Тип поиска", width=110, mappings=searches.KINDS_SHORT),
        Column(title="ПК\\КА", width=90),
        Column(title="Клиент", width=250, links=link(scope, "kodeks-analytics", "Аналитика этой установки", host=CELL)),
        sql=f"""
SELECT ts AS "Время", legal_name AS "ЮрЛицо", user_login AS "Пользователь", query_text AS "Запрос",
       catalog AS "Каталог", search_type AS "Тип поиска", source AS "ПК\\КА", host AS "Клиент"
FROM core.search_queries
WHERE $__timeFilter(ts)
  AND {searches.narrowed(_CHOSEN | {"status": "status"}, "scope = 'installation'")}
ORDER BY ts DESC
LIMIT 5000
""".strip(),
        sort="Время",
        height=12,
    )


def _empty(scope: Scope) -> Panel:
    return table(
        "empty-queries",
        "Пустой поиск",
        """Строка — поиск, который ничего не нашёл; выбранный «Статус поиска» на таблицу не действует. Опечатка или
        чужая тема — не беда. Несколько разных запросов об одном — клиенту не хватает базы или умения искать:
        подскажите или предложите. Пусто у всех сразу — не работает сам поиск, смотрите аварийные ситуации. Показаны
        последние 1000 поисков.""",
        Column(title="Time", unit=scope.moment, width=180),
        Column(title="host", width=250, links=link(scope, "for-managers", "Для менеджеров: эта установка", host=CELL)),
        Column(title="manager", width=130),
        Column(title="Пользователь", width=140),
        Column(
            title="Статус",
            width=100,
            cell="background",
            thresholds=[(None, "transparent")],
            mappings=named({"empty": ("Пустой", _RED)}),
        ),
        Column(title="Запрос"),
        Column(title="searchtype", width=200, mappings=searches.KINDS),
        sql=f"""
SELECT ts AS "Time", host AS "host", manager AS "manager", user_login AS "Пользователь", status AS "Статус",
       query_text AS "Запрос", search_type AS "searchtype"
FROM core.search_queries
WHERE $__timeFilter(ts)
  AND {searches.narrowed(_CHOSEN, "scope = 'installation'", "status = 'empty'")}
ORDER BY ts DESC
LIMIT 1000
""".strip(),
        sort="Time",
        order="desc",
        height=12,
    )
