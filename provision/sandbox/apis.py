"""`/apis`: folders and dashboards in the new way (12 and newer)."""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import NotFound

from provision.sandbox import alerting_rules, kubernetes, objects, rules
from provision.sandbox.access import Caller, caller, database, namespace_org, number
from provision.sandbox.kubernetes import FOLDERS, GROUPS, Group, shown
from provision.sandbox.media import as_asked
from provision.sandbox.migration import migrated
from provision.sandbox.objects import Object
from provision.sandbox.refusals import Refused

blueprint = Blueprint("apis", __name__)

_COLLECTION = "/apis/<group_name>/<version>/namespaces/<namespace>/<resource>"
_ITEM = f"{_COLLECTION}/<name>"
_DEPRECATED_NUMBER = "grafana.app/deprecatedInternalID"


@blueprint.get("/apis")
def groups() -> dict[str, Any]:
    caller()
    return kubernetes.group_list()


@blueprint.get("/apis/<group_name>")
def group_info(group_name: str) -> dict[str, Any]:
    caller()
    return kubernetes.group_info(_group(group_name))


@blueprint.get("/apis/<group_name>/<version>")
def resources(group_name: str, version: str) -> dict[str, Any]:
    caller()
    return kubernetes.resource_list(_offered(group_name, version), version)


@blueprint.get("/apis/<group_name>/<version>/<resource>")
def without_namespace(group_name: str, version: str, resource: str) -> dict[str, Any]:
    _offered(group_name, version, resource)
    raise _mismatch()


@blueprint.get(_COLLECTION)
def every(group_name: str, version: str, namespace: str, resource: str) -> dict[str, Any]:
    """Sorted by name; `limit` and `continue` page through them."""
    group = _offered(group_name, version, resource)
    who = _caller_in(group, namespace, "list")
    found = objects.every(database(), who.org, group.resource)
    wanted = request.args.get("fieldSelector", "").partition("metadata.name=")[2]
    found = [each for each in found if not wanted or each.name == wanted]
    newest, limit = objects.revision(database(), group.resource), number("limit", 0)
    token = request.args.get("continue", "")
    return as_asked(kubernetes.list_of(group, version, found, newest=newest, limit=limit, token=token))


@blueprint.post(_COLLECTION)
def create(group_name: str, version: str, namespace: str, resource: str) -> tuple[dict[str, Any], int]:
    """409 for a dashboard that is there, 412 for a folder. A dry run of a folder's POST ends in 404 (12.4)."""
    group = _offered(group_name, version, resource)
    who = _caller_in(group, namespace, "create")
    metadata, wanted = _sent(group, version, namespace, who.org)
    if not wanted.name:
        if not metadata.get("generateName"):
            raise _nameless(group)
        wanted = replace(wanted, name=f"{metadata['generateName']}{secrets.token_hex(3)}")
    return _create(group, version, who, wanted, has_version=bool(metadata.get("resourceVersion"))), 201


@blueprint.get(_ITEM)
def one(group_name: str, version: str, namespace: str, resource: str, name: str) -> dict[str, Any]:
    group = _offered(group_name, version, resource)
    return as_asked(shown(group, version, _found(group, _caller_in(group, namespace, "get"), name)))


@blueprint.put(_ITEM)
def update(group_name: str, version: str, namespace: str, resource: str, name: str) -> tuple[dict[str, Any], int]:
    """409 for a `resourceVersion` that is not the stored one; without one it overwrites; an unknown name is created.

    The same content again is not stored, and the answer then has no `resourceVersion`; but a dashboard written as
    v1beta1 is stored each time (12.4).
    """
    group = _offered(group_name, version, resource)
    who, db = _caller_in(group, namespace, "update"), database()
    metadata, wanted = _sent(group, version, namespace, who.org)
    if wanted.name != name:
        message = f"the name of the object ({wanted.name}) does not match the name on the URL ({name})"
        raise Refused(400, message, reason="BadRequest")
    lock = str(metadata.get("resourceVersion") or "")
    if lock and not lock.isdecimal():
        raise Refused(500, f'strconv.ParseUint: parsing "{lock}": invalid syntax')
    before = objects.find(db, who.org, group.resource, name)
    if before is None:
        return _create(group, version, who, wanted, has_version=bool(lock)), 201
    if lock and int(lock) != before.resource_version:
        raise kubernetes.conflict(group, name)
    if (uid := str(metadata.get("uid") or before.uid)) != before.uid:
        raise kubernetes.another_uid(group, before, uid)
    _check(group, who, wanted, "not allowed to update resource in the source folder")
    if _is_dry_run():
        return shown(group, version, replace(before, spec=wanted.spec, annotations=wanted.annotations)), 200
    if objects.is_same(before, wanted) and not (group.resource == "dashboards" and version == "v1beta1"):
        return shown(group, version, before, has_version=False), 200
    if wanted.folder != before.folder and _is_lost(wanted):
        missing = f'move target not found {FOLDERS.qualified} "{wanted.folder}" not found'
        raise Refused(500, missing if group.resource == "folders" else "access denied to folder")
    return shown(group, version, objects.update(db, before, wanted, who.uid)), 200


