"""Rules about the JSON itself: the form the server keeps, ids, names of queries, sources, units, words, refresh."""

import re
from collections.abc import Iterator
from typing import Any

from dashboards._finish import SCHEMA_VERSION
from dashboards._queries import EVENTS, METRICS, MIXED, ref_id
from dashboards.lint.finding import Finding, Json, named, panels, values

_SPEC_KEYS = {
    *("annotations", "description", "editable", "fiscalYearStartMonth", "graphTooltip", "links", "panels", "refresh"),
    *("schemaVersion", "tags", "templating", "time", "timepicker", "timezone", "title", "weekStart"),
}
_PANEL_KEYS = {
    *("collapsed", "datasource", "description", "fieldConfig", "gridPos", "hideTimeOverride", "id", "interval"),
    *("links", "maxDataPoints", "maxPerRow", "options", "panels", "repeat", "repeatDirection", "targets", "timeFrom"),
    *("timeShift", "title", "transformations", "transparent", "type"),
}
_DROPPED_WHEN_EMPTY = ("links", "options", "targets", "title", "transformations")
_TYPES = {"alertlist", "barchart", "row", "stat", "state-timeline", "table", "text", "timeseries"}
_WITHOUT_DATA = {"alertlist", "row", "text"}
_SOURCES = (METRICS, EVENTS)
_SHORTEST = 60  # seconds between two refreshes: hundreds of cabinets ask the same stores
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_DESCRIBED = 40  # letters: less says neither what it means nor what to do


def canonical_form(spec: Json) -> Iterator[Finding]:
    """The server gives back what was sent: sorted keys, no nulls, no defaults, nothing of older Grafanas."""
    for key in sorted(spec.keys() ^ _SPEC_KEYS):
        if key in spec:
            yield _form(key, "лишний ключ", "a key too many")
        else:
            yield _form(key, "нет ключа", "a key is missing")
    if spec.get("schemaVersion") != SCHEMA_VERSION:
        version = SCHEMA_VERSION
        yield _form("schemaVersion", f"должна быть {version}", f"it should be {version}")
    for path, value in values(spec):
        if value is None:
            yield _form(path, "пустое значение: сервер его выбросит", "null: the server would drop it")
        elif isinstance(value, dict) and list(value) != sorted(value):
            yield _form(path, "ключи не по алфавиту", "keys are not in alphabetical order")
        elif isinstance(value, float) and value.is_integer():
            yield _form(path, "целое число с точкой", "a whole number with a point")
    for panel in panels(spec):
        for key in sorted(panel.keys() - _PANEL_KEYS):
            yield _form(f"{named(panel)} {key}", "лишний ключ", "a key too many")
        for key in _DROPPED_WHEN_EMPTY:
            if key in panel and not panel[key]:
                yield _form(f"{named(panel)} {key}", "пусто: сервер это выбросит", "empty: the server would drop it")


def _form(where: str, ru: str, en: str) -> Finding:
    return Finding("canonical-form", where, ru, en)


def panel_ids(spec: Json) -> Iterator[Finding]:
    """Ids are apart and do not depend on the place, so that links to panels live on when one is added above."""
    seen: dict[Any, Json] = {}
    for panel in panels(spec):
        found = panel.get("id")
        if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**31:
            yield Finding("panel-ids", named(panel), f"id {found!r} не подходит", f"id {found!r} does not fit")
        elif found in seen:
            other = named(seen[found])
            yield Finding("panel-ids", named(panel), f"id {found} уже у {other}", f"id {found} is {other}'s already")
        seen.setdefault(found, panel)
    numbers = sorted(found for found in seen if isinstance(found, int))
    if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)):
        yield Finding(
            "panel-ids",
            "panels",
            "панели пронумерованы по порядку: новая сдвинет остальные",
            "panels are numbered by their place: a new one shifts the others",
        )


