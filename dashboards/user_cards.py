"""The cards of all accounts of installations, and the twenty accounts that do most.

Decided where the catalogue leaves it open: the column `dealername` is left out, for all clients of a cabinet have one
distributor; cards are the last known ones whatever the time range; the twenty are of the current month, without those
who did nothing.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import CELL, column, link
from dashboards._queries import chosen, last, pick
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_ACTIVITY = "kodeks_user_activity_mtd"


def build(scope: Scope) -> Dashboard:
    """The cards, then the most active."""
    return board(
        "Карточки пользователей",
        "Насколько полны карточки пользователей и кто работает больше всех.",
        _cards(scope),
        _most_active(scope),
        variables=[variable("host", "host", _ACTIVITY, "host")],
        since="now-24h",
    )


def _cards(scope: Scope) -> Panel:
    return table(
        "cards",
        "Карточки пользователей",
        """Строка — учётная запись и её карточка, какой её видели в последний раз; от выбранного времени не зависит.
        Пустая ячейка — поле в карточке не заполнено. manager — менеджер дистрибьютора, а не начальник пользователя.
        Удалённые у клиента записи могут ещё оставаться в списке. Попросите клиента заполнить карточки тех, кто
        работает: без телефона и почты с ними не связаться. Показаны первые 5000 по имени: выберите host, если клиентов
        много.""",
        Column(
            title="host",
            width=250,
            links=link(scope, "for-managers", "Для менеджеров: эта установка", host=CELL),
        ),
        Column(
            title="name",
            width=120,
            links=link(scope, "for-managers", "Для менеджеров: этот пользователь", host=column("host"), user=CELL),
        ),
        Column(title="fullname"),
        Column(title="phone", width=150),
        Column(title="email"),
        Column(title="position"),
        Column(title="department"),
        Column(title="manager", width=130),
        sql=f"""
SELECT host AS "host", user_login AS "name", fullname AS "fullname", phone AS "phone", email AS "email",
       "position" AS "position", department AS "department", manager AS "manager"
FROM core.user_cards
WHERE {chosen("host", "host")}
ORDER BY user_login, host
LIMIT 5000
""".strip(),
        sort="name",
        height=24,  # 21 lines a page
    )


def _most_active(scope: Scope) -> Panel:
    each = f"topk by (host, user) (1, {last(pick(_ACTIVITY, 'host'))})"  # a new manager or domain doubles nobody
    return table(
        "top20",
        "Топ20 самых активных пользователей",
        """Двадцать учётных записей с наибольшим числом баллов за все действия с начала месяца; 1-го числа счёт
        начинается с нуля, а список первых дней случаен. НеОпределён — группа Active Directory неизвестна. Нет
        установки, чей sysinfo не приходил дольше двух часов. Сотни баллов у одной записи — за ней может стоять
        несколько человек. Это ваши союзники у клиента: заполните сначала их карточки.""",
        Column(title="domain", label="domain"),
        Column(
            title="host",
            label="host",
            links=link(scope, "for-managers", "Для менеджеров: эта установка", host=CELL),
        ),
        Column(title="manager", label="manager"),
        Column(
            title="name",
            label="user",
            links=link(scope, "for-managers", "Для менеджеров: этот пользователь", host=column("host"), user=CELL),
        ),
        Column(title="Активность", expr=f"topk(20, {each} > 0)", unit="short"),
        sort="Активность",
        order="desc",
        height=23,  # all twenty on one page
    )
