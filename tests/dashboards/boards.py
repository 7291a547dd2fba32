"""A cabinet that gets everything, and a dashboard with a panel of every kind."""

from grafanalib.core import Dashboard

import dashboards
from dashboards import Scope
from dashboards._layout import board, row
from dashboards._panels import (
    BY_LAST_VALUE,
    STEPPED,
    alert_list,
    barchart,
    legend,
    stat,
    state_timeline,
    text,
    timeseries,
)
from dashboards._queries import EVENTS, rows, series
from dashboards._tables import Column, table
from dashboards._variables import variable

EVERYTHING = Scope(
    timezone="Europe/Samara",
    language="ru-RU",
    week_start="monday",
    slugs=dashboards.slugs(),
    has_installations=True,
    has_online=True,
    has_polled=True,
)


def every_kind() -> Dashboard:
    """One panel of each kind, in every place a panel may have."""
    query = series("up", "{{host}}", every="10m")
    plain = legend("lastNotNull", "max", sort="max")
    states = [{"type": "value", "options": {"0": {"text": "да", "color": "green"}}}]
    link = [{"title": "дальше", "url": "/d/smart-x", "targetBlank": False}]
    return board(
        "Все виды",
        "Проверка.",
        timeseries("a", "А", "Ряд.", query, query, unit="short", legend=plain, style=STEPPED, links=link),
        timeseries(
            *("b", "Б", "Ряд.", query),
            unit="percent",
            legend=legend(mode="list"),
            scale="log10",
            minimum=0.5,
            thresholds=[(None, "red"), (1.5, "green")],
            color=BY_LAST_VALUE,
        ),
        barchart("c", "В", "Столбцы.", query, unit="short", legend=plain, color={"mode": "fixed", "fixedColor": "red"}),
        stat(
            *("d", "Г", "Число.", query),
            unit="s",
            thresholds=[(None, "green"), (2700, "red")],
            no_value="нет",
            text_size=12,
        ),
        state_timeline("e", "Д", "Состояния.", query, mappings=states, color="red"),
        text("f", "Е", "Текст.", "**слово**"),
        table("g", "Ж", "Числа.", Column(title="host", label="host"), Column(title="Число", expr="up", unit="s")),
        row(
            "row",
            "Свёрнуто",
            table(
                "h", "З", "Строки.", Column(title="Имя", cell="gradient", thresholds=[(None, "red")]), sql="SELECT 1"
            ),
            stat("i", "И", "Число.", rows("SELECT 1"), unit="short", source=EVENTS),
            text("j", "К", "Текст.", "слово", width=6, height=3),
            collapsed=True,
        ),
        row("open", "Развёрнуто", text("k", "Л", "Текст.", "слово"), alert_list("l", "М", "Список.")),
        variables=[variable("host", "Клиент", "up", "host")],
        since="now-1h",
    )
