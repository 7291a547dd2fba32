"""The pages of docs/alerts, in Russian, made from the alerts themselves."""

from collections.abc import Iterator, Mapping, Sequence

from dashboards import alerts as catalogue
from dashboards._pages import SCOPE, escaped
from dashboards.alerts import _suppression
from dashboards.alerts._alert import Alert
from dashboards.lint.finding import Json
from dashboards.lint.queries import sources

_MADE = "<!-- Страница сделана командой `python -m dashboards` из {origin}: правьте там. -->"
_MAILBOXES = {"high_priority": "аварии", "usage": "работа пользователей", "operator": "оператор SMART"}
_TITLES = {
    "db-operup": "Базы данных и OperUp",
    "network": "Доступность по сети",
    "online": "Онлайн-доступы",
    "maintenance": "Обслуживание",
    "licman": "Менеджер лицензий",
    "senselock": "Ключ SenseLock",
    "license": "Лицензии",
    "users": "Пользователи",
    "other": "Прочее",
    "watch": "Для оператора SMART",
}


def pages() -> dict[str, str]:
    """File name -> text, the index among them."""
    every = catalogue.alerts(SCOPE)
    known = {alert.name: alert for some in every.values() for alert in some}
    rules = {str(rule["title"]): rule for group in catalogue.rule_groups(SCOPE) for rule in group.rules}
    made = {
        f"{alert.name}.md": _page(alert, catalogue.origin(group), known, rules[alert.name])
        for group, some in every.items()
        for alert in some
    }
    return {"README.md": _index(every)} | made


def _index(every: Mapping[str, Sequence[Alert]]) -> str:
    lines = [
        "# Оповещения",
        "",
        _MADE.format(origin="dashboards/alerts/"),
        "",
        "Что получает кабинет, решают данные, которые у него есть. Приоритет K1 самый высокий, K5 самый низкий; "
        "важность — отдельно: critical приходит и в Telegram.",
    ]
    for group, some in every.items():
        lines += ["", f"## {_TITLES.get(group, group)}", "", "| Оповещение | Что случилось | | |", "|---|---|---|---|"]
        lines += [
            f"| [{alert.name}]({alert.name}.md) | {escaped(alert.title)} | {alert.priority} | {alert.severity} |"
            for alert in some
        ]
    demanding = [alert for some in every.values() for alert in some if alert.requires]
    lines += [
        "",
        "## Чему нужны особые данные",
        "",
        "Остальным хватает списков, проверок и отчётов. Эти без своих данных молчат:",
        "",
        "| Оповещение | Что нужно |",
        "|---|---|",
        *(f"| [{alert.name}]({alert.name}.md) | {escaped(alert.requires)} |" for alert in demanding),
    ]
    return "\n".join(lines) + "\n"


def _page(alert: Alert, origin: str, known: Mapping[str, Alert], rule: Json) -> str:
    query = rule["data"][0]["model"]
    language, text = ("sql", query["rawSql"]) if alert.sql else ("promql", query["expr"])
    lines = [
        f"# {alert.name}",
        "",
        _MADE.format(origin=origin),
        "",
        f"**{escaped(alert.title)}.** {_words(alert.meaning)}",
        "",
        *_facts(alert, known, rule),
        "",
        "## Почему так бывает",
        "",
        *(f"- {escaped(cause)}" for cause in alert.causes),
        "",
        "## Что делать",
        "",
        _words(alert.check),
        "",
        *(f"- {escaped(remedy)}" for remedy in alert.remedies),
        "",
        *_silence(alert, known),
        "## Запрос",
        "",
        f"Источник: {', '.join(f'`{name}`' for name in _sources(rule))}.",
        "",
        f"```{language}",
        text,
        "```",
    ]
    return "\n".join(lines) + "\n"


def _facts(alert: Alert, known: Mapping[str, Alert], rule: Json) -> Iterator[str]:
    yield f"- Приоритет: {alert.priority}, важность: {alert.severity}."
    telegram = ", Telegram" if alert.severity == "critical" and alert.route != "operator" else ""
    yield f"- Куда приходит: почта «{_MAILBOXES[alert.route]}»{telegram}."
    yield f"- По чему судим: {', '.join(feed.title for feed in alert.feeds)}; раз в {_span(alert.every)}."
    if hold := _suppression.hold(alert, known):
        yield f"- Сколько должно длиться: {_span(hold)}."
    if alert.case.labels:
        yield f"- Метки случая: {', '.join(f'`{label}`' for label in _labels(alert))}."
    if alert.requires:
        yield f"- Особые данные: {escaped(alert.requires)}"


def _labels(alert: Alert) -> tuple[str, ...]:
    return (*alert.case.labels, *(("clientname", "regnum") if alert.named else ()))


def _silence(alert: Alert, known: Mapping[str, Alert]) -> Iterator[str]:
    causes = [name for name in _suppression.SUPPRESSED.get(alert.name, ()) if name in known]
    hidden = [name for name, by in _suppression.SUPPRESSED.items() if alert.name in by and name in known]
    if causes or hidden:
        yield from ("## Связь с другими", "")
    if causes:
        yield f"Молчит, пока о причине сообщает {_links(causes)}."
        yield ""
    if hidden:
        yield f"Пока длится, молчит {_links(hidden)}."
        yield ""


def _links(names: Sequence[str]) -> str:
    return ", ".join(f"[{name}]({name}.md)" for name in names)


def _sources(rule: Json) -> list[str]:
    targets = [one["model"] for one in rule["data"] if one["datasourceUid"] != "__expr__"]
    return sorted(sources({"targets": targets}))


def _span(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join(f"{count} {unit}" for count, unit in ((hours, "ч"), (minutes, "мин")) if count)


def _words(text: str) -> str:
    return escaped(" ".join(text.split()))
