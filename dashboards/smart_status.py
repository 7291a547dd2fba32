"""Technical health as the software itself reports it through smartstatus: catalogues, products, and the report's age.

Decided where the catalogue leaves it open: 0 is «в порядке» and any other number is red, shown as it came, since the
documents explain no value; of several services of one path the worst counts, and a point is the worst report of its
step, so that a short failure is seen in any time range. The age is that of the last report in the time range: an
installation must not vanish before its age turns red. «Клиент» is the installation.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import HOST, link
from dashboards._panels import Json, named, stat, state_timeline
from dashboards._queries import SELECTED, SMARTSTATUS, by_host, figure, largest, pick, series
from dashboards._scope import Scope
from dashboards._variables import variable

NEEDS = ("installations",)

_REPORTS = "kodeks_smartstatus_timestamp_seconds"
_GREEN, _RED = "#56A64B", "#C4162A"

_ZERO = """0 («в порядке») — ошибок нет; красное — любое другое число, его даёт сама программа, значения нигде не
    описаны. Пусто — отчёта smartstatus не было дольше 45 минут. На большом диапазоне видно худшее за каждый
промежуток."""


def build(scope: Scope) -> Dashboard:
    """Ages of the reports, then two lines of states for every catalogue of every installation."""
    return board(
        "СМАРТ.Статус",
        "Состояние программы изнутри, каждые 15 минут; только у клиентов, которым поставили smartstatus.",
        _report_age(scope),
        _states(
            scope,
            "main-page",
            "Главная страница",
            f"""Собирается ли главная страница каталога. {_ZERO} Красное дольше получаса — откройте главную страницу
            сами и свяжитесь с клиентом.""",
            "kserver_main_page",
        ),
        _states(
            scope,
            "product-control",
            "Контроль продуктов",
            f"""Проходят ли продукты каталога проверку самой программы. {_ZERO} Красное — посмотрите, нет ли у этой
            установки ошибок БД, и покажите значение технику.""",
            "kserver_product_control",
        ),
        variables=[variable("host", "Клиент", _REPORTS, "host")],
        since="now-24h",
    )


def _report_age(scope: Scope) -> Panel:
    return stat(
        "report-age",
        "Возраст отчёта smartstatus",
        """Сколько времени прошло от последнего отчёта каждой установки до конца выбранного времени; сначала самые
        старые. Отчёт составляется раз в 15 минут и приходит не позже чем через 10: красное — пропущены три подряд.
        Отчётов нет, а проверки зелёные — проверьте у клиента задачу smartstatus и пользователя smartlogin. Кто молчит
        всё выбранное время, того здесь нет: возьмите больше дней.""",
        figure(f"sort_desc(time() - {by_host(pick(_REPORTS, 'host'), SELECTED)})", "{{host}}"),
        unit="s",
        thresholds=[(None, _GREEN), (2700, _RED)],
        no_value="нет отчётов",
        title_size=12,
        links=_details(scope),
        width=24,
        height=6,
    )


def _states(scope: Scope, key: str, title: str, description: str, metric: str) -> Panel:
    return state_timeline(
        key,
        title,
        description,
        series(largest(pick(metric, "host"), SMARTSTATUS, "host", "path"), "{{host}} {{path}}", every="15m"),
        mappings=named({"0": ("в порядке", _GREEN)}),
        color=_RED,
        links=_details(scope),
    )


def _details(scope: Scope) -> list[Json]:
    return link(scope, "kodeks-server-metrics", "Проверки этой установки", host=HOST)
