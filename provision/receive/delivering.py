"""What becomes of each kind of file: statuses and refusals: numbers; alert events: rows; reports: a reader."""

from collections.abc import Sequence
from datetime import UTC, datetime

from provision.errors import StoreError
from provision.receive import events, status
from provision.receive.estate import LiveEstate
from provision.receive.journal import Journal
from provision.receive.notes import Notes
from provision.receive.senders import Client
from provision.receive.spool import Item, Spool
from provision.receive.status import Status
from provision.reports import Stores, take_upload
from provision.stores import alert_events
from provision.stores.writing import NumbersWriter, Sample

_TIMEOUT = 60  # seconds
_MOST_PARSED, _MOST_SAMPLES = 100, 2000  # files, and samples of each, that are kept in memory: 20 MB at most
_Line = tuple[dict[str, str], str, int]


class Deliveries:
    """Delivers what the spool holds. Methods raise StoreError when a store does not answer: they are called again."""

    def __init__(self, spool: Spool, estate: LiveEstate, stores: Stores, notes: Notes, journal: Journal) -> None:
        self._spool, self._estate, self._stores = spool, estate, stores
        self._notes, self._journal = notes, journal
        self._parsed: dict[Item, Status] = {}

    def expect(self, item: Item, found: Status) -> None:
        """Keeps what a status file says until it is delivered, so that it is read once; not while many wait."""
        if len(self._parsed) < _MOST_PARSED and len(found.samples) <= _MOST_SAMPLES:
            self._parsed[item] = found

    def statuses(self, items: Sequence[Item], doubtful: bool) -> None:
        """Status files as numbers, those of one call in one request."""
        text, done = [], []
        for item in items:
            client = self._client("status", item)
            if client is None:
                continue
            found = self._parsed.pop(item, None) or status.parse(self._spool.file("status", item).read_bytes())
            if doubtful:
                lines = list(status.lines(found, client.cabinet.id, client.lines))
                text += [status.as_text(*line) for line in _missing(self._stores.numbers, lines, client)]
            else:
                text.append(status.whole_text(found, client.cabinet.id, client.lines))
            done.append(item)
        if text:
            self._stores.numbers.server.post("/api/v1/import/prometheus", "".join(text).encode(), timeout=_TIMEOUT)
        for item in done:
            self._spool.done("status", item)

    def refusals(self) -> None:
        """What verify is to know of refused uploads."""
        waiting = self._notes.take()
        try:
            self._stores.numbers.put(Sample(labels, time, 1) for labels, time in waiting)
        except StoreError:
            self._notes.give(waiting)
            raise

    def alerts(self, items: Sequence[Item], _doubtful: bool) -> None:
        """Alert events as rows; one that is there gets its end."""
        for item in items:
            cabinet = self._estate.senders.cabinets.get(item.owner)
            if cabinet is None:
                self._give_up("alerts", item, "its cabinet is gone")
                continue
            found = events.parse(self._spool.file("alerts", item).read_bytes())
            with self._stores.rows.connect(cabinet) as connection:
                alert_events.put(connection, cabinet.id, found)
            self._spool.done("alerts", item)

    def reports(self, items: Sequence[Item], _doubtful: bool) -> None:
        """Reports to the reader that recognises them; what none recognises is kept."""
        for item in items:
            client = self._client("reports", item)
            if client is None:
                continue
            path = self._spool.file("reports", item)
            received_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            taken = take_upload(
                path,
                client.cabinet,
                client.lines[0],
                self._stores,
                received_at,
                f"{item.client}.zip",
                self._spool.scratch,
            )
            about = {"cabinet": client.cabinet.id, "client": item.client, "readers": ", ".join(taken.readers)}
            if taken.readers and not taken.problems:
                self._journal.write("report", result="imported", **about, reports=len(taken.imported))
                self._spool.done("reports", item)
            else:
                why = "refused" if taken.readers else "no reader recognises it"
                codes = ", ".join(sorted({one.code for one in taken.problems}))
                self._journal.write("report", result=f"{why}, kept", **about, codes=codes)
                self._spool.keep("reports", item)

    def _client(self, stage: str, item: Item) -> Client | None:
        """Whose file it is now; one whose client has left the lists is kept."""
        client = self._estate.senders.client(item.owner, item.client)
        if client is None:
            self._give_up(stage, item, "its client has left the lists")
        return client

    def _give_up(self, stage: str, item: Item, why: str) -> None:
        self._journal.write("delivery", stage=stage, result="kept", client=item.client, reason=why)
        self._spool.keep(stage, item)


def _missing(numbers: NumbersWriter, lines: Sequence[_Line], client: Client) -> list[_Line]:
    """Those lines that the store does not have yet."""
    match = {"cabinet": client.cabinet.id, "client": client.lines[0].client}
    lacking = {one.key for one in numbers.missing((_sample(*line) for line in lines), match)}
    return [line for line in lines if _sample(*line).key in lacking]


def _sample(labels: dict[str, str], value: str, time: int) -> Sample:
    return Sample(labels, time, float(value))
