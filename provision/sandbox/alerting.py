"""`/api/v1/provisioning`: the tree of notification policies, message templates, mute timings."""

import hashlib
import json
import re
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, request

from provision.sandbox import alerting_state
from provision.sandbox.access import body, needs, text
from provision.sandbox.alerting_points import receivers_of
from provision.sandbox.alerting_rules import naming
from provision.sandbox.alerting_state import API, NONE, Document, public
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("alerting", __name__)

_POLICIES = "/api/v1/provisioning/policies"
_TEMPLATES = "/api/v1/provisioning/templates"
_TIMINGS = "/api/v1/provisioning/mute-timings"
_MATCHERS = ("match", "match_re", "matchers", "object_matchers")
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


@blueprint.get(_POLICIES)
def policies() -> dict[str, Any]:
    """404 before the org's first synchronisation."""
    org = needs("alert.provisioning:read", "Viewer").org
    document = alerting_state.find(org)
    if document is None:
        raise Refused(404, "could not find an Alertmanager configuration", more={"traceID": ""})
    provenance = document["provenance"].get("route")
    return {**document["route"], **({"provenance": provenance} if provenance else {})}


@blueprint.put(_POLICIES)
def put_policies() -> tuple[dict[str, Any], int]:
    """The whole tree instead of the one before, without a lock; every receiver and timing in it must be there."""
    org, tree = needs("alert.provisioning:write", "Editor").org, _cleaned(body())
    if not tree.get("receiver"):
        raise _bad_route("root route must specify a default receiver")
    if any(tree.get(key) for key in _MATCHERS):
        raise _bad_route("root route must not have any matchers")
    if tree.get("mute_time_intervals"):
        raise _bad_route("root route must not have any mute time intervals")
    document = alerting_state.find(org)
    if document is None:
        raise Refused(404, "could not find an Alertmanager configuration", more={"traceID": ""})
    known = {receiver["name"] for receiver in document["receivers"]}
    for name in sorted(receivers_of(tree) - known):
        raise _bad_route(f"receiver '{name}' does not exist")
    for name in sorted(_timings_of(tree) - {one["name"] for one in document["intervals"]}):
        raise _bad_route(f"mute time interval '{name}' does not exist")
    _check_provenance(document, "route")
    document["route"] = tree
    _keep(org, document, "route")
    return {"message": "policies updated"}, 202


@blueprint.get(_TEMPLATES)
def templates() -> list[dict[str, Any]] | Any:
    """Sorted by name; `null` where there are none."""
    document = alerting_state.found(needs("alert.provisioning:read", "Viewer").org)
    shown = [_template(document, name) for name in sorted(document["templates"])]
    return shown or ("null\n", 200, {"Content-Type": "application/json"})


@blueprint.put(f"{_TEMPLATES}/<name>")
def put_template(name: str) -> tuple[dict[str, Any], int]:
    """Creates or replaces. 400 for a text that is no Go template; 409 for a `version` that is not the stored one."""
    org, sent = needs("alert.provisioning:write", "Editor").org, body()
    content = _defined(name, text(sent, "template"))
    document = alerting_state.found(org)
    is_new, version = name not in document["templates"], text(sent, "version")
    if version and is_new:
        raise public(404, "alerting.notifications.templates.notFound", "Not found")
    if version and version != _version(document["templates"][name]):
        raise public(409, "alerting.notifications.conflict", "Conflict")
    _check_provenance(document, f"template {name}")
    document["templates"][name] = content
    _keep(org, document, f"template {name}")
    return _template(document, name), 202


@blueprint.delete(f"{_TEMPLATES}/<name>")
def delete_template(name: str) -> tuple[str, int]:
    """204 also for one that is not there."""
    org = needs("alert.provisioning:write", "Editor").org
    document = alerting_state.found(org)
    _check_provenance(document, f"template {name}")
    document["templates"].pop(name, None)
    document["provenance"].pop(f"template {name}", None)
    alerting_state.save(org, document)
    return "", 204


@blueprint.get(_TIMINGS)
def timings() -> list[dict[str, Any]]:
    """Sorted by name."""
    org = needs("alert.provisioning:read", "Viewer").org
    document = alerting_state.found(org, Refused(500, "failed to get mute timings"))
    return [_timing(document, one) for one in sorted(document["intervals"], key=lambda one: str(one["name"]))]


@blueprint.post(_TIMINGS)
def create_timing() -> tuple[dict[str, Any], int]:
    """400 for a name that is there."""
    org, made = needs("alert.provisioning:write", "Editor").org, _interval(body())
    document = alerting_state.found(org)
    if any(one["name"] == made["name"] for one in document["intervals"]):
        message = "Time interval with this name already exists. Use a different name or update existing one."
        raise public(400, "alerting.notifications.time-intervals.nameExists", message)
    document["intervals"].append(made)
    _keep(org, document, f"timing {made['name']}")
    return _timing(document, made), 201


@blueprint.put(f"{_TIMINGS}/<name>")
def update_timing(name: str) -> tuple[dict[str, Any], int]:
    """404 for one that is not there; 409 for a `version` that is not the stored one."""
    org, sent = needs("alert.provisioning:write", "Editor").org, body()
    made = _interval(sent)  # 400 without a name in the body (12.4)
    document = alerting_state.found(org)
    before = next((one for one in document["intervals"] if one["name"] == name), None)
    if before is None:
        raise public(404, "alerting.notifications.time-intervals.notFound", "Not found")
    _check_provenance(document, f"timing {name}")
    if text(sent, "version") not in {"", _version(before)}:
        raise public(409, "alerting.notifications.conflict", "Conflict")
    document["intervals"][document["intervals"].index(before)] = made
    _keep(org, document, f"timing {name}")
    return _timing(document, made), 202


