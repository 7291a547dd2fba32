"""Sentences for what goes wrong before a Grafana answers."""

import requests

from provision.errors import UnreachableError
from provision.grafana.connection import Connection
from provision.text import Text


def not_grafana(base: str) -> UnreachableError:
    """Something answers at the address, but not as a Grafana does."""
    return UnreachableError(
        Text(f"По адресу {base} отвечает не Grafana", f"What answers at {base} is not a Grafana"),
        Text(
            "Проверьте GRAFANA_URL, с путём, если Grafana стоит не в корне сайта",
            "Check GRAFANA_URL, with the path if Grafana is not at the site's root",
        ),
    )


def unreachable(connection: Connection, error: Exception) -> UnreachableError:
    """The error for a request without an answer."""
    reason = getattr(error, "args", [error])
    while reason and isinstance(reason[0], Exception):  # requests wraps urllib3, which wraps the system's error
        error = getattr(reason[0], "reason", None) or reason[0]
        reason = error.args if isinstance(error, Exception) else ()
    what = f"{type(error).__name__}: {error}".split(" object at ")[0]
    if isinstance(error, requests.exceptions.SSLError) or "SSL" in what or "CERTIFICATE" in what.upper():
        hint = Text(
            "Сертификат сервера не принят. Свой центр сертификации укажите в GRAFANA_CA_FILE",
            "The server's certificate was not accepted. Name your own CA's file in GRAFANA_CA_FILE",
        )
    else:
        hint = Text(
            "Проверьте GRAFANA_URL, работает ли сервер и пропускает ли сеть",
            "Check GRAFANA_URL, whether the server runs and whether the network lets us through",
        )
    base = connection.url.rstrip("/")
    return UnreachableError(Text(f"Нет ответа от {base}: {what}", f"No answer from {base}: {what}"), hint)
