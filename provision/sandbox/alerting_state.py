"""An org's notification settings in the sandbox: one document, as Grafana keeps it, made by the next synchronisation.

Grafana 12.4 (ngalert/notifier/multiorg_alertmanager.go) gives a new org its document only when it next looks at all
orgs, every `alertmanager_config_poll_interval`. Until then the API answers 500 or 404.
"""

import json
from typing import Any, cast

from flask import Blueprint, current_app

from provision.sandbox.access import database, settings, store
from provision.sandbox.refusals import Refused

hooks = Blueprint("alerting_state", __name__)

Document = dict[str, Any]

API = "api"  # the provenance of what is written through the provisioning API
NONE = "X-Disable-Provenance"  # the header that leaves an object without one
_EMPTY: Document = {
    "route": {"receiver": "empty", "group_by": ["grafana_folder", "alertname"]},
    "receivers": [{"name": "empty", "integrations": []}],
    "templates": {},
    "intervals": [],
    "provenance": {},
}


@hooks.before_app_request
def synchronise() -> None:
    """Before each request: once the next sync is due, every org without an alerting document gets an empty one."""
    now, due = settings().clock(), current_app.extensions.get("alerting_due", 0.0)
    if not settings().alerting or now < due:
        return
    current_app.extensions["alerting_due"] = now + settings().alerting_sync_seconds
    with store().transaction() as db:
        db.execute(
            "INSERT INTO alerting SELECT id, ? FROM org WHERE id NOT IN (SELECT org_id FROM alerting)",
            (json.dumps(_EMPTY),),
        )


def find(org: int) -> Document | None:
    """The org's document, None before its first synchronisation."""
    row = database().execute("SELECT document FROM alerting WHERE org_id = ?", (org,)).fetchone()
    return cast(Document, json.loads(row["document"])) if row else None


def found(org: int, missing: Refused | None = None) -> Document:
    """The org's document; 500 before its first synchronisation, in these words (12.4)."""
    document = find(org)
    if document is None:
        raise missing or Refused(500, "Internal Server Error")
    return document


def save(org: int, document: Document) -> None:
    """Keep the document."""
    database().execute("UPDATE alerting SET document = ? WHERE org_id = ?", (json.dumps(document), org))


def public(status: int, message_id: str, message: str, extra: Any = None) -> Refused:
    """A refusal as the server words those that it means for people."""
    more: dict[str, Any] = {"messageId": message_id, "statusCode": status, "traceID": ""}
    if extra:
        more["extra"] = extra
    return Refused(status, message, more=more)
