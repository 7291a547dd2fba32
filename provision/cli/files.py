"""Lists as the commands use them: named one by one, by folder or by cabinet; read; checked together."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provision.errors import UsageError
from provision.os_errors import reason
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import ListFile, Problem

_ACCOUNT, _PUT_ASIDE = ".changes.csv", ".aside.csv"
_SENDERS = (".zip", ".bat", ".cmd", ".sh", ".ps1")
_SENT = re.compile(rb"(?<![\w.-])([A-Za-z][\w.-]*)\.zip\b", re.ASCII)


def named_files(names: Sequence[str], estate: Path) -> list[Path]:
    """The list files among these names, none where they are cabinets. A folder is all its lists.

    A name without a slash that a cabinet has means the cabinet, also where there is such a folder. What check
    --repaired wrote beside a list is none. Raises UsageError where files and cabinets are mixed, or there is no list.
    """
    cabinets = _cabinets(estate) if any(Path(name).is_dir() for name in names) else frozenset()
    found = [_files(name, cabinets) for name in dict.fromkeys(names)]
    if any(found) and not all(found):
        raise UsageError(
            Text("Назовите либо кабинеты, либо файлы", "Name either cabinets or files"),
            Text("Файл списка кончается на .csv", "A list file's name ends in .csv"),
        )
    files = [file for each in found for file in each if not file.name.endswith(_ACCOUNT)]
    if any(found) and not files:
        raise UsageError(
            Text(f"{names[0]} — отчёт об исправлении, а не список", f"{names[0]} is an account of repairs, no list")
        )
    return files


def _cabinets(estate: Path) -> frozenset[str]:
    """The ids of the estate's cabinets; none without an estate."""
    from provision.config import tenants

    return frozenset(one.id for one in tenants.entries(tenants.read(estate))) if estate.exists() else frozenset()


def _has_separator(name: str) -> bool:
    """Whether it is a path of several parts; Windows takes both slashes."""
    return any(one in name for one in (os.sep, os.altsep) if one)


def _files(name: str, cabinets: Collection[str]) -> list[Path]:
    """What the name means, none where it may be a cabinet's."""
    path = Path(name)
    if path.is_dir() and (_has_separator(name) or name not in cabinets):
        found = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
        if not found:
            raise UsageError(
                Text(f"В папке {name} нет файлов .csv", f"There is no .csv file in the folder {name}"),
                Text(
                    "Назовите файлы списков: rogaikopyta_manager_20260417.csv",
                    "Name your list files: rogaikopyta_manager_20260417.csv",
                ),
            )
        return [file for file in found if not file.name.endswith(_PUT_ASIDE)] or found
    if name.lower().endswith(".csv") or path.is_file():
        return [path]
    with_ending = path.with_name(f"{path.name}.csv") if path.name else path
    if with_ending.is_file():
        raise UsageError(
            Text(f"Нет файла {name}", f"There is no file {name}"),
            Text(
                f"Вероятно, {with_ending}: назовите файл списка целиком", f"Probably {with_ending}: name the whole file"
            ),
        )
    if _has_separator(name):
        raise UsageError(
            Text(f"Нет ни файла, ни папки {name}", f"There is neither a file nor a folder {name}"),
            Text("Назовите файлы списков или папку с ними", "Name your list files, or a folder of them"),
        )
    return []


def read_files(files: Iterable[Path], registered: Mapping[str, Collection[str]] | None = None) -> list[ListFile]:
    """The lists in these files, each shown by the name it was given.

    `registered` are the known managers of a company: others are reported (P02).
    """
    from provision import lists

    known = registered or {}
    return [lists.read(file, shown=str(file), registered=known.get(lists.company_of(file))) for file in files]


def managers_of(estate: Path, files: Sequence[Path]) -> dict[str, set[str]]:
    """The managers and heads that the estate has for each company of these files; none without an estate."""
    from provision import config, lists

    if not files or not estate.exists():
        return {}
    found: dict[str, set[str]] = {}
    read = config.check(estate)
    for cabinet in read.cabinets:
        for file in read.lists[cabinet.id]:
            known = found.setdefault(lists.company_of(file.path), set())
            known.update(person.login for person in cabinet.people)
            known.update(row.manager.lower() for row in file.rows.firsts())
    found.pop("", None)
    return found


def senders_among(names: Sequence[str]) -> tuple[list[Path], tuple[str, ...]]:
    """The scripts of clients and the files that they sent among these names, and the other names."""
    senders = [name for name in names if name.lower().endswith(_SENDERS)]
    return [Path(name) for name in senders], tuple(name for name in names if name not in senders)


def unknown_clients(senders: Sequence[Path], files: Sequence[ListFile], estate: Path) -> Iterator[Problem]:
    """X02 for each client in a script, or in the name of an uploaded file, that no list has.

    The lists are those named beside them, else those of the estate. Raises UsageError for a file that cannot be read.
    """
    from provision import config, lists

    if senders and not files and estate.exists():
        files = [file for each in config.check(estate).lists.values() for file in each]
    for path in senders:
        yield from (replace(one, file=str(path)) for one in lists.check_clients(_clients_in(path), files))


def _clients_in(path: Path) -> list[str]:
    """The clients whose file it is: a .zip has the client's name, a script names the .zip that it sends."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            Text(f"Файл {path} не читается: {reason(error).ru}", f"{path} cannot be read: {reason(error).en}")
        ) from None
    if path.suffix.lower() == ".zip":
        return [path.stem]
    return [name.decode("ascii") for name in _SENT.findall(content)]


def problems_of(files: Sequence[ListFile]) -> tuple[Problem, ...]:
    """What is wrong with lists that belong to no estate.

    Lists of one company are compared with each other, but not with older versions of themselves.
    """
    from provision import lists

    versions = lists.choose_newest(files)
    companies: dict[str, list[ListFile]] = {}
    for file in versions.in_force:
        companies.setdefault(lists.company_of(file.path), []).append(file)
    own = (problem for file in files for problem in file.problems)
    between = (problem for group in companies.values() for problem in lists.check_together(group))
    return (*own, *versions.problems, *between)
