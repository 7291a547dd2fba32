"""`/api/org/preferences`: language, time zone, home dashboard of an org."""

import json
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, request

from provision.sandbox import objects
from provision.sandbox.access import body, database, needs, text
from provision.sandbox.refusals import Refused

blueprint = Blueprint("preferences", __name__)

_TEXTS = ("homeDashboardUID", "timezone", "weekStart", "theme", "language")
_OTHERS = ("queryHistory", "navbar")
_THEMES = ("light", "dark", "system")


@blueprint.get("/api/org/preferences")
def current() -> dict[str, Any]:
    """Only what is set."""
    return _stored(needs("orgs.preferences:read", "Admin").org)


@blueprint.put("/api/org/preferences")
def replace() -> dict[str, Any]:
    """Resets every key that is left out (12.4)."""
    return _save(needs("orgs.preferences:write", "Admin").org, {})


@blueprint.patch("/api/org/preferences")
def update() -> dict[str, Any]:
    """Keeps every key that is left out or null; an empty one is cleared, but for the theme, which is refused (12.4)."""
    org = needs("orgs.preferences:write", "Admin").org
    return _save(org, _stored(org))


def _stored(org: int) -> dict[str, Any]:
    row = database().execute("SELECT preferences FROM org WHERE id = ?", (org,)).fetchone()
    found: dict[str, Any] = json.loads(row["preferences"])
    return found


def _save(org: int, before: dict[str, Any]) -> dict[str, Any]:
    sent, db = {key: value for key, value in body().items() if value is not None}, database()
    theme, zone, home = (text(sent, key) for key in ("theme", "timezone", "homeDashboardUID"))
    if theme not in _THEMES and (theme or ("theme" in sent and request.method == "PATCH")):
        raise Refused(400, "Invalid theme")
    if zone not in {"", "utc", "browser"} and zone not in available_timezones():
        known = "(e.g., America/New_York), 'utc', 'browser', or empty string"
        raise Refused(400, f"Invalid timezone. Must be a valid IANA timezone {known}")
    if (home and objects.find(db, org, "dashboards", home) is None) or (sent.get("homeDashboardId") and not home):
        raise Refused(404, "Dashboard not found")
    after = (
        before | {key: text(sent, key) for key in _TEXTS if key in sent} | {k: sent[k] for k in _OTHERS if k in sent}
    )
    kept = {key: value for key, value in after.items() if value}
    db.execute("UPDATE org SET preferences = ? WHERE id = ?", (json.dumps(kept), org))
    return {"message": "Preferences updated"}
