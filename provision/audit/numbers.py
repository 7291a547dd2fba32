"""The ways to the metrics store: through each Prometheus data source of the cabinet's org, and straight at vmauth."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from provision.audit.answers import SILENCE, Heard, heard, heard_queries, heard_query
from provision.audit.attempts import PASSWORD_GUESSES
from provision.audit.parties import Party, marks_of_clients
from provision.audit.viewer import Viewer
from provision.audit.ways import Memory, Trial, Way, seen, why_closed
from provision.errors import ProvisionError
from provision.kinds.data_source import METRICS
from provision.stores.attempts import METRIC_ATTEMPTS, MetricAttempt, Victim, try_metrics
from provision.stores.number_stores import NUMBER_STORES
from provision.stores.wire import basic
from provision.text import Text

PROMETHEUS = "prometheus"
# Beside /api/ds/query: as an alert rule is tried out; the store's own paths through the plugin and through the proxy.
THROUGH = ("/api/v1/eval", "/api/datasources/uid/{uid}/resources", "/api/datasources/proxy/uid/{uid}")
_PLAIN = METRIC_ATTEMPTS[0]
_LOOK = Text("числа", "numbers")

Send = Callable[[MetricAttempt], Heard]
SendTogether = Callable[[Sequence[MetricAttempt]], Sequence[Heard | None]]
Body = Callable[[Mapping[str, MetricAttempt]], dict[str, Any]]


def ways_to_numbers(
    own: Party, victim: Party, viewer: Viewer, memory: Memory, through: Sequence[str] = THROUGH
) -> Iterator[Way]:
    """By Grafana's /api/ds/query and by these of THROUGH; then past Grafana."""
    look = partial(victim.looks.ask, _LOOK, "Grafana", lambda: _as_admin(victim))
    marks = seen(marks_of_clients(victim, own), look)
    bodies = {"/api/ds/query": _queries, "/api/v1/eval": _evaluations}
    for uid in (str(source["uid"]) for source in own.sources if source["type"] == PROMETHEUS):
        for path in ("/api/ds/query", *(path.format(uid=uid) for path in through)):
            if path in bodies:
                body = partial(bodies[path], uid)
                send, together = _by_query(viewer, path, body), _by_queries(viewer, path, body)
                queries = [attempt for attempt in _attempts(own) if _expression(attempt)]
                yield _way(_title(path, uid), send, queries, victim, marks, memory, together)
            else:
                yield _way(_title(path, uid), _by_path(viewer, path), _attempts(own), victim, marks, memory)
                yield _guesses(path, own, victim, viewer, marks)
    yield _past_grafana(own, victim, memory)


def _attempts(own: Party) -> Sequence[MetricAttempt]:
    return NUMBER_STORES[own.cabinet.metrics.kind].attempts


def _title(path: str, uid: str) -> Text:
    return Text(f"числа через {path} ({uid})", f"numbers through {path} ({uid})")


def _way(
    title: Text,
    send: Send,
    attempts: Sequence[MetricAttempt],
    victim: Party,
    marks: Sequence[str],
    memory: Memory,
    together: SendTogether | None = None,
) -> Way:
    target = as_victim(victim, marks)
    filled = [attempt.against(target) for attempt in attempts]

    def trial(attempt: MetricAttempt) -> Trial:
        return Trial(attempt.what, attempt.expected, lambda: memory.ask(title, attempt, lambda: send(attempt)), marks)

    def ahead() -> None:
        if together and marks:
            memory.ask_together(title, filled, together)

    return Way(title, lambda: why_closed(send(_PLAIN)), list(map(trial, filled)), "numbers", ahead)


def as_victim(victim: Party, marks: Sequence[str]) -> Victim:
    """The victim as attempts name it."""
    database = victim.root.database_name(victim.cabinet.id)
    return Victim(victim.cabinet.id, marks[0] if marks else "nobody", victim.credential("events").name, database)


def _by_query(viewer: Viewer, path: str, body: Body) -> Send:
    return lambda attempt: heard_query(*viewer.probe.ask("POST", path, json=body({"A": attempt})))


def _by_queries(viewer: Viewer, path: str, body: Body) -> SendTogether:
    def send(attempts: Sequence[MetricAttempt]) -> Sequence[Heard | None]:
        named = {f"A{number}": attempt for number, attempt in enumerate(attempts)}
        return heard_queries(*viewer.probe.ask("POST", path, json=body(named)), tuple(named))

    return send


