"""`/api/admin/users`, `/api/users` and `/api/user`: who may log in."""

import secrets
import sqlite3
from typing import Any

from flask import Blueprint, request

from provision.sandbox import external, orgs, sessions
from provision.sandbox.access import body, caller, database, needs, number, settings, text
from provision.sandbox.clock import now
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("users", __name__)

_SHORTEST_PASSWORD = 4


@blueprint.get("/api/user")
def myself() -> dict[str, Any]:
    return _profile(_user(caller().id))


@blueprint.get("/api/user/orgs")
def my_orgs() -> list[dict[str, Any]]:
    return _orgs(caller().id)


@blueprint.post("/api/admin/users")
def create() -> dict[str, Any]:
    """In the org of `OrgId`, else in org 1, as Viewer (12.4). Logins and emails are kept in lower case; an empty one
    takes the other. With `auto_assign_org = false`, `OrgId` is ignored: he becomes Admin of a new org of his name."""
    needs("users:create", "Server")
    sent = {key.lower(): value for key, value in body().items()}  # the server reads keys in any letters
    login, email, password = text(sent, "login"), text(sent, "email"), text(sent, "password")
    org = _org_id(sent)
    if not login and not email:
        raise _nameless()
    if not password:
        raise bad_request()
    if len(password) < _SHORTEST_PASSWORD:
        more = {"statusCode": 400, "messageId": "password.password-policy-too-short"}
        raise Refused(400, "New password is too short", more=more)
    db = database()
    if settings().auto_assign_org and org and not db.execute("SELECT 1 FROM org WHERE id = ?", (org,)).fetchone():
        raise Refused(400, f"[org.notFound] failed to get organization with ID: {org}")
    if _taken(db, (login or email).lower(), (email or login).lower()):
        raise Refused(412, f"User with email '{email}' or username '{login}' already exists")
    user = insert(db, login=login or email, email=email or login, name=text(sent, "name"), password=password)
    if settings().auto_assign_org:
        join(db, org or 1, int(user["id"]), "Viewer")
    else:
        join(db, orgs.insert(db, str(user["email"]), int(user["id"])), int(user["id"]), "Admin")
    return {"id": user["id"], "uid": user["uid"], "message": "User created"}


@blueprint.delete("/api/admin/users/<int:user>")
def delete(user: int) -> dict[str, Any]:
    needs("users:delete", "Server")
    _user(user)
    database().execute("DELETE FROM user WHERE id = ?", (user,))
    return {"message": "User deleted"}


@blueprint.put("/api/admin/users/<int:user>/password")
def set_password(user: int) -> dict[str, Any]:
    """Ends all his sessions and unlocks him."""
    needs("users.password:update", "Server")
    password, db = text(body(), "password"), database()
    if not password:
        raise bad_request()
    row = db.execute("SELECT * FROM user WHERE id = ?", (user,)).fetchone()
    if not settings().password_login:
        raise Refused(403, "Not allowed to reset password when login form is disabled")
    if row is not None:
        external.require_internal(row)
    if row is None or len(password) < _SHORTEST_PASSWORD:
        raise Refused(500, "Failed to update user password")
    db.execute("UPDATE user SET password = ? WHERE id = ?", (sessions.hash_password(password), user))
    sessions.forget_failures(db, row)
    return {"message": "User password updated"}


@blueprint.put("/api/admin/users/<int:user>/permissions")
def set_permissions(user: int) -> dict[str, Any]:
    """Makes him a server admin, or no longer; the last one stays (12.4)."""
    needs("users.permissions:update", "Server")
    wanted, db = bool(body().get("isGrafanaAdmin")), database()
    _user(user)
    others = db.execute("SELECT 1 FROM user WHERE is_admin AND id != ?", (user,)).fetchone()
    if not wanted and not others:
        raise Refused(400, "cannot remove last grafana admin")
    db.execute("UPDATE user SET is_admin = ? WHERE id = ?", (wanted, user))
    return {"message": "User permissions updated"}


@blueprint.get("/api/users")
def every() -> list[dict[str, Any]]:
    """Sorted by login; pages count from 1 (12.4)."""
    needs("users:read", "Server")
    return _page()[0]


