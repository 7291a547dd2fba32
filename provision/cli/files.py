"""Lists as the commands use them: named one by one, by folder or by cabinet; read; checked together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from provision.errors import UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import ListFile, Problem

_ACCOUNT, _PUT_ASIDE = ".changes.csv", ".aside.csv"


def named_files(names: Sequence[str], estate: Path) -> list[Path]:
    """The list files among these names, none where they are cabinets. A folder is all its lists.

    Where there is an estate, a folder has a slash in its name, for a cabinet may have the same. What check --repaired
    wrote beside a list is none. Raises UsageError where files and cabinets are mixed, or where there is no list.
    """
    found = [_files(name, cabinets=estate.exists()) for name in dict.fromkeys(names)]
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


def _files(name: str, *, cabinets: bool) -> list[Path]:
    """What the name means, none where it may be a cabinet's."""
    path = Path(name)
    if path.is_dir() and (os.sep in name or name in (".", "..") or not cabinets):
        found = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
        if not found:
            raise UsageError(Text(f"В папке {name} нет файлов .csv", f"There is no .csv file in the folder {name}"))
        return [file for file in found if not file.name.endswith(_PUT_ASIDE)] or found
    return [path] if name.lower().endswith(".csv") or path.is_file() else []


def read_files(files: Iterable[Path]) -> list[ListFile]:
    """The lists in these files, each shown by the name it was given."""
    from provision import lists

    return [lists.read(file, shown=str(file)) for file in files]


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
