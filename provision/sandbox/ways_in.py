"""Ways into an org past its membership: service accounts, invitations, public dashboards, snapshots, folder rights.

They can be made and listed, as in 12.4; nobody gets in through them here.
"""

import json
import secrets
from typing import Any

from flask import Blueprint, request

from provision.sandbox import clock, objects
from provision.sandbox.access import body, caller, choice, database, needs, number, settings, text
from provision.sandbox.people import login_of
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("ways_in", __name__)

_ROLES = ("Viewer", "Editor", "Admin", "None")
_PERMISSIONS = {1: "View", 2: "Edit", 4: "Admin"}
_PUBLIC = "/api/dashboards/uid/<uid>/public-dashboards"
_RIGHTS = "/api/folders/<uid>/permissions"


@blueprint.get("/api/serviceaccounts/search")
def service_accounts() -> dict[str, Any]:
    found = _stored(needs("serviceaccounts:read", "Admin").org, "service account")
    return {"totalCount": len(found), "serviceAccounts": found, "page": 1, "perPage": number("perpage", 1000)}


@blueprint.post("/api/serviceaccounts")
def make_service_account() -> tuple[dict[str, Any], int]:
    org, sent = needs("serviceaccounts:create", "Admin").org, body()
    name, role = text(sent, "name"), text(sent, "role") or "Viewer"
    if not name or role not in _ROLES:
        raise Refused(400, "Bad request data")
    login = f"sa-{org}-{name.lower().replace(' ', '-')}"
    if any(one["login"] == login for one in _stored(org, "service account")):
        more = {"statusCode": 400, "messageId": "serviceaccounts.ErrAlreadyExists"}
        raise Refused(400, "service account already exists", more=more)
    made = {"name": name, "login": login, "orgId": org, "isDisabled": bool(sent.get("isDisabled")), "role": role}
    return _keep(org, "service account", login, {**made, "tokens": 0, "avatarUrl": ""}), 201


@blueprint.get("/api/org/invites")
def invitations() -> list[dict[str, Any]]:
    return _stored(needs("org.users:add", "Admin").org, "invitation")


@blueprint.post("/api/org/invites")
def invite() -> dict[str, str]:
    who, sent = needs("org.users:add", "Admin"), body()
    email, role = text(sent, "loginOrEmail"), choice(sent, "role", _ROLES)
    made = {"orgId": who.org, "name": text(sent, "name"), "email": email, "role": role, "invitedByLogin": who.login}
    _keep(who.org, "invitation", email, {**made, "code": secrets.token_hex(15), "status": "InvitePending"})
    return {"message": f"Created invite for {email}"}


@blueprint.get("/api/dashboards/public-dashboards")
def public_dashboards() -> dict[str, Any]:
    org = needs("dashboards:read", "Viewer").org
    found = []
    for one in _stored(org, "public dashboard"):
        if board := objects.find(database(), org, "dashboards", one["dashboardUid"]):
            shown = {key: one[key] for key in ("uid", "accessToken", "dashboardUid", "isEnabled")}
            found.append({**shown, "title": board.title, "slug": board.slug})
    return {"publicDashboards": found, "totalCount": len(found), "page": 1, "perPage": 1000}


@blueprint.post(_PUBLIC)
def publish(uid: str) -> dict[str, Any]:
    org = needs("dashboards.public:write", "Admin").org
    if objects.find(database(), org, "dashboards", uid) is None:
        more = {"statusCode": 404, "messageId": "publicdashboards.dashboardNotFound"}
        raise Refused(404, "Dashboard not found", more=more)
    if any(one["dashboardUid"] == uid for one in _stored(org, "public dashboard")):
        more = {"statusCode": 400, "messageId": "publicdashboards.dashboardIsPublic"}
        raise Refused(400, "Dashboard is already public", more=more)
    made = {"dashboardUid": uid, "accessToken": secrets.token_hex(16), "isEnabled": bool(body().get("isEnabled"))}
    return _keep(org, "public dashboard", uid, {"uid": secrets.token_hex(7), **made, "share": "public"})


