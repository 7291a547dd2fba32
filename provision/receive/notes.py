"""What `verify` is to say of uploads that were refused: numbers in the cabinet's store, and names that no list has."""

import json
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from provision.receive.senders import Client, Distributor
from provision.whole_files import replaced

REFUSED = "kodeks_upload_refused"
UNKNOWN = "unknown.json"  # in the spool
_PAUSE = 60  # seconds between two notes of the same
_MOST = 10_000  # samples that wait for the store
_MOST_NAMES = 200  # of one distributor
_LONGEST_NAME = 100

Labels = dict[str, str]


class Notes:
    """Refusals of known clients wait in memory for the store; unknown names are a file in the spool."""

    def __init__(self, spool: Path) -> None:
        self._file = spool / UNKNOWN
        self._lock = Lock()
        self._last: dict[tuple[str, str, str], float] = {}
        self._samples: deque[tuple[Labels, int]] = deque(maxlen=_MOST)
        self._unknown = unknown_of(spool)

    def refused(self, client: Client, reason: str) -> None:
        """Notes a refusal with a reason of verify's; "" notes nothing."""
        now = time.time()
        line = client.lines[0]
        key = (client.cabinet.id, line.client, reason)
        with self._lock:
            if not reason or now - self._last.get(key, 0) < _PAUSE:
                return
            self._last[key] = now
            for one in client.lines:
                labels = {"cabinet": client.cabinet.id, "client": one.client, "manager": one.manager, "host": one.host}
                self._samples.append(({"__name__": REFUSED, **labels, "reason": reason}, int(now * 1000)))

    def unknown(self, distributor: Distributor, name: str) -> None:
        """Notes a name that none of the distributor's lists has."""
        now, name = int(time.time()), name[:_LONGEST_NAME]
        with self._lock:
            known = self._unknown.setdefault(distributor.id, {})
            if now - known.get(name, 0) < _PAUSE:
                return
            known[name] = now
            while len(known) > _MOST_NAMES:
                del known[min(known, key=lambda one: known[one])]
            with replaced(self._file, durable=False) as file:
                file.write(json.dumps(self._unknown, ensure_ascii=False).encode())

    def take(self) -> list[tuple[Labels, int]]:
        """The samples that wait, as labels and time in milliseconds; give() brings them back."""
        taken = []
        while self._samples:
            taken.append(self._samples.popleft())
        return taken

    def give(self, samples: list[tuple[Labels, int]]) -> None:
        """Brings back samples that the store did not take."""
        self._samples.extendleft(reversed(samples))


def unknown_of(spool: Path) -> dict[str, dict[str, int]]:
    """By distributor and name: when a file of that name was last refused, in unix seconds."""
    try:
        found = json.loads((spool / UNKNOWN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): dict(names) for name, names in found.items()} if isinstance(found, Mapping) else {}
