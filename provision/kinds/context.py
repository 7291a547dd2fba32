"""What a kind gets to work with: the run (RunContext) and one cabinet on the server (CabinetContext)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from provision.backup import Backup
from provision.credential import RootSecret
from provision.directory import Directory
from provision.errors import ForbiddenError, NotFoundError, ProvisionError
from provision.grafana import Grafana, Json, Org
from provision.handover import Handover
from provision.kinds.accounts import Accounts, Record
from provision.model import Cabinet
from provision.ownership import ACCOUNTS_SOURCE, CREATED, STATE, SUSPENDED
from provision.remembered import Remembered
from provision.stores.number_stores import NumberStore
from provision.text import Text


class Refused(ProvisionError):  # noqa: N818 - a decision, not a fault
    """Nothing of this cabinet is written; the text gives the reason."""


@dataclass(frozen=True, slots=True)
class StoreAdmin:
    """How we administer the stores, where we do.

    `users_file` is vmauth's -auth.config, `backend` is VictoriaMetrics as vmauth reaches it, `vmauth_url` is vmauth as
    we reach it, `reload_key` opens its /-/reload. `events` are the administrators' connections to PostgreSQL servers
    (libpq's strings), by the variables that hold them.
    """

    users_file: Path | None = None
    backend: NumberStore | None = None
    vmauth_url: str = ""
    reload_key: str = field(default="", repr=False)
    events: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AlertingSecrets:
    """What contact points need and no file holds: the token of the Telegram bot, the address of the operator's log."""

    telegram_token: str = field(default="", repr=False)
    log_url: str = ""


@dataclass(frozen=True, slots=True)
class Notifications:
    """An org's notification settings in the form of `/api/v1/provisioning`, without the versions of its objects."""

    policies: Mapping[str, Json]
    templates: Sequence[Mapping[str, Json]]
    timings: Sequence[Mapping[str, Json]]
    points: Sequence[Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class CollectionAdmin:
    """The folder of the collection files, and what they say.

    `address` is the blackbox exporter's `host:port` as VictoriaMetrics reaches it, `exporter` its URL as we reach it
    ("" where we do not). `password_file` holds smartlogin's password, as the exporter reaches it. `interval`: seconds
    between two probes of a target.
    """

    folder: Path
    address: str
    exporter: str
    password_file: str
    interval: int


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all cabinets of one plan or apply share.

    `cabinets` are all of the estate by id, chosen or not. `allow_deletes` are the numbers of deletions that were
    explicitly allowed, by cabinet. `message` goes into the version history of dashboards. `new_secret`: the root secret
    was changed, and all credentials are to be rewritten. `accepted_settings` are the server settings that tenants.yaml
    accepts. `collection` is None where the files of collection are not ours to write. `adopt_logins` are the logins
    whose accounts may be taken over although they are not known as ours.
    """

    server: Grafana
    directory: Directory
    root: RootSecret
    remembered: Remembered
    handover: Handover
    backup: Backup
    cabinets: Mapping[str, Cabinet]
    admin: StoreAdmin = StoreAdmin()
    alerting: AlertingSecrets = AlertingSecrets()
    collection: CollectionAdmin | None = None
    adopt_logins: frozenset[str] = frozenset()
    allow_deletes: Mapping[str, int] = field(default_factory=dict)
    message: str = ""
    new_secret: bool = False
    accepted_settings: Collection[str] = ()

    def realm(self, cabinet: str) -> str | None:
        """The realm of that cabinet of the estate, None of an unknown one."""
        known = self.cabinets.get(cabinet)
        return known.realm if known else None


@dataclass(slots=True)
class CabinetContext:
    """One cabinet on the server: its org, once found or made, and what was read there.

    `begun` is the number of an org that is being made, `joined` are the logins that were made in it during this run.
    `created` are fingerprints of the dashboards that were created with the org in this run, by uid (see heads).
    `notifications` are the org's notification settings, None where they were not read or the org has none yet.
    """

    run: RunContext
    cabinet: Cabinet
    found: Org | None = None
    begun: int | None = None
    joined: set[str] = field(default_factory=set)
    created: dict[str, str] = field(default_factory=dict)
    notifications: Notifications | None = None
    _members: dict[str, Mapping[str, Json]] | None = None
    _sources: list[Mapping[str, Json]] | None = None
    _accounts: Accounts | None = None
    _is_new: bool = False  # the org was made just now, and nothing has been read of it
    written: Record | None = None  # by a data source in this run

    def find(self) -> None:
        """Looks for the cabinet's org. Raises Refused when its title is taken by an org that is not ours, when an org
        claims to be the cabinet without proving it, or when we are no member of it: of one to be taken over, or of one
        that another server admin made.
        """
        directory, title = self.run.directory, self.cabinet.title
        number = directory.find(self.cabinet.id, title)
        if number is None and (claimants := directory.claimants(self.cabinet.id)):
            raise self._unproven(claimants)
        if self.cabinet.state == "absent":  # whoever else has its name now may keep it
            self.enter(number)
            return
        taken = directory.orgs.get(title)
        if taken is not None and taken != number:
            if number is not None or self.cabinet.id not in directory.takeover.adopt or directory.claim(taken):
                raise self._taken(taken)
            number = taken
        self.enter(number)
        if self.found is not None and not self.found.is_ours:
            self._require_membership(self.found.number)

    def enter(self, number: int | None) -> None:
        """Works in that org from now on, None: in no org yet."""
        try:
            self.found = None if number is None else self.run.directory.org(number, self.cabinet.id)
        except ForbiddenError:
            self._require_membership(number or 0)
            raise

    def enter_if_there(self, number: int | None) -> bool:
        """The same; False where that org does not exist any more."""
        try:
            self.run.server.get(f"/api/orgs/{number}")
        except NotFoundError:
            return False
        self.enter(number)
        return True

    def bind(self, number: int) -> None:
        """The org that was just made for the cabinet. Raises Refused unless it has our mark."""
        self.found = self.run.directory.org(number, self.cabinet.id)
        if not self.found.is_ours:
            raise self._taken(number)
        self._members = self._sources = self._accounts = None
        self._is_new = True

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
            rows = self.org.get("/api/org/users") if self.found and not self._is_new else []
            self._members = {str(row["login"]).lower(): row for row in rows}
        return self._members

    @property
    def sources(self) -> list[Mapping[str, Json]]:
        """The org's data sources, as `GET /api/datasources` shows them."""
        if self._sources is None:
            self._sources = list(self.org.get("/api/datasources")) if self.found and not self._is_new else []
        return self._sources

    @property
    def is_new(self) -> bool:
        """Whether the org was made in this run, and its data sources are still to be written."""
        return self._is_new

    @property
    def dashboards_created(self) -> dict[str, str]:
        """Fingerprints of dashboards that were created with the org, by uid: those of its record and of this run."""
        rows = (row for row in self.sources if row["uid"] == ACCOUNTS_SOURCE)
        recorded = next(((row.get("jsonData") or {}).get(CREATED) for row in rows), None)
        return {**(recorded if isinstance(recorded, dict) else {}), **self.created}

    @property
    def accounts(self) -> Accounts:
        """Which accounts are those of the cabinet's people."""
        if self._accounts is None:
            self._accounts = Accounts(self)
        return self._accounts

    @property
    def is_suspended(self) -> bool:
        """Whether the org records that its people were taken out by us (see SuspensionKind)."""
        return self.found is not None and self.found.address.get(STATE) == SUSPENDED

    def forget(self) -> None:
        """What was read of the org is to be read again, and whether it exists at all."""
        self._members = self._sources = self._accounts = self.notifications = None
        self._is_new = False
        if self.found is not None:
            try:
                self.run.server.get(f"/api/orgs/{self.found.number}")
            except NotFoundError:
                self.found = None
            else:
                self.found.verify_ownership()

    def _require_membership(self, number: int) -> None:
        """Raises Refused unless we are a member: a server admin who is none may read there, but write no dashboards
        (Grafana 12.4). An org that we made has us as a member.
        """
        server = self.run.server
        try:
            members = {str(row["login"]).lower() for row in server.get(f"/api/orgs/{number}/users")}
        except ForbiddenError:
            members = set()
        if server.self_login in members:
            return
        me, title = server.self_login, self.cabinet.title
        raise Refused(
            Text(
                f"{me} не участник организации «{title}» ({number})", f"{me} is no member of org {title!r} ({number})"
            ),
            Text(
                f"Добавьте туда {me} с ролью Admin и повторите через полминуты. Если организацию сделал другой "
                "администратор сервера, можно указать его в GRAFANA_USER",
                f"Add {me} there with the role Admin and repeat half a minute later. If another server admin made the "
                "org, that login can be named in GRAFANA_USER",
            ),
        )

    def _unproven(self, claimants: Sequence[int]) -> Refused:
        """Why orgs that claim to be the cabinet are not taken for it, and what to do."""
        directory, me = self.run.directory, self.cabinet.id
        names = {number: name for name, number in directory.orgs.items()}
        orgs = ", ".join(f"{number} «{names[number]}»" for number in claimants)
        if len(claimants) > 1:
            return Refused(
                Text(
                    f"Кабинетом {me} называют себя несколько организаций, и ни у одной нет нашего ключа: {orgs}",
                    f"Several orgs claim to be cabinet {me}, none with our key: {orgs}",
                ),
                Text(
                    "Уберите метку (строку адреса «smart cabinet=…») у чужих и повторите",
                    "Remove the mark (the address line 'smart cabinet=…') from those of strangers and repeat",
                ),
            )
        (number,) = claimants
        why = Text(
            f"Организация {orgs} называет себя кабинетом {me}, но ключа в её метке нет или он не наш",
            f"Org {orgs} claims to be cabinet {me}, but its mark has no key or not ours",
        )
        if strangers := ", ".join(directory.strange_admins(number)):
            return Refused(
                Text(f"{why.ru}; её администраторы: {strangers}", f"{why.en}; its Admins: {strangers}"),
                Text(
                    f"Если это и есть кабинет, повторите с --adopt {me}; иначе уберите метку из её адреса",
                    f"If it is the cabinet, repeat with --adopt {me}; otherwise remove the mark from its address",
                ),
            )
        return Refused(
            why,
            Text(
                "Если SMART_SECRET сменён намеренно или кабинет сделала прежняя версия программы, добавьте "
                "--new-secret; если метку написал посторонний, уберите её из адреса организации",
                "If SMART_SECRET was changed on purpose, or a former version of the program made the cabinet, add "
                "--new-secret; if a stranger wrote the mark, remove it from the org's address",
            ),
        )

    def _taken(self, number: int) -> Refused:
        title = self.cabinet.title
        if owner := self.run.directory.owner(number):
            known = owner in self.run.cabinets
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
                f"Организация «{title}» ({number}) уже есть, и сделали её не мы: в её адресе нет нашей метки",
                f"The org {title!r} ({number}) exists and is not ours: its address lacks our mark",
            ),
            Text(
                f"Если это и есть кабинет, повторите с --adopt {self.cabinet.id}; иначе смените название кабинета",
                f"If it is the cabinet, repeat with --adopt {self.cabinet.id}; otherwise change the cabinet's title",
            ),
        )
