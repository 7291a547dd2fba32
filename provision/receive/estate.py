"""The estate as it is now: read again when tenants.yaml or a list changes; an invalid one leaves the old in force."""

import os
from collections.abc import Iterable
from pathlib import Path

from provision import config, os_errors
from provision.credential import RootSecret
from provision.errors import ProvisionError
from provision.model import Estate
from provision.receive.journal import Journal
from provision.receive.senders import Senders

_Stamp = frozenset[tuple[str, int, int, int]]


class LiveEstate:
    """Who may send, as tenants.yaml at `path` and its lists say. The first reading raises what config.load() raises."""

    def __init__(self, path: Path, root: RootSecret, journal: Journal) -> None:
        self._path, self._root, self._journal = path, root, journal
        self._files: frozenset[Path] = frozenset({path})
        self._stamp: _Stamp = frozenset()
        estate = config.load(path)
        self._remember(estate)
        self.senders = Senders(estate.cabinets, root)
        journal.estate_valid.set(1)

    def refresh(self) -> None:
        """Reads it again if a file has changed since; says in the log what came of it."""
        if _stamp(self._files) == self._stamp:
            return
        try:
            estate = config.load(self._path)
        except (ProvisionError, OSError) as error:
            self._stamp = _stamp(self._files)  # said once
            self._journal.estate_valid.set(0)
            why = error.text if isinstance(error, ProvisionError) else os_errors.reason(error)
            self._journal.write("estate", result="invalid, the former one stays in force", reason=why.en)
            return
        self._remember(estate)
        self.senders = Senders(estate.cabinets, self._root, self.senders)
        blocked = [cabinet.id for cabinet in estate.cabinets if cabinet.blocked]
        self._journal.estate_valid.set(0 if blocked else 1)
        clients = sum(len(one.clients) for one in self.senders.distributors.values())
        kept = {"kept_as_they_were": ", ".join(blocked)} if blocked else {}
        self._journal.write("estate", result="read again", clients=clients, **kept)

    def _remember(self, estate: Estate) -> None:
        """Its files, and the folders in which new ones may come."""
        homes = {Path(one.origin.rpartition(":")[0]) for one in estate.cabinets}
        lists = {file.path for files in estate.lists.values() for file in files}
        files = {self._path, *homes, *lists}
        self._files = frozenset(files | {file.parent for file in files})
        self._stamp = _stamp(self._files)


def _stamp(files: Iterable[Path]) -> _Stamp:
    found = set()
    for file in files:
        try:
            seen = os.stat(file)  # noqa: PTH116 - the path is only looked at
        except OSError:
            continue
        found.add((str(file), seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return frozenset(found)
