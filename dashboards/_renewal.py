"""The lines of the sheets of one installation, by the month and by the quarter, and what stands around them."""

from collections.abc import Callable, Sequence

from dashboards._links import link
from dashboards._panels import Json
from dashboards._periods import Period, change, last_total, total
from dashboards._queries import chosen, figure, pick, rows
from dashboards._scope import Scope
from dashboards._sheet import Line

INSTALLATION = "installation"  # the variable
METRIC = "kodeks_user_docs_covered_mtd"  # whose installations may be chosen
HEADING = f"""
SELECT concat_ws(' | ', legal_name, client, manager) AS "Клиент | менеджер"
FROM core.clients
WHERE kind <> 'online'
  AND {chosen("host", INSTALLATION)}
LIMIT 1
""".strip()

_ENDED = """Минус — спад. ∞ — в прошлый раз был ноль; прочерк — одного из двух периодов нет или в обоих нули. Текущий
    период ещё не кончился, у него почти всегда минус: сравнивайте законченные."""


def usage_lines(scope: Scope, previous: str) -> list[Line]:
    """The figures and their changes; `previous` are the words for "to the period before"."""
    return [
        *_figure(
            "docs-requested",
            "Количество запрошенных из БД документов",
            """Открытые документы, которые засчитываются по лицензии; бесплатные сюда не входят. Главное число разговора
            о продлении: сколько раз система понадобилась. Прочерк — отчётов за это время не было.""",
            f"% изменения документов {previous}",
            pick(METRIC, INSTALLATION),
        ),
        *_figure(
            "docs-saved",
            "Количество сохранённых документов",
            """Документы, сохранённые на рабочее место, открытые в другой программе или отправленные почтой: то, что
            пошло в работу. Резкий рост — повод спросить, не выгружает ли кто-то базу. Прочерк — отчётов не было.""",
            "% изменения сохранённых документов",
            pick("kodeks_user_docs_saved_mtd", INSTALLATION),
        ),
        *_figure(
            "docs-printed",
            "Количество распечатанных",
            """Документы, напечатанные из программы; печать из Word или PDF сюда не попадает, поэтому ноль ещё не
            значит, что у клиента не печатают. Прочерк — отчётов не было.""",
            "% изменения количества распечатанных",
            pick("kodeks_user_docs_printed_mtd", INSTALLATION),
        ),
        *_refusals(scope),
        *_figure(
            "activity",
            "Активность пользователей - поисковые запросы интеллектуального поиска + открытые документы",
            """Баллы активности всех пользователей. Кроме поисков и открытых документов в них входят выгрузки и печать,
            поэтому число больше суммы из названия. Ниже 20 баллов за месяц — системой не пользуются: обучение до
            разговора о цене. Прочерк — отчётов не было.""",
            "% изменения активности",
            pick("kodeks_user_activity_mtd", INSTALLATION),
        ),
        *_figure(
            "kassist",
            "Количество запросов через kAssist",
            """Запросы к базам через kAssist за 30 дней до последнего отчёта месяца; в квартале — сумма трёх таких
            чисел. Прочерк — kAssist не пользовались или не было отчётов. Пропали после месяцев работы — узнайте, не
            отключён ли kAssist после обновления Word.""",
            "% изменения запросов через kAssist",
            pick("kodeks_user_kassist_requests_30d", INSTALLATION),
            last_total,
        ),
    ]


def details(scope: Scope) -> list[Json]:
    """Where the same installation is shown day by day."""
    here = f"${{{INSTALLATION}}}"
    return [
        *link(scope, "kodeks-analytics", "Аналитика этой установки", host=here),
        *link(scope, "for-managers", "Для менеджеров: эта установка", host=here),
    ]


def _figure(
    key: str,
    title: str,
    description: str,
    change_title: str,
    selector: str,
    read: Callable[[str, Sequence[int], int], str] = total,
) -> list[Line]:
    """A figure of users, and its change."""

    def now(period: Period) -> str:
        return read(selector, period.months, 0)

    def before(period: Period) -> str:
        return read(selector, period.before, len(period.months))

    return [
        Line(key=key, title=title, description=description, cell=lambda period: figure(now(period), "{{host}}")),
        Line(
            key=f"{key}-change",
            title=change_title,
            description=f"Изменение предыдущей строки к прошлому периоду, в процентах. {_ENDED}",
            cell=lambda period: figure(change(now(period), before(period)), "{{host}}"),
            unit="percent",
        ),
    ]


def _refusals(scope: Scope) -> list[Line]:
    return [
        Line(
            key="logins-rejected",
            title="Количество отвергнутых попыток подключения из-за окончания свободных лицензий",
            description="""Сколько раз во входе отказали, потому что все лицензии были заняты; повторы одного человека
            тоже считаются. Прочерк — отказов не было, мест хватает, или данных за это время нет. Десятки в месяц —
            главный довод за расширение. Дни — по времени кабинета.""",
            cell=lambda period: rows(_refused(scope, period)),
        ),
        Line(
            key="logins-rejected-change",
            title="% Отвергнутых попыток к предыдущему",
            description="""Изменение предыдущей строки к прошлому периоду, в процентах; рост — мест не хватает чаще.
            Прочерк — в одном из двух периодов отказов не было. Текущий период ещё не кончился: сравнивайте
            законченные.""",
            cell=lambda period: rows(_refused_change(scope, period)),
            unit="percent",
        ),
    ]


def _refused(scope: Scope, period: Period) -> str:
    return f"""
SELECT count(*) AS "Отказы"
{_refusals_since(_began(scope, period))}
HAVING count(*) > 0
LIMIT 1
""".strip()


def _refused_change(scope: Scope, period: Period) -> str:
    began = _began(scope, period)
    now, before = (f"count(*) FILTER (WHERE ts {sign} {began})" for sign in (">=", "<"))
    return f"""
SELECT {now} / ({before} / 100.0) - 100 AS "Изменение"
{_refusals_since(_began_before(scope, period))}
HAVING {now} > 0 AND {before} > 0
LIMIT 1
""".strip()


def _refusals_since(moment: str) -> str:
    return f"""
FROM core.login_rejections
WHERE $__timeFilter(ts)
  AND ts >= {moment}
  AND reason = 'no_seats'
  AND {chosen("host", INSTALLATION)}
""".strip()


def _began(scope: Scope, period: Period) -> str:
    """The moment at which the period began that ends with the time range."""
    return f"date_trunc('{_unit(period)}', $__timeTo()::timestamptz, '{scope.timezone}')"


def _began_before(scope: Scope, period: Period) -> str:
    """The moment at which the period before it began; by the calendar of the place, where a month has its length."""
    local = f"date_trunc('{_unit(period)}', $__timeTo()::timestamptz AT TIME ZONE '{scope.timezone}')"
    return f"({local} - interval '{len(period.months)} months') AT TIME ZONE '{scope.timezone}'"


def _unit(period: Period) -> str:
    return "month" if len(period.months) == 1 else "quarter"
