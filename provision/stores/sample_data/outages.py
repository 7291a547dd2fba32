"""What goes wrong at an installation, and what that does to its checks and states."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from provision.stores.sample_data.clock import Clock

CHECKS = (
    *("tcp", "http200", "auth", "Maintenance", "warning", "key", "limit"),
    *("icmp", "proxy", "support", "search", "spp", "licman_icmp", "licman_tcp"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble: checks that fail, the state and its HTTP code, the alert, how long it lasts (seconds)."""

    state: str
    code: int
    checks: tuple[str, ...]
    alert: str
    priority: str
    severity: str
    text: str
    lasts: tuple[int, int]


FAULTS = (
    Fault(
        "maintenance",
        503,
        ("Maintenance", "http200", "auth"),
        *("KodeksMaintenance", "K5", "info", "Включён режим обслуживания"),
        (900, 9000),
    ),
    Fault(
        "down",
        0,
        ("tcp", "http200", "auth", "warning", "key", "search", "spp", "icmp", "support"),
        *("KodeksTcpStatus", "K2", "critical", "Порт не принимает соединения"),
        (1800, 30000),
    ),
    Fault(
        "not_started",
        503,
        ("http200", "auth", "search"),
        *("KodeksHttp200Status", "K2", "critical", "Главная страница не отвечает кодом 200"),
        (1200, 9000),
    ),
    Fault(
        "no_key",
        500,
        ("key", "auth"),
        *("KodeksOnlineSensLockCheck", "K2", "critical", "Ключ SenseLock не найден"),
        (1800, 20000),
    ),
    Fault(
        "server_errors",
        500,
        ("warning", "search"),
        *("KodeksWarning", "K3", "critical", "На сервере аварийное сообщение"),
        (900, 7000),
    ),
    Fault(
        "need_support",
        500,
        ("support", "spp"),
        *("KodeksNeedSupport", "K3", "critical", "Требуется обслуживание"),
        (3600, 40000),
    ),
    Fault(
        "no_seats",
        403,
        ("limit",),
        *("KodeksLimitsUsers", "K3", "critical", "Кончились лицензии"),
        (600, 7200),
    ),
)
NO_SEATS = FAULTS[-1]


@dataclass(frozen=True, slots=True)
class Outage:
    """A fault from `first` to `last` (unix seconds); `lasting` when it has not ended at the end of the history."""

    fault: Fault
    first: int
    last: int
    lasting: bool = False

    def covers(self, time: int) -> bool:
        """Whether it goes on at that time."""
        return self.first <= time < self.last

    def of(self, times: Sequence[int]) -> Sequence[int]:
        """Those of these ascending times that it covers."""
        return times[self.among(times)]

    def among(self, times: Sequence[int]) -> slice:
        """Which of these ascending times it covers."""
        return slice(bisect_left(times, self.first), bisect_left(times, self.last))


def outages(rng: Random, clock: Clock, number: int) -> list[Outage]:
    """What befalls the installation with that number in its list: a few troubles in two months, by time.

    The second installation is down at the end of the history, so that there is always something to see.
    """
    found = []
    for _ in range(rng.choice((0, 1, 1, 2, 3)) * max(1, clock.days // 30)):
        fault = rng.choice(FAULTS[:-1])
        first = clock.start + rng.randrange(clock.hours * 3600 - 3600)
        last = first + rng.randint(*fault.lasts)
        found.append(Outage(fault, first, min(last, clock.now), lasting=last > clock.now))
    if number == 1:
        found.append(Outage(FAULTS[1], clock.now - 5000, clock.now + 1, lasting=True))
    return sorted(found, key=lambda outage: outage.first)
