"""What the server holds beyond a single org, read once a run: its orgs, their marks, its users."""

import threading
from collections.abc import Callable, Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from provision.credential import RootSecret
from provision.errors import ForbiddenError, LoginError, NotFoundError
from provision.grafana import HEADS, Answers, Grafana, Json, Org, apis_path
from provision.identity import skeleton
from provision.ownership import PREFIX, Claim, claim_of, is_proven, org_mark, unfinished_name

_SOURCES = "/api/datasources"
_AHEAD = 64  # orgs: the heads of their dashboards take some 10 MB


@dataclass(frozen=True, slots=True)
class Takeover:
    """Which orgs may become ours although their mark does not prove it.

    `adopt`: those of these cabinets, whoever is Admin there. `any_key`: those whose mark has no key, as former
    versions wrote it, or the key of another root secret; only where one org alone claims the cabinet and we know its
    Admins.
    """

    adopt: frozenset[str] = frozenset()
    any_key: bool = False


@dataclass(frozen=True, slots=True)
class Freed:
    """The account that gives an e-mail up in this run, and the cabinets that must be written for it."""

    number: int
    cabinets: frozenset[str]


class Directory:
    """Orgs and users of a server. Safe to ask from several threads."""

    def __init__(self, server: Grafana, root: RootSecret, takeover: Takeover = Takeover()) -> None:
        self._server = server
        self._root = root
        self.takeover = takeover
        self._lock = threading.Lock()
        self._claims: dict[int, Claim | None] = {}
        self._answers: dict[int, Answers] = {}
        self._sources: dict[int, Json] = {}
        self._creating: dict[str, threading.Lock] = {}
        self.made: dict[str, Mapping[str, Json]] = {}  # accounts that were made or taken over in this run, by login
        self.writing: set[str] = set()  # the cabinets that this run writes, as far as the plan has got
        self.freed: dict[str, Freed] = {}  # by e-mail, as the plan found them
        self.emails_lock = threading.Lock()  # held while an account is written and e-mails pass between accounts
        self.orgs: dict[str, int] = {str(org["name"]): int(org["id"]) for org in server.pages("/api/orgs")}
        self.users = {str(user["login"]).lower(): user for user in server.pages("/api/users")}
        self.emails = {str(user["email"]).lower(): login for login, user in self.users.items()}

    @cached_property
    def look_alikes(self) -> Mapping[str, tuple[str, ...]]:
        """The logins of the server by the form that they have in common with logins that look like them."""
        found: dict[str, tuple[str, ...]] = {}
        for login in self.users:
            found[skeleton(login)] = (*found.get(skeleton(login), ()), login)
        return found

    def claim(self, number: int) -> Claim | None:
        """What the org's address says, whoever wrote it."""
        if number not in self._claims:
            address = self._ask(number).get("address", {})
            self._claims[number] = claim_of(str(address.get("address1", "")))
        return self._claims[number]

    def _ask(self, number: int) -> Mapping[str, Json]:
        """The org as `GET /api/org` shows it under its header, kept for org(); {} of one that is not there any more.

        Where the header does not lead to it (we are no member, a proxy drops it), as the list of orgs shows it.
        """
        try:
            seen: Mapping[str, Json] = self._server.get("/api/org", org=number)
        except (ForbiddenError, LoginError, NotFoundError):
            seen = {}
        if seen.get("id") == number:
            self._answers[number] = {("/api/org", ""): seen}
            return seen
        try:
            return dict(self._server.get(f"/api/orgs/{number}"))
        except NotFoundError:  # deleted by somebody since the list was read
            return {}

    def owner(self, number: int) -> str:
        """The id of the cabinet whose org it is, "" for an org that is not ours, or is not to be taken over."""
        claim = self.claim(number)
        if claim and is_proven(self._root, claim, number):
            return claim.cabinet
        return claim.cabinet if claim and self._is_taken_over(number, claim) else ""

    def find(self, cabinet: str, title: str) -> int | None:
        """The number of the cabinet's org, whatever it is called; None when there is none.

        Looked for by its title first, then by its mark under any name, then by the name an unfinished creation leaves.
        """
        named = self.orgs.get(title)
        if named is not None and self.owner(named) == cabinet:
            return named
        found = self._by_owner.get(cabinet)
        return found if found is not None else self.orgs.get(unfinished_name(self._root, cabinet))

    @cached_property
    def _by_owner(self) -> Mapping[str, int]:
        """The first org of ours of each cabinet that has one."""
        return {self.owner(number): number for number in reversed(list(self.claims))}

    def orgs_of_cabinets(self, titles: Mapping[str, str]) -> Mapping[int, str]:
        """Number and present name of the org of each of those cabinets, of which id and title are given."""
        numbers = {self.find(cabinet, title) for cabinet, title in titles.items()}
        return {number: name for name, number in self.orgs.items() if number in numbers}

    def claimants(self, cabinet: str) -> tuple[int, ...]:
        """The orgs whose address names that cabinet, with any key."""
        return tuple(number for number, claim in self.claims.items() if claim.cabinet == cabinet)

    @property
    def claims(self) -> Mapping[int, Claim]:
        """The claim of every org that makes one; one request an org."""
        with self._lock:  # one thread has them read, the others find them so
            unread = [number for number in self.orgs.values() if number not in self._claims]
            if unread:
                with ThreadPoolExecutor(self._server.throttle.most) as pool:
                    list(pool.map(self.claim, unread))
        return {number: claim for number in self.orgs.values() if (claim := self._claims[number])}

    def org(self, number: int, cabinet: str) -> Org:
        """That org, bound to the cabinet. Raises GrafanaError when the server answers for another org.

        The first time the answer that showed its mark proves it; from then on it is asked anew.
        """
        marks = (org_mark(self._root, cabinet, number), unfinished_name(self._root, cabinet))
        return Org(self._server, number, cabinet, *marks, seen=self._answers.pop(number, None))

    def read_ahead(self, titles: Container[str], until: threading.Event, heads_of: Callable[[int], bool]) -> None:
        """Reads what every plan asks of an org of ours, until the event; org() hands the answers on.

        Of the first orgs with these names; `heads_of` says of which of them the heads of dashboards are read, too. What
        cannot be read is left to the plan.
        """

        def work(number: int) -> None:
            claim = None if until.is_set() else self.claim(number)
            if claim and is_proven(self._root, claim, number) and (answers := self._answers.get(number)):
                for path, accept in self._asked_of(number, answers, with_heads=heads_of(number)):
                    if until.is_set():
                        break
                    if path.startswith("/apis/"):
                        answers[path, accept] = list(self._server.apis_pages(path, org=number, heads=accept == HEADS))
                    else:
                        answers[path, accept] = self._server.get(path, org=number)

        with ThreadPoolExecutor(self._server.throttle.most) as pool:
            named = (number for title, number in self.orgs.items() if title in titles)
            for one in [pool.submit(work, number) for number in islice(named, _AHEAD)]:
                one.exception()

    def _asked_of(self, number: int, answers: Answers, *, with_heads: bool) -> Iterator[tuple[str, str]]:
        """Path and media type of what every plan asks in that org; the last ones depend on the answers."""
        if self._server.apis and with_heads:  # what takes longest comes first
            yield apis_path(number, "dashboard"), HEADS
        if self._server.apis:
            yield apis_path(number, "folder"), ""
        yield from ((path, "") for path in ("/api/org/users", "/api/org/preferences", _SOURCES))
        uids = (str(source["uid"]) for source in answers[_SOURCES, ""])
        yield from ((f"{_SOURCES}/uid/{uid}", "") for uid in uids if uid.startswith(PREFIX))

    def strange_admins(self, number: int) -> tuple[str, ...]:
        """The logins of an org's Admins who are neither we nor server admins."""
        try:
            rows = self._server.get(f"/api/orgs/{number}/users")
        except (NotFoundError, ForbiddenError):
            return ()
        admins = (str(row["login"]).lower() for row in rows if row["role"] == "Admin")
        known = {login for login, user in self.users.items() if user.get("isAdmin")} | {self._server.self_login}
        return tuple(sorted(login for login in admins if login not in known))

    def sources(self, org: int) -> Json:
        """The data sources of an org of ours, as listed; read once a run."""
        if org not in self._sources:
            self._sources[org] = self._server.get(_SOURCES, org=org)
        return self._sources[org]

    def creating(self, login: str) -> threading.Lock:
        """Held by whoever makes that login: two cabinets may list the same person."""
        with self._lock:
            return self._creating.setdefault(login, threading.Lock())

    def orgs_of(self, user: int) -> Mapping[int, str]:
        """Number and name of every org the user is a member of, asked anew."""
        return {int(org["orgId"]): str(org["name"]) for org in self._server.get(f"/api/users/{user}/orgs")}

    def _is_taken_over(self, number: int, claim: Claim) -> bool:
        allowed = self.takeover.any_key or claim.cabinet in self.takeover.adopt
        return allowed and number in self._sole_claimants

    @cached_property
    def _sole_claimants(self) -> frozenset[int]:
        """The orgs that alone claim their cabinet, and have no Admin we do not know unless they are to be adopted."""
        return frozenset(
            number
            for number, claim in self.claims.items()
            if self.claimants(claim.cabinet) == (number,)
            and (claim.cabinet in self.takeover.adopt or not self.strange_admins(number))
        )
