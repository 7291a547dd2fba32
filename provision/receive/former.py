"""When the former token of a cabinet's alert events is closed: an hour after the new one was first used."""

import json
import time
from pathlib import Path

from provision.whole_files import replaced

_GRACE = 3600  # seconds; Grafana sends what it began to send before apply wrote the new contact point


class FormerTokens:
    """Which cabinets use the token of their present generation, and since when: a file in the spool.

    Between a new `generation` in tenants.yaml and the apply that writes it, Grafana sends the former token. The file is
    read at the first question, so each process that serves reads what the one before it has noted.
    """

    def __init__(self, spool: Path) -> None:
        self._path = spool / "tokens.json"
        self._known: dict[str, list[int]] | None = None

    def is_open(self, cabinet: str, present: int) -> bool:
        """Whether the token of the generation before `present` is still accepted."""
        generation, since = self._since().get(cabinet, [0, 0])
        return generation != present or time.time() < since + _GRACE

    def used(self, cabinet: str, present: int) -> None:
        """Notes that the present token was used. Raises OSError."""
        known = self._since()
        if present > 1 and known.get(cabinet, [0])[0] != present:
            known[cabinet] = [present, int(time.time())]
            with replaced(self._path) as file:
                file.write(json.dumps(known).encode())

    def _since(self) -> dict[str, list[int]]:
        """Generation and unix seconds by cabinet."""
        if self._known is None:
            try:
                self._known = dict(json.loads(self._path.read_text(encoding="utf-8")))
            except FileNotFoundError:
                self._known = {}
        return self._known
