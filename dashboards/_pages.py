"""The pages of docs/dashboards, in Russian, made from the dashboards themselves."""

import re
from collections.abc import Iterator, Sequence

import dashboards
from dashboards._scope import Scope
from dashboards.lint.finding import Json, values
from dashboards.lint.queries import sources

# A cabinet that has everything.
SCOPE = Scope(
    timezone="Europe/Samara",
    language="ru-RU",
    week_start="monday",
    slugs=dashboards.slugs(),
    has_installations=True,
    has_online=True,
    has_polled=True,
)
_NEEDS = {"installations": "установки", "online": "онлайн-доступы"}
_KINDS = {
    "barchart": "столбцы",
    "stat": "число",
    "state-timeline": "полосы состояний",
    "table": "таблица",
    "alertlist": "список оповещений",
    "text": "текст",
    "timeseries": "график",
}
_UNITS = {
    "bytes": "байты",
    "decbytes": "байты",
    "none": "число",
    "percent": "проценты",
    "percentunit": "доля",
    "s": "время",
    "short": "число",
    "string": "текст",
}
_SPANS = {  # after «последние»: 1, 2–4, 5 and more
    "m": ("минута", "минуты", "минут"),
    "h": ("час", "часа", "часов"),
    "d": ("день", "дня", "дней"),
    "w": ("неделя", "недели", "недель"),
    "M": ("месяц", "месяца", "месяцев"),
    "y": ("год", "года", "лет"),
}
_WHOLE = {  # Grafana rounds: `now/M` begins on the 1st, as an end it is the last day
    ("now/d", "now"): "с начала дня",
    ("now/M", "now"): "с начала месяца",
    ("now/y", "now"): "с начала года",
    ("now/M", "now/M"): "текущий месяц целиком",
    ("now/y", "now/y"): "текущий год целиком",
}
_REFRESHES = {"1m": "раз в минуту", "1h": "раз в час", "1d": "раз в сутки"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")
_MADE = "<!-- Страница сделана командой `python -m dashboards` из {origin}: правьте там. -->"


def pages() -> dict[str, str]:
    """File name -> text, the index among them."""
    return {"README.md": _index()} | {f"{slug}.md": _page(slug) for slug in dashboards.slugs()}


def _index() -> str:
    lines = [
        "# Дашборды",
        "",
        _MADE.format(origin="dashboards/"),
        "",
        "Что получает кабинет, решают его список дашбордов в `tenants.yaml` и данные, которые у него есть.",
        "",
        "| Дашборд | Для чего | Данные | Открывается |",
        "|---|---|---|---|",
    ]
    for slug in dashboards.slugs():
        spec = dashboards.render(slug, SCOPE)
        cells = (escaped(spec["description"]), _needed(slug), _range(spec["time"]))
        lines.append(f"| [{escaped(spec['title'])}]({slug}.md) | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _page(slug: str) -> str:
    spec, origin = dashboards.render(slug, SCOPE), dashboards.origin(slug)
    refresh = _REFRESHES.get(spec["refresh"], spec["refresh"]) or "нет, кнопкой"
    lines = [
        f"# {escaped(spec['title'])}",
        "",
        _MADE.format(origin=origin),
        "",
        escaped(spec["description"]),
        "",
        f"- Кому: кабинетам, у которых есть {_needed(slug)}.",
        f"- Открывается: {_range(spec['time'])}.",
        f"- Обновляется само: {refresh}.",
        f"- uid: `{dashboards.uid(slug)}`, файл: [{origin}](../../{origin}).",
        "",
        *_variables(spec["templating"]["list"]),
        *(["## Панели", ""] if spec["panels"][0]["type"] != "row" else []),
    ]
    for panel in spec["panels"]:
        if panel["type"] == "row":
            folded = " (свёрнуто)" if panel["collapsed"] else ""
            lines += [f"## Раздел «{escaped(panel['title'])}»{folded}", ""]
        for one in [panel] if panel["type"] != "row" else panel["panels"]:
            lines += _panel(one)
    return "\n".join(lines).rstrip() + "\n"


def _variables(variables: Sequence[Json]) -> Iterator[str]:
    if not variables:
        return
    yield from ("## Отбор", "", "| Над панелями | Имя в ссылке | Выбор | Откуда значения |", "|---|---|---|---|")
    for variable in variables:
        choice = "несколько или все" if variable.get("multi") else "одно"
        name = f"`var-{variable['name']}`"
        yield f"| {escaped(variable['label'])} | {name} | {choice} | {_offered(variable)} |"
    yield ""


def _offered(variable: Json) -> str:
    if variable["type"] == "custom":
        return ", ".join(escaped(one.partition(" : ")[0].strip()) for one in variable["query"].split(","))
    text = variable["definition"]
    if match := re.fullmatch(r"label_values\((\w+)(?:\{.*\})?, (\w+)\)", text):
        return f"метка `{match[2]}` метрики `{match[1]}`"
    return "таблица " + ", ".join(f"`{table}`" for table in sorted(set(re.findall(r"\bcore\.\w+", text))))


def _panel(panel: Json) -> Iterator[str]:
    has_data = panel["type"] not in ("alertlist", "text")
    unit = _unit(panel["fieldConfig"]["defaults"]["unit"]) if has_data else ""
    kind = _KINDS[panel["type"]].capitalize()
    yield from (f"### {escaped(panel['title'])}", "")
    yield f"*{kind if unit in ('', 'текст') else f'{kind}, {unit}'}.* {escaped(panel['description'])}"
    yield ""
    if panel["type"] == "text":
        yield from (panel["options"]["content"], "")
    if columns := _columns(panel):
        yield from (f"Столбцы: {columns}.", "")
    if read := sorted(sources(panel)):
        yield from (f"Источник: {', '.join(f'`{source}`' for source in read)}.", "")
    if led := _led(panel):
        yield from (f"Ведёт на: {', '.join(led)}.", "")


def _columns(panel: Json) -> str:
    """The columns of a table in their order, with their units."""
    if panel["type"] != "table":
        return ""
    units = {
        override["matcher"]["options"]: one["value"]
        for override in panel["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "unit"
    }
    return ", ".join(
        f"{escaped(title)} ({_unit(units[title])})" if title in units else escaped(title) for title in _titles(panel)
    )


def _titles(panel: Json) -> list[str]:
    for one in panel.get("transformations", ()):
        if one["id"] == "organize":
            order = one["options"]["indexByName"]
            return [one["options"]["renameByName"].get(field, field) for field in sorted(order, key=order.__getitem__)]
    statement = panel["targets"][0]["rawSql"]
    return re.findall(r'AS "([^"]+)"', statement.partition("\nFROM ")[0])


def _led(panel: Json) -> list[str]:
    """The dashboards that a click leads to."""
    uids = {dashboards.uid(slug): slug for slug in dashboards.slugs()}
    found = {}
    for path, value in values(panel):
        if path.endswith("url") and (match := re.match(r"/d/([\w-]+)", str(value))):
            slug = uids[match[1]]
            found[slug] = f"[{escaped(dashboards.render(slug, SCOPE)['title'])}]({slug}.md)"
    return list(found.values())


def _needed(slug: str) -> str:
    return " или ".join(_NEEDS[data] for data in dashboards.needs(slug))


def _range(time: Json) -> str:
    """The time range in words; as Grafana writes it where there are none."""
    since, until = time["from"], time["to"]
    if until == "now" and (match := re.fullmatch(r"now-(\d+)([mhdwMy])", since)):
        count, forms = int(match[1]), _SPANS[match[2]]
        return f"последние {count} {_form(count, forms)}" if count > 1 else f"за {_accusative(forms[0])}"
    return _WHOLE.get((since, until), f"`{since}` — `{until}`")


def _form(count: int, forms: Sequence[str]) -> str:
    if count % 10 == 1 and count % 100 != 11:
        return forms[0]
    return forms[1] if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else forms[2]


def _accusative(span: str) -> str:
    feminine = {"минута": "последнюю минуту", "неделя": "последнюю неделю"}
    return feminine.get(span, f"последний {span}")


def _unit(unit: str) -> str:
    if unit.startswith(("time:", "dateTime")):
        return "дата и время" if "HH" in unit or unit.startswith("dateTime") else "дата"
    return _UNITS.get(unit, unit)


def escaped(text: str) -> str:
    """The text with the characters that Markdown would interpret escaped."""
    return _SPECIAL.sub(r"\\\1", text)
