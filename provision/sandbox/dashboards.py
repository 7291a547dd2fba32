"""`/api/dashboards` and `/api/search`: dashboards in the old way."""

import json
import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from provision.sandbox import objects, rules
from provision.sandbox.access import body, database, needs, text
from provision.sandbox.folders import folder_url
from provision.sandbox.objects import FOLDER, MESSAGE, Object
from provision.sandbox.people import login_of
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("dashboards", __name__)

API_VERSION = "v0alpha1"
_RESTORED = "Restored from version "


@blueprint.post("/api/dashboards/db")
def save() -> dict[str, Any]:
    """Create or update. Without `folderUid` the dashboard moves to the root; 412 unless `version` is the stored one or
    `overwrite` is true; the same content again makes no new version (12.4)."""
    if (request.content_length or 0) > rules.LARGEST_BODY:
        raise Refused(413, "Dashboard is too large, max is 16 MB")
    who, db = needs("any of dashboards:create, dashboards:write", "Editor"), database()
    sent = body()
    wanted, version = _wanted(who.org, sent)
    if not rules.may_write(who):
        raise Refused(403, "")
    rules.check_dashboard(wanted)
    before = objects.find(db, who.org, "dashboards", wanted.name)
    _check_number(who.org, wanted, before)
    if before is None:
        if rules.is_over_quota(who.org):
            raise Refused(403, "Quota reached")
        _check_folder(wanted)
        return _saved(objects.insert(db, replace(wanted, number=0), who.uid))
    if not sent.get("overwrite") and version != before.generation:
        message = "The dashboard has been changed by someone else"
        raise Refused(412, message, more={"status": "version-mismatch"})
    _check_folder(wanted)
    return _saved(before if objects.is_same(before, wanted) else objects.update(db, before, wanted, who.uid))


@blueprint.get("/api/dashboards/uid/<name>")
def one(name: str) -> dict[str, Any]:
    who = needs("dashboards:read", "Viewer")
    found = _found(who.org, name)
    can = rules.may_write(who)
    folder = objects.find(database(), who.org, "folders", found.folder)
    meta = {
        "type": "db",
        "canSave": can,
        "canEdit": can,
        "canAdmin": can,
        "canStar": True,
        "canDelete": can,
        "slug": found.slug,
        "url": _url(found),
        "expires": "0001-01-01T00:00:00Z",
        "created": found.created,
        "updated": found.updated,
        "version": found.generation,
        "updatedBy": login_of(found.updated_by),
        "createdBy": login_of(found.created_by),
        "hasAcl": False,
        "isFolder": False,
        "apiVersion": API_VERSION,
        "folderId": folder.number if folder else 0,
        "folderUid": found.folder,
        "folderTitle": folder.title if folder else "General",
        "folderUrl": folder_url(folder) if folder else "",
        "provisioned": False,
        "provisionedExternalId": "",
    }
    content = {**found.spec, "id": found.number, "uid": found.name, "version": found.generation}
    return {"meta": meta, "dashboard": content}


@blueprint.delete("/api/dashboards/uid/<name>")
def delete(name: str) -> dict[str, Any]:
    found = _found(needs("dashboards:delete", "Editor").org, name)
    objects.delete(database(), found)
    return {"message": f"Dashboard {found.title} deleted", "title": found.title, "uid": found.name}


@blueprint.get("/api/dashboards/uid/<name>/versions")
def versions(name: str) -> dict[str, Any]:
    """The last twenty, newest first; the first one of all says "Initial save" (12.4)."""
    found = _found(needs("dashboards.versions:read", "Editor").org, name)
    rows = database().execute(
        "SELECT * FROM dashboard_version WHERE org_id = ? AND name = ? ORDER BY version DESC", (found.org, name)
    )
    shown = [
        {
            "id": row["version"],
            "dashboardId": found.number,
            "uid": name,
            "parentVersion": row["version"] - 1,
            "restoredFrom": int(row["message"].partition(_RESTORED)[2] or 0),
            "version": row["version"],
            "created": row["created"],
            "message": row["message"],
            "data": {**json.loads(row["spec"]), "uid": name, "version": row["version"]},
            "createdBy": login_of(row["created_by"]),
        }
        for row in rows
    ]
    return {"continueToken": "", "versions": shown}


@blueprint.post("/api/dashboards/uid/<name>/restore")
def restore(name: str) -> dict[str, Any]:
    """The content of an earlier version as a new one; the annotations of the object stay (12.4)."""
    who, db, version = needs("dashboards:write", "Editor"), database(), body().get("version")
    if not isinstance(version, int):
        raise bad_request()
    found = objects.find(db, who.org, "dashboards", name)
    if found is None:
        raise Refused(404, f'dashboards.dashboard.grafana.app "{name}" not found')
    row = db.execute(
        "SELECT spec FROM dashboard_version WHERE org_id = ? AND name = ? AND version = ?", (who.org, name, version)
    ).fetchone()
    if row is None:
        raise Refused(404, "Dashboard not found")
    spec = json.loads(row["spec"])
    if spec == found.spec:
        raise Refused(400, "Current dashboard is identical to the specified version")
    annotations = {**found.annotations, MESSAGE: f"{_RESTORED}{version}"}
    wanted = replace(found, spec=spec, annotations=annotations, stored_as=API_VERSION)
    return _saved(objects.update(db, found, wanted, who.uid))


def _wanted(org: int, sent: dict[str, Any]) -> tuple[Object, object]:
    """The dashboard of that body, with the numeric id that was sent, and the version that was sent."""
    content = sent.get("dashboard")
    if not isinstance(content, dict):
        raise bad_request()
    spec = {key: value for key, value in content.items() if key not in {"id", "uid", "version"}}
    annotations = {FOLDER: text(sent, "folderUid"), MESSAGE: text(sent, "message")}
    number = content.get("id") if isinstance(content.get("id"), int) else 0
    kept = {key: value for key, value in annotations.items() if value}
    name = text(content, "uid") or str(uuid.uuid4())
    return Object(org, "dashboards", name, spec, kept, {}, API_VERSION, number=number or 0), content.get("version")


def _check_number(org: int, wanted: Object, before: Object | None) -> None:
    """404 for a numeric id that the org does not have, 400 for that of another dashboard."""
    if not wanted.number or (before is not None and before.number == wanted.number):
        return
    if all(found.number != wanted.number for found in objects.every(database(), org, "dashboards")):
        raise Refused(404, "Dashboard not found", more={"status": "not-found"})
    raise Refused(400, "A dashboard with the same uid already exists")


def _check_folder(wanted: Object) -> None:
    if wanted.folder and objects.find(database(), wanted.org, "folders", wanted.folder) is None:
        raise Refused(400, "folder not found")


def _found(org: int, name: str) -> Object:
    found = objects.find(database(), org, "dashboards", name)
    if found is None:
        raise Refused(404, "Dashboard not found")
    return found


def _saved(found: Object) -> dict[str, Any]:
    return {
        "folderUid": found.folder,
        "id": found.number,
        "slug": found.slug,
        "status": "success",
        "uid": found.name,
        "url": _url(found),
        "version": found.generation,
    }


def _url(found: Object) -> str:
    return f"/d/{found.name}/{found.slug}"
