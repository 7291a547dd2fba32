"""Rules about alert rules: the form the server keeps, queries, labels, names, texts, how often they are evaluated."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dashboards._queries import EVENTS, METRICS, ref_id
from dashboards.lint import queries
from dashboards.lint.finding import Contract, Finding, Json, values

# Rule -> what to do about a breach, in Russian and in English.
RULES: dict[str, tuple[str, str]] = {
    "alert-form": (
        "Опишите оповещение как Alert в dashboards/alerts: нужный вид даст _rules.py.",
        "Describe it as an Alert in dashboards/alerts: _rules.py gives the form.",
    ),
    "alert-sources": (
        "Возьмите METRICS или EVENTS из dashboards/_queries.py.",
        "Take METRICS or EVENTS of dashboards/_queries.py.",
    ),
    "alert-promql": (
        "Сверьтесь с договором данных: метрики и метки.",
        "Compare with the data contract: metrics, labels.",
    ),
    "alert-sql": (
        "Назовите таблицы со схемой core и столбцы по именам, без cabinet.",
        "Name tables with the schema core and columns by name, without cabinet.",
    ),
    "alert-labels": (
        "Нужны smart, priority (K1…K5, буква латинская), severity и route.",
        "smart, priority (K1 to K5 with a Latin K), severity and route are required.",
    ),
    "alert-names": (
        "Имя — латинские буквы и цифры, одно на все группы; uid — smart- и имя строчными.",
        "A name is Latin letters and digits, once in all groups; the uid is smart- and the name in lower case.",
    ),
    "alert-texts": (
        "Напишите по-русски, что случилось, и куда смотреть, и не называйте кабинет.",
        "Write in Russian what is wrong and where to look, and name no cabinet.",
    ),
    "alert-interval": (
        "Вычисляйте правило не чаще, чем приходят его данные; по часовым данным — раз в десять минут.",
        "Evaluate a rule no more often than its data come; every ten minutes for hourly data.",
    ),
    "alert-page": (
        "Ссылайтесь на страницу docs/alerts и на дашборд, который есть в кабинете.",
        "Link a page of docs/alerts and a dashboard that the cabinet has.",
    ),
}
_KEYS = {
    *("annotations", "condition", "data", "execErrState", "for", "isPaused", "keep_firing_for", "labels"),
    *("noDataState", "notification_settings", "record", "title", "uid"),
}
_DURATION = re.compile(r"0s|(?:\d+h)?(?:\d+m)?(?:\d+s)?")
_BASE_INTERVAL = 10  # seconds, of Grafana's scheduler
_SLOWEST = 600  # hourly data arrive at any minute, and are processed within ten
_EXPRESSION = "__expr__"
_PRIORITY = re.compile("K[1-5]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,33}")  # a uid has 40 characters, `smart-` among them
_TEXTS = ("check", "description", "summary")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def lint_rules(
    rules: Mapping[str, tuple[int, Collection[Json]]],
    slugs: Collection[str],
    pages: Collection[str],
    contract: Contract | None = None,
) -> Iterator[Finding]:
    """Every breach in these groups: name -> interval in seconds and rules.

    `slugs` are the uids of the dashboards that the cabinet has, `pages` the names of the pages in docs/alerts.
    """
    titles = [rule.get("title") for _, every in rules.values() for rule in every]
    for interval, every in rules.values():
        for rule in every:
            title = str(rule.get("title"))
            if titles.count(rule.get("title")) > 1:
                yield _finding("names", title, "имя уже есть", "the name is there twice")
            yield from _form(title, rule, interval)
            yield from _sources(title, rule)
            yield from _labels(title, rule)
            yield from _names(title, rule)
            yield from _texts(title, rule)
            yield from _page(title, rule, slugs, pages)
            yield from _queries(title, rule, interval, contract)


def _finding(rule: str, where: str, ru: str, en: str) -> Finding:
    return Finding(f"alert-{rule}", where, ru, en)


def _form(title: str, rule: Json, interval: int) -> Iterator[Finding]:
    for key in sorted(rule.keys() ^ _KEYS):
        ru, en = ("лишний ключ", "a key too many") if key in rule else ("нет ключа", "a key is missing")
        yield _finding("form", f"{title} {key}", ru, en)
    for path, value in values(rule):
        if isinstance(value, dict) and list(value) != sorted(value):
            yield _finding("form", f"{title} {path}", "ключи не по алфавиту", "keys are not in alphabetical order")
    for key in ("for", "keep_firing_for"):
        if not _DURATION.fullmatch(str(rule.get(key)) or "-"):
            found = f"{key}: {rule.get(key)!r}"
            yield _finding("form", f"{title} {key}", f"не длительность: {found}", f"not a duration: {found}")
    if rule.get("noDataState") != "OK":
        yield _finding("form", f"{title} noDataState", "должно быть OK: иначе шторм", "it should be OK: no storm then")
    if rule.get("execErrState") not in ("KeepLast", "Alerting"):
        yield _finding("form", f"{title} execErrState", "должно быть KeepLast", "it should be KeepLast")
    if interval <= 0 or interval % _BASE_INTERVAL:
        yield _finding("form", title, f"интервал {interval} с не кратен 10", f"{interval} s is no multiple of 10")
    if rule.get("condition") not in [one.get("refId") for one in rule.get("data", ())]:
        yield _finding("form", f"{title} condition", "нет такого запроса", "there is no such query")


def _sources(title: str, rule: Json) -> Iterator[Finding]:
    known = {METRICS["uid"]: METRICS, EVENTS["uid"]: EVENTS}
    for query in rule.get("data", ()):
        uid, model = query.get("datasourceUid"), query.get("model", {})
        where = f"{title} {query.get('refId')}"
        expected: Any = known.get(uid)
        if uid != _EXPRESSION and expected is None:
            yield _finding("sources", where, f"источник не из кабинета: {uid}", f"not a data source of ours: {uid}")
        elif expected is not None and model.get("datasource") != expected:
            yield _finding("sources", where, "источник в запросе другой", "the query names another data source")
        elif expected == EVENTS and model.get("format") != "table":
            yield _finding("sources", where, "SQL не таблицей", "SQL that is no table")


def _labels(title: str, rule: Json) -> Iterator[Finding]:
    labels = rule.get("labels", {})
    wrong = {
        "smart": labels.get("smart") != "1",
        "priority": not _PRIORITY.fullmatch(str(labels.get("priority"))),
        "severity": labels.get("severity") not in ("critical", "info"),
        "route": labels.get("route") not in ("high_priority", "usage", "operator"),
    }
    for name in (name for name, is_wrong in wrong.items() if is_wrong):
        value = labels.get(name)
        yield _finding("labels", f"{title} {name}", f"не подходит: {value!r}", f"{value!r} does not fit")


def _names(title: str, rule: Json) -> Iterator[Finding]:
    if not _NAME.fullmatch(title):
        yield _finding("names", title, "имя не подходит", "the name does not fit")
    if rule.get("uid") != f"smart-{title.lower()}":
        uid = rule.get("uid")
        yield _finding("names", f"{title} uid", f"не по имени: {uid!r}", f"it is not made of the name: {uid!r}")


def _texts(title: str, rule: Json) -> Iterator[Finding]:
    for key in _TEXTS:
        if not _CYRILLIC.search(str(rule.get("annotations", {}).get(key, ""))):
            yield _finding("texts", f"{title} {key}", "нет текста по-русски", "no text in Russian")


def _page(title: str, rule: Json, slugs: Collection[str], pages: Collection[str]) -> Iterator[Finding]:
    annotations = rule.get("annotations", {})
    if title not in pages:
        yield _finding("page", title, "нет страницы в docs/alerts", "docs/alerts has no page")
    address = annotations.get("runbook_url")
    if address is not None and not address.endswith(f"/{title}.md"):
        yield _finding("page", f"{title} runbook_url", f"другая страница: {address}", f"another page: {address}")
    dashboard = annotations.get("__dashboardUid__")
    if dashboard is not None and dashboard not in slugs:
        yield _finding("page", title, f"в кабинете нет дашборда {dashboard}", f"the cabinet has no {dashboard}")
    if (dashboard is None) != (annotations.get("__panelId__") is None):
        yield _finding("page", title, "панель без дашборда или наоборот", "a panel without a dashboard, or the reverse")


def _queries(title: str, rule: Json, interval: int, contract: Contract | None) -> Iterator[Finding]:
    """Queries are read by the rules of dashboards, as those of one panel."""
    targets = [
        {**query["model"], "refId": ref_id(index)}
        for index, query in enumerate(rule.get("data", ()))
        if query.get("datasourceUid") != _EXPRESSION and "datasource" in query.get("model", {})
    ]
    panel = {"title": title, "targets": targets}
    found = [*queries.numbers({"panels": [panel]}, contract), *queries.rows({"panels": [panel]}, contract)]
    yield from (Finding(f"alert-{one.rule}", one.where, one.ru, one.en) for one in found)
    if contract is None or found:
        return
    periods = [contract.periods.get(name, _SLOWEST) for name in queries.sources(panel)]
    shortest = min([*periods, _SLOWEST])
    if interval < shortest:
        yield _finding(
            "interval",
            title,
            f"вычисляется раз в {interval} с, а данные приходят раз в {shortest} с",
            f"it is evaluated every {interval} s, its data come every {shortest} s",
        )
