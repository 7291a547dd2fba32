"""Believable history for trying out and testing: fill() puts it into both stores. Everything in it is made up.

The same cabinets, seed and `now` give the same history. It has a daily rhythm in each client's own time zone,
weekends, outages, missing reports (visible gaps), quotas that return and month-to-date values that restart on the
1st, a licence with more users than seats, refused logins, failed polls and stale updates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from provision.model import Installation, OnlineAccess
from provision.stores.cluster import Connection
from provision.stores.local import MetricsServer
from provision.stores.sample_data.clock import Clock
from provision.stores.sample_data.installation import simulate
from provision.stores.sample_data.online import poll
from provision.stores.sample_data.registry import register
from provision.stores.sample_data.sink import RowSink, SeriesSink
from provision.stores.sample_data.subject import SampleCabinet

__all__ = ["Filled", "SampleCabinet", "fill"]


@dataclass(frozen=True, slots=True)
class Filled:
    """What went in: samples and rows."""

    samples: int
    rows: int


def fill(
    cabinets: Iterable[SampleCabinet],
    *,
    metrics: MetricsServer,
    events: Connection,
    now: datetime,
    days: int = 60,
    seed: int = 1,
) -> Filled:
    """Replaces these cabinets' data in both stores by `days` of history that end at `now` (with a time zone).

    `events` is a superuser's connection to a migrated database. Numbers are queryable when it returns. What several
    lines of a list say of one installation or access counts once, with the manager of the first.
    """
    series, rows = SeriesSink(metrics), RowSink(events)
    chosen = [_distinct(cabinet) for cabinet in cabinets]
    for cabinet in chosen:
        series.forget(cabinet.id)
        rows.forget(cabinet.id)
    for cabinet in chosen:
        clock = Clock(now, days, cabinet.timezone)
        register(cabinet, clock, rows)
        for number, installation in enumerate(cabinet.installations):
            rng = Random(f"{seed}/{cabinet.id}/{installation.host}")  # noqa: S311 - made-up data, no secret
            simulate(cabinet, installation, number, clock, rng, series, rows)
        poll(cabinet, clock, seed, series, rows)
        rows.flush()
    series.close()
    return Filled(series.samples, rows.rows)


def _distinct(cabinet: SampleCabinet) -> SampleCabinet:
    installations: dict[str, Installation] = {}
    for installation in cabinet.installations:
        installations.setdefault(installation.host, installation)
    accesses: dict[tuple[str, str, str], OnlineAccess] = {}
    for access in cabinet.accesses:
        accesses.setdefault((access.host, access.folder, access.login), access)
    return replace(cabinet, installations=tuple(installations.values()), accesses=tuple(accesses.values()))
