"""What an Editor can do with Grafana's own server: the test of a contact point sends a request anywhere."""

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from provision.audit.answers import Heard, heard
from provision.audit.viewer import Viewer
from provision.audit.ways import Trial, Way
from provision.text import Text

_PATH = "/api/alertmanager/grafana/config/api/v1/receivers/test"
# Read-only at the store, and answered with 200 by one that requires no login (VictoriaMetrics 1.79.5).
_QUESTION = "/api/v1/query?query=1"
_REFUSED = re.compile(r"\b40[13]\b|\bEOF\b|malformed HTTP|connection reset")  # of Go's client, Grafana 12.4
_SHOWN = 120


def way_through_contact_points(editor: Viewer, stores: Mapping[str, str]) -> Way:
    """Tests of contact points against the stores' addresses; `stores` gives a URL for each name of a store."""
    trials = [
        Trial(
            Text(f"проверка {kind}: {name}, {_host(url)}", f"test of type {kind}: {name}, {_host(url)}"),
            "refused",
            lambda kind=kind, settings=settings: _test(editor, kind, settings),  # type: ignore[misc]
            (),
        )
        for name, url in stores.items()
        for kind, settings in _settings(url)
    ]
    return Way(Text("точки контакта", "contact points"), editor.why_unknown, trials, "Editor")


def _settings(url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    address = url.rstrip("/")
    yield "webhook", {"url": f"{address}{_QUESTION}", "httpMethod": "POST"}
    # What Kafka's REST proxy would be asked for comes after the address, and is part of the parameter here.
    proxy = {"kafkaRestProxy": f"{address}{_QUESTION}&rest=", "kafkaTopic": "smart-audit"}
    yield "kafka", {**proxy, "apiVersion": "v3", "kafkaClusterId": "smart-audit"}
    yield "kafka v2", {**proxy, "apiVersion": "v2"}


def _test(editor: Viewer, kind: str, settings: Mapping[str, Any]) -> Heard:
    """Succeeded only if the store accepted the request: the test itself is allowed to an Editor.

    A failed test counts as tried only where the store answered: with 401 or 403, or, as PostgreSQL does, in no HTTP.
    """
    config = {"uid": "", "name": "smart-audit", "type": kind.partition(" ")[0], "settings": settings}
    body = {"receivers": [{"name": "smart-audit", "grafana_managed_receiver_configs": [config]}]}
    answer = editor.probe.ask("POST", _PATH, json=body)
    said = heard(answer.status, answer.text)
    if said.untried or answer.status == HTTPStatus.FORBIDDEN:
        return said
    return verdict(answer.text)


def verdict(text: str) -> Heard:
    """What Grafana's answer to a test says: `status` of each contact point is `ok`, or `failed` with an `error`."""
    try:
        receivers = json.loads(text)["receivers"]
        found = [one for receiver in receivers for one in receiver["grafana_managed_receiver_configs"]]
        said = {str(one["status"]): str(one.get("error", "")) for one in found}
    except (ValueError, KeyError, TypeError):
        said = {}
    if not said:
        return Heard(False, "", Text("Grafana не выполнила проверку", "Grafana did not carry out the test"))
    error = next(iter(said.values()))[:_SHOWN]
    if "ok" in said or _REFUSED.search(error):
        return Heard("ok" in said, "")
    return Heard(False, "", Text(f"хранилище не ответило: {error}", f"no answer of the store: {error}"))


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
