"""`/api/orgs` and `/api/org`: the spaces that are kept apart."""

import json
import sqlite3
from typing import Any

from flask import Blueprint, request

from provision.sandbox.access import body, database, needs, number, settings, text
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("orgs", __name__)

_ADDRESS = ("address1", "address2", "city", "zipCode", "state", "country")


@blueprint.get("/api/org")
def current() -> dict[str, Any]:
    return _shown(_org(needs("orgs:read", "Viewer").org))


@blueprint.put("/api/org")
def rename_current() -> dict[str, Any]:
    return _rename(needs("orgs:write", "Admin").org)


@blueprint.put("/api/org/address")
def move_current() -> dict[str, Any]:
    return _move(needs("orgs:write", "Admin").org)


@blueprint.get("/api/orgs")
def every() -> list[dict[str, Any]]:
    """Those whose name begins with `query`, sorted by name as on SQLite; pages count from 0 (12.4)."""
    needs("orgs:read", "Server", org=0)
    size, page = number("perpage", 1000), number("page", 0, at_least=0)
    name, part = request.args.get("name", ""), request.args.get("query", "")
    rows = database().execute(
        "SELECT id, name FROM org WHERE (? = '' OR name = ?) AND instr(lower(name), lower(?)) = 1"
        " ORDER BY name LIMIT ? OFFSET ?",
        (name, name, part, size, size * page),
    )
    return [dict(row) for row in rows]


@blueprint.post("/api/orgs")
def create() -> dict[str, Any]:
    """The creator becomes its Admin. The quota `user_org` counts his memberships, also the one in org 1 (12.4)."""
    who, db = needs("orgs:create", "Server", org=0), database()
    (mine,) = db.execute("SELECT count(*) FROM member WHERE user_id = ?", (who.id,)).fetchone()
    if 0 <= settings().quota.get("user_org", -1) <= mine:
        raise Refused(403, "org Quota reached")
    name = text(body(), "name")
    if not name:
        raise bad_request()
    if _named(db, name):
        raise Refused(409, "Organization name taken")
    return {"message": "Organization created", "orgId": insert(db, name, who.id)}


@blueprint.get("/api/orgs/<int:org>")
def one(org: int) -> dict[str, Any]:
    needs("orgs:read", "Viewer", org=org)
    return _shown(_org(org))


@blueprint.get("/api/orgs/name/<path:name>")
def by_name(name: str) -> dict[str, Any]:
    """Letters' case matters (12.4 on SQLite)."""
    needs("orgs:read", "Server", org=0)
    found = _named(database(), name)
    if found is None:
        raise Refused(404, "Organization not found")
    return _shown(found)


@blueprint.put("/api/orgs/<int:org>")
def rename(org: int) -> dict[str, Any]:
    needs("orgs:write", "Admin", org=org)
    return _rename(org)


@blueprint.put("/api/orgs/<int:org>/address")
def move(org: int) -> dict[str, Any]:
    """An org that does not exist is answered as if it did (12.4)."""
    needs("orgs:write", "Admin", org=org)
    return _move(org)


@blueprint.delete("/api/orgs/<int:org>")
def delete(org: int) -> dict[str, Any]:
    """With all it holds; its users stay."""
    who = needs("orgs:delete", "Server", org=org)
    if org == who.org:
        raise Refused(400, "Cannot delete your active organization. Please switch to a different organization first.")
    if not database().execute("DELETE FROM org WHERE id = ?", (org,)).rowcount:
        raise Refused(404, "Failed to delete organization. ID not found")
    return {"message": "Organization deleted"}


def insert(db: sqlite3.Connection, name: str, admin: int) -> int:
    """The id of a new org with that one Admin."""
    org = db.execute("INSERT INTO org (name) VALUES (?)", (name,)).lastrowid or 0
    db.execute("INSERT INTO member VALUES (?, ?, 'Admin')", (org, admin))
    return org


def _named(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute("SELECT * FROM org WHERE name = ?", (name,)).fetchone()
    return found


def _org(org: int) -> sqlite3.Row:
    found: sqlite3.Row | None = database().execute("SELECT * FROM org WHERE id = ?", (org,)).fetchone()
    if found is None:
        raise Refused(404, "Organization not found")
    return found


def _shown(org: sqlite3.Row) -> dict[str, Any]:
    address = dict.fromkeys(_ADDRESS, "") | json.loads(org["address"])
    return {"id": org["id"], "name": org["name"], "address": address}


def _rename(org: int) -> dict[str, Any]:
    """A taken name is 400 here, and an org that does not exist 500 (12.4)."""
    db, name = database(), text(body(), "name")
    if not name:
        raise bad_request()
    taken = _named(db, name)
    if taken is not None and taken["id"] != org:
        raise Refused(400, "Organization name taken")
    if not db.execute("UPDATE org SET name = ? WHERE id = ?", (name, org)).rowcount:
        raise Refused(500, "Failed to update organization")
    return {"message": "Organization updated"}


def _move(org: int) -> dict[str, Any]:
    """Lines that are left out or empty keep what they were (12.4)."""
    sent, db = body(), database()
    row = db.execute("SELECT address FROM org WHERE id = ?", (org,)).fetchone()
    if row is not None:
        address = json.loads(row["address"]) | {key: line for key in _ADDRESS if (line := text(sent, key))}
        db.execute("UPDATE org SET address = ? WHERE id = ?", (json.dumps(address), org))
    return {"message": "Address updated"}
