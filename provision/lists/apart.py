"""What must not cross between cabinets that may not see each other: P11 and P12."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from provision.lists.problems import problem
from provision.lists.rows import ListFile, ManagerRow, Row
from provision.model import Person, Problem
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


@dataclass(frozen=True, slots=True)
class _Trace:
    """One value in one place. `what` is the sort of value: only equal sorts are compared."""

    what: str
    key: str
    source: Row | Person


def check_apart(cabinets: Sequence[Group]) -> tuple[Problem, ...]:
    """One problem for each cabinet concerned and each value that stands in cabinets of different realms; all stop.

    Compared are logins, e-mails, client names, addresses and online accesses, without regard to letter case.
    """
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    crossing: dict[tuple[str, str], None] = {}
    for cabinet in cabinets:
        for trace in _traces(cabinet):
            key = (trace.what, trace.key)
            if owners.setdefault(key, cabinet.fence) != cabinet.fence:
                crossing[key] = None
    if not crossing:
        return ()
    places: dict[tuple[str, str], dict[str, tuple[Group, _Trace]]] = {key: {} for key in crossing}
    for cabinet in cabinets:
        for trace in _traces(cabinet):
            if (trace.what, trace.key) in places:
                places[trace.what, trace.key].setdefault(cabinet.cabinet, (cabinet, trace))
    return tuple(one for met in places.values() for one in _tell(list(met.values())))


def _traces(cabinet: Group) -> Iterator[_Trace]:
    """Every value of the cabinet that no other realm may have; people who repeat are passed over."""
    seen: set[tuple[str, str]] = set()
    for person in cabinet.people:
        yield _Trace("login", person.login.lower(), person)
        if person.email:
            yield _Trace("email", person.email.lower(), person)
    for file in cabinet.files:
        for row in file.rows:
            if (row.manager, row.email) not in seen:
                seen.add((row.manager, row.email))
                yield _Trace("login", row.manager.lower(), row)
                yield _Trace("email", row.email.lower(), row)
            if isinstance(row, ManagerRow):
                yield _Trace("host", row.host.lower(), row)
            else:
                yield _Trace("access", f"{row.host.lower()}/{row.folder}/{row.login}", row)


def _tell(met: Sequence[tuple[Group, _Trace]]) -> Iterator[Problem]:
    for group, trace in met:
        other, foreign = next((there, one) for there, one in met if there.fence != group.fence)
        here = f"{_origin(trace.source)} ({group.cabinet})"
        there = f"{_origin(foreign.source)} ({other.cabinet})"
        file, _, line = _origin(trace.source).rpartition(":")
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
            stops=True,
        )


def _origin(source: Row | Person) -> str:
    return source.origin if isinstance(source, Person) else f"{source.file}:{source.line}"


def _field(trace: _Trace) -> tuple[int, str, str]:
    """Number and name of the field, and what is shown of it; of an online access never the login."""
    source = trace.source
    if isinstance(source, Person):
        return 0, trace.what, source.login if trace.what == "login" else source.email
    listed = isinstance(source, ManagerRow)
    if trace.what == "login":
        return 2 if listed else 7, "manager", source.manager
    if trace.what == "email":
        return 3 if listed else 8, "email", source.email
    if isinstance(source, ManagerRow):
        return 1, "address" if source.polled else "client", source.host
    return 4, "host", f"{source.host}/{source.folder}"
