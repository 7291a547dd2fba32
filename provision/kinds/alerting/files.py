"""A cabinet's alerting as the files that Grafana's file provisioning takes (`provisioning/alerting/*.json`, 12.4).

Grafana replaces `$NAME` in these files by the environment, so a dollar is doubled, but not where it never does so:
annotations and queries of rules, message templates, mute timings. The number of the org is not known without a server:
it is 1, and the secret of a contact point is a name from the environment.
"""

import json
from collections.abc import Mapping
from typing import Any

from provision.kinds.alerting import routing
from provision.model import Cabinet

_ORG = {"orgId": 1}
_ROOT = "empty"  # the receiver of a fresh org's root (12.4)
_VARIABLES = {routing.TELEGRAM: "SMART_TELEGRAM_TOKEN"}

Json = Any


def templates(texts: Mapping[str, str]) -> str:
    """The file of the message templates."""
    return _file("templates", [{**_ORG, "name": name, "template": text} for name, text in texts.items()])


def mute_timings(timings: Mapping[str, Json]) -> str:
    """The file of the mute timings."""
    return _file("muteTimes", [{**_ORG, "name": name, "time_intervals": found} for name, found in timings.items()])


def contact_points(cabinet: Cabinet) -> str:
    """The file of the contact points."""
    rows = []
    for point in routing.contact_points(cabinet, ""):
        secret = {point.secret_key: f"${_VARIABLES[point.name]}"} if point.secret_key else {}
        settings = {**_doubled(point.settings), **secret}
        receiver = {"uid": point.uid, "type": point.type, "settings": settings, "disableResolveMessage": False}
        rows.append({**_ORG, "name": _doubled(point.name), "receivers": [receiver]})
    return _file("contactPoints", rows)


def policies(cabinet: Cabinet) -> str:
    """The file of the notification policies: our route below the root of a fresh org."""
    route = routing.policy(cabinet, "")
    routes = {"routes": [_doubled(route)]} if route else {}
    return _file("policies", [{**_ORG, "receiver": _ROOT, "group_by": ["grafana_folder", "alertname"], **routes}])


def rule_group(folder: str, name: str, seconds: int, rules: list[Json]) -> str:
    """The file of one group of rules."""
    path = folder.replace("/", r"\/")  # a slash leads into another folder
    group = {**_ORG, "name": name, "folder": _doubled(path), "interval": f"{seconds}s"}
    return _file("groups", [{**group, "rules": [_rule(rule) for rule in rules]}])


def _rule(rule: Mapping[str, Json]) -> dict[str, Json]:
    """The panel is named twice: Grafana's pages read the fields, the link in a message comes from the annotations."""
    named = {"keep_firing_for": "keepFiringFor"}
    left_out = {"notification_settings", "record", "provenance"}
    made = {named.get(key, key): value for key, value in rule.items() if key not in left_out}
    annotations = made["annotations"]
    if "__dashboardUid__" in annotations:
        made["dashboardUid"] = annotations["__dashboardUid__"]
        made["panelId"] = int(annotations["__panelId__"])
    return {**made, "title": _doubled(made["title"]), "labels": _doubled(made["labels"])}


def _doubled(value: Json) -> Json:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _doubled(one) for key, one in value.items()}
    return [_doubled(one) for one in value] if isinstance(value, list) else value


def _file(section: str, rows: list[dict[str, Json]]) -> str:
    return json.dumps({"apiVersion": 1, section: rows}, ensure_ascii=False, indent=2, sort_keys=True)
