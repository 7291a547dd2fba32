"""What every kind of resource has in common, and where a cabinet lives."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from provision.backup import Backup
from provision.credentials import Root
from provision.directory import Directory
from provision.errors import ForbiddenError, NotFoundError, ProvisionError
from provision.grafana import Grafana, Json, Org, mark
from provision.handover import Handover
from provision.model import Cabinet, Code, Problem, Ref, Resource, Spec
from provision.text import Text

PREFIX = "smart-"  # begins every uid of ours: the mark of ownership
# The `address2` of an org that has been given heads: nothing else tells them from managers. An empty line would keep
# what it was (12.4).
HEADS, NO_HEADS = "smart heads", "smart no heads"


class Refused(ProvisionError):  # noqa: N818 - a decision, not a fault
    """Nothing of this cabinet is written; the text says why."""


@dataclass(frozen=True, slots=True)
class StoreAdmin:
    """How we administer the stores, where we do.

    `users_file` is vmauth's -auth.config, `backend` is VictoriaMetrics as vmauth reaches it, `door` is vmauth as we
    reach it, `reload_key` opens its /-/reload. `events` is a superuser's connection to PostgreSQL (libpq's string).
    """

    users_file: Path | None = None
    backend: str = ""
    door: str = ""
    reload_key: str = field(default="", repr=False)
    events: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Run:
    """What all cabinets of one plan or apply share.

    `realms` gives each cabinet of the estate its realm. `adopt` are the cabinets whose org may be taken
    over although it bears no mark. `allow_deletes` are the numbers of deletions that were expressly allowed, by
    cabinet. `message` goes into the version history of dashboards. `new_secret`: the root secret was changed, and all
    credentials are to be rewritten. `doors`: what lets in others than the members is listed too, at six requests a
    cabinet.
    """

    server: Grafana
    directory: Directory
    root: Root
    handover: Handover
    backup: Backup
    realms: Mapping[str, str]
    admin: StoreAdmin = StoreAdmin()
    adopt: frozenset[str] = frozenset()
    allow_deletes: Mapping[str, int] = field(default_factory=dict)
    message: str = ""
    new_secret: bool = False
    doors: bool = False


@dataclass(slots=True)
class Place:
    """One cabinet on the server: its org, once found or made, and what was read there.

    `begun` is the number of an org that is being made, `joined` are the logins that were made in it during this run.
    """

    run: Run
    cabinet: Cabinet
    found: Org | None = None
    begun: int | None = None
    joined: set[str] = field(default_factory=set)
    _members: dict[str, Mapping[str, Json]] | None = None

    def find(self) -> None:
        """Looks for the cabinet's org. Raises Refused when its title is taken by an org that is not ours, or we are no
        member of the org that is.
        """
        directory, title = self.run.directory, self.cabinet.title
        number = directory.find(self.cabinet.id, title)
        if self.cabinet.state == "absent":  # whoever else has its name now may keep it
            self.found = None if number is None else Org(self.run.server, number, self.cabinet.id)
            return
        taken = directory.orgs.get(title)
        if taken is not None and taken != number:
            if number is None and self.cabinet.id in self.run.adopt and not directory.mark(taken):
                number = taken
            else:
                raise self._taken(taken)
        self.found = None if number is None else self._enter(number)

    def bind(self, number: int) -> None:
        """The org that was just made for the cabinet. Raises Refused unless it bears our mark."""
        self.found = Org(self.run.server, number, self.cabinet.id)
        if not self.found.is_ours:
            raise self._taken(number)

    @property
    def org(self) -> Org:
        """The cabinet's org. Raises Refused when it was not made: an earlier change failed."""
        if self.found is None:
            raise Refused(Text("Организации кабинета ещё нет", "The cabinet's org does not exist yet"))
        return self.found

    @property
    def members(self) -> Mapping[str, Mapping[str, Json]]:
        """The org's members by login in lower case, as `GET /api/org/users` shows them: userId, login, email, role."""
        if self._members is None:
            rows = self.org.get("/api/org/users") if self.found else []
            self._members = {str(row["login"]).lower(): row for row in rows}
        return self._members

    def forget(self) -> None:
        """What was read of the org is to be read anew, and whether it is there at all."""
        self._members = None
        if self.found is not None:
            try:
                self.run.server.get(f"/api/orgs/{self.found.number}")
            except NotFoundError:
                self.found = None
            else:
                self.found.verify_ownership()

    def _enter(self, number: int) -> Org:
        """The org, if we are a member: a server admin who is none may read there, but write no dashboards (12.4)."""
        server = self.run.server
        try:
            org = Org(server, number, self.cabinet.id)
            if org.is_ours:  # it was made by us
                return org
            members = {str(row["login"]).lower() for row in server.get(f"/api/orgs/{number}/users")}
        except ForbiddenError:
            members = set()
        if server.self_login in members:
            return org
        me, title = server.self_login, self.cabinet.title
        raise Refused(
            Text(
                f"{me} не участник организации «{title}» ({number})", f"{me} is no member of org {title!r} ({number})"
            ),
            Text(
                f"Добавьте туда {me} с ролью Admin и повторите через полминуты",
                f"Add {me} there with the role Admin and repeat half a minute later",
            ),
        )

    def _taken(self, number: int) -> Refused:
        title = self.cabinet.title
        if owner := self.run.directory.mark(number):
            known = owner in self.run.realms
            return Refused(
                Text(
                    f"Название «{title}» пока носит организация {number} кабинета {owner}",
                    f"The name {title!r} still belongs to org {number} of cabinet {owner}",
                ),
                Text(
                    f"Сначала переименуйте {owner}: provision apply {owner}",
                    f"Rename {owner} first: provision apply {owner}",
                )
                if known
                else Text(
                    "Такого кабинета в файле нет: верните его id или переименуйте ту организацию",
                    "The file has no such cabinet: bring its id back, or rename that org",
                ),
            )
        return Refused(
            Text(
                f"Организация «{title}» ({number}) уже есть, и сделали её не мы: нет метки «{mark(self.cabinet.id)}»",
                f"The org {title!r} ({number}) exists and is not ours: it lacks the mark {mark(self.cabinet.id)!r}",
            ),
            Text(
                f"Если это и есть кабинет, повторите с --adopt {self.cabinet.id}; иначе смените название кабинета",
                f"If it is the cabinet, repeat with --adopt {self.cabinet.id}; otherwise change the cabinet's title",
            ),
        )


