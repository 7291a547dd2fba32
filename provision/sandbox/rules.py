"""What the server demands of a folder or a dashboard before it stores it, whichever API is used."""

import re
from typing import Any

from provision.sandbox import objects
from provision.sandbox.access import Caller, database, settings
from provision.sandbox.objects import MESSAGE, Object
from provision.sandbox.refusals import Refused

LARGEST_BODY = 16 * 1024 * 1024

_LONGEST_TITLE, _LONGEST_TAG, _LONGEST_MESSAGE = 5000, 50, 500
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def check_dashboard(wanted: Object) -> None:
    """400 for a dashboard that cannot be: no title, a tag, message or uid that is too long."""
    if not wanted.title:
        raise Refused(400, "Dashboard title cannot be empty", more={"status": "empty-name"}, reason="BadRequest")
    if len(wanted.title) > _LONGEST_TITLE:
        message = "Dashboard title cannot contain more than 5 000 characters"
        raise Refused(400, message, more={"status": "title-too-long"}, reason="BadRequest")
    objects.check_name(wanted.name)
    tags = wanted.spec.get("tags")
    if isinstance(tags, list) and any(len(str(tag)) > _LONGEST_TAG for tag in tags):
        raise Refused(400, "dashboard tag too long, max 50 characters", reason="BadRequest")
    if len(wanted.annotations.get(MESSAGE, "")) > _LONGEST_MESSAGE:
        raise Refused(400, "message too long, max 500 characters", reason="BadRequest")


def check_refresh(spec: dict[str, Any]) -> None:
    """400 for an interval below the floor, or for what is none. Only `/apis` looks at it (12.4)."""
    refresh = spec.get("refresh")
    if not isinstance(refresh, str) or refresh in {"", "auto"}:
        return
    parts = re.findall(r"(\d+)(ms|s|m|h)", refresh)
    if not parts or "".join(map("".join, parts)) != refresh:
        message = f'parsing refresh duration "{refresh}" failed: time: invalid duration "{refresh}"'
        raise Refused(400, message, reason="BadRequest")
    if sum(int(amount) * _SECONDS[unit] for amount, unit in parts) < settings().min_refresh_seconds:
        raise Refused(400, "Dashboard refresh interval is too low", reason="BadRequest")


def check_folder(wanted: Object) -> None:
    """400 for a folder that cannot be."""
    if not wanted.title:
        raise Refused(400, "folder title cannot be empty")
    try:
        objects.check_name(wanted.name)
    except Refused as refused:
        raise Refused(refused.status, refused.message) from None


def is_over_quota(org: int) -> bool:
    """Whether the org may have no more dashboards."""
    limit = settings().quota.get("org_dashboard", -1)
    return 0 <= limit <= len(objects.every(database(), org, "dashboards"))


def may_write(who: Caller) -> bool:
    """Whether that caller may make folders and dashboards there. Being a server admin does not help."""
    return who.role in {"Editor", "Admin"}
