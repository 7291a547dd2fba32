"""What an attempt is, how it is sent straight to a store, and how its answer is judged."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from provision.stores.driver import psycopg
from provision.stores.wire import Answer, ask, basic
from provision.text import Text

Expected = Literal["own", "refused", "same"]
FORM = "application/x-www-form-urlencoded"
_SLOWER = 1.0  # seconds: attempts at the time taken sleep for longer
TURNS = 3  # a difference, or a leak that another session may cause, must show in each
_READING = {"SELECT", "EXPLAIN", "TABLE", "SET", "BEGIN", "DECLARE", "FETCH"}
HEARD = "heard by the neighbour"
LEFT_ALONE = 6.5  # seconds after which a session of a cabinet's role has ended (see login_roles.SETTINGS)


@dataclass(frozen=True, slots=True)
class Victim:
    """Another cabinet: its id, one of its clients, its role and its database in PostgreSQL (any role may list both)."""

    cabinet: str
    client: str
    role: str
    database: str

    def fill(self, text: str) -> str:
        """The text with this cabinet in it."""
        words = {
            "OTHER_CABINET": self.cabinet,
            "OTHER_CLIENT": self.client,
            "OTHER_ROLE": self.role,
            "OTHER_DATABASE": self.database,
        }
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
        """The HTTP headers of the attempt, without those of a login."""
        own = dict([self.header] if self.header else [])
        return {**own, "Content-Type": self.content_type} if self.body else own

    def against(self, victim: Victim) -> "MetricAttempt":
        """The attempt with the victim in it."""
        header = self.header and (self.header[0], victim.fill(self.header[1]))
        return replace(self, path=victim.fill(self.path), body=victim.fill(self.body), header=header)


@dataclass(frozen=True, slots=True)
class RowAttempt:
    """SQL statements, one after another in one session. The first that fails ends the attempt.

    `database` is another one of the server than the cabinet's; Grafana cannot be made to go there. Any of the words
    `tells` in the answer is a leak, too. `first` is sent LEFT_ALONE before, in a session of its own. `listens` is a
    channel that the victim listens on meanwhile: what it hears belongs to the answer; Grafana cannot listen.
    """

    what: Text
    statements: tuple[str, ...]
    expected: Expected = "own"
    database: str = ""
    tells: tuple[str, ...] = ()
    first: str = ""
    listens: str = ""

    @property
    def only_reads(self) -> bool:
        """Others may run beside it: it takes no lock that they need, leaves nothing, and no time is taken."""
        words = {statement.partition(" ")[0] for statement in self.statements}
        special = self.expected == "same" or self.database or self.first or self.listens
        return not special and words <= _READING and not any("READ WRITE" in one for one in self.statements)

    def against(self, victim: Victim) -> "RowAttempt":
        """The attempt with the victim in it."""
        return replace(
            self,
            statements=tuple(map(victim.fill, self.statements)),
            database=victim.fill(self.database),
            listens=victim.fill(self.listens),
            tells=tuple(map(victim.fill, self.tells)),
        )


class Answered(Protocol):
    """What told_apart() needs of an answer."""

    @property
    def succeeded(self) -> bool: ...

    @property
    def text(self) -> str: ...


A = TypeVar("A", bound=Answered)


def told_apart(attempt: RowAttempt, victim: Victim, send: Callable[[RowAttempt], A]) -> tuple[A, bool]:
    """The answer about the victim, and whether it, or the time it takes, differs from the answer about nobody."""
    nobody = replace(victim, client="nobody-at-all")
    for _ in range(TURNS):
        answer, text, took = _timed(attempt, victim, send)
        other, other_text, other_took = _timed(attempt, nobody, send)
        if (answer.succeeded, text) == (other.succeeded, other_text) and abs(took - other_took) < _SLOWER:
            return answer, False
    return answer, True


def _timed(attempt: RowAttempt, victim: Victim, send: Callable[[RowAttempt], A]) -> tuple[A, str, float]:
    """The answer, its text without the client's name, and the seconds that it took."""
    start = time.monotonic()
    answer = send(attempt.against(victim))
    return answer, answer.text.replace(victim.client, "?"), time.monotonic() - start


