"""Faults on demand, as a busy server or a bad network makes them. `/sandbox/faults` sets, lists and removes them.

    PUT /sandbox/faults {"seed": 7, "faults": [{"kind": "error_after", "method": "POST", "path": "/orgs$", "times": 1}]}

Kinds: `delay` (waits `seconds`), `error_before` (500, nothing done), `error_after` (done, and then 500), `busy` (429
with `Retry-After: seconds`, or the text in `retry_after`), `gateway` (502 with the page of a proxy that does not reach
Grafana), `drop_before` and `drop_after` (the connection is cut before or after the work), `cut_body` (done, the answer
breaks off).
A fault strikes requests of its `method` whose path its regular expression `path` finds; `times` at most (0: always),
each time with probability `rate`, drawn from one generator with that seed.
"""

import random
import re
import socket
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from provision.sandbox.access import body
from provision.sandbox.refusals import Refused

blueprint = Blueprint("faults", __name__)

_BEFORE = ("delay", "error_before", "busy", "gateway", "drop_before")
_AFTER = ("error_after", "drop_after", "cut_body")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, where and how often."""

    kind: str
    method: str = ""
    path: str = ""
    times: int = 0
    rate: float = 1.0
    seconds: float = 0.0
    retry_after: str = ""


class Faults:
    """The faults of one sandbox, and how often each has struck."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._struck: list[int] = []
        self._random = random.Random(0)  # noqa: S311 — has to be repeatable

    def set(self, faults: list[Fault], seed: int) -> None:
        """These instead of all before."""
        with self._lock:
            self._faults, self._struck = faults, [0] * len(faults)
            self._random = random.Random(seed)  # noqa: S311 — has to be repeatable

    def listed(self) -> list[dict[str, Any]]:
        """Each with the number of times it has struck."""
        with self._lock:
            return [
                {**asdict(fault), "struck": struck} for fault, struck in zip(self._faults, self._struck, strict=True)
            ]

    def striking(self, kinds: Collection[str]) -> list[Fault]:
        """Those of these kinds that strike the present request."""
        found = []
        with self._lock:
            for index, fault in enumerate(self._faults):
                is_meant = fault.kind in kinds and fault.method in {"", request.method}
                is_left = not fault.times or self._struck[index] < fault.times
                if is_meant and is_left and re.search(fault.path, request.path) and self._random.random() < fault.rate:
                    self._struck[index] += 1
                    found.append(fault)
        return found


def strike_before() -> Response | None:
    """Before each request: carries out the faults that are set. The answer is that of a fault, None for none."""
    for fault in () if _is_ours() else _faults().striking(_BEFORE):
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        elif fault.kind == "busy":
            answer = jsonify({"message": "Too many requests"})
            answer.status_code = 429
            answer.headers["Retry-After"] = fault.retry_after or f"{fault.seconds:g}"
            return answer
        elif fault.kind == "gateway":
            return Response("<html><body><h1>502 Bad Gateway</h1></body></html>\n", 502, mimetype="text/html")
        else:
            return _cut() if fault.kind == "drop_before" else _error()
    return None


def strike_after(response: Response) -> Response:
    """Hook, once the work is stored: the answer in place of the true one."""
    for fault in () if _is_ours() else _faults().striking(_AFTER):
        if fault.kind == "cut_body" and response.data:
            return _halved(response)
        return _error() if fault.kind == "error_after" else _cut()
    return response


@blueprint.get("/sandbox/faults")
def read() -> list[dict[str, Any]]:
    return _faults().listed()


@blueprint.put("/sandbox/faults")
def replace() -> list[dict[str, Any]]:
    sent = body()
    rows, seed = sent.get("faults"), sent.get("seed", 0)
    if not isinstance(rows, list) or not isinstance(seed, int):
        raise Refused(400, "faults requires a list, seed a number")
    _faults().set([_fault(row) for row in rows], seed)
    return _faults().listed()


@blueprint.delete("/sandbox/faults")
def forget() -> tuple[str, int]:
    _faults().set([], 0)
    return "", 204


def _fault(row: Any) -> Fault:
    known = {field.name for field in fields(Fault)}
    if not isinstance(row, dict) or not set(row) <= known or row.get("kind") not in (*_BEFORE, *_AFTER):
        raise Refused(400, f"a fault has a kind of {', '.join((*_BEFORE, *_AFTER))}, and of {', '.join(sorted(known))}")
    try:
        re.compile(str(row.get("path", "")))
        return Fault(
            kind=row["kind"],
            method=str(row.get("method", "")).upper(),
            path=str(row.get("path", "")),
            times=int(row.get("times", 0)),
            rate=float(row.get("rate", 1)),
            seconds=float(row.get("seconds", 0)),
            retry_after=str(row.get("retry_after", "")),
        )
    except (re.error, TypeError, ValueError) as error:
        raise Refused(400, f"a fault that cannot be: {error}") from None


def _faults() -> Faults:
    found: Faults = current_app.extensions["faults"]
    return found


def _is_ours() -> bool:
    return request.path.startswith("/sandbox/")


def _error() -> Response:
    """As Grafana answers when its SQLite was locked."""
    answer = jsonify({"message": "database is locked"})
    answer.status_code = 500
    return answer


def _halved(response: Response) -> Response:
    """Promises the whole body, sends half of it and hangs up."""
    whole = response.get_data()
    response.set_data(whole[: len(whole) // 2])
    response.headers["Content-Length"], response.headers["Connection"] = str(len(whole)), "close"
    return response


def _cut() -> Response:
    """Nothing gets through any more; the server notices when it writes."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)