@blueprint.get("/api/users/search")
def search() -> dict[str, Any]:
    needs("users:read", "Server")
    rows, total = _page()
    size, page = number("perpage", 1000), number("page", 1)
    return {"totalCount": total, "users": rows, "page": page, "perPage": size}


@blueprint.get("/api/users/lookup")
def lookup() -> dict[str, Any]:
    needs("users:read", "Server")
    found = sessions.user_named(database(), request.args.get("loginOrEmail", ""))
    if found is None:
        raise Refused(404, "user not found")
    return _profile(found)


@blueprint.get("/api/users/<int:user>")
def one(user: int) -> dict[str, Any]:
    needs("users:read", "Server")
    return _profile(_user(user))


@blueprint.get("/api/users/<int:user>/orgs")
def orgs_of(user: int) -> list[dict[str, Any]]:
    needs("users:read", "Server")
    return _orgs(user)


@blueprint.put("/api/users/<int:user>")
def update(user: int) -> dict[str, Any]:
    """What is left out or empty stays, but a login left out becomes the email; a taken one is 500 (12.4)."""
    needs("users:write", "Server")
    return _change(user)


@blueprint.put("/api/user")
def update_myself() -> dict[str, Any]:
    """Everybody may change their own login and e-mail; not the login where auth.proxy knows people by it (12.4)."""
    who = caller()
    if settings().auth_proxy and text(body(), "login").lower() not in ("", who.login):
        raise Refused(400, "Not allowed to change username when auth proxy is using username property")
    return _change(who.id)


@blueprint.post("/api/admin/users/<int:user>/logout")
def log_out(user: int) -> dict[str, Any]:
    """Ends all sessions of the user."""
    if needs("users.logout", "Server").id == user:
        raise Refused(400, "You cannot logout yourself")
    _user(user)
    sessions.end_sessions(database(), user)
    return {"message": "User logged out"}


@blueprint.post("/api/admin/users/<int:user>/disable")
def disable(user: int) -> dict[str, Any]:
    """The user can no longer log in, and all sessions end."""
    needs("users:disable", "Server")
    if external.labels(_user(user)):  # those of auth.proxy, too
        raise Refused(500, "Could not disable external user")
    database().execute("UPDATE user SET is_disabled = 1 WHERE id = ?", (user,))
    sessions.end_sessions(database(), user)
    return {"message": "User disabled"}


@blueprint.post("/api/admin/users/<int:user>/enable")
def enable(user: int) -> dict[str, Any]:
    needs("users:enable", "Server")
    if external.labels(_user(user)):
        raise Refused(500, "Could not enable external user")
    database().execute("UPDATE user SET is_disabled = 0 WHERE id = ?", (user,))
    return {"message": "User enabled"}


@blueprint.post("/api/users/<int:user>/using/<int:org>")
def use(user: int, org: int) -> dict[str, Any]:
    """Sets the org he sees when he logs in."""
    needs("users:write", "Server")
    return _use(user, org)


@blueprint.post("/api/user/using/<int:org>")
def use_myself(org: int) -> dict[str, Any]:
    return _use(caller().id, org)


def insert(db: sqlite3.Connection, *, login: str, email: str, name: str, password: str) -> sqlite3.Row:
    """A new user, in no org yet."""
    at = now()
    number = db.execute(
        "INSERT INTO user (uid, login, email, name, password, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (secrets.token_hex(7), login.lower(), email.lower(), name, sessions.hash_password(password), at, at),
    ).lastrowid
    return _user(number or 0, db)


def join(db: sqlite3.Connection, org: int, user: int, role: str) -> None:
    """Make him a member; his first org is the one he sees."""
    db.execute("INSERT OR REPLACE INTO member VALUES (?, ?, ?)", (org, user, role))
    db.execute("UPDATE user SET org_id = ? WHERE id = ? AND org_id = 0", (org, user))


def leave(db: sqlite3.Connection, org: int, user: int) -> None:
    """End the membership; he then sees another of his orgs, or none."""
    db.execute("DELETE FROM member WHERE org_id = ? AND user_id = ?", (org, user))
    db.execute(
        "UPDATE user SET org_id = coalesce((SELECT min(org_id) FROM member WHERE user_id = user.id), 0)"
        " WHERE id = ? AND org_id = ?",
        (user, org),
    )


