"""Versions of the software and its modules on every installation, to plan updates.

Decided where the catalogue leaves it open: both tables look back from the end of the time range, the first one 30 days
whatever the range, the second one as far as is known. Rows come from the store in the order of versions, part by part
(6.4.5.9 before 6.4.5.127), and no sort is set: until 12.0 Grafana would compare them as text. «Клиент» above is the
installation, in the tables its legal name.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import CELL, link
from dashboards._panels import text
from dashboards._queries import chosen
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("installations",)

_INFO = "kodeks_installation_info"
_HERE = f"{chosen('host', 'host')}\n    AND {chosen('manager', 'manager')}"

_ABOUT = """
Версии программного комплекса (**ksrv**), модуля **sysinfo**, **kassist** и других компонентов, какими они видны в
отчётах sysinfo. Версии идут по возрастанию: сверху — кого пора обновлять.
"""


def build(scope: Scope) -> Dashboard:
    """All versions of a month, the current ones, and a word on what they are."""
    return board(
        "Контроль версий ПК,Kassist и других",
        "Какие версии программного комплекса и его модулей стоят у клиентов.",
        _versions(scope),
        _current(scope),
        text(
            "info",
            "Информация",
            "Что показывает дашборд и как читать версии. От данных не зависит.",
            _ABOUT.strip(),
            height=4,
        ),
        variables=[
            variable("host", "Клиент", _INFO, "host", within=["manager"]),
            variable("manager", "manager", _INFO, "manager"),
        ],
        since="now-1h",
    )


def _versions(scope: Scope) -> Panel:
    return table(
        "versions-30d",
        "Используемые в компании версии ПО за последние 30 дней",
        """Строка — компонент и его версия, которую видели у клиента за 30 дней до конца выбранного времени; сколько
        выбрано, не важно. Несколько версий одного компонента у клиента — за месяц прошло обновление. Клиента нет — 30
        дней не приходил sysinfo. Сверху самые старые версии: с ними и планируйте обновление. Показаны первые 5000
        строк.""",
        Column(title="Клиент"),
        Column(title="Тип", width=120),
        Column(title="Версия ПО", width=140),
        Column(title="Адрес", links=_usage(scope)),
        Column(title="Менеджер", width=150),
        sql=f"""
SELECT seen.client AS "Клиент", seen.component AS "Тип", seen.version AS "Версия ПО", seen.host AS "Адрес",
       seen.manager AS "Менеджер"
FROM (
  SELECT DISTINCT ON (host, component, version)
         coalesce(legal_name, client) AS client, component, version, version_parts, host, manager
  FROM core.software_versions
  WHERE last_seen >= $__timeTo()::timestamptz - interval '30 days'
    AND first_seen <= $__timeTo()
    AND {_HERE}
  ORDER BY host, component, version, last_seen DESC
) AS seen
ORDER BY seen.version_parts NULLS FIRST, seen.version, seen.component, seen.host
LIMIT 5000
""".strip(),
        height=11,  # 8 lines a page
    )


def _current(scope: Scope) -> Panel:
    return table(
        "statistics",
        "Статистика",
        """Строка — установка: версия программного комплекса со сборкой и версия модуля sysinfo, последние известные к
        концу выбранного времени. Если sysinfo перестал приходить, версия могла с тех пор смениться: сверьте со
        «Временем внутри файла SYSINFO». Пустая ячейка — компонент не сообщил версию. Сверху самые старые: договоритесь
        с клиентом об обновлении. Показаны первые 5000 установок.""",
        Column(title="Клиент"),
        Column(title="Версия ПК"),
        Column(title="Вер. SysInfo", width=130),
        Column(title="адрес", links=_usage(scope)),
        Column(title="Менеджер", width=150),
        sql=f"""
SELECT (array_agg(newest.client ORDER BY newest.last_seen DESC))[1] AS "Клиент",
       max(newest.whole) FILTER (WHERE newest.component = 'ksrv') AS "Версия ПК",
       max(newest.whole) FILTER (WHERE newest.component = 'sysinfo') AS "Вер. SysInfo",
       newest.host AS "адрес",
       (array_agg(newest.manager ORDER BY newest.last_seen DESC))[1] AS "Менеджер"
FROM (
  SELECT DISTINCT ON (host, component)
         host, component, concat_ws(' ', version, nullif(build, '')) AS whole, version_parts,
         coalesce(legal_name, client) AS client, manager, last_seen
  FROM core.software_versions
  WHERE component IN ('ksrv', 'sysinfo')
    AND first_seen <= $__timeTo()
    AND {_HERE}
  ORDER BY host, component, last_seen DESC, version_parts DESC
) AS newest
GROUP BY newest.host
ORDER BY max(newest.version_parts) FILTER (WHERE newest.component = 'ksrv') NULLS FIRST, newest.host
LIMIT 5000
""".strip(),
        height=20,  # 17 lines a page
    )


def _usage(scope: Scope) -> list[dict[str, object]]:
    return link(scope, "kodeks-analytics", "Аналитика этой установки", host=CELL)
