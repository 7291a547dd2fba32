"""Several dated versions of a list: which is in force, and what changed between two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from provision.lists.naming import company_of
from provision.lists.problems import problem
from provision.model import ListFile, Problem
from provision.rows import Installation, OnlineAccess, Row
from provision.text import Lang, Text, visible


@dataclass(frozen=True, slots=True)
class Versions:
    """The newest usable list of each company and kind, the ones it replaces, and F03 for each of those."""

    in_force: tuple[ListFile, ...]
    superseded: tuple[ListFile, ...]
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
    older = tuple(file for file in files if id(file) not in keep and newest.get(_series(file)) is not None)
    return Versions(in_force, older, tuple(_older(file, newest[_series(file)]) for file in older if file.usable))


def _series(file: ListFile) -> tuple[str, str]:
    """What versions of one list have in common; a list whose name does not tell is its own series."""
    company = company_of(file.path)
    return (company, file.kind) if company and file.date else (file.shown, str(file.path))


def _day(file: ListFile) -> date:
    return file.date or date.min


def _older(file: ListFile, newest: ListFile) -> Problem:
    detail = Text(f"есть новее: {newest.shown}", f"there is a newer one: {newest.shown}")
    return replace(problem("F03", value=f"{_day(file):%Y%m%d}", detail=detail), file=file.shown)


@dataclass(frozen=True, slots=True)
class Move:
    """One client or access before and after; `before` and `after` are its first rows in the two lists."""

    before: Row
    after: Row
    was: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the new list has otherwise than the old one.

    `added` and `gone` are the first rows of their clients or accesses. `moved` have other managers: `was` and `now` are
    their logins. `changed` have the same managers and another value: `now` are the names of the fields.
    """

    added: tuple[Row, ...]
    gone: tuple[Row, ...]
    moved: tuple[Move, ...]
    changed: tuple[Move, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.moved or self.changed)


def diff(old: Iterable[ListFile], new: Iterable[ListFile]) -> Difference:
    """Clients and accesses that came, went, moved to another manager or changed in some other way."""
    before, after = _by_client(old), _by_client(new)
    added = tuple(rows[0] for key, rows in after.items() if key not in before)
    gone = tuple(rows[0] for key, rows in before.items() if key not in after)
    moved: list[Move] = []
    changed: list[Move] = []
    for key in before.keys() & after.keys():
        was, now = _managers(before[key]), _managers(after[key])
        if was != now:
            moved.append(Move(before[key][0], after[key][0], was, now))
        elif fields := _changed_fields(before[key], after[key]):
            changed.append(Move(before[key][0], after[key][0], (), fields))
    order = {key: number for number, key in enumerate(after)}

    def by_place(one: Move) -> int:
        return order[_key(one.after)]

    return Difference(added, gone, tuple(sorted(moved, key=by_place)), tuple(sorted(changed, key=by_place)))


def _key(row: Row) -> tuple[str, ...]:
    """What makes two rows the same client or access."""
    if isinstance(row, Installation):
        return ("installation", row.host.lower())
    return ("access", row.host.lower(), row.folder, row.login)


def _by_client(files: Iterable[ListFile]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for file in files:
        for row in file.rows:
            found.setdefault(_key(row), []).append(row)
    return found


def _managers(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(sorted({row.manager.lower() for row in rows}))


_COMPARED = {
    Installation: ("email", "transport", "tz_correction"),
    OnlineAccess: ("firm", "password", "protocol", "email"),
}


def _changed_fields(before: Sequence[Row], after: Sequence[Row]) -> tuple[str, ...]:
    """The names of the fields with other values; e-mails count together, as every manager has an own one."""
    return tuple(
        name
        for name in _COMPARED[type(before[0])]
        if {getattr(row, name) for row in before} != {getattr(row, name) for row in after}
    )


_TITLES = {
    "added": Text("Добавлены", "Added"),
    "gone": Text("Исчезли", "Gone"),
    "moved": Text("Перешли к другому менеджеру", "Moved to another manager"),
    "changed": Text("Изменились", "Changed"),
}
_SAME = Text("Списки одинаковы.", "The lists are the same.")


def describe(difference: Difference, lang: Lang) -> str:
    """The difference as text: a heading with a count, then one line each. Logins and passwords are not shown."""
    lines = {
        "added": [_named(row) for row in difference.added],
        "gone": [_named(row) for row in difference.gone],
        "moved": [f"{_named(one.after)}: {', '.join(one.was)} → {', '.join(one.now)}" for one in difference.moved],
        "changed": [f"{_named(one.after)}: {', '.join(one.now)}" for one in difference.changed],
    }
    text = [
        line
        for part, found in lines.items()
        if found
        for line in (f"{_TITLES[part].say(lang)}: {len(found)}", *(f"  {visible(one)}" for one in found))
    ]
    return "\n".join(text) if text else _SAME.say(lang)


def _named(row: Row) -> str:
    """Client and place; an online access goes by firm, host and folder."""
    name = row.host if isinstance(row, Installation) else f"{row.firm} ({row.host}/{row.folder})"
    return f"{name}, {row.file}:{row.line}"
