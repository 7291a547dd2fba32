"""Alert: one of the 57 as data; `_rules` makes a rule of Grafana of it, `_pages` its page in docs/alerts."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dashboards._scope import Scope
from dashboards.alerts._levels import Priority, Route, Severity

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Feed:
    """Where an alert's data come from: how often its rule is evaluated and how far back it reads the last value.

    `every` is in seconds. It is not shorter than the period of the data, but for hourly data, which arrive at any
    minute: ten minutes is how long SMART may need to process a report. `look_back` is longer than on the dashboards: a
    gap in the data must not end an alert and start it again.
    """

    name: str
    title: str
    every: int
    look_back: str
    given: Callable[[Scope], bool] = field(compare=False)


CHECKS = Feed("checks", "проверки доступности (опрос SMART)", 5 * MINUTE, "30m", lambda scope: scope.has_polled)
# Free seats are evaluated as often as they are checked: the documents require that alert within 5 minutes.
SEATS = Feed("seats", "проверки доступности (опрос SMART)", 2 * MINUTE, "30m", lambda scope: scope.has_polled)
# Two days without a report are an alert of their own (SmartXMLfileIsToOld); until then the last report counts.
REPORTS = Feed("reports", "отчёты sysinfo", 10 * MINUTE, "2d", lambda scope: scope.has_installations)
# The polls leave out an hour every night.
ACCOUNTS = Feed("accounts", "опрос онлайн-доступов", 10 * MINUTE, "6h", lambda scope: scope.has_online)


@dataclass(frozen=True, slots=True)
class Case:
    """What one case of an alert is about: its labels, and those of them that identify it whoever the manager is."""

    labels: tuple[str, ...]
    key: tuple[str, ...]

    def more(self, *labels: str) -> "Case":
        """The same with more labels; none of them identifies."""
        return Case((*self.labels, *labels), self.key)


INSTALLATION = Case(("client", "manager", "host"), ("client", "host"))
ACCESS = Case(("client", "manager", "url", "catalog", "user"), ("url", "catalog", "user"))
TOGETHER = Case((), ())  # the whole cabinet is one case


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel to look at: slug of the dashboard, key of the panel, and its variables.

    A variable's value is text, or a label of the case written as `$host`.
    """

    slug: str
    key: str
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert.

    `condition` is MetricsQL, one series for each case with the labels of `case`; its value is for the texts and is
    `$values.A` there. `sql` takes its place where the data are rows: string columns become labels, one column is
    the number. `span` is the time range of the SQL macros in seconds. `counts` names the alert whose cases are counted
    in place of both, `over` is the figure that their number must exceed.
    `named`: the cases get the client's legal name and registration number. `within` is SQL whose rows (string columns
    are labels, the number is not 0) narrow the cases to those that agree with one of them.
    `hold` is how long a case must last before it is reported, in seconds; one that others suppress is held longer, see
    `_suppression`, unless its own data show that the cause is another one (`immediate`).
    The texts are Russian. `title` is what is wrong, in a few words. `text` is about one case and may be a template of
    Grafana with `$labels` and `$values`. `check` is where the reader of a mail looks first.
    """

    name: str
    priority: Priority
    severity: Severity
    route: Route
    feeds: tuple[Feed, ...]
    case: Case
    title: str
    text: str
    meaning: str
    check: str
    causes: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    condition: str = ""
    sql: str = ""
    span: int = 10 * MINUTE
    counts: str = ""
    over: int = 0
    named: bool = False
    within: str = ""
    hold: int = 0
    immediate: bool = False
    panel: Panel | None = None
    requires: str = ""  # data that come from none of the usual sources, in Russian
    exec_error: str = "KeepLast"  # state of the rule when a store does not answer

    @property
    def every(self) -> int:
        """Seconds between two evaluations of its rule."""
        return self.slowest.every

    @property
    def slowest(self) -> Feed:
        """Of its feeds the one whose data come least often."""
        return max(self.feeds, key=lambda feed: feed.every)

    @property
    def uid(self) -> str:
        """The uid of its rule in every cabinet."""
        return f"smart-{self.name.lower()}"

    def can_fire(self, scope: Scope) -> bool:
        """Whether the cabinet has data that could make it fire; of several feeds one is enough."""
        return any(feed.given(scope) for feed in self.feeds)
