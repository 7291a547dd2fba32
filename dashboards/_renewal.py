"""The columns of the sheets of one installation, by the month and by the quarter, and its heading."""

from collections.abc import Callable, Sequence

from dashboards._links import link
from dashboards._panels import Json
from dashboards._periods import Period, change, last_total, total
from dashboards._queries import chosen, pick
from dashboards._scope import Scope
from dashboards._sheet import PERIOD, Figure

INSTALLATION = "installation"  # the variable
METRIC = "kodeks_user_docs_covered_mtd"  # whose installations may be chosen
HEADING = f"""
SELECT concat_ws(' | ', legal_name, client, manager) AS "Клиент | менеджер"
FROM core.clients
WHERE kind <> 'online'
  AND {chosen("host", INSTALLATION)}
LIMIT 1
""".strip()

_REFUSALS, _REFUSALS_CHANGE = "refusals", "change"  # columns of the SQL
_ENDED = """Минус — спад. ∞ — в прошлый раз был ноль; прочерк — одного из двух периодов нет или в обоих нули. Текущий
    период ещё не кончился, у него почти всегда минус: сравнивайте законченные."""


def figures() -> list[Figure]:
    """The figures and their changes, to the period before."""
    return [
        *_figure(
            "Документы",
            "Количество запрошенных из БД документов",
            """Открытые документы, которые засчитываются по лицензии; бесплатные сюда не входят. Главное число разговора
            о продлении: сколько раз система понадобилась.""",
            METRIC,
        ),
        *_figure(
            "Сохранено",
            "Количество сохранённых документов",
            """Документы, сохранённые на рабочее место, открытые в другой программе или отправленные почтой: то, что
            пошло в работу. Резкий рост — повод спросить, не выгружает ли кто-то базу.""",
            "kodeks_user_docs_saved_mtd",
        ),
        *_figure(
            "Печать",
            "Количество распечатанных",
            """Документы, напечатанные из программы; печать из Word или PDF сюда не попадает, поэтому ноль ещё не
            значит, что у клиента не печатают.""",
            "kodeks_user_docs_printed_mtd",
        ),
        Figure(
            title="Отказы",
            name="Количество отвергнутых попыток подключения из-за окончания свободных лицензий",
            about="""Сколько раз во входе отказали, потому что все лицензии были заняты; повторы одного человека
            тоже считаются. Прочерк — отказов не было, мест хватает, или данных за это время нет. Десятки в месяц —
            главный довод за расширение. Дни — по времени кабинета.""",
            field=_REFUSALS,
        ),
        Figure(
            title=_changed("Отказы"),
            name="% Отвергнутых попыток к предыдущему",
            about="""Рост — мест не хватает чаще. Прочерк — в одном из двух периодов отказов не было. Текущий период ещё
            не кончился: сравнивайте законченные.""",
            field=_REFUSALS_CHANGE,
            unit="percent",
        ),
        *_figure(
            "Активность",
            "Активность пользователей - поисковые запросы интеллектуального поиска + открытые документы",
            """Баллы активности всех пользователей. Кроме поисков и открытых документов в них входят выгрузки и печать,
            поэтому число больше суммы из названия. Ниже 20 баллов за месяц — системой не пользуются: обучение до
            разговора о цене.""",
            "kodeks_user_activity_mtd",
        ),
        *_figure(
            "kAssist",
            "Количество запросов через kAssist",
            """Запросы к базам через kAssist за 30 дней до последнего отчёта месяца; в квартале — сумма трёх таких
            чисел. Прочерк — kAssist не пользовались или не было отчётов. Пропали после месяцев работы — узнайте, не
            отключён ли kAssist после обновления Word.""",
            "kodeks_user_kassist_requests_30d",
            last_total,
        ),
    ]


def refusals(scope: Scope, periods: Sequence[Period]) -> str:
    """The SQL of the refusals of each period of the year and of their change.

    Months are those of the calendar of the place, where a month has its length.
    """
    months = len(periods[0].months)
    unit = "month" if months == 1 else "quarter"
    year = f"date_trunc('year', $__timeTo()::timestamptz AT TIME ZONE '{scope.timezone}')"
    return f"""
SELECT to_char(began + interval '{months - 1} months', 'MM') AS "{PERIOD}", times AS "{_REFUSALS}",
       CASE WHEN began_before = began - interval '{months} months' THEN times / (times_before / 100.0) - 100 END
         AS "{_REFUSALS_CHANGE}"
FROM (
  SELECT began, count(*) AS times, lag(began) OVER (ORDER BY began) AS began_before,
         lag(count(*)) OVER (ORDER BY began) AS times_before
  FROM (
    SELECT date_trunc('{unit}', ts AT TIME ZONE '{scope.timezone}') AS began
    FROM core.login_rejections
    WHERE ts >= ({year} - interval '{months} months') AT TIME ZONE '{scope.timezone}'
      AND ts <= $__timeTo()
      AND reason = 'no_seats'
      AND {chosen("host", INSTALLATION)}
  ) AS refused
  GROUP BY began
) AS counted
WHERE began >= {year}
ORDER BY 1
LIMIT {len(periods)}
""".strip()


def details(scope: Scope) -> list[Json]:
    """Where the same installation is shown day by day."""
    here = f"${{{INSTALLATION}}}"
    return [
        *link(scope, "kodeks-analytics", "Аналитика этой установки", host=here),
        *link(scope, "for-managers", "Для менеджеров: эта установка", host=here),
    ]


def _figure(
    title: str,
    name: str,
    about: str,
    metric: str,
    read: Callable[[str, Sequence[int], int], str] = total,
) -> list[Figure]:
    """A figure of users, and its change."""
    selector = pick(metric, INSTALLATION)

    def now(period: Period) -> str:
        return read(selector, period.months, period.passed)

    def before(period: Period) -> str:
        return read(selector, period.before, period.passed + len(period.months))

    return [
        Figure(title=title, name=name, about=about, cell=now),
        Figure(
            title=_changed(title),
            name="изменение предыдущего столбца к прошлому периоду, в процентах",
            about=_ENDED,
            cell=lambda period: change(now(period), before(period)),
            unit="percent",
        ),
    ]


def _changed(title: str) -> str:
    return f"{title} ±%"
