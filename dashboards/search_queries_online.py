"""What users of online accesses searched for, and whether it was found.

Decided where the catalogue leaves it open: the row has lost «В процессе разработки»; an error is a third outcome.
«ЮрЛицо» is the client of the online list, and keeps the choice between the dashboards of online accesses.
"""

from grafanalib.core import Dashboard, Panel

from dashboards import _searches as searches
from dashboards._layout import board, row
from dashboards._links import CELL, column, link
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("online",)

_LEFT = "kodeks_online_billing_left"
_DARK_RED, _DARK_GREEN, _ORANGE = "#C4162A", "#37872D", "#FF9830"


def build(scope: Scope) -> Dashboard:
    """One table."""
    return board(
        "Поисковые запросы. Онлайн.",
        "Что искали пользователи онлайн-доступов; тексты приходят раз в сутки, ночью.",
        row("row-searches", "Все поисковые запросы", _queries(scope)),
        variables=[
            variable("client", "ЮрЛицо", _LEFT, "client", within=["manager"]),
            variable("manager", "Менеджер", _LEFT, "manager"),
            variable("login", "Пользователь", _LEFT, "user", within=["client", "manager"]),
            searches.source("online"),
            variable("catalog", "Каталог", _LEFT, "catalog", within=["client", "manager"]),
            searches.status(),
            searches.kind(),
        ],
        since="now-24h",
    )


def _queries(scope: Scope) -> Panel:
    chosen = {
        "client": "client",
        "manager": "manager",
        "login": "user_login",
        "source": "source",
        "catalog": "catalog",
        "status": "status",
        "searchtype": "search_type",
    }
    return table(
        "queries",
        "Поисковые запросы",
        """Строка — один поиск; «пустой» — не нашлось ничего, «успех» — нашлось хоть что-то. Тексты собирают раз в
        сутки, ночью, поэтому сегодняшних поисков ещё нет, а пустая таблица днём — не авария. Нет и вчерашних —
        проверьте ошибки подключения на дашборде «Биллинг Онлайн. Статистика». Много пустых об одном — подскажите, как
        искать, или предложите тариф с нужной базой. Показаны последние 5000 поисков по возрастанию времени.""",
        Column(title="Время", unit=scope.moment, width=180),
        Column(
            title="Пользователь",
            width=160,
            links=link(
                scope, "billing-online-statistics", "Остатки этого доступа", client=column("Клиент"), login=CELL
            ),
        ),
        Column(title="Запрос"),
        Column(title="Каталог", width=110),
        Column(title="Тип поиска", width=110, mappings=searches.KINDS_SHORT),
        Column(
            title="Клиент",
            width=240,
            links=link(scope, "billing-online-statistics", "Остатки этого клиента", client=CELL),
        ),
        Column(title="Менеджер", width=140),
        Column(
            title="Успех",
            width=100,
            cell="background",
            thresholds=[(None, "transparent")],
            mappings=searches.states(_DARK_GREEN, _DARK_RED, _ORANGE),
        ),
        sql=f"""
SELECT ts AS "Время", user_login AS "Пользователь", query_text AS "Запрос", catalog AS "Каталог",
       search_type AS "Тип поиска", client AS "Клиент", manager AS "Менеджер", status AS "Успех"
FROM core.search_queries
WHERE $__timeFilter(ts)
  AND {searches.narrowed(chosen, "scope = 'online'")}
ORDER BY ts DESC
LIMIT 5000
""".strip(),
        sort="Время",
        height=22,  # 19 lines a page
    )
