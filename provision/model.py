"""The nouns of the program, as frozen data: Cabinet, its list rows, Ref, Resource, State, Problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from provision.rows import Installation as Installation
from provision.rows import ListKind as ListKind
from provision.rows import OnlineAccess as OnlineAccess
from provision.rows import Row as Row
from provision.rows import Rows as Rows
from provision.text import Text

Level = Literal["error", "warning", "note"]
Role = Literal["Viewer", "Editor", "Admin"]
Condition = Literal["active", "suspended", "absent"]
Spec = Mapping[str, Any]
# Worst first, with the words for them.
LEVELS: Mapping[Level, Text] = {
    "error": Text("ошибка", "error"),
    "warning": Text("предупреждение", "warning"),
    "note": Text("замечание", "note"),
}


@dataclass(frozen=True, slots=True)
class Contest:
    """A login or e-mail of a cabinet that cabinets of other realms name, too, or a login that looks like theirs.

    `value` is this cabinet's, in canonical form, as are those of `rivals`, by cabinet. Who has it in Grafana keeps it.
    `loses`: whether this cabinet is refused where nobody or everybody has it. Of two distributors the one that comes
    later in tenants.yaml loses; of two isolated branches both do.
    """

    sort: Literal["login", "email"]
    value: str
    rivals: tuple[tuple[str, str], ...]
    loses: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth a word, in tenants.yaml, a list or a dashboard. Data, never raised.

    `line`, `column` and `field_number` count from 1; 0 means the whole file or line. `value` is what was found
    (never a password), `suggestion` is what it should be where that is known. `summary` is the message without the
    value: problems of one summary may be shown as one. An `error` excludes its line; with `blocks_cabinet` it refuses
    the whole cabinet (a file that cannot be used, data that cross between isolated cabinets). `elsewhere` are places
    that only the operator may see: files of another distributor. `contest`: Grafana decides who is refused.
    """

    code: str
    level: Level
    message: Text
    hint: Text
    file: str = ""
    line: int = 0
    column: int = 0
    field_number: int = 0
    field_name: str = ""
    value: str = ""
    suggestion: str | None = None
    cabinet: str = ""
    blocks_cabinet: bool = False
    summary: Text | None = None
    elsewhere: str = ""
    contest: Contest | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """What the problems of one code have in common: severity, words, and an example that has it with a better form.

    An error excludes its line; one that `blocks_cabinet` refuses the cabinet.
    """

    code: str
    level: Level
    wrong: Text
    hint: Text
    example: str = ""
    better: str = ""
    blocks_cabinet: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One login of a cabinet: a manager named by a list, or a head named in tenants.yaml.

    `login` and `email` are lower case, as Grafana stores them. `email` is "" where a mailbox serves several people
    (Grafana requires unique ones); Grafana then uses the login in its place. `origin` is `lists/x.csv:3` or
    `tenants.yaml:12`.
    `head` is True for people that tenants.yaml names. `name` is "" where it gives none.
    """

    login: str
    email: str
    role: Role
    origin: str
    name: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class MetricsStore:
    """Where Grafana's server reaches the numbers: vmauth at `url`, with a store of that kind behind it."""

    url: str
    kind: str = "victoriametrics"


