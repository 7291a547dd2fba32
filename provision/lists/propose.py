"""The cabinets proposed from the lists of a distributor who has none yet, with the reasons and what has to be asked."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from provision.lists.across import STREAMING_LIMIT, check_together, strike
from provision.lists.apart import Group, check_apart
from provision.lists.index import Joined
from provision.lists.letters import spelled
from provision.lists.naming import read_name
from provision.lists.versions import choose_newest
from provision.model import ListFile, Problem
from provision.rows import Row
from provision.text import Text, harmless

_LONGEST_ID = 31
_STREAM = "-potok"
_PEOPLE_SHOWN = 40
_CROSSING_SHOWN = 5
# The time-zone correction of a list (hours ahead of Moscow, less one) and the zone whose clocks go like that.
ZONES = {
    -2: "Europe/Kaliningrad",
    -1: "Europe/Moscow",
    0: "Europe/Samara",
    1: "Asia/Yekaterinburg",
    2: "Asia/Omsk",
    3: "Asia/Novosibirsk",
    4: "Asia/Irkutsk",
    5: "Asia/Yakutsk",
    6: "Asia/Vladivostok",
    7: "Asia/Magadan",
    8: "Asia/Kamchatka",
}


@dataclass(frozen=True, slots=True)
class ProposedCabinet:
    """One cabinet: the lists in force that fill it, and who of their managers has yet to be registered.

    `timezone` is "" where the lists do not show it. `remarks` are reasons and questions.
    """

    id: str
    profile: str
    belongs_to: str
    files: tuple[ListFile, ...]
    newcomers: tuple[Row, ...]
    timezone: str = ""
    remarks: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """`isolated`: the branches share nothing, so they may be isolated. `remarks` are about the company as a whole.

    `provision.config` writes it as a block of tenants.yaml.
    """

    distributor: str
    isolated: bool
    cabinets: tuple[ProposedCabinet, ...]
    remarks: tuple[Text, ...]


def propose(files: Sequence[ListFile], *, registered: Collection[str] = ()) -> Proposal:
    """One cabinet for each company in the lists' names, streaming sales apart; nothing that only people can know.

    `registered` are the logins that Grafana has already. The remarks have the questions to people.
    """
    known = {login.lower() for login in registered}
    cabinets: list[ProposedCabinet] = []
    usable = [file for file in choose_newest(files).in_force if file.usable]
    for ident, group in _by_company(usable).items():
        cabinets += _cabinets(ident, strike(group, check_together(group)), known)
    cabinets = _with_zones(_attached(cabinets))
    groups = [Group(one.id, one.files, (), one.belongs_to or one.id) for one in cabinets]
    crossing = check_apart(groups)
    branches = {one.belongs_to or one.id for one in cabinets}
    remarks = [*_isolation(crossing), *_unusable(files)] if len(branches) > 1 else [*_unusable(files)]
    return Proposal(
        distributor=_distributor([one.id for one in cabinets]),
        isolated=len(branches) > 1 and not crossing,
        cabinets=tuple(map(_with_questions, cabinets)),
        remarks=tuple(remarks),
    )


def _by_company(files: Iterable[ListFile]) -> dict[str, list[ListFile]]:
    """The lists of each company or branch, by a proper id."""
    found: dict[str, list[ListFile]] = {}
    for file in files:
        found.setdefault(_id(read_name(file.path).company or file.path.stem), []).append(file)
    return found


def _id(name: str) -> str:
    """An id of lower-case Latin letters, digits and hyphens, a letter first, at most 31 characters."""
    ident = re.sub(r"[^a-z0-9]+", "-", spelled(name).lower()).strip("-")
    if len(ident) < 2 or not ident[0].isalpha():
        ident = f"cabinet-{ident}"
    return ident[:_LONGEST_ID].strip("-")


def _cabinets(ident: str, files: Sequence[ListFile], known: Collection[str]) -> Iterator[ProposedCabinet]:
    """One cabinet, or two where the online list has more clients than one cabinet should."""
    online = tuple(file for file in files if file.kind == "online")
    firms = {own.partition(",")[0].lower() for file in online for own in file.rows.own()}
    if len(firms) <= STREAMING_LIMIT:
        yield ProposedCabinet(ident, "branch", "", tuple(files), _newcomers(files, known))
        return
    reason = Text(
        f"X01: {len(firms)} клиентов с онлайн-доступом, больше {STREAMING_LIMIT}: потоковый сбыт отдельно",
        f"X01: {len(firms)} clients with online accesses, more than {STREAMING_LIMIT}: streaming sales apart",
    )
    rest = tuple(file for file in files if file.kind == "managers")
    stream = ident[: _LONGEST_ID - len(_STREAM)].rstrip("-") + _STREAM if rest else ident
    if rest:
        yield ProposedCabinet(ident, "branch", "", rest, _newcomers(rest, known))
    newcomers = _newcomers(online, known)
    yield ProposedCabinet(stream, "streaming-sales", ident if rest else "", online, newcomers, remarks=(reason,))


def _newcomers(files: Iterable[ListFile], known: Collection[str]) -> tuple[Row, ...]:
    """The first row of each manager who has no login yet."""
    found: dict[str, Row] = {}
    for file in files:
        for row in file.rows.firsts():
            if row.manager.lower() not in known:
                found.setdefault(row.manager.lower(), row)
    return tuple(found[login] for login in sorted(found))


def _attached(cabinets: Sequence[ProposedCabinet]) -> list[ProposedCabinet]:
    """The only cabinet becomes a company's; streaming sales belong to the branch whose id theirs begins with."""
    if len(cabinets) == 1 and cabinets[0].profile == "branch":
        return [replace(cabinets[0], profile="company")]
    branches = sorted((one.id for one in cabinets if one.profile == "branch"), key=len, reverse=True)

    def owner(one: ProposedCabinet) -> str:
        return next((branch for branch in branches if one.id.startswith(f"{branch}-")), "")

    alone = sum(one.profile == "branch" for one in cabinets) == 1
    attached = [
        replace(one, belongs_to=one.belongs_to or owner(one))
        if one.profile == "streaming-sales"
        else replace(one, profile="company" if alone else "branch")
        for one in cabinets
    ]
    return sorted(attached, key=lambda one: one.belongs_to != "")  # the owner has to be there first


