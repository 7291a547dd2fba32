"""One report into both stores, once: noted, its numbers, its rows together with the word that it is done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from provision.model import Cabinet, Installation, Problem
from provision.reports import records
from provision.reports.codes import problem
from provision.reports.moments import in_utc
from provision.reports.parsing import Report
from provision.reports.records import Dated
from provision.stores import imports
from provision.stores.contract import RETENTION_MONTHS
from provision.stores.writing import NumbersWriter, RowsWriter, labels_of, require_single_node, sample

_AHEAD = timedelta(days=1)  # a clock that is wrong by a zone is imported, and `verify` says so
_OLDEST = timedelta(days=31 * RETENTION_MONTHS)


class Fate(Enum):
    """What became of a report: written now, only checked, or written before with the same or with other content."""

    WRITTEN = "written"
    CHECKED = "checked"
    KNOWN = "known"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Imported:
    """What one report brought. `time` is the one inside it, UTC."""

    cabinet: str
    client: str
    time: datetime
    fate: Fate
    samples: int = 0
    rows: int = 0

    @classmethod
    def checked(cls, one: Dated) -> "Imported":
        """A valid report that is not to be written."""
        report = one.report
        where = (one.cabinet.id, one.installation.client, one.time)
        return cls(*where, Fate.CHECKED, len(report.samples), len(report.rows))


@dataclass(frozen=True, slots=True)
class Stores:
    """Both stores as importers write them."""

    numbers: NumbersWriter
    rows: RowsWriter


def dated(report: Report, cabinet: Cabinet, installation: Installation, received_at: datetime) -> Dated | Problem:
    """The report with its times in UTC; a problem where its time cannot be right."""
    time = in_utc(report.header["time"], installation.tz_correction)
    if not received_at - _OLDEST <= time <= received_at + _AHEAD:
        return problem("R11", report.file, report.line, field="time")
    return Dated(report, cabinet, installation, time, received_at)


def write(one: Dated, stores: Stores) -> Imported:
    """Writes the report unless it is there. Raises StoreError; what was begun is completed by the next attempt."""
    require_single_node(one.cabinet)
    host, time, digest = one.host, one.time, one.report.digest
    with stores.rows.connect(one.cabinet) as connection:
        imports.begin(connection, host, time, one.received_at, digest)
        with connection.transaction():
            noted = imports.locked(connection, host, time)
            if noted.done:
                fate = Fate.KNOWN if noted.digest == digest else Fate.OTHER
                return Imported(one.cabinet.id, one.installation.client, time, fate)
            first = Dated(one.report, one.cabinet, one.installation, time, noted.received_at)
            wanted = list(records.samples(first, newest=noted.newest))
            if noted.again:
                match = {"cabinet": one.cabinet.id, "host": host}
                stores.numbers.put(stores.numbers.missing(wanted, match))
            else:
                stores.numbers.put(wanted)
            rows = records.rows(first)
            for table, lines in rows.items():
                imports.insert(connection, table, lines)
            if noted.newest:
                imports.name_client(connection, one.cabinet.id, one.installation.client, one.report.header)
            imports.finish(connection, host, time, digest)
    count = sum(map(len, rows.values()))
    return Imported(one.cabinet.id, one.installation.client, time, Fate.WRITTEN, len(wanted), count)


def note_refusal(cabinet: Cabinet, installation: Installation, reason: str, at: datetime, stores: Stores) -> None:
    """A sample of kodeks_upload_refused, for `verify`: a file of this installation was not imported."""
    labels = {**labels_of(cabinet.id, installation), "reason": reason}
    stores.numbers.put([sample("kodeks_upload_refused", labels, at, 1)])
