"""Links that kAssist processed, by the day and over the time range.

Decided where the catalogue leaves it open: a line is an installation, whose client has the same name; no line for 0, as
everywhere with kAssist and as the logarithmic scale requires; totals add up what the reports brought in the time range,
so no link is counted twice. Each total is beside its chart.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import CELL, HOST, link
from dashboards._panels import BLOCKS, legend, timeseries
from dashboards._queries import SELECTED, pick, series
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_FILTERS = ("host", "manager")
_LINKS = "kodeks_kassist_links_hour"
_TRAILING = """За 24 часа перед каждой точкой, а не за календарный день: один удачный час виден сутки. Шкала
    логарифмическая; нет ссылок — нет и линии."""


def build(scope: Scope) -> Dashboard:
    """Four charts by the day, two of them with their totals."""
    return board(
        "kAssist. Аналитика",
        "Сколько ссылок обработал kAssist у каждого клиента и с каким результатом.",
        _by_day(
            scope,
            "links-unique-added-day",
            "Количество уникальных ссылок при добавлении за сутки",
            f"""Разные ссылки, добавленные через kAssist; повторы одной ссылки здесь не считаются. {_TRAILING} Линия
            пропала на неделю — узнайте, не отключён ли kAssist после обновления Word.""",
            "unique_added",
            width=18,
        ),
        _total(
            scope,
            "links-unique-added-total",
            "Количество уникальных ссылок при добавлении за интервал",
            "Уникальные ссылки, добавленные за всё выбранное время.",
            "unique_added",
        ),
        _by_day(
            scope,
            "links-checked-active-day",
            "Количество проверенных активных ссылок за сутки",
            f"""Ссылки, которые kAssist проверил и нашёл действующими. {_TRAILING} Линия пропала —
            проверять перестали: напомните клиенту, зачем это нужно.""",
            "checked_active",
            width=18,
        ),
        _total(
            scope,
            "links-checked-active-total",
            "Кол-во проверенных активных ссылок за интервал",
            "Действующие ссылки, проверенные за всё выбранное время.",
            "checked_active",
        ),
        _by_day(
            scope,
            "links-not-found-day",
            "Количество ссылок по которым не было найдено совпадений за сутки",
            f"""Ссылки, для которых kAssist не нашёл совпадений. {_TRAILING} Много таких рядом с
            немногими добавленными — попросите у клиента пример: возможно, ему не хватает базы.""",
            "not_found",
        ),
        _by_day(
            scope,
            "links-added-day",
            "Количество всех ссылок добавленных за сутки",
            f"""Все ссылки, добавленные через kAssist, вместе с повторами. {_TRAILING} Сравнивайте с уникальными:
            разница — повторы. Растёт — kAssist прижился, это довод при продлении.""",
            "added",
        ),
        variables=[
            variable("host", "Клиент", _LINKS, "host", within=["manager"]),
            variable("manager", "Менеджер", _LINKS, "manager"),
        ],
        since="now-30d",
    )


def _by_day(scope: Scope, key: str, title: str, description: str, kind: str, *, width: int = 12) -> Panel:
    return timeseries(
        key,
        title,
        description,
        series(_added_up(kind, "24h"), "{{host}}"),
        unit="short",
        legend=legend("max", "lastNotNull", sort="lastNotNull"),
        style=BLOCKS,
        scale="log2",
        minimum=1,
        links=link(scope, "for-managers", "Кто пользуется kAssist у этого клиента", host=HOST),
        width=width,
    )


def _total(scope: Scope, key: str, title: str, what: str, kind: str) -> Panel:
    return table(
        key,
        title,
        f"""{what} Клиента нет в списке — ни одной ссылки. Сумма не равна сумме столбиков графика: они перекрываются,
        каждый за свои 24 часа. Большая сумма — довод при продлении; обученного клиента
        в списке нет — повод позвонить.""",
        Column(
            title="Клиент",
            label="host",
            links=link(scope, "for-managers", "Кто пользуется kAssist у этого клиента", host=CELL),
        ),
        Column(title="Сумма", expr=_added_up(kind, SELECTED), unit="short", width=110),
        sort="Сумма",
        order="desc",
        width=6,
    )


def _added_up(kind: str, window: str) -> str:
    return f"sum by (host) (sum_over_time({pick(_LINKS, *_FILTERS, kind=kind)}[{window}])) > 0"
