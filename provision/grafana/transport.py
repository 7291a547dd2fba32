"""Sends requests to one server over one HTTP session: how many side by side, what is repeated, what an answer means."""

import threading
import time
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

import requests
from requests.exceptions import ChunkedEncodingError

from provision.errors import ApiError, ConflictError, ForbiddenError, GrafanaError, NotFoundError, UnreachableError
from provision.grafana.connection import LOGIN_PATH, Connection, checked_address, open_session
from provision.grafana.failures import not_grafana, unreachable
from provision.text import Text
from provision.throttle import Throttle

# SQLite locks its file for each write: more than two workers only cause errors (measured on 12.4).
WORKERS = 2

Json: TypeAlias = Any  # what a server sends; only the parts that are used are looked at

_ERRORS: dict[int, type[ApiError]] = {403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 412: ConflictError}


class Transport:
    """One HTTP session towards one server, for all threads.

    `gone` is why the server as a whole does not work, once that is known: then each request fails at once with it.
    `sent` counts the requests, each once however often it was repeated.
    """

    def __init__(self, connection: Connection) -> None:
        """Raises UsageError when the connection's address is not one of a web server."""
        self.connection = connection
        self.base = checked_address(connection.url)
        self.throttle = Throttle(connection.workers or WORKERS)
        self.session = open_session(connection, self.base)
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
    ) -> requests.Response:
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
        headers = {} if org is None else {"X-Grafana-Org-Id": str(org)}
        if accept:
            headers["Accept"] = accept
        pauses = iter(self.connection.pauses if method == "GET" or path == LOGIN_PATH else ())
        while True:
            with self.throttle.turn():
                if self.gone:
                    raise self.gone
                try:
                    answer = self.session.request(
                        method,
                        f"{self.base}{path}",
                        headers=headers,
                        json=json,
                        params=params,
                        timeout=self.connection.timeout,
                        allow_redirects=False,
                    )
                    break
                except (requests.RequestException, OSError, ValueError) as error:
                    self.throttle.trouble()
                    pause = next(pauses, None) if isinstance(error, ChunkedEncodingError) else None
                    if pause is None:
                        raise unreachable(self.connection, error) from None
            time.sleep(pause)
        self._report(answer)
        if answer.is_redirect:
            raise UnreachableError(
                Text(
                    f"{self.base}{path} отсылает на {answer.headers['Location']}",
                    f"{self.base}{path} redirects to {answer.headers['Location']}",
                ),
                Text(
                    "Укажите в GRAFANA_URL конечный адрес; если это страница входа прокси, передайте вход заголовком: "
                    "--header ИМЯ=env:ПЕРЕМЕННАЯ",
                    "Set GRAFANA_URL to the final address; if that is the login page of a proxy, send its login as a "
                    "header: --header NAME=env:VARIABLE",
                ),
            )
        return answer

    def _report(self, answer: requests.Response) -> None:
        """Reports to the throttle how the server does."""
        repeated = answer.raw.retries and answer.raw.retries.history
        if repeated or answer.status_code >= 500:
            self.throttle.trouble()
        else:
            self.throttle.good()

    def content(self, answer: requests.Response, method: str, path: str) -> Json:
        """The JSON of a good answer, None without a body. Raises ApiError, or UnreachableError for another body."""
        if not answer.ok:
            kind = _ERRORS.get(answer.status_code, ApiError)
            raise kind(answer.status_code, method, path, _message(answer))
        if not answer.content:
            return None
        try:
            return answer.json()
        except requests.JSONDecodeError:
            raise not_grafana(self.base) from None


def field_of(answer: requests.Response, key: str) -> str:
    """A text field of the JSON object in the answer, "" where there is none."""
    try:
        return str(answer.json().get(key, ""))
    except (requests.JSONDecodeError, AttributeError):
        return ""


def _message(answer: requests.Response) -> str:
    try:
        body = answer.json()
        return str(body.get("message") or body.get("reason") or body)[:300]
    except (requests.JSONDecodeError, AttributeError):
        return answer.reason or ""
