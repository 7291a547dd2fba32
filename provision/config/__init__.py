"""tenants.yaml and its lists as an Estate: load(), and check(), which never raises. CODES says what can be wrong.

add() proposes a new cabinet's block; with its Edit check() sees the estate as it would be.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from provision.config import references, tenants
from provision.config.adding import Edit, NewCabinet, add
from provision.config.cabinets import build
from provision.config.codes import CODES
from provision.config.tenants import NOTHING
from provision.model import Estate

__all__ = ["CODES", "Edit", "NewCabinet", "add", "check", "load"]


def load(path: Path, *, today: date | None = None) -> Estate:
    """The estate at `path`. Raises EstateError, which names every mistake, where the file cannot be used."""
    estate = check(path, today=today)
    mistakes = [problem for problem in estate.problems if problem.code in CODES and problem.code < "Y10"]
    if mistakes:
        raise tenants.unusable(path, mistakes)
    return estate


def check(path: Path, *, today: date | None = None, instead: Mapping[str, bytes] = NOTHING) -> Estate:
    """The same with the mistakes of the file among the problems, and no cabinets where it has any.

    `instead` has contents of files that are not written yet, see Edit.
    """
    documents = tenants.read(path, instead)
    entries = list(tenants.entries(documents))
    problems = [problem for each in documents for problem in each.problems] + references.find(documents, entries)
    if problems:
        order = {each.shown: number for number, each in enumerate(documents)}
        return Estate((), tuple(sorted(problems, key=lambda each: (order[each.file], each.line, each.column))))
    main = documents[0].data
    return replace(build(entries, main["stores"], today=today), accepted_settings=main.get("accepted_settings", {}))
