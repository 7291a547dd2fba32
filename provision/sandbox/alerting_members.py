"""What members do with alerting besides its provisioning: silences, exports, tests of contact points, the ruler."""

import secrets
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from provision.sandbox import alerting_state, objects
from provision.sandbox.access import body, database, needs
from provision.sandbox.alerting_rules import forget, rules_of
from provision.sandbox.refusals import Refused, access_denied

blueprint = Blueprint("alerting_members", __name__)

_SILENCES = "/api/alertmanager/grafana/api/v2/silences"
_SILENCE = ("comment", "createdBy", "endsAt", "matchers", "startsAt")


@blueprint.get(_SILENCES)
def silences() -> ResponseReturnValue:
    needs("alert.silences:read", "Viewer")
    return jsonify([])  # none is kept


@blueprint.post(_SILENCES)
def silence() -> ResponseReturnValue:
    """202 for one that is whole; it is not kept."""
    needs("alert.silences:create", "Editor")
    missing = [name for name in _SILENCE if not body().get(name)]
    if missing:
        said = "\n".join(f"{name} in body is required" for name in missing)
        raise Refused(400, f"silence failed validation: validation failure list:\nvalidation failure list:\n{said}")
    return {"silenceID": secrets.token_hex(16)}, 202


@blueprint.get("/api/v1/provisioning/contact-points/export")
def export() -> ResponseReturnValue:
    """As JSON. Only an Admin gets it with `decrypt=true`; the sandbox itself keeps no secrets."""
    who = needs("alert.provisioning:read", "Viewer")
    if request.args.get("decrypt") == "true" and who.role != "Admin":
        extra = {"statusCode": 403, "messageId": "alerting.unauthorized"}
        raise Refused(403, "user is not authorized to read any decrypted receiver", more=extra)
    points = [
        {"orgId": who.org, "name": receiver["name"], "receivers": [_exported(one) for one in receiver["integrations"]]}
        for receiver in alerting_state.found(who.org)["receivers"]
        if receiver["integrations"]
    ]
    return {"apiVersion": 1, "contactPoints": points}


@blueprint.post("/api/alertmanager/grafana/config/api/v1/receivers/test")
def try_receivers() -> ResponseReturnValue:
    """207 with `failed` for mail, which the sandbox does not send; other types it cannot try: 404."""
    needs("alert.notifications.receivers:test", "Editor")
    receivers = body().get("receivers")
    if not receivers:
        return {}, 400
    configs = [one for receiver in receivers for one in receiver["grafana_managed_receiver_configs"]]
    if any(one["type"] != "email" for one in configs):
        raise Refused(404, "Not found")
    failed = [{"name": one["name"], "uid": "", "status": "failed", "error": "SMTP not configured"} for one in configs]
    return {"receivers": [{"name": "", "grafana_managed_receiver_configs": failed}]}, 207


@blueprint.delete("/api/ruler/grafana/api/v1/rules/<folder>/<group>")
def delete_group(folder: str, group: str) -> ResponseReturnValue:
    """202 also for a group that is not there; 403 where the folder is not; 400 for what the provisioning API made."""
    org = needs("alert.rules:delete", "Editor").org
    if objects.find(database(), org, "folders", folder) is None:
        raise access_denied("alert.rules:delete")
    if any(
        rule.get("provenance") for rule in rules_of(org) if (rule["folderUID"], rule["ruleGroup"]) == (folder, group)
    ):
        raise Refused(400, "request affects resources created via provisioning API")
    forget(org, folder, group)
    return {"message": "rules deleted"}, 202


def _exported(integration: dict[str, Any]) -> dict[str, Any]:
    return {key: integration[key] for key in ("uid", "type", "settings", "disableResolveMessage")}
