"""The receiver as a server: gunicorn with one process of many threads, and the couriers beside them."""

import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.model import Cabinet
from provision.receive.courier import Courier
from provision.receive.delivering import Deliveries
from provision.receive.estate import LiveEstate
from provision.receive.former import FormerTokens
from provision.receive.journal import Journal, scrubbed
from provision.receive.notes import Notes
from provision.receive.slow import Watch
from provision.receive.spool import WAITING, Item, Spool
from provision.receive.status import Status
from provision.receive.web import Desk, make_app
from provision.reports import Stores

_IDLE = 15  # seconds that a connection may be silent in the middle of a request
_EVERY = 2  # seconds between two looks at the estate
_FORGET_EVERY = 600  # seconds
_STATUSES_AT_ONCE, _GATHER = 50, 0.2  # files in one request to the store, and seconds that the first waits for others


@dataclass(frozen=True, slots=True)
class Receiver:
    """How it runs. `stores` gives the stores of these cabinets. `key` opens /metrics, "" closes it; `patience`: seconds
    a request may take; `reserve`: bytes of the spool's disk that stay free.
    """

    listen: str
    estate: Path
    spool: Path
    root: RootSecret
    stores: Callable[[Sequence[Cabinet]], Stores] = field(repr=False)
    key: str = field(default="", repr=False)
    threads: int = 16
    patience: float = 600
    reserve: int = 0


def serve(receiver: Receiver) -> None:
    """Serves until SIGTERM or Ctrl-C. Raises ProvisionError and OSError before anything is served."""
    journal = Journal()
    estate = LiveEstate(receiver.estate, receiver.root, journal)
    stores = receiver.stores(list(estate.senders.cabinets.values()))
    spool = Spool(receiver.spool, receiver.reserve)
    with spool.alone():
        spool.prepare()
        _Server(receiver, lambda: _assembled(receiver, spool, estate, stores, journal)).run()


def _assembled(receiver: Receiver, spool: Spool, estate: LiveEstate, stores: Stores, journal: Journal) -> Watch:
    """The application, with its couriers at work. Called in each process that serves, which has copies of all this."""
    spool.prepare()  # a process that was killed leaves what it was receiving
    notes, former = Notes(receiver.spool), FormerTokens(receiver.spool)
    deliveries = Deliveries(spool, estate, stores, notes, journal)
    couriers = {
        "status": Courier(spool, "status", deliveries.statuses, journal, at_once=_STATUSES_AT_ONCE, gather=_GATHER),
        "reports": Courier(spool, "reports", deliveries.reports, journal),
        "alerts": Courier(spool, "alerts", deliveries.alerts, journal),
    }
    for stage in WAITING:
        couriers[stage].add(spool.waiting(stage), doubtful=True)
        couriers[stage].start()
    keeper = threading.Thread(target=_keep_house, args=(spool, estate, deliveries, journal), daemon=True)
    keeper.start()

    def accepted(stage: str, item: Item, found: Status | None) -> None:
        if found:
            deliveries.expect(item, found)
        couriers[stage].add([item])

    watch = Watch(make_app(Desk(estate, spool, notes, former, journal, accepted, receiver.key)), receiver.patience)
    watch.start()
    return watch


def _keep_house(spool: Spool, estate: LiveEstate, deliveries: Deliveries, journal: Journal) -> None:
    """Looks for changes of the estate, sends what verify is to know, forgets what is old."""
    forgotten = 0.0
    while True:
        time.sleep(_EVERY)
        try:
            estate.refresh()
            deliveries.refusals()
            if time.monotonic() - forgotten > _FORGET_EVERY:
                spool.forget(time.time())
                forgotten = time.monotonic()
        except StoreError as error:
            journal.failures.labels("refusals").inc()
            journal.write("delivery", stage="refusals", result="failed, tried again", reason=error.text.en)
        except Exception as error:  # noqa: BLE001 - the next look may succeed
            journal.write("defect", stage="house", error=type(error).__name__)


class _Lines(logging.Formatter):
    """What gunicorn says, as lines of JSON like our own: without addresses that hold tokens, without tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        said = scrubbed(record.getMessage())
        error = {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": moment, "event": "server", "said": said, **error})


class _Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(_Lines())


class _Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker whose threads wait no longer than the watch allows for the header of a request."""

    def handle(self, conn: Any) -> Any:
        with self.wsgi.header(conn.sock):
            return super().handle(conn)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn without its command line and files of settings."""

    def __init__(self, receiver: Receiver, assemble: Callable[[], Watch]) -> None:
        self._receiver, self._assemble = receiver, assemble
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, object] = {
            "bind": self._receiver.listen,
            "workers": 1,
            "worker_class": _Worker,
            "threads": self._receiver.threads,
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "limit_request_fields": 50,
            "limit_request_field_size": 4096,
            "control_socket_disable": True,
            "proc_name": "provision receive",
            "logger_class": _Log,
            "when_ready": _limit_silence,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        return self._assemble()


def _limit_silence(server: Any) -> None:
    """Connections take the time limit of the listening socket (Linux): so none waits for ever for a header."""
    for listener in server.LISTENERS:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", _IDLE, 0))
