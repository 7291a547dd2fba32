"""What is expected of each list line and what the evidence says of it. Pure: no store is asked, no clock is read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from provision.collect.checks import ALWAYS
from provision.model import Cabinet, Installation, OnlineAccess, Problem
from provision.stores.contract import CHECK, ONLINE, SMARTSTATUS, SYSINFO
from provision.text import Text
from provision.verify.reasons import REASONS, Reason

MINUTE, HOUR = 60, 3600
_UNITS = {"m": MINUTE, "h": HOUR}
# How long data may take to arrive for the first time, and how old the last sample may be.
FIRST = {"checks": 5 * MINUTE, "report": HOUR, "status": 15 * MINUTE, "poll": HOUR}
_SOURCES = {"checks": CHECK, "report": SYSINFO, "status": SMARTSTATUS, "poll": ONLINE}
OLDEST = {kind: int(source.look_back[:-1]) * _UNITS[source.look_back[-1]] for kind, source in _SOURCES.items()}
_OF_STATUS = ("status", "clock")  # why a smartstatus file is refused
_FARTHEST = 14  # hours; a report that is older was sent later
_SLACK = 15 * MINUTE  # how far the time inside a report may be from a whole hour and still count as a shift


class Verdict(IntEnum):
    """How a line is, the worst first."""

    NEVER = 0  # overdue: nothing has come in time
    LATE = 1  # data came and stopped
    FAILING = 2  # data come and say that the installation or access cannot be reached
    WRONG = 3  # data come, and something about them is wrong
    WAITING = 4  # nothing has come yet, and it is not overdue
    FINE = 5
    NOTHING = 6  # nothing is expected


class Heard(NamedTuple):
    """The first and the last sample of a series in unix seconds, and the last value."""

    first: float
    last: float
    value: float


Client = tuple[str, str]  # host, manager
Access = tuple[str, str, str]  # user, server, catalog


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the stores have of one cabinet at `now` (unix seconds).

    `checks`, `codes` and `protocols` are by (host, manager) and check; `reports`, `statuses` by (host, manager);
    `refused` holds the last refused upload by host: (time, reason); `polls` are by access and manager.
    `registered`: since when a client is in the registry, by its host or its access. `closed`: those that left.
    `poll_errors`: time and class of the last error of an access, `paused` when it is not asked any more.
    `targets`: (host, manager) of the target file; None where the file cannot be seen from here.
    """

    now: float
    checks: Mapping[Client, Mapping[str, Heard]] = field(default_factory=dict)
    codes: Mapping[Client, Mapping[str, float]] = field(default_factory=dict)
    protocols: Mapping[Client, float] = field(default_factory=dict)
    reports: Mapping[Client, Heard] = field(default_factory=dict)
    statuses: Mapping[Client, Heard] = field(default_factory=dict)
    refused: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    polls: Mapping[Access, Mapping[str, Heard]] = field(default_factory=dict)
    registered: Mapping[str | Access, float] = field(default_factory=dict)
    closed: Collection[str | Access] = ()
    poll_errors: Mapping[Access, tuple[float, str]] = field(default_factory=dict)
    targets: Collection[Client] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one list line. `subject` is the installation or access; file "" and line 0 for none.

    `since` and `last` are unix seconds, 0 for never; `until` is when what is awaited becomes overdue, 0 for no limit.
    """

    cabinet: str
    file: str
    line: int
    subject: str
    manager: str
    verdict: Verdict
    reason: Reason | None = None
    since: float = 0
    last: float = 0
    until: float = 0

    @property
    def origin(self) -> str:
        """`lists/x.csv:3`."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def overdue(self) -> bool:
        """Whether somebody has to do something."""
        return self.verdict < Verdict.WAITING


class _Finding(NamedTuple):
    verdict: Verdict
    reason: Reason | None = None
    until: float = 0


def excluded(cabinet: str, problems: Iterable[Problem]) -> list[Answer]:
    """An answer for each line, or whole list, of the cabinet that an error excludes."""
    found: dict[tuple[str, int], list[str]] = {}
    for one in problems:
        if one.cabinet == cabinet and one.level == "error" and one.file:
            found.setdefault((one.file, one.line), []).append(one.code)
    return [
        Answer(cabinet, file, line, "", "", Verdict.NEVER, REASONS["list-error"].of(", ".join(dict.fromkeys(codes))))
        for (file, line), codes in found.items()
    ]


