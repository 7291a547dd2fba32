"""One HTTP request to a store and its answer. Standard library only: `requests` is for Grafana."""

import base64
import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple


class Answer(NamedTuple):
    """Status and body; status 0 when there was no answer, `text` then says why."""

    status: int
    text: str


def basic(user: str, password: str) -> dict[str, str]:
    """The header of basic auth."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@dataclass(frozen=True, slots=True)
class Login:
    """User and password of a store itself."""

    user: str
    password: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The header of basic auth."""
        return basic(self.user, self.password)


def ask(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30,
) -> Answer:
    """The answer to one request, whatever its status. No proxy of the environment is used, no redirect followed."""
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)
    try:
        with _opener().open(request, timeout=timeout) as answer:
            return Answer(int(answer.status), answer.read().decode("utf-8", errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, str(getattr(error, "reason", error)))


@cache
def _opener() -> urllib.request.OpenerDirector:
    """Without handlers for proxies and redirects. Made once: Python 3.12 reads all certificates for it."""
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.HTTPHandler, urllib.request.HTTPSHandler, urllib.request.UnknownHandler):
        opener.add_handler(handler())
    return opener
