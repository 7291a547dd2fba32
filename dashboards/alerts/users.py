"""Users and their work: new ones, how much they do, what they do not find.

Decided where the documents leave it open: from day 20 on until the end of the month in the time zone of the cabinet; an
installation without any work has activity 0; an account is new when no report of the 13 months before has a query of it
and the installation has been reporting for a month; empty searches are those that arrived within 24 hours.
"""

from dashboards._queries import all_of
from dashboards._scope import Scope
from dashboards.alerts._alert import ACCOUNTS, CHECKS, DAY, INSTALLATION, REPORTS, Alert, Case, Panel
from dashboards.alerts._conditions import by, local_day, refused, reported, reports
from dashboards.alerts._levels import IMPAIRED, NOTICE, OUTAGES, USAGE
from dashboards.alerts.network import TWICE, checks_panel, switched_on

_POINTS = 20  # documented: the standard of maintenance requires 20 a month
_INVOLVED = 60  # documented, percent
_FROM_DAY = 20  # documented

_USER = INSTALLATION.more("user")
_REQUESTS = "kodeks_user_db_requests_60d"
# Values of trailing 60 days, read so far apart, cover the 13 months that are kept.
_BEFORE = ("1d", "60d", "120d", "180d", "240d", "300d", "360d")
_RECORDED = "3h"  # the 60-day sums are recorded every hour while reports come
_KNOWN_SINCE = "30d"  # proposal: all users of an installation are new on its first day
_ARRIVED = "1 day"  # proposal, as on the charts; online searches arrive once a day
_SEARCHED = 3 * DAY  # a search of an online access may be a day and a half old when it arrives
_SEARCH = Case(("client", "manager", "host", "url", "catalog", "user"), ("host", "url", "catalog", "user"))