def unknown_uploads(cabinet: Cabinet, names: Mapping[str, int]) -> list[Answer]:
    """An answer for each name of an uploaded file that no list of the distributor has; `names` maps it to its time."""
    why = REASONS["client"]
    return [Answer(cabinet.id, "", 0, name, "", Verdict.WRONG, why, at, at) for name, at in sorted(names.items())]


def refused(cabinet: Cabinet, why: Text) -> list[Answer]:
    """An answer for a cabinet that the stores do not let in."""
    return [_whole(cabinet, Verdict.NEVER, REASONS["no-access"].of(why.ru, why.en))]


def unseen(cabinet: Cabinet, why: Text) -> list[Answer]:
    """An answer for a cabinet whose stores do not answer."""
    return [_whole(cabinet, Verdict.NEVER, REASONS["no-store"].of(why.ru, why.en))]


def suspended(cabinet: Cabinet) -> Answer:
    """The answer for a cabinet whose credentials are closed on purpose."""
    return _whole(cabinet, Verdict.NOTHING, REASONS["suspended"])


def _whole(cabinet: Cabinet, verdict: Verdict, reason: Reason) -> Answer:
    file, _, line = cabinet.origin.rpartition(":")
    return Answer(cabinet.id, file, int(line or 0), cabinet.title, "", verdict, reason)


def judge(cabinet: Cabinet, evidence: Evidence, expected: Collection[str] = tuple(FIRST)) -> list[Answer]:
    """An answer a list line, in the order of the lists, and one a client that no list names.

    `expected` are the kinds of data that are collected here at all: keys of FIRST.
    """
    installations = list(cabinet.installations)
    managers: dict[str, set[str]] = {}
    for one in installations:
        managers.setdefault(one.host, set()).add(one.manager)
    answers = [_installation(cabinet, one, managers[one.host], evidence, expected) for one in installations]
    polled: dict[Access, set[str]] = {}
    for access in cabinet.accesses:
        polled.setdefault(_who(access), set()).add(access.manager)
    answers += [_access(cabinet, one, polled[_who(one)], evidence, expected) for one in cabinet.accesses]
    return [*answers, *_unknown(cabinet.id, managers, evidence)]


def worst_first(answers: Iterable[Answer]) -> list[Answer]:
    """The worst first, then by file and line."""
    return sorted(answers, key=lambda one: (one.verdict, one.cabinet, one.file, one.line, one.subject))


def _installation(
    cabinet: Cabinet, line: Installation, managers: set[str], evidence: Evidence, expected: Collection[str]
) -> Answer:
    who = (line.host, line.manager)
    sent = (_newest(source, line.host, managers) for source in (evidence.reports, evidence.statuses))
    heard = [*evidence.checks.get(who, {}).values(), *(one for one in sent if one)]
    if line.client in cabinet.air_gapped:
        finding = _Finding(Verdict.NOTHING)
    else:
        look = _polled if line.polled else _scripted
        finding = min(look(line, managers, evidence, expected), key=lambda one: one.verdict)
    return _answer(cabinet.id, line.file, line.line, line.client, line.manager, finding, heard)


def _polled(
    line: Installation, managers: set[str], evidence: Evidence, expected: Collection[str]
) -> Iterator[_Finding]:
    """What the checks and the reports of a polled installation say. The first finding of equal verdicts counts."""
    who, since = (line.host, line.manager), evidence.registered.get(line.host)
    if since is None:
        yield _Finding(Verdict.NEVER, REASONS["not-in-registry"])
        return
    yield _Finding(Verdict.FINE)
    if "checks" in expected:
        yield _checks(who, managers, since, evidence)
    if "report" in expected:
        report = _newest(evidence.reports, line.host, managers)
        yield from _shift(line, report)
        yield _arrival(
            "report",
            report,
            since,
            evidence.now,
            _why_unreachable(who, evidence) or REASONS["no-report"],
        )


