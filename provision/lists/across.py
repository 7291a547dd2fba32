"""What only several lines or files of one cabinet show together: M25 to M28, P09, P10, O09, O10, O12, X01 to X05."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from provision.lists.problems import NOTHING, problem
from provision.lists.rows import ListFile, ManagerRow, OnlineRow, Row
from provision.model import Problem
from provision.text import Text

STREAMING_LIMIT = 500  # distinct firms of one branch; more want a cabinet of their own
_MAILBOXES = {
    "high_priority": Text("высокой важности", "high priority"),
    "usage": Text("об использовании", "usage"),
}


def check_together(
    files: Sequence[ListFile], *, streaming_sales: bool = False, mail: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """What is wrong between the lines of one cabinet's lists. Lines with an error here are still rows: see strike().

    A cabinet of `streaming_sales` may have any number of clients. X05 is said only when `mail` is given.
    """
    rows = list(chain.from_iterable(file.rows for file in files))
    installations = [row for row in rows if isinstance(row, ManagerRow)]
    accesses = [row for row in rows if isinstance(row, OnlineRow)]
    found = [*_check_installations(installations), *_check_accesses(accesses), *_check_people(rows)]
    if accesses:
        found += _check_own_centre(installations, accesses)
        if not streaming_sales:
            found += _check_streaming(accesses)
    if mail is not None:
        found += [problem("X05", name=name, detail=what) for name, what in _MAILBOXES.items() if not mail.get(name)]
    order = {file.shown: number for number, file in enumerate(files)}
    return tuple(sorted(found, key=lambda one: (order.get(one.file, -1), one.line)))


def strike(files: Iterable[ListFile], problems: Collection[Problem]) -> tuple[ListFile, ...]:
    """The files without the rows on whose line an error stands among these problems, or that are exact repeats."""
    errors = {(one.file, one.line) for one in problems if one.level == "error" and one.line}
    repeats = {(one.file, one.line): one.code for one in problems if one.code in ("M26", "O10")}
    return tuple(_struck(file, errors, repeats) for file in files)


def _struck(file: ListFile, errors: Collection[tuple[str, int]], repeats: Mapping[tuple[str, int], str]) -> ListFile:
    refused = [row.line for row in file.rows if (row.file, row.line) in errors]
    ignored = {row.line: repeats[row.file, row.line] for row in file.rows if (row.file, row.line) in repeats}
    if not refused and not ignored:
        return file
    gone = {*refused, *ignored}
    rows = tuple(row for row in file.rows if row.line not in gone)
    kept = {line: code for line, code in ignored.items() if line not in refused}
    return replace(file, rows=rows, refused=[*file.refused, *refused], ignored={**file.ignored, **kept})


def place(row: Row) -> str:
    """Where the row stands: `lists/x.csv:3`."""
    return f"{row.file}:{row.line}"


def _said(row: Row, code: str, number: int = 0, name: str = "", *, value: str = "", detail: Text = NOTHING) -> Problem:
    return problem(code, number=number, name=name, value=value, detail=detail, file=row.file, line=row.line)


class _Met:
    """The rows of one client or address met so far, as far as later ones are compared with them."""

    def __init__(self, first: ManagerRow) -> None:
        self.first = first
        self.places = {first.fields: place(first)}
        self.managers = {first.manager.lower()}


def _check_installations(rows: Iterable[ManagerRow]) -> Iterator[Problem]:
    """Rows of one client or address against the first of them."""
    met: dict[str, ManagerRow | _Met] = {}  # a row alone until there is a second one: most clients have one
    for row in rows:
        low = row.host.lower()
        key = row.host if low == row.host else low
        known = met.setdefault(key, row)
        if known is row:
            continue
        if isinstance(known, ManagerRow):
            known = met[key] = _Met(known)
        found = _compare(row, known)
        if found:
            yield found
        if not found or found.level == "note":
            known.places.setdefault(row.fields, place(row))
            known.managers.add(row.manager.lower())


def _compare(row: ManagerRow, met: _Met) -> Problem | None:
    """What is to be said of one more row of the same client or address."""
    first = met.first
    name = "address" if row.polled else "client"
    if not row.polled and row.host != first.host:
        detail = Text(f"есть и «{first.host}», {place(first)}", f'there is "{first.host}" too, {place(first)}')
        return _said(row, "M25", 1, name, value=row.host, detail=detail)
    repeated = met.places.get(row.fields)
    if repeated:
        return _said(row, "M26", detail=Text(f"как {repeated}", f"as {repeated}"))
    if row.transport != first.transport:
        return _said(row, "M28", 4, "transport", value=row.transport, detail=_there(first, first.transport))
    if row.tz_correction != first.tz_correction:
        detail = _there(first, str(first.tz_correction))
        return _said(row, "M28", 9, "tz_correction", value=str(row.tz_correction), detail=detail)
    if row.manager.lower() in met.managers:
        return None  # the same manager with another e-mail is P09
    return _said(row, "M27", 1, name, value=row.host, detail=_there(first, first.manager))


def _there(first: Row, value: str) -> Text:
    """What stands in the other place."""
    return Text(f"а в {place(first)} — {value}", f"but {value} at {place(first)}")


def _check_accesses(rows: Iterable[OnlineRow]) -> Iterator[Problem]:
    """Rows of one access, which is host, folder and login, against the first of them. No value is shown."""
    alone: dict[str, OnlineRow] = {}  # by login, until a second row has the same
    several: dict[tuple[str, str, str], OnlineRow] = {}
    places: dict[tuple[str, ...], str] = {}
    for row in rows:
        other = alone.setdefault(row.login, row)
        if other is row:
            continue
        several.setdefault(_access(other), other)
        places.setdefault(other.fields, place(other))
        first = several.setdefault(_access(row), row)
        repeated = places.setdefault(row.fields, place(row))
        if repeated != place(row):
            yield _said(row, "O10", detail=Text(f"как {repeated}", f"as {repeated}"))
        elif first.password != row.password:
            detail = Text(f"ещё {place(first)}", f"also {place(first)}")
            yield _said(row, "O09", 3, "password", detail=detail)


def _access(row: OnlineRow) -> tuple[str, str, str]:
    return row.host.lower(), row.folder, row.login


def _check_people(rows: Iterable[Row]) -> Iterator[Problem]:
    """P09 once for each further e-mail of a manager, P10 once for each shared e-mail."""
    written: set[tuple[str, str]] = set()
    pairs: set[tuple[str, str]] = set()
    emails: dict[str, Row] = {}  # manager: the first row
    managers: dict[str, Row] = {}  # e-mail: the first row
    shared: set[str] = set()
    for row in rows:
        if (row.manager, row.email) in written:
            continue
        written.add((row.manager, row.email))
        pair = manager, email = row.manager.lower(), row.email.lower()
        if pair in pairs:
            continue
        pairs.add(pair)
        number = 3 if isinstance(row, ManagerRow) else 8
        first = emails.setdefault(manager, row)
        if first.email.lower() != email:
            yield _said(row, "P09", number, "email", value=row.email, detail=_there(first, first.email))
        first = managers.setdefault(email, row)
        if first.manager.lower() != manager and email not in shared:
            shared.add(email)
            both = f"{first.manager}, {row.manager}"
            yield _said(row, "P10", number, "email", value=row.email, detail=Text(both, both))


def _check_own_centre(installations: Iterable[ManagerRow], accesses: Iterable[OnlineRow]) -> Iterator[Problem]:
    """O12 for a host that the same cabinet has in block 1: it is the distributor's own data centre."""
    hosts: dict[str, OnlineRow] = {}
    for access in accesses:
        hosts.setdefault(access.host.lower(), access)
    for row in installations:
        found = hosts.pop(row.host.rpartition(":")[0].lower(), None) if hosts and row.polled else None
        if found:
            detail = Text(f"он же в {place(row)}", f"it also stands at {place(row)}")
            yield _said(found, "O12", 4, "host", value=found.host, detail=detail)


