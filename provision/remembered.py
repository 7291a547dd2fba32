"""What an earlier plan proved of dashboards: while the server has the same revision of them, none has changed.

A list of dashboards comes with one revision for those of all orgs; each creation, write, move and deletion makes
another (Grafana 12.4, `/apis` with unified storage). The file is a cache: lost or wrong it costs time. Entries have a
key made from the root secret over server, revision, org and contents, so that an old or foreign one fits nothing.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock

from provision.credential import RootSecret
from provision.errors import ForbiddenError, NotFoundError
from provision.grafana import HEADS, Grafana, apis_path
from provision.whole_files import replaced


class Remembered:
    """The entries of one server, by org. Used during one plan, from several threads."""

    def __init__(self, server: Grafana, root: RootSecret, folder: Path | None) -> None:
        """`folder` holds a file for each server; without it nothing is remembered."""
        self._server, self._root = server, root
        self._file = folder / f"{sha256(server.url.encode()).hexdigest()[:16]}.json" if folder else None
        self._known = self._read()
        self._proven: dict[str, str] = {}
        self._asking = Lock()
        self._revision: str | None = None

    def holds(self, org: int, contents: Iterable[str]) -> bool:
        """Whether the org's dashboards are known to have exactly these contents."""
        entry = self._entry(org, contents)
        return entry != "" and self._known.get(str(org)) == entry

    def note(self, org: int, contents: Iterable[str]) -> None:
        """The org's dashboards were read after holds(), and have exactly these contents."""
        if entry := self._entry(org, contents):
            self._proven[str(org)] = entry

    def close(self) -> None:
        """Ends the plan: keeps what it proved, where that can be written; from now on nothing holds."""
        if self._file and self._proven.items() - self._known.items():
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with replaced(self._file, durable=False) as file:
                    file.write(json.dumps({**self._known, **self._proven}).encode())
        self._file = None

    def _entry(self, org: int, contents: Iterable[str]) -> str:
        """ "" where nothing can be remembered."""
        if self._file is None:
            return ""
        with self._asking:  # one revision for all, older than whatever is read
            if self._revision is None:
                self._revision = self._ask()
        if not self._revision:
            return ""
        return self._root.fingerprint("remembered", self._server.url, self._revision, str(org), *sorted(contents))

    def _ask(self) -> str:
        """The server's revision; "" where it does not show every change.

        Without unified storage it is when the newest dashboard was written, in milliseconds times 1000: a deletion
        leaves it as it is (12.4).
        """
        try:
            answer = self._server.request("GET", apis_path(1, "dashboard"), params={"limit": 1}, accept=HEADS)
            revision = str(answer["metadata"].get("resourceVersion", ""))
        except (ForbiddenError, NotFoundError):
            return ""
        return "" if not revision.isdecimal() or int(revision) % 1000 == 0 else revision

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self._file.read_bytes()) if self._file else {}
        except (OSError, ValueError):
            return {}
        return {str(org): str(entry) for org, entry in known.items()} if isinstance(known, dict) else {}
