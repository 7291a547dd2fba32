"""What only several lines or files of one cabinet show together: M25 to M28, P09, P10, O09, O10, O12, X01 to X05."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from provision.identity import canonical_email, canonical_login, skeleton
from provision.lists.columns import number_of
from provision.lists.index import Joined, repeats
from provision.lists.problems import NOTHING, problem
from provision.model import ListFile, Problem
from provision.rows import Installation, ListKind, OnlineAccess, Row, Shared
from provision.text import Text

STREAMING_LIMIT = 500  # distinct firms of one branch; more need a cabinet of their own
_MAILBOXES = {
    "high_priority": Text("высокой важности", "high priority"),
    "usage": Text("об использовании", "usage"),
}


def check_together(
    files: Sequence[ListFile], *, streaming_sales: bool = False, mail: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """What is wrong between the lines of one cabinet's lists. Lines with an error here stay rows until strike().

    A cabinet of `streaming_sales` may have any number of clients. X05 is reported only when `mail` is given.
    """
    installations, accesses = _joined(files, "managers"), _joined(files, "online")
    found = [*_check_installations(installations), *_check_accesses(accesses)]
    found += _check_people(Joined(file.rows for file in files))
    if accesses:
        found += _check_own_centre(installations, accesses)
        if not streaming_sales:
            found += _check_streaming(accesses)
    if mail is not None:
        found += [problem("X05", name=name, detail=what) for name, what in _MAILBOXES.items() if not mail.get(name)]
    order = {file.shown: number for number, file in enumerate(files)}
    return tuple(sorted(found, key=lambda one: (order.get(one.file, -1), one.line)))


def strike(files: Iterable[ListFile], problems: Collection[Problem]) -> tuple[ListFile, ...]:
    """The files without the rows whose line has an error among these problems, and without exact repeats."""
    errors = {(one.file, one.line) for one in problems if one.level == "error" and one.line}
    repeats = {(one.file, one.line): one.code for one in problems if one.code in ("M26", "O10")}
    return tuple(_struck(file, errors, repeats) for file in files)


def _struck(file: ListFile, errors: Collection[tuple[str, int]], repeats: Mapping[tuple[str, int], str]) -> ListFile:
    lines = file.rows.lines
    refused = [line for line in lines if (file.shown, line) in errors]
    ignored = {line: repeats[file.shown, line] for line in lines if (file.shown, line) in repeats}
    if not refused and not ignored:
        return file
    rows = file.rows.without({*refused, *ignored})
    kept = {line: code for line, code in ignored.items() if line not in refused}
    return replace(file, rows=rows, refused=[*file.refused, *refused], ignored={**file.ignored, **kept})


def _joined(files: Iterable[ListFile], kind: ListKind) -> Joined:
    return Joined(file.rows for file in files if file.rows.kind == kind)


def _said(row: Row, code: str, name: str = "", *, value: str = "", detail: Text = NOTHING) -> Problem:
    number = number_of(row, name) if name else 0
    return problem(code, number=number, name=name, value=value, detail=detail, file=row.file, line=row.line)


class _Met:
    """The rows of one client or address met so far, as far as later ones are compared with them."""

    def __init__(self, first: Installation) -> None:
        self.first = first
        self.places = {first.fields: first.origin}
        self.managers = {first.manager.lower()}


def _same_installations(rows: Joined) -> Iterator[tuple[int, int]]:
    """Repeats of a client or address."""
    return repeats(map(str.lower, rows.own()), lambda number: rows.part(number)[0].lower())


def _same_accesses(rows: Joined) -> Iterator[tuple[int, int]]:
    """Repeats of an online access, which is login, host and folder."""

    def place_of(shared: Shared) -> str:
        return f"{shared[0].lower()}/{shared[1]}"

    def key_of(number: int) -> tuple[str, str]:
        own, shared = rows.part(number)
        return own.split(",", 2)[1], place_of(shared)

    return repeats(((own.split(",", 2)[1], place) for own, place in rows.parts(place_of)), key_of)


def _check_installations(rows: Joined) -> Iterator[Problem]:
    """Rows of one client or address against the first of them."""
    several: dict[int, _Met] = {}  # by number of the first
    for number, first in _same_installations(rows):
        if first not in several:
            several[first] = _Met(cast(Installation, rows[first]))
        row, known = cast(Installation, rows[number]), several[first]
        found = _compare(row, known)
        if found:
            yield found
        if not found or found.level == "note":
            known.places.setdefault(row.fields, row.origin)
            known.managers.add(row.manager.lower())


def _compare(row: Installation, met: _Met) -> Problem | None:
    """What is to be said of one more row of the same client or address."""
    first = met.first
    name = "address" if row.polled else "client"
    if not row.polled and row.host != first.host:
        detail = Text(f"есть и «{first.host}», {first.origin}", f'there is "{first.host}" too, {first.origin}')
        return _said(row, "M25", name, value=row.host, detail=detail)
    repeated = met.places.get(row.fields)
    if repeated:
        return _said(row, "M26", detail=Text(f"как {repeated}", f"as {repeated}"))
    if row.transport != first.transport:
        return _said(row, "M28", "transport", value=row.transport, detail=_there(first, first.transport))
    if row.tz_correction != first.tz_correction:
        detail = _there(first, str(first.tz_correction))
        return _said(row, "M28", "tz_correction", value=str(row.tz_correction), detail=detail)
    if row.manager.lower() in met.managers:
        return None  # the same manager with another e-mail is P09
    ru, en = f"здесь {row.manager}", f"{row.manager} here"
    there = _there(first, first.manager)
    return _said(row, "M27", name, value=row.host, detail=Text(f"{ru}, {there.ru}", f"{en}, {there.en}"))


def _there(first: Row, value: str) -> Text:
    """The value in the other place."""
    return Text(f"а в {first.origin} — {value}", f"but {value} at {first.origin}")


def _check_accesses(rows: Joined) -> Iterator[Problem]:
    """Rows of one access against the first of them. No value is shown."""
    places: dict[tuple[str, ...], str] = {}  # of the rows of accesses that have several
    for number, first in _same_accesses(rows):
        row, other = cast(OnlineAccess, rows[number]), cast(OnlineAccess, rows[first])
        places.setdefault(other.fields, other.origin)
        repeated = places.setdefault(row.fields, row.origin)
        if repeated != row.origin:
            yield _said(row, "O10", detail=Text(f"как {repeated}", f"as {repeated}"))
        elif other.password != row.password:
            detail = Text(f"ещё {other.origin}", f"also {other.origin}")
            yield _said(row, "O09", "password", detail=detail)


def _check_people(rows: Joined) -> Iterator[Problem]:
    """P09 once for each further e-mail of a manager, P10 once for each shared e-mail, P15 once for each login."""
    pairs: set[tuple[str, str]] = set()
    alike: dict[str, Row] = {}  # skeleton of a login: the first row
    emails: dict[str, Row] = {}  # manager: the first row
    managers: dict[str, Row] = {}  # e-mail: the first row
    shared: set[str] = set()
    for row in rows.firsts():
        pair = manager, email = canonical_login(row.manager), canonical_email(row.email)
        if pair in pairs:
            continue
        pairs.add(pair)
        first = alike.setdefault(skeleton(manager), row)
        if manager not in emails and canonical_login(first.manager) != manager:
            there = f"{first.manager}, {first.origin}"
            detail = Text(f"есть {there}", f"there is {there}")
            yield _said(row, "P15", "manager", value=row.manager, detail=detail)
        first = emails.setdefault(manager, row)
        if canonical_email(first.email) != email:
            yield _said(row, "P09", "email", value=row.email, detail=_there(first, first.email))
        first = managers.setdefault(email, row)
        if canonical_login(first.manager) != manager and email not in shared:
            shared.add(email)
            both = f"{first.manager}, {row.manager}"
            yield _said(row, "P10", "email", value=row.email, detail=Text(both, both))


def _check_own_centre(installations: Joined, accesses: Joined) -> Iterator[Problem]:
    """O12 for a host that the same cabinet has in block 1: it is the distributor's own data centre."""
    hosts: dict[str, Row] = {}
    for access in accesses.firsts():
        hosts.setdefault(access.host.lower(), access)
    for number, own in enumerate(installations.own()):
        found = hosts.pop(own.rpartition(":")[0].lower(), None)
        if found:
            here = installations[number].origin
            detail = Text(f"он же в {here}", f"it is also at {here}")
            yield _said(found, "O12", "host", value=found.host, detail=detail)