def _check_streaming(accesses: Sequence[OnlineRow]) -> Iterator[Problem]:
    firms = {row.firm for row in accesses}
    if len(firms) > STREAMING_LIMIT:
        count = str(len(firms))
        yield replace(problem("X01", detail=Text(f"их {count}", f"{count} of them")), file=accesses[0].file)


def check_clients(found: Iterable[str], files: Iterable[ListFile]) -> tuple[Problem, ...]:
    """X02 for each client name in a script or of an uploaded file that stands in no list. Letter case matters."""
    listed = {row.host for file in files for row in file.rows if isinstance(row, ManagerRow) and not row.polled}
    alike = {name.lower(): name for name in listed}
    return tuple(
        problem("X02", name="client", value=name, mended=alike.get(name.lower()))
        for name in dict.fromkeys(found)
        if name not in listed
    )


def check_dealer(dealer: str, code: str = "") -> tuple[Problem, ...]:
    """X03 where the dealer id is not one Latin word, X04 where it does not begin with the dealer's `code`."""
    if not (dealer.isascii() and dealer.isalnum()):
        return (problem("X03", name="dealer", value=dealer),)
    starts = dealer.startswith(code) if code else dealer[:4].isdigit()
    return () if starts else (problem("X04", name="dealer", value=dealer),)
