"""Several dated versions of a list: which one is in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from provision.lists.naming import company_of
from provision.lists.problems import problem
from provision.model import ListFile, Problem
from provision.text import Text


@dataclass(frozen=True, slots=True)
class Versions:
    """The newest usable list of each company and kind, and F03 for each that it replaces."""

    in_force: tuple[ListFile, ...]
    problems: tuple[Problem, ...]


def choose_newest(files: Sequence[ListFile]) -> Versions:
    """Which of these lists is in force. Lists without company or day in their name are in force beside the others.

    Of equal days the one that comes last wins. A list that cannot be used never replaces another one.
    """
    newest: dict[tuple[str, str], ListFile] = {}
    for file in files:
        key = _series(file)
        best = newest.get(key)
        if file.usable and (best is None or _day(file) >= _day(best)):
            newest[key] = file
    keep = {id(file) for file in newest.values()}
    in_force = tuple(file for file in files if id(file) in keep)
    older = (file for file in files if id(file) not in keep and file.usable)
    return Versions(in_force, tuple(_older(file, newest[_series(file)]) for file in older))


def _series(file: ListFile) -> tuple[str, str]:
    """What versions of one list have in common; a list without company or day in its name is its own series."""
    company = company_of(file.path)
    return (company, file.kind) if company and file.date else (file.shown, str(file.path))


def _day(file: ListFile) -> date:
    return file.date or date.min


def _older(file: ListFile, newest: ListFile) -> Problem:
    detail = Text(f"есть новее: {newest.shown}", f"there is a newer one: {newest.shown}")
    return replace(problem("F03", value=f"{_day(file):%Y%m%d}", detail=detail), file=file.shown)
