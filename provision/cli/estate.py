"""The estate as the commands use it: loaded, checked by every kind, and chosen from by name."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli.settings import Settings
from provision.errors import UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet, Estate, Problem

_PATTERN = re.compile(r"[*?\[]")
_SUGGESTED = 3  # ids that look like a mistyped one
_FEW = 12  # so many ids can be listed


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
    from provision.kinds.dashboard import use

    use(click.get_current_context().ensure_object(Settings).own_dashboards)
    problems = kinds.check(estate.cabinets)
    stopped = {problem.cabinet for problem in problems if problem.blocks_cabinet}
    cabinets = tuple(
        replace(one, blocked=True, blocked_by_contests=False) if one.id in stopped else one for one in estate.cabinets
    )
    return replace(estate, cabinets=cabinets, problems=(*estate.problems, *problems))


def choose(estate: Estate, names: Sequence[str]) -> tuple[Cabinet, ...]:
    """The named cabinets in the estate's order, all without names. A name may be a pattern: `rogaikopyta-*`.

    Raises UsageError for a name or pattern that fits no cabinet.
    """
    known = [cabinet.id for cabinet in estate.cabinets]
    chosen = {name: set(fnmatch.filter(known, name) if _PATTERN.search(name) else {name} & {*known}) for name in names}
    for name, found in chosen.items():
        if not found:
            raise _unknown(name, known)
    return tuple(one for one in estate.cabinets if not names or any(one.id in found for found in chosen.values()))


def require_known(estate: Estate, ids: Iterable[str]) -> None:
    """Raises UsageError when one of these is not the id of a cabinet: a pattern is none."""
    known = [cabinet.id for cabinet in estate.cabinets]
    for one in ids:
        if one not in known:
            raise _unknown(one, known)


def _unknown(name: str, known: Iterable[str]) -> UsageError:
    """The error for a name or pattern that no cabinet has."""
    return UsageError(Text(f"Нет кабинета «{name}»", f"There is no cabinet {name!r}"), _meant(name, sorted(known)))


def _meant(name: str, known: Sequence[str]) -> Text:
    """The cabinets that the name may mean; all of them where they are few."""
    import difflib

    close = difflib.get_close_matches(name, known, n=_SUGGESTED, cutoff=0.5)
    if close:
        return Text(f"Может быть, {' или '.join(close)}?", f"Did you mean {' or '.join(close)}?")
    if len(known) <= _FEW:
        return Text(f"Есть: {', '.join(known)}", f"There are: {', '.join(known)}")
    return Text(
        f"Всего их {len(known)}; имена есть в tenants.yaml", f"There are {len(known)}; tenants.yaml has their ids"
    )


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
