"""`/api/search`: folders and dashboards by title, tag, folder or uid."""

from typing import Any

from flask import Blueprint, request

from provision.sandbox import objects
from provision.sandbox.access import caller, database, number
from provision.sandbox.folders import folder_url
from provision.sandbox.objects import Object
from provision.sandbox.refusals import Refused

blueprint = Blueprint("search", __name__)

_DEFAULT, _MOST = 1000, 5000


@blueprint.get("/api/search")
def search() -> list[dict[str, Any]]:
    """At most 5000 a page (422 above), 1000 unless asked; 500 in an org that is not the caller's (12.4)."""
    who, db = caller(), database()
    if not who.role:
        raise Refused(500, "Search failed")
    size, page = number("limit", _DEFAULT), number("page", 1)
    if size > _MOST:
        advice = "use page parameter to access hits beyond limit"
        raise Refused(422, f"Limit is above maximum allowed ({_MOST}), {advice}")
    folders = {folder.name: folder for folder in objects.every(db, who.org, "folders")}
    found = [hit for hit in (*folders.values(), *objects.every(db, who.org, "dashboards")) if _matches(hit)]
    found.sort(key=lambda hit: (hit.resource == "dashboards", hit.title.lower(), hit.name))
    return [_hit(hit, folders.get(hit.folder)) for hit in found[size * (page - 1) : size * page]]


def _matches(hit: Object) -> bool:
    wanted = request.args
    kind = "dash-folder" if hit.resource == "folders" else "dash-db"
    if wanted.get("type", kind) != kind or wanted.get("query", "").lower() not in hit.title.lower():
        return False
    if not set(wanted.getlist("tag")) <= set(_tags(hit)):
        return False
    within, uids = wanted.getlist("folderUIDs"), wanted.getlist("dashboardUIDs")
    return (not within or (hit.folder or "general") in within) and (not uids or hit.name in uids)


def _tags(hit: Object) -> list[str]:
    tags = hit.spec.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _hit(hit: Object, folder: Object | None) -> dict[str, Any]:
    is_folder = hit.resource == "folders"
    above = {"folderId": folder.number, "folderUid": folder.name, "folderTitle": folder.title} if folder else {}
    return {
        "id": hit.number,
        "uid": hit.name,
        "orgId": hit.org,
        "title": hit.title,
        "uri": f"db/{hit.slug}",
        "url": folder_url(hit) if is_folder else f"/d/{hit.name}/{hit.slug}",
        "slug": "",
        "type": "dash-folder" if is_folder else "dash-db",
        "tags": _tags(hit),
        "isStarred": False,
        **above,
        **({"folderUrl": folder_url(folder)} if folder else {}),
        "sortMeta": 0,
        "isDeleted": False,
    }
