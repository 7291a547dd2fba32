"""The ways to the rows: through each PostgreSQL data source of the cabinet's org, and straight at the database.

Every attempt runs in a transaction that is rolled back: one that gets through changes nothing, and leaves nothing
behind in the connections that Grafana keeps for the cabinet's panels.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

from provision.audit.answers import SILENCE, Heard, heard_queries, heard_query
from provision.audit.numbers import as_victim
from provision.audit.parties import Party, marks_of_clients
from provision.audit.viewer import Viewer
from provision.audit.ways import Memory, Trial, Way, seen, why_closed
from provision.errors import ProvisionError
from provision.kinds.data_source import EVENTS, POSTGRES
from provision.stores.attempts import LEFT_ALONE, ROW_ATTEMPTS, TURNS, RowAttempt, SharedSession, Victim, told_apart
from provision.stores.row_stores import ROW_STORES, RowStore
from provision.text import Text

_POSTGRES = (POSTGRES, "postgres")  # its name before Grafana 11
_PLAIN = ROW_ATTEMPTS[0]

# How Grafana hands on what PostgreSQL refused (12.4, and before pgx); not a lost or missing connection, nor a timeout.
_REFUSED = re.compile(r"pq: |\(SQLSTATE (?!08|28|53|57)")
_NOT_ASKED = Text("Grafana не смогла выполнить запрос", "Grafana could not carry out the query")
_LOOK = Text("строки", "rows")
_NOT_JUDGED = Text("база не отвечает или занята", "the database does not answer, or has no room")

Send = Callable[[RowAttempt], Heard]
SendTogether = Callable[[Sequence[RowAttempt]], Sequence[Heard | None]]


def ways_to_rows(
    own: Party, victim: Party, viewer: Viewer, memory: Memory, rest: Callable[[float], None]
) -> Iterator[Way]:
    """Attempts to read the victim's rows: by Grafana's /api/ds/query, then past Grafana. `rest` waits some seconds."""
    look = partial(victim.looks.ask, _LOOK, "Grafana", lambda: _as_admin(victim))
    marks = seen(marks_of_clients(victim, own), look)
    for source in (source for source in own.sources if source["type"] in _POSTGRES):
        send, together, uid = _by_query(viewer, source, rest), _by_queries(viewer, source), source["uid"]
        title = Text(f"строки через /api/ds/query ({uid})", f"rows through /api/ds/query ({uid})")
        sent = [one for one in _store(own).attempts if not (one.database or one.listens)]
        yield _way(title, send, sent, victim, marks, memory, together)
    with closing(SharedSession(_conninfo(own), listener=_conninfo(victim))) as session:
        yield _past_grafana(own, victim, memory, session)


def _way(
    title: Text,
    send: Send,
    attempts: Sequence[RowAttempt],
    victim: Party,
    marks: Sequence[str],
    memory: Memory,
    together: SendTogether | None = None,
) -> Way:
    target = as_victim(victim, marks)
    trials = [_trial(title, attempt, target, send, marks, memory) for attempt in attempts]

    def ahead() -> None:
        if together:
            pairs = zip(attempts, trials, strict=True)
            both = [one.against(target) for one, trial in pairs if one.only_reads and not trial.is_blind]
            memory.ask_together(title, both, together)

    return Way(title, lambda: why_closed(send(_PLAIN)), trials, "rows", ahead)


def _trial(title: Text, attempt: RowAttempt, target: Victim, send: Send, marks: Sequence[str], memory: Memory) -> Trial:
    filled = attempt.against(target)

    def compared() -> Heard:
        answer, differs = told_apart(attempt, target, send)
        return replace(answer, succeeded=differs)

    once = compared if attempt.expected == "same" else partial(send, filled)
    return Trial(attempt.what, attempt.expected, partial(memory.ask, title, filled, once), (*marks, *filled.tells))


def _contained(attempt: RowAttempt) -> tuple[str, ...]:
    """The statements between which a transaction may be put: what they say of the session, they say of it."""
    return tuple(
        statement.replace("SET SESSION CHARACTERISTICS AS TRANSACTION", "SET TRANSACTION")
        for statement in attempt.statements
        if statement != "BEGIN"
    )


def _body(source: Mapping[str, Any], attempts: Mapping[str, RowAttempt]) -> dict[str, Any]:
    """The attempts by their refIds, each a query of several statements: PostgreSQL runs it as one transaction, which
    any error ends.

    An explicit BEGIN would, after an error, leave a broken transaction in a connection that panels use.
    """
    texts = {
        name: ";\n".join((*_contained(attempt), "ROLLBACK", "DEALLOCATE ALL")) for name, attempt in attempts.items()
    }
    return _queries(source, texts)


def _queries(source: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    common = {"datasource": {"uid": source["uid"], "type": source["type"]}, "rawQuery": True, "format": "table"}
    queries = [{"refId": name, "rawSql": sql, **common} for name, sql in texts.items()]
    return {"queries": queries, "from": "now-1h", "to": "now"}


def _by_query(viewer: Viewer, source: Mapping[str, Any], rest: Callable[[float], None]) -> Send:
    def ask(attempt: RowAttempt) -> Heard:
        body = _body(source, {"A": attempt})
        return _judged(heard_query(*viewer.probe.ask("POST", "/api/ds/query", json=body)))

    def send(attempt: RowAttempt) -> Heard:
        if not attempt.first:
            return ask(attempt)
        for _turn in range(TURNS):  # another request may keep the session alive meanwhile; a leak shows each time
            # As it is: a transaction rolled back would take its effect away.
            viewer.probe.ask("POST", "/api/ds/query", json=_queries(source, {"A": attempt.first}))
            rest(LEFT_ALONE)
            answer = ask(attempt)
            if not any(word in answer.text for word in attempt.tells):
                break
        return answer

    return send


def _by_queries(viewer: Viewer, source: Mapping[str, Any]) -> SendTogether:
    def send(attempts: Sequence[RowAttempt]) -> Sequence[Heard | None]:
        named = {f"A{number}": attempt for number, attempt in enumerate(attempts)}
        answer = viewer.probe.ask("POST", "/api/ds/query", json=_body(source, named))
        return [one and _judged(one) for one in heard_queries(*answer, tuple(named))]

    return send


def _judged(answer: Heard) -> Heard:
    """Neither let through nor refused where Grafana could not ask."""
    if answer.succeeded or answer.untried or _REFUSED.search(answer.text):
        return answer
    return replace(answer, untried=_NOT_ASKED)


def _past_grafana(own: Party, victim: Party, memory: Memory, session: SharedSession) -> Way:
    """With the cabinet's own role at the address its data source has, where that can be reached from here."""
    address = own.cabinet.events.address
    title = Text(f"строки мимо Grafana, {address}", f"rows past Grafana, {address}")
    look = partial(victim.looks.ask, _LOOK, "database", lambda: _seen_at_the_database(victim))
    marks = seen(marks_of_clients(victim, own), look)
    return _way(title, _at_the_database(session), _store(own).attempts, victim, marks, memory)


