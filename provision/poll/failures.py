"""Why a poll failed: the seven classes that the service's dashboard explains."""

from enum import Enum
from http.client import HTTPException, RemoteDisconnected

import requests
import urllib3

from provision.text import Text


class ErrorClass(Enum):
    """The classes of core.online_poll_errors.error_class."""

    LOGIN = "LoginPasswordError"
    CONNECT_TIMEOUT = "ConnectionTimeout"
    READ_TIMEOUT = "ReadTimeOut"
    STATUS = "OtherErrorCode400+"
    HTTP = "HTTPError"
    REQUEST = "RequestException"
    CONNECTION = "ConnectionError"


class PollError(Exception):
    """A poll that failed. `detail` is short and never holds what a server or library said: that may quote the login."""

    def __init__(self, error_class: ErrorClass, detail: str) -> None:
        super().__init__(f"{error_class.value}: {detail}")
        self.error_class = error_class
        self.detail = detail

    @property
    def text(self) -> Text:
        return Text(str(self), str(self))


def classified(error: requests.RequestException) -> PollError:
    """The exception of `requests` (2.32) as one of ours."""
    if isinstance(error, requests.ConnectTimeout):
        return PollError(ErrorClass.CONNECT_TIMEOUT, "no connection in time")
    chain = _chain(error)
    if isinstance(error, requests.Timeout) or any(
        isinstance(one, urllib3.exceptions.ReadTimeoutError) for one in chain
    ):
        return PollError(ErrorClass.READ_TIMEOUT, "no answer in time")
    broken = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError, requests.HTTPError)
    not_http = any(isinstance(one, HTTPException) and not isinstance(one, RemoteDisconnected) for one in chain)
    if isinstance(error, broken) or not_http:
        return PollError(ErrorClass.HTTP, "the answer is not valid HTTP")
    if isinstance(error, requests.exceptions.ProxyError):
        return PollError(ErrorClass.CONNECTION, "the proxy does not answer or refuses")
    if isinstance(error, requests.exceptions.SSLError):
        return PollError(ErrorClass.CONNECTION, "TLS: the certificate or the protocol is not accepted")
    if isinstance(error, requests.ConnectionError):
        return PollError(ErrorClass.CONNECTION, "refused, closed, or the name does not resolve")
    return PollError(ErrorClass.REQUEST, type(error).__name__)


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and all that it carries: as arguments, reason or context."""
    found: list[BaseException] = []
    left: list[object] = [error]
    while left and len(found) < 20:
        one = left.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            left += [*one.args, getattr(one, "reason", None), one.__cause__]
    return found
