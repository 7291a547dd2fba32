"""`/api/datasources`: by uid, with locks by version and secrets that never come back."""

import json
import re
import secrets
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint

from provision.sandbox.access import body, database, needs, settings, text
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("data_sources", __name__)

_TEXTS = ("type", "access", "url", "user", "database", "basicAuthUser")
_FLAGS = ("basicAuth", "withCredentials")
_GENERAL = "/api/datasources"


@blueprint.get(_GENERAL)
def every() -> list[dict[str, Any]]:
    """Sorted by name; without version, basicAuthUser and secureJsonFields, which only the single one has (12.4)."""
    org = needs("datasources:read", "Viewer").org
    rows = database().execute("SELECT * FROM data_source WHERE org_id = ? ORDER BY lower(name), name", (org,))
    return [_listed(row) for row in rows]


@blueprint.post(_GENERAL)
def create() -> dict[str, Any]:
    """The first of an org becomes its default, asked or not (12.4)."""
    org, db = needs("datasources:create", "Admin").org, database()
    (count,) = db.execute("SELECT count(*) FROM data_source WHERE org_id = ?", (org,)).fetchone()
    if 0 <= settings().quota.get("org_data_source", -1) <= count:
        raise Refused(403, "data_source Quota reached")
    sent = _valid(body())
    uid, name = text(sent, "uid") or secrets.token_hex(7), text(sent, "name") or text(sent, "type")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid):
        raise Refused(400, "Invalid datasource UID.", more={"statusCode": 400, "messageId": "datasource.uidInvalid"})
    for field, value in (("name", name), ("uid", uid)):
        if _find(field, value, org) is not None:
            raise Refused(409, f"data source with the same {field} already exists")
    is_default = bool(sent.get("isDefault")) or count == 0
    row = _insert(db, org, uid, name, sent, is_default=is_default)
    return {"datasource": _shown(row), "id": row["id"], "message": "Datasource added", "name": name}


@blueprint.get(f"{_GENERAL}/uid/<uid>")
def one(uid: str) -> dict[str, Any]:
    return _shown(_found("uid", uid, needs("datasources:read", "Viewer").org))


@blueprint.get(f"{_GENERAL}/name/<name>")
def by_name(name: str) -> dict[str, Any]:
    return _shown(_found("name", name, needs("datasources:read", "Viewer").org))


@blueprint.put(f"{_GENERAL}/uid/<uid>")
def update(uid: str) -> dict[str, Any]:
    """Runs where the stored version is lower than the one sent plus 1, and stores that; without one it runs always and
    the version is 1 again. Secrets and texts that are left out keep their value; an empty secret is removed (12.4)."""
    org, db = needs("datasources:write", "Admin").org, database()
    before, sent = _found("uid", uid, org), _valid(body(), needs_url=True)
    if text(sent, "uid") not in {"", uid}:
        raise Refused(500, "Failed to update datasource")
    name = text(sent, "name") or before["name"]
    if db.execute("SELECT 1 FROM data_source WHERE org_id = ? AND name = ? AND uid != ?", (org, name, uid)).fetchone():
        raise Refused(409, "Failed to update datasource: data source with the same name already exists")
    version = sent.get("version") or 0
    if not isinstance(version, int):
        raise bad_request()
    if version and before["version"] >= version + 1:
        raise Refused(409, "Datasource has already been updated by someone else. Please reload and try again")
    kept = {key: value for key, value in json.loads(before["body"]).items() if key in _TEXTS}
    secret_keys = _secret_keys(sent, json.loads(before["secret_keys"]))
    is_default = bool(sent.get("isDefault"))
    if is_default:
        db.execute("UPDATE data_source SET is_default = 0 WHERE org_id = ?", (org,))
    db.execute(
        "UPDATE data_source SET name = ?, version = ?, is_default = ?, body = ?, secret_keys = ? WHERE id = ?",
        (name, version + 1, is_default, json.dumps(kept | _content(sent)), json.dumps(secret_keys), before["id"]),
    )
    row = _found("uid", uid, org)
    return {"datasource": _shown(row), "id": row["id"], "message": "Datasource updated", "name": name}


