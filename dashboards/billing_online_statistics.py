"""What is left of this month's quotas of every online access, how much was used, and which polls failed.

Decided where the catalogue leaves it open: it opens on the last 24 hours, as the docs advise for the table, which
shows the last known values of the time range; 50 and 150 belong to the better band (150 left is still fine);
legends are on the right, as on the pictures; the row of errors is open, as on its picture, and «серверам» is
spelled right. The legend of cell colours comes last, in a row of its own, so that folding the errors does not hide
it. The mean over all accesses ignores the choice above: it is the yardstick for the means of managers.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import Row, board, row
from dashboards._links import CELL, link
from dashboards._panels import FEW, Steps, legend, text, timeseries
from dashboards._queries import ONLINE, SELECTED, all_of, chosen, last, latest, pick, series, used_quota
from dashboards._scope import Scope
from dashboards._tables import Column, table
from dashboards._variables import variable

NEEDS = ("online",)

_FILTERS = ("client", "manager", "login")
_LEFT = "kodeks_online_billing_left"
_DARK_RED, _YELLOW, _DARK_GREEN = "#C4162A", "#FADE2A", "#37872D"
_ROW = ("client", "user")
_BY_ROW = f"by ({', '.join(_ROW)})"

_MONTHLY = "1-го числа остаток возвращается к квоте тарифа и дальше только убывает."
_GAP = (
    "Опрос идёт примерно раз в час, ночью бывает короткий перерыв; длинный разрыв — смотрите ошибки подключения ниже."
)

_ERRORS = """
- **LoginPasswordError** — неверны логин, пароль, адрес или каталог
- **ConnectionTimeout** — нет соединения с сервером правообладателя
- **ReadTimeOut** — сервер не прислал данные
- **OtherErrorCode400+**, **HTTPError**, **RequestException**, **ConnectionError** — обратитесь к разработчику
"""

_COLOURS = """
| Столбец | 🟥 красный | 🟨 жёлтый | без цвета |
|---|---|---|---|
| **Документы** | осталось меньше 50: срочно | от 50 до 149: внимание | 150 и больше |
| **% исп. док.** | использовано меньше 10 % | — | 10 % и больше |
| **% исп. поиска** | использован меньше 1 % | — | 1 % и больше |

