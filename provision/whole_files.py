"""Files written whole: a reader meets the old content or the new, never a part of it."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from provision.errors import EstateError
from provision.os_errors import reason
from provision.text import Text

_AS_IT_IS = getattr(os, "O_BINARY", 0)  # Windows would write each line break as two characters


@contextmanager
def replaced(path: Path, *, durable: bool = True, private: bool = True) -> Iterator[IO[bytes]]:
    """A new file to write to; at the end it takes the place of `path`, and the disk has it.

    Without `durable` the disk may get it later: for what can be made again. The mode is 0600, without `private` what
    the process gives each new file. After an exception `path` is what it was, and nothing is left beside it.
    Raises OSError.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with created(fresh, private=private) as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        fresh.replace(path)
        if durable:
            sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def created(path: Path, *, private: bool = True) -> Iterator[IO[bytes]]:
    """A file that did not exist, to write to; removed after an exception. Modes are those of `replaced`.

    Raises FileExistsError, which leaves the file as it is, and other OSErrors.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS
    handle = os.open(path, flags, 0o600 if private else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def create_all(contents: Mapping[Path, bytes]) -> None:
    """Creates files of mode 0600 and their folders, none where one of them exists already. Raises EstateError."""
    for path in contents:
        if path.exists():
            raise EstateError(
                Text(f"{path} уже есть", f"{path} exists already"),
                Text("Укажите другую папку или уберите этот файл.", "Name another directory or move that file away."),
            )
    for path, content in contents.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with created(path) as file:
                file.write(content)
        except OSError as error:
            why = reason(error)
            raise EstateError(
                Text(f"{path} не записать: {why.ru}", f"cannot write {path}: {why.en}"),
                Text("Проверьте путь, права и место на диске", "Check the path, the rights and the room on the disk"),
            ) from error


def sync_folder(folder: Path) -> None:
    """Makes what was renamed in the folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
