"""From an alert to the rule that Grafana's provisioning API takes and gives back.

The form is the server's own (12.4, ProvisionedAlertRule): what it adds by itself is there, what it drops is not. The
condition is an expression over the query, since a query's own 0 would not count as firing.
"""

import json
from collections.abc import Mapping
from typing import Any

from grafanalib.core import EXP_TYPE_MATH, AlertExpression, AlertGroup, AlertRulev9, SqlTarget, Target

import dashboards
from dashboards._links import uid
from dashboards._queries import EVENTS, METRICS
from dashboards._scope import Scope
from dashboards.alerts import _suppression
from dashboards.alerts._alert import Alert

Json = dict[str, Any]

MARK = {"smart": "1"}  # the notification policy selects our alerts by this label
_QUERY, _FIRES, _WITHIN = "A", "B", "C"
_EXPRESSIONS = {"type": "__expr__", "uid": "__expr__"}
# The server puts these into every query that lacks them.
_STEP = {"intervalMs": 1000, "maxDataPoints": 43200}
_NUMBERS = ("datasource", "expr", "instant", "refId")
_ROWS = ("datasource", "format", "rawQuery", "rawSql", "refId")
_MATH = ("expression", "refId", "type")


def group(name: str, every: int, alerts: list[Alert], scope: Scope, known: Mapping[str, Alert]) -> list[Json]:
    """The rules of one group; `known` are all alerts of the scope by name, for suppression."""
    made = AlertGroup(
        name=name,
        rules=[_rule(alert, scope, known) for alert in alerts],
        evaluateInterval=duration(every),
    )
    plain = json.loads(json.dumps(made.to_json_data(), default=lambda thing: thing.to_json_data()))
    return [_finish(raw, alert) for raw, alert in zip(plain["rules"], alerts, strict=True)]


def duration(seconds: int) -> str:
    """The time as the server writes it: `0s`, `5m`, `1h30m`."""
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def _rule(alert: Alert, scope: Scope, known: Mapping[str, Alert]) -> AlertRulev9:
    if alert.sql:
        queries = [_rows(alert.sql, _QUERY)]
    else:
        queries = [Target(expr=_suppression.query(alert, known), instant=True, datasource=METRICS, refId=_QUERY)]
    product = f"${_QUERY}"
    if alert.within:  # Grafana multiplies what agrees in all labels that both have, and drops the rest
        queries.append(_rows(alert.within, _WITHIN))
        product += f" * ${_WITHIN}"
    return AlertRulev9(
        title=alert.name,
        uid=alert.uid,
        triggers=[*queries, AlertExpression(_FIRES, f"is_number({product})", expressionType=EXP_TYPE_MATH)],
        condition=_FIRES,
        timeRangeFrom=alert.span,
        evaluateFor=duration(_suppression.hold(alert, known)),
        annotations=_annotations(alert, scope),
        labels={**MARK, "priority": alert.priority, "severity": alert.severity, "route": alert.route},
    )


def _rows(sql: str, name: str) -> SqlTarget:
    return SqlTarget(rawSql=sql, format="table", datasource=EVENTS, refId=name)


def _annotations(alert: Alert, scope: Scope) -> dict[str, str]:
    """Texts, the panel to look at and the page that describes the alert. A panel that the cabinet lacks is left out."""
    texts = {"description": alert.title, "summary": _one_line(alert.text), "check": _one_line(alert.check)}
    if scope.runbooks:
        texts["runbook_url"] = f"{scope.runbooks.rstrip('/')}/{alert.name}.md"
    panel = alert.panel
    if panel is None or panel.slug not in scope.slugs:
        return texts
    texts["__dashboardUid__"] = uid(panel.slug)
    texts["__panelId__"] = str(dashboards.panel_id(panel.slug, panel.key, scope))
    if panel.variables:
        texts["choice"] = "".join(_choice(name, value) for name, value in panel.variables)
    return texts


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _choice(name: str, value: str) -> str:
    """The end of the panel's address that chooses the value; nothing for a label that the case lacks."""
    if not value.startswith("$"):
        return f"&var-{name}={value}"
    return f"{{{{ with $labels.{value[1:]} }}}}&var-{name}={{{{ . | urlquery }}}}{{{{ end }}}}"


def _finish(raw: Json, alert: Alert) -> Json:
    inner = raw["grafana_alert"]
    rule = {
        "annotations": raw["annotations"],
        "condition": inner["condition"],
        "data": [_query(one) for one in inner["data"]],
        "execErrState": alert.exec_error,  # grafanalib has no KeepLast
        "for": raw["for"],
        "isPaused": False,
        "keep_firing_for": "0s",
        "labels": raw["labels"],
        "noDataState": "OK",  # nothing found is the normal case; missing data are alerts of their own
        "notification_settings": None,
        "record": None,
        "title": inner["title"],
        "uid": raw["uid"],
    }
    return {key: _sorted(rule[key]) for key in sorted(rule)}


def _query(raw: Json) -> Json:
    model = raw["model"]
    if model.get("type") == EXP_TYPE_MATH:
        kept: Json = {key: model[key] for key in _MATH} | {"datasource": _EXPRESSIONS}
    elif model["datasource"] == EVENTS:
        kept = {key: model[key] for key in _ROWS} | {"editorMode": "code"}
    else:
        kept = {key: model[key] for key in _NUMBERS} | {"editorMode": "code", "range": False}
    return {
        "datasourceUid": kept["datasource"]["uid"],
        "model": kept | _STEP,
        "queryType": "",
        "refId": raw["refId"],
        "relativeTimeRange": raw["relativeTimeRange"],
    }


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
