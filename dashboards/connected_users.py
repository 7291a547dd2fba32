"""Who held a seat at the time of the last sysinfo of each installation, from which address, with which browser.

Decided where the catalogue leaves it open: several clients or All may be chosen, as everywhere, so the table has the
column «Клиент» besides; the last report is sought among the clients of the registry, one look into the index each,
however long the time range is.
"""

from grafanalib.core import Dashboard

from dashboards._layout import board
from dashboards._links import CELL, column, link
from dashboards._queries import chosen
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_SEATS = "kodeks_domain_licenses_used"


def build(scope: Scope) -> Dashboard:
    """One table."""
    return board(
        "Подключённые пользователи",
        "Кто занимал лицензии в момент последнего отчёта sysinfo.",
        table(
            "connected",
            "Пользователи занимающие лицензии на момент получения sysinfo",
            """Строка — пользователь и адрес, с которого он занимал лицензию в последнем отчёте установки за выбранное
            время; «Время на сервере» — когда он вошёл. Если в этот час не работал никто, видны люди предыдущего
            отчёта: сверьте с «Используемыми лицензиями». Один адрес у всех обычен для облака. Один логин с разных
            адресов при нехватке мест — под ним работают несколько человек: предложите расширение или проверьте, не
            ушёл ли пароль. Показаны первые 5000 по логину.""",
            Column(
                title="Логин",
                links=link(
                    scope, "for-managers", "Для менеджеров: этот пользователь", host=column("Клиент"), user=CELL
                ),
            ),
            Column(title="Время на сервере", unit=scope.moment, width=180),
            Column(title="IP", width=160),
            Column(title="Браузер", width=180),
            Column(title="domain"),
            Column(
                title="Клиент",
                links=link(scope, "kodeks-analytics", "Используемые лицензии этой установки", host=CELL),
            ),
            sql=f"""
SELECT seat.user_login AS "Логин", seat.server_time AS "Время на сервере", host(seat.ip) AS "IP",
       seat.browser AS "Браузер", seat.domain AS "domain", seat.host AS "Клиент"
FROM (SELECT DISTINCT host FROM core.clients WHERE host IS NOT NULL AND {chosen("host", "host")}) AS known
CROSS JOIN LATERAL (
  SELECT max(report.report_ts) AS report_ts
  FROM core.connected_users AS report
  WHERE report.host = known.host
    AND $__timeFilter(report.report_ts)
) AS newest
JOIN core.connected_users AS seat ON seat.host = known.host AND seat.report_ts = newest.report_ts
WHERE {chosen("seat.domain", "domain")}
ORDER BY seat.user_login, seat.ip
LIMIT 5000
""".strip(),
            sort="Логин",
            height=24,
        ),
        variables=[
            variable("host", "Клиент", _SEATS, "host"),
            variable("domain", "домен", _SEATS, "domain", within=["host"]),
        ],
        since="now-2h",
    )
