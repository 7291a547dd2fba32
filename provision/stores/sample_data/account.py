"""One user of an installation: what an hour of work adds, and what a report says."""

from random import Random

MTD = ("db_requests", "docs_covered", "docs_free", "docs_saved", "docs_printed", "actions", "billing_docs", "activity")
DELTAS = ("db_requests", "docs_saved", "search_empty")


class Account:
    """Counters of one user.

    `level` is what he asks in the busiest hour; 0 for an account that nobody uses. `since` is the hour of the history
    in which the account appears. `history` holds a list of reported values for each of MTD, then of DELTAS, then the
    60 days; `kassist` holds (report number, requests of 30 days) where that is not 0.
    """

    def __init__(self, rng: Random, login: str, surname: str, domain: str, *, since: int) -> None:
        self.login, self.surname, self.domain, self.since = login, surname, domain, since
        self._rng = rng
        idle = rng.random() < 0.14
        self.level = 0.0 if idle else rng.lognormvariate(1.2, 0.7)
        self._saves, self._prints = rng.uniform(0.05, 0.4), rng.uniform(0.02, 0.3)
        self._assists = rng.uniform(0.05, 0.3) if rng.random() < 0.35 else 0.0
        self.last = -rng.randint(800, 3000) if idle else -rng.randint(1, 200)  # hour of the last request
        self._mtd = [0] * len(MTD)
        self._deltas = [0] * len(DELTAS)
        self._by_day: list[tuple[int, int]] = []  # requests, of these through kAssist
        self._today = [0, 0]
        self._before = 0.0 if idle or since else self.level * 6 * 5 / 7  # a day's requests before the history begins
        self.requests_60d = int(self._before * 60)
        self.assists_30d = int(self._before * self._assists * 30)
        self.history: list[list[int]] = [[] for _ in range(len(MTD) + len(DELTAS) + 1)]
        self.kassist: list[tuple[int, int]] = []

    def work(self, hour: int, requests: int) -> tuple[int, int]:
        """Adds an hour's requests; the searches among them, and those without a result."""
        random = self._rng.random
        searches = 1 + int(requests * 0.25 * random() * 2)
        empty = sum(random() < 0.06 for _ in range(searches))
        covered = int(requests * 0.5 * random() + random())
        free = int(covered * 0.4 * random() + random())
        saved = int(covered * self._saves + random() * 0.8)
        printed = int(covered * self._prints + random() * 0.7)
        services = int(random() * 1.3)
        actions = searches + covered + free + services
        added = (requests, covered, free, saved, printed, actions, covered + services, actions + 2 * (saved + printed))
        self._mtd = [old + new for old, new in zip(self._mtd, added, strict=True)]
        for number, new in enumerate((requests, saved, empty)):
            self._deltas[number] += new
        self._today[0] += requests
        self._today[1] += int(requests * self._assists + random() * bool(self._assists))
        self.last = hour
        return searches, empty

    def begin_month(self) -> None:
        """The counters of the month restart."""
        self._mtd = [0] * len(MTD)

    def end_day(self) -> None:
        """Computes the trailing windows, as the source does once a day."""
        self._by_day.append((self._today[0], self._today[1]))
        self._today = [0, 0]
        known = len(self._by_day)
        self.requests_60d = sum(day[0] for day in self._by_day[-60:]) + int(self._before * max(0, 60 - known))
        assisted = sum(day[1] for day in self._by_day[-30:])
        self.assists_30d = assisted + int(self._before * self._assists * max(0, 30 - known))

    def report(self, number: int) -> None:
        """Writes down what report `number` says, and starts the next."""
        for values, value in zip(self.history, (*self._mtd, *self._deltas, self.requests_60d), strict=True):
            values.append(value)
        self._deltas = [0] * len(DELTAS)
        if self.assists_30d:
            self.kassist.append((number, self.assists_30d))