def _check_streaming(accesses: Joined) -> Iterator[Problem]:
    firms = (own.partition(",")[0] for own in accesses.own())
    again = repeats(firms, lambda number: accesses.part(number)[0].partition(",")[0])
    count = len(accesses) - sum(1 for _ in again)
    if count > STREAMING_LIMIT:
        said = problem("X01", detail=Text(f"их {count}", f"{count} of them"))
        yield replace(said, file=accesses[0].file)


def check_clients(found: Iterable[str], files: Iterable[ListFile]) -> tuple[Problem, ...]:
    """X02 for each client name in a script or of an uploaded file that no list has. Letter case matters."""
    listed = {row.host for file in files for row in file.rows if isinstance(row, Installation) and not row.polled}
    alike = {name.lower(): name for name in listed}
    return tuple(
        problem("X02", name="client", value=name, suggestion=alike.get(name.lower()))
        for name in dict.fromkeys(found)
        if name not in listed
    )


def check_dealer(dealer: str) -> tuple[Problem, ...]:
    """X03 where the dealer id is not one Latin word, X04 where it does not begin with four digits."""
    if not (dealer.isascii() and dealer.isalnum()):
        return (problem("X03", name="dealer", value=dealer),)
    return () if dealer[:4].isdigit() else (problem("X04", name="dealer", value=dealer),)