def _conninfo(party: Party) -> str:
    """The cabinet's own connection string."""
    return _store(party).conninfo(party.credential("events"), party.root.database_name(party.cabinet.id))


def _store(party: Party) -> RowStore:
    return ROW_STORES[party.cabinet.events.kind](party.cabinet.events)


def _at_the_database(session: SharedSession) -> Send:
    def send(attempt: RowAttempt) -> Heard:
        ending = "COMMIT" if attempt.listens else "ROLLBACK"  # what is rolled back is not sent
        said = session.try_rows(replace(attempt, statements=("BEGIN", *_contained(attempt), ending)))
        return Heard(said.succeeded, said.text, None if said.judged else _NOT_JUDGED)

    return send


def _seen_at_the_database(victim: Party) -> Heard:
    with closing(SharedSession(_conninfo(victim))) as session:
        return _at_the_database(session)(_PLAIN)


def _as_admin(victim: Party) -> Heard:
    """What the victim sees of its own, asked for by ourselves; silence where its data source does not answer."""
    source = next((source for source in victim.sources if source["uid"] == EVENTS), None)
    if source is None:
        return SILENCE
    try:
        answer = victim.org.request("POST", "/api/ds/query", json=_body(source, {"A": _PLAIN}))
    except ProvisionError:
        return SILENCE
    return heard_query(200, json.dumps(answer))
