"""core.alert_events: an alert once, with its start and, when it has ended, its end."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from provision.stores.cluster import Connection


class AlertEvent(NamedTuple):
    """One alert as Grafana reports it. `fingerprint` is Grafana's, of the alert's labels; `ended_at` None: it lasts."""

    started_at: datetime
    ended_at: datetime | None
    client: str
    manager: str
    priority: str
    severity: str
    alertname: str
    text: str | None
    clientname: str | None
    regnum: str | None
    catalog: str | None
    url: str | None
    user_login: str | None
    filename: str | None
    fingerprint: str


_PUT = f"""
INSERT INTO core.alert_events AS known (cabinet, {", ".join(AlertEvent._fields)})
VALUES (%s, {", ".join(["%s"] * len(AlertEvent._fields))})
ON CONFLICT (cabinet, fingerprint, started_at) DO UPDATE SET ended_at = excluded.ended_at
WHERE known.ended_at IS NULL AND excluded.ended_at IS NOT NULL
"""  # noqa: S608 - our own names


def put(connection: Connection, cabinet: str, events: Iterable[AlertEvent]) -> None:
    """Adds the events in one transaction. One that is there gets its end, if it has one now; else it stays."""
    rows = [(cabinet, *one) for one in events]
    if rows:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(_PUT, rows)