@blueprint.delete(_ITEM)
def delete(group_name: str, version: str, namespace: str, resource: str, name: str) -> dict[str, Any]:
    """400 for a folder that is not empty (unlike `/api`); `preconditions` in the body are kept."""
    group = _offered(group_name, version, resource)
    who, db = _caller_in(group, namespace, "delete"), database()
    found = _found(group, who, name)
    _check_preconditions(group, found)
    if group.resource == "folders" and _is_full(who.org, name):
        message = "Folder cannot be deleted: folder is not empty"
        raise Refused(400, message, reason="BadRequest", details={"uid": "folder.not-empty"})
    if not rules.may_write(who):
        raise Refused(403, "")
    if not _is_dry_run():
        objects.delete(db, found)
    return kubernetes.success(group, found)


def _is_full(org: int, folder: str) -> bool:
    inside = (objects.inside(database(), org, folder, resource) for resource in objects.RESOURCES)
    return any(inside) or alerting_rules.count_in(org, folder) > 0


def _create(group: Group, version: str, who: Caller, wanted: Object, *, has_version: bool) -> dict[str, Any]:
    db = database()
    if has_version:
        raise Refused(500, "resourceVersion should not be set on objects to be created")
    _check(group, who, wanted, "Access denied" if group.resource == "folders" else "")
    if objects.find(db, who.org, group.resource, wanted.name) is not None:
        if group.resource == "folders":
            raise Refused(412, "the folder has been changed by someone else")
        raise kubernetes.already_exists(group, wanted.name)
    if group.resource == "dashboards" and rules.is_over_quota(who.org):
        message = f'{group.qualified} "{wanted.name}" is forbidden: Dashboard quota reached'
        details = {"name": wanted.name, "group": group.name, "kind": group.resource}
        raise Refused(403, message, reason="Forbidden", details=details)
    if _is_dry_run():
        if group.resource == "folders":
            raise Refused(404, "NotFound", reason="NotFound", details={"uid": "folder.notFound"})
        return shown(group, version, replace(wanted, generation=1, number=0))
    if group.resource == "dashboards" and _is_lost(wanted):
        raise kubernetes.not_found(FOLDERS, wanted.folder)
    return shown(group, version, objects.insert(db, wanted, who.uid))


def _is_lost(wanted: Object) -> bool:
    """Whether its folder is not there."""
    return wanted.folder != "" and objects.find(database(), wanted.org, "folders", wanted.folder) is None


def _check(group: Group, who: Caller, wanted: Object, refusal: str) -> None:
    """What holds for every write of an object."""
    if not rules.may_write(who):
        raise Refused(403, refusal)
    if group.resource == "folders":
        rules.check_folder(wanted)
        return
    rules.check_dashboard(wanted)
    rules.check_refresh(wanted.spec)


def _sent(group: Group, version: str, namespace: str, org: int) -> tuple[dict[str, Any], Object]:
    """The metadata of the request, and the object in the form in which it would be stored."""
    if (request.content_length or 0) > rules.LARGEST_BODY:
        message = f"Request entity too large: limit is {rules.LARGEST_BODY}"
        raise Refused(413, message, reason="RequestEntityTooLarge")
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        message = f"the object provided is unrecognized (must be of type {group.kind}): couldn't get version/kind"
        raise Refused(400, message, reason="BadRequest")
    expected = f"{group.name}/{version}"
    if sent.get("apiVersion", expected) != expected:
        said = (
            f"the API version in the data ({sent['apiVersion']}) does not match the expected API version ({expected})"
        )
        raise Refused(400, said, reason="BadRequest")
    metadata = sent.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if metadata.get("namespace") not in {None, "", namespace}:
        message = "the namespace of the provided object does not match the namespace sent on the request"
        raise Refused(400, message, reason="BadRequest")
    return metadata, _object(group, version, org, metadata, sent.get("spec"))


