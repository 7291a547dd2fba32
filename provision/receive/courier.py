"""Couriers carry what is in the spool to the stores, each stage by a thread of its own, until a store has taken it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from provision import os_errors
from provision.errors import StoreError
from provision.receive.journal import Journal
from provision.receive.spool import Item, Spool

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0  # seconds before an attempt is repeated
# Delivers items; the second argument says whether a store may have them already. Raises StoreError to try again.
Deliver = Callable[[Sequence[Item], bool], None]


class Courier(threading.Thread):
    """Delivers the items of one stage, up to `at_once` together, the oldest first; waits `gather` s for more of them.

    What was in the spool at the start, and what an attempt has failed for, may be in the store already: a process can
    end, or an answer be lost, between the store's taking it and our noting that. After a failure the items go to the
    end of the queue, so that a cabinet whose database does not answer does not hold up the others.
    """

    def __init__(
        self, spool: Spool, stage: str, deliver: Deliver, journal: Journal, *, at_once: int = 1, gather: float = 0
    ) -> None:
        super().__init__(name=stage, daemon=True)
        self.stage = stage
        self._spool, self._deliver, self._journal = spool, deliver, journal
        self._at_once, self._gather = at_once, gather
        self._queue: deque[Item] = deque()
        self._doubtful: set[Item] = set()
        self._change = threading.Condition()
        self._failures = 0  # attempts since the last one that succeeded
        self._alone = 0  # items that are delivered one by one, because one of them is defective
        self._waiting = journal.waiting.labels(stage)

    def add(self, items: Iterable[Item], *, doubtful: bool = False) -> None:
        """Puts items at the end of the queue."""
        items = list(items)
        with self._change:
            self._queue.extend(items)
            if doubtful:
                self._doubtful.update(items)
            self._waiting.set(len(self._queue))
            self._change.notify()

    def run(self) -> None:
        while True:
            self.step()

    def step(self) -> None:
        """Waits for items and tries to deliver the first ones."""
        items, doubtful = self._next()
        # The attempt before this one may have come halfway.
        left = [item for item in items if self._spool.file(self.stage, item).exists()] if doubtful else items
        try:
            if left:
                self._deliver(left, doubtful)
        except (StoreError, OSError) as error:
            self._failed(items, error)
        except Exception as error:  # noqa: BLE001 - a defect must not stop the stage
            self._defective(items, error)
        else:
            self._failures = 0
            self._end(items)
            self._journal.delivered.labels(self.stage).inc(len(items))

    def _next(self) -> tuple[list[Item], bool]:
        """The first items of the queue, and whether a store may have them: all of them or none."""
        time.sleep(self._pause())
        with self._change:
            self._change.wait_for(lambda: bool(self._queue))
        if len(self._queue) < self._at_once:
            time.sleep(self._gather)
        with self._change:
            doubtful = self._queue[0] in self._doubtful
            found: list[Item] = []
            for item in self._queue:
                if len(found) == (1 if self._alone else self._at_once) or (item in self._doubtful) != doubtful:
                    break
                found.append(item)
            return found, doubtful

    def _failed(self, items: Sequence[Item], error: StoreError | OSError) -> None:
        self._failures += 1
        with self._change:
            self._doubtful.update(items)
            self._queue.rotate(-len(items))
        why = error.text if isinstance(error, StoreError) else os_errors.reason(error)
        self._journal.failures.labels(self.stage).inc()
        self._journal.write("delivery", stage=self.stage, result="failed, tried again", reason=why.en)

    def _defective(self, items: Sequence[Item], error: Exception) -> None:
        """Finds the item that causes the error by delivering each alone, and keeps it for the operator to see."""
        if len(items) > 1:
            self._doubtful.update(items)
            self._alone = len(items)
            return
        self._journal.write("defect", stage=self.stage, error=type(error).__name__, client=items[0].client)
        with suppress(OSError):  # it stays where it is, for the next start
            self._spool.keep(self.stage, items[0])
        self._end(items)

    def _end(self, items: Sequence[Item]) -> None:
        """Takes the items from the queue."""
        self._alone = max(0, self._alone - len(items))
        with self._change:
            for _ in items:
                self._queue.popleft()
            self._doubtful.difference_update(items)
            self._waiting.set(len(self._queue))

    def _pause(self) -> float:
        """Seconds before the next attempt: longer each time that the whole queue has failed."""
        if not self._failures:
            return 0
        rounds = (self._failures - 1) * self._at_once // max(1, len(self._queue))
        return min(_FIRST_PAUSE * float(2 ** min(rounds, 10)), _LONGEST_PAUSE)
