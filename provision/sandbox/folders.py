"""`/api/folders`: folders in the old way."""

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from provision.sandbox import alerting_rules, objects, rules
from provision.sandbox.access import Caller, body, database, needs, number, text
from provision.sandbox.objects import FOLDER, Object
from provision.sandbox.people import login_of
from provision.sandbox.refusals import Refused

blueprint = Blueprint("folders", __name__)

API_VERSION = "v1beta1"

_MANAGED_BY = "grafana.app/managedBy"


@blueprint.get("/api/folders")
def every() -> list[dict[str, Any]]:
    """Those in `parentUid` or in the root, sorted by title."""
    who, db = needs("folders:read", "Viewer"), database()
    parent, size, page = request.args.get("parentUid", ""), number("limit", 1000), number("page", 1)
    if parent and objects.find(db, who.org, "folders", parent) is None:
        raise _missing()
    found = objects.inside(db, who.org, parent, "folders")[size * (page - 1) : size * page]
    listed = [{"id": folder.number, "uid": folder.name, "title": folder.title} for folder in found]
    return [{**row, "parentUid": parent} for row in listed] if parent else listed


@blueprint.post("/api/folders")
def create() -> dict[str, Any]:
    """412 for a taken uid; the title may be taken (12.4)."""
    who, db = needs("folders:create", "Editor"), database()
    sent = body()
    if not rules.may_write(who):
        raise Refused(403, "Access denied")
    parent, name = text(sent, "parentUid"), text(sent, "uid") or secrets.token_hex(7)
    annotations = {FOLDER: parent} if parent else {}
    spec = {"title": text(sent, "title"), "description": text(sent, "description")}
    wanted = Object(who.org, "folders", name, spec, annotations, {}, API_VERSION)
    if name == "general":
        raise Refused(500, "Folder API error: invalid uid for folder provided")
    rules.check_folder(wanted)
    if objects.find(db, who.org, "folders", name) is not None:
        raise Refused(412, "the folder has been changed by someone else")
    return _shown(objects.insert(db, wanted, who.uid), who)


@blueprint.get("/api/folders/<name>")
def one(name: str) -> dict[str, Any]:
    who = needs("folders:read", "Viewer")
    return _shown(_found(who.org, name), who)


@blueprint.get("/api/folders/<name>/counts")
def counts(name: str) -> dict[str, int]:
    org, db = needs("folders:read", "Viewer").org, database()
    _found(org, name)
    folders, dashboards = (len(objects.inside(db, org, name, resource)) for resource in objects.RESOURCES)
    return {
        "alertrule": alerting_rules.count_in(org, name),
        "dashboard": dashboards,
        "folder": folders,
        "librarypanel": 0,
    }


@blueprint.put("/api/folders/<name>")
def update(name: str) -> dict[str, Any]:
    """412 unless `version` is the stored one or `overwrite` is true."""
    who, sent = needs("folders:write", "Editor"), body()
    before = _found(who.org, name)
    if not text(sent, "title"):
        raise Refused(400, "Dashboard title cannot be empty")
    if not sent.get("overwrite") and sent.get("version") != before.generation:
        raise Refused(412, "The dashboard has been changed by someone else")
    wanted = replace(before, spec={**before.spec, "title": text(sent, "title")})
    if objects.is_same(before, wanted):
        return _shown(before, who)
    return _shown(objects.update(database(), before, wanted, who.uid), who)


@blueprint.post("/api/folders/<name>/move")
def move(name: str) -> dict[str, Any]:
    """Into `parentUid`, "" for the root."""
    who, parent = needs("folders:write", "Editor"), text(body(), "parentUid")
    before = _found(who.org, name)
    up = parent
    while up:
        if up == name:
            circle = "cannot move folder under its own descendant, this would create a circular reference"
            raise Refused(500, circle)
        up = _found(who.org, up).folder
    wanted = replace(before, annotations={**before.annotations, FOLDER: parent})
    return _shown(objects.update(database(), before, wanted, who.uid), who)


@blueprint.delete("/api/folders/<name>")
def delete(name: str) -> dict[str, Any]:
    """Deletes the folder and its dashboards without a warning; 400 while it holds alert rules (12.4)."""
    who = needs("folders:delete", "Editor")
    found = objects.find(database(), who.org, "folders", name)
    if found is None:
        raise Refused(404, f'folders.folder.grafana.app "{name}" not found')
    if alerting_rules.count_in(who.org, name):
        more = {"messageId": "folder.not-empty", "statusCode": 400}
        raise Refused(400, "Folder cannot be deleted: folder is not empty", more=more)
    objects.delete(database(), found)
    return {"message": "Folder deleted"}


def _missing() -> Refused:
    return Refused(404, "folder not found", more={"status": "not-found"})


def _found(org: int, name: str) -> Object:
    found = objects.find(database(), org, "folders", name)
    if found is None:
        raise _missing()
    return found


def _shown(folder: Object, who: Caller) -> dict[str, Any]:
    can = rules.may_write(who)
    return {
        "id": folder.number,
        "uid": folder.name,
        "orgId": folder.org,
        "title": folder.title,
        "url": folder_url(folder),
        "hasAcl": False,
        "canSave": can,
        "canEdit": can,
        "canAdmin": can,
        "canDelete": can,
        "createdBy": login_of(folder.created_by),
        "created": folder.created,
        "updatedBy": login_of(folder.updated_by),
        "updated": folder.updated,
        "version": folder.generation,
        **({"parentUid": folder.folder} if folder.folder else {}),
        **({"managedBy": folder.annotations[_MANAGED_BY]} if _MANAGED_BY in folder.annotations else {}),
    }


def folder_url(folder: Object) -> str:
    """Where the browser finds it."""
    return f"/dashboards/f/{folder.name}/{folder.slug}"