@blueprint.get("/api/dashboard/snapshots")
def snapshots() -> list[dict[str, Any]]:
    """All of them for an Admin, his own for anybody else."""
    who = needs("snapshots:read", "Viewer")
    if not settings().snapshots:
        raise Refused(403, "Snapshots disabled")
    found = _stored(who.org, "snapshot")
    shown = ("name", "key", "external", "externalUrl", "created", "updated")
    return [{key: one[key] for key in shown} for one in found if who.role == "Admin" or one["by"] == who.uid]


@blueprint.post("/api/snapshots")
def take_snapshot() -> dict[str, str]:
    who, sent = caller(), body()
    board = sent.get("dashboard")
    if not isinstance(board, dict):
        raise bad_request()
    if who.role not in ("Editor", "Admin"):
        raise Refused(403, "forbidden")
    if objects.find(database(), who.org, "dashboards", text(board, "uid")) is None:
        raise Refused(400, "Dashboard not found", more={"traceID": ""})
    key, now = secrets.token_urlsafe(24), clock.now()
    made = {"name": text(sent, "name") or "Unnamed snapshot", "key": key, "external": False, "externalUrl": ""}
    _keep(who.org, "snapshot", key, {**made, "created": now, "updated": now, "by": who.uid})
    return {"key": key, "url": f"{request.host_url}dashboard/snapshot/{key}"}


@blueprint.get(_RIGHTS)
def rights(uid: str) -> list[dict[str, Any]]:
    """A new folder gives its maker all, Editors edit, Viewers view."""
    org = needs("folders.permissions:read", "Admin").org
    folder = objects.find(database(), org, "folders", uid)
    if folder is None:
        raise Refused(404, "folder not found", more={"status": "not-found"})
    given = [one["items"] for one in _stored(org, "folder permission") if one["folder"] == uid]
    if not given:
        by = login_of(folder.created_by)
        given = [[{"userLogin": by, "permission": 4}, _role("Editor", 2), _role("Viewer", 1)]]
    nobody = {"userId": 0, "userLogin": "", "teamId": 0, "team": ""}
    return [{**nobody, **one, "permissionName": _PERMISSIONS[one["permission"]], "uid": uid} for one in given[0]]


@blueprint.post(_RIGHTS)
def give_rights(uid: str) -> dict[str, str]:
    """These instead of all before. Rights of roles only: the sandbox has no teams."""
    org, items = needs("folders.permissions:write", "Admin").org, body().get("items")
    if not isinstance(items, list) or not all(_is_right(one) for one in items):
        raise bad_request()
    if objects.find(database(), org, "folders", uid) is None:
        raise Refused(404, "folder not found", more={"status": "not-found"})
    given = {"folder": uid, "items": [_role(one["role"], one["permission"]) for one in items]}
    _keep(org, "folder permission", uid, given)
    return {"message": "Folder permissions updated"}


def _is_right(item: Any) -> bool:
    return isinstance(item, dict) and item.get("role") in _ROLES and item.get("permission") in _PERMISSIONS


def _role(role: str, permission: int) -> dict[str, Any]:
    return {"role": role, "permission": permission}


def _stored(org: int, kind: str) -> list[dict[str, Any]]:
    rows = database().execute("SELECT id, body FROM way_in WHERE org_id = ? AND kind = ? ORDER BY id", (org, kind))
    return [{"id": row["id"], **json.loads(row["body"])} for row in rows]


def _keep(org: int, kind: str, key: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value with its id; instead of what had the key before."""
    insert = "INSERT OR REPLACE INTO way_in (org_id, kind, key, body) VALUES (?, ?, ?, ?)"
    made = database().execute(insert, (org, kind, key, json.dumps(value)))
    return {"id": made.lastrowid, **value}
