"""An example of a dashboard of your own: how many installations of each manager are up now.

The name of this file, with hyphens, is the dashboard's name in tenants.yaml. `provision lint` checks it, `provision
plan` shows it. Delete the file if you want none.
"""

from grafanalib.core import Dashboard

from dashboards import Scope
from dashboards._layout import board
from dashboards._queries import SELECTED, last, latest, pick
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_CHECKS = pick("kodeks_check_status", "manager", check="tcp")


def build(scope: Scope) -> Dashboard:
    """One table."""
    up = last(_CHECKS, SELECTED)
    return board(
        "Пример: установки менеджеров",
        "Сколько установок каждого менеджера отвечает сейчас. Это пример своего дашборда.",
        table(
            "up",
            "Установки менеджеров",
            """Строка — менеджер, по последним известным проверкам за выбранное время. Если отвечают не все, посмотрите
            «Текущие аварии»; установки, которые СМАРТ не опрашивает, здесь не считаются.""",
            Column(title="менеджер", label="manager"),
            Column(title="отвечает", expr=f"sum by (manager) ({up})", unit="none", decimals=0),
            Column(title="всего", expr=f"count by (manager) ({up})", unit="none", decimals=0),
            row=("manager",),
            labels=latest(_CHECKS, "manager"),
        ),
        variables=[variable("manager", "менеджер", "kodeks_check_status", "manager")],
        since="now-24h",
    )
