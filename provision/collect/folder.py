"""The folder that the engines of collection read: written whole, only where something differs.

    targets/<cabinet>.json   what is probed, a file a cabinet
    scrape.yml, relabel.yml  for VictoriaMetrics
    blackbox.yml             for the blackbox exporter
    rules.yml                for vmalert

A file of ours begins with a mark (see `targets.mark` and HEADER); any other is left alone.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from provision.errors import StoreError
from provision.os_errors import reason
from provision.text import Text
from provision.whole_files import replaced

MODE = 0o640  # the engines run as other users: they read as the folder's group
HEADER = "# Written by `provision`; do not edit.\n"
TARGETS = "targets"


class CollectionFolder:
    """The files in `path`. Methods raise StoreError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> tuple[str, int] | None:
        """Text and mode of a file, None when there is none. Bytes that are no UTF-8 come as question marks."""
        try:
            with (self.path / name).open("rb") as file:
                return file.read().decode("utf-8", errors="replace"), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._denied(name, error) from None

    def names(self) -> Iterator[str]:
        """The target files that exist: `targets/x.json`."""
        try:
            return iter(sorted(f"{TARGETS}/{one.name}" for one in (self.path / TARGETS).glob("*.json")))
        except OSError as error:
            raise self._denied(TARGETS, error) from None

    def write(self, name: str, text: str) -> None:
        """Puts a whole file in the place of the old one."""
        target = self.path / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            with replaced(target, durable=False) as file:
                os.fchmod(file.fileno(), MODE)
                if os.geteuid() == 0:  # the group that the engines read as
                    os.fchown(file.fileno(), -1, target.parent.stat().st_gid)
                file.write(text.encode())
        except OSError as error:
            raise self._denied(name, error) from None

    def remove(self, name: str) -> None:
        """Removes a file; one that is gone already is fine."""
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._denied(name, error) from None

    def _denied(self, name: str, error: OSError) -> StoreError:
        why = reason(error)
        return StoreError(
            Text(f"файл сбора {self.path / name}: {why.ru}", f"collection file {self.path / name}: {why.en}"),
            Text("Проверьте путь и права на папку.", "Check the path and the rights on the folder."),
        )
