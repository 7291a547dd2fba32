"""SenseLock protection key: as the running server shows it, and as the sysinfo report has it.

Decided where the documents leave it open: a report without a record of the key comes as -1 in
kodeks_senselock_state, so that a reader which passes on no state of keys raises no alert.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import CHECKS, INSTALLATION, REPORTS, Alert, Panel
from dashboards.alerts._conditions import reported, shown
from dashboards.alerts._levels import DOWN, OUTAGES
from dashboards.alerts.network import TWICE, checks_panel, switched_on

_STATE = "kodeks_senselock_state"
_READER = "Состояние ключа в отчёте: его должен передавать модуль чтения sysinfo."
_CAUSES = ("ключ вынули", "потеряна связь с менеджером лицензий", "сбой программы")
_REMEDIES = ("вставить ключ", "обратиться к системному администратору клиента")
_PANEL = Panel("kodeks-server-metrics", "abnormal-state-code", (("host", "$host"),))


def alerts(scope: Scope) -> list[Alert]:
    """The key on the server, in the report, and missing from the report."""
    return [
        Alert(
            name="KodeksOnlineSensLockCheck",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=shown("key"),
            requires=switched_on("key"),
            hold=TWICE,
            title="Ключ SenseLock не работает",
            text="Сервер {{ $labels.host }} показывает, что ключ SenseLock не работает",
            meaning="""Работающий сервер показывает в разделе администрирования, что ключ защиты не в порядке. Online
            здесь — это живой сервер, а не онлайн-доступ. Пока не входит пользователь smartlogin, проверка ничего не
            значит и молчит.""",
            check="Посмотрите состояние ключа в разделе администрирования программы.",
            causes=_CAUSES,
            remedies=_REMEDIES,
            panel=checks_panel("key"),
        ),
        Alert(
            name="KodeksOfflineSensLockCheck",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"{reported(_STATE)} == 0",
            named=True,
            requires=_READER,
            title="По отчёту ключ SenseLock не работает",
            text="По отчёту {{ $labels.host }} ключ SenseLock не работает",
            meaning="В последнем отчёте sysinfo записано состояние ключа защиты, и это не «работает».",
            check="Посмотрите состояние ключа в разделе администрирования программы.",
            causes=_CAUSES,
            remedies=_REMEDIES,
            panel=_PANEL,
        ),
        Alert(
            name="KodeksXmlSensLockStatus",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"{reported(_STATE)} == -1",
            named=True,
            requires=_READER,
            title="В отчёте нет записи о ключе SenseLock",
            text="В отчёте {{ $labels.host }} нет записи о ключе SenseLock",
            meaning="""Когда установка делала отчёт sysinfo, она не обнаружила ключ защиты, и записи о нём в отчёте
            нет.""",
            check="Проверьте, вставлен ли ключ и работает ли менеджер лицензий.",
            causes=(
                "ключ вынули",
                "не работает менеджер лицензий",
                "нет сети до менеджера лицензий",
                "не работает или закончилась лицензия на проброс USB по сети",
            ),
            remedies=(
                "вставить ключ в исправный разъём USB",
                "проверить сервер менеджера лицензий",
                "проверить межсетевой экран",
                "перезагрузить компьютер",
            ),
            panel=_PANEL,
        ),
    ]
