"""The state of one installation while its history is made hour by hour: users, reports, totals."""

from dataclasses import dataclass, field
from random import Random

from provision.model import Installation
from provision.stores.sample_data.account import Account
from provision.stores.sample_data.clock import Clock
from provision.stores.sample_data.outages import Outage
from provision.stores.sample_data.sink import Labels, RowSink
from provision.stores.sample_data.subject import SampleCabinet
from provision.stores.writing import labels_of


@dataclass(slots=True)
class Site:
    """The state after the hours made so far."""

    cabinet: SampleCabinet
    subject: Installation
    number: int
    clock: Clock
    rng: Random
    rows: RowSink
    accounts: list[Account] = field(default_factory=list)
    seats: int = 0
    troubles: list[Outage] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)  # unix seconds of those that came
    totals: dict[str, list[int]] = field(default_factory=dict)  # values of the series that have host labels only
    by_domain: dict[str, list[int]] = field(default_factory=dict)
    links: dict[str, list[int]] = field(default_factory=dict)
    refusals: dict[tuple[str, str, str], list[tuple[int, int]]] = field(default_factory=dict)
    refused: dict[tuple[str, str, str], int] = field(default_factory=dict)  # since the previous report

    @property
    def owner(self) -> tuple[str, str, str]:
        return self.cabinet.id, self.subject.client, self.subject.manager

    @property
    def labels(self) -> Labels:
        return labels_of(self.cabinet.id, self.subject)
