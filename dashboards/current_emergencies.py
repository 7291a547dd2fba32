"""Every alert that was firing in the time range, for all that is monitored.

Decided where the catalogue leaves it open: an alert belongs to the time range when it lasted in it, also when it began
before; it is one row each time it fires; two columns at the end say when it began and ended, without them one could
not tell what goes on now; «Тип аварии» offers the alerts of the time range. Codes are written with a Latin K. All
columns fit a screen 1600 pixels wide beside Grafana's menu; a cell that is cut off shows its text when pointed at.
Columns by which nobody looks for an alert have no filter of their own: its button would take the place of the text.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import CELL, link
from dashboards._panels import alert_list, named
from dashboards._queries import all_of, chosen
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable_of_rows, variable_of_words

NEEDS = ("installations", "online")

_DARK_RED, _RED, _ORANGE, _YELLOW = "#C4162A", "#F2495C", "#FF9830", "#FADE2A"
_PRIORITIES = {"K1": _DARK_RED, "K2": _RED, "K3": _ORANGE, "K4": _YELLOW, "K5": ""}
_LASTS = "coalesce(ended_at, 'infinity') >= $__timeFrom()"


def build(scope: Scope) -> Dashboard:
    """One table."""
    return board(
        "Текущие аварийные ситуации",
        "Все оповещения за выбранное время по всем, за кем наблюдаем.",
        _emergencies(scope),
        alert_list(
            "rules",
            "Сейчас по правилам Grafana",
            """Что сработало прямо сейчас: то же, что в таблице, но без истории и сразу, как правило сработало. Отсюда
            видно само правило, его запрос и сколько оно длится. Список пуст — сейчас всё в порядке.""",
        ),
        variables=[
            variable_of_rows(
                "alertname",
                "Тип аварии",
                f"""
SELECT DISTINCT alertname
FROM core.alert_events
WHERE started_at <= $__timeTo()
  AND {all_of(_LASTS)}
ORDER BY 1
LIMIT 1000
""".strip(),
            ),
            variable_of_words("priority", "Приоритет", {code: code for code in _PRIORITIES}),
        ],
        since="now-30d",
        refresh="1m",
    )


def _emergencies(scope: Scope) -> Panel:
    return table(
        "emergencies",
        "Аварийные ситуации",
        """Строка — одно оповещение, которое длилось в выбранное время; пустой «Конец» — длится до сих пор. Приоритет
        K1 самый высокий, K5 самый низкий; важность — отдельно: бывает и K5 critical. catalog, url и user есть только у
        онлайн-доступов, filename — у файлов баз и OperUp, clientname и regnum берутся из sysinfo. Обо всех приходят
        письма. Начните с K1 и K2 без «Конца»; одно и то же у клиента раз за разом — ищите причину, а не ждите.
        Показаны первые 1000 по приоритету, длящиеся раньше.""",
        Column(
            title="Клиент",
            width=115,
            links=[
                *link(scope, "kodeks-server-metrics", "Если это установка: её проверки", host=CELL),
                *link(scope, "billing-online-statistics", "Если это онлайн-доступ: его остатки", client=CELL),
            ],
        ),
        Column(title="Менеджер", width=105),
        Column(
            title="Пр-т",
            width=75,
            filterable=False,
            cell="background",
            thresholds=[(None, "transparent")],
            mappings=named({code: (code, color) for code, color in _PRIORITIES.items()}),
        ),
        Column(
            title="Важность",
            width=102,
            cell="text",
            thresholds=[(None, "text")],
            mappings=named({"critical": ("critical", _RED)}),
        ),
        Column(title="Тип аварии", width=140, filterable=False),
        Column(title="text", filterable=False),
        Column(title="clientname", width=112),
        Column(title="regnum", width=66, filterable=False),
        Column(title="catalog", width=62, filterable=False),
        Column(title="url", width=48, filterable=False),
        Column(title="user", width=52, filterable=False),
        Column(title="filename", width=75, filterable=False),
        Column(title="Начало", unit=scope.minute, width=92, filterable=False),
        Column(title="Конец", unit=scope.minute, width=92, filterable=False),
        sql=f"""
SELECT client AS "Клиент", manager AS "Менеджер", priority AS "Пр-т", severity AS "Важность",
       alertname AS "Тип аварии", text AS "text", clientname AS "clientname", regnum AS "regnum",
       catalog AS "catalog", url AS "url", user_login AS "user", filename AS "filename",
       started_at AS "Начало", ended_at AS "Конец"
FROM core.alert_events
WHERE started_at <= $__timeTo()
  AND {all_of(_LASTS, chosen("alertname", "alertname"), chosen("priority", "priority"))}
ORDER BY priority, ended_at IS NOT NULL, started_at DESC
LIMIT 1000
""".strip(),
        sort="Пр-т",
        height=24,  # 21 lines a page
    )