def _checks(who: Client, managers: set[str], since: float, evidence: Evidence) -> _Finding:
    """Whether probes come, and what they say of the installation."""
    mine = evidence.checks.get(who, {})
    newest = max(mine.values(), key=lambda heard: heard.last, default=None)
    if newest is None or evidence.now - newest.last > OLDEST["checks"]:
        others = [
            manager
            for (host, manager), checks in evidence.checks.items()
            if host == who[0]
            and manager not in managers
            and any(_fresh("checks", one, evidence) for one in checks.values())
        ]
        if others and not _within("checks", since, evidence.now):
            return _Finding(Verdict.WRONG, REASONS["wrong-manager"].of(", ".join(sorted(others))))
        lost = evidence.targets is not None and who not in evidence.targets
        return _arrival("checks", newest, since, evidence.now, REASONS["not-in-targets" if lost else "no-probes"])
    if why := _why_unreachable(who, evidence):
        return _Finding(Verdict.FAILING, why)
    if _within("checks", since, evidence.now) and not mine.keys() >= set(ALWAYS):  # they begin one by one
        return _Finding(Verdict.WAITING, REASONS["no-probes"], since + FIRST["checks"])
    return _Finding(Verdict.FINE)


def _why_unreachable(who: Client, evidence: Evidence) -> Reason | None:
    """What the last checks say is in the way; None when nothing, or when there are no fresh ones.

    A page that does not answer says something only of a port that is known to be open.
    """
    checks = {
        name: heard.value for name, heard in evidence.checks.get(who, {}).items() if _fresh("checks", heard, evidence)
    }
    codes = evidence.codes.get(who, {})
    if checks.get("tcp") == 0:
        return REASONS["unresolved" if evidence.protocols.get(who) == 0 else "port-closed"]
    if checks.get("http200") == 0:
        code = int(codes.get("http200", 0))
        if code:
            return REASONS["http-code"].of(str(code))
        return REASONS["no-answer"] if checks.get("tcp") == 1 else None
    if checks.get("auth") == 0 and checks.get("http200") == 1:
        return REASONS["sign-in-refused"]
    return None


def _scripted(
    line: Installation, managers: set[str], evidence: Evidence, expected: Collection[str]
) -> Iterator[_Finding]:
    """What a client's own uploads say. Time counts from the first accepted one: before it, the script is awaited."""
    if line.host not in evidence.registered:
        yield _Finding(Verdict.NEVER, REASONS["not-in-registry"])
        return
    yield _Finding(Verdict.FINE)
    report = _newest(evidence.reports, line.host, managers)
    status = _newest(evidence.statuses, line.host, managers)
    began = min((heard.first for heard in (report, status) if heard), default=None)
    refused = evidence.refused.get(line.host)
    came = max((heard.last for heard in (report, status) if heard), default=0)
    why = REASONS[refused[1]] if refused and refused[0] > came else None
    if not {"report", "status"} & set(expected):
        return
    if began is None:
        others = _other_managers(line.host, managers, evidence)
        if others:
            yield _Finding(Verdict.WRONG, REASONS["wrong-manager"].of(", ".join(others)))
        else:
            yield _Finding(Verdict.NEVER, why) if why else _Finding(Verdict.WAITING, REASONS["no-upload"])
        return
    if "report" in expected:
        yield from _shift(line, report)
        yield _arrival(
            "report", report, began, evidence.now, why or REASONS["upload-stopped" if report else "no-upload"]
        )
    if "status" in expected and refused and _is_newer(refused, status, evidence.now):
        yield _Finding(Verdict.WRONG, REASONS[refused[1]])
    if "status" in expected and status:  # smartstatus is a second script, which not every client runs
        yield _arrival("status", status, began, evidence.now, why or REASONS["upload-stopped"])


def _is_newer(refused: tuple[float, str], status: Heard | None, now: float) -> bool:
    """Whether a smartstatus file was refused lately, after the last one that was accepted."""
    accepted = status.last if status else 0
    return refused[1] in _OF_STATUS and refused[0] > accepted and now - refused[0] <= OLDEST["status"]


def _other_managers(host: str, managers: set[str], evidence: Evidence) -> list[str]:
    return sorted(
        {
            manager
            for heard, kind in ((evidence.reports, "report"), (evidence.statuses, "status"))
            for (name, manager), one in heard.items()
            if name == host and manager not in managers and _fresh(kind, one, evidence)
        }
    )


def _newest(source: Mapping[Client, Heard], host: str, managers: Iterable[str]) -> Heard | None:
    """What was last heard of an installation: reports come with the manager of its first line alone."""
    found = (source[host, manager] for manager in managers if (host, manager) in source)
    return max(found, key=lambda heard: heard.last, default=None)


