"""How much is done side by side: less as soon as the server struggles, more again while it does well."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

GROW_AFTER = 20  # answers in a row without trouble


class Throttle:
    """A limit that moves between one and `most`. The server's trouble halves it; good answers raise it by one."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._limit = most
        self._busy = 0
        self._good = 0
        self._free = threading.Condition()

    @property
    def limit(self) -> int:
        """How many may work now."""
        return self._limit

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until there is room, and holds it."""
        with self._free:
            self._free.wait_for(lambda: self._busy < self._limit)
            self._busy += 1
        try:
            yield
        finally:
            with self._free:
                self._busy -= 1
                self._free.notify_all()

    def good(self) -> None:
        """An answer came as it should."""
        with self._free:
            self._good += 1
            if self._good >= GROW_AFTER and self._limit < self.most:
                self._limit += 1
                self._good = 0
                self._free.notify_all()

    def trouble(self) -> None:
        """The server said 429 or 5xx, or nothing at all."""
        with self._free:
            self._limit = max(1, self._limit // 2)
            self._good = 0
