"""How much of the document quotas online clients use, over months, and how many accesses there are.

Decided where the catalogue leaves it open: the choice above narrows the mean of all, as its words say (on «Статистика»
it does not); an access counts once however many servers and catalogues its login is used on, and for 26 hours after its
last successful poll, so that a failed night is no lost client.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import MANAGER, link
from dashboards._panels import legend, timeseries
from dashboards._queries import last, pick, series, used_quota
from dashboards._scope import Scope
from dashboards._variables import variable

NEEDS = ("online",)

_FILTERS = ("client", "manager", "login")
_LEFT = "kodeks_online_billing_left"
_DAY_AND_NIGHT = "26h"
_MONTHLY = (
    "1-го числа падает до нуля, это начало новой квоты, а не уход клиентов: сравнивайте одинаковые числа месяцев."
)
_SHORT = "Промежутки короче месяца здесь мало что говорят."


def build(scope: Scope) -> Dashboard:
    """Three charts."""
    used = used_quota("docs", *_FILTERS)
    known = f"max by (client, user) ({last(pick(_LEFT, *_FILTERS, kind='docs'), _DAY_AND_NIGHT)})"
    return board(
        "Биллинг Онлайн. Аналитика",
        "Использование квот документов за месяцы и число онлайн-доступов на мониторинге.",
        timeseries(
            "avg-used-manager",
            "Средний процент использования лимита документов по всем клиентам менеджера",
            f"""Доля использованной квоты документов с начала месяца, среднее по выбранным доступам каждого менеджера.
            {_MONTHLY} К концу месяца: ниже 15 % (тёмно-красное) — доступами почти не пользуются, обзвоните клиентов;
            15–75 — хорошо; от 75 — высоко, от 90 — очень похоже, что одним доступом пользуются несколько человек:
            предложите тариф больше. Верхние полосы видны, когда выбрано немного клиентов. {_SHORT}""",
            series(f"avg by (manager) ({used})", "{{manager}}"),
            unit="percent",
            legend=legend("lastNotNull", sort="lastNotNull"),
            thresholds=[(None, "#C4162A"), (15, "#37872D"), (75, "#EAB839"), (90, "#F2495C")],
            thresholds_style="line+area",
            links=link(scope, "billing-online-statistics", "Доступы этого менеджера", manager=MANAGER),
            width=24,
            height=11,
        ),
        timeseries(
            "avg-used-all",
            "Средний процент использования лимита документов по всем клиентам",
            f"""Доля использованной квоты документов с начала месяца, среднее по всем выбранным доступам; выбрано All —
            по всем онлайн-клиентам. {_MONTHLY} Вершины растут — клиенты привыкают пользоваться. Разрыв — опросов не
            было дольше двух часов. {_SHORT}""",
            series(f"avg({used})", "Процент"),
            unit="percent",
            legend=legend("lastNotNull", mode="list"),
            height=10,
        ),
        timeseries(
            "online-accesses-total",
            "Общее количество клиентов с онлайн-доступами на мониторинге",
            """Сколько онлайн-доступов под наблюдением. Считаются доступы (клиент и логин), а не клиенты, хотя название
            говорит иначе: у клиента их бывает несколько. Доступ остаётся в счёте 26 часов после последнего удачного
            опроса, поэтому ночной сбой не виден, а уход виден через сутки. Ступень вниз — сверьте со списком: доступ
            убрали или в нём сменили пароль. Отбирать здесь полезно только по менеджеру.""",
            series(f"count({known})", "Всего клиентов"),
            unit="short",
            legend=legend("min", "max", "lastNotNull"),
            minimum=0,
            links=link(scope, "server-availability-online", "Доступность серверов. Онлайн"),
            height=10,
        ),
        variables=[
            variable("client", "Клиент", _LEFT, "client", within=["manager"]),
            variable("manager", "Менеджер", _LEFT, "manager"),
            variable("login", "Логин", _LEFT, "user", within=["client", "manager"]),
        ],
        since="now-6M",
    )
