"""Who works in which cabinet: the heads tenants.yaml names and the managers of the lists, one Person a login."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from provision.config.codes import problem
from provision.config.tenants import Entry
from provision.identity import canonical_email, suffixed
from provision.model import ListFile, Person, Problem, Role
from provision.rows import Placed
from provision.text import Text


@dataclass(frozen=True, slots=True)
class Claim(Placed):
    """One place that says that a login works in a cabinet. Login and e-mail are in canonical form, with the suffix."""

    login: str
    email: str
    role: Role
    name: str
    cabinet: str
    realm: str
    file: str
    line: int
    head: bool


def claims(entry: Entry, files: Iterable[ListFile]) -> Iterator[Claim]:
    """All claims of one cabinet, its heads first."""
    suffix = entry.login_suffix
    for number, head in enumerate(entry.own.get("heads", ())):
        line = entry.document.position((*entry.path, "heads", number)).line
        login = suffixed(head["login"], suffix)
        who = (login, canonical_email(head["email"]), head.get("role", "Viewer"), head.get("name", ""))
        yield Claim(*who, entry.id, entry.realm, entry.document.shown, line, head=True)
    for file in files:
        for row in file.rows.firsts():  # the other rows name the same people again
            login, email = suffixed(row.manager, suffix), canonical_email(row.email)
            yield Claim(login, email, "Viewer", "", entry.id, entry.realm, row.file, row.line, head=False)


def heads(found: Iterable[Claim]) -> tuple[Person, ...]:
    """The heads among the claims, each with the e-mail that tenants.yaml gives."""
    return tuple(Person(one.login, one.email, one.role, one.origin, one.name, head=True) for one in found if one.head)


class Directory:
    """The people of the whole estate: a login is one person, with one e-mail and one name in all cabinets of its
    realm. What one realm says changes nothing for another.
    """

    def __init__(self, found: Sequence[Claim]) -> None:
        self._first: dict[tuple[str, str], Claim] = {}  # by realm and login
        for claim in sorted(found, key=lambda claim: not claim.head):  # what a head's entry says goes first
            self._first.setdefault((claim.realm, claim.login), claim)
        self._names: dict[tuple[str, str], str] = {}  # by realm and login
        for claim in found:
            if claim.name:
                self._names.setdefault((claim.realm, claim.login), claim.name)
        self._served = Counter((claim.realm, claim.email) for claim in self._first.values())

    def people(self, found: Iterable[Claim]) -> tuple[Person, ...]:
        """The persons of one cabinet's claims, by login."""
        of_cabinet: dict[str, Claim] = {}
        for claim in found:
            of_cabinet.setdefault(claim.login, claim)
        return tuple(self._person(of_cabinet[login]) for login in sorted(of_cabinet))

    def _person(self, claim: Claim) -> Person:
        email = self._first[claim.realm, claim.login].email
        is_login = (claim.realm, email) in self._first and email != claim.login
        shared = self._served[claim.realm, email] > 1 or is_login
        name = self._names.get((claim.realm, claim.login), "")
        return Person(claim.login, "" if shared else email, claim.role, claim.origin, name, head=claim.head)

    def two_mails(self, found: Iterable[Claim]) -> Iterator[Problem]:
        """Y13 for claims that give a login another e-mail than its first claim does."""
        reported = set()
        for claim in found:
            first = self._first[claim.realm, claim.login]
            if claim.cabinet == first.cabinet and not first.head:
                continue  # P09 reports it
            if claim.email != first.email and (claim.cabinet, claim.login, claim.email) not in reported:
                reported.add((claim.cabinet, claim.login, claim.email))
                yield _two_mails(claim, first)


def _two_mails(claim: Claim, first: Claim) -> Problem:
    return problem(
        "Y13",
        Text(
            f"у {claim.login} здесь почта {claim.email}, а в {first.origin} — {first.email}",
            f"{claim.login} has the e-mail {claim.email} here and {first.email} at {first.origin}",
        ),
        Text(
            f"Логин — один человек, почта у него одна. Взято {first.email}.",
            f"A login is one person with one e-mail. {first.email} is taken.",
        ),
        file=claim.file,
        line=claim.line,
        field_name="email",
        value=claim.email,
        suggestion=first.email,
        cabinet=claim.cabinet,
    )
