"""What importers write with: numbers into VictoriaMetrics itself, rows as `reports_writer` into cabinets' databases."""

import json
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from provision.errors import StoreError
from provision.model import Cabinet, Installation
from provision.stores.cluster import Cluster, Connection
from provision.stores.cluster_fence import registered
from provision.stores.driver import sql
from provision.stores.local import MetricsServer
from provision.stores.number_stores import VictoriaMetrics
from provision.stores.schema import WRITER
from provision.text import Text

_BATCH = 8_000_000  # bytes of one import


class Sample(NamedTuple):
    """One number: `labels` with the name of the metric as `__name__`, time in unix milliseconds."""

    labels: Mapping[str, str]
    time: int
    value: float

    @property
    def key(self) -> tuple[frozenset[tuple[str, str]], int]:
        """What makes it one sample of the store."""
        return frozenset(self.labels.items()), self.time


def sample(name: str, labels: Mapping[str, str], moment: datetime, value: float) -> Sample:
    """A number of the contract at that moment."""
    return Sample({"__name__": name, **labels}, round(moment.timestamp() * 1000), value)


def labels_of(cabinet: str, line: Installation) -> dict[str, str]:
    """What every number and row of an installation says of it."""
    return {"cabinet": cabinet, "client": line.client, "manager": line.manager, "host": line.host}


def require_single_node(cabinet: Cabinet) -> None:
    """Raises StoreError for a cabinet whose numbers are in a store of another kind."""
    if cabinet.metrics.kind != VictoriaMetrics.kind:
        raise StoreError(
            Text(
                f"{cabinet.id}: числа пишутся только в VictoriaMetrics на одной машине",
                f"{cabinet.id}: numbers are written into a single-node VictoriaMetrics only",
            )
        )


@dataclass(frozen=True, slots=True)
class NumbersWriter:
    """Imports into a single-node VictoriaMetrics. Methods raise StoreError when it does not answer or refuses."""

    server: MetricsServer

    def put(self, samples: Iterable[Sample]) -> int:
        """Imports the samples, and returns how many."""
        lines: list[str] = []
        size = count = 0
        for one in samples:
            labels = json.dumps(one.labels, ensure_ascii=False)
            lines.append(f'{{"metric":{labels},"values":[{one.value}],"timestamps":[{one.time}]}}')
            size, count = size + len(lines[-1]), count + 1
            if size >= _BATCH:
                self.server.post("/api/v1/import", "\n".join(lines).encode())
                lines, size = [], 0
        if lines:
            self.server.post("/api/v1/import", "\n".join(lines).encode())
        return count

    def missing(self, samples: Iterable[Sample], match: Mapping[str, str]) -> list[Sample]:
        """Those samples that the store does not have yet; all of them have the labels `match`.

        Asks for what the store holds of these series at these times, also of what came a moment ago.
        """
        wanted = list(samples)
        if not wanted:
            return []
        self.server.post(f"/internal/force_flush?authKey={urllib.parse.quote(self.server.key)}")
        selector = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in match.items())
        span = {"start": min(one.time for one in wanted) / 1000, "end": max(one.time for one in wanted) / 1000}
        body = urllib.parse.urlencode({"match[]": f"{{{selector}}}", **span}).encode()
        there = set()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for line in self.server.post("/api/v1/export", body, form).splitlines():
            series = json.loads(line)
            labels = frozenset(series["metric"].items())
            there |= {(labels, int(time)) for time in series["timestamps"]}
        return [one for one in wanted if one.key not in there]


@dataclass(frozen=True, slots=True)
class RowsWriter:
    """Sessions of `reports_writer` in cabinets' databases. `clusters` are the servers by their variable."""

    clusters: Mapping[str, Cluster]
    _databases: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @contextmanager
    def connect(self, cabinet: Cabinet) -> Iterator[Connection]:
        """A session in autocommit that may change the cabinet's rows and nothing else. Raises StoreError."""
        variable = cabinet.events.administrator
        if (cluster := self.clusters.get(variable)) is None:  # the estate has changed since they were made
            raise StoreError(
                Text(f"{cabinet.id}: не задано {variable}", f"{cabinet.id}: {variable} is not set"),
                Text("Задайте её и запустите программу снова.", "Set it and start the program again."),
            )
        with cluster.connect(self._database(cluster, cabinet)) as connection:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(WRITER)))
            yield connection

    def _database(self, cluster: Cluster, cabinet: Cabinet) -> str:
        key = (cluster.variable, cabinet.id)
        if key not in self._databases:
            with cluster.connect() as connection:
                known = registered(connection)
            self._databases.update({(cluster.variable, one): name for one, name in known.items()})
        if key not in self._databases:
            raise StoreError(
                Text(f"У кабинета {cabinet.id} нет базы для событий", f"Cabinet {cabinet.id} has no database"),
                Text(f"Её создаёт provision apply {cabinet.id}.", f"provision apply {cabinet.id} makes it."),
            )
        return self._databases[key]
