"""Questions to the stores with a cabinet's own credentials, as its data sources ask them."""

import json
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provision.credential import RootSecret
from provision.errors import SilentStoreError, StoreError
from provision.model import Cabinet
from provision.stores.driver import psycopg
from provision.stores.postgres_errors import postgres_reason
from provision.stores.wire import ask, basic
from provision.text import Text

_TIMEOUT = 60  # seconds


@dataclass(frozen=True, slots=True)
class CabinetReader:
    """One cabinet's way into both stores. `metrics` is vmauth's URL, `events` libpq's connection string."""

    cabinet: str
    metrics: str
    user: str
    password: str = field(repr=False)
    events: str = field(repr=False)

    def numbers(self, query: str, at: float) -> list[tuple[Mapping[str, str], float]]:
        """Labels and value of each series that the MetricsQL query gives at a time in unix seconds.

        Raises StoreError when the credentials are refused, and when a series is another cabinet's; SilentStoreError
        when there is no proper answer.
        """
        body = urllib.parse.urlencode({"query": query, "time": f"{at:.3f}", "nocache": "1"}).encode()
        headers = {**basic(self.user, self.password), "Content-Type": "application/x-www-form-urlencoded"}
        url = f"{self.metrics.rstrip('/')}/api/v1/query"
        answer = ask(url, method="POST", body=body, headers=headers, timeout=_TIMEOUT)
        if answer.status in (
            400,
            401,
            403,
        ):  # the text is not shown: vmauth quotes credentials that it refuses (1.79.5)
            raise self._refused("vmauth", answer.why)
        try:
            rows: list[dict[str, Any]] = json.loads(answer.text)["data"]["result"]
            found = [_series(row) for row in rows]
        except (ValueError, KeyError, TypeError, IndexError):
            raise SilentStoreError(Text(f"vmauth: {answer.why.ru}", f"vmauth: {answer.why.en}")) from None
        if any(labels.get("cabinet", self.cabinet) != self.cabinet for labels, _ in found):
            raise StoreError(
                Text(f"кабинет {self.cabinet} видит чужие числа", f"the cabinet {self.cabinet} sees another's numbers"),
                Text("Остановите его и проверьте vmauth: provision audit.", "Suspend it and run provision audit."),
            )
        return found

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """The rows that the SQL query gives. Raises StoreError when the role is refused, SilentStoreError when the
        server does not answer.
        """
        try:
            with psycopg.connect(self.events, connect_timeout=10, autocommit=True) as connection:
                return connection.execute(query.encode()).fetchall()
        except psycopg.Error as error:
            why = postgres_reason(error)
            if error.sqlstate is None and "FATAL:" not in str(error):  # the server's own words when it lets nobody in
                raise SilentStoreError(Text(f"PostgreSQL: {why.ru}", f"PostgreSQL: {why.en}")) from None
            raise self._refused("PostgreSQL", why) from None

    def _refused(self, store: str, why: Text) -> StoreError:
        return StoreError(
            Text(f"{store} не впускает кабинет {self.cabinet}: {why.ru}", f"{store} refuses {self.cabinet}: {why.en}"),
            Text(
                f"Выполните provision apply {self.cabinet}.",
                f"Run provision apply {self.cabinet}.",
            ),
        )


def reader_of(cabinet: Cabinet, root: RootSecret, vmauth: str = "", administrator: str = "") -> CabinetReader:
    """The cabinet's way into the stores that tenants.yaml names.

    `vmauth` and host and port of `administrator` (libpq's string) take the place of the addresses there: those are as
    Grafana reaches the stores.
    """
    host, _, port = cabinet.events.address.rpartition(":")
    known = psycopg.conninfo.conninfo_to_dict(administrator) if administrator else {}
    numbers = root.credential("metrics", cabinet.id, cabinet.generation)
    rows = root.credential("events", cabinet.id, cabinet.generation)
    return CabinetReader(
        cabinet.id,
        vmauth or cabinet.metrics.url,
        numbers.name,
        numbers.password,
        psycopg.conninfo.make_conninfo(
            host=known.get("host") or host,
            port=known.get("port") or port,
            dbname=root.database_name(cabinet.id),
            user=rows.name,
            password=rows.password,
            sslmode=known.get("sslmode") or cabinet.events.sslmode,
        ),
    )


def _series(row: Mapping[str, Any]) -> tuple[Mapping[str, str], float]:
    return dict(row["metric"]), float(row["value"][1])
