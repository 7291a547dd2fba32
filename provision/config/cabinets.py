"""Entries and their lists as an Estate: lists read and compared, people gathered, cabinets that must wait blocked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from provision.config.consistency import check_air_gapped, check_dealers, check_editors
from provision.config.named import NamedLists
from provision.config.people import Claim, Directory, claims, heads
from provision.config.renewing import FIRST_TOKENS
from provision.config.tenants import Entry, Layer, merge, section
from provision.identity import canonical_email, deliverable
from provision.lists import Address, Group, check_apart, check_together, read, strike
from provision.model import (
    Alerting,
    Cabinet,
    Contest,
    Estate,
    EventsStore,
    Installation,
    ListFile,
    MetricsStore,
    OnlineAccess,
    Problem,
    QuietHours,
)
from provision.rows import Chained


@dataclass(frozen=True, slots=True)
class _Member:
    """A cabinet with its lists: `read` as they were read, `files` without the rows that have errors."""

    entry: Entry
    read: Sequence[ListFile]
    files: Sequence[ListFile]
    claims: Sequence[Claim]
    problems: Sequence[Problem]


def build(entries: Sequence[Entry], stores: Layer, *, today: date | None) -> Estate:
    """The estate of these entries, none of which is wrong in itself."""
    named = NamedLists(entries)
    members = [_member(entry, named, today) for entry in entries]
    directory = Directory([claim for member in members for claim in member.claims])
    groups = [_group(one) for one in members]
    problems = [problem for member in members for problem in member.problems]
    problems += check_apart(groups)
    problems += check_dealers(entries)
    problems += [problem for member in members for problem in directory.two_mails(member.claims)]
    stopped = {problem.cabinet for problem in problems if problem.blocks_cabinet and not problem.contest}
    contests = _contests(problems)
    order = {entry.id: number for number, entry in enumerate(entries)}
    return Estate(
        tuple(
            _refused(_cabinet(one, directory, stores), contests.get(one.entry.id, ()), blocked=one.entry.id in stopped)
            for one in members
        ),
        tuple(sorted(problems, key=lambda problem: order[problem.cabinet])),
        {one.entry.id: one.read for one in members},
    )


def _contests(problems: Sequence[Problem]) -> dict[str, tuple[Contest, ...]]:
    """The contests of both sides by cabinet; of two distributors the later one alone has a problem."""
    found: dict[str, tuple[Contest, ...]] = {}
    for problem in problems:
        if contest := problem.contest:
            found[problem.cabinet] = (*found.get(problem.cabinet, ()), contest)
            for rival, value in contest.rivals:
                mirrored = Contest(contest.sort, value, ((problem.cabinet, contest.value),), loses=False)
                found[rival] = (*found.get(rival, ()), mirrored)
    return found


def _refused(cabinet: Cabinet, contests: tuple[Contest, ...], *, blocked: bool) -> Cabinet:
    """The cabinet with its contests. Without a server nobody is thought to have what they are about."""
    lost = any(contest.loses for contest in contests)
    return replace(cabinet, blocked=blocked or lost, blocked_by_contests=lost and not blocked, contests=contests)


def _group(member: _Member) -> Group:
    """What the isolation check compares of a cabinet."""
    entry = member.entry
    return Group(
        entry.id,
        member.files,
        heads(member.claims),
        entry.realm,
        entry.distributor,
        tuple(_addresses(entry)) if entry.state != "absent" else (),
        entry.login_suffix,
    )


def _addresses(entry: Entry) -> Iterator[Address]:
    """Mailboxes and chats for alerts of the cabinet and its distributor; those of other levels are the operator's."""
    for level, path, shared in ((entry.own, entry.path, False), (entry.company, entry.path[:2], True)):
        for key, mailbox in section(level, "mail").items():
            if shared and key in section(entry.own, "mail"):
                continue  # the cabinet has one of its own
            line = entry.document.position((*path, "mail", key)).line
            yield Address("email", mailbox, entry.document.shown, line, f"mail.{key}", shared)
    if chat := section(entry.company, "telegram").get("chat"):
        line = entry.document.position((*entry.path[:2], "telegram", "chat")).line
        yield Address("chat", chat, entry.document.shown, line, "telegram.chat", shared=True)