Мало осталось — доступа может не хватить до конца месяца. Мало использовано — клиенту нужна помощь или другой тариф.
"""


def build(scope: Scope) -> Dashboard:
    """The table of accesses, then quotas and shares in folded rows, then errors."""
    return board(
        "Биллинг Онлайн. Статистика",
        "Остатки месячных квот простых онлайн-доступов, доля использования и ошибки сбора.",
        _billing_table(scope),
        _left_row("docs-left", 'Осталось "Документы"', _docs_left()),
        _left_row("search-left", 'Осталось "Поиск"', _left("search-left", 'Осталось "Поиск"', "поисков", "search")),
        _left_row(
            "rest",
            'Осталось "Печать","Выгрузка", графики аналитики',
            _left("print-left", 'Осталось "Печать"', "распечаток", "print", order="desc", width=12),
            _left("upload-left", 'Осталось "Выгрузка"', "выгрузок (сохранений)", "upload", width=12),
            _used_by_all(),
            _used_by_manager(),
        ),
        row(
            "row-errors",
            "Ошибки подключения к серверам",
            _collection_errors(scope),
            text(
                "error-variants",
                "Варианты ошибок",
                """Что значат названия в столбце «ТекстОшибки» и кому с ними идти. Список постоянный, от данных не
                зависит.""",
                _ERRORS.strip(),
                width=8,
                height=9,
            ),
        ),
        row(
            "row-colours",
            "Обозначения",
            text(
                "cell-colour-legend",
                "Цветовая дифференциация ячеек",
                "Что значат цвета ячеек таблицы «Биллинг Онлайн» и что делать. От данных не зависит.",
                _COLOURS.strip(),
            ),
        ),
        variables=[
            variable("client", "клиент", _LEFT, "client", within=["manager"]),
            variable("manager", "Менеджер", _LEFT, "manager"),
            variable("login", "Логин", _LEFT, "user", within=["client", "manager"]),
        ],
        since="now-24h",
    )


def _left_row(key: str, title: str, *panels: Panel) -> Row:
    return row(f"row-{key}", title, *panels, collapsed=True)


def _last_left(kind: str, window: str = ONLINE) -> str:
    return last(pick(_LEFT, *_FILTERS, kind=kind), window)


def _billing_table(scope: Scope) -> Panel:
    docs: Steps = [(None, "red"), (50, _YELLOW), (150, "transparent")]
    return table(
        "billing-table",
        "Биллинг Онлайн",
        """Строка — доступ клиента: сколько документов, поисков, распечаток и выгрузок осталось до конца месяца и какая
        доля квоты документов и поисков использована. Значения — на конец выбранного времени; больше суток не
        выбирайте, строки станут хуже читаться. Нет строки — опрос не удаётся дольше двух часов: смотрите ошибки
        внизу. Красное слева — позвоните сегодня; о 150, 50 и 0 штук менеджеру приходит и письмо.""",
        Column(
            title="Клиент",
            label="client",
            links=link(scope, "billing-online-prolongation", "Данные для пролонгации", firm=CELL),
        ),
        Column(title="Логин", label="user"),
        Column(title="Документы", expr=_lowest("docs"), unit="short", cell="background", thresholds=docs),
        Column(
            title="% исп. док.",
            expr=f"max {_BY_ROW} ({used_quota('docs', *_FILTERS, window=SELECTED)})",
            unit="none",
            decimals=1,
            cell="gradient",
            thresholds=[(None, _DARK_RED), (10, "transparent")],
        ),
        Column(title="Поиск", expr=_lowest("search"), unit="short"),
        Column(
            title="% исп. поиска",
            expr=f"max {_BY_ROW} ({used_quota('search', *_FILTERS, window=SELECTED)})",
            unit="none",
            decimals=1,
            cell="gradient",
            thresholds=[(None, _DARK_RED), (1, "transparent")],
        ),
        Column(title="Печать", expr=_lowest("print"), unit="short"),
        Column(title="Выгрузка", expr=_lowest("upload"), unit="short"),
        Column(title="Менеджер", label="manager"),
        row=_ROW,
        labels=latest(pick(_LEFT, *_FILTERS), *_ROW),
        sort="Документы",
        footer="mean",
        height=17,  # 13 lines a page
    )


def _lowest(kind: str) -> str:
    """The smallest remainder of a login: one login may be used on several servers or catalogues."""
    return f"min {_BY_ROW} ({_last_left(kind, SELECTED)})"


def _docs_left() -> Panel:
    return _left(
        "docs-left",
        'Осталось "Документов"',
        "документов",
        "docs",
        minimum=1,
        thresholds=[(None, _DARK_RED), (50, _YELLOW), (150, "transparent")],
        advice="Быстрое убывание до 10-го числа — похоже, одним доступом пользуются несколько человек.",
    )


def _left(
    key: str,
    title: str,
    what: str,
    kind: str,
    *,
    order: str = "asc",
    minimum: float | None = None,
    thresholds: Steps = (),
    advice: str = "Крутое убывание — предупредите клиента и предложите тариф больше.",
    width: int = 24,
) -> Panel:
    return timeseries(
        key,
        title,
        f"""Сколько {what} осталось до конца месяца у каждого доступа. {_MONTHLY} Шкала логарифмическая: ноль лежит на
        нижнем крае. {_GAP} {advice} Удобно смотреть целыми месяцами.""",
        series(f"min by (client, user) ({_last_left(kind)})", "{{client}} {{user}}"),
        unit="short",
        legend=legend("lastNotNull", sort="lastNotNull", order=order),
        scale="log10",
        minimum=minimum,
        thresholds=thresholds,
        width=width,
        height=12,
        points=FEW,
    )


def _used_by_all() -> Panel:
    return timeseries(
        "avg-used-all",
        "Средний процент использования лимита документов по всем клиентам",
        f"""Доля использованной квоты документов с начала месяца, среднее по всем онлайн-доступам; отбор сверху на
        неё не действует. 1-го числа падает до нуля. Нормы здесь нет: сравнивайте с нею менеджеров справа и прошлые
        месяцы в те же числа. {_GAP}""",
        series(f"avg({used_quota('docs')})", "Процент"),
        unit="percent",
        legend=legend("lastNotNull", mode="list"),
        height=10,
    )


def _used_by_manager() -> Panel:
    return timeseries(
        "avg-used-manager",
        "Средний процент использования лимита документов по всем клиентам менеджера",
        """Доля использованной квоты документов с начала месяца, среднее по доступам каждого менеджера. Стандарт
        сопровождения — не меньше 15 % к концу месяца; в первые дни красное у всех, это не провал. Кто и во второй
        половине месяца ниже 15 %, тому пора обзванивать клиентов с наименьшим «% исп. док.» в таблице.""",
        series(f"avg by (manager) ({used_quota('docs', *_FILTERS)})", "{{manager}}"),
        unit="percent",
        legend=legend("lastNotNull", sort="lastNotNull"),
        thresholds=[(None, _DARK_RED), (15, _DARK_GREEN)],
        thresholds_style="line+area",
        height=10,
    )


def _collection_errors(scope: Scope) -> Panel:
    return table(
        "collection-errors",
        "Проблемы с получением статистики",
        """Неудачные опросы онлайн-доступов за выбранное время, строка — одна попытка, поэтому одинаковые строки
        повторяются. Пустая таблица — всё в порядке. LoginPasswordError — проверьте логин и пароль в списке; остальное
        чаще проходит само, если держится сутки — звоните правообладателю. Показаны последние 1000 попыток.""",
        Column(title="Клиент"),
        Column(
            title="Адрес",
            links=link(scope, "server-availability-online", "Доступность этого сервера", server=CELL),
        ),
        Column(title="Каталог"),
        Column(title="Логин"),
        Column(title="ТекстОшибки"),
        Column(title="manager"),
        sql=f"""
SELECT client AS "Клиент", server AS "Адрес", catalog AS "Каталог", user_login AS "Логин",
       error_class AS "ТекстОшибки", manager AS "manager"
FROM core.online_poll_errors
WHERE $__timeFilter(ts)
  AND {all_of(chosen("client", "client"), chosen("manager", "manager"), chosen("user_login", "login"))}
ORDER BY ts DESC
LIMIT 1000
""".strip(),
        sort="Клиент",
        width=16,
        height=11,  # 8 lines a page
    )
