"""Errors of databases, and operative updates (OperUp) that do not arrive.

Decided where the documents leave it open: how many databases or files are many, and that they are counted for each
installation; an error without a number comes with the code "" or, from older versions, "1".
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import DAY, INSTALLATION, REPORTS, Alert, Panel
from dashboards.alerts._conditions import by, reported
from dashboards.alerts._levels import IMPAIRED, MASS, NOTICE, OUTAGES

_DAYS = 3  # documented: 3 in the newer texts and on the chart, 2 in the README of the service
# Proposals. An installation has dozens of databases: when more than ten have one error, the cause is the licence or the
# disk and not a file. Of update files it has few.
_MANY_DATABASES = 10
_MANY_FILES = 5
_NO_CODE = "|1"  # KodeksDBerrorsNoCode was called KodeksDBerrorsCode1 until March 2024

_ERROR = INSTALLATION.more("code", "error")
_CODE = INSTALLATION.more("code")
_FILE = INSTALLATION.more("filename")
_AGE = reported("kodeks_operup_file_age_seconds", _FILE, rename=("file", "filename"))
_OLD = f"{_AGE} / {DAY} > {_DAYS}"

_ERRORS_PANEL = Panel("db-errors", "db-errors", (("host", "$host"),))
_FILES_PANEL = Panel("for-managers", "operup-age", (("host", "$host"),))
_REMEDIES = (
    "найти код в списке ошибок баз данных",
    "скопировать или собрать повреждённый том заново",
    "исправить лицензию или список доступа",
)


def alerts(scope: Scope) -> list[Alert]:
    """Errors by their code, each with its mass form; ages of files."""
    return [
        *_family(
            "KodeksDBerrorsNoCode",
            f'code=~"{_NO_CODE}"',
            "Ошибка базы данных без номера",
            "База данных установки сообщает об ошибке, номер которой не распознан.",
            ("номер ошибки не записан в отчёт", "том базы повреждён"),
        ),
        *_family(
            "KodeksDBerrorsCode2007",
            'code="2007"',
            "Ошибка базы данных 2007: нет прав на эту копию",
            "Ошибка 2007: у установки нет права пользоваться этой копией базы.",
            ("регистрационный файл или его инвентарный номер не подходит к списку доступа тома",),
        ),
        *_family(
            "KodeksDBerrorsCodeXXX",
            f'code!~"{_NO_CODE}|2007"',
            "Ошибка базы данных",
            "База данных установки сообщает об ошибке с другим номером; он есть в письме.",
            ("том базы повреждён", "том подключён дважды", "нет доступа к файлу тома"),
        ),
        Alert(
            name="KodeksDBOperUpToOld",
            priority=NOTICE,
            severity="info",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=_FILE,
            condition=_OLD,
            title="Устарел файл OperUp",
            text='Файлу {{ $labels.filename }} уже {{ printf "%.1f" $values.A.Value }} сут.',
            meaning=f"""Файл оперативного обновления старше {_DAYS} суток: обновления не приходят или не копируются.
            Если с клиентом договорились о другом порядке, так и должно быть. Когда отчёты не приходят двое суток, об
            этом сообщает SmartXMLfileIsToOld, а это оповещение молчит: возраст неизвестен.""",
            check="Проверьте на сервере задание, которое копирует обновления, и дату файла.",
            causes=(
                "остановилась доставка или копирование обновлений",
                "после переустановки не восстановили задание",
            ),
            remedies=("восстановить ежедневное задание обновления", "проверить, что приходят свежие отчёты sysinfo"),
            panel=_FILES_PANEL,
        ),
        Alert(
            name="KodeksDBOperUpToOldCount",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"count by ({by(INSTALLATION)}) ({_OLD}) > {_MANY_FILES}",
            title="Устарело сразу много файлов OperUp",
            text="Файлов OperUp старше трёх суток: {{ $values.A }}",
            meaning=f"Больше {_MANY_FILES} файлов оперативного обновления установки старше {_DAYS} суток.",
            check="Проверьте на сервере задание, которое копирует обновления: скорее всего, оно остановилось.",
            causes=("остановилось задание обновления", "на диске не хватает места"),
            remedies=("восстановить ежедневное задание обновления", "освободить место на диске"),
            panel=_FILES_PANEL,
        ),
    ]


def _family(name: str, matcher: str, title: str, meaning: str, causes: tuple[str, ...]) -> list[Alert]:
    """An error in one database, and in many of one installation."""
    selector = f"kodeks_db_errors{{{matcher}}}"
    single = Alert(
        name=name,
        priority=IMPAIRED,
        severity="critical",
        route=OUTAGES,
        feeds=(REPORTS,),
        case=_ERROR,
        condition=f"{reported(selector, _ERROR)} >= 1",
        title=title,
        text="{{ $labels.error }}{{ with $labels.code }} (код {{ . }}){{ end }}, баз: {{ $values.A }}",
        meaning=f"{meaning} Оповещение длится, пока ошибка есть в последнем отчёте sysinfo.",
        check="Посмотрите на графике, как давно длится ошибка и у скольких баз.",
        causes=causes,
        remedies=_REMEDIES,
        panel=_ERRORS_PANEL,
    )
    return [
        single,
        Alert(
            name=f"{name}Count",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(REPORTS,),
            case=_CODE,
            condition=f"{reported(selector, _CODE, how='sum')} > {_MANY_DATABASES}",
            title=f"{title}: сразу у многих баз",
            text="Баз с этой ошибкой{{ with $labels.code }} (код {{ . }}){{ end }}: {{ $values.A }}",
            meaning=f"{meaning} Так у больше чем {_MANY_DATABASES} баз установки: причина у них, скорее всего, одна.",
            check="Проверьте регистрационный файл и диск с базами: дело вряд ли в отдельных файлах.",
            causes=("не подходит регистрационный файл", "недоступен диск или каталог с базами"),
            remedies=_REMEDIES,
            panel=_ERRORS_PANEL,
        ),
    ]