def _member(entry: Entry, named: NamedLists, today: date | None) -> _Member:
    seen: list[ListFile] = []
    files: list[ListFile] = []
    problems: list[Problem] = []
    if entry.state == "absent":
        return _Member(entry, (), (), (), ())
    for one in named.of(entry):
        wrong = named.problems(one)
        problems += wrong
        if any(problem.blocks_cabinet for problem in wrong):
            continue
        file = read(one.file, shown=str(one.file), kind=one.kind, today=today)
        seen.append(file)
        if file.usable and file.kind != one.kind:
            problems.append(one.other_kind(file.kind))
            continue
        files.append(file)
        problems += file.problems
    # A part of a branch, and a cabinet of nothing but accesses, are apart already: no other cabinet would help them.
    apart = "belongs_to" in entry.own or "managers" not in entry.own["lists"]
    together = check_together(files, streaming_sales=apart, mail=entry.settings["mail"])
    problems += [problem if problem.file else _at_cabinet(entry, problem) for problem in together]
    files = list(strike(files, together))
    problems += [*check_editors(entry), *check_air_gapped(entry, files)]
    return _Member(entry, seen, files, list(claims(entry, files)), [replace(one, cabinet=entry.id) for one in problems])


def _at_cabinet(entry: Entry, problem: Problem) -> Problem:
    """A problem of no list (X05), placed at the cabinet in tenants.yaml."""
    position = entry.document.position(entry.path, at_key=True)
    return replace(problem, file=entry.document.shown, line=position.line, column=position.column)


def _cabinet(member: _Member, directory: Directory, stores: Layer) -> Cabinet:
    entry, settings = member.entry, member.entry.settings
    metrics = stores["metrics"]
    events = merge(stores["events"], *(section(level, "stores", "events") for level in (entry.company, entry.own)))
    return Cabinet(
        id=entry.id,
        profile=entry.own["profile"],
        distributor=entry.distributor,
        realm=entry.realm,
        title=entry.own["title"],
        timezone=settings["timezone"],
        language=settings["language"],
        week_start=settings["week_start"],
        folder=settings["folder"],
        dashboards=tuple(settings["dashboards"]),
        home=settings["home"],
        checks=tuple(settings["checks"]),
        people=directory.people(member.claims),
        mail={key: deliverable(box) for key, box in settings["mail"].items()},
        metrics=MetricsStore(metrics["url"], metrics["kind"]),
        events=EventsStore(
            **{key: events[key] for key in ("address", "sslmode", "administrator", "kind") if key in events}
        ),
        installations=Chained(
            cast(Sequence[Installation], file.rows) for file in member.files if file.kind == "managers"
        ),
        accesses=Chained(cast(Sequence[OnlineAccess], file.rows) for file in member.files if file.kind == "online"),
        alerting=_alerting(settings["alerting"]),
        managers=tuple(
            dict.fromkeys(
                (row.manager, canonical_email(row.email)) for file in member.files for row in file.rows.firsts()
            )
        ),
        dealer=entry.company.get("dealer", ""),
        tokens=tuple(entry.company.get("tokens", FIRST_TOKENS)),
        telegram=section(entry.company, "telegram").get("chat", ""),
        air_gapped=frozenset(entry.own.get("air_gapped", ())),
        editors_trusted=settings["editors"] == "trusted",
        allowed=frozenset((one["what"], one["name"]) for one in entry.own.get("allowed", ())),
        generation=settings["generation"],
        origin=entry.document.origin(entry.path),
        state=entry.state,
        unused_lines=len({(one.file, one.line) for one in member.problems if one.level == "error" and one.line}),
    )


def _alerting(settings: Layer) -> Alerting:
    hours = (
        QuietHours(one.get("from", ""), one.get("to", ""), tuple(one.get("weekdays", ())))
        for one in settings.get("quiet_hours", ())
    )
    return Alerting(
        heads=settings.get("heads", False),
        quiet_hours=tuple(hours),
        maintenance=tuple((one["from"], one["to"]) for one in settings.get("maintenance", ())),
        operator=deliverable(settings.get("operator", "")),
        runbooks=settings.get("runbooks", ""),
    )
