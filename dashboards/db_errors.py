"""Errors of databases on every installation over time.

Decided where the catalogue leaves it open: the title is spelled right («ошибок»); databases of several codes with one
text are added up; a point is the worst report of its step, so that an hour with errors is seen in any time range.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import HOST, link
from dashboards._panels import POINTS, legend, timeseries
from dashboards._queries import pick, series
from dashboards._scope import Scope
from dashboards._variables import variable

NEEDS = ("installations",)

_FILTERS = ("host", "manager")
_REPORTS = "kodeks_sysinfo_timestamp_seconds"  # those without errors can be chosen too


def build(scope: Scope) -> Dashboard:
    """One chart."""
    worst = f"max_over_time({pick('kodeks_db_errors', *_FILTERS)}[$__interval])"
    return board(
        "Ошибки БД",
        "Ошибки файлов баз данных на установках.",
        timeseries(
            "db-errors",
            "Количество ошибок с файлами базы данных",
            """Сколько баз установки сообщили об этой ошибке в отчёте sysinfo; точек нет — ошибок нет или не пришёл
            отчёт. На большом диапазоне точка — худший отчёт своего промежутка. Шкала логарифмическая. Invalid protect
            string — том повреждён или не подходит к лицензии: скопируйте или соберите его заново. «Том базы данных уже
            подключен» — том подключён дважды. Одна точка может пройти сама; точки дольше суток — звоните клиенту. О
            новых ошибках приходят и оповещения.""",
            series(
                f"sum by (host, error) (max by (host, error, code) ({worst}))",
                "{{host}} {{error}}",
                every="1h",
            ),
            unit="short",
            legend=legend("lastNotNull", sort="lastNotNull"),
            style=POINTS,
            scale="log10",
            minimum=1,
            links=[
                *link(scope, "current-emergencies", "Текущие аварийные ситуации"),
                *link(scope, "kodeks-server-metrics", "Проверки этой установки", host=HOST),
            ],
            width=24,
            height=20,
        ),
        variables=[
            variable("host", "host", _REPORTS, "host", within=["manager"]),
            variable("manager", "manager", _REPORTS, "manager"),
        ],
        since="now-30d",
    )