def _change(user: int) -> dict[str, Any]:
    sent, db = body(), database()
    login, email, name = text(sent, "login").lower(), text(sent, "email").lower(), text(sent, "name")
    if not login and not email:
        raise _nameless()
    login = login or email
    row = db.execute("SELECT * FROM user WHERE id = ?", (user,)).fetchone()
    if row is not None:
        external.require_internal(row)
    if row is None or _taken(db, login, email or row["email"], besides=user):
        raise Refused(500, "Failed to update user")
    if settings().verify_email and email not in ("", row["email"]):
        return {"message": "User updated"}  # a mail goes out; until its link is followed nothing is changed (12.4)
    db.execute(
        "UPDATE user SET login = ?, email = ?, name = ?, updated = ? WHERE id = ?",
        (login, email or row["email"], name or row["name"], now(), user),
    )
    return {"message": "User updated"}


def _org_id(sent: dict[str, Any]) -> int:
    org = sent.get("orgid") or 0
    if not isinstance(org, int):
        raise bad_request()
    return org


def _nameless() -> Refused:
    more = {"statusCode": 400, "messageId": "user.empty-username-and-email"}
    return Refused(400, "Need to specify either username or email", more=more)


def _taken(db: sqlite3.Connection, login: str, email: str, besides: int = 0) -> bool:
    """Whether another user has that login, or that email. One's login may be another's email (12.4)."""
    select = "SELECT 1 FROM user WHERE id != ? AND (login = ? OR email = ?)"
    return db.execute(select, (besides, login, email)).fetchone() is not None


def _user(user: int, db: sqlite3.Connection | None = None) -> sqlite3.Row:
    found: sqlite3.Row | None = (db or database()).execute("SELECT * FROM user WHERE id = ?", (user,)).fetchone()
    if found is None:
        raise Refused(404, "user not found")
    return found


def _use(user: int, org: int) -> dict[str, Any]:
    db = database()
    if not db.execute("SELECT 1 FROM member WHERE org_id = ? AND user_id = ?", (org, user)).fetchone():
        raise Refused(401, "Not a valid organization")
    db.execute("UPDATE user SET org_id = ? WHERE id = ?", (org, user))
    return {"message": "Active organization changed"}


def _orgs(user: int) -> list[dict[str, Any]]:
    rows = database().execute(
        "SELECT org.id AS orgId, org.name, role FROM member JOIN org ON org.id = org_id WHERE user_id = ?"
        " ORDER BY org.name",
        (user,),
    )
    return [dict(row) for row in rows]


def _page() -> tuple[list[dict[str, Any]], int]:
    """The users asked for, and how many there are on all pages."""
    size, page, part = number("perpage", 1000), number("page", 1), request.args.get("query", "").lower()
    where = "FROM user WHERE instr(login, ?) > 0 OR instr(email, ?) > 0 OR instr(lower(name), ?) > 0"
    db = database()
    (total,) = db.execute(f"SELECT count(*) {where}", [part] * 3).fetchone()
    rows = db.execute(f"SELECT * {where} ORDER BY login LIMIT ? OFFSET ?", [*[part] * 3, size, size * (page - 1)])
    return [_listed(row) for row in rows], total


def _listed(user: sqlite3.Row) -> dict[str, Any]:
    return {
        **{key: user[key] for key in ("id", "uid", "name", "login", "email")},
        "avatarUrl": "",
        "isAdmin": bool(user["is_admin"]),
        "isDisabled": bool(user["is_disabled"]),
        "isProvisioned": False,
        "lastSeenAt": user["updated"],
        "lastSeenAtAge": "",
        "authLabels": external.labels(user),
        "created": user["created"],
    }


def _profile(user: sqlite3.Row) -> dict[str, Any]:
    return {
        **{key: user[key] for key in ("id", "uid", "email", "name", "login")},
        "theme": "",
        **({"orgId": user["org_id"]} if user["org_id"] else {}),
        "isGrafanaAdmin": bool(user["is_admin"]),
        "isDisabled": bool(user["is_disabled"]),
        "isExternal": external.is_external(user),
        "isExternallySynced": external.is_external(user) and settings().synced_roles,
        "isGrafanaAdminExternallySynced": False,
        "authLabels": external.labels(user),
        "updatedAt": user["updated"],
        "createdAt": user["created"],
        "avatarUrl": "",
        "isProvisioned": False,
    }
