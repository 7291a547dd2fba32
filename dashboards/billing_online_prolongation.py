"""What was left of the month's quotas of one online client, month by month of a year: for renewal talks.

Decided where the catalogue leaves it open: the sheet is of the year in which the chosen time ends, whatever is chosen;
a cell is the last known rest of its month. The rests of a client's logins are added up, and «Логин» narrows them to
one; of several servers of a login the smaller rest counts, as on «Статистика».
"""

from grafanalib.core import Dashboard

from dashboards._layout import board, row
from dashboards._links import link
from dashboards._periods import MONTHS, last
from dashboards._queries import chosen, pick
from dashboards._scope import Scope
from dashboards._sheet import Figure, heading, legend_of, sheet
from dashboards._variables import variable, variable_of_one

NEEDS = ("online",)

_FIRM = "firm"  # the variable
_LEFT = "kodeks_online_billing_left"
_HEADING = f"""
SELECT concat_ws(' | ', client, string_agg(DISTINCT manager, ', ')) AS "Клиент | менеджер"
FROM core.clients
WHERE kind = 'online'
  AND {chosen("client", _FIRM)}
GROUP BY client
LIMIT 1
""".strip()

_ABOUT = """Строка — месяц, столбец — вид квоты: сколько оставалось к концу месяца, у текущего — сколько осталось
    сейчас. 1-го числа остаток возвращается к квоте. Прочерк — месяц ещё не наступил, опросов не было или им больше 13
    месяцев; в первые сутки месяца строка пуста. Неиспользованное не переносится."""
_HOWTO = """
1. **Клиент** — выберите сверху одного. Доступов несколько — остатки сложены; один доступ выбирается в «Логин».
2. **Год** — лист показывает тот год, в котором кончается выбранное время: «Текущий год», «Предыдущий год» или даты:
   - за 2026 год — с 2026-01-01 00:00:00 по 2026-12-31 23:59:59, конец может быть и в будущем;
   - за 2025 год — с 2025-01-01 00:00:00 по 2025-12-31 23:59:59.

Нули месяц за месяцем — тариф мал, предложите больше. Остаток всегда почти равен квоте — доступом не пользуются.
"""


def build(scope: Scope) -> Dashboard:
    """The heading, twelve months of four figures, and how to use them."""
    figures = [
        _left("docs", "Документы", "Остаток биллинга документов", "документов"),
        _left("search", "Поиск", "Остаток поиска", "поисков"),
        _left("print", "Печать", "Остаток печати", "распечаток"),
        _left("upload", "Выгрузка", "Остаток выгрузки", "выгрузок (сохранений)"),
    ]
    return board(
        "Биллинг Онлайн. Данные для пролонгации",
        "Год одного онлайн-клиента по месяцам: сколько оставалось документов, поисков, распечаток и выгрузок.",
        heading(
            _HEADING, link(scope, "billing-online-statistics", "Остатки и ошибки этого клиента", client=f"${{{_FIRM}}}")
        ),
        sheet("Остатки по месяцам", _ABOUT, MONTHS, figures),
        row("row-howto", "Инструкция", legend_of(figures, _HOWTO), collapsed=True),
        variables=[
            variable_of_one(_FIRM, "Клиент", _LEFT, "client"),
            variable("login", "Логин", _LEFT, "user", within=[_FIRM]),
        ],
        since="now/y",
        until="now/y",
    )


def _left(kind: str, title: str, name: str, what: str) -> Figure:
    selector = pick(_LEFT, _FIRM, "login", kind=kind)
    return Figure(
        title=title,
        name=name,
        about=f"""Сколько {what} осталось неиспользованными к концу месяца: последнее, что ответил опрос. Ноль — квота
        кончилась раньше месяца: довод за тариф больше. Прочерк — опросов не было.""",
        cell=lambda period: f"sum by (client) (min by (client, user) ({last(selector, period)}))",
    )
