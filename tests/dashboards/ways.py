"""Ways to ask both stores: with a cabinet's own credentials, or as their administrator with the filter by hand."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from provision.credential import RootSecret
from provision.stores.contract import TABLES
from provision.stores.local import EventsServer, MetricsServer, VmauthServer
from provision.stores.wire import ask, basic
from tests.dashboards.questions import Question

# Seconds that an answer may take; what takes longer is an error of the store. VictoriaMetrics counts whole ones, so it
# gives up between this and one more.
LIMIT = 2
Session = psycopg.Connection[tuple[Any, ...]]
Row = dict[str, object]
_SELECTOR = re.compile(r"\b((?:kodeks|kserver)_\w+)(\{?)")


class RefusedError(Exception):
    """The store's words for why there is no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Series (the labels, and each time with its value), rows by column, or values; `columns` are those of rows."""

    rows: list[Row]
    columns: frozenset[str] = frozenset()


class Way:
    """Questions in, answers out. With `by_hand`, a cabinet's id, each query is narrowed to it before it is asked."""

    def __init__(self, url: str, headers: Mapping[str, str], session: Session, by_hand: str = "") -> None:
        self._url = url
        self._headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        self._session = session
        self._by_hand = by_hand

    def ask(self, question: Question) -> Answer:
        """The answer. Raises RefusedError, also when it takes longer than LIMIT."""
        if question.kind == "rows":
            return self._rows(question)
        expr = self._narrowed(question.text)
        times = {"start": str(question.since), "end": str(question.until)}
        if question.kind == "values":
            values = self._json(f"/api/v1/label/{question.label}/values", **{"match[]": expr}, **times)
            return Answer([{question.label: value} for value in values])
        if question.kind == "instant":
            found = self._json("/api/v1/query", query=expr, time=str(question.until))["result"]
            return Answer([_series(one["metric"], [one["value"]]) for one in found])
        found = self._json("/api/v1/query_range", query=expr, **times, step=str(question.step), nocache="1")["result"]
        return Answer([_series(one["metric"], one["values"]) for one in found])

    def _rows(self, question: Question) -> Answer:
        text = question.text.replace(" core.", f' "by hand: {self._by_hand}".') if self._by_hand else question.text
        try:
            cursor = self._session.execute(text.encode())
        except psycopg.Error as error:
            raise RefusedError(f"PostgreSQL: {error}") from None
        titles = [column.name for column in cursor.description or ()]
        return Answer([dict(zip(titles, row, strict=True)) for row in cursor.fetchall()], frozenset(titles))

    def _narrowed(self, expr: str) -> str:
        if not self._by_hand:
            return expr
        return _SELECTOR.sub(lambda match: f'{match[1]}{{cabinet="{self._by_hand}"{"," if match[2] else "}"}', expr)

    def _json(self, path: str, **parameters: str) -> Any:
        body = urlencode({**parameters, "timeout": f"{LIMIT}s"}).encode()
        answer = ask(self._url + path, method="POST", body=body, headers=self._headers)
        if answer.status != 200:
            raise RefusedError(f"VictoriaMetrics: {answer.status} {answer.text}")
        return json.loads(answer.text)["data"]


def _series(labels: Mapping[str, str], points: Iterable[tuple[float, str]]) -> Row:
    return {**labels, **{str(time): float(value) for time, value in points}}


@contextmanager
def own(cabinet: str, root: RootSecret, proxy: VmauthServer, events: EventsServer) -> Iterator[Way]:
    """The way of the cabinet's data sources: its user at vmauth, and a session of its login role."""
    who = basic(root.credential("metrics", cabinet, 1).name, root.credential("metrics", cabinet, 1).password)
    role, password = root.credential("events", cabinet, 1).name, root.credential("events", cabinet, 1).password
    with _session(events.conninfo(root.database_name(cabinet), role, password)) as session:
        yield Way(proxy.url, who, session)


@contextmanager
def by_hand(cabinet: str, root: RootSecret, metrics: MetricsServer, events: EventsServer) -> Iterator[Way]:
    """The administrator's way, past the fences, to what a cabinet should see."""
    with _session(events.conninfo(root.database_name(cabinet))) as session:
        _view(session, cabinet)
        yield Way(metrics.url, metrics.login.headers, session, cabinet)


def _view(session: Session, cabinet: str) -> None:
    """Makes views of the cabinet's rows alone."""
    schema = sql.Identifier(f"by hand: {cabinet}")
    session.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    for table in TABLES:
        columns = sql.SQL(", ").join(map(sql.Identifier, table.readable))
        session.execute(
            sql.SQL("CREATE VIEW {}.{} AS SELECT {} FROM core.{} WHERE cabinet = {}").format(
                schema, sql.Identifier(table.name), columns, sql.Identifier(table.name), sql.Literal(cabinet)
            )
        )


@contextmanager
def _session(conninfo: str) -> Iterator[Session]:
    with psycopg.connect(conninfo, autocommit=True) as session:
        session.execute(f"SET statement_timeout = '{LIMIT}s'".encode())
        session.execute("SET idle_session_timeout = 0")  # a cabinet's session waits while the other one asks
        yield session