def _shift(line: Installation, report: Heard | None) -> Iterator[_Finding]:
    """Whether the time inside the last report is whole hours away from when it came, as a wrong zone makes it."""
    if report is None:
        return
    hours = round((report.value - report.last) / HOUR)
    if 0 < abs(hours) <= _FARTHEST and abs(report.value - report.last - hours * HOUR) <= _SLACK:
        yield _Finding(Verdict.WRONG, REASONS["time-zone"].of(str(line.tz_correction + hours)))


def _who(line: OnlineAccess) -> Access:
    return line.login, line.host, line.folder


def _access(
    cabinet: Cabinet, line: OnlineAccess, managers: set[str], evidence: Evidence, expected: Collection[str]
) -> Answer:
    finding = _poll(managers, _who(line), evidence) if "poll" in expected else _Finding(Verdict.NOTHING)
    subject = f"{line.firm} ({line.host}/{line.folder})"
    heard = [one for manager, one in evidence.polls.get(_who(line), {}).items() if manager in managers]
    return _answer(cabinet.id, line.file, line.line, subject, line.manager, finding, heard)


def _poll(managers: set[str], who: Access, evidence: Evidence) -> _Finding:
    since, heard = evidence.registered.get(who), evidence.polls.get(who, {})
    if since is None:
        return _Finding(Verdict.NEVER, REASONS["not-in-registry"])
    error = evidence.poll_errors.get(who)
    mine = max((one for name, one in heard.items() if name in managers), key=lambda one: one.last, default=None)
    if error and error[1] == "paused" and (mine is None or mine.value == 0):
        return _Finding(Verdict.FAILING, REASONS["poll-paused"])
    why = REASONS["poll-error"].of(error[1]) if error else REASONS["not-polled"]
    others = sorted(name for name, one in heard.items() if name not in managers and _fresh("poll", one, evidence))
    if mine is None and others and not _within("poll", since, evidence.now):
        return _Finding(Verdict.WRONG, REASONS["wrong-manager"].of(", ".join(others)))
    arrival = _arrival("poll", mine, since, evidence.now, why)
    if arrival.verdict is Verdict.FINE and mine and mine.value == 0:
        return _Finding(Verdict.FAILING, why)
    if mine is None and error and evidence.now - error[0] <= OLDEST["poll"]:
        return _Finding(Verdict.FAILING, why)
    return arrival


def _unknown(cabinet: str, managers: Mapping[str, object], evidence: Evidence) -> Iterator[Answer]:
    """Clients with fresh data that are neither in the lists nor in the registry."""
    found: dict[Client, list[Heard]] = {}
    for who, checks in evidence.checks.items():
        found.setdefault(who, []).extend(one for one in checks.values() if _fresh("checks", one, evidence))
    for kind, source in (("report", evidence.reports), ("status", evidence.statuses)):
        for who, one in source.items():
            found.setdefault(who, []).extend([one] if _fresh(kind, one, evidence) else [])
    for (host, manager), heard in sorted(found.items()):
        if heard and host not in managers and host not in evidence.registered and host not in evidence.closed:
            finding = _Finding(Verdict.WRONG, REASONS["unknown-client"])
            yield _answer(cabinet, "", 0, host, manager, finding, heard)


def _arrival(kind: str, heard: Heard | None, since: float, now: float, why: Reason) -> _Finding:
    """Fine, late, awaited or overdue: `since` is from when the first sample has been due."""
    if heard and now - heard.last <= OLDEST[kind]:
        return _Finding(Verdict.FINE)
    if heard and heard.last >= since:
        return _Finding(Verdict.LATE, why)
    if _within(kind, since, now):
        return _Finding(Verdict.WAITING, why, since + FIRST[kind])
    return _Finding(Verdict.LATE if heard else Verdict.NEVER, why)


def _within(kind: str, since: float, now: float) -> bool:
    return now - since <= FIRST[kind]


def _fresh(kind: str, heard: Heard, evidence: Evidence) -> bool:
    return evidence.now - heard.last <= OLDEST[kind]


def _answer(
    cabinet: str, file: str, line: int, subject: str, manager: str, finding: _Finding, heard: Iterable[Heard]
) -> Answer:
    heard = list(heard)
    since = min((one.first for one in heard), default=0)
    last = max((one.last for one in heard), default=0)
    return Answer(cabinet, file, line, subject, manager, finding.verdict, finding.reason, since, last, finding.until)
