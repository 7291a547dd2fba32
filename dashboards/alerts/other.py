"""Everything else: sign-in of the test user, SPP, states that the server itself reports, reports that do not come.

Decided where the documents leave it open: after how long a missing report is reported. Two days come from one story of
2023; a client that brings reports by hand is given twice its own usual time between two reports.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import CHECKS, DAY, INSTALLATION, REPORTS, Alert, Panel
from dashboards.alerts._conditions import refused, reported, reports, shown
from dashboards.alerts._levels import DOWN, IMPAIRED, NOTICE, OUTAGES, RUNNING_OUT
from dashboards.alerts.network import TWICE, checks_panel, switched_on

_SILENT = 2 * DAY
_CADENCES = 2  # how many usual times between two reports may pass
_FIRST = 7 * DAY  # after a single report; the lists carry 604800 on every line, which reads like this
_LONGEST = 30 * DAY
_SEEN = "60d"  # a client that has been silent for longer is forgotten

_REPORT = "kodeks_sysinfo_timestamp_seconds"
_USUAL = f"max by (client, host) (scrape_interval({_REPORT}[{_SEEN}]) > 0)"
_SINGLE = f"{_FIRST} * max by (client, host) (last_over_time({_REPORT}[{_SEEN}])) ^ 0"
_ALLOWED = f"(clamp_min(clamp_max({_CADENCES} * {_USUAL}, {_LONGEST}), {_SILENT}) or on (client, host) ({_SINGLE}))"
_AGE = f"(time() - {reported(_REPORT, window=_SEEN)})"
# An installation that is no longer in the lists sends no reports; those of an air-gapped one come by hand. Two rows
# more than there are installations: Grafana (12.4, mathexp) joins one case and one row whatever their labels are.
_MONITORED = """
SELECT client, host, 1 AS monitored
FROM core.clients
WHERE host IS NOT NULL
  AND NOT air_gapped
  AND (active_to IS NULL OR active_to >= $__timeTo()::date)
GROUP BY client, host
UNION ALL SELECT '', '', 1
UNION ALL SELECT '', '-', 1
""".strip()


def alerts(scope: Scope) -> list[Alert]:
    """Three checks, and two of the reports themselves."""
    return [
        Alert(
            name="KodeksAuthNotWork",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=refused("auth"),
            requires=switched_on("auth"),
            hold=TWICE,
            title="Не входит проверочный пользователь",
            text="На {{ $labels.host }} не входит пользователь smartlogin",
            meaning="""Проверочный пользователь smartlogin не может войти по логину и паролю. Возможно, не могут войти и
            остальные. Когда включён режим обслуживания, закрыт порт или заняты все лицензии, это оповещение молчит:
            причина известна.""",
            check="Попробуйте войти под smartlogin сами. Не входит — проверьте его логин и пароль на сервере.",
            causes=("неверные логин или пароль smartlogin", "сбой kodwebd"),
            remedies=("исправить smartlogin на сервере", "перезапустить kodwebd"),
            panel=checks_panel("auth"),
        ),
        Alert(
            name="KodeksSppStatus",
            priority=RUNNING_OUT,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=refused("spp"),
            requires=switched_on("spp"),
            hold=TWICE,
            title="Не работает служба поддержки пользователей",
            text="На {{ $labels.host }} не работает служба поддержки пользователей (СПП)",
            meaning="""Служба поддержки пользователей (СПП), через которую пользователи отправляют запросы
            дистрибьютору, не работает.""",
            check="Отправьте запрос через СПП с установки клиента.",
            causes=("служба остановлена", "нет связи с сервером дистрибьютора"),
            remedies=("запустить службу", "проверить её настройки и сеть"),
            panel=checks_panel("spp"),
        ),
        Alert(
            name="KodeksWarning",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=shown("warning"),
            requires=switched_on("warning"),
            hold=TWICE,
            title="Сервер сообщает об аварии",
            text="Сервер {{ $labels.host }} сам сообщает об аварийном состоянии",
            meaning="""Сервер установки сам показывает аварийное сообщение. Пока не входит пользователь smartlogin,
            проверка ничего не значит и молчит.""",
            check="Прочтите сообщение в разделе администрирования программы.",
            causes=("неверно установлено оперативное обновление", "повреждены файлы баз"),
            remedies=("обратиться к системному администратору клиента", "переустановить обновление"),
            panel=checks_panel("warning"),
        ),
        Alert(
            name="SmartXMLfileIsToOld",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"{_AGE} / {DAY} > on (client, host) group_left () ({_ALLOWED} / {DAY})",
            within=_MONITORED,
            requires="Реестр клиентов в core.clients: его пишет provision apply.",
            title="Давно не приходят отчёты sysinfo",
            text='Последнему отчёту {{ $labels.host }} уже {{ printf "%.1f" $values.A.Value }} сут.',
            meaning="""От установки больше двух суток нет отчётов sysinfo, и что с ней, неизвестно: оповещения по
            отчётам молчат. Клиенту, который присылает отчёты реже, даётся вдвое больше времени, чем у него обычно
            проходит между отчётами; от клиента в закрытом контуре отчётов не ждут.""",
            check="Запустите на сервере клиента скрипт отправки вручную и посмотрите коды ответов HTTP.",
            causes=(
                "скрипт отправки удалён или его задание остановлено",
                "установка не работает",
                "в скрипте неверные данные для отправки",
                "у клиента нет интернета",
            ),
            remedies=("запустить скрипт вручную", "восстановить задание отправки"),
            panel=Panel("sysinfo-time", "sysinfo-time", (("host", "$host"),)),
        ),
        Alert(
            name="KodeksDBLicensesZero",
            priority=NOTICE,
            severity="info",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"({reports()}) unless on (client, host) ({reported('kodeks_license_expiry_timestamp_seconds')})",
            title="В отчёте нет сроков лицензий",
            text="В отчёте sysinfo установки {{ $labels.host }} нет сроков лицензий",
            meaning="""Отчёт пришёл, но в нём нет раздела о сроках лицензий баз. Пока это так, оповещения о конце
            лицензии этой установки не придут.""",
            check="Посмотрите сроки лицензий в самой программе.",
            causes=("программа не смогла прочесть лицензии", "старая версия программы"),
            remedies=("проверить регистрационный файл", "обновить программу"),
            panel=Panel("for-managers", "client-params", (("host", "$host"),)),
        ),
    ]
