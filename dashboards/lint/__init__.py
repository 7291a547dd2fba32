"""The linter: whether finished dashboards and alert rules keep the rules of the house. Nothing is asked of any server.

Only the command that lints loads this package: its parsers of PromQL and SQL would slow all others down.
"""

from collections.abc import Callable, Collection, Iterator

from dashboards.lint import form, links, queries
from dashboards.lint.alerts import RULES as ALERT_RULES
from dashboards.lint.alerts import lint_rules
from dashboards.lint.finding import Contract, Finding, Json

__all__ = ["ALERT_RULES", "RULES", "Contract", "Finding", "lint", "lint_rules"]

# Rule -> what to do about a breach, in Russian and in English.
RULES: dict[str, tuple[str, str]] = {
    "canonical-form": (
        "Соберите дашборд из заготовок dashboards/_panels.py и _tables.py: finish() даёт нужный вид.",
        "Make it of the house panels in dashboards/_panels.py and _tables.py: finish() gives the form.",
    ),
    "panel-ids": (
        "Дайте каждой панели свой ключ: номер получится из него.",
        "Give every panel a key of its own: the id is made from it.",
    ),
    "ref-ids": ("Не называйте запросы сами.", "Leave the names of queries to finish()."),
    "data-sources": (
        "Возьмите METRICS или EVENTS из dashboards/_queries.py.",
        "Take METRICS or EVENTS of dashboards/_queries.py.",
    ),
    "panel-types": (
        "Возьмите вид из dashboards/_panels.py или добавьте туда новый вместе с проверкой на сервере.",
        "Take a kind of dashboards/_panels.py, or add one there with its round trip.",
    ),
    "units": ("Задайте unit; «none» — тоже единица.", "Give a unit; 'none' is one too."),
    "descriptions": (
        "Напишите по-русски, что это значит, когда врёт и что делать.",
        "Say in Russian what it means, when it misleads and what to do.",
    ),
    "refresh": ("Не чаще 1m.", "1m is the fastest."),
    "variables": ("Сверьте имена переменных и запросов.", "Compare the names of variables with the queries."),
    "promql": ("Сверьтесь с договором данных: метрики и метки.", "Compare with the data contract: metrics, labels."),
    "sql": (
        "Назовите таблицы со схемой core и столбцы по именам, без cabinet.",
        "Name tables with the schema core and columns by name, without cabinet.",
    ),
    "links": (
        "Ссылайтесь через link() из dashboards/_links.py: она знает, что есть в кабинете.",
        "Link by link() of dashboards/_links.py: it knows what the cabinet has.",
    ),
    "names": (
        "Дашборд один на многие кабинеты: уберите название.",
        "Many cabinets share a dashboard: take the name out.",
    ),
}
_FORM: tuple[Callable[[Json], Iterator[Finding]], ...] = (
    form.canonical_form,
    form.panel_ids,
    form.ref_ids,
    form.data_sources,
    form.panel_types,
    form.units,
    form.descriptions,
    form.refresh,
    queries.variables,
)


def lint(
    slug: str,
    spec: Json,
    slugs: Collection[str],
    contract: Contract | None = None,
    names: Collection[str] = (),
) -> list[Finding]:
    """Every breach in the order of RULES; empty: all is well.

    `slugs` are the dashboards of the cabinet, `slug` itself is always one of them. With `contract` names of metrics,
    labels, tables and columns are compared too. `names` are those of cabinets and firms that must not occur.
    """
    found = [finding for rule in _FORM for finding in rule(spec)]
    found += queries.numbers(spec, contract)
    found += queries.rows(spec, contract)
    found += links.links(spec, {*slugs, slug})
    found += links.names(spec, names)
    return found
