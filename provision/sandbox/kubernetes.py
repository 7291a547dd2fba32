"""The forms of the Kubernetes-like API: objects with metadata, lists, groups."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from provision.sandbox.migration import migrated
from provision.sandbox.objects import Object, Resource
from provision.sandbox.refusals import Refused


@dataclass(frozen=True, slots=True)
class Group:
    """One API group with its one resource."""

    name: str
    resource: Resource
    kind: str
    versions: tuple[str, ...]

    @property
    def qualified(self) -> str:
        """`dashboards.dashboard.grafana.app`, as messages have it."""
        return f"{self.resource}.{self.name}"


DASHBOARDS = Group("dashboard.grafana.app", "dashboards", "Dashboard", ("v1beta1", "v0alpha1"))
FOLDERS = Group("folder.grafana.app", "folders", "Folder", ("v1beta1",))
GROUPS = (DASHBOARDS, FOLDERS)
_VERBS = ["create", "delete", "get", "list", "update"]


def group_list() -> dict[str, Any]:
    """`GET /apis`."""
    return {"kind": "APIGroupList", "groups": [_versions(group) for group in GROUPS]}


def group_info(group: Group) -> dict[str, Any]:
    """`GET /apis/<group>`."""
    return {"kind": "APIGroup", "apiVersion": "v1", **_versions(group)}


def resource_list(group: Group, version: str) -> dict[str, Any]:
    """`GET /apis/<group>/<version>`."""
    resource = {"name": group.resource, "singularName": group.kind.lower(), "namespaced": True, "kind": group.kind}
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group.name}/{version}",
        "resources": [{**resource, "verbs": _VERBS}],
    }


def shown(group: Group, version: str, found: Object, *, has_version: bool = True) -> dict[str, Any]:
    """The object as that version shows it. Without a `resourceVersion` where nothing was stored (12.4)."""
    metadata: dict[str, Any] = {
        "name": found.name,
        "namespace": namespace_of(found.org),
        "uid": found.uid,
        **({"resourceVersion": str(found.resource_version)} if has_version and found.resource_version else {}),
        "generation": found.generation,
        "creationTimestamp": found.created,
        **({"labels": _labels(found)} if found.number else {}),
        "annotations": _annotations(found),
        "managedFields": [],
    }
    answer = {"kind": group.kind, "apiVersion": f"{group.name}/{version}", "metadata": metadata}
    if group.resource == "folders":
        return {**answer, "spec": found.spec}
    is_converted = version != found.stored_as
    conversion = {"conversion": {"failed": False, "storedVersion": found.stored_as}} if is_converted else {}
    spec = migrated(found.spec) if is_converted and version == "v1beta1" else found.spec
    return {**answer, "spec": spec, "status": conversion}


def list_of(group: Group, version: str, found: list[Object], *, newest: int, limit: int, token: str) -> dict[str, Any]:
    """One page of a list; `continue` in its metadata when there is more. Its revision is that of all orgs (12.4)."""
    offset = _offset(token)
    metadata = {"resourceVersion": str(newest)}
    page = found[offset : offset + limit] if limit else found[offset:]
    if offset + len(page) < len(found):
        state = {"o": offset + len(page), "v": newest, "s": False}
        metadata["continue"] = base64.b64encode(json.dumps(state, separators=(",", ":")).encode()).decode()
    return {
        "kind": f"{group.kind}List",
        "apiVersion": f"{group.name}/{version}",
        "metadata": metadata,
        "items": [shown(group, version, each) for each in page],
    }


def success(group: Group, gone: Object) -> dict[str, Any]:
    """The answer to a DELETE."""
    details = {"name": gone.name, "group": group.name, "kind": group.resource, "uid": gone.uid}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def not_found(group: Group, name: str) -> Refused:
    """404 for an object."""
    message = f'{group.qualified} "{name}" not found'
    return Refused(404, message, reason="NotFound", details=_details(group, name))


def already_exists(group: Group, name: str) -> Refused:
    """409 for a POST on a name that is there."""
    message = f'{group.qualified} "{name}" already exists'
    return Refused(409, message, reason="AlreadyExists", details=_details(group, name))


def conflict(group: Group, name: str) -> Refused:
    """409 for a PUT with a resourceVersion that is not the stored one."""
    advice = "please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {group.qualified} "{name}": the object has been modified; {advice}'
    return Refused(409, message, reason="Conflict", details=_details(group, name))


def another_uid(group: Group, stored: Object, uid: str) -> Refused:
    """500 for a PUT with the uid of another object."""
    place = f"namespace/{namespace_of(stored.org)}/name/{stored.name}"
    key = f"/group/{group.name}/resource/{group.resource}/{place}"
    why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {stored.uid}"
    error = f"invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {why}"
    return Refused(500, f"precondition failed: StorageError: {error}")


def failed_precondition(group: Group, name: str, what: str, asked: str, stored: str, why: str) -> Refused:
    """409 for a DELETE whose preconditions do not hold."""
    message = (
        f'Operation cannot be fulfilled on {group.kind}.{group.name} "{name}": the {what} in the precondition ({asked})'
        f" does not match the {what} in record ({stored}). The object might have been {why}"
    )
    return Refused(409, message, reason="Conflict", details={"name": name, "group": group.name, "kind": group.kind})


def namespace_of(org: int) -> str:
    """The name of an org in paths."""
    return "default" if org == 1 else f"org-{org}"


def _versions(group: Group) -> dict[str, Any]:
    offered = [{"groupVersion": f"{group.name}/{version}", "version": version} for version in group.versions]
    return {"name": group.name, "versions": offered, "preferredVersion": offered[0]}


def _details(group: Group, name: str) -> dict[str, Any]:
    return {"name": name, "group": group.name, "kind": group.resource}


def _labels(found: Object) -> dict[str, str]:
    return {"grafana.app/deprecatedInternalID": str(found.number), **found.labels}


def _annotations(found: Object) -> dict[str, str]:
    by = {"createdBy": found.created_by, "updatedBy": found.updated_by}
    users = {f"grafana.app/{key}": f"user:{uid}" for key, uid in by.items() if uid}
    at = {"grafana.app/updatedTimestamp": found.updated} if found.updated_by else {}
    return dict(sorted({**found.annotations, **users, **at}.items()))


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        return int(json.loads(base64.b64decode(token, validate=True))["o"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise Refused(500, f'get continue token ("{token}"): error decoding continue token') from None


def text_map(sent: object) -> dict[str, str]:
    """Annotations or labels, as texts."""
    items: Iterable[tuple[object, object]] = sent.items() if isinstance(sent, dict) else ()
    return {str(key): str(value) for key, value in items}