@blueprint.delete(f"{_TIMINGS}/<name>")
def delete_timing(name: str) -> tuple[str, int]:
    """409 while a route or a rule names it; 204 also for one that is not there."""
    org = needs("alert.provisioning:write", "Editor").org
    document = alerting_state.found(org)
    if name in _timings_of(document["route"]):
        extra = {"UsedByRoutes": True}
        raise public(409, "alerting.notifications.time-intervals.used", "Conflict", extra)
    if rules := naming(org, "mute_time_intervals", name):
        raise public(409, "alerting.notifications.time-intervals.used", "Conflict", {"UsedByRules": rules})
    _check_provenance(document, f"timing {name}")
    document["intervals"] = [one for one in document["intervals"] if one["name"] != name]
    document["provenance"].pop(f"timing {name}", None)
    alerting_state.save(org, document)
    return "", 204


def _cleaned(route: dict[str, Any]) -> dict[str, Any]:
    """The route as Grafana stores it: without what is empty, matchers in one form; 400 for what is no route."""
    lists = ("group_by", "mute_time_intervals", "active_time_intervals", "object_matchers", "routes")
    if not all(isinstance(route.get(key) or [], list) for key in lists):
        raise bad_request()
    children = [_cleaned(child) if isinstance(child, dict) else _no_route() for child in route.get("routes") or ()]
    order = (
        *("receiver", "group_by", *_MATCHERS, "mute_time_intervals", "active_time_intervals", "continue", "routes"),
        *("group_wait", "group_interval", "repeat_interval"),
    )
    kept = {key: route[key] for key in order if route.get(key)}
    if "object_matchers" in kept:
        kept["object_matchers"] = sorted(kept["object_matchers"])
    return {**kept, **({"routes": children} if children else {})}


def _no_route() -> dict[str, Any]:
    raise bad_request()


def _timings_of(route: dict[str, Any]) -> set[str]:
    below = (name for child in route.get("routes") or () for name in _timings_of(child))
    return {*route.get("mute_time_intervals", ()), *route.get("active_time_intervals", ()), *below}


def _bad_route(why: str) -> Refused:
    message = f"Invalid format of the submitted route: {why}. Correct the payload and try again."
    return public(400, "alerting.notifications.routes.invalidFormat", message, {"Error": why})


def _defined(name: str, content: str) -> str:
    """The text as Grafana stores it: trimmed, and inside a `define` of the template's name where it has none."""
    content = content.strip()
    if not name or not content:
        raise _bad_template("template must have content")
    if len(re.findall(r"\{\{", content)) != len(re.findall(r"\}\}", content)):
        raise _bad_template("invalid template: unexpected action")
    if not re.search(r"\{\{-?\s*define\b", content):
        inside = "\n".join(f"  {line}" for line in content.split("\n"))
        content = f'{{{{ define "{name}" }}}}\n{inside}\n{{{{ end }}}}'
    return content


def _bad_template(why: str) -> Refused:
    message = "Template is in invalid format. Correct the payload and try again."
    return public(400, "alerting.notifications.templates.invalidFormat", message, {"Error": why})


def _interval(sent: dict[str, Any]) -> dict[str, Any]:
    """The mute timing that was sent; 400 for one that cannot be."""
    name, rows = text(sent, "name"), sent.get("time_intervals") or []
    if not name:
        raise _bad_interval("missing name in mute time interval")
    if not isinstance(rows, list):
        raise bad_request()
    for row in rows:
        if row.get("location") and row["location"] not in available_timezones():
            raise bad_request()
        for day in row.get("weekdays") or ():
            if not set(day.split(":")) <= set(_WEEKDAYS):
                raise bad_request()
        for span in row.get("times") or ():
            if not all(re.fullmatch(r"([01]\d|2[0-4]):[0-5]\d", str(span.get(key))) for key in span):
                raise bad_request()
            if str(span["start_time"]) >= str(span["end_time"]):
                raise bad_request()
    return {"name": name, "time_intervals": rows}


def _bad_interval(why: str) -> Refused:
    message = "Time interval is in invalid format. Correct the payload and try again."
    return public(400, "alerting.notifications.time-intervals.invalidFormat", message, {"Error": why})


def _version(value: object) -> str:
    """A fingerprint of the content: Grafana's versions are fingerprints, too."""
    content = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _template(document: Document, name: str) -> dict[str, Any]:
    content = document["templates"][name]
    shown = {"name": name, "template": content}
    return {**shown, **_provenance(document, f"template {name}"), "version": _version(content)}


def _timing(document: Document, interval: dict[str, Any]) -> dict[str, Any]:
    return {**interval, "version": _version(interval), **_provenance(document, f"timing {interval['name']}")}


def _provenance(document: Document, key: str) -> dict[str, str]:
    found = document["provenance"].get(key)
    return {"provenance": found} if found else {}


def _check_provenance(document: Document, key: str) -> None:
    """403 for a write without provenance over one that has it."""
    if NONE in request.headers and document["provenance"].get(key):
        message = "Resource cannot be changed from provenance 'api' to ''"
        raise public(403, "alerting.notifications.invalidProvenance", message)


def _keep(org: int, document: Document, key: str) -> None:
    if NONE not in request.headers:
        document["provenance"][key] = API
    alerting_state.save(org, document)