@dataclass(frozen=True, slots=True)
class EventsStore:
    """Where Grafana's server reaches the rows: a store of that kind at `address` (host:port).

    `administrator` names the variable with the connection string of that server's administrator.
    """

    address: str
    sslmode: str = "verify-full"
    administrator: str = "SMART_EVENTS_ADMIN"
    kind: str = "postgresql"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When messages that can wait are held back: from `start` to `end`, local times as `22:00`.

    An `end` before `start` is on the next day; both "" mean the whole day. `weekdays` are those on which it starts, in
    English lower case; none means every day.
    """

    start: str = ""
    end: str = ""
    weekdays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alerting:
    """How a cabinet's alerts are reported.

    `heads`: its heads receive the alerts of high priority, too. `maintenance` are windows in which nobody is
    notified: pairs of local times as `2026-12-30 20:00`. `operator` is the mailbox for what concerns SMART itself, ""
    for none. `runbooks` is the address under which docs/alerts is published, "" where it is not.
    """

    heads: bool = False
    quiet_hours: tuple[QuietHours, ...] = ()
    maintenance: tuple[tuple[str, str], ...] = ()
    operator: str = ""
    runbooks: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ListFile:
    """One list as read. Each of its `lines` is a row, or in `refused` (it has an error), or in `ignored`.

    `shown` is the name used in problems. `date` is the one in the file's name. `encoding` is "" where none fits.
    `ignored` maps a line to the code that says why; "" for the blank lines that belong there. Where a problem excludes
    the whole file, there are no rows and all lines are refused.
    """

    path: Path
    shown: str
    kind: ListKind
    date: date | None
    encoding: str
    rows: Rows = field(repr=False)
    problems: tuple[Problem, ...] = field(repr=False)
    lines: int = 0
    refused: Sequence[int] = field(default=(), repr=False)
    ignored: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def usable(self) -> bool:
        """Whether no problem excludes the whole file."""
        return not any(problem.blocks_cabinet for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Cabinet:
    """One tenant: defaults, profile, distributor and lists merged.

    Cabinets of one `realm` may share people. `title` is the org's name. `home` is a slug, `dashboards` are patterns of
    slugs ("*", "billing-online-*"). `dealer` is the id that the SMART operator gave the distributor, "" for none;
    `tokens` are the numbers of the tokens that its clients' scripts may send.
    `checks` are those of its installations besides icmp, tcp and http200 (`collect.checks`). `telegram` is the chat for
    its alerts, "" for none. `air_gapped` are names of clients that send no report by themselves. `editors_trusted`:
    its Editors may make Grafana's server send requests and mail anywhere.
    `allowed` are name of the sort and key of things that open the cabinet and may stay (see kinds/watched.py).

    `managers` are all pairs of manager, as written in its lists, and e-mail address, in the form that mail needs.
    `installations` and `accesses` are the valid lines of its lists, in their order; none for an absent cabinet. An
    installation with two managers is there twice. Rows are made when asked for, so ask for them once.
    `generation` numbers its credentials. `origin` is `tenants.yaml:LINE`.
    `state`: suspended, everything is kept and nobody has access; absent, nothing is wanted and no list was read.
    `blocked`: a problem refuses this cabinet, it is neither planned nor applied. `blocked_by_contests`: only because
    of `contests`, which a plan decides anew (guards.settled); `taken` are the values that it found to be taken.
    `unused_lines` counts the lines of its lists that errors exclude: people on such lines alone are not in `people`.
    """

    id: str
    profile: str
    distributor: str
    realm: str
    title: str
    timezone: str
    language: str
    week_start: str
    folder: str
    dashboards: tuple[str, ...]
    home: str
    people: tuple[Person, ...]
    mail: Mapping[str, str]
    metrics: MetricsStore
    events: EventsStore
    generation: int
    origin: str
    installations: Sequence[Installation] = field(default=(), repr=False, compare=False)
    accesses: Sequence[OnlineAccess] = field(default=(), repr=False, compare=False)
    dealer: str = ""
    tokens: tuple[int, ...] = (1,)
    checks: tuple[str, ...] = ()
    telegram: str = ""
    alerting: Alerting = Alerting()
    managers: tuple[tuple[str, str], ...] = ()
    air_gapped: frozenset[str] = frozenset()
    editors_trusted: bool = False
    allowed: frozenset[tuple[str, str]] = frozenset()
    state: Condition = "active"
    blocked: bool = False
    blocked_by_contests: bool = False
    contests: tuple[Contest, ...] = field(default=(), repr=False, compare=False)
    taken: tuple[str, ...] = ()
    unused_lines: int = 0

    @property
    def sender(self) -> str:
        """What its clients' scripts and the registry call its distributor: the dealer id, else the distributor's id."""
        return self.dealer or self.distributor

    def person(self, login: str) -> Person:
        """The one of its people who has that login."""
        return next(person for person in self.people if person.login == login)

    @property
    def let_in(self) -> tuple[Person, ...]:
        """Those of its people who have access now."""
        return self.people if self.state == "active" else ()


@dataclass(frozen=True, slots=True)
class Estate:
    """All cabinets, in the order of tenants.yaml, and every problem found on the way to them.

    `lists` are the lists of each cabinet as they were read, usable or not, by its id; none of an absent one.
    `accepted_settings` gives the reason for each server setting that may stay as it is.
    """

    cabinets: tuple[Cabinet, ...]
    problems: tuple[Problem, ...]
    lists: Mapping[str, Sequence[ListFile]] = field(default_factory=dict, repr=False, compare=False)
    accepted_settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The name of one object: cabinet id, kind of resource, key inside them (a uid, a login, "org")."""

    cabinet: str
    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.cabinet}/{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class Resource:
    """One object in canonical form; the same type for what is wanted and for what is there.

    `origin` is `lists/x.csv:3`, `dashboards/for_managers.py`, `tenants.yaml:12` or `grafana`. `handle` is what the
    server needs to address and lock the object (numeric id, version); it is never compared nor shown. `managed` is
    False for an object without our mark: it is listed, never changed. `spec` holds no secrets, ever.
    """

    ref: Ref
    spec: Spec
    origin: str
    handle: Mapping[str, Any] = field(default_factory=dict)
    managed: bool = True


State = dict[Ref, Resource]
