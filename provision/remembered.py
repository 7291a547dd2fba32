"""What an earlier plan proved of dashboards: while the server has the same revision of them, none has changed.

A list of dashboards comes with one revision for those of all orgs; each creation, write, move and deletion makes
another (Grafana 12.4, `/apis` with unified storage). The file is a cache: lost or wrong it costs time. Entries have a
key made from the root secret over server, revision, org and contents, so that an old or foreign one fits nothing. The
file has the revision's own key, too: where it is of another revision, nothing is known.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock

from provision.credential import RootSecret
from provision.errors import ForbiddenError, NotFoundError
from provision.grafana import HEADS, Grafana, apis_path
from provision.whole_files import replaced


@dataclass(frozen=True, slots=True)
class _State:
    """The key of a revision, "" where it cannot be used, and the entries that are known of it."""

    key: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


class Remembered:
    """The entries of one server, by org. Used during one plan, from several threads."""

    def __init__(self, server: Grafana, root: RootSecret, folder: Path | None) -> None:
        """`folder` holds a file for each server; without it nothing is remembered."""
        self._server, self._root = server, root
        self._file = folder / f"{sha256(server.url.encode()).hexdigest()[:16]}.json" if folder else None
        self._proven: dict[str, str] = {}
        self._asking = Lock()
        self._asked: _State | None = None

    def knows(self, org: int) -> bool:
        """Whether anything is known of the org's dashboards."""
        return str(org) in self._state.known

    def holds(self, org: int, contents: Iterable[str]) -> bool:
        """Whether the org's dashboards are known to have exactly these contents."""
        entry = self._entry(org, contents)
        return entry != "" and self._state.known.get(str(org)) == entry

    def note(self, org: int, contents: Iterable[str]) -> None:
        """The org's dashboards were read after knows() or holds(), and have exactly these contents."""
        if entry := self._entry(org, contents):
            self._proven[str(org)] = entry

    def close(self) -> None:
        """Ends the plan: keeps what it proved, where that can be written; from now on nothing holds."""
        if self._file and self._proven.items() - self._state.known.items():
            content = {"revision": self._state.key, "orgs": {**self._state.known, **self._proven}}
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with replaced(self._file, durable=False) as file:
                    file.write(json.dumps(content).encode())
        self._file = None

    def _entry(self, org: int, contents: Iterable[str]) -> str:
        """ "" where nothing can be remembered."""
        if self._file is None or not self._state.key:
            return ""
        return self._root.fingerprint("remembered", self._state.key, str(org), *sorted(contents))

    @property
    def _state(self) -> _State:
        with self._asking:  # one revision for all, older than whatever is read
            if self._asked is None:
                self._asked = self._ask() if self._file else _State()
        return self._asked

    def _ask(self) -> _State:
        """The server's revision and what the file knows of it. Nothing where a revision does not show every change.

        Without unified storage it is when the newest dashboard was written, in milliseconds times 1000: a deletion
        leaves it as it is (12.4). One in forty of unified storage's own looks the same on SQLite, whose clock has
        milliseconds.
        """
        try:
            answer = self._server.request("GET", apis_path(1, "dashboard"), params={"limit": 1}, accept=HEADS)
            revision = str(answer["metadata"].get("resourceVersion", ""))
        except (ForbiddenError, NotFoundError):
            return _State()
        if not revision.isdecimal() or int(revision) % 1000 == 0:
            return _State()
        key = self._root.fingerprint("revision", self._server.url, revision)
        return _State(key, self._read(key))

    def _read(self, key: str) -> Mapping[str, str]:
        """The entries of the file, if it is of the revision with that key."""
        try:
            content = json.loads(self._file.read_bytes()) if self._file else {}
            return {str(org): str(entry) for org, entry in content["orgs"].items() if content["revision"] == key}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}
