"""Whose request it is, in which org, and what that caller may do there."""

import re
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from flask import current_app, g, request

from provision.sandbox import external, sessions
from provision.sandbox.refusals import Refused, access_denied, bad_request, unauthorized
from provision.sandbox.settings import Settings
from provision.sandbox.store import Store

Least = Literal["Viewer", "Editor", "Admin", "Server"]

_RANK = {"": 0, "Viewer": 1, "Editor": 2, "Admin": 3}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and in which org. `role` is "" where that org does not exist or is not his.

    A server admin is treated as Admin of the orgs that he is a member of. To him an org that he is no member of is like
    one that does not exist, but for `/api/orgs/…` (12.4; for some seconds after he left it his former rights hold).
    """

    id: int
    uid: str
    login: str
    is_admin: bool
    org: int
    role: str


def store() -> Store:
    """The state of the sandbox that serves this request."""
    found: Store = current_app.extensions["store"]
    return found


def settings() -> Settings:
    """What kind of Grafana this sandbox plays."""
    found: Settings = current_app.extensions["settings"]
    return found


def database() -> sqlite3.Connection:
    """The connection, inside this request's transaction."""
    found: sqlite3.Connection = g.db
    return found


def caller() -> Caller:
    """The user or service account that sent the request; 401 without a login."""
    if g.get("caller") is None:
        raise g.get("refusal") or unauthorized()
    found: Caller = g.caller
    return found


def needs(permission: str, least: Least, *, org: int | None = None) -> Caller:
    """The caller, when he may; 403 naming `permission` otherwise.

    `least` is the smallest role in the org of the request. With `org`, for paths that name an org (0: the server as a
    whole), the role in that one counts and a server admin always may. "Server" is for server admins only.
    """
    who = caller()
    if org is None:
        allowed = who.role != "" and (who.is_admin or _RANK[who.role] >= _RANK.get(least, 99))
    else:
        allowed = who.is_admin or _RANK[role_in(database(), who.id, org)] >= _RANK.get(least, 99)
    if not allowed:
        raise access_denied(permission)
    return who


def body() -> dict[str, Any]:
    """The JSON object that was sent; 400 for anything else."""
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise bad_request()
    return sent


def text(sent: dict[str, Any], key: str) -> str:
    """The string under that key, "" where it is left out or null; 400 for another type."""
    value = sent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_request()
    return value


def choice(sent: dict[str, Any], key: str, allowed: Collection[str]) -> str:
    """One of those words; 400 for another."""
    value = text(sent, key)
    if value not in allowed:
        raise bad_request()
    return value


def number(name: str, default: int, *, at_least: int = 1) -> int:
    """A number of the query string; the default for what is none or too small, as Grafana does it."""
    value = request.args.get(name, "")
    return max(int(value), at_least) if re.fullmatch(r"\d{1,9}", value) and int(value) >= at_least else default


def identify(db: sqlite3.Connection) -> None:
    """Put into `g` who calls, or why that is not known."""
    g.caller = g.refusal = None
    try:
        user = _user(db)
    except Refused as refused:
        g.refusal = refused
        return
    if user is None:
        g.caller = _anonymous(db)
    else:
        org = _asked_org(db) or int(user["org_id"])
        is_admin, role = bool(user["is_admin"]), role_in(db, int(user["id"]), org)
        g.caller = Caller(int(user["id"]), user["uid"], user["login"], is_admin, org, role)


def _anonymous(db: sqlite3.Connection) -> Caller | None:
    """The Viewer that everybody is where anonymous access is on; in that org, whatever the header says (12.4)."""
    row = db.execute("SELECT id FROM org WHERE name = ?", (settings().anonymous_org,)).fetchone()
    if row is None or request.path.startswith("/api/user"):
        return None
    return Caller(0, "", "", False, int(row["id"]), "Viewer")


def role_in(db: sqlite3.Connection, user_id: int, org: int) -> str:
    """The role in that org, "" where there is none."""
    row = db.execute("SELECT role FROM member WHERE org_id = ? AND user_id = ?", (org, user_id)).fetchone()
    return str(row["role"]) if row else ""


def _user(db: sqlite3.Connection) -> sqlite3.Row | None:
    """Basic auth is tried first; where it fails and there is a cookie, the cookie counts (12.4)."""
    if settings().auth_proxy and (named := request.headers.get("X-WEBAUTH-USER")):
        return _enabled(external.person(db, named, external.PROXY))
    if settings().directory and (named := request.headers.get("X-JWT-Assertion")):
        return _enabled(external.person(db, named, external.DIRECTORY))
    sent, cookie = request.authorization, request.cookies.get(sessions.COOKIE)
    if sent is not None and sent.type == "basic" and settings().basic_auth:
        user = sessions.user_with_password(db, sent.username or "", sent.password or "", settings().clock())
        if user is not None and user["is_disabled"]:
            raise unauthorized(sessions.DISABLED, "Invalid username or password")
        if user is not None or not cookie:
            return user or _wrong_password()
    if not cookie:
        return None
    number = sessions.session_user(db, cookie, settings().clock(), settings().rotation_seconds)
    found: sqlite3.Row | None = db.execute("SELECT * FROM user WHERE id = ?", (number,)).fetchone()
    return found


def _enabled(person: sqlite3.Row) -> sqlite3.Row:
    if person["is_disabled"]:
        raise unauthorized(sessions.DISABLED)
    return person


def _wrong_password() -> NoReturn:
    raise unauthorized(*sessions.WRONG_PASSWORD)


def _asked_org(db: sqlite3.Connection) -> int:
    """The org asked for: the path's namespace, `targetOrgId`, the header; 0 where none of them parses (12.4)."""
    named = re.match(r"/apis/[^/]+/[^/]+/namespaces/([^/]+)", request.path)
    if named and (org := namespace_org(named[1])):
        return org
    for asked in (request.args.get("targetOrgId"), request.headers.get("X-Grafana-Org-Id")):
        if asked and re.fullmatch(r"\+?\d{1,18}", asked.strip()) and int(asked) > 0:
            return int(asked)
    return 0


def namespace_org(namespace: str) -> int:
    """The org's id: `default` is 1, `org-7` is 7; 0 for anything else, `org-1` too."""
    if namespace == "default":
        return 1
    found = re.fullmatch(r"org-([1-9]\d{0,17})", namespace)
    return int(found[1]) if found and found[1] != "1" else 0