def alerts(scope: Scope) -> list[Alert]:
    """What managers call their clients about."""
    late = f"on () ({local_day(scope.timezone)} >= {_FROM_DAY})"
    none = f"or on (client, manager, host) ({reports()})"
    activity = f"({_total('kodeks_user_activity_mtd')} {none})"
    seats = "(max by (client, host) (last_over_time(kodeks_licenses_registered[2d])) > 0)"
    involved = f"(count by ({by(INSTALLATION)}) ({reported('kodeks_user_db_requests_mtd', _USER)} > 0) {none})"
    involvement = f"{involved} / on (client, host) group_left () ({seats} / 100)"
    return [
        Alert(
            name="KodeksNewUser",
            priority=NOTICE,
            severity="info",
            route=USAGE,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=_new_users(),
            title="Появились новые пользователи",
            text="Новых пользователей: {{ $values.A }}",
            meaning="""За последние сутки в системе начал работать пользователь, которого раньше не было. Оповещение
            кончается через сутки.""",
            check="Посмотрите в карточках, кто это.",
            causes=("клиент завёл учётную запись",),
            remedies=("провести новому пользователю первое обучение",),
            panel=Panel("user-cards", "cards", (("host", "$host"),)),
        ),
        Alert(
            name="KodeksUserActivityIsLow",
            priority=NOTICE,
            severity="info",
            route=USAGE,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"({activity} < {_POINTS}) and {late}",
            title="Низкая активность пользователей",
            text='Активность в этом месяце: {{ printf "%.0f" $values.A.Value }} баллов',
            meaning=f"""С {_FROM_DAY}-го числа и до конца месяца: пользователи установки набрали за месяц меньше
            {_POINTS} баллов активности (поиски и открытые документы). Ровно {_POINTS} — уже достаточно.""",
            check="Посмотрите, кто из пользователей работал в этом месяце и кто нет.",
            causes=("системой почти не пользуются", "пользователи не обучены", "документы устарели"),
            remedies=("провести обучение", "предложить недостающее", "обновить документы"),
            panel=Panel("for-managers", "activity-month", (("host", "$host"),)),
        ),
        Alert(
            name="KodeksUserAInvolvementIsLow",
            priority=NOTICE,
            severity="info",
            route=USAGE,
            feeds=(REPORTS,),
            case=INSTALLATION,
            condition=f"({involvement} < {_INVOLVED}) and {late}",
            title="Низкая вовлечённость пользователей",
            text='Вовлечённость в этом месяце: {{ printf "%.0f" $values.A.Value }} %',
            meaning=f"""С {_FROM_DAY}-го числа и до конца месяца: запросы были меньше чем у {_INVOLVED} % от числа
            лицензий. Бывает и больше 100 %: людей больше, чем мест.""",
            check="Найдите тех, кто не работает, в таблице «Ноль запросов».",
            causes=("системой почти не пользуются", "пользователи не обучены", "документы устарели"),
            remedies=("провести обучение", "предложить недостающее", "обновить документы"),
            panel=Panel("for-managers", "involvement-month", (("host", "$host"),)),
        ),
        Alert(
            name="KodeksSearchIsEmpty",
            priority=NOTICE,
            severity="info",
            route=USAGE,
            feeds=(REPORTS, ACCOUNTS),
            case=_SEARCH,
            sql=_EMPTY,
            span=_SEARCHED,
            title="Поиск ничего не нашёл",
            text="Поисков без результата за сутки: {{ $values.A }}",
            meaning="""Пользователь искал и не получил ни одного документа. Тексты запросов есть на дашборде. Поиски
            онлайн-доступов приходят раз в сутки, ночью.""",
            check="Прочтите, что искали: опечатка, чужая тема или нужная база, которой у клиента нет.",
            causes=("документа нет в базе", "клиент не купил эту базу", "запрос составлен неудачно"),
            remedies=("добавить документы", "предложить недостающую базу", "провести обучение"),
            panel=Panel("for-managers", "nothing-found", (("host", "$host"),)),
        ),
        Alert(
            name="KodeksSearchError",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=refused("search"),
            requires=switched_on("search"),
            hold=TWICE,
            title="Поиск не работает",
            text="На {{ $labels.host }} поиск не обрабатывает запросы",
            meaning="Проверочный поисковый запрос не обработан две проверки подряд: поиск на установке не работает.",
            check="Попробуйте найти что-нибудь на установке сами.",
            causes=("сбой поисковой службы", "повреждён поисковый индекс"),
            remedies=("направить специалиста проверить поисковую службу",),
            panel=checks_panel("search"),
        ),
    ]


_EMPTY = f"""
SELECT client, manager,
       CASE WHEN scope = 'installation' THEN host END AS host,
       CASE WHEN scope = 'online' THEN host END AS url,
       CASE WHEN scope = 'online' THEN catalog END AS catalog,
       CASE WHEN scope = 'online' THEN user_login END AS "user",
       count(*) AS searches
FROM core.search_queries
WHERE $__timeFilter(ts)
  AND {
    all_of(
        "status = 'empty'",
        f"coalesce(report_ts, ts) > $__timeTo()::timestamptz - interval '{_ARRIVED}'",
        "coalesce(report_ts, ts) <= $__timeTo()::timestamptz",
    )
}
GROUP BY 1, 2, 3, 4, 5, 6
""".strip()


def _total(metric: str) -> str:
    """The sum over the users of each installation; a user who changed the domain counts once."""
    return f"sum by ({by(INSTALLATION)}) ({reported(metric, _USER)})"


def _new_users() -> str:
    """How many users of each installation have queries now and had none before."""
    before = " or ".join(
        f"max by (client, host, user) (last_over_time({_REQUESTS}[7d] offset {back})) > 0" for back in _BEFORE
    )
    known = f"max by (client, host) (last_over_time(kodeks_sysinfo_timestamp_seconds[7d] offset {_KNOWN_SINCE}))"
    now = f"max by ({by(_USER)}) (last_over_time({_REQUESTS}[{_RECORDED}])) > 0"
    new = f"(({now}) unless on (client, host, user) ({before})) and on (client, host) ({known})"
    return f"count by ({by(INSTALLATION)}) ({new})"
