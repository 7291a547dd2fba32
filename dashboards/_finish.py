"""The finishing pass: from a grafanalib dashboard to the JSON that Grafana keeps.

The form is the server's own: what 12.4 gives back through dashboard.grafana.app/v1beta1 equals what was sent, and the
legacy /api/dashboards/db, which stores the JSON as it is, gives back the same. It has no nulls, no keys of older
Grafanas and none of the defaults that the server drops (frontend_defaults.go of 12.4), so nothing ever seems changed.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from zlib import crc32

from grafanalib.core import Dashboard

from dashboards._links import TAG, navigation
from dashboards._queries import METRICS, ref_id
from dashboards._scope import Scope

Json = dict[str, Any]

SCHEMA_VERSION = 42  # of Grafana 12.4; an older one migrates nothing then and draws these panels all the same
REFRESHES = ["1m", "5m", "15m", "30m", "1h", "2h", "1d"]  # nothing here changes faster
_IDS = 999_999
_SHARED_CROSSHAIR = 1
_BUILT_IN_ANNOTATION = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}

# What is taken over from grafanalib's output, all the rest is of older Grafanas.
_PANEL = (
    *("datasource", "description", "fieldConfig", "gridPos", "hideTimeOverride", "id", "interval", "links"),
    *("maxDataPoints", "maxPerRow", "options", "repeat", "repeatDirection", "targets", "timeFrom", "timeShift"),
    *("title", "transformations", "transparent", "type"),
)
_ROW = ("collapsed", "gridPos", "id", "panels", "repeat", "title", "type")
_PROMETHEUS = ("datasource", "expr", "format", "instant", "interval", "legendFormat", "refId")
_SQL = ("datasource", "format", "rawQuery", "rawSql", "refId")
_VARIABLE = (
    *("allValue", "current", "datasource", "hide", "includeAll", "label", "multi", "name", "options", "query"),
    *("refresh", "regex", "sort", "type"),
)
# Left out where they say nothing: the server drops them.
_PANEL_DEFAULTS: Json = {
    "fieldConfig": {"defaults": {}, "overrides": []},
    "hideTimeOverride": False,
    "links": [],
    "options": {},
    "targets": [],
    "title": "",
    "transformations": [],
    "transparent": False,
}


def finish(dashboard: Dashboard, scope: Scope) -> Json:
    """The dashboard's `spec`: keys sorted, panels numbered, nothing of one cabinet in it."""
    raw = _plain(dashboard)
    if raw["refresh"] not in ("", *REFRESHES):
        raise ValueError(f"a dashboard refreshes at one of {REFRESHES}, not at {raw['refresh']!r}")
    panels = [_panel(panel) for panel in raw["panels"]]
    ids = number(panel["id"] for panel in _every(panels))
    for panel in _every(panels):
        panel["id"] = ids[panel["id"]]
    spec = {
        "annotations": {"list": [_BUILT_IN_ANNOTATION]},
        "description": raw["description"],
        "editable": False,  # made by the program: an edit by hand would be undone by the next run
        "fiscalYearStartMonth": 0,
        "graphTooltip": _SHARED_CROSSHAIR,
        "links": navigation(),
        "panels": panels,
        "refresh": raw["refresh"],
        "schemaVersion": SCHEMA_VERSION,
        "tags": [TAG],
        "templating": {"list": [_variable(one) for one in raw["templating"]["list"]]},
        "time": raw["time"],
        "timepicker": {"refresh_intervals": REFRESHES},
        "timezone": scope.timezone,
        "title": raw["title"],
        "weekStart": scope.week_start,
    }
    return dict(_tidy(spec))


def panel_ids(dashboard: Dashboard) -> dict[str, int]:
    """The id of each panel by its key."""
    return number(panel["id"] for panel in _every(_plain(dashboard)["panels"]))


def number(keys: Iterable[str]) -> dict[str, int]:
    """An id for every key, made from the key alone: a new panel changes no other's id, so links to panels live on.

    Of two keys that meet in one number the later in the alphabet takes the next hash. Raises ValueError for a key that
    is there twice.
    """
    ids: dict[str, int] = {}
    for key in sorted(keys):
        if key in ids:
            raise ValueError(f"two panels of one dashboard are called {key!r}")
        tries = (1 + crc32(f"{key}{'#' * again}".encode()) % _IDS for again in range(_IDS))
        taken = set(ids.values())
        ids[key] = next(found for found in tries if found not in taken)
    return ids


def _plain(dashboard: Dashboard) -> Json:
    """grafanalib's objects as plain JSON data."""
    encoded = json.dumps(dashboard.to_json_data(), default=lambda thing: thing.to_json_data())
    return dict(json.loads(encoded))


def _every(panels: list[Json]) -> Iterator[Json]:
    for panel in panels:
        yield panel
        yield from panel.get("panels", [])


def _panel(raw: Json) -> Json:
    if raw["type"] == "row":
        return _some(raw, _ROW) | {"panels": [_panel(panel) for panel in raw["panels"]]}
    panel = _some(raw, _PANEL)
    panel["targets"] = [_target(target, ref_id(index)) for index, target in enumerate(raw["targets"])]
    panel["fieldConfig"] = _field_config(raw["fieldConfig"])
    panel["description"] = " ".join((raw["description"] or "").split()) or None  # written over several lines
    return {key: value for key, value in _tidy(panel).items() if _PANEL_DEFAULTS.get(key) != value}


def _field_config(raw: Json) -> Json:
    defaults = dict(raw["defaults"])
    if not defaults["thresholds"]["steps"]:
        del defaults["thresholds"]
    if "custom" in defaults:  # of tables; since schema version 38 it is called cellOptions
        defaults["custom"].pop("displayMode", None)
    return {"defaults": defaults, "overrides": raw.get("overrides", [])}


def _target(raw: Json, name: str) -> Json:
    if raw["datasource"] != METRICS:
        return _some(raw, _SQL) | {"editorMode": "code", "refId": name}
    target = _some(raw, _PROMETHEUS) | {"editorMode": "code", "range": not raw["instant"], "refId": name}
    return {key: value for key, value in target.items() if value != ""}


def _variable(raw: Json) -> Json:
    variable = _some(raw, _VARIABLE)
    if raw["type"] == "query" and raw["current"]["text"]:
        variable["current"] = {key: raw["current"][key] for key in ("text", "value")}
    elif raw["includeAll"]:
        variable["current"] = (
            {"text": ["All"], "value": ["$__all"]} if raw["multi"] else {"text": "All", "value": "$__all"}
        )
    elif raw["type"] == "query":
        variable["current"] = {}  # the browser takes the first value
    if raw["type"] == "query":
        query = raw["query"]
        variable["definition"] = query["query"] if isinstance(query, dict) else query
    if raw["type"] == "custom":
        variable["current"] = {key: variable["current"][key] for key in ("text", "value")}
        del variable["refresh"], variable["sort"]
    return variable | {"options": []}  # the browser fills them when it loads the dashboard


def _some(raw: Json, keys: tuple[str, ...]) -> Json:
    return {key: raw[key] for key in keys if key in raw}


def _tidy(value: Any) -> Any:
    """The same without nulls, with sorted keys and whole numbers as such, all the way down."""
    if isinstance(value, dict):
        return {key: _tidy(value[key]) for key in sorted(value) if value[key] is not None}
    if isinstance(value, list):
        return [_tidy(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
