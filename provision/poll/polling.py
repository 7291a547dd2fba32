"""One round of polls: every online access once, few at a time on each server, spread over the time there is."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from random import uniform
from typing import Any, NamedTuple

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.model import Cabinet, OnlineAccess
from provision.poll.accounts import Account, account_readers
from provision.poll.failures import ErrorClass, PollError
from provision.poll.session import AccountSession, Limits
from provision.stores import imports, polls
from provision.stores.polls import PAUSED, REFUSALS_THAT_PAUSE, Key, Refusals
from provision.stores.writing import NumbersWriter, RowsWriter, Sample, require_single_node, sample

_AT_ONCE = 16  # accesses, on all servers together


class Outcome(Enum):
    """How a poll of one access ended."""

    UP = "up"
    FAILED = "failed"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll of one access found. `error` is "" when it succeeded; `reader` read the account, "" for none did."""

    cabinet: str
    access: OnlineAccess
    outcome: Outcome
    error: str = ""
    detail: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round found, and the cabinets whose stores failed."""

    polled: list[Polled]
    failed: dict[str, StoreError]


class _Task(NamedTuple):
    """One poll: `delay` in seconds from the start of the round."""

    delay: float
    cabinet: Cabinet
    access: OnlineAccess
    refusals: Refusals | None


@dataclass(frozen=True, slots=True)
class Poller:
    """How to poll. `per_server`: polls of one server at a time. `spread`: seconds over which a round is spread."""

    numbers: NumbersWriter
    rows: RowsWriter
    root: RootSecret
    limits: Limits = field(default_factory=Limits)
    per_server: int = 2
    spread: float = 0

    def round(self, cabinets: Sequence[Cabinet]) -> Round:
        """Polls every access of these cabinets once and writes what it found."""
        done = Round([], {})
        work: dict[str, list[_Task]] = {}
        for cabinet in cabinets:
            try:
                require_single_node(cabinet)
                with self.rows.connect(cabinet) as connection:
                    known = polls.read(connection)
            except StoreError as error:
                done.failed[cabinet.id] = error
                continue
            for access in _distinct(cabinet.accesses):
                delay = uniform(0, self.spread)  # noqa: S311 - no secret
                work.setdefault(access.host, []).append(_Task(delay, cabinet, access, known.get(_key(access))))
        together, began = threading.BoundedSemaphore(_AT_ONCE), time.monotonic()

        def one(task: _Task) -> None:
            time.sleep(max(0.0, began + task.delay - time.monotonic()))
            with together:
                try:
                    done.polled.append(self._poll(task.cabinet, task.access, task.refusals))
                except StoreError as error:
                    done.failed[task.cabinet.id] = error

        # Each server has threads of its own: one that does not answer does not delay the others.
        futures = []
        with ExitStack() as stack:
            for tasks in work.values():
                pool = stack.enter_context(ThreadPoolExecutor(self.per_server))
                futures += [pool.submit(one, task) for task in sorted(tasks, key=lambda task: task.delay)]
        for future in futures:
            future.result()
        return done

    def _poll(self, cabinet: Cabinet, access: OnlineAccess, refusals: Refusals | None) -> Polled:
        fingerprint = self.root.fingerprint("poll", access.login, access.password)
        if refusals and refusals.number >= REFUSALS_THAT_PAUSE and refusals.fingerprint == fingerprint:
            failure = PollError(ErrorClass.LOGIN, PAUSED)
            return self._failed(cabinet, access, failure, Outcome.PAUSED)
        try:
            account, reader = look(access, self.limits)
        except PollError as error:
            return self._failed(cabinet, access, error, Outcome.FAILED, fingerprint)
        return self._succeeded(cabinet, access, account, reader, forget=refusals is not None)

    def _succeeded(
        self, cabinet: Cabinet, access: OnlineAccess, account: Account, reader: str, *, forget: bool
    ) -> Polled:
        now = datetime.now(UTC)
        self.numbers.put(_samples(cabinet, access, account, now))
        if forget or account.searches:
            with self.rows.connect(cabinet) as connection, connection.transaction():
                polls.accepted(connection, _key(access))
                imports.insert(connection, "search_queries", _searches(cabinet, access, account))
        return Polled(cabinet.id, access, Outcome.UP, reader=reader)

    def _failed(
        self, cabinet: Cabinet, access: OnlineAccess, error: PollError, outcome: Outcome, fingerprint: str = ""
    ) -> Polled:
        now = datetime.now(UTC)
        row = {
            **polls.labels(cabinet.id, access),
            "ts": now,
            "error_class": error.error_class.value,
            "detail": error.detail,
        }
        with self.rows.connect(cabinet) as connection, connection.transaction():
            polls.note_error(connection, row)
            if error.error_class is ErrorClass.LOGIN and fingerprint:
                polls.refused(connection, _key(access), fingerprint, now)
        self.numbers.put([sample("kodeks_online_up", polls.labels(cabinet.id, access), now, 0)])
        return Polled(cabinet.id, access, outcome, error.error_class.value, error.detail)


def look(access: OnlineAccess, limits: Limits) -> tuple[Account, str]:
    """Signs in and reads the account; the name of the reader, "" where none knows the page. Raises PollError."""
    with AccountSession(access, limits) as session:
        session.sign_in()
        for reader in account_readers():
            try:
                if reader.recognises(session.home):
                    return reader.account(session.home, session.page), reader.name
            except PollError:
                raise
            except Exception as error:  # noqa: BLE001 - code of others, which may quote the page
                raise PollError(ErrorClass.REQUEST, f"the reader {reader.name}: {type(error).__name__}") from None
    return Account(), ""


def run_every(seconds: float, work: Callable[[], object], wait: Callable[[float], bool]) -> None:
    """Calls `work` at the start of every span of so many seconds, until `wait` says that it is time to stop.

    A round that takes longer than the span is followed by the next one at once; none is made up for.
    """
    while True:
        began = time.monotonic()
        work()
        if wait(max(0.0, began + seconds - time.monotonic())):
            return


def _distinct(accesses: Iterable[OnlineAccess]) -> list[OnlineAccess]:
    """Each access once, with the manager of its first line."""
    found: dict[Key, OnlineAccess] = {}
    for one in accesses:
        found.setdefault(_key(one), one)
    return list(found.values())


def _key(access: OnlineAccess) -> Key:
    return access.host, access.folder, access.login


def _samples(cabinet: Cabinet, access: OnlineAccess, account: Account, now: datetime) -> list[Sample]:
    labels = polls.labels(cabinet.id, access)
    found = [sample("kodeks_online_up", labels, now, 1)]
    for kind, quota in account.quotas.items():
        found.append(sample("kodeks_online_billing_left", {**labels, "kind": kind}, now, quota.left))
        found.append(sample("kodeks_online_billing_limit", {**labels, "kind": kind}, now, quota.limit))
    return found


def _searches(cabinet: Cabinet, access: OnlineAccess, account: Account) -> list[dict[str, Any]]:
    return [
        {
            "ts": one.at,
            "cabinet": cabinet.id,
            "scope": "online",
            "client": access.firm,
            "manager": access.manager,
            "host": access.host,
            "catalog": access.folder,
            "user_login": access.login,
            "query_text": one.text,
            "search_type": one.kind or None,
            "status": one.status,
            "duration_seconds": one.seconds,
        }
        for one in account.searches
    ]
