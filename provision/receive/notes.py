"""What `verify` is to say of uploads that were refused: numbers in the cabinet's store, and names that no list has."""

import time
from collections import deque
from pathlib import Path
from threading import Lock

from provision.collect.unknown import note_unknown, unknown_names
from provision.receive.senders import Client, Distributor
from provision.stores.writing import labels_of

REFUSED = "kodeks_upload_refused"
_PAUSE = 60  # seconds between two notes of the same
_MOST = 10_000  # samples that wait for the store

Labels = dict[str, str]


class Notes:
    """Refusals of known clients wait in memory for the store; unknown names are a file in the spool."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._lock = Lock()
        self._last: dict[tuple[str, ...], float] = {}
        self._samples: deque[tuple[Labels, int]] = deque(maxlen=_MOST)
        self._unknown = unknown_names(spool)

    def refused(self, client: Client, reason: str) -> None:
        """Notes a refusal with a reason of verify's; "" notes nothing."""
        now = time.time()
        with self._lock:
            if not reason or self._is_noted((client.cabinet.id, client.lines[0].client, reason), now):
                return
            for one in client.lines:
                labels = {"__name__": REFUSED, **labels_of(client.cabinet.id, one), "reason": reason}
                self._samples.append((labels, int(now * 1000)))

    def unknown(self, distributor: Distributor, name: str) -> None:
        """Notes a name that none of the distributor's lists has. Raises OSError."""
        now = time.time()
        with self._lock:
            if not self._is_noted((distributor.id, name), now):
                note_unknown(self._spool, self._unknown, distributor.id, name, now)

    def take(self) -> list[tuple[Labels, int]]:
        """The samples that wait, as labels and time in milliseconds; give() brings them back."""
        taken = []
        while self._samples:
            taken.append(self._samples.popleft())
        return taken

    def give(self, samples: list[tuple[Labels, int]]) -> None:
        """Brings back samples that the store did not take."""
        self._samples.extendleft(reversed(samples))

    def _is_noted(self, key: tuple[str, ...], now: float) -> bool:
        """Whether the same was noted a moment ago; if not, it counts as noted now."""
        if len(self._last) > _MOST:
            self._last.clear()
        if now - self._last.get(key, 0) < _PAUSE:
            return True
        self._last[key] = now
        return False
