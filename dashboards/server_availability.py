"""How much of the last 30 days the software and its port could be reached, for every installation.

Decided where the catalogue leaves it open: the interface is the check http200, the port is tcp; the 30 days are counted
in checks, so a time without any (SMART itself stood still) neither helps nor harms; a change of manager splits no line.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import HOST, link
from dashboards._panels import FEW, legend, timeseries
from dashboards._queries import pick, series, success
from dashboards._scope import Scope
from dashboards._variables import variable

NEEDS = ("installations",)

_FILTERS = ("host", "manager")
_STATUS = "kodeks_check_status"
_NORMAL = """100 % не бывает: серверы перезагружают и обновляют. Норма — от 95–99 % и выше. Точка — итог 30 дней перед
    нею, поэтому вчерашний сбой тянет линию вниз целый месяц, а потом она сама подскакивает. У клиентов smartupload
    (закрытый контур) проверок нет, нет и линии; у новых клиентов дней пока меньше тридцати."""


def build(scope: Scope) -> Dashboard:
    """Two charts, a line each installation."""
    return board(
        "Доступность серверов",
        "Доля времени за 30 дней, когда интерфейс программы и её порт отвечали.",
        _available(
            scope,
            "interface-30d",
            "Доступность интерфейса ПК в % за последние 30 дней",
            f"""Доля удачных проверок «страница программы отвечает» (HTTP 200). {_NORMAL} Ниже 95 — спросите
            клиента, не выключают ли сервер на ночь, иначе посмотрите статусы проверок.""",
            "http200",
        ),
        _available(
            scope,
            "port-30d",
            "Доступность открытого порта к ПК в % за последние 30 дней",
            f"""Доля удачных проверок «порт программы принимает соединения». {_NORMAL} Порт заметно доступнее
            интерфейса — сервер включён, а программа не отвечает; оба низки — сеть, питание или межсетевой экран.""",
            "tcp",
        ),
        variables=[
            variable("host", "Клиент", _STATUS, "host", within=["manager"]),
            variable("manager", "Менеджер", _STATUS, "manager"),
        ],
        since="now-30d",
        refresh="1h",
    )


def _available(scope: Scope, key: str, title: str, description: str, check: str) -> Panel:
    return timeseries(
        key,
        title,
        description,
        series(success(pick(_STATUS, *_FILTERS, check=check), "host"), "{{host}}", every="1h"),
        unit="percent",
        decimals=2,
        legend=legend("lastNotNull", sort="lastNotNull"),
        links=link(scope, "kodeks-server-metrics", "Проверки этой установки", host=HOST),
        width=24,
        height=12,
        points=FEW,
    )