def leaks(expected: Expected, *, succeeded: bool, text: str, marks: Iterable[str]) -> bool:
    """Whether the answer gave away what it must not; `text` is all of it, errors and notices included.

    Of an attempt at the `same` answer for another cabinet and for nobody, `succeeded` is whether they differed.
    """
    if expected == "same":  # the answer may quote the question
        return succeeded
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


def try_rows(attempt: RowAttempt, conninfo: str, listener: str = "") -> Said:
    """What a filled attempt came to in a session of its own; `listener` is the victim's connection string."""
    try:
        where = psycopg.conninfo.make_conninfo(conninfo, dbname=attempt.database) if attempt.database else conninfo
        if attempt.first:
            with _connected(where) as session:
                session.execute(attempt.first.encode())
        if not attempt.listens:
            return _say_alone(attempt, where)
        with _connected(listener) as ears:
            ears.execute(f"LISTEN {attempt.listens}".encode())
            said = _say_alone(attempt, where)
            ears.execute("SELECT 1")  # what was sent has come with its answer
            heard = [notify.payload for notify in ears.notifies(timeout=0)]
        return Said(said.succeeded, f"{said.text}\n{HEARD}", said.judged) if heard else said
    except psycopg.OperationalError as error:  # while connecting
        return Said(False, str(error), _judged(attempt, error))


class SharedSession:
    """A session for many attempts, one after another: connecting costs more than most of them.

    Whatever one leaves behind is discarded before the next. One about connecting, or about what stays, gets its own.
    """

    def __init__(self, conninfo: str, listener: str = "") -> None:
        self._conninfo, self._listener = conninfo, listener
        self._session: psycopg.Connection[Any] | None = None

    def try_rows(self, attempt: RowAttempt) -> Said:
        """What try_rows() says; a session that is lost meanwhile proves nothing, and the attempt gets its own."""
        if attempt.database or attempt.first or attempt.listens:
            return try_rows(attempt, self._conninfo, self._listener)
        try:
            session = self._session = self._session or _connected(self._conninfo)
        except psycopg.OperationalError as error:
            return Said(False, str(error), _judged(attempt, error))
        said = _say(attempt, session)
        lost = session.closed
        self._discard(session)
        return try_rows(attempt, self._conninfo) if lost else said

    def _discard(self, session: "psycopg.Connection[Any]") -> None:
        try:
            session.rollback()
            session.execute("DISCARD ALL")
        except psycopg.Error:
            self.close()

    def close(self) -> None:
        """Ends it; the next attempt opens another."""
        if self._session:
            self._session.close()
            self._session = None


def _connected(conninfo: str) -> "psycopg.Connection[Any]":
    """A session in which nothing is prepared behind the attempts' back."""
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=10, prepare_threshold=None)


def _say_alone(attempt: RowAttempt, conninfo: str) -> Said:
    try:
        with _connected(conninfo) as session:
            return _say(attempt, session)
    except psycopg.Error as error:
        return _said([], attempt, error)


def _say(attempt: RowAttempt, session: "psycopg.Connection[Any]") -> Said:
    said: list[str] = []

    def listen(notice: "psycopg.errors.Diagnostic") -> None:
        said.append(notice.message_primary or "")

    session.add_notice_handler(listen)
    try:
        for statement in attempt.statements:
            cursor = session.execute(statement.encode())
            if cursor.description:
                said += map(str, cursor.fetchall())
    except psycopg.Error as error:
        return _said(said, attempt, error)
    finally:
        session.remove_notice_handler(listen)
    return Said(True, "\n".join(said))


def _said(said: Sequence[str], attempt: RowAttempt, error: "psycopg.Error") -> Said:
    """With the error's words, but not its context: it quotes the attempt itself, and the victim's name is in that."""
    parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    words = [part for part in parts if part] or [str(error)]
    return Said(False, "\n".join((*said, *words)), _judged(attempt, error))


def _judged(attempt: RowAttempt, error: "psycopg.Error") -> bool:
    """Whether the error answers the attempt: no session, a lost one, no room (53) and a broken-off one (57) do not."""
    if not isinstance(error, psycopg.OperationalError):
        return True
    if error.sqlstate is None:  # while connecting
        said = str(error)
        return bool(attempt.database) and ("pg_hba.conf" in said or "permission denied for database" in said)
    return error.sqlstate[:2] not in ("08", "53", "57")
