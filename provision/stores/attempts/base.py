"""What an attempt is, how it is sent straight to a store, and how its answer is judged."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import psycopg

from provision.stores.wire import Answer, ask, basic
from provision.text import Text

Expected = Literal["own", "refused"]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Victim:
    """Another cabinet: its id, one of its clients, its role in PostgreSQL (any role may list all roles)."""

    cabinet: str
    client: str
    role: str

    def fill(self, text: str) -> str:
        """The text with this cabinet in it."""
        words = {"OTHER_CABINET": self.cabinet, "OTHER_CLIENT": self.client, "OTHER_ROLE": self.role}
        for word, value in words.items():
            text = text.replace(word, value)
        return text


@dataclass(frozen=True, slots=True)
class MetricAttempt:
    """One HTTP request below the metrics store's address; `path` has its query string."""

    what: Text
    path: str
    expected: Expected = "own"
    method: str = "GET"
    body: str = ""
    content_type: str = FORM
    header: tuple[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Its headers, but for a login."""
        own = dict([self.header] if self.header else [])
        return {**own, "Content-Type": self.content_type} if self.body else own

    def against(self, victim: Victim) -> "MetricAttempt":
        """The attempt with the victim in it."""
        header = self.header and (self.header[0], victim.fill(self.header[1]))
        return replace(self, path=victim.fill(self.path), body=victim.fill(self.body), header=header)


@dataclass(frozen=True, slots=True)
class RowAttempt:
    """SQL statements, one after another in one session. The first that fails ends the attempt.

    `database` is another one of the server than the cabinet's; Grafana cannot be made to go there.
    """

    what: Text
    statements: tuple[str, ...]
    expected: Expected = "own"
    database: str = ""

    def against(self, victim: Victim) -> "RowAttempt":
        """The attempt with the victim in it."""
        return replace(self, statements=tuple(map(victim.fill, self.statements)))


def leaks(expected: Expected, *, succeeded: bool, text: str, marks: Iterable[str]) -> bool:
    """Whether the answer gave away what it must not; `text` is all of it, errors and notices included."""
    return (succeeded and expected == "refused") or any(mark in text for mark in marks)


def try_metrics(attempt: MetricAttempt, url: str, user: str, password: str) -> Answer:
    """The answer to a filled attempt, straight at vmauth."""
    headers = {**basic(user, password), **attempt.headers}
    body = attempt.body.encode() if attempt.body else None
    return ask(url.rstrip("/") + attempt.path, method=attempt.method, body=body, headers=headers)


class Said(NamedTuple):
    """What a session said. `judged` is False where the server neither let the attempt through nor refused it."""

    succeeded: bool
    text: str
    judged: bool = True


def try_rows(attempt: RowAttempt, conninfo: str) -> Said:
    """What a filled attempt came to in a session of its own."""
    said: list[str] = []
    try:
        where = psycopg.conninfo.make_conninfo(conninfo, dbname=attempt.database) if attempt.database else conninfo
        with psycopg.connect(where, autocommit=True, connect_timeout=10) as session:
            session.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
            for statement in attempt.statements:
                cursor = session.execute(statement.encode())
                if cursor.description:
                    said += map(str, cursor.fetchall())
    except psycopg.Error as error:
        # Not the context: it quotes the attempt itself, and the victim's name stands there.
        parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
        said += [part for part in parts if part] or [str(error)]
        return Said(False, "\n".join(said), _judged(attempt, error))
    return Said(True, "\n".join(said))


def _judged(attempt: RowAttempt, error: psycopg.Error) -> bool:
    """Not so where there was no session, or it was lost, found no room (53) or was broken off (57)."""
    if not isinstance(error, psycopg.OperationalError):
        return True
    if error.sqlstate is None:  # while connecting
        return bool(attempt.database) and "pg_hba.conf" in str(error)
    return error.sqlstate[:2] not in ("08", "53", "57")
