"""The year of one installation by quarters, with the change from quarter to quarter.

The catalogue names no panel. A quarter is what heads of support report and what a contract is talked about in, and the
figures that matter then are those of the sheet for renewals: so it is that sheet with four columns, of the calendar
year in which the chosen time ends. A quarter is the sum of its months; kAssist, known for trailing 30 days, that of
three month ends. Sums over all installations would only weigh large clients: one installation at a time, as there.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._panels import text
from dashboards._periods import QUARTERS
from dashboards._renewal import HEADING, INSTALLATION, METRIC, details, usage_lines
from dashboards._scope import Scope
from dashboards._sheet import heading, sheet
from dashboards._variables import variable_of_one

NEEDS = ("installations",)

_ABOUT = """Строка — показатель, столбец — квартал, сумма его месяцев по всем пользователям установки. Месяц без отчётов
    прибавляет ноль: клиент, подключённый в середине квартала, выглядит хуже, чем он есть. Прочерк — за весь квартал нет
    данных. Первые сутки нового месяца ещё не прибавлены."""
_HOWTO = """
1. **Клиент** — выберите сверху одну установку.
2. **Год** — показан тот, в котором кончается выбранное время: «Текущий год», «Предыдущий год» или даты.
3. Помесячно то же самое — на дашборде «Данные для пролонгации».

Данные хранятся 13 месяцев, поэтому полон только последний год. **—** нет данных, **∞** в прошлом квартале был ноль.
"""


def build(scope: Scope) -> Dashboard:
    """The heading, twelve lines of four quarters, and how to use them."""
    return board(
        "Квартальная аналитика",
        "Год одной установки по кварталам: документы, отказы, активность, kAssist и их изменение.",
        heading(HEADING, details(scope)),
        *sheet(QUARTERS, _ABOUT, usage_lines(scope, "к предыдущему кварталу")),
        text(
            "howto",
            "Инструкция",
            "Как выбрать клиента и год и что значат знаки в ячейках. От данных не зависит.",
            _HOWTO.strip(),
        ),
        variables=[variable_of_one(INSTALLATION, "Клиент", METRIC, "host")],
        since="now/y",
        until="now/y",
    )