def ref_ids(spec: Json) -> Iterator[Finding]:
    """Queries of a panel are called A, B, C … in their order."""
    for panel in panels(spec):
        found = [target.get("refId") for target in panel.get("targets", ())]
        expected = [ref_id(index) for index in range(len(found))]
        if found != expected:
            yield Finding(
                "ref-ids",
                named(panel),
                f"запросы названы {found}, а не {expected}",
                f"queries are called {found}, not {expected}",
            )


def data_sources(spec: Json) -> Iterator[Finding]:
    """Panels, queries and variables name one of the cabinet's two data sources in full; queries use their panel's.

    A panel may be mixed: then each query names one of the two.
    """
    known = " | ".join(source["uid"] for source in _SOURCES)
    for panel in panels(spec):
        mixed = panel.get("datasource") == MIXED
        if panel.get("type") not in _WITHOUT_DATA and panel.get("datasource") not in _SOURCES and not mixed:
            yield _source(named(panel), known)
        for target in panel.get("targets", ()):
            if mixed and target.get("datasource") not in _SOURCES:
                yield _source(named(panel, target), known)
            elif not mixed and target.get("datasource") != panel.get("datasource"):
                yield Finding(
                    "data-sources",
                    named(panel, target),
                    "источник запроса не тот, что у панели",
                    "the query's data source is not its panel's",
                )
    for variable in _variables(spec):
        if variable.get("type") == "query" and variable.get("datasource") not in _SOURCES:
            yield _source(f"${variable.get('name')}", known)


def _source(where: str, known: str) -> Finding:
    return Finding("data-sources", where, f"источник данных не из кабинета: {known}", f"not one of: {known}")


def panel_types(spec: Json) -> Iterator[Finding]:
    """Kinds of panels that come back from the server unchanged, as the tests hold."""
    for panel in panels(spec):
        if panel.get("type") not in _TYPES:
            known = ", ".join(sorted(_TYPES))
            yield Finding("panel-types", named(panel), f"вид панели не из списка: {known}", f"not one of: {known}")


def units(spec: Json) -> Iterator[Finding]:
    """Every chart, figure and table says its unit."""
    for panel in panels(spec):
        if panel.get("type") in _WITHOUT_DATA:
            continue
        if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
            yield Finding("units", named(panel), "нет единицы измерения", "no unit")


def descriptions(spec: Json) -> Iterator[Finding]:
    """The dashboard and every panel with content is described, in Russian: what it means and what to do."""
    if not _CYRILLIC.search(str(spec.get("description", ""))):
        yield Finding("descriptions", "description", "у дашборда нет описания", "the dashboard has no description")
    for panel in panels(spec):
        if not panel.get("title"):
            yield Finding("descriptions", named(panel), "нет заголовка", "no title")
        elif panel.get("type") != "row" and len(_CYRILLIC.findall(str(panel.get("description", "")))) < _DESCRIBED:
            yield Finding("descriptions", named(panel), "нет описания по-русски", "no description in Russian")


def refresh(spec: Json) -> Iterator[Finding]:
    """No refresh is faster than once a minute, neither the dashboard's own nor those a reader may choose."""
    chosen = [("refresh", spec.get("refresh", ""))] if spec.get("refresh") else []
    offered = spec.get("timepicker", {}).get("refresh_intervals")
    if not offered:
        yield Finding(
            "refresh",
            "timepicker.refresh_intervals",
            "нет списка обновлений: Grafana предложит 5 секунд",
            "no list of refreshes: Grafana would offer 5 seconds",
        )
    for where, interval in [*chosen, *(("timepicker.refresh_intervals", one) for one in offered or ())]:
        if _seconds(str(interval)) < _SHORTEST:
            yield Finding(
                "refresh", where, f"{interval} чаще раза в минуту", f"{interval} is faster than once a minute"
            )


def _seconds(interval: str) -> float:
    """0 for what is no interval."""
    match = re.fullmatch(r"(\d+)(ms|[smhdw])", interval)
    return int(match[1]) * _UNITS[match[2]] if match else 0


def _variables(spec: Json) -> list[Json]:
    return list(spec.get("templating", {}).get("list", ()))
