"""The estate as the commands use it: loaded, checked by every kind, and chosen from by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provision.errors import UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet, Estate, Problem


def load(path: Path) -> Estate:
    """The estate; cabinets that a dashboard mistake stops are blocked like those with mistakes in their lists."""
    from provision import config

    return _with_dashboards(config.load(path))


def check(path: Path, instead: Mapping[str, bytes]) -> Estate:
    """The same without raising: with mistakes in the file there are no cabinets. `instead`: see config.check()."""
    from provision import config

    return _with_dashboards(config.check(path, instead=instead))


def _with_dashboards(estate: Estate) -> Estate:
    from provision import kinds

    problems = kinds.check(estate.cabinets)
    stopped = {problem.cabinet for problem in problems if problem.blocks_cabinet}
    cabinets = tuple(
        replace(one, blocked=True, blocked_by_contests=False) if one.id in stopped else one for one in estate.cabinets
    )
    return replace(estate, cabinets=cabinets, problems=(*estate.problems, *problems))


def choose(estate: Estate, names: Sequence[str]) -> tuple[Cabinet, ...]:
    """The named cabinets in the estate's order, all without names. Raises UsageError for an unknown one."""
    known = {cabinet.id for cabinet in estate.cabinets}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(
            Text(f"Нет кабинета «{unknown[0]}»", f"There is no cabinet {unknown[0]!r}"),
            Text(f"Есть: {', '.join(sorted(known))}", f"There are: {', '.join(sorted(known))}"),
        )
    return tuple(cabinet for cabinet in estate.cabinets if not names or cabinet.id in names)


def choose_present(estate: Estate, names: Sequence[str]) -> tuple[Cabinet, ...]:
    """The same without absent cabinets. Raises UsageError when one of these is named, or none is left."""
    chosen = choose(estate, names)
    present = tuple(cabinet for cabinet in chosen if cabinet.state != "absent")
    if (names and len(present) < len(chosen)) or not present:
        gone = ", ".join(cabinet.id for cabinet in chosen if cabinet.state == "absent")
        raise UsageError(Text(f"Кабинет удалён (state: absent): {gone}", f"Taken away (state: absent): {gone}"))
    return present


def problems_of_dashboards(estate: Estate, names: Sequence[str]) -> tuple[Problem, ...]:
    """What the linter says of the dashboards that the named cabinets get."""
    from provision import kinds

    return kinds.lint(choose(estate, names) if estate.cabinets else ())


def concerning(estate: Estate, names: Sequence[str]) -> tuple[Problem, ...]:
    """The estate's problems that concern these cabinets or the whole; all without names."""
    if not names or not estate.cabinets:
        return estate.problems
    chosen = {cabinet.id for cabinet in choose(estate, names)}
    return tuple(problem for problem in estate.problems if not problem.cabinet or problem.cabinet in chosen)
