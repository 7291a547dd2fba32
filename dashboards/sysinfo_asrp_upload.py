"""What ASRP, the distributor's reporting system, said of the sysinfo files sent to it every week.

Decided where the catalogue leaves it open: the chosen answer acts on the list alone, since both counts are of one kind
of answer each; a repeat with the answer «ок» is in neither count; hours begin as the time zone of the cabinet has it.
«Клиент» is the installation, as `host` above.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import CELL, link
from dashboards._panels import named
from dashboards._queries import all_of, chosen
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable, variable_of_words

NEEDS = ("installations",)

_REPORTS = "kodeks_sysinfo_timestamp_seconds"
_GREEN, _ORANGE = "#56A64B", "#FF9830"
_ANSWERS = {"ok": ("ок", _GREEN), "warning": ("warning", _ORANGE)}
_STATES = {"Принят": ("Принят", ""), "Повтор": ("Повтор", _ORANGE)}
_WHEN = "Файлы обычно уходят раз в неделю, в воскресенье утром."


def build(scope: Scope) -> Dashboard:
    """Two counts by the hour and the list of uploads."""
    return board(
        "Загрузка sysinfo в АСРП",
        "Приняла ли АСРП файлы sysinfo, отправленные автоматически.",
        _by_hour(
            scope,
            "accepted-per-hour",
            "Статус: Принят",
            f"""Сколько файлов sysinfo АСРП приняла в обработку за каждый час; часы без файлов не показаны. {_WHEN}
            Файлов за неделю меньше, чем установок, — от кого-то не ушло ничего: сверьте список ниже со «Временем
            внутри файла SYSINFO». Отбор response на таблицу не действует.""",
            "state = 'Принят'",
        ),
        _by_hour(
            scope,
            "not-ok-per-hour",
            'Статус: не "ок"',
            """Сколько файлов sysinfo за каждый час получили ответ не «ок»; пустая таблица — всё в порядке. Один-два
            файла — дело отдельных клиентов, найдите их ниже. Все файлы часа — сбой на стороне АСРП или скрипта
            отправки: если через неделю то же самое, сообщите разработчику. Отбор response на таблицу не действует.""",
            "response <> 'ok'",
        ),
        _uploads(scope),
        variables=[
            variable("host", "host", _REPORTS, "host", within=["manager"]),
            variable_of_words("response", "response", {value: word for value, (word, _) in _ANSWERS.items()}),
            variable("manager", "manager", _REPORTS, "manager"),
        ],
        since="now-30d",
    )


def _by_hour(scope: Scope, key: str, title: str, description: str, condition: str) -> Panel:
    return table(
        key,
        title,
        description,
        Column(title="Time", unit=scope.moment, width=200),
        Column(title="Число за час", unit="short"),
        sql=f"""
SELECT date_trunc('hour', ts, '{scope.timezone}') AS "Time", count(*) AS "Число за час"
FROM core.asrp_uploads
WHERE $__timeFilter(ts)
  AND {all_of(condition, chosen("host", "host"), chosen("manager", "manager"))}
GROUP BY 1
ORDER BY 1 DESC
LIMIT 1000
""".strip(),
        sort="Time",
        order="desc",
        width=12,
        height=7,
    )


def _uploads(scope: Scope) -> Panel:
    return table(
        "uploads",
        "Загрузка sysinfo в АСРП",
        f"""Строка — один файл sysinfo, отправленный в АСРП. «Принят» — файл поставлен в очередь на обработку. «Повтор»
        — такой файл там уже есть: обычно установка неделю не присылала свежий sysinfo, иногда виноваты скрипт или
        авторизация. {_WHEN} Клиента нет в списке совсем — проверьте, приходит ли от него sysinfo. С номером загрузки и
        идентификатором обращайтесь в поддержку АСРП. Показаны последние 1000 загрузок.""",
        Column(title="Время", unit=scope.moment, width=180),
        Column(title="Клиент", links=link(scope, "sysinfo-time", "Свежий ли sysinfo у этой установки", host=CELL)),
        Column(
            title="Состояние",
            cell="text",
            thresholds=[(None, "text")],
            mappings=named(_STATES),
            width=110,
        ),
        Column(
            title="Ответ сервера",
            cell="text",
            thresholds=[(None, "text")],
            mappings=named(_ANSWERS),
            width=130,
        ),
        Column(title="Номер загрузки", width=200),
        Column(title="Идентификатор", width=310),
        Column(title="dealername"),
        sql=f"""
SELECT ts AS "Время", host AS "Клиент", state AS "Состояние", response AS "Ответ сервера",
       upload_number AS "Номер загрузки", identifier::text AS "Идентификатор", dealer AS "dealername"
FROM core.asrp_uploads
WHERE $__timeFilter(ts)
  AND {all_of(chosen("host", "host"), chosen("response", "response"), chosen("manager", "manager"))}
ORDER BY ts DESC
LIMIT 1000
""".strip(),
        sort="Время",
        order="desc",
        height=14,
    )
