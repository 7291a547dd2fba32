"""The year of one installation by quarters, with the change from quarter to quarter.

The catalogue names no panel. A quarter is what heads of support report and what a contract is talked about in, and the
figures that matter then are those of the sheet for renewals: so it is that sheet with four rows, of the calendar year
in which the chosen time ends. A quarter is the sum of its months; kAssist, known for trailing 30 days, that of three
month ends. Sums over all installations would only weigh large clients: one installation at a time, as there.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board, row
from dashboards._periods import QUARTERS
from dashboards._renewal import HEADING, INSTALLATION, METRIC, details, figures, refusals
from dashboards._scope import Scope
from dashboards._sheet import heading, legend_of, sheet
from dashboards._variables import variable_of_one

NEEDS = ("installations",)

_ABOUT = """Строка — квартал, столбец — показатель, сумма месяцев квартала по всем пользователям установки; ±% — его
    изменение к прошлому кварталу. Месяц без отчётов прибавляет ноль: клиент, подключённый в середине квартала, выглядит
    хуже, чем он есть. Прочерк — за весь квартал нет данных. Первые сутки нового месяца ещё не прибавлены. Что в
    столбцах — в инструкции внизу."""
_HOWTO = """
1. **Клиент** — выберите сверху одну установку.
2. **Год** — показан тот, в котором кончается выбранное время: «Текущий год», «Предыдущий год» или даты.
3. Помесячно то же самое — на дашборде «Данные для пролонгации».

Данные хранятся 13 месяцев, поэтому полон только последний год. **—** нет данных, **∞** в прошлом квартале был ноль.
"""


def build(scope: Scope) -> Dashboard:
    """The heading, four quarters of twelve figures, and how to use them."""
    return board(
        "Квартальная аналитика",
        "Год одной установки по кварталам: документы, отказы, активность, kAssist и их изменение.",
        heading(HEADING, details(scope)),
        sheet("Год по кварталам", _ABOUT, QUARTERS, figures(), refusals(scope, QUARTERS)),
        row("row-howto", "Инструкция", legend_of(figures(), _HOWTO), collapsed=True),
        variables=[variable_of_one(INSTALLATION, "Клиент", METRIC, "host")],
        since="now/y",
        until="now/y",
    )
