"""Licences: their end, seats, and work without a contract.

Decided where the documents leave it open: refused sign-ins are those of the last 24 hours; "used" without a contract is
a query to the databases within a week.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import DAY, INSTALLATION, REPORTS, SEATS, Alert, Panel
from dashboards.alerts._conditions import by, reported, shown
from dashboards.alerts._levels import NOTICE, OUTAGES, RUNNING_OUT, USAGE, Priority, Route, Severity
from dashboards.alerts.network import checks_panel, switched_on

_REFUSED = "24h"  # proposal: an alert a day, as on the chart of refusals
_USED = "7d"  # proposal: a shorter time would end the alert every weekend
_CONTRACT = "400d"  # the end of a contract is imported when it changes, once a year perhaps
# The date is known until a newer report: clients in a closed circuit bring reports once a week.
_EXPIRY = "14d"
_LEFT = f"({reported('kodeks_license_expiry_timestamp_seconds', how='min', window=_EXPIRY)} - time()) / {DAY}"
_PARAMETERS = Panel("for-managers", "client-params", (("host", "$host"),))


def alerts(scope: Scope) -> list[Alert]:
    """Seats, dates, contract."""
    requests = f"sum by ({by(INSTALLATION)}) (sum_over_time(kodeks_user_db_requests_hour[{_USED}])) > 0"
    ended = f"max by (client, host) (last_over_time(kodeks_contract_end_timestamp_seconds[{_CONTRACT}])) < time()"
    refusals = f'kodeks_user_login_rejected_hour{{reason="no_seats"}}[{_REFUSED}]'
    return [
        Alert(
            name="KodeksLimitsUsers",
            priority=RUNNING_OUT,
            severity="critical",
            route=USAGE,
            feeds=(SEATS,),
            case=INSTALLATION,
            condition=shown("limit"),
            requires=switched_on("limit"),
            immediate=True,
            title="Кончились лицензии",
            text="На {{ $labels.host }} заняты все лицензии, новых пользователей не пускает",
            meaning="""Занято столько мест, сколько их в регистрационном файле, и сервер не пускает новых пользователей.
            Место занято ещё сутки после входа.""",
            check="Посмотрите, кто занимает лицензии, и не вошёл ли один человек под несколькими логинами.",
            causes=("занятых мест столько же, сколько в регистрационном файле",),
            remedies=("предложить клиенту больше лицензий",),
            panel=checks_panel("limit"),
        ),
        Alert(
            name="KodeksDetectOverUserError",
            priority=RUNNING_OUT,
            severity="critical",
            route=USAGE,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"sum by ({by(INSTALLATION)}) (sum_over_time({refusals})) >= 1",
            title="Пользователям отказано во входе: нет свободных лицензий",
            text="За сутки отказов во входе из-за нехватки лицензий: {{ $values.A }}",
            meaning="""За последние сутки программа хотя бы раз отказала пользователю во входе, потому что не было
            свободного места.""",
            check="Посмотрите, кому и когда было отказано, и сколько лицензий у клиента.",
            causes=("лицензий меньше, чем людей",),
            remedies=("предложить клиенту больше лицензий",),
            panel=Panel("for-managers", "login-rejected-users", (("host", "$host"),)),
        ),
        _expiring(2, RUNNING_OUT, "critical", OUTAGES),
        _expiring(7, NOTICE, "critical", OUTAGES),
        _expiring(90, NOTICE, "info", USAGE),
        Alert(
            name="KodeksUnsupportedButUsed",
            priority=NOTICE,
            severity="info",
            route=USAGE,
            feeds=(REPORTS,),
            case=INSTALLATION,
            requires="Дата конца договора из учёта дистрибьютора: её загружают командой provision import.",
            condition=f"({requests}) and on (client, host) ({ended})",
            title="Договор закончился, а программой пользуются",
            text="Запросов к базам за неделю после конца договора: {{ $values.A }}",
            meaning="""Срок договора на сопровождение прошёл, но пользователи работают. Конец договора SMART знает,
            только если его загрузили из учёта дистрибьютора.""",
            check="Проверьте в своём учёте, продлён ли договор.",
            causes=("договор не продлили",),
            remedies=("поговорить с клиентом о продлении", "загрузить новую дату, если договор продлён"),
            panel=_PARAMETERS,
        ),
    ]


def _expiring(days: int, priority: Priority, severity: Severity, route: Route) -> Alert:
    """The shortest term of all databases of an installation is below so many days."""
    return Alert(
        name=f"KodeksLicenseExpiring{days}day",
        priority=priority,
        severity=severity,
        route=route,
        feeds=(REPORTS,),
        case=INSTALLATION,
        condition=f"{_LEFT} < {days}",
        named=True,
        title=f"До конца лицензии меньше {days} дней",
        text='До конца лицензии осталось дней: {{ printf "%.1f" $values.A.Value }}',
        meaning=f"""Хотя бы у одной базы установки лицензия кончается раньше чем через {days} дней; считается самый
        короткий срок. Отрицательное число — лицензия уже кончилась. Из оповещений на 2, 7 и 90 дней приходит только
        самое срочное.""",
        check="Посмотрите, у каких баз кончается срок и заказан ли новый регистрационный файл.",
        causes=("кончается срок лицензии",),
        remedies=("заказать новый регистрационный файл",),
        panel=_PARAMETERS,
    )
