"""Requests as another login, for trying out what it may do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from provision.grafana.client import NO_ANSWER, HttpClient, basic_auth
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

    def __init__(self, client: HttpClient, login: str, password: str, throttle: Throttle) -> None:
        self._client, self._throttle = client, throttle
        self._login, self._password = login, password
        self._sent: Mapping[str, str] = {}  # the headers of the login
        self._log_in()
        if self.ask("GET", "/api/user").status == HTTPStatus.UNAUTHORIZED:
            self._sent = basic_auth(login, password)

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

        def send() -> Answer:
            sent = {**(self._sent if login else {}), **(headers or {})}
            with self._throttle.turn():
                try:
                    answer = self._client.send(method, path, headers=sent, json=json, body=body)
                except NO_ANSWER:
                    return Answer(0, "")
            return Answer(answer.status, answer.data.decode("utf-8", errors="replace"))

        answer = send()
        if login and answer.status == HTTPStatus.UNAUTHORIZED and '"session.token.rotate"' in answer.text:
            self._log_in()
            return send()
        return answer

    def _log_in(self) -> None:
        """Keeps the cookies of a login, whatever later answers set or clear: an attempt must not end the next one."""
        self._client.forget_cookies()
        self.ask("POST", "/login", json={"user": self._login, "password": self._password}, login=False)
        self._sent = {"Cookie": self._client.cookie} if self._client.cookie else {}
