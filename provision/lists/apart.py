"""What must not cross between cabinets that may not see each other: P11, P12; look-alike logins anywhere: P15."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from provision.identity import canonical_email, canonical_login, skeleton, suffixed
from provision.lists.columns import number_of
from provision.lists.problems import NOTHING, problem
from provision.model import Contest, Installation, ListFile, Person, Problem
from provision.rows import SMARTUPLOAD, Placed, Rows
from provision.text import Text

Sort = Literal["login", "email", "chat", "address", "client", "access"]


@dataclass(frozen=True, slots=True)
class Address(Placed):
    """One mailbox or chat that tenants.yaml names for alerts. `shared`: for all cabinets of the distributor."""

    sort: Sort
    value: str
    file: str
    line: int
    name: str  # of the key
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One cabinet's lists, its further people (heads) and the mailboxes and chats for its alerts.

    Cabinets of one `realm` may share people and clients, others nothing; without a realm a cabinet is alone. What
    `login_suffix` is added to are the managers of the lists; heads have it already.
    """

    cabinet: str
    files: Sequence[ListFile] = field(repr=False)
    people: Sequence[Person] = ()
    realm: str = ""
    distributor: str = ""
    addresses: Sequence[Address] = ()
    login_suffix: str = ""


class _Owner(NamedTuple):
    """Who may have a value: the cabinets of one realm, or all of a distributor where `realm` is ""."""

    distributor: str
    realm: str

    def excludes(self, other: "_Owner") -> bool:
        """Whether the two must not have a value in common."""
        if self.distributor != other.distributor:
            return True
        return "" not in (self.realm, other.realm) and self.realm != other.realm


class _Trace(NamedTuple):
    """One value in one place. Only values of one sort are compared."""

    sort: Sort
    key: str
    source: Person | Address | Rows
    number: int = 0  # of the row

    @property
    def value(self) -> tuple[str, str]:
        return self.sort, self.key

    @property
    def shared(self) -> bool:
        """Whether all cabinets of the distributor may have it."""
        return isinstance(self.source, Address) and self.source.shared

    @property
    def origin(self) -> str:
        return self.source[self.number].origin if isinstance(self.source, Rows) else self.source.origin


class _Found(NamedTuple):
    """A trace and the cabinet that it is in."""

    group: Group
    trace: _Trace

    @property
    def owner(self) -> _Owner:
        return _Owner(self.group.distributor, "") if self.trace.shared else _owner(self.group)

    @property
    def place(self) -> str:
        return f"{self.trace.origin} ({self.group.cabinet})"


def check_apart(cabinets: Sequence[Group]) -> tuple[Problem, ...]:
    """The problems of values that are in cabinets of different realms, and of logins that look like another one.

    Compared are logins, e-mails, mailboxes, chats, addresses and online accesses in their canonical form, and client
    names inside a distributor. Between branches of one distributor both cabinets are refused. Between distributors
    only the one that comes later is refused, and its problem names no file of the other: `elsewhere` does. A login or
    e-mail of people that one of the two has in Grafana refuses only the other one: `contest`.
    """
    order = {group.distributor: number for number, group in reversed(list(enumerate(cabinets)))}
    suspects = _suspects(cabinets)
    places: dict[tuple[str, str], dict[str, _Found]] = {}
    for group in cabinets if suspects else ():
        for trace in _traces(group):
            if hash(trace.value) in suspects:
                places.setdefault(trace.value, {}).setdefault(group.cabinet, _Found(group, trace))
    crossing = (one for met in places.values() for one in _crossing(list(met.values()), order))
    return (*crossing, *_look_alikes(cabinets))


def _owner(group: Group) -> _Owner:
    return _Owner(group.distributor, group.realm or f"cabinet {group.cabinet}")


def _suspects(cabinets: Iterable[Group]) -> Collection[int]:
    """The hashes of values that several owners have: to keep a million values would take too much memory."""
    owners: dict[int, _Owner] = {}
    found = set()
    for group in cabinets:
        own, all_of_them = _owner(group), _Owner(group.distributor, "")
        for trace in _traces(group):
            value = hash(trace.value)
            owner = all_of_them if trace.shared else own
            first = owners.setdefault(value, owner)
            if first.excludes(owner):
                found.add(value)
            elif not first.realm:
                owners[value] = owner
    return found


def _traces(group: Group) -> Iterator[_Trace]:
    """Every value of the cabinet that no other realm may have; people who repeat are passed over."""
    for person in group.people:
        yield _Trace("login", canonical_login(person.login), person)
        if person.email:
            yield _Trace("email", canonical_email(person.email), person)
    for address in group.addresses:
        yield _Trace(address.sort, canonical_email(address.value), address)
    for file in group.files:
        rows = file.rows
        for number, row in zip(rows.first_of, rows.firsts(), strict=True):
            yield _Trace("login", suffixed(row.manager, group.login_suffix), rows, number)
            yield _Trace("email", canonical_email(row.email), rows, number)
        yield from _own_traces(group, rows)


