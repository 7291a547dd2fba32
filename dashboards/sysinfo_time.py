"""The time inside the last sysinfo of every installation: whether its server is alive.

Decided where the catalogue leaves it open: it opens on the last 30 days, since a server that has been silent for days
must not vanish from the list that is there to find it; yellow begins where a report is missing (two hours), red where
the alert does (two days). «Клиент» is the installation.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import CELL, link
from dashboards._queries import SELECTED, by_host, latest, pick
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_TIME = "kodeks_sysinfo_timestamp_seconds"
_GREEN, _YELLOW, _RED = "#56A64B", "#FADE2A", "#C4162A"


def build(scope: Scope) -> Dashboard:
    """One table."""
    made = by_host(pick(_TIME, "host"), SELECTED)
    return board(
        "Время внутри файла SYSINFO",
        "Когда на установке составлен последний полученный sysinfo: жив ли сервер.",
        table(
            "sysinfo-time",
            "Время внутри файла SYSINFO",
            """Строка — установка: время, записанное внутри её последнего sysinfo, и его возраст к концу выбранного
            времени. Отчёт приходит раз в час: жёлтое — пропущены два, красное — больше двух суток, об этом приходит и
            оповещение. Файл старый — не работает сервер, отключена задача выгрузки или закрыт интернет: звоните
            клиенту. Возраст меньше нуля — спешат часы сервера или неверна поправка часового пояса в списке. Нет строки
            — за всё выбранное время отчётов не было.""",
            Column(
                title="Клиент",
                label="host",
                links=[
                    *link(scope, "kodeks-server-metrics", "Проверки этой установки", host=CELL),
                    *link(scope, "sysinfo-asrp-upload", "Загрузка её sysinfo в АСРП", host=CELL),
                ],
            ),
            Column(title="Время sysinfo", expr=f"{made} * 1000", unit=scope.moment, width=200),
            Column(
                title="Возраст",
                expr=f"time() - {made}",
                unit="s",
                decimals=1,
                cell="background",
                thresholds=[(None, _GREEN), (2 * 3600, _YELLOW), (2 * 86400, _RED)],
                width=160,
            ),
            Column(title="Менеджер", label="manager", width=200),
            row=["host"],
            labels=latest(pick(_TIME, "host"), "host"),
            sort="Возраст",
            order="desc",
            height=22,
        ),
        variables=[variable("host", "Клиент", _TIME, "host")],
        since="now-30d",
    )
