"""Sends requests to one server: how many side by side, what is repeated, what an answer means."""

import threading
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote, urlencode

import orjson
from urllib3 import BaseHTTPResponse

from provision.errors import ApiError, ConflictError, ForbiddenError, GrafanaError, NotFoundError, UnreachableError
from provision.grafana.client import NO_ANSWER, HttpClient, basic_auth
from provision.grafana.connection import LOGIN_PATH, Connection, checked_address
from provision.grafana.failures import not_grafana, unreachable
from provision.grafana.retries import Patience
from provision.text import Text
from provision.throttle import Throttle

# SQLite locks its file for each write: more than two workers only cause errors (measured on 12.4).
WORKERS = 2

Json: TypeAlias = Any  # what a server sends; only the parts that are used are looked at

_ERRORS: dict[int, type[ApiError]] = {403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 412: ConflictError}


class Transport:
    """One login at one server, for all threads: its cookies, or basic auth.

    `gone` is why the server as a whole does not work, once that is known: then each request fails at once with it.
    `sent` counts the requests, each once however often it was repeated.
    """

    def __init__(self, connection: Connection) -> None:
        """Raises UsageError when the connection's address is not one of a web server, and as HttpClient does."""
        self.connection = connection
        self.base = checked_address(connection.url)
        self.throttle = Throttle(connection.workers or WORKERS)
        self._client = HttpClient(connection, self.base)
        self._reads, self._logins = Patience.of_reads(connection.pause), Patience.of_logins(connection.pause)
        self._authorization: Mapping[str, str] = {}
        self.gone: GrafanaError | None = None
        self.sent = 0
        self._counting = threading.Lock()

    def send(
        self,
        method: str,
        path: str,
        *,
        org: int | None = None,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        accept: str = "",
    ) -> BaseHTTPResponse:
        """The answer, whatever its status. A read or login whose answer breaks off in its body is repeated.

        `accept` is the media type that is asked for, "" for any.

        Raises UnreachableError when there is none, or when it redirects to another address.
        """
        if {".", ".."} & set(unquote(path).split("/")):  # it would be another path on the way
            raise GrafanaError(
                Text(f"Имя из точек не может быть в пути: {path}", f"Dots cannot be a name in a path: {path}")
            )
        with self._counting:
            self.sent += 1
        headers = dict(self._authorization)
        if org is not None:
            headers["X-Grafana-Org-Id"] = str(org)
        if accept:
            headers["Accept"] = accept
        target = f"{path}?{urlencode(params)}" if params else path
        with self.throttle.turn():
            if self.gone:
                raise self.gone
            if cookie := self._client.cookie:
                headers["Cookie"] = cookie
            try:
                retries = self._logins if path == LOGIN_PATH else self._reads
                answer = self._client.send(method, target, headers=headers, json=json, retries=retries)
            except NO_ANSWER as error:
                self.throttle.trouble()
                raise unreachable(self.connection, error) from None
        self._report(answer)
        if elsewhere := answer.get_redirect_location():
            raise UnreachableError(
                Text(
                    f"{self.base}{path} отсылает на {elsewhere}",
                    f"{self.base}{path} redirects to {elsewhere}",
                ),
                Text(
                    "Укажите в GRAFANA_URL конечный адрес; если это страница входа прокси, передайте вход заголовком: "
                    "--header ИМЯ=env:ПЕРЕМЕННАЯ",
                    "Set GRAFANA_URL to the final address; if that is the login page of a proxy, send its login as a "
                    "header: --header NAME=env:VARIABLE",
                ),
            )
        return answer

    def use_basic_auth(self) -> None:
        """From now on each request carries the connection's login itself."""
        self._authorization = basic_auth(self.connection.user, self.connection.password)

    def forget_session(self) -> None:
        """From now on no request carries the session's cookie."""
        self._client.forget_cookies()

    def _report(self, answer: BaseHTTPResponse) -> None:
        """Reports to the throttle how the server does."""
        repeated = answer.retries and answer.retries.history
        if repeated or answer.status >= 500:
            self.throttle.trouble()
        else:
            self.throttle.good()

    def content(self, answer: BaseHTTPResponse, method: str, path: str) -> Json:
        """The JSON of a good answer, None without a body. Raises ApiError, or UnreachableError for another body."""
        if answer.status >= 400:
            kind = _ERRORS.get(answer.status, ApiError)
            raise kind(answer.status, method, path, _message(answer))
        if not answer.data:
            return None
        try:
            return orjson.loads(answer.data)
        except ValueError:
            raise not_grafana(self.base) from None


def field_of(answer: BaseHTTPResponse, key: str) -> str:
    """A text field of the JSON object in the answer, "" where there is none."""
    try:
        return str(answer.json().get(key, ""))
    except (ValueError, AttributeError):
        return ""


def _message(answer: BaseHTTPResponse) -> str:
    try:
        body = answer.json()
        return str(body.get("message") or body.get("reason") or body)[:300]
    except (ValueError, AttributeError):
        return answer.reason or ""