class Kind(ABC):
    """One kind of resource: what a cabinet should have of it, what it has, and how to write the difference.

    Methods that talk to the server raise ProvisionErrors. `read` is asked only where the cabinet's org exists.
    """

    name: ClassVar[str]
    title: ClassVar[Text]
    needs_org: ClassVar[bool] = True  # to be read at all
    admits: ClassVar[bool] = False  # decides who gets in: what a suspension takes away
    whole: ClassVar[bool] = False  # all else that the cabinet has in Grafana goes with it
    is_door: ClassVar[bool] = False  # a way in past the membership: only looked at

    def __init__(self, run: Run) -> None:
        self.run = run

    @abstractmethod
    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        """What the cabinet should have."""

    @abstractmethod
    def read(self, place: Place) -> Iterable[Resource]:
        """What is there, ours or not."""

    @abstractmethod
    def create(self, place: Place, new: Resource) -> None:
        """Makes `new`."""

    @abstractmethod
    def update(self, place: Place, old: Resource, new: Resource) -> None:
        """Turns `old` into `new`; raises ConflictError when `old` is no longer what is there."""

    def delete(self, place: Place, old: Resource) -> None:
        """Removes `old`. Kinds of which every cabinet always has exactly one never come here."""
        raise NotImplementedError(f"{self.name} is never deleted")

    @staticmethod
    def brake(place: Place, deleted: Sequence[Resource]) -> Text | None:
        """Why these deletions of this kind want an explicit word; None when they do not."""
        return None

    def normalise(self, spec: Spec) -> Spec:
        """The one form in which both sides are compared: without what only the server knows."""
        return spec

    @staticmethod
    def check(cabinet: Cabinet) -> Iterable[Problem]:
        """What is wrong with the cabinet's wishes for this kind, told without a server."""
        return ()

    @staticmethod
    def codes() -> Iterable[Code]:
        """What the codes mean that check() and lint() give."""
        return ()

    @staticmethod
    def lint(cabinets: Sequence[Cabinet]) -> Iterable[Problem]:
        """Breaches of the house rules in what these cabinets get, told without a server; slower than check()."""
        return ()

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        """Name and content of the files that `provision render` writes for the cabinet."""
        return ()

    def resource(self, cabinet: Cabinet, key: str, spec: Spec, origin: str) -> Resource:
        """A wanted resource of this kind."""
        return Resource(Ref(cabinet.id, self.name, key), self.normalise(spec), origin)

    def seen(
        self,
        place: Place,
        key: str,
        spec: Spec,
        *,
        managed: bool = True,
        handle: Mapping[str, Json] | None = None,
    ) -> Resource:
        """A resource of this kind as it is on the server."""
        ref = Ref(place.cabinet.id, self.name, key)
        return Resource(ref, self.normalise(spec), "grafana", handle or {}, managed)