def _queries(uid: str, attempts: Mapping[str, MetricAttempt]) -> dict[str, Any]:
    """The attempts by their refIds, as a panel's queries."""
    return {
        "queries": [_query(uid, name, attempt) for name, attempt in attempts.items()],
        "from": "now-1h",
        "to": "now",
    }


def _evaluations(uid: str, attempts: Mapping[str, MetricAttempt]) -> dict[str, Any]:
    """The same as queries of an alert rule that is not stored: Grafana 12.4 evaluates it for a Viewer, too."""
    common = {"datasourceUid": uid, "relativeTimeRange": {"from": 3600, "to": 0}}
    return {
        "data": [{"refId": name, **common, "model": _query(uid, name, attempt)} for name, attempt in attempts.items()]
    }


def _query(uid: str, name: str, attempt: MetricAttempt) -> dict[str, Any]:
    return {"refId": name, "datasource": {"uid": uid, "type": PROMETHEUS}, **_expression(attempt)}


def _expression(attempt: MetricAttempt) -> dict[str, Any]:
    """The attempt as a query of Grafana's, {} for one that is about the request itself."""
    path, _, query = attempt.path.partition("?")
    fields = dict(parse_qsl(query))
    if (
        attempt.method != "GET"
        or attempt.body
        or attempt.header
        or not fields.keys() <= {"query", "step"}
        or ";" in query
    ):
        return {}
    kinds = {"/api/v1/query": "instant", "/api/v1/query_range": "range"}
    return {"expr": fields["query"], kinds[path]: True} if path in kinds else {}


def _by_path(viewer: Viewer, prefix: str, extra: Mapping[str, str] | None = None) -> Send:
    def send(attempt: MetricAttempt) -> Heard:
        headers = {**(extra or {}), **attempt.headers}
        body = attempt.body.encode() or None
        return heard(*viewer.probe.ask(attempt.method, f"{prefix}{attempt.path}", body=body, headers=headers))

    return send


def _guesses(path: str, own: Party, victim: Party, viewer: Viewer, marks: Sequence[str]) -> Way:
    """Another cabinet's user name in X-DS-Authorization, with passwords that one might guess."""
    words = {"OTHER_NAME": victim.credential("metrics").name, "OTHER_CABINET": victim.cabinet.id}
    words["OWN_PASSWORD"] = own.credential("metrics").password

    def trial(what: Text, guess: str) -> Trial:
        header = basic(victim.credential("metrics").name, words.get(guess, guess))["Authorization"]
        send = _by_path(viewer, path, {"X-DS-Authorization": header})
        return Trial(what, "own", lambda: send(_PLAIN), marks)

    title = Text(f"X-DS-Authorization через {path}", f"X-DS-Authorization through {path}")
    plainly = _by_path(viewer, path)
    trials = [trial(what, guess) for what, guess in PASSWORD_GUESSES]
    return Way(title, lambda: why_closed(plainly(_PLAIN)), trials, "numbers")


def _past_grafana(own: Party, victim: Party, memory: Memory) -> Way:
    """With the cabinet's own credential at the address its data source has, where that can be reached from here."""

    def at(party: Party) -> Send:
        url, ours = party.cabinet.metrics.url, party.credential("metrics")
        return lambda attempt: heard(*try_metrics(attempt, url, ours.name, ours.password)[:2])

    send = at(own)
    look = partial(victim.looks.ask, _LOOK, "vmauth", lambda: at(victim)(_PLAIN))
    marks = seen(marks_of_clients(victim, own), look)
    host = urlsplit(own.cabinet.metrics.url).netloc.rpartition("@")[2]
    title = Text(f"числа мимо Grafana, {host}", f"numbers past Grafana, {host}")
    return _way(title, send, _attempts(own), victim, marks, memory)


def _as_admin(victim: Party) -> Heard:
    """What the victim sees of its own, asked for by ourselves; silence where its data source does not answer."""
    try:
        answer = victim.org.request(
            "POST", "/api/ds/query", json=_queries(METRICS, {"A": _PLAIN})
        )  # a GET would be repeated
    except ProvisionError:
        return SILENCE
    return heard_query(200, json.dumps(answer))
