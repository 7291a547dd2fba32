"""A dashboard as `v1beta1` shows it: the canonical form that Grafana 12.4 makes of an older JSON.

The server has some forty steps; these are the ones that an ordinary dashboard meets. What is in canonical form already
comes out as it went in, here as there.
"""

from collections.abc import Mapping
from typing import Any

SCHEMA_VERSION = 42

_GONE = {"__inputs", "__requires", "gnetId", "hideControls", "style", "rows", "sharedCrosshair", "id", "uid", "version"}
_GONE_FROM_PANELS = {"span", "minSpan", "height", "maxPerRow", "cacheTimeout", "error", "editable"}
_GONE_FROM_VARIABLES = {"tagsQuery", "tagValuesQuery", "useTags", "tags"}
_BUILT_IN = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}


def migrated(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec in canonical form."""
    clean: dict[str, Any] = _without_nulls({key: value for key, value in spec.items() if key not in _GONE})
    version = clean.get("schemaVersion")
    is_older = not isinstance(version, int) or version < SCHEMA_VERSION
    defaults: dict[str, Any] = {
        "editable": True,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 0,
        "links": [],
        "panels": [],
        "tags": [],
        "templating": {"list": []},
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {},
        "timezone": "",
        "weekStart": "",
        **({"refresh": ""} if is_older else {}),
    }
    result = {**defaults, **clean, "schemaVersion": SCHEMA_VERSION}
    result["annotations"] = _annotations(clean.get("annotations"))
    if isinstance(result["panels"], list):
        result["panels"] = [_panel(panel, is_older) for panel in result["panels"]]
    if isinstance(result["templating"], dict) and isinstance(result["templating"].get("list"), list):
        result["templating"] = {**result["templating"], "list": [_variable(v) for v in result["templating"]["list"]]}
    if isinstance(result["timepicker"], dict):
        result["timepicker"] = {key: value for key, value in result["timepicker"].items() if key != "time_options"}
    return result


def _annotations(sent: object) -> dict[str, Any]:
    """With the built-in one, which is added at the head when it is missing."""
    found = sent if isinstance(sent, dict) else {}
    entries = found.get("list")
    entries = entries if isinstance(entries, list) else []
    has_built_in = any(isinstance(entry, dict) and entry.get("builtIn") for entry in entries)
    return {**found, "list": entries if has_built_in else [_BUILT_IN, *entries]}


def _panel(panel: Any, is_older: bool) -> Any:
    if not isinstance(panel, dict):
        return panel
    dull = {"links": [], "transformations": [], "transparent": False}
    result = {
        key: value
        for key, value in panel.items()
        if key not in _GONE_FROM_PANELS and not (key in dull and value == dull[key])
    }
    if isinstance(result.get("panels"), list):
        result["panels"] = [_panel(inner, is_older=False) for inner in result["panels"]]
    if is_older:
        _modernize(result)
    return result


def _modernize(panel: dict[str, Any]) -> None:
    """What only an older schema gets: a data source in each query, a switch in the legend."""
    source, targets, options = panel.get("datasource"), panel.get("targets"), panel.get("options")
    if isinstance(targets, list) and source is not None:
        panel["targets"] = [{"datasource": source, **t} if isinstance(t, dict) else t for t in targets]
    if isinstance(options, dict) and isinstance(options.get("legend"), dict):
        panel["options"] = {**options, "legend": {"showLegend": True, **options["legend"]}}


def _variable(variable: Any) -> Any:
    if not isinstance(variable, dict):
        return variable
    kept = {key: value for key, value in variable.items() if key not in _GONE_FROM_VARIABLES}
    return {**kept, "options": kept.get("options", [])} if kept.get("type") == "query" else kept


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value
