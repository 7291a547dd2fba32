"""HTTP towards one server over kept connections.

The package `requests` chooses proxy, certificates and connection pool, once; each request then goes straight to the
pool. What requests.Session does for each of them takes two thirds of its processor time (requests 2.34, Python 3.11).
"""

import threading
from collections.abc import Mapping
from typing import cast

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar, get_cookie_header
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict, Retry, Timeout, make_headers
from urllib3.exceptions import HTTPError

from provision import __version__
from provision.grafana.connection import Connection
from provision.grafana.failures import unreachable

NO_ANSWER = (HTTPError, OSError, ValueError)  # what send() raises where no whole answer came
_CONNECTIONS = 32  # kept open at most
_ONCE = Retry(0, read=False)


class HttpClient:
    """Sends requests with the connection's certificates, proxies and headers. Redirects are not followed.

    Cookies that the server sets are kept in `cookie`; the caller decides for each request whether to send it.
    """

    def __init__(self, connection: Connection, base: str) -> None:
        """Raises UnreachableError when the proxy, a certificate or the host's name cannot be used."""
        try:
            self._first = requests.Request("GET", f"{base}/").prepare()
            adapter = _Adapter(connection, base, self._first)
        except (requests.RequestException, OSError, ValueError) as error:
            raise unreachable(connection, error) from None
        self._pool, self._prefix = adapter.pool, adapter.prefix
        self._timeout = Timeout(connect=connection.timeout, read=connection.timeout)
        self._headers = HTTPHeaderDict(
            {"User-Agent": f"smart-provision/{__version__}", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        )
        self._headers.update({name: _as_latin(value) for name, value in connection.headers.items()})
        self._jar = RequestsCookieJar()
        self._keeping = threading.Lock()
        self.cookie = ""

    def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        json: object = None,
        body: bytes | None = None,
        retries: Retry = _ONCE,
    ) -> BaseHTTPResponse:
        """The whole answer, whatever its status. `target` is path and query, sent as given. Raises NO_ANSWER."""
        sent = self._headers.copy()
        if json is not None:
            body = orjson.dumps(json)
            sent["Content-Type"] = "application/json"
        sent.update(headers)
        answer = self._pool.urlopen(
            method,
            f"{self._prefix}{target}",
            body=body,
            headers=sent,
            retries=retries,
            timeout=self._timeout,
            redirect=False,
            assert_same_host=False,
        )
        if "Set-Cookie" in answer.headers:
            self._keep_cookies(answer)
        return answer

    def forget_cookies(self) -> None:
        """Drops what the server has set so far."""
        with self._keeping:
            self._jar.clear()
            self.cookie = ""

    def _keep_cookies(self, answer: BaseHTTPResponse) -> None:
        with self._keeping:
            extract_cookies_to_jar(self._jar, self._first, answer)  # type: ignore[no-untyped-call]
            self.cookie = get_cookie_header(self._jar, self._first) or ""  # type: ignore[no-untyped-call]


class _Adapter(HTTPAdapter):
    """The pool of connections to `base`, and what is put before a path: with an HTTP proxy the whole address."""

    def __init__(self, connection: Connection, base: str, first: requests.PreparedRequest) -> None:
        super().__init__(pool_maxsize=_CONNECTIONS)
        settings = requests.Session().merge_environment_settings(base, {}, None, None, None)
        verify, proxies, certificate = connection.ca_file or settings["verify"], settings["proxies"], None
        if connection.client_certificate:
            certificate = (connection.client_certificate, connection.client_key or connection.client_certificate)
        pool = self.get_connection_with_tls_context(first, verify, proxies, certificate)
        self.pool = cast(HTTPConnectionPool, pool)
        self.cert_verify(self.pool, base, verify, certificate)  # type: ignore[no-untyped-call]
        self.prefix = self.request_url(first, proxies).rstrip("/")


def _as_latin(value: str) -> str:
    """The UTF-8 of the text for those who encode it in Latin-1, as http.client does with headers."""
    return value.encode().decode("latin-1")


def basic_auth(user: str, password: str) -> dict[str, str]:
    """The header of basic auth. Grafana reads UTF-8 (12.4)."""
    return make_headers(basic_auth=_as_latin(f"{user}:{password}"))
