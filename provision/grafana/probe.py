"""Requests as another login, for trying out what it may do."""

from collections.abc import Mapping
from typing import NamedTuple

import requests

from provision.throttle import Throttle


class Answer(NamedTuple):
    """Status and body; status 0 when there was no answer at all."""

    status: int
    text: str


class ProbeSession:
    """Another login. Answers are returned as they are: nothing is repeated, nothing raised.

    It uses a session cookie, at a third of what basic auth costs the server (12.4 hashes the password for each
    request), and basic auth where password login is off. A session that is due for renewal is opened anew.
    """

    def __init__(
        self, session: requests.Session, base: str, timeout: float, login: str, password: str, throttle: Throttle
    ) -> None:
        self._session, self._base, self._timeout, self._throttle = session, base, timeout, throttle
        self._login, self._password = login, password
        self._auth: tuple[bytes, bytes] | None = None  # of basic auth
        self._log_in()
        if self.ask("GET", "/api/user").status == requests.codes.unauthorized:
            self._auth = (login.encode(), password.encode())

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        login: bool = True,
    ) -> Answer:
        """The answer. The path is sent as given, with dots and slashes; without `login` as an anonymous request."""
        # requests adds cookies and basic auth while it prepares a request, so anonymous requests never get them.
        sent = {**self._session.headers, **(headers or {})}  # a proxy's own login is among those of the session
        request = requests.Request(method, self._base, headers=sent, json=json, data=body)
        answer = self._send(request, path, login=login)
        if login and answer.status == requests.codes.unauthorized and '"session.token.rotate"' in answer.text:
            self._log_in()
            return self._send(request, path, login=login)
        return answer

    def _send(self, request: requests.Request, path: str, *, login: bool) -> Answer:
        if login:
            request.auth = self._auth
            request.cookies = self._cookies
        prepared = request.prepare()
        prepared.url = f"{self._base}{path}"
        with self._throttle.turn():
            try:
                answer = self._session.send(prepared, timeout=self._timeout, allow_redirects=False)
                return Answer(answer.status_code, answer.text)
            except (requests.RequestException, OSError, ValueError):
                return Answer(0, "")

    def _log_in(self) -> None:
        """Keeps the cookies of a login, whatever later answers set or clear: an attempt must not end the next one."""
        self._session.cookies.clear()
        self.ask("POST", "/login", json={"user": self._login, "password": self._password}, login=False)
        self._cookies = self._session.cookies.copy()
