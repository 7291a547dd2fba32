"""A cabinet's database saved by pg_dump (custom format), before it is dropped."""

import os
import shutil
import subprocess
from pathlib import Path

from provision.errors import StoreError
from provision.os_errors import reason
from provision.stores.cluster import Cluster
from provision.stores.driver import psycopg
from provision.stores.process import postgres_program
from provision.text import Text
from provision.whole_files import replaced


def dump(cluster: Cluster, database: str, path: Path) -> None:
    """Writes the database to `path`, a file of mode 0600, whole or not at all.

    Raises StoreError when pg_dump is missing, older than the server or fails: then nothing must be dropped.
    """
    words = {key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(cluster.conninfo(database)).items()}
    password = words.pop("password", "")  # not among the arguments: any local user may read those
    command = [_binary(), "--format=custom", "--no-password", f"--dbname={psycopg.conninfo.make_conninfo(**words)}"]
    env = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replaced(path) as file:
            done = subprocess.run(  # noqa: S603 - our own command
                command, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE, check=False
            )
            if done.returncode != 0:
                raise _failed(_first_line(done.stderr))
    except OSError as error:
        why = reason(error)
        raise _failed(Text(f"{path}: {why.ru}", f"{path}: {why.en}")) from None


def _binary() -> str:
    """The newest pg_dump. Raises StoreError when there is none."""
    found = postgres_program("pg_dump") or shutil.which("pg_dump")
    if found is None:
        raise StoreError(
            Text("Не найдена программа pg_dump; ничего не удалено", "pg_dump is not installed; nothing was dropped"),
            Text("Установите её: apt install postgresql-client", "Install it: apt install postgresql-client"),
        )
    return found


def _first_line(said: bytes) -> Text:
    """What a program says first of its failure, in its own language."""
    line = next(iter(said.decode(errors="replace").strip().splitlines()), "?")
    return Text(line, line)


def _failed(why: Text) -> StoreError:
    return StoreError(
        Text(
            f"Не удалось сохранить базу кабинета: {why.ru}; она не удалена",
            f"The cabinet's database could not be saved: {why.en}; it was not dropped",
        ),
        Text(
            "pg_dump не должна быть старее сервера; нужны место и право на папку --backup.",
            "pg_dump must not be older than the server; --backup must be a folder with room that we may write to.",
        ),
    )