def _distributor(idents: Sequence[str]) -> str:
    """What the ids have in common, by whole words; else the first word of the first."""
    if not idents:
        return "distributor"
    columns = zip(*(ident.split("-") for ident in idents), strict=False)
    shared = [words[0] for words in takewhile(lambda words: len(set(words)) == 1, columns)]
    return _id("-".join(shared) or idents[0].split("-")[0])


def _isolation(crossing: Sequence[Problem]) -> Iterator[Text]:
    """What isolation the lists allow; whether branches may see each other, their head decides."""
    if not crossing:
        yield Text(
            "isolated: списки ничем не пересекаются; решает руководитель",
            "isolated: the lists share nothing; the head decides",
        )
        return
    yield Text(
        "Не isolated: общее есть, филиалы увидят людей друг друга. Чтобы разделить, уберите его из списков:",
        "Not isolated: something is shared, branches will see each other's people. To part them, take it out:",
    )
    for one in crossing[:_CROSSING_SHOWN]:
        said = harmless(f"  {one.code}: {one.value}, {one.file}:{one.line}")
        yield Text(said, said)
    if len(crossing) > _CROSSING_SHOWN:
        more = len(crossing) - _CROSSING_SHOWN
        yield Text(f"  … и ещё {more}", f"  … and {more} more")


def _with_zones(cabinets: Iterable[ProposedCabinet]) -> list[ProposedCabinet]:
    """The cabinets with the time zone of most of their installations; without any, with that of their branch."""
    found: dict[str, ProposedCabinet] = {}
    for one in cabinets:
        zone, reason = _zone(one)
        if not zone and one.belongs_to in found:
            zone = found[one.belongs_to].timezone
        found[one.id] = replace(one, timezone=zone, remarks=(*one.remarks, *reason))
    return list(found.values())


def _zone(one: ProposedCabinet) -> tuple[str, Sequence[Text]]:
    """The time zone by which most of the cabinet's installations go, "" where the lists do not show it; and why."""
    installations = Joined(file.rows for file in one.files if file.kind == "managers")
    clocks = Counter(shared[-1] for _, shared in installations.parts(tuple))
    for clock, count in clocks.most_common(1):
        if clock in ZONES:
            total = len(installations)
            ru, en = f"так идут часы {count} из {total} установок", f"{count} of {total} clocks go like that"
            return ZONES[clock], (Text(f"timezone: {ru}", f"timezone: {en}"),)
    return "", ()


def _with_questions(one: ProposedCabinet) -> ProposedCabinet:
    """The cabinet with all that has to be asked and known of its people."""
    ask = Text(
        "X05: на какие адреса слать оповещения высокой важности и об использовании? mail: {high_priority: …, usage: …}",
        "X05: which e-mails get alerts of high priority and about usage? mail: {high_priority: …, usage: …}",
    )
    return replace(one, remarks=(*one.remarks, ask, *_people(one)))


def _people(one: ProposedCabinet) -> Iterator[Text]:
    """Who has to be registered. Managers become users by their lists, so this is only for reading."""
    count = len(one.newcomers)
    if count:
        yield Text(f"P02: получат логины, всего {count}:", f"P02: will get logins, {count} in all:")
    for row in one.newcomers[:_PEOPLE_SHOWN]:
        said = harmless(f"  {row.manager} <{row.email}>, {row.origin}")
        yield Text(said, said)
    if count > _PEOPLE_SHOWN:
        yield Text(f"  … и ещё {count - _PEOPLE_SHOWN}", f"  … and {count - _PEOPLE_SHOWN} more")


def _unusable(files: Iterable[ListFile]) -> Iterator[Text]:
    for file in files:
        stopping = next((one for one in file.problems if one.blocks_cabinet), None)
        if stopping:
            file_name, code, message = harmless(file.shown), stopping.code, stopping.message
            yield Text(
                f"{file_name}: не использован, {code}: {message.ru}", f"{file_name}: not used, {code}: {message.en}"
            )
