"""Where the made-up history goes: VictoriaMetrics' import and PostgreSQL's COPY."""

import json
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence

from provision.stores.cluster import Connection
from provision.stores.contract import COMMON_LABELS, METRICS, TABLES
from provision.stores.driver import sql
from provision.stores.local import MetricsServer

_BATCH = 8_000_000  # bytes of one import
_LABELS = {metric.name: frozenset((*COMMON_LABELS, *metric.labels)) for metric in METRICS}
# PostgreSQL numbers the searches itself.
COLUMNS = {table.name: tuple(column.name for column in table.columns if column.name != "id") for table in TABLES}
Labels = Mapping[str, str]


def stamps(times: Iterable[int]) -> str:
    """Unix seconds as the milliseconds of an import; made once for all series of one report."""
    return ",".join(f"{time}000" for time in times)


class SeriesSink:
    """Takes series, sends them in batches to /api/v1/import (JSON lines: a third of the bytes of the text format)."""

    def __init__(self, server: MetricsServer) -> None:
        self._server = server
        self._lines: list[str] = []
        self._bytes = 0
        self.samples = 0

    def forget(self, cabinet: str) -> None:
        """Deletes the cabinet's series, so that filling twice does not double every sample."""
        match = urllib.parse.quote(f'{{cabinet="{cabinet}"}}')
        self._server.post(f"/api/v1/admin/tsdb/delete_series?authKey={self._server.key}&match[]={match}")

    def add(self, name: str, labels: Labels, times: str, values: str) -> None:
        """One series of the contract; `times` from stamps(), `values` joined by commas, as many."""
        if _LABELS[name] != labels.keys():
            raise ValueError(f"{name} has the labels {sorted(_LABELS[name])}, not {sorted(labels)}")
        metric = json.dumps({"__name__": name, **labels}, ensure_ascii=False)
        line = f'{{"metric":{metric},"values":[{values}],"timestamps":[{times}]}}'
        self._lines.append(line)
        self._bytes += len(line)
        self.samples += values.count(",") + 1
        if self._bytes >= _BATCH:
            self._send()

    def close(self) -> None:
        """Sends the rest and makes all of it queryable at once."""
        self._send()
        for path in ("/internal/force_flush", "/internal/resetRollupResultCache"):
            self._server.post(f"{path}?authKey={self._server.key}")

    def _send(self) -> None:
        if self._lines:
            self._server.post("/api/v1/import", "\n".join(self._lines).encode())
        self._lines, self._bytes = [], 0


class RowSink:
    """Takes rows by table, in the order of COLUMNS, and copies them in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[str, list[Sequence[object]]] = {table.name: [] for table in TABLES}
        self.rows = 0

    def forget(self, cabinet: str) -> None:
        """Deletes the cabinet's rows."""
        for table in TABLES:
            query = sql.SQL("DELETE FROM core.{} WHERE cabinet = %s").format(sql.Identifier(table.name))
            self._connection.execute(query, [cabinet])

    def add(self, table: str, *row: object) -> None:
        """One row: a value for each of COLUMNS[table]."""
        self._rows[table].append(row)

    def flush(self) -> None:
        """Writes what was taken, in one transaction."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table, rows in self._rows.items():
                columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table]))
                query = sql.SQL("COPY core.{} ({}) FROM STDIN").format(sql.Identifier(table), columns)
                with cursor.copy(query) as copy:
                    for row in rows:
                        copy.write_row(row)
                self.rows += len(rows)
                rows.clear()
