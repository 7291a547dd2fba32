"""How many polls of the online accesses succeeded in the last 30 days, by access and by server.

Decided where the catalogue leaves it open: a point is the share of the 30 days before it, as the titles say; it
refreshes once an hour, since polls come once an hour (the minute on the picture would ask sixty times for the same
answer). The servers stay sorted from the worst, the accesses from the best, as on the picture.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import CLIENT, USER, link
from dashboards._panels import FEW, legend, timeseries
from dashboards._queries import pick, series, success
from dashboards._scope import Scope
from dashboards._variables import variable

NEEDS = ("online",)

_UP = "kodeks_online_up"
_NORMAL = """Норма — 100 %, любое отклонение стоит разобрать. Точка — итог 30 дней перед нею: один неудачный опрос —
    около 0,15 % на целый месяц. Ночной перерыв в опросах неудачей не считается."""


def build(scope: Scope) -> Dashboard:
    """Two charts; each variable acts on one of them."""
    return board(
        "Доступность серверов. Онлайн",
        "Доля удачных опросов биллинга за 30 дней: по доступам клиентов и по серверам правообладателя.",
        timeseries(
            "client-30d",
            "Доступность биллинга клиента за 30 дней",
            f"""Доля удачных опросов каждого доступа; действует отбор «Клиент». {_NORMAL} Ноль — вход ни разу не
            удался: неверны логин, пароль или каталог в списке. Снизились все сразу — дело в сервере, смотрите график
            ниже.""",
            series(success(pick(_UP, "client"), "client", "user"), "{{client}} {{user}}", every="1h"),
            unit="percent",
            decimals=2,
            legend=legend("lastNotNull", sort="lastNotNull"),
            links=link(scope, "billing-online-statistics", "Остатки и ошибки этого доступа", client=CLIENT, login=USER),
            width=24,
            height=12,
            points=FEW,
        ),
        timeseries(
            "server-30d",
            "Доступность биллинга по серверам",
            f"""То же по серверам правообладателя, все доступы вместе; действует отбор «Сервер». {_NORMAL} Доступы с
            неверным паролем снижают и эту линию: сперва исключите их. Сервер ниже 99 — сообщите правообладателю.""",
            series(success(pick(_UP, "server"), "server"), "{{server}}", every="1h"),
            unit="percent",
            decimals=2,
            legend=legend("lastNotNull", sort="lastNotNull", order="asc"),
            links=link(scope, "billing-online-statistics", "Ошибки подключения к серверам"),
            width=24,
            height=12,
            points=FEW,
        ),
        variables=[
            variable("client", "Клиент", _UP, "client"),
            variable("server", "Сервер", _UP, "server"),
        ],
        since="now-24h",
        refresh="1h",
    )