def _object(group: Group, version: str, org: int, metadata: dict[str, Any], spec: object) -> Object:
    name = str(metadata.get("name") or "")
    content = spec if isinstance(spec, dict) else {}
    if group.resource == "dashboards":
        if not isinstance(spec, dict):
            raise _specless(group, name)
        form: Callable[[dict[str, Any]], dict[str, Any]] = migrated if version == "v1beta1" else dict
        content = {key: value for key, value in form(spec).items() if key not in {"id", "uid", "version"}}
    else:
        content = {key: content[key] for key in ("title", "description") if key in content}
    labels = {k: v for k, v in kubernetes.text_map(metadata.get("labels")).items() if k != _DEPRECATED_NUMBER}
    annotations = kubernetes.text_map(metadata.get("annotations"))
    return Object(org, group.resource, name, content, annotations, labels, version)


def _check_preconditions(group: Group, found: Object) -> None:
    sent = request.get_json(force=True, silent=True) if request.content_length else None
    asked = sent.get("preconditions") if isinstance(sent, dict) else None
    if not isinstance(asked, dict):
        return
    stored = str(found.resource_version)
    if asked.get("uid") and asked["uid"] != found.uid:
        why = "deleted and then recreated"
        raise kubernetes.failed_precondition(group, found.name, "UID", str(asked["uid"]), found.uid, why)
    if asked.get("resourceVersion") and str(asked["resourceVersion"]) != stored:
        lock = str(asked["resourceVersion"])
        raise kubernetes.failed_precondition(group, found.name, "ResourceVersion", lock, stored, "modified")


def _is_dry_run() -> bool:
    """Whether nothing shall be stored; 422 for any word but `All`."""
    asked = request.args.getlist("dryRun")
    if set(asked) <= {"All"}:
        return bool(asked)
    kind = {"POST": "CreateOptions", "PUT": "UpdateOptions"}.get(request.method, "DeleteOptions")
    why = f'Unsupported value: {json.dumps(asked)}: supported values: "All"'
    causes = [{"reason": "FieldValueNotSupported", "message": why, "field": "dryRun"}]
    details = {"group": "meta.k8s.io", "kind": kind, "causes": causes}
    raise Refused(422, f'{kind}.meta.k8s.io "" is invalid: dryRun: {why}', reason="Invalid", details=details)


def _found(group: Group, who: Caller, name: str) -> Object:
    found = objects.find(database(), who.org, group.resource, name)
    if found is None:
        raise kubernetes.not_found(group, name)
    return found


def _group(name: str) -> Group:
    for group in GROUPS:
        if group.name == name:
            return group
    raise NotFound


def _offered(group_name: str, version: str, resource: str = "") -> Group:
    """The group, when it has that version and that resource."""
    group = _group(group_name)
    if version not in group.versions or resource not in {"", group.resource}:
        raise Refused(404, "the server could not find the requested resource", reason="NotFound", details={})
    return group


def _caller_in(group: Group, namespace: str, verb: str) -> Caller:
    """The caller, in the org of the path: the header has no say (12.4)."""
    who = caller()
    if namespace_org(namespace) != who.org:
        raise _mismatch()
    if who.role:
        return who
    if who.is_admin:
        raise _mismatch()
    doing = f'cannot {verb} resource "{group.resource}" in API group "{group.name}"'
    message = f'{group.qualified} is forbidden: User "{who.login}" {doing} in the namespace "{namespace}": invalid org'
    details = {"group": group.name, "kind": group.resource}
    raise Refused(403, message, reason="Forbidden", details=details)


def _mismatch() -> Refused:
    return Refused(500, "namespace mismatch")


def _nameless(group: Group) -> Refused:
    why = "Required value: name or generateName is required"
    message = f'{group.kind}.{group.name} "" is invalid: metadata.name: {why}'
    causes = [{"reason": "FieldValueRequired", "message": why, "field": "metadata.name"}]
    return Refused(422, message, reason="Invalid", details={"group": group.name, "kind": group.kind, "causes": causes})


def _specless(group: Group, name: str) -> Refused:
    why = f'Invalid value: "{name}": schema migration from version 0 to 42 failed: dashboard is nil'
    message = f'{group.kind}.{group.name} "{name}" is invalid: spec: {why}'
    return Refused(422, message, reason="Invalid", details={"name": name, "group": group.name, "kind": group.kind})
