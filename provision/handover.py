"""The hand-over notes: the only place where a new login's first password is written down."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from provision.errors import ProvisionError
from provision.model import Cabinet, Person
from provision.text import Text


class Handover:
    """Notes in Russian, one a cabinet and run, in a folder. Each file is new, of mode 0600; none is written over."""

    def __init__(self, folder: Path, address: str) -> None:
        """`address` is where people open Grafana."""
        self._folder = folder
        self._address = address
        self._stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self._lock = threading.Lock()
        self.notes: dict[str, Path] = {}

    def add(self, cabinet: Cabinet, person: Person, password: str) -> None:
        """Notes a login before it is made, so that no password is lost if we are killed right after.

        Raises ProvisionError when the file cannot be written (then the login must not be made).
        """
        path = self._folder / f"{cabinet.id}-{self._stamp}.txt"
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if cabinet.id not in self.notes:
                    path = self._open(path, self._heading(cabinet))
                    self.notes[cabinet.id] = path
                self._append(self.notes[cabinet.id], f"{person.login:<24} {password}\n")
            except OSError as error:
                raise ProvisionError(
                    Text(
                        f"Не удалось записать памятку {path}: {error.strerror}",
                        f"The hand-over note {path} could not be written: {error.strerror}",
                    ),
                    Text(
                        "Освободите место или укажите другую папку: --handover ПАПКА",
                        "Make room or name another folder: --handover FOLDER",
                    ),
                ) from None

    def _heading(self, cabinet: Cabinet) -> str:
        return (
            f"Памятка к кабинету «{cabinet.title}»\n\n"
            f"Адрес: {self._address}\n"
            f"Первым открывается дашборд {cabinet.home}.\n"
            "Пароли передавайте каждому лично, не в общей переписке; при первом входе смените пароль.\n"
            "Адрес, логины и пароли нельзя передавать за пределы компании.\n"
            "Вопросы — оператору СМАРТ.\n\n"
            f"{'Логин':<24} Первый пароль\n"
        )

    @staticmethod
    def _open(path: Path, heading: str) -> Path:
        number = 1
        while True:
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                number += 1
                path = path.with_stem(f"{path.stem.split('~')[0]}~{number}")
                continue
            with os.fdopen(handle, "w", encoding="utf-8") as note:
                note.write(heading)
            return path

    @staticmethod
    def _append(path: Path, line: str) -> None:
        with path.open("a", encoding="utf-8") as note:
            note.write(line)
