"""Which Grafana account is whose. A login is a name that its owner may change (`PUT /api/user`, Grafana 12.4), so the
account is known by its number, which never changes and is never given again.

The pairs of login and number are kept in `jsonData` of the cabinet's first data source, which only an Admin of the org
can write, as keyed fingerprints: nobody without the root secret can make one or read a login from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from provision.errors import GrafanaError, NotFoundError
from provision.grafana import Json
from provision.ownership import ACCOUNTS, ACCOUNTS_SOURCE
from provision.text import Text

if TYPE_CHECKING:
    from provision.kinds.context import CabinetContext, RunContext

# "ours": the account of that person. "former": it was, and left every org. "free": there is none. "other": the login is
# of somebody else's account.
Standing = Literal["ours", "former", "free", "other"]
Row = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Record:
    """The accounts of a cabinet's people: keyed fingerprints of the login, by those of the account's number.

    `now` are the people who belong to the cabinet, `before` those who did.

    `listed` is how many people the lists had, with a key: `10 key`; "" where a former version wrote the record.
    """

    now: Mapping[str, str]
    before: Mapping[str, str]
    listed: str = ""

    def dump(self) -> dict[str, Json]:
        """As jsonData has it."""
        return {"now": dict(self.now), "before": dict(self.before), "listed": self.listed}

    @staticmethod
    def load(sources: object) -> "Record | None":
        """The record in a list of data sources, None where there is none: an org that was made before records were."""
        for source in sources if isinstance(sources, list) else ():
            if source.get("uid") == ACCOUNTS_SOURCE and isinstance(
                found := (source.get("jsonData") or {}).get(ACCOUNTS), dict
            ):
                now, before = (found.get(key) for key in ("now", "before"))
                listed = str(found.get("listed", ""))
                return Record(now if isinstance(now, dict) else {}, before if isinstance(before, dict) else {}, listed)
        return None


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a listed person. Where it is another's ("other"), `why` is the reason and `hint` what to do."""

    standing: Standing
    row: Row | None = None
    why: Text | None = None
    hint: Text | None = None

    @property
    def number(self) -> int:
        """0 where there is no account."""
        return number_of(self.row) if self.row else 0

    @property
    def is_external(self) -> bool:
        """Whether the person comes from a directory (LDAP, SAML, OAuth, JWT): profile and password are not ours."""
        return bool(self.row and self.row.get("authLabels"))


def number_of(row: Row) -> int:
    """The number of an account, from a list of users or of members."""
    return int(row["userId"] if "userId" in row else row["id"])