def _own_traces(group: Group, rows: Rows) -> Iterator[_Trace]:
    """Installations and accesses. A client's short name is unique inside a distributor only."""
    for number, (own, which) in enumerate(rows.parts()):
        if rows.kind == "online":
            host, folder, *_ = rows.shared[which]
            yield _Trace("access", f"{host.lower()}/{folder}/{own.split(',', 2)[1]}", rows, number)
        elif rows.shared[which][2] == SMARTUPLOAD:
            yield _Trace("client", f"{group.distributor}/{own.lower()}", rows, number)
        else:
            yield _Trace("address", own.lower(), rows, number)


def _crossing(met: Sequence[_Found], order: dict[str, int]) -> Iterator[Problem]:
    """The problems of one value in all cabinets that have it, by the cabinets' order."""
    for here in met:
        rivals = [there for there in met if here.owner.excludes(there.owner)]
        near = next((one for one in rivals if one.group.distributor == here.group.distributor), None)
        far = [one for one in rivals if order[one.group.distributor] < order[here.group.distributor]]
        code = "P11" if here.trace.sort in ("email", "chat") else "P12"
        if near:
            detail = Text(f"{here.place} и {near.place}", f"{here.place} and {near.place}")
            branches = [one for one in rivals if one.group.distributor == here.group.distributor]
            yield _problem(code, here, detail=detail, contest=_contest(here, [*branches, *far]))
        elif far:
            yield _problem(code, here, hint=_advice(here), elsewhere=far[0].place, contest=_contest(here, far))


def _contest(here: _Found, rivals: Sequence[_Found]) -> Contest | None:
    """What Grafana can decide: whose person has it. None of what is no person's."""
    sort = here.trace.sort
    if sort not in ("login", "email") or any(isinstance(one.trace.source, Address) for one in (here, *rivals)):
        return None
    return Contest(sort, here.trace.key, tuple((one.group.cabinet, one.trace.key) for one in rivals), loses=True)


def _advice(here: _Found) -> Text:
    """What the distributor that comes later can do, without a word about the other one."""
    distributor = here.group.distributor
    if here.trace.sort == "login" and not here.group.login_suffix:
        line = f'login_suffix: ".{distributor}"'
        return Text(
            f"Логин занят у другого дистрибьютора, а в Grafana они общие. Впишите дистрибьютору {distributor}: {line}",
            f"Another distributor has this login, and logins are global in Grafana. Add to {distributor}: {line}",
        )
    return Text(
        "Это занято у другого дистрибьютора. Впишите другое значение или обратитесь к оператору СМАРТа.",
        "Another distributor has it already. Use another value, or ask the SMART operator.",
    )


def _look_alikes(cabinets: Sequence[Group]) -> Iterator[Problem]:
    """P15 for the later of two different logins that look alike. Two in the lists of one cabinet: check_together()."""
    first: dict[str, _Found] = {}
    seen = set()
    for group in cabinets:
        for trace in _traces_of_people(group):
            here = _Found(group, trace)
            there = first.setdefault(skeleton(trace.key), here)
            alike = there.trace.key != trace.key and (group.cabinet, trace.key) not in seen
            both_listed = isinstance(trace.source, Rows) and isinstance(there.trace.source, Rows)
            if not alike or (both_listed and there.group is group):
                continue
            seen.add((group.cabinet, trace.key))
            if there.group.distributor == group.distributor:
                other = f"{there.trace.key}, {there.place}"
                yield _problem("P15", here, detail=Text(f"есть {other}", f"there is {other}"))
            else:
                yield _problem("P15", here, elsewhere=there.place, contest=_contest(here, [there]))


def _traces_of_people(group: Group) -> Iterator[_Trace]:
    for person in group.people:
        yield _Trace("login", canonical_login(person.login), person)
    for file in group.files:
        for number, row in zip(file.rows.first_of, file.rows.firsts(), strict=True):
            yield _Trace("login", suffixed(row.manager, group.login_suffix), file.rows, number)


def _problem(
    code: str,
    here: _Found,
    *,
    detail: Text = NOTHING,
    hint: Text | None = None,
    elsewhere: str = "",
    contest: Contest | None = None,
) -> Problem:
    file, _, line = here.trace.origin.rpartition(":")
    number, name, value = _field(here.trace)
    return problem(
        code,
        number=number,
        name=name,
        value=value,
        detail=detail,
        hint=hint,
        file=file,
        line=int(line) if line.isdigit() else 0,
        cabinet=here.group.cabinet,
        elsewhere=elsewhere,
        contest=contest,
    )


def _field(trace: _Trace) -> tuple[int, str, str]:
    """Number and name of the field, and what is shown of it; of an online access never the login."""
    if isinstance(trace.source, Person):
        return 0, trace.sort, trace.source.login if trace.sort == "login" else trace.source.email
    if isinstance(trace.source, Address):
        return 0, trace.source.name, trace.source.value
    row = trace.source[trace.number]
    if trace.sort == "login":
        name, value = "manager", row.manager
    elif trace.sort == "email":
        name, value = "email", row.email
    elif isinstance(row, Installation):
        name, value = "address" if row.polled else "client", row.client
    else:
        name, value = "host", f"{row.host}/{row.folder}"
    return number_of(row, name), name, value
