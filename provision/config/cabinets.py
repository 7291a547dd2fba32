"""Entries and their lists as an Estate: lists read and compared, people gathered, cabinets that must wait blocked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from os.path import realpath  # Path.resolve() raises on a loop of links
from pathlib import Path
from typing import cast

from provision.config import mistakes
from provision.config.addresses import addresses
from provision.config.consistency import check_air_gapped, check_dealers, check_editors
from provision.config.document import YamlPath
from provision.config.people import Claim, Directory, claims, heads
from provision.config.tenants import Entry, Layer, section
from provision.identity import deliverable
from provision.lists import Group, check_apart, check_together, read, strike
from provision.model import (
    Cabinet,
    Estate,
    EventsStore,
    Installation,
    ListFile,
    ListKind,
    MetricsStore,
    OnlineAccess,
    Problem,
)
from provision.rows import Chained
from provision.text import Text, shortened

_KINDS: tuple[ListKind, ...] = ("managers", "online")


@dataclass(frozen=True, slots=True)
class _Named:
    """A list as an entry names it: where, as which kind, and the file meant."""

    entry: Entry
    kind: ListKind
    number: int
    file: Path

    @property
    def path(self) -> YamlPath:
        return (*self.entry.path, "lists", self.kind, self.number)

    def problem(self, code: str, message: Text, hint: Text, suggestion: str | None = None) -> Problem:
        """A problem that stops the cabinet; it points at the list's name in tenants.yaml."""
        found = self.entry.document.problem(
            code, self.path, message, hint, value=shortened(str(self.file)), suggestion=suggestion
        )
        return replace(found, cabinet=self.entry.id, blocks_cabinet=True)


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
    places: dict[str, list[_Named]] = defaultdict(list)
    for entry in entries:
        for one in _named(entry):
            places[realpath(one.file)].append(one)
    members = [_member(entry, places, today) for entry in entries]
    directory = Directory([claim for member in members for claim in member.claims])
    groups = [_group(one) for one in members]
    problems = [problem for member in members for problem in member.problems]
    problems += check_apart(groups)
    problems += check_dealers(entries)
    problems += [problem for member in members for problem in directory.two_mails(member.claims)]
    stopped = {problem.cabinet for problem in problems if problem.blocks_cabinet}
    order = {entry.id: number for number, entry in enumerate(entries)}
    return Estate(
        tuple(_cabinet(one, directory, stores, blocked=one.entry.id in stopped) for one in members),
        tuple(sorted(problems, key=lambda problem: order[problem.cabinet])),
        {one.entry.id: one.read for one in members},
    )


def _group(member: _Member) -> Group:
    """What the isolation check compares of a cabinet."""
    entry = member.entry
    return Group(
        entry.id,
        member.files,
        heads(member.claims),
        entry.realm,
        entry.distributor,
        tuple(addresses(entry)) if entry.state != "absent" else (),
        entry.login_suffix,
    )


def _named(entry: Entry) -> Iterator[_Named]:
    """The lists of a cabinet; none of an absent one, whose lists may be gone like itself."""
    if entry.state == "absent":
        return
    folder = Path(entry.document.shown).parent
    for kind in _KINDS:
        for number, name in enumerate(entry.own["lists"].get(kind, ())):
            yield _Named(entry, kind, number, folder / name)


def _member(entry: Entry, places: dict[str, list[_Named]], today: date | None) -> _Member:
    seen: list[ListFile] = []
    files: list[ListFile] = []
    problems: list[Problem] = []
    if entry.state == "absent":
        return _Member(entry, (), (), (), ())
    for one in _named(entry):
        wrong = _twice(one, places[realpath(one.file)]) or _nowhere(one)
        if wrong:
            problems.append(wrong)
            continue
        file = read(one.file, shown=str(one.file), kind=one.kind, today=today)
        seen.append(file)
        if file.usable and file.kind != one.kind:
            problems.append(_other_kind(one, file.kind))
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


def _twice(one: _Named, places: Sequence[_Named]) -> Problem | None:
    """Y12: what stands in two cabinets would be seen in both; in one it would count twice."""
    if len(places) == 1:
        return None
    other = next(place for place in places if (place.entry.id, place.path) != (one.entry.id, one.path))
    origin = other.entry.document.origin(other.path)
    return one.problem(
        "Y12",
        Text(f"этот список назван ещё раз: {origin}", f"this list is named once more: {origin}"),
        Text("У каждого кабинета свои списки: оставьте одно место.", "Each cabinet has its own lists: keep one place."),
    )


def _nowhere(one: _Named) -> Problem | None:
    """Y11 for a list that is not there."""
    try:
        one.file.stat()
    except (FileNotFoundError, NotADirectoryError):
        try:
            there = [path.name for path in one.file.parent.iterdir()]
        except OSError:
            there = []
        meant = mistakes.closest(one.file.name, there)
        hint = Text("Проверьте путь: он считается от папки этого файла.", "Check the path: it starts from this folder.")
        if meant:
            hint = Text(f"Вероятно, {meant}.", f"Probably {meant}.")
        name = shortened(str(one.file))
        message = Text(f"нет файла {name}", f"there is no file {name}")
        return one.problem("Y11", message, hint, meant or None)
    except OSError:
        return None  # read() finds the words for whatever keeps us from it
    return None


def _other_kind(one: _Named, kind: ListKind) -> Problem:
    message = Text(f"это список для {kind}, а не для {one.kind}", f"this is a list for {kind}, not for {one.kind}")
    return one.problem("Y14", message, Text(f"Перенесите его в {kind}.", f"Move it to {kind}."), kind)


def _at_cabinet(entry: Entry, problem: Problem) -> Problem:
    """A problem of no list (X05), placed at the cabinet in tenants.yaml."""
    position = entry.document.position(entry.path, at_key=True)
    return replace(problem, file=entry.document.shown, line=position.line, column=position.column)


def _cabinet(member: _Member, directory: Directory, stores: Layer, *, blocked: bool) -> Cabinet:
    entry, settings = member.entry, member.entry.settings
    metrics, events = stores["metrics"], stores["events"]
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
        people=directory.people(member.claims),
        mail={key: deliverable(box) for key, box in settings["mail"].items()},
        metrics=MetricsStore(metrics["url"]),
        events=EventsStore(**{key: events[key] for key in ("address", "database", "sslmode") if key in events}),
        installations=Chained(
            cast(Sequence[Installation], file.rows) for file in member.files if file.kind == "managers"
        ),
        accesses=Chained(cast(Sequence[OnlineAccess], file.rows) for file in member.files if file.kind == "online"),
        dealer=entry.company.get("dealer", ""),
        telegram=section(entry.company, "telegram").get("chat", ""),
        air_gapped=frozenset(entry.own.get("air_gapped", ())),
        editors_trusted=settings["editors"] == "trusted",
        generation=settings["generation"],
        origin=entry.document.origin(entry.path),
        state=entry.state,
        blocked=blocked,
        unused_lines=len({(one.file, one.line) for one in member.problems if one.level == "error" and one.line}),
    )
