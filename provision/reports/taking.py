"""From a file to the stores: the reader is chosen, the owner of a report is found, the report is written or refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provision.model import Cabinet, Installation, Problem
from provision.reports.codes import problem
from provision.reports.files import Source, UnpackError, sources
from provision.reports.importing import Imported, Stores, dated, note_refusal, write
from provision.reports.parsing import Refused, Report, reports_of
from provision.reports.readers import numbered_lines, reader_of

Owner = tuple[Cabinet, Installation]
# The owner of a client's name; a code of CODES where there is none.
Find = Callable[[str], Owner | str]
_BETWEEN = timedelta(milliseconds=1)  # the times of receipt of two reports of one file


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file, or member of a zip, and the name of its reader; "" when no reader recognises it."""

    file: str
    reader: str


Event = Recognised | Imported | Refused


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an uploaded file. `readers` are those that recognised it, none when no reader did.

    `imported` are its reports, those that were known among them; `problems` say why others were refused.
    """

    readers: tuple[str, ...]
    imported: tuple[Imported, ...]
    problems: tuple[Problem, ...]


def take_upload(
    path: Path,
    cabinet: Cabinet,
    installation: Installation,
    stores: Stores,
    received_at: datetime,
    shown: str = "",
    scratch: Path | None = None,
) -> Taken:
    """Imports a file that came from this installation: each of its reports once, however often it is called.

    `received_at` has a time zone. What no reader recognises, and what is refused, is noted for `verify`
    (kodeks_upload_refused, reasons `reader` and `report`); the file is left where it is. Raises StoreError when a store
    does not answer: call again later. `scratch`: where an archive is unpacked.
    """

    def find(client: str) -> Owner | str:
        return (cabinet, installation) if client in ("", installation.client) else "R09"

    found = list(take(path, find, stores, received_at, shown or path.name, installation.client, scratch))
    known = tuple(dict.fromkeys(one.reader for one in found if isinstance(one, Recognised) and one.reader))
    problems = tuple(problem for one in found if isinstance(one, Refused) for problem in one.problems)
    return Taken(known, tuple(one for one in found if isinstance(one, Imported)), problems)


def take(
    path: Path,
    find: Find,
    stores: Stores | None,
    received_at: datetime,
    shown: str,
    client: str = "",
    scratch: Path | None = None,
) -> Iterator[Event]:
    """Imports the reports of a file; an event for each file and report. Without stores reports are only checked.

    `client` is used for a report whose header names no client. Raises StoreError and OSError.
    """
    refusals = _Refusals(find, stores, received_at, client)
    try:
        with sources(path, shown, scratch) as found:
            for source in found:
                yield from _taken(source, find, stores, received_at, client, refusals)
    except UnpackError as error:
        yield refusals.note(Refused(client, (problem("R14", shown, 0, what=error.text),)), "zip")


def _taken(
    source: Source, find: Find, stores: Stores | None, received_at: datetime, client: str, refusals: "_Refusals"
) -> Iterator[Event]:
    reader = reader_of(source)
    yield Recognised(source.name, reader.name if reader else "")
    if reader is None:
        refusals.note(Refused(client, ()), "reader")
        return
    for number, report in enumerate(reports_of(numbered_lines(reader, source), source.name, client)):
        done = _report(report, find, stores, received_at + number * _BETWEEN)
        yield refusals.note(done, "report") if isinstance(done, Refused) else done


def _report(report: Report | Refused, find: Find, stores: Stores | None, received_at: datetime) -> Imported | Refused:
    if isinstance(report, Refused):
        return report
    owner = find(report.client)
    if isinstance(owner, str):
        return Refused(report.client, (problem(owner, report.file, report.line, field="client"),))
    one = dated(report, *owner, received_at)
    if isinstance(one, Problem):
        return Refused(report.client, (one,))
    if stores is None:
        return Imported.checked(one)
    return write(one, stores)


@dataclass(frozen=True, slots=True)
class _Refusals:
    """Notes for `verify` that something of a client was refused, where the client is known."""

    find: Find
    stores: Stores | None
    at: datetime
    client: str

    def note(self, refused: Refused, reason: str) -> Refused:
        owners = [owner for name in (refused.client, self.client) if not isinstance(owner := self.find(name), str)]
        if self.stores and owners:
            note_refusal(*owners[0], reason, self.at, self.stores)
        return replace(refused, client=refused.client or self.client)


def now() -> datetime:
    """The time of receipt of what is imported by hand."""
    return datetime.now(UTC)
