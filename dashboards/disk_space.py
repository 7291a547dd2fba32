"""Free space of the volumes that hold the software, on servers with telegraf.

Decided where the catalogue leaves it open: 10 GB is the limit, as on «Kodeks server metrics»; the fullest volumes come
first; the table shows the last known values of the time range, so that a server that fell silent with a full disk does
not vanish.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import CELL, link
from dashboards._queries import SELECTED, last, latest, pick
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_FREE = "kodeks_disk_free_bytes"
_ROW = ("host", "volume")
_BY_ROW = f"by ({', '.join(_ROW)})"
_GREEN, _RED = "#56A64B", "#C4162A"


def build(scope: Scope) -> Dashboard:
    """One table."""
    free = f"min {_BY_ROW} ({last(pick(_FREE, 'host'), SELECTED)})"
    size = f"max {_BY_ROW} ({last(pick('kodeks_disk_size_bytes', 'host'), SELECTED)})"
    return board(
        "Дисковое пространство",
        "Свободное место на разделах с программным комплексом; только у клиентов, которым поставили telegraf.",
        table(
            "free-space",
            "Свободное место на разделах",
            """Строка — раздел с программным комплексом, последние известные значения за выбранное время; сначала самые
            полные. Красное — свободно меньше 10 ГБ: следующее обновление баз может не встать, предупредите клиента
            сегодня. Пусто у большинства клиентов — так и должно быть: telegraf ставят по отдельной договорённости.
            Значение не меняется днями — сервер молчит, посмотрите его проверки.""",
            Column(
                title="host",
                label="host",
                links=link(scope, "kodeks-server-metrics", "Проверки этой установки", host=CELL),
            ),
            Column(title="volume", label="volume"),
            Column(
                title="free",
                expr=free,
                unit="bytes",
                decimals=1,
                cell="background",
                thresholds=[(None, _RED), (10 * 1024**3, _GREEN)],
            ),
            Column(title="total", expr=size, unit="bytes", decimals=1),
            Column(title="free %", expr=f"{free} / ({size} > 0) * 100", unit="percent", decimals=1),
            row=_ROW,
            labels=latest(pick(_FREE, "host"), *_ROW),
            sort="free",
            height=20,
        ),
        variables=[variable("host", "host", _FREE, "host")],
        since="now-24h",
    )
