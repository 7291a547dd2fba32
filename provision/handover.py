"""The hand-over notes: what a cabinet's people need to begin, and the only place where first passwords are written."""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from provision.errors import ProvisionError
from provision.model import Cabinet, Person
from provision.os_errors import reason
from provision.text import Text
from provision.whole_files import created

_LETTER = """\
Памятка к кабинету СМАРТ «{title}»

Здравствуйте! Кабинет показывает, как работают установки и онлайн-доступы ваших клиентов.

Адрес: {address}
Первым открывается дашборд «{home}», остальные лежат в папке «{folder}».

Как войти
  1. Откройте адрес, введите логин и первый пароль из списка внизу.
  2. Смените пароль: значок профиля справа вверху, «Изменение пароля».

Как передать пароли
  Каждому сообщите только его логин и пароль: лично, по телефону или в личном сообщении,
  но не в общем чате и не общим письмом.
  Адрес, логины и пароли не передавайте за пределы компании.

Когда будут данные
  Обычно в течение часа после загрузки списков; поиски по онлайн-доступам — раз в сутки, ночью.

Куда обращаться
  Если войти не удаётся, чего-то не хватает или нужен логин новому сотруднику,
  напишите оператору СМАРТ, от которого вы получили эту памятку.
"""
_KEPT = "прежний"


# Without 0 O 1 l I: a manager types it from a printed note.
_TYPED = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


def new_password() -> str:
    """`xxxxx-xxxxx-xxxxx-xxxxx`, random: it is issued once, and no later account gets it again.

    It meets Grafana's strong policy: 12 characters, an upper and a lower case letter, a digit, another character.
    """
    while True:
        typed = "".join(secrets.choice(_TYPED) for _ in range(20))
        if any(map(str.isdigit, typed)) and any(map(str.isupper, typed)) and any(map(str.islower, typed)):
            return "-".join(typed[start : start + 5] for start in range(0, 20, 5))


class Handover:
    """Notes in Russian, one a cabinet and run, in a folder. Each file is new, of mode 0600; none is written over."""

    def __init__(self, folder: Path, address: str, home: Callable[[Cabinet], str]) -> None:
        """`address` is where people open Grafana, `home` gives the title of a cabinet's home dashboard."""
        self._folder = folder
        self._address = address
        self._home = home
        self._stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self._lock = threading.Lock()
        self._named: set[tuple[str, str]] = set()
        self._passwords: dict[str, str] = {}
        self.notes: dict[str, Path] = {}

    def letter(self, cabinet: Cabinet) -> str:
        """The note without the logins and passwords below it."""
        return _LETTER.format(
            title=cabinet.title, address=self._address, home=self._home(cabinet), folder=cabinet.folder
        )

    def add(self, cabinet: Cabinet, person: Person) -> str:
        """A first password for the login, new in each run. It is noted before the login gets it, so that it is not lost
        if we are killed right after.

        Raises ProvisionError when the file cannot be written (then the login must not be made).
        """
        with self._lock:
            password = self._passwords.setdefault(person.login, new_password())
            if (cabinet.id, person.login) not in self._named:
                self._named.add((cabinet.id, person.login))
                self._write(cabinet, f"{person.login:<24} {password}\n")
            return password

    def complete(self, cabinet: Cabinet) -> Path:
        """The note of a cabinet that is ready, now with the people who had a login already and keep its password.

        Raises ProvisionError when the file cannot be written.
        """
        others = [person.login for person in cabinet.people if (cabinet.id, person.login) not in self._named]
        with self._lock:
            self._write(cabinet, "".join(f"{login:<24} {_KEPT}\n" for login in others))
        return self.notes[cabinet.id]

    def _write(self, cabinet: Cabinet, lines: str) -> None:
        """Adds the lines to the cabinet's note, which begins with the letter."""
        path = self._folder / f"{cabinet.id}-{self._stamp}.txt"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if cabinet.id not in self.notes:
                heading = f"{self.letter(cabinet)}\n{'Логин':<24} Первый пароль\n"
                self.notes[cabinet.id] = self._open(path, heading)
            with self.notes[cabinet.id].open("a", encoding="utf-8") as note:
                note.write(lines)
        except OSError as error:
            raise ProvisionError(
                Text(
                    f"Не удалось записать памятку {path}: {reason(error).ru}",
                    f"The hand-over note {path} could not be written: {reason(error).en}",
                ),
                Text(
                    "Проверьте место и права или укажите другую папку: --handover ПАПКА",
                    "Check the room and the rights, or name another folder: --handover FOLDER",
                ),
            ) from None

    @staticmethod
    def _open(path: Path, heading: str) -> Path:
        number = 1
        while True:
            try:
                with created(path) as note:
                    note.write(heading.encode())
            except FileExistsError:
                number += 1
                path = path.with_stem(f"{path.stem.split('~')[0]}~{number}")
            else:
                return path
