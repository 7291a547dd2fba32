"""Plain online accesses: quotas of the month, sign-in, use.

Decided where the documents leave it open: a poll must fail twice in a row; the days 10, 20 and 30 are of the cabinet's
time zone, and in February the last day takes the place of day 30.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import ACCESS, ACCOUNTS, HOUR, MINUTE, Alert, Panel
from dashboards.alerts._conditions import access, account, days_in_month, local_day
from dashboards.alerts._levels import IMPAIRED, NOTICE, OUTAGES, RUNNING_OUT, USAGE, Priority, Severity

_LEFT, _LIMIT = "kodeks_online_billing_left", "kodeks_online_billing_limit"
# Name in the alert -> kind of quota, words for it, panel.
_QUOTAS = {
    "Docs": ("docs", "документов", "открыть документов", "docs-left"),
    "Print": ("print", "документов на печать", "напечатать документов", "print-left"),
    "Search": ("search", "поисков", "сделать поисков", "search-left"),
    "Upload": ("upload", "документов на выгрузку", "выгрузить документов", "upload-left"),
}
_CAUSES = ("доступом пользуются несколько человек", "в начале месяца работали больше обычного")
_DAYS = {10: 3, 20: 10, 30: 15}  # documented: day of the month -> percent of the documents that must be used by then
_TWO_POLLS = HOUR + 10 * MINUTE  # proposal: polls are hourly, and one of five hundred fails


def alerts(scope: Scope) -> list[Alert]:
    """Four quotas with three steps each, sign-in, and use on three days."""
    quotas = [
        alert
        for name in _QUOTAS
        for alert in (
            _left(name, "150", "< 150", NOTICE, "info"),
            _left(name, "50", "< 50", RUNNING_OUT, "critical"),
            _left(name, "Zero", "== 0", IMPAIRED, "critical"),
        )
    ]
    return [
        *quotas,
        Alert(
            name="OnlineLoginFailed",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(ACCOUNTS,),
            case=ACCESS,
            condition=f"{access(f'last_over_time(kodeks_online_up[{ACCOUNTS.look_back}])')} == 0",
            hold=_TWO_POLLS,
            title="Не удаётся войти в онлайн-доступ",
            text="SMART не может войти в {{ $labels.url }}/{{ $labels.catalog }} под {{ $labels.user }}",
            meaning="""SMART дважды подряд не смог войти в онлайн-доступ с адресом, каталогом, логином и паролем из
            списка. Остатки этого доступа неизвестны.""",
            check="Посмотрите класс ошибки в таблице «Проблемы с получением статистики» и проверьте строку списка.",
            causes=(
                "в списке неверны логин, пароль, адрес или каталог",
                "сервер дата-центра недоступен",
            ),
            remedies=("исправить строку в списке онлайн-доступов", "подождать, если недоступен сервер"),
            panel=Panel("billing-online-statistics", "collection-errors", (("client", "$client"), ("login", "$user"))),
        ),
        *(_use(day, percent, scope) for day, percent in _DAYS.items()),
    ]


def _left(name: str, step: str, test: str, priority: Priority, severity: Severity) -> Alert:
    """A step of one quota."""
    kind, what, verb, panel = _QUOTAS[name]
    if step == "Zero":
        title, remedy = f"Не осталось {what}", "сразу поговорить с клиентом: другой доступ или сетевая версия"
    elif step == "50":
        title, remedy = f"Осталось меньше 50 {what}", "срочно предупредить клиента, прежде всего в начале месяца"
    else:
        title, remedy = f"Осталось меньше 150 {what}", "по числу месяца решить, насколько это срочно"
    return Alert(
        name=f"OnlineBilling{name}Left{step}",
        priority=priority,
        severity=severity,
        route=USAGE,
        feeds=(ACCOUNTS,),
        case=ACCESS,
        condition=f"{account(_LEFT, kind)} {test}",
        title=title,
        text=f"До конца месяца можно {verb}: {{{{ $values.A }}}}",
        meaning=f"""{title} до конца календарного месяца; 1-го числа квота вернётся. Из трёх оповещений об этой квоте
        (150, 50 и ноль) приходит только самое срочное.""",
        check="Посмотрите, как быстро тратится квота и какое сегодня число.",
        causes=_CAUSES,
        remedies=(remedy,),
        panel=Panel("billing-online-statistics", panel, (("client", "$client"), ("login", "$user"))),
    )


def _use(day: int, percent: int, scope: Scope) -> Alert:
    """Less of the documents was used by that day of the month than somebody who works would use."""
    used = f"({account(_LIMIT, 'docs')} - {account(_LEFT, 'docs')}) / ({account(_LIMIT, 'docs')} > 0) * 100"
    today = local_day(scope.timezone)
    is_day = f"{today} == {day}" if day <= 28 else f"{today} == clamp_max({days_in_month(scope.timezone)}, {day})"
    when = f"{day}-го числа" if day <= 28 else f"{day}-го числа (в феврале — в последний день)"
    return Alert(
        name=f"OnlineUserActivityIsLow{day}",
        priority=NOTICE,
        severity="info",
        route=USAGE,
        feeds=(ACCOUNTS,),
        case=ACCESS,
        condition=f"({used} < {percent}) and on () ({is_day})",
        title=f"К {day}-му числу использовано меньше {percent} % документов",
        text='Использовано документов: {{ printf "%.1f" $values.A.Value }} % квоты',
        meaning=f"""Смотрится {when}: к этому дню из месячной квоты документов онлайн-доступа использовано меньше
        {percent} %. На следующий день оповещение кончается.""",
        check="Узнайте у клиента, работает ли кто-нибудь под этим логином.",
        causes=("клиент почти не пользуется доступом", "клиент потерял логин и пароль"),
        remedies=("позвонить клиенту", "провести обучение", "выслать логин и пароль заново"),
        panel=Panel("billing-online-statistics", "billing-table", (("client", "$client"), ("login", "$user"))),
    )
