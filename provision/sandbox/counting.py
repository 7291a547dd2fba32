"""Counts the requests that the sandbox was sent. `/sandbox/requests` lists and resets the counts."""

import re
import threading
from collections import Counter
from typing import Any

from flask import Blueprint, current_app, g, request

blueprint = Blueprint("counting", __name__)

_WRITING = {"POST", "PUT", "PATCH", "DELETE"}
_NOT_COUNTED_AS_WRITES = {"/login", "/api/user/auth-tokens/rotate"}


class Requests:
    """How often each request came: (method, path template, org, status).

    The path ends with ` heads` where metadata alone were asked for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, int, int]] = Counter()
        self._writes = 0

    def add(self, status: int) -> None:
        """Count the request that is being answered."""
        rule = request.url_rule.rule if request.url_rule else request.path
        path = re.sub(r"<(?:\w+:)?(\w+)>", r":\1", rule)
        if path.startswith("/sandbox"):
            return
        for part in ("group_name", "version", "resource"):
            path = path.replace(f":{part}", str((request.view_args or {}).get(part)))
        if "as=PartialObjectMetadata" in request.headers.get("Accept", ""):
            path += " heads"
        who = g.get("caller")
        is_write = (
            request.method in _WRITING
            and path not in _NOT_COUNTED_AS_WRITES
            and "All" not in request.args.getlist("dryRun")
        )
        with self._lock:
            self._counts[request.method, path, who.org if who else 0, status] += 1
            self._writes += is_write

    def listed(self) -> dict[str, Any]:
        """`{"total", "writes", "requests": [{"method", "path", "org", "status", "count"}]}`.

        Writes are requests that would change something, refused ones too: no logins, no dry runs.
        """
        with self._lock:
            rows = sorted(self._counts.items())
            writes = self._writes
        names = ("method", "path", "org", "status")
        listed = [{**dict(zip(names, row, strict=True)), "count": count} for row, count in rows]
        return {"total": sum(count for _, count in rows), "writes": writes, "requests": listed}

    def reset(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()
            self._writes = 0


def requests_so_far() -> Requests:
    """The counts of the sandbox that serves this request."""
    found: Requests = current_app.extensions["requests"]
    return found


@blueprint.get("/sandbox/requests")
def read() -> dict[str, Any]:
    return requests_so_far().listed()


@blueprint.delete("/sandbox/requests")
def reset() -> tuple[str, int]:
    requests_so_far().reset()
    return "", 204
