"""One HTTP request to a store and its answer. Standard library only: `requests` is for Grafana."""

import base64
import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from provision.os_errors import reason
from provision.text import Text


class Answer(NamedTuple):
    """Status and body; status 0 when there was no answer, `no_answer` then says why."""

    status: int
    text: str
    no_answer: Text = Text("нет ответа", "no answer")

    @property
    def why(self) -> Text:
        """What to report of an answer that is not as it should be: its status, or why there is none."""
        return Text(str(self.status), str(self.status)) if self.status else self.no_answer

    def said(self, store: str) -> Text:
        """The same with the beginning of the body: `VictoriaMetrics: 400 cannot parse …`."""
        start = self.text.strip()[:200]
        return Text(f"{store}: {self.why.ru} {start}".rstrip(), f"{store}: {self.why.en} {start}".rstrip())


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
        cause = getattr(error, "reason", error)  # of urllib's own error
        why = reason(cause) if isinstance(cause, OSError) else Text("ответ не по протоколу HTTP", "it is not HTTP")
        return Answer(0, "", why)


@cache
def _opener() -> urllib.request.OpenerDirector:
    """Without handlers for proxies and redirects. Made once: Python 3.12 reads all certificates for it."""
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.HTTPHandler, urllib.request.HTTPSHandler, urllib.request.UnknownHandler):
        opener.add_handler(handler())
    return opener
