"""`/api/v1/provisioning/contact-points`: where notifications go. A row is one integration of a receiver."""

import re
import secrets
from typing import Any

from flask import Blueprint, request

from provision.sandbox import alerting_state
from provision.sandbox.access import body, needs, text
from provision.sandbox.alerting_rules import naming
from provision.sandbox.alerting_state import API, NONE, Document, public
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("alerting_points", __name__)

_PATH = "/api/v1/provisioning/contact-points"
REDACTED = "[REDACTED]"
_MISSING = public(
    500, "alerting.notification.configMissing", "No alertmanager configuration present in this organization"
)
# What each type requires, and which of its settings are secret (grafana/alerting, receivers/*/config.go).
_REQUIRED = {
    "email": {"addresses": "could not find addresses in settings"},
    "telegram": {
        "bottoken": "could not find Bot Token in settings",
        "chatid": "could not find Chat Id in settings",
    },
    "webhook": {"url": "required field 'url' is not specified"},
}
_SECRET = {
    "email": (),
    "telegram": ("bottoken",),
    "webhook": ("password", "authorization_credentials"),
}


@blueprint.get(_PATH)
def every() -> list[dict[str, Any]]:
    """Sorted by name and uid, without secrets; `name` chooses one receiver."""
    org = needs("alert.provisioning:read", "Viewer").org
    document, name = alerting_state.found(org, _MISSING), request.args.get("name", "")
    rows = [one for one in _integrations(document) if name in {"", one["name"]}]
    return [_shown(document, one) for one in sorted(rows, key=lambda one: (one["name"], one["uid"]))]


@blueprint.post(_PATH)
def create() -> tuple[dict[str, Any], int]:
    """A name that is there gets one more integration; a uid that is there is 409."""
    org, sent = needs("alert.provisioning:write", "Editor").org, body()
    made = _checked(sent, {})
    document = alerting_state.found(org)
    made["uid"] = text(sent, "uid") or secrets.token_hex(7)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", made["uid"]):
        raise Refused(400, f"invalid object specification\ncannot create contact point with UID '{made['uid']}'")
    for one in _integrations(document):
        if one["uid"] == made["uid"]:
            where = f"Receiver configuration with UID '{one['uid']}' already exists in contact point '{one['name']}'."
            message = f"{where} Please use unique identifiers for receivers across all contact points."
            extra = {"UID": one["uid"], "Name": one["name"]}
            raise public(409, "alerting.notifications.contact-points.uidInUse", message, extra)
    _put(document, made)
    _keep(org, document, made)
    return _shown(document, made), 202


@blueprint.put(f"{_PATH}/<uid>")
def update(uid: str) -> tuple[dict[str, Any], int]:
    """`[REDACTED]` keeps a secret; another name moves the integration, and its routes with it when it was alone."""
    org, sent = needs("alert.provisioning:write", "Editor").org, body()
    document = alerting_state.found(org)
    before = next((one for one in _integrations(document) if one["uid"] == uid), None)
    if before is None:
        raise Refused(404, f"object not found: contact point with uid '{uid}' not found")
    made = {**_checked(sent, before["settings"]), "uid": uid}
    if document["provenance"].get(f"contactPoint {uid}") and NONE in request.headers:
        raise Refused(500, "cannot change provenance from 'api' to ''")
    _drop(document, uid)
    is_renamed = made["name"] != before["name"] and not any(_named(document, before["name"]))
    _put(document, made)
    if is_renamed:
        _rename(document["route"], before["name"], made["name"])
    _keep(org, document, made)
    return {"message": "contactpoint updated"}, 202


@blueprint.delete(f"{_PATH}/<uid>")
def delete(uid: str) -> tuple[dict[str, Any], int]:
    """409 while a route or a rule names its receiver; no complaint about a uid that is not there."""
    org = needs("alert.provisioning:write", "Editor").org
    document = alerting_state.found(org)
    gone = next((one for one in _integrations(document) if one["uid"] == uid), None)
    if gone is not None:
        _drop(document, uid)
        if not any(_named(document, gone["name"])) and gone["name"] in receivers_of(document["route"]):
            message = "Contact point is currently referenced by a notification policy."
            raise public(409, "alerting.notifications.contact-points.referenced", message)
        if not any(_named(document, gone["name"])) and naming(org, "receiver", gone["name"]):
            message = "Contact point is currently used in the notification settings of one or many alert rules."
            raise public(409, "alerting.notifications.contact-points.used-by-rule", message)
        document["provenance"].pop(f"contactPoint {uid}", None)
        alerting_state.save(org, document)
    return {"message": "contactpoint deleted"}, 202


def receivers_of(route: dict[str, Any]) -> set[str]:
    """The receivers that the route and those below it name."""
    below = (name for child in route.get("routes") or () for name in receivers_of(child))
    return {route.get("receiver", ""), *below} - {""}


def _checked(sent: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The integration that was sent, secrets redacted; 400 for one that cannot be."""
    name, type_, values = text(sent, "name"), text(sent, "type").lower(), sent.get("settings")
    if not isinstance(values, dict):
        raise bad_request() if "settings" in sent else _invalid("settings should not be empty")
    if not name:
        raise _invalid("name is required")
    if type_ not in _REQUIRED:
        raise _invalid(f"unknown integration type: {type_}")
    for key, why in _REQUIRED[type_].items():
        if not values.get(key) or (values[key] == REDACTED and not before.get(key)):
            raise _invalid(f'failed to validate integration "{name}" of type "{type_}": {why}')
    kept = {key: REDACTED if key in _SECRET[type_] and value else value for key, value in values.items()}
    is_silent = bool(sent.get("disableResolveMessage"))
    return {"name": name, "type": type_, "settings": kept, "disableResolveMessage": is_silent}


def _invalid(why: str) -> Refused:
    return Refused(400, f"invalid object specification: {why}", more={"traceID": ""})


def _integrations(document: Document) -> list[dict[str, Any]]:
    return [one for receiver in document["receivers"] for one in receiver["integrations"]]


def _named(document: Document, name: str) -> list[dict[str, Any]]:
    return [one for one in _integrations(document) if one["name"] == name]


def _put(document: Document, made: dict[str, Any]) -> None:
    for receiver in document["receivers"]:
        if receiver["name"] == made["name"]:
            receiver["integrations"].append(made)
            return
    document["receivers"].append({"name": made["name"], "integrations": [made]})


def _drop(document: Document, uid: str) -> None:
    for receiver in document["receivers"]:
        before = receiver["integrations"]
        receiver["integrations"] = [one for one in before if one["uid"] != uid]
        receiver["is_gone"] = bool(before) and not receiver["integrations"]
    document["receivers"] = [one for one in document["receivers"] if not one.pop("is_gone")]


def _rename(route: dict[str, Any], old: str, new: str) -> None:
    if route.get("receiver") == old:
        route["receiver"] = new
    for child in route.get("routes") or ():
        _rename(child, old, new)


def _keep(org: int, document: Document, made: dict[str, Any]) -> None:
    if NONE not in request.headers:
        document["provenance"][f"contactPoint {made['uid']}"] = API
    alerting_state.save(org, document)


def _shown(document: Document, one: dict[str, Any]) -> dict[str, Any]:
    provenance = document["provenance"].get(f"contactPoint {one['uid']}")
    shown = {key: one[key] for key in ("uid", "name", "type", "settings", "disableResolveMessage")}
    return {**shown, **({"provenance": provenance} if provenance else {})}
