"""What changed between two versions of a list: diff(), and the difference as text, as JSON data and as a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from provision.lists.columns import with_russian
from provision.lists.tables import as_table
from provision.model import Installation, ListFile, OnlineAccess, Row
from provision.text import Lang, Text, harmless


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after. A password is never shown: both values are ""."""

    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Move:
    """One client or access before and after; `before` and `after` are its first rows in the two lists.

    `was` and `now` are the logins of its managers, `fields` are the other fields that changed.
    """

    before: Row
    after: Row
    was: tuple[str, ...]
    now: tuple[str, ...]
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How the new list differs from the old one.

    `added` and `gone` are the first rows of their clients or accesses. `moved` have other managers, `changed` have the
    same managers and another value in some field.
    """

    added: tuple[Row, ...]
    gone: tuple[Row, ...]
    moved: tuple[Move, ...]
    changed: tuple[Move, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.moved or self.changed)


_Key = tuple[str, ...]
_Clients = dict[_Key, list[Row]]


def diff(old: Iterable[ListFile], new: Iterable[ListFile]) -> Difference:
    """Clients and accesses that came, went, moved to another manager or changed in some other way.

    An address with another port is the same installation where only one has that host before and after.
    """
    before, after = _by_client(old), _by_client(new)
    same = {key: key for key in after if key in before} | _other_ports(before, after)
    added = tuple(rows[0] for key, rows in after.items() if key not in same)
    gone = tuple(rows[0] for key, rows in before.items() if key not in set(same.values()))
    moves = [_move(before[was], after[now]) for now, was in same.items()]
    order = {key: number for number, key in enumerate(after)}
    moves.sort(key=lambda one: order[_key(one.after)])
    moved = tuple(one for one in moves if one.was != one.now)
    return Difference(added, gone, moved, tuple(one for one in moves if one.was == one.now and one.fields))


def _key(row: Row) -> _Key:
    """What makes two rows the same client or access."""
    if isinstance(row, Installation):
        return ("installation", row.client.lower())
    return ("access", row.host.lower(), row.folder, row.login)


def _by_client(files: Iterable[ListFile]) -> _Clients:
    found: _Clients = {}
    for file in files:
        for row in file.rows:
            found.setdefault(_key(row), []).append(row)
    return found


def _other_ports(before: _Clients, after: _Clients) -> dict[_Key, _Key]:
    """New address: old address, for hosts that one installation has on another port now."""
    gone, added = ({key for key in one if key not in other} for one, other in ((before, after), (after, before)))
    was, now = _by_host(gone), _by_host(added)
    return {now[host][0]: was[host][0] for host in now if len(now[host]) == len(was.get(host, ())) == 1}


def _by_host(keys: Iterable[_Key]) -> dict[str, list[_Key]]:
    found: dict[str, list[_Key]] = {}
    for key in sorted(keys):
        host, colon, _port = key[1].rpartition(":")
        if key[0] == "installation" and colon:
            found.setdefault(host, []).append(key)
    return found


def _move(before: Sequence[Row], after: Sequence[Row]) -> Move:
    was, now = _managers(before), _managers(after)
    fields = tuple(_changes(before, after))
    if was != now:  # every manager has an e-mail of his own
        fields = tuple(one for one in fields if one.name != "email")
    return Move(before[0], after[0], was, now, fields)


def _managers(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(sorted({row.manager.lower() for row in rows}))


_COMPARED = {
    Installation: ("address", "email", "transport", "tz_correction"),
    OnlineAccess: ("firm", "password", "protocol", "email"),
}


def _changes(before: Sequence[Row], after: Sequence[Row]) -> Iterator[FieldChange]:
    """The fields with other values; those of several lines count together."""
    for name in _COMPARED[type(before[0])]:
        was, now = ({str(getattr(row, name)) for row in rows} for rows in (before, after))
        if name == "address":
            was, now = {one.lower() for one in was}, {one.lower() for one in now}
        if was != now:
            hidden = name == "password"
            yield FieldChange(name, *("" if hidden else ", ".join(sorted(values)) for values in (was, now)))


_TITLES = {
    "added": Text("Добавлены", "Added"),
    "gone": Text("Исчезли", "Gone"),
    "moved": Text("Перешли к другому менеджеру", "Moved to another manager"),
    "changed": Text("Изменились", "Changed"),
}
_SAME = Text("Списки одинаковы.", "The lists are the same.")
_HIDDEN = Text("изменён, не показан", "changed, not shown")
_COLUMNS = (
    Text("что", "what"),
    Text("клиент или доступ", "client or access"),
    Text("поле", "field"),
    Text("было", "was"),
    Text("стало", "is now"),
    Text("где", "where"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a report: what happened to which client, and in which field."""

    part: str
    row: Row
    field: FieldChange | None = None


def _lines(difference: Difference) -> Iterator[_Line]:
    yield from (_Line("added", row) for row in difference.added)
    yield from (_Line("gone", row) for row in difference.gone)
    for part, moves in (("moved", difference.moved), ("changed", difference.changed)):
        for one in moves:
            if one.was != one.now:
                yield _Line(part, one.after, FieldChange("manager", ", ".join(one.was), ", ".join(one.now)))
            yield from (_Line(part, one.after, field) for field in one.fields)


def describe(difference: Difference, lang: Lang) -> str:
    """The difference as text: a heading with a count, then one line a field. Logins and passwords are not shown."""
    counts = {part: len(getattr(difference, part)) for part in _TITLES}
    text = []
    for line in _lines(difference):
        heading = f"{_TITLES[line.part].say(lang)}: {counts[line.part]}"
        if heading not in text:
            text.append(heading)
        place = f"{_named(line.row)}, {line.row.origin}"
        text.append(harmless(f"  {place}: {_shown(line.field, lang)}" if line.field else f"  {place}"))
    return "\n".join(text) if text else _SAME.say(lang)


def _shown(field: FieldChange, lang: Lang) -> str:
    """`tz_correction (поправка часов): -1 → 2`, in English without the Russian name; of managers the logins alone."""
    name = with_russian(field.name, lang)
    if field.name == "password":
        return f"{name}: {_HIDDEN.say(lang)}"
    values = f"{field.was} → {field.now}"
    return values if field.name == "manager" else f"{name}: {values}"


def as_data(difference: Difference) -> list[dict[str, Any]]:
    """The same for JSON: an object a line."""
    return [
        {
            "change": line.part,
            "name": _named(line.row),
            "file": line.row.file,
            "line": line.row.line,
            "field": line.field.name if line.field else None,
            "was": line.field.was or None if line.field else None,
            "now": line.field.now or None if line.field else None,
        }
        for line in _lines(difference)
    ]


def difference_table(difference: Difference, lang: Lang) -> bytes:
    """The same for Excel."""
    rows = [[column.say(lang) for column in _COLUMNS]]
    for line in _lines(difference):
        field = line.field or FieldChange("", "", "")
        if field.name == "password":
            field = replace(field, now=_HIDDEN.say(lang))
        what = _TITLES[line.part].say(lang)
        rows.append([what, _named(line.row), with_russian(field.name, lang), field.was, field.now, line.row.origin])
    return as_table(rows)


def _named(row: Row) -> str:
    """The client or address; an online access goes by firm, host and folder."""
    return row.client if isinstance(row, Installation) else f"{row.firm} ({row.host}/{row.folder})"
