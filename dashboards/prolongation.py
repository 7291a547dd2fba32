"""The year of one installation by months, with the change from month to month: for renewal talks and reports.

Decided where the catalogue leaves it open: the sheet is of the year in which the chosen time ends, whatever is chosen,
so that a way from another dashboard never shows a wrong month; one installation at a time; the rows cut off on the
picture are the change of the activity, kAssist and its change; the legal name is shown before client and manager.
Months are rows, since a column of a table has one unit. A refusal is counted by the cabinet's calendar; a change is
(now - before) / before, with + or -, as the figures of the picture are.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board, row
from dashboards._periods import MONTHS
from dashboards._renewal import HEADING, INSTALLATION, METRIC, details, figures, refusals
from dashboards._scope import Scope
from dashboards._sheet import heading, legend_of, sheet
from dashboards._variables import variable_of_one

NEEDS = ("installations",)

_ABOUT = """Строка — месяц, столбец — показатель, итог месяца по всем пользователям установки; ±% — его изменение к
    прошлому месяцу. Прочерк — за месяц нет данных: он ещё не наступил, отчётов не было или им больше 13 месяцев.
    Текущий месяц — с его начала по сегодня, первые сутки строка пуста. Что в столбцах — в инструкции внизу."""
_HOWTO = """
1. **Клиент** — выберите сверху одну установку.
2. **Год** — лист показывает тот год, в котором кончается выбранное время: «Текущий год», «Предыдущий год» или даты:
   - за 2026 год — с 2026-01-01 00:00:00 по 2026-12-31 23:59:59, конец может быть и в будущем;
   - за 2025 год — с 2025-01-01 00:00:00 по 2025-12-31 23:59:59.
3. **Отчёт руководителю** — меню браузера «Печать», альбомная страница А4; или ссылка на этот дашборд с выбранным
   клиентом.

Данные — только из отчётов sysinfo и хранятся 13 месяцев. **—** нет данных, **∞** в прошлом месяце был ноль.
"""


def build(scope: Scope) -> Dashboard:
    """The heading, twelve months of twelve figures, and how to use them."""
    return board(
        "Данные для пролонгации",
        "Год одной установки по месяцам: документы, отказы, активность, kAssist и их изменение.",
        heading(HEADING, details(scope)),
        sheet("Год по месяцам", _ABOUT, MONTHS, figures(), refusals(scope, MONTHS)),
        row("row-howto", "Инструкция", legend_of(figures(), _HOWTO), collapsed=True),
        variables=[variable_of_one(INSTALLATION, "Клиент", METRIC, "host")],
        since="now/y",
        until="now/y",
    )