@blueprint.delete(f"{_GENERAL}/uid/<uid>")
def delete(uid: str) -> dict[str, Any]:
    row = _found("uid", uid, needs("datasources:delete", "Admin").org)
    database().execute("DELETE FROM data_source WHERE id = ?", (row["id"],))
    return {"id": row["id"], "message": "Data source deleted"}


@blueprint.get(f"{_GENERAL}/uid/<uid>/health")
def health(uid: str) -> tuple[dict[str, Any], int]:
    """No store is ever asked: it says so."""
    _found("uid", uid, needs("datasources:query", "Viewer").org)
    return {"message": "This is a sandbox: no data source is reached from here.", "status": "ERROR"}, 400


def _find(field: str, value: str, org: int) -> sqlite3.Row | None:
    select = f"SELECT * FROM data_source WHERE org_id = ? AND {field} = ?"  # noqa: S608 — field is a literal of ours
    found: sqlite3.Row | None = database().execute(select, (org, value)).fetchone()
    return found


def _found(field: str, value: str, org: int) -> sqlite3.Row:
    found = _find(field, value, org)
    if found is None:
        raise Refused(404, "Data source not found")
    return found


def _insert(
    db: sqlite3.Connection, org: int, uid: str, name: str, sent: dict[str, Any], *, is_default: bool
) -> sqlite3.Row:
    if is_default:
        db.execute("UPDATE data_source SET is_default = 0 WHERE org_id = ?", (org,))
    db.execute(
        "INSERT INTO data_source (org_id, uid, name, version, is_default, body, secret_keys)"
        " VALUES (?, ?, ?, 1, ?, ?, ?)",
        (org, uid, name, is_default, json.dumps(_content(sent)), json.dumps(_secret_keys(sent, []))),
    )
    return _found("uid", uid, org)


def _valid(sent: dict[str, Any], *, needs_url: bool = False) -> dict[str, Any]:
    """The body when its keys have the right types and the url can be one; 400 otherwise."""
    texts = {key: text(sent, key) for key in (*_TEXTS, "uid", "name")}
    tables = [sent.get("jsonData"), sent.get("secureJsonData")]
    if not texts["type"] or not texts["access"] or any(not isinstance(table, dict | None) for table in tables):
        raise bad_request()
    url = texts["url"]
    if url.startswith(":") or (needs_url and not url and texts["type"] == "prometheus"):
        raise Refused(400, "Validation error, invalid URL")
    try:
        urlsplit(url)
    except ValueError:
        raise Refused(400, "Validation error, invalid URL") from None
    return sent


def _content(sent: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a body: texts that are not empty, flags and jsonData. Never a secret."""
    return {
        **{key: sent[key] for key in _TEXTS if sent.get(key)},
        **{key: bool(sent.get(key)) for key in _FLAGS},
        "jsonData": sent.get("jsonData") or {},
    }


def _secret_keys(sent: dict[str, Any], before: list[str]) -> list[str]:
    now = sent.get("secureJsonData") or {}
    return sorted({*before, *(key for key, value in now.items() if value)} - {k for k, v in now.items() if not v})


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    kept = dict.fromkeys(_TEXTS, "") | json.loads(row["body"])
    return {
        "id": row["id"],
        "uid": row["uid"],
        "orgId": row["org_id"],
        "name": row["name"],
        "type": kept["type"],
        "typeLogoUrl": "",
        "access": kept["access"],
        "url": kept["url"],
        "user": kept["user"],
        "database": kept["database"],
        "basicAuth": kept["basicAuth"],
        "basicAuthUser": kept["basicAuthUser"],
        "withCredentials": kept["withCredentials"],
        "isDefault": bool(row["is_default"]),
        "jsonData": kept["jsonData"],
        "secureJsonFields": dict.fromkeys(json.loads(row["secret_keys"]), True),
        "version": row["version"],
        "readOnly": False,
        "apiVersion": "",
    }


def _listed(row: sqlite3.Row) -> dict[str, Any]:
    whole = _shown(row)
    absent = {"basicAuthUser", "withCredentials", "secureJsonFields", "version", "apiVersion"}
    return {key: value for key, value in whole.items() if key not in absent} | {"typeName": whole["type"]}
