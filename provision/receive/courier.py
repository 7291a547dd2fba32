"""Couriers carry what is in the spool to the stores, each stage by a thread of its own, until a store has taken it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from provision.errors import StoreError
from provision.receive.journal import Journal
from provision.receive.spool import Item, Spool

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0  # seconds before an attempt is repeated
# Delivers items; the second argument says whether a store may have them already. Raises StoreError to try again.
Deliver = Callable[[Sequence[Item], bool], None]


class Courier(threading.Thread):
    """Delivers the items of one stage, up to `at_once` together, the oldest first.

    What was in the spool at the start, and what an attempt has failed for, may be in the store already: a process can
    end, or an answer be lost, between the store's taking it and our noting that.
    """

    def __init__(self, spool: Spool, stage: str, deliver: Deliver, journal: Journal, at_once: int = 1) -> None:
        super().__init__(name=stage, daemon=True)
        self.stage = stage
        self._spool, self._deliver, self._journal, self._at_once = spool, deliver, journal, at_once
        self._queue: deque[Item] = deque()
        self._doubtful: set[Item] = set()
        self._change = threading.Condition()
        self._pause = 0.0
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
        time.sleep(self._pause)
        with self._change:
            self._change.wait_for(lambda: bool(self._queue))
            items = self._first()
        doubtful = items[0] in self._doubtful
        try:
            self._deliver(items, doubtful)
        except (StoreError, OSError) as error:
            self._doubtful.update(items)
            self._pause = min(self._pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
            self._journal.failures.labels(self.stage).inc()
            why = error.text.en if isinstance(error, StoreError) else error.strerror or type(error).__name__
            self._journal.write("delivery", stage=self.stage, result="failed, tried again", reason=why)
            return
        except Exception as error:  # noqa: BLE001 - a defect must not stop the stage: what is left is kept for us to see
            self._journal.write("defect", stage=self.stage, error=type(error).__name__)
            for item in items:
                if self._spool.file(self.stage, item).exists():
                    self._spool.keep(self.stage, item)
        self._pause = 0.0
        with self._change:
            for _ in items:
                self._queue.popleft()
            self._doubtful.difference_update(items)
            self._waiting.set(len(self._queue))
        self._journal.delivered.labels(self.stage).inc(len(items))

    def _first(self) -> list[Item]:
        """The first items of the queue, all doubtful or none."""
        kind = self._queue[0] in self._doubtful
        found: list[Item] = []
        for item in self._queue:
            if len(found) == self._at_once or (item in self._doubtful) != kind:
                break
            found.append(item)
        return found