class Accounts:
    """The accounts of one cabinet's people, found once."""

    def __init__(self, context: "CabinetContext") -> None:
        self._context = context
        self._run: RunContext = context.run
        self._found: dict[str, Account] = {}

    def of(self, login: str) -> Account:
        """The account of the listed person with that login."""
        if made := self._run.directory.made.get(login):
            return Account("ours", made)
        if login not in self._found:
            self._found[login] = self._find(login)
        return self._found[login]

    def people(self) -> Mapping[int, str]:
        """Login, as listed, by the number of each account that is one of our people's."""
        found = {person.login: self.of(person.login) for person in self._context.cabinet.people}
        return {account.number: login for login, account in found.items() if account.standing == "ours"}

    def holds(self, number: int, login: str) -> bool:
        """Whether the record has that account under that login."""
        return self._old is not None and self._old.now.get(self._tag(number)) == self._tag(number, login)

    def has_record_of(self, number: int) -> bool:
        """Whether the record has that account, under whatever login."""
        return self._old is not None and self._tag(number) in self._old.now

    def record(self) -> Record:
        """The record as it should be: the people of the lists now, all others of the old one before."""
        old = self._old
        now = {self._tag(number): self._tag(number, login) for number, login in self.people().items()}
        before = {**old.before, **old.now} if old else {}
        cabinet = self._context.cabinet
        listed = len(cabinet.people) if cabinet.id in self._run.allow_deletes else max(self.listed, len(cabinet.people))
        return Record(now, {tag: pair for tag, pair in before.items() if tag not in now}, self._keyed(listed))

    @property
    def listed(self) -> int:
        """The most people that the lists had since a loss of people was allowed by --allow-deletes.

        It does not follow the lists downwards: a list that is cut in steps, or while its people are suspended, would
        pass otherwise. 0 where the record has no such number, or has it with a wrong key.
        """
        number = self._old.listed.partition(" ")[0] if self._old else ""
        is_keyed = number.isdecimal() and self._old is not None and self._old.listed == self._keyed(int(number))
        return int(number) if is_keyed else 0

    def _keyed(self, listed: int) -> str:
        return f"{listed} {self._run.root.fingerprint('listed', self._context.cabinet.id, str(listed))[:12]}"

    @property
    def recorded(self) -> Record | None:
        """The record as it is. A changed root secret makes it unreadable, so it counts as missing."""
        return self._old

    @property
    def _old(self) -> Record | None:
        return None if self._run.new_secret else Record.load(self._context.sources)

    def _find(self, login: str) -> Account:
        row, record = self._run.directory.users.get(login), self._old
        if row is not None and record and self._is_in(record.now, login, row):
            return Account("ours", row)
        if record and (renamed := self._renamed(record, login)):
            return Account("ours", renamed)
        if row is None:
            return Account("free")
        if row.get("isAdmin"):
            return _other(
                row,
                Text(
                    f"Логин {login} принадлежит администратору сервера Grafana",
                    f"The login {login} belongs to a Grafana server admin",
                ),
                ANOTHER_LOGIN,
            )
        return self._unrecorded(login, row, record)

    def _unrecorded(self, login: str, row: Row, record: Record | None) -> Account:
        """An account of the login that the cabinet's record does not have."""
        number = number_of(row)
        if record and self._tag(number) in record.now:  # one of our people, who took this login
            return Account("free") if self.listed_as(number) else _stranger(login, row)
        if any(number_of(member) == number for member in self._context.members.values()):
            return Account("ours", row)  # made by us; a killed apply did not come to its record
        account = Account("ours", row)
        orgs = self._run.directory.orgs_of(number)
        for org, name in orgs.items():
            owner = self._run.directory.owner(org)
            if self._run.realm(owner) != self._context.cabinet.realm and (owner or not account.is_external):
                return _elsewhere(login, row, name)
        if account.is_external or any(self._belongs(org, login, row) for org in orgs):
            return account
        if not orgs and record is None and self._context.is_suspended and self._has_email(login, row):
            return account
        if login in self._run.adopt_logins or (not orgs and self.was_ours(login, row)):
            return Account("former", row)
        return _stranger(login, row)

    def listed_as(self, number: int) -> str:
        """The login under which the record has that account, if the lists still name it; else ""."""
        people = self._context.cabinet.people
        return next((person.login for person in people if self.holds(number, person.login)), "")

    def _belongs(self, org: int, login: str, row: Row) -> bool:
        """Whether a member of another org of the realm is who the login says: recorded so, or not recorded at all."""
        record = Record.load(self._run.directory.sources(org))
        if record is None or self._run.new_secret:
            return True
        return self._is_in(record.now, login, row) or self._tag(number_of(row)) not in record.now

    def was_ours(self, login: str, row: Row) -> bool:
        """Whether a cabinet of the same distributor had this account under this login."""
        for cabinet in self._run.cabinets.values():
            if cabinet.distributor == self._context.cabinet.distributor:
                org = self._run.directory.find(cabinet.id, cabinet.title)
                record = Record.load(self._run.directory.sources(org)) if org else None
                if record and any(self._is_in(pairs, login, row) for pairs in (record.now, record.before)):
                    return True
        return False

    def _renamed(self, record: Record, login: str) -> Row | None:
        """The account that the record has for the login, under another name."""
        candidates: Iterator[Row] = iter(self._context.members.values())
        if self._context.is_suspended:
            candidates = iter(self._run.directory.users.values())
        number = next((number_of(row) for row in candidates if self._is_in(record.now, login, row)), None)
        users = self._run.directory.users.values()
        return next((row for row in users if number_of(row) == number), None) if number else None

    def _has_email(self, login: str, row: Row) -> bool:
        return str(row["email"]).lower() == (self._context.cabinet.person(login).email or login)

    def _is_in(self, pairs: Mapping[str, str], login: str, row: Row) -> bool:
        number = number_of(row)
        return pairs.get(self._tag(number)) == self._tag(number, login)

    def _tag(self, number: int, login: str = "") -> str:
        """The keyed fingerprint of an account, or of an account with its login, for a record of the distributor."""
        return self._run.root.fingerprint("account", self._context.cabinet.distributor, str(number), login)[:12]


ANOTHER_LOGIN = Text("Дайте менеджеру другой логин", "Give the manager another login")


def end_sessions(run: "RunContext", number: int) -> None:
    """Logs the account out everywhere. A deleted account has no sessions."""
    try:
        run.server.request("POST", f"/api/admin/users/{number}/logout", json={})
    except NotFoundError:
        return


def require_email(run: "RunContext", number: int, wanted: str) -> None:
    """Raises GrafanaError when the account has another e-mail than the one that was written just now."""
    seen = str(run.server.get(f"/api/users/{number}")["email"]).lower()
    if seen != wanted:
        raise GrafanaError(
            Text(f"Grafana оставила прежнюю почту: {seen}", f"Grafana kept the former e-mail: {seen}"),
            Text(
                "Её владелец должен подтвердить новую по ссылке из письма",
                "Its owner must confirm the new one with the link in a mail",
            ),
        )


def _stranger(login: str, row: Row) -> Account:
    return _other(
        row,
        Text(
            f"Логин {login} занят учётной записью, которую сделали не мы (номер {number_of(row)})",
            f"The login {login} is taken by an account that is not ours (number {number_of(row)})",
        ),
        Text(
            f"Если это тот же человек: --adopt-login {login}, он получит новый пароль. Иначе дайте другой логин",
            f"If it is the same person: --adopt-login {login}, with a new password. Otherwise give another login",
        ),
    )


def _elsewhere(login: str, row: Row, org: str) -> Account:
    return _other(
        row,
        Text(
            f"Логин {login} уже есть в организации «{org}», которой этот кабинет не должен видеть",
            f"The login {login} is already in org {org!r}, which this cabinet must not see",
        ),
        Text(
            "Дайте другой логин, а если это тот же человек, сначала уберите его оттуда",
            "Give another login or, if it is the same person, remove the login from that org first",
        ),
    )


def _other(row: Row, why: Text, hint: Text) -> Account:
    return Account("other", row, why, hint)
