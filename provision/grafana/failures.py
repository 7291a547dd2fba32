"""Sentences for requests that no Grafana answered: what failed on the way, in both languages."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from http.client import BadStatusLine, RemoteDisconnected

import requests
from urllib3 import BaseHTTPResponse
from urllib3 import exceptions as urllib3

from provision import os_errors
from provision.errors import UnreachableError
from provision.grafana.connection import Connection
from provision.text import Text

_CHECK = Text(
    "Проверьте GRAFANA_URL, работает ли сервер и пропускает ли сеть",
    "Check GRAFANA_URL, whether the server runs, and whether the network lets us through",
)
_CHECK_SCHEME = Text(
    f"{_CHECK.ru}. Если сервер работает по https, укажите это в адресе",
    f"{_CHECK.en}. If the server speaks https, say so in the address",
)
_PLAIN = Text("Укажите в GRAFANA_URL адрес с http://", "Set GRAFANA_URL to the address with http://")
_TLS = Text("Укажите в GRAFANA_URL адрес с https://", "Set GRAFANA_URL to the address with https://")
_CA = Text("Свой центр сертификации укажите в GRAFANA_CA_FILE", "Set GRAFANA_CA_FILE to the file of your own authority")
_CERTIFICATE = Text(
    "Проверьте файлы в GRAFANA_CLIENT_CERT и GRAFANA_CLIENT_KEY",
    "Check the files in GRAFANA_CLIENT_CERT and GRAFANA_CLIENT_KEY",
)
_PROXY = Text("Проверьте переменные HTTPS_PROXY и HTTP_PROXY", "Check the variables HTTPS_PROXY and HTTP_PROXY")

# OpenSSL's X509_V_ERR_… numbers (x509_vfy.h).
_CERTIFICATE_FAULTS = {
    9: Text("сертификат ещё не действует", "the certificate is not valid yet"),
    10: Text("срок сертификата истёк", "the certificate has expired"),
    18: Text("сертификат самоподписанный", "the certificate is self-signed"),
    19: Text("сертификат выдан неизвестным центром", "the certificate is from an unknown authority"),
    20: Text("сертификат выдан неизвестным центром", "the certificate is from an unknown authority"),
    21: Text("сертификат выдан неизвестным центром", "the certificate is from an unknown authority"),
    62: Text("сертификат выдан на другое имя", "the certificate is for another host name"),
    64: Text("сертификат выдан на другой адрес", "the certificate is for another address"),
}
_OF_NETWORK = {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.EMFILE}


def not_grafana(base: str) -> UnreachableError:
    """Something answers at the address, but not as a Grafana does."""
    return UnreachableError(
        Text(f"По адресу {base} отвечает не Grafana", f"What answers at {base} is not a Grafana"),
        Text(
            "Проверьте GRAFANA_URL, с путём, если Grafana стоит не в корне сайта",
            "Check GRAFANA_URL, with the path if Grafana is not at the site's root",
        ),
    )


def wants_tls(base: str) -> UnreachableError:
    """The server speaks https, and the address says http."""
    return UnreachableError(
        Text(
            f"Нет ответа от {base}: сервер отвечает по https, а не по http",
            f"No answer from {base}: the server speaks https, not http",
        ),
        _TLS,
    )


def refused_by_proxy(connection: Connection, answer: BaseHTTPResponse) -> UnreachableError:
    """A proxy before Grafana refuses the request: it has a login of its own, or lets only some addresses through."""
    who = _proxy_name(answer)
    base, status = connection.url.rstrip("/"), answer.status
    sent = ", ".join(connection.headers)
    if sent:
        hint = Text(f"Проверьте значения заголовков: {sent}", f"Check the values of these headers: {sent}")
    else:
        hint = Text(
            "Если у прокси свой вход, передайте его заголовком: --header Authorization=env:ПЕРЕМЕННАЯ",
            "If the proxy has a login of its own, send it as a header: --header Authorization=env:VARIABLE",
        )
    return UnreachableError(
        Text(
            f"Прокси перед Grafana на {base} не пропускает запрос: {status}{who}",
            f"The proxy before Grafana at {base} refuses the request: {status}{who}",
        ),
        hint,
    )


def is_from_grafana(answer: BaseHTTPResponse) -> bool:
    """Whether a refusal came from Grafana, which answers every one in JSON with a message."""
    try:
        return "message" in answer.json()
    except (ValueError, TypeError):
        return False


def unreachable(connection: Connection, error: Exception) -> UnreachableError:
    """The error for a request without an answer."""
    what, hint = _reason(connection, tuple(_causes(error)))
    base = connection.url.rstrip("/")
    return UnreachableError(Text(f"Нет ответа от {base}: {what.ru}", f"No answer from {base}: {what.en}"), hint)


def _proxy_name(answer: BaseHTTPResponse) -> str:
    """What the proxy says of itself: its program and the realm of its login."""
    realm = re.search(r'realm="?([^",]+)', answer.headers.get("WWW-Authenticate", ""))
    said = (answer.headers.get("Server", ""), realm[1] if realm else "")
    shown = ["".join(filter(str.isprintable, part)).strip()[:60] for part in said if part]
    return f" ({', '.join(shown)})" if shown else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps: urllib3 wraps the system's error."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]


def _reason(connection: Connection, causes: tuple[BaseException, ...]) -> tuple[Text, Text]:
    """What failed, and what to do."""
    for find in (_proxy_fault, _tls_fault, _answer_fault, _network_fault):
        if found := find(connection, causes):
            return found
    return Text("соединение не удалось", "the connection failed"), _CHECK


def _proxy_fault(_connection: Connection, causes: tuple[BaseException, ...]) -> tuple[Text, Text] | None:
    if not any(isinstance(each, urllib3.ProxyError | requests.exceptions.InvalidProxyURL) for each in causes):
        return None
    status = next(
        (found[1] for each in causes if (found := re.search(r"Tunnel connection failed: (\d+)", str(each)))), ""
    )
    if status:
        return (
            Text(f"прокси отказал: {status}", f"the proxy refused with {status}"),
            _PROXY,
        )
    return Text("прокси не отвечает", "the proxy does not answer"), _PROXY


def _tls_fault(connection: Connection, causes: tuple[BaseException, ...]) -> tuple[Text, Text] | None:
    for each in causes:
        if isinstance(each, ssl.SSLCertVerificationError):
            why = _CERTIFICATE_FAULTS.get(each.verify_code)
            number = each.verify_code
            return (
                Text(
                    f"сертификат сервера не принят: {why.ru if why else f'ошибка {number} OpenSSL'}",
                    f"the server's certificate was not accepted: {why.en if why else f'OpenSSL error {number}'}",
                ),
                _CA,
            )
        if isinstance(each, ssl.SSLError):
            return _handshake_fault(connection, f"{each.reason} {each}".upper())
        if (
            isinstance(each, OSError) and each.errno is None and "TLS" in str(each)
        ):  # requests looks for the files itself
            return Text("нет файла сертификата или ключа", "a file of the certificate or key is missing"), _CERTIFICATE
    return None


def _handshake_fault(connection: Connection, reason: str) -> tuple[Text, Text]:
    if any(word in reason for word in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")):
        return Text("сервер отвечает по http, а не по https", "the server speaks http, not https"), _PLAIN
    if "CERTIFICATE_REQUIRED" in reason or "HANDSHAKE_FAILURE" in reason:
        return (
            Text("сервер требует сертификат клиента", "the server requires a client certificate"),
            Text("Укажите GRAFANA_CLIENT_CERT и GRAFANA_CLIENT_KEY", "Set GRAFANA_CLIENT_CERT and GRAFANA_CLIENT_KEY"),
        )
    if "NO_CERTIFICATE_OR_CRL_FOUND" in reason or (connection.ca_file and "NO_START_LINE" in reason):
        return Text("в файле нет сертификата центра", "the file holds no certificate of an authority"), _CA
    if any(word in reason for word in ("KEY_VALUES_MISMATCH", "PEM", "START_LINE")):
        return (
            Text("сертификат клиента и ключ не годятся", "the client certificate and its key cannot be used"),
            _CERTIFICATE,
        )
    return Text("защищённое соединение не установлено", "no secure connection could be made"), _CHECK


def _answer_fault(connection: Connection, causes: tuple[BaseException, ...]) -> tuple[Text, Text] | None:
    """Answers that break off or are not HTTP."""
    is_plain = connection.url.lower().startswith("http://")
    if any(isinstance(each, RemoteDisconnected | ConnectionResetError | BrokenPipeError) for each in causes):
        return Text("соединение оборвано", "the connection was cut"), _CHECK_SCHEME if is_plain else _CHECK
    for each in causes:
        if isinstance(each, BadStatusLine):
            if is_plain and "\x15\x03" in str(each):  # a TLS alert
                return Text("сервер отвечает по https, а не по http", "the server speaks https, not http"), _TLS
            return Text("ответ не по протоколу HTTP", "the answer is not HTTP"), _CHECK
    if any(isinstance(each, urllib3.ProtocolError | urllib3.DecodeError) for each in causes):
        return Text("ответ оборвался или испорчен", "the answer broke off or is damaged"), _CHECK
    return None


def _network_fault(connection: Connection, causes: tuple[BaseException, ...]) -> tuple[Text, Text] | None:
    for each in causes:
        if isinstance(each, socket.gaierror):
            return Text("имя узла неизвестно", "the host name is unknown"), _CHECK
        if isinstance(each, urllib3.LocationParseError | requests.exceptions.InvalidURL | UnicodeError):
            return Text("в адресе неверное имя узла", "the host name in the address is not valid"), _CHECK
        if isinstance(each, OSError) and each.errno in _OF_NETWORK:
            return os_errors.reason(each), _CHECK
    if any(isinstance(each, TimeoutError | urllib3.TimeoutError) for each in causes):
        seconds = f"{connection.timeout:g}"
        return Text(f"за {seconds} с ответа нет", f"none within {seconds} s"), _CHECK
    return None
