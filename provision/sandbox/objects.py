"""Folders and dashboards as the server keeps them: the same objects, whichever API wrote them."""

import json
import re
import sqlite3
import uuid
from dataclasses import dataclass, replace
from typing import Any, Literal

from provision.sandbox.access import store
from provision.sandbox.clock import now
from provision.sandbox.refusals import Refused

Resource = Literal["folders", "dashboards"]
RESOURCES: tuple[Resource, ...] = ("folders", "dashboards")

FOLDER = "grafana.app/folder"
MESSAGE = "grafana.app/message"
VERSIONS_KEPT = 20

_OF_THE_SERVER = ("grafana.app/createdBy", "grafana.app/updatedBy", "grafana.app/updatedTimestamp")


@dataclass(frozen=True, slots=True)
class Object:
    """A folder or a dashboard. `name` is its uid of old, `number` its numeric id, `uid` a UUID of this very object.

    `annotations` are the writer's own, folder included; `stored_as` is the API version that `spec` was written in.
    `generation` is what the old API calls version.
    """

    org: int
    resource: Resource
    name: str
    spec: dict[str, Any]
    annotations: dict[str, str]
    labels: dict[str, str]
    stored_as: str
    number: int = 0
    uid: str = ""
    resource_version: int = 0
    generation: int = 0
    created: str = ""
    created_by: str = ""
    updated: str = ""
    updated_by: str = ""

    @property
    def folder(self) -> str:
        """The uid of the folder it lies in, "" for the root."""
        return self.annotations.get(FOLDER, "")

    @property
    def title(self) -> str:
        """What people see."""
        return str(self.spec.get("title") or "")

    @property
    def slug(self) -> str:
        """The title in an address."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or self.name


def check_name(name: str) -> None:
    """400 for what cannot be a uid."""
    if len(name) > 40:
        raise Refused(400, "uid too long, max 40 characters", reason="BadRequest")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise Refused(400, "uid contains illegal characters", reason="BadRequest")


def revision(db: sqlite3.Connection, resource: Resource) -> int:
    """The number of the last write or deletion in any org, 1 before the first."""
    row = db.execute("SELECT number FROM revision WHERE resource = ?", (resource,)).fetchone()
    return int(row["number"]) if row else 1


def find(db: sqlite3.Connection, org: int, resource: Resource, name: str) -> Object | None:
    """The object of that name, or None."""
    row = db.execute(
        "SELECT * FROM object WHERE org_id = ? AND resource = ? AND name = ?", (org, resource, name)
    ).fetchone()
    return _object(row) if row else None


def every(db: sqlite3.Connection, org: int, resource: Resource) -> list[Object]:
    """All of that org, sorted by name."""
    rows = db.execute("SELECT * FROM object WHERE org_id = ? AND resource = ? ORDER BY name", (org, resource))
    return [_object(row) for row in rows]


def inside(db: sqlite3.Connection, org: int, folder: str, resource: Resource) -> list[Object]:
    """Those that lie directly in that folder ("" is the root), sorted by title."""
    rows = db.execute("SELECT * FROM object WHERE org_id = ? AND resource = ? AND folder = ?", (org, resource, folder))
    return sorted(map(_object, rows), key=lambda found: (found.title.lower(), found.name))


def insert(db: sqlite3.Connection, wanted: Object, by: str) -> Object:
    """The new object, with the keys that the server makes. `by` is the uid of the user."""
    at = now()
    made = replace(
        wanted,
        annotations=_own(wanted.annotations),
        number=wanted.number or store().next_number(),
        uid=str(uuid.uuid4()),
        generation=1,
        created=at,
        created_by=by,
        updated=at,
        updated_by="",
    )
    return _write(db, made, "Initial save")


def update(db: sqlite3.Connection, before: Object, wanted: Object, by: str) -> Object:
    """The object with the wanted content, one generation further."""
    changed = replace(
        before,
        spec=wanted.spec,
        annotations=_own(wanted.annotations),
        labels=wanted.labels,
        stored_as=wanted.stored_as,
        generation=before.generation + 1,
        updated=now(),
        updated_by=by,
    )
    return _write(db, changed, wanted.annotations.get(MESSAGE, ""))


def is_same(before: Object, wanted: Object) -> bool:
    """Whether writing `wanted` would change nothing (the message does not count)."""
    mine, theirs = (dict(found.annotations) for found in (before, wanted))
    for annotations in (mine, theirs):
        for key in (MESSAGE, *_OF_THE_SERVER):
            annotations.pop(key, None)
    return (before.spec, before.labels, mine, before.stored_as) == (
        wanted.spec,
        wanted.labels,
        theirs,
        wanted.stored_as,
    )


def delete(db: sqlite3.Connection, gone: Object) -> None:
    """Remove it; a folder with all that is in it, a dashboard with its versions."""
    if gone.resource == "folders":
        for resource in RESOURCES:
            for held in inside(db, gone.org, gone.name, resource):
                delete(db, held)
        db.execute(
            "DELETE FROM way_in WHERE org_id = ? AND kind = 'folder permission' AND key = ?", (gone.org, gone.name)
        )
    else:
        db.execute(
            "DELETE FROM way_in WHERE org_id = ? AND kind = 'public dashboard' AND key = ?", (gone.org, gone.name)
        )
        db.execute("DELETE FROM dashboard_version WHERE org_id = ? AND name = ?", (gone.org, gone.name))
    db.execute(
        "DELETE FROM object WHERE org_id = ? AND resource = ? AND name = ?", (gone.org, gone.resource, gone.name)
    )
    _note(db, gone.resource, store().next_number())


def _own(annotations: dict[str, str]) -> dict[str, str]:
    """Without those of the server, and without an empty folder."""
    return {key: value for key, value in annotations.items() if key not in _OF_THE_SERVER and (key != FOLDER or value)}


def _write(db: sqlite3.Connection, wanted: Object, message: str) -> Object:
    made = replace(wanted, resource_version=store().next_number())
    values = {
        "org_id": made.org,
        "resource": made.resource,
        "name": made.name,
        "number": made.number,
        "uid": made.uid,
        "resource_version": made.resource_version,
        "generation": made.generation,
        "created": made.created,
        "created_by": made.created_by,
        "updated": made.updated,
        "updated_by": made.updated_by,
        "labels": json.dumps(made.labels),
        "annotations": json.dumps(made.annotations),
        "folder": made.folder,
        "stored_as": made.stored_as,
        "spec": json.dumps(made.spec),
    }
    marks = ", ".join("?" * len(values))
    insert = f"INSERT OR REPLACE INTO object ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 — our own names
    db.execute(insert, tuple(values.values()))
    _note(db, made.resource, made.resource_version)
    if made.resource == "dashboards":
        _remember(db, made, message)
    return made


def _note(db: sqlite3.Connection, resource: Resource, number: int) -> None:
    db.execute("INSERT OR REPLACE INTO revision VALUES (?, ?)", (resource, number))


def _remember(db: sqlite3.Connection, made: Object, message: str) -> None:
    """Keep this version, and forget what is older than the last twenty."""
    by = made.updated_by or made.created_by
    db.execute(
        "INSERT OR REPLACE INTO dashboard_version VALUES (?, ?, ?, ?, ?, ?, ?)",
        (made.org, made.name, made.generation, made.updated, by, message, json.dumps(made.spec)),
    )
    db.execute(
        "DELETE FROM dashboard_version WHERE org_id = ? AND name = ? AND version <= ?",
        (made.org, made.name, made.generation - VERSIONS_KEPT),
    )


def _object(row: sqlite3.Row) -> Object:
    return Object(
        org=row["org_id"],
        resource=row["resource"],
        name=row["name"],
        spec=json.loads(row["spec"]),
        annotations=json.loads(row["annotations"]),
        labels=json.loads(row["labels"]),
        stored_as=row["stored_as"],
        number=row["number"],
        uid=row["uid"],
        resource_version=row["resource_version"],
        generation=row["generation"],
        created=row["created"],
        created_by=row["created_by"],
        updated=row["updated"],
        updated_by=row["updated_by"],
    )
