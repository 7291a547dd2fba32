"""Availability checks and free disk space of every installation, for those who run SMART and for technicians.

Decided where the catalogue leaves it open: a failed check is red and a passed one green (the picture has it the
wrong way round); legends are on the right, as on the pictures; codes below 0 are left out, a 0 is shown, since
states in progress have it too. Points of the charts are the worst value of their step, so that a short failure is
seen in any time range.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import CELL, HOST, link
from dashboards._panels import BY_LAST_VALUE, FEW, POINTS, Json, legend, timeseries
from dashboards._queries import CHECKS, TELEGRAF, last, pick, series
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_FILTERS = ("host", "manager")
_STATUS = "kodeks_check_status"
_STATES = {
    "maintenance": "Режим обслуживания",
    "need_support": "Требуется обслуживание",
    "down": "Сервер не работает",
    "no_key": "Ключ не найден",
    "not_started": "Сервер не стартовал",
    "server_errors": "Ошибки на сервере",
    "no_seats": "Кончились лицензии",
}


def build(scope: Scope) -> Dashboard:
    """Abnormal states, full disks, and every check over time."""
    usage = link(scope, "kodeks-analytics", "Аналитика этой установки", host=HOST)
    codes = f"max_over_time({pick('kodeks_abnormal_state_code', *_FILTERS)}[$__interval])"
    statuses = f"min_over_time({pick(_STATUS, *_FILTERS, 'checktype')}[$__interval])"
    free = last(pick("kodeks_disk_free_bytes", *_FILTERS), TELEGRAF)
    return board(
        "Kodeks server metrics",
        "Техническое состояние установок: нештатные состояния, место на дисках, проверки доступности.",
        timeseries(
            "abnormal-state-code",
            "Время нештатного состояния сервера",
            """Код ответа HTTP в те минуты, когда сервер был в нештатном состоянии; нет точек — всё в порядке. Код
            0 у длящегося состояния, судя по всему, значит, что сервер не ответил вовсе; отрицательные коды не
            показаны. Режим обслуживания обычно плановый. Остальное проверьте по статусам ниже и свяжитесь с
            клиентом.""",
            series(f"max by (state, host) ({codes}) >= 0", "{{state}} {{host}}", every=CHECKS),
            unit="none",
            legend=legend("lastNotNull", sort="lastNotNull"),
            style=POINTS,
            minimum=0,
            transformations=[_renamed(state, title) for state, title in _STATES.items()],
            links=usage,
            width=24,
            height=11,
        ),
        table(
            "low-disk-space",
            "Разделы с менее чем 10Gb свободного места",
            """Разделы с программным комплексом, где свободно меньше 10 ГБ; пустая таблица — хорошая новость.
            Данные есть только у тех, кому на сервер поставили telegraf, поэтому у большинства клиентов строк не
            будет и при полном диске. Предупредите клиента: без места не встанут обновления баз.""",
            Column(
                title="host",
                label="host",
                links=link(scope, "disk-space", "Все разделы этой установки", host=CELL),
            ),
            Column(title="volume", label="volume"),
            Column(
                title="free space",
                expr=f"min by (host, volume) ({free}) < 10 * 1024 ^ 3",
                unit="bytes",
                decimals=1,
                cell="text",
                thresholds=[(None, "red")],
            ),
            sort="free space",
            height=7,
        ),
        timeseries(
            "online-check-status",
            "Статусы on-line проверок",
            """1 — проверка прошла, 0 — не прошла; цвет ряда — по последнему значению. Ноль ещё не авария: в режиме
            обслуживания законно не проходят auth и главная страница, без пользователя smartlogin — key и warning. У
            клиентов smartupload (закрытый контур) проверок нет. Начните с tcp и http200: если они 0, остальные ничего
            не скажут.""",
            series(f"min by (check, host) ({statuses})", "{{check}} {{host}}", every=CHECKS),
            unit="none",
            legend=legend("lastNotNull", sort="lastNotNull", order="asc"),
            style={"lineInterpolation": "stepAfter"},
            minimum=0,
            maximum=1.1,
            thresholds=[(None, "#F2495C"), (1, "#73BF69")],
            thresholds_style="off",
            color=BY_LAST_VALUE,
            links=usage,
            width=24,
            height=12,
            points=FEW,
        ),
        variables=[
            variable("host", "host", _STATUS, "host", within=["manager"]),
            variable("manager", "manager", _STATUS, "manager"),
            variable("checktype", "checktype", _STATUS, "check", within=["host", "manager"]),
        ],
        since="now-7d",
    )


def _renamed(state: str, title: str) -> Json:
    """The code of a state at the beginning of a series' name, in words."""
    return {"id": "renameByRegex", "options": {"regex": f"^{state} (.*)$", "renamePattern": f"{title} $1"}}
