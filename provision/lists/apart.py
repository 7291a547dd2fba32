"""What must not cross between cabinets that may not see each other: P11 and P12."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from provision.lists.problems import problem
from provision.model import ListFile, Person, Problem
from provision.rows import Installation, Rows
from provision.text import Text


@dataclass(frozen=True, slots=True)
class Group:
    """One cabinet's lists and its further people (heads).

    Cabinets of one `realm` may share people and clients, others nothing; without a realm a cabinet stands alone.
    """

    cabinet: str
    files: Sequence[ListFile] = field(repr=False)
    people: Sequence[Person] = ()
    realm: str = ""

    @property
    def fence(self) -> tuple[str, str]:
        """What two cabinets that may share have in common."""
        return ("realm", self.realm) if self.realm else ("cabinet", self.cabinet)


class _Trace(NamedTuple):
    """One value in one place. `what` is the sort of value: only equal sorts are compared."""

    what: str
    key: str
    source: Person | Rows
    number: int = 0  # of the row

    @property
    def value(self) -> tuple[str, str]:
        return self.what, self.key

    @property
    def origin(self) -> str:
        return self.source.origin if isinstance(self.source, Person) else self.source[self.number].origin


def check_apart(cabinets: Sequence[Group]) -> tuple[Problem, ...]:
    """One problem for each cabinet concerned and each value that stands in cabinets of different realms; all stop.

    Compared are logins, e-mails, client names, addresses and online accesses, without regard to letter case.
    """
    suspects = _suspects(cabinets)
    places: dict[tuple[str, str], dict[str, tuple[Group, _Trace]]] = {}
    for cabinet in cabinets if suspects else ():
        for trace in _traces(cabinet):
            if hash(trace.value) in suspects:
                places.setdefault(trace.value, {}).setdefault(cabinet.cabinet, (cabinet, trace))
    return tuple(one for met in places.values() for one in _tell(list(met.values())))


def _suspects(cabinets: Iterable[Group]) -> Collection[int]:
    """The hashes of what stands in several realms: to keep a million values themselves would take too much memory."""
    owners: dict[int, tuple[str, str]] = {}
    found = set()
    for cabinet in cabinets:
        fence = cabinet.fence
        for trace in _traces(cabinet):
            value = hash(trace.value)
            if owners.setdefault(value, fence) != fence:
                found.add(value)
    return found


def _traces(cabinet: Group) -> Iterator[_Trace]:
    """Every value of the cabinet that no other realm may have; people who repeat are passed over."""
    for person in cabinet.people:
        yield _Trace("login", person.login.lower(), person)
        if person.email:
            yield _Trace("email", person.email.lower(), person)
    for file in cabinet.files:
        rows = file.rows
        for number, row in zip(rows.first_of, rows.firsts(), strict=True):
            yield _Trace("login", row.manager.lower(), rows, number)
            yield _Trace("email", row.email.lower(), rows, number)
        for number, (own, which) in enumerate(rows.parts()):
            if rows.kind == "managers":
                yield _Trace("host", own.lower(), rows, number)
            else:
                host, folder, *_ = rows.shared[which]
                yield _Trace("access", f"{host.lower()}/{folder}/{own.split(',', 2)[1]}", rows, number)


def _tell(met: Sequence[tuple[Group, _Trace]]) -> Iterator[Problem]:
    for group, trace in met:
        foreign = next((there for there in met if there[0].fence != group.fence), None)
        if foreign is None:
            return  # it was another value of the same hash that crosses
        here = f"{trace.origin} ({group.cabinet})"
        there = f"{foreign[1].origin} ({foreign[0].cabinet})"
        file, _, line = trace.origin.rpartition(":")
        number, name, value = _field(trace)
        yield problem(
            "P11" if trace.what == "email" else "P12",
            number=number,
            name=name,
            value=value,
            detail=Text(f"{here} и {there}", f"{here} and {there}"),
            file=file,
            line=int(line) if line.isdigit() else 0,
            cabinet=group.cabinet,
            blocks_cabinet=True,
        )


def _field(trace: _Trace) -> tuple[int, str, str]:
    """Number and name of the field, and what is shown of it; of an online access never the login."""
    if isinstance(trace.source, Person):
        return 0, trace.what, trace.source.login if trace.what == "login" else trace.source.email
    row = trace.source[trace.number]
    listed = isinstance(row, Installation)
    if trace.what == "login":
        return 2 if listed else 7, "manager", row.manager
    if trace.what == "email":
        return 3 if listed else 8, "email", row.email
    if isinstance(row, Installation):
        return 1, "address" if row.polled else "client", row.host
    return 4, "host", f"{row.host}/{row.folder}"
