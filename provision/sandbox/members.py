"""`/api/orgs/:id/users` and `/api/org/users`: who belongs to an org, and as what."""

import sqlite3
from typing import Any

from flask import Blueprint

from provision.sandbox import external, sessions, users
from provision.sandbox.access import body, choice, database, needs, settings, text
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("members", __name__)

_ROLES = ("Viewer", "Editor", "Admin", "None")


@blueprint.get("/api/org/users")
def current() -> list[dict[str, Any]]:
    return _members(needs("org.users:read", "Admin").org)


@blueprint.post("/api/org/users")
def add_current() -> tuple[dict[str, Any], int]:
    return _add(needs("org.users:add", "Admin").org)


@blueprint.patch("/api/org/users/<int:user>")
def update_current(user: int) -> dict[str, Any]:
    return _update(needs("org.users:write", "Admin").org, user)


@blueprint.delete("/api/org/users/<int:user>")
def remove_current(user: int) -> dict[str, Any]:
    """Deletes the user too when it was his last org; the other path never does (12.4)."""
    db, message = database(), _remove(needs("org.users:remove", "Admin").org, user)
    if db.execute("SELECT 1 FROM member WHERE user_id = ?", (user,)).fetchone():
        return message
    db.execute("DELETE FROM user WHERE id = ?", (user,))
    return {"message": "User deleted"}


@blueprint.get("/api/orgs/<int:org>/users")
def every(org: int) -> list[dict[str, Any]]:
    """Empty for an org that does not exist (12.4)."""
    needs("org.users:read", "Admin", org=org)
    return _members(org)


@blueprint.post("/api/orgs/<int:org>/users")
def add(org: int) -> tuple[dict[str, Any], int]:
    needs("org.users:add", "Admin", org=org)
    return _add(org)


@blueprint.patch("/api/orgs/<int:org>/users/<int:user>")
def update(org: int, user: int) -> dict[str, Any]:
    needs("org.users:write", "Admin", org=org)
    return _update(org, user)


@blueprint.delete("/api/orgs/<int:org>/users/<int:user>")
def remove(org: int, user: int) -> dict[str, Any]:
    needs("org.users:remove", "Admin", org=org)
    return _remove(org, user)


def _members(org: int) -> list[dict[str, Any]]:
    select = "SELECT user.*, role FROM member JOIN user ON user.id = user_id WHERE member.org_id = ? ORDER BY login"
    return [_shown(org, row) for row in database().execute(select, (org,))]


def _shown(org: int, member: sqlite3.Row) -> dict[str, Any]:
    return {
        "orgId": org,
        "userId": member["id"],
        **{key: member[key] for key in ("uid", "email", "name")},
        "avatarUrl": "",
        "login": member["login"],
        "role": member["role"],
        "lastSeenAt": member["updated"],
        "created": member["created"],
        "lastSeenAtAge": "",
        "isDisabled": bool(member["is_disabled"]),
        "authLabels": external.labels(member) or None,
        "isExternallySynced": _is_synced(member),
        "isProvisioned": False,
    }


def _add(org: int) -> tuple[dict[str, Any], int]:
    sent, db = body(), database()
    name, role = text(sent, "loginOrEmail"), choice(sent, "role", _ROLES)
    if not name:
        raise bad_request()
    user = sessions.user_named(db, name)
    if user is None:
        raise Refused(404, "User not found")
    if db.execute("SELECT 1 FROM member WHERE org_id = ? AND user_id = ?", (org, user["id"])).fetchone():
        return {"message": "User is already member of this organization", "userId": user["id"]}, 409
    if not db.execute("SELECT 1 FROM org WHERE id = ?", (org,)).fetchone():
        raise Refused(500, "Could not add user to organization")
    users.join(db, org, user["id"], role)
    return {"message": "User added to organization", "userId": user["id"]}, 200


def _update(org: int, user: int) -> dict[str, Any]:
    role, db = choice(body(), "role", _ROLES), database()
    if not db.execute("SELECT 1 FROM member WHERE org_id = ? AND user_id = ?", (org, user)).fetchone():
        raise Refused(500, "Failed update org user")
    if _is_synced(db.execute("SELECT * FROM user WHERE id = ?", (user,)).fetchone()):
        raise Refused(403, "Cannot change role for externally synced user")
    if role != "Admin" and _is_last_admin(db, org, user):
        raise Refused(400, "Cannot change role so that there is no organization admin left")
    db.execute("UPDATE member SET role = ? WHERE org_id = ? AND user_id = ?", (role, org, user))
    return {"message": "Organization user updated"}


def _remove(org: int, user: int) -> dict[str, Any]:
    """Fine also for a user who is no member; 500 for one that does not exist (12.4)."""
    db = database()
    if not db.execute("SELECT 1 FROM user WHERE id = ?", (user,)).fetchone():
        raise Refused(500, "Failed to remove user from organization")
    if _is_last_admin(db, org, user):
        raise Refused(400, "Cannot remove last organization admin")
    users.leave(db, org, user)
    return {"message": "User removed from organization"}


def _is_synced(user: sqlite3.Row) -> bool:
    return external.is_external(user) and settings().synced_roles


def _is_last_admin(db: sqlite3.Connection, org: int, user: int) -> bool:
    admins = db.execute("SELECT user_id FROM member WHERE org_id = ? AND role = 'Admin'", (org,)).fetchall()
    return [row["user_id"] for row in admins] == [user]
