"""How long searches took, to find slow installations and badly put queries.

Decided where the catalogue leaves it open: «Порог времени поиска» opens on 1s as on the picture, and offers up to a
minute; a point is named by login, client and catalogue; both panels show the longest searches of the time range, not
the newest. Searches whose duration is not known, as those of online accesses mostly, have no place here.
"""

from grafanalib.core import Dashboard

from dashboards import _searches as searches
from dashboards._layout import board
from dashboards._links import CELL, column, link
from dashboards._panels import POINTS, legend, timeseries
from dashboards._queries import EVENTS, points
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import threshold, variable_of_rows

NEEDS = ("installations", "online")

_THRESHOLDS = ("1s", "2s", "5s", "7s", "10s", "30s", "1m")
_LONGER = "duration_seconds > extract(epoch FROM ${threshold:sqlstring}::interval)"
_SLOW = f"""$__timeFilter(ts)
  AND {searches.narrowed({"client": "client", "status": "status", "catalog": "catalog"}, _LONGER)}
ORDER BY duration_seconds DESC
LIMIT 1000"""


def build(scope: Scope) -> Dashboard:
    """The durations over time, and the list of searches."""
    return board(
        "Время выполнения поисковых запросов",
        "Долгие поиски: какие установки медленны и какие запросы неудачно составлены.",
        timeseries(
            "slow-queries-chart",
            "Поисковые запросы длительностью более ${threshold}",
            """Точка — поиск и сколько секунд он шёл. 7–10 секунд без ответа уже ощущаются как медленно. Пустые поиски
            всегда дольше 10 секунд: чтобы судить о сервере, выберите «Успешный» и порог 10s. Шкала логарифмическая.
            Долго у всех пользователей клиента — слаб или занят сервер; у одного — посмотрите его запросы ниже.
            Показаны 1000 самых долгих поисков.""",
            points(
                f"""
SELECT slow.ts AS "time", slow.name AS "metric", slow.duration AS "value"
FROM (
  SELECT ts, concat_ws(' ', user_login, concat_ws('/', client, catalog)) AS name,
         duration_seconds::float8 AS duration
  FROM core.search_queries
  WHERE {_SLOW}
) AS slow
ORDER BY slow.ts
""".strip()
            ),
            unit="s",
            legend=legend("min", "max", sort="max"),
            style=POINTS,
            scale="log2",
            source=EVENTS,
            width=24,
            height=12,
        ),
        table(
            "slow-queries",
            "Запросы",
            """Поиски дольше порога, самые долгие сверху. Долгие запросы у одного пользователя чаще неудачно
            составлены: подскажите, как короче. Один и тот же запрос то быстр, то долог — занят сервер: сравните с
            числом занятых лицензий в тот час. Поиски, длительность которых неизвестна, не показаны. Показаны первые
            1000.""",
            Column(title="Time", unit=scope.moment, width=180),
            Column(title="Длительность", unit="s", decimals=2, width=155),
            Column(title="Каталог", width=100),
            Column(
                title="Клиент",
                width=240,
                links=link(scope, "kodeks-analytics", "Если это установка: её лицензии", host=CELL),
            ),
            Column(
                title="Логин",
                width=150,
                links=link(
                    scope, "for-managers", "Для менеджеров: этот пользователь", host=column("Клиент"), user=CELL
                ),
            ),
            Column(title="Запрос"),
            sql=f"""
SELECT ts AS "Time", duration_seconds AS "Длительность", catalog AS "Каталог", client AS "Клиент",
       user_login AS "Логин", query_text AS "Запрос"
FROM core.search_queries
WHERE {_SLOW}
""".strip(),
            sort="Длительность",
            order="desc",
            height=14,
        ),
        variables=[
            variable_of_rows("client", "Клиент", "SELECT DISTINCT client\nFROM core.clients\nORDER BY 1\nLIMIT 10000"),
            searches.status(success="Успешный"),
            threshold("threshold", "Порог времени поиска", _THRESHOLDS, "1s"),
            searches.catalog(),
        ],
        since="now-24h",
    )
