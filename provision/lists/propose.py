"""A block for tenants.yaml proposed from the lists of a distributor who has none yet, with the reasons as comments."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from provision.lists.across import STREAMING_LIMIT, check_together, strike
from provision.lists.apart import Group, check_apart
from provision.lists.letters import spelled
from provision.lists.naming import read_name
from provision.lists.problems import visible
from provision.lists.rows import Kind, ListFile, ManagerRow, OnlineRow, Row
from provision.lists.versions import choose_newest
from provision.model import Problem
from provision.text import Lang, Text

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
    """One cabinet: the lists in force that fill it, and who of their managers has yet to be registered."""

    id: str
    kind: str
    belongs_to: str
    files: tuple[ListFile, ...]
    newcomers: tuple[Row, ...]
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """`text` is the block, to be put under `distributors:`. `problems` are those of the lists and between them."""

    text: str
    distributor: str
    cabinets: tuple[ProposedCabinet, ...]
    problems: tuple[Problem, ...]


def propose(files: Sequence[ListFile], *, registered: Collection[str] = (), lang: Lang = "ru") -> Proposal:
    """One cabinet for each company in the lists' names, streaming sales apart; nothing that only people can know.

    `registered` are the logins that Grafana has already. What has to be asked stands in the block as a comment.
    """
    versions = choose_newest(files)
    known = {login.lower() for login in registered}
    cabinets: list[ProposedCabinet] = []
    problems: list[Problem] = [*versions.problems]
    usable = [file for file in versions.in_force if file.usable]
    for ident, group in _by_company(usable).items():
        together = check_together(group)
        problems += [one for file in group for one in file.problems]
        problems += [replace(one, cabinet=ident) for one in together if one.code != "X01"]
        cabinets += _cabinets(ident, strike(group, together), known)
    cabinets = _attached(cabinets)
    problems += [one for file in files if not file.usable for one in file.problems]
    groups = [Group(one.id, one.files, (), one.belongs_to or one.id) for one in cabinets]
    crossing = check_apart(groups)
    distributor = _distributor([one.id for one in cabinets])
    lines = [*_block(distributor, cabinets, crossing, lang), *_unusable(files, lang)]
    return Proposal("\n".join(lines) + "\n", distributor, tuple(cabinets), (*problems, *crossing))


def _by_company(files: Iterable[ListFile]) -> dict[str, list[ListFile]]:
    """The lists of each company or branch, by a proper id."""
    found: dict[str, list[ListFile]] = {}
    for file in files:
        found.setdefault(_id(read_name(file.path).company or file.path.stem), []).append(file)
    return found


def _id(name: str) -> str:
    """An id of lower-case Latin letters, digits and hyphens, a letter first, at most 31 signs."""
    ident = re.sub(r"[^a-z0-9]+", "-", spelled(name).lower()).strip("-")
    if not ident[:1].isalpha():
        ident = f"c-{ident}".strip("-")
    return ident[:_LONGEST_ID].strip("-") if len(ident) > 1 else "cabinet"


def _cabinets(ident: str, files: Sequence[ListFile], known: Collection[str]) -> Iterator[ProposedCabinet]:
    """One cabinet, or two where the online list has more clients than one cabinet should."""
    firms = {row.firm.lower() for file in files for row in file.rows if isinstance(row, OnlineRow)}
    online = tuple(file for file in files if file.kind == "online")
    if len(firms) <= STREAMING_LIMIT:
        yield ProposedCabinet(ident, "branch", "", tuple(files), _newcomers(files, known), ())
        return
    reason = Text(
        f"X01: {len(firms)} клиентов с онлайн-доступом, больше {STREAMING_LIMIT}: потоковый сбыт отдельно",
        f"X01: {len(firms)} clients with online accesses, more than {STREAMING_LIMIT}: streaming sales apart",
    )
    rest = tuple(file for file in files if file.kind == "managers")
    if not rest:
        yield ProposedCabinet(ident, "streaming-sales", "", online, _newcomers(online, known), (reason,))
        return
    stream = ident[: _LONGEST_ID - len(_STREAM)].rstrip("-") + _STREAM
    yield ProposedCabinet(ident, "branch", "", rest, _newcomers(rest, known), ())
    yield ProposedCabinet(stream, "streaming-sales", ident, online, _newcomers(online, known), (reason,))


def _newcomers(files: Iterable[ListFile], known: Collection[str]) -> tuple[Row, ...]:
    """The first row of each manager who has no login yet."""
    found: dict[str, Row] = {}
    for file in files:
        for row in file.rows:
            if row.manager.lower() not in known:
                found.setdefault(row.manager.lower(), row)
    return tuple(found[login] for login in sorted(found))


def _attached(cabinets: Sequence[ProposedCabinet]) -> list[ProposedCabinet]:
    """The only cabinet becomes a company's; streaming sales belong to the branch whose id theirs begins with."""
    if len(cabinets) == 1 and cabinets[0].kind == "branch":
        return [replace(cabinets[0], kind="company")]
    branches = sorted((one.id for one in cabinets if one.kind == "branch"), key=len, reverse=True)

    def owner(one: ProposedCabinet) -> str:
        return next((branch for branch in branches if one.id.startswith(f"{branch}-")), "")

    alone = sum(one.kind == "branch" for one in cabinets) == 1
    return [
        replace(one, belongs_to=one.belongs_to or owner(one))
        if one.kind == "streaming-sales"
        else replace(one, kind="company" if alone else "branch")
        for one in cabinets
    ]


def _distributor(idents: Sequence[str]) -> str:
    """What the ids have in common, by whole words; else the first word of the first."""
    if not idents:
        return "distributor"
    columns = zip(*(ident.split("-") for ident in idents), strict=False)
    shared = [words[0] for words in takewhile(lambda words: len(set(words)) == 1, columns)]
    return _id("-".join(shared) or idents[0].split("-")[0])


def _block(
    distributor: str, cabinets: Sequence[ProposedCabinet], crossing: Sequence[Problem], lang: Lang
) -> Iterator[str]:
    title = Text("впишите название компании", "put in the company's name").say(lang)
    yield f"  {distributor}:"
    yield f"    title: {_quoted(distributor)}  # {title}"
    branches = {one.belongs_to or one.id for one in cabinets}
    if len(branches) > 1:
        yield from (f"    {line}" for line in _isolation(crossing, lang))
    yield "    cabinets:"
    for one in cabinets:
        yield from (f"      {line}" for line in _cabinet_lines(one, lang))


def _isolation(crossing: Sequence[Problem], lang: Lang) -> Iterator[str]:
    """Whether branches may see each other is for the head to decide; the lists only tell what is possible."""
    if not crossing:
        said = Text("списки ничем не пересекаются; решает руководитель", "the lists share nothing; the head decides")
        yield f"isolated: true  # {said.say(lang)}"
        return
    said = Text(
        "общее есть, поэтому филиалы видят людей друг друга; чтобы разделить, уберите его из списков:",
        "something is shared, so branches see each other's people; to part them, take it out of the lists:",
    )
    yield f"isolated: false  # {said.say(lang)}"
    for one in crossing[:_CROSSING_SHOWN]:
        yield f"# {visible(f'{one.code}: {one.value}, {one.file}:{one.line}')}"
    if len(crossing) > _CROSSING_SHOWN:
        more = len(crossing) - _CROSSING_SHOWN
        yield f"# {Text(f'… и ещё {more}', f'… and {more} more').say(lang)}"


def _cabinet_lines(one: ProposedCabinet, lang: Lang) -> Iterator[str]:
    name = Text("как кабинет называется в Grafana", "what the cabinet is called in Grafana").say(lang)
    yield f"{one.id}:"
    for reason in one.reasons:
        yield f"  # {reason.say(lang)}"
    yield f"  kind: {one.kind}"
    if one.belongs_to:
        yield f"  belongs_to: {one.belongs_to}"
    yield f"  title: {_quoted(one.id)}  # {name}"
    yield from (f"  {line}" for line in _timezone(one, lang))
    yield "  lists:"
    kinds: tuple[Kind, ...] = ("managers", "online")
    for kind in kinds:
        paths = ", ".join(_quoted(file.shown) for file in one.files if file.kind == kind)
        if paths:
            yield f"    {kind}: [{paths}]"
    ask = Text(
        "X05: на какие адреса слать оповещения высокой важности и об использовании?",
        "X05: which e-mails get alerts of high priority and about usage?",
    )
    yield f"  # {ask.say(lang)}"
    yield "  # mail: {high_priority: , usage: }"
    yield from (f"  {line}" for line in _people(one, lang))


def _timezone(one: ProposedCabinet, lang: Lang) -> Iterator[str]:
    """The zone of most installations, where that is not Moscow."""
    zones = Counter(row.tz_correction for file in one.files for row in file.rows if isinstance(row, ManagerRow))
    if not zones:
        return
    (zone, count), total = zones.most_common(1)[0], zones.total()
    if zone in ZONES and ZONES[zone] != "Europe/Moscow":
        said = Text(f"так идут часы {count} из {total} установок", f"the clock of {count} of {total} installations")
        yield f"timezone: {ZONES[zone]}  # {said.say(lang)}"


def _people(one: ProposedCabinet, lang: Lang) -> Iterator[str]:
    """Who has to be registered. Managers become users by their lists, so this is only for reading."""
    if not one.newcomers:
        return
    count = len(one.newcomers)
    yield f"# {Text(f'P02: зарегистрировать, всего {count}:', f'P02: to be registered, {count} in all:').say(lang)}"
    for row in one.newcomers[:_PEOPLE_SHOWN]:
        yield f"#   {visible(f'{row.manager} <{row.email}>, {row.file}:{row.line}')}"
    if count > _PEOPLE_SHOWN:
        yield f"#   … {count - _PEOPLE_SHOWN}"


def _unusable(files: Iterable[ListFile], lang: Lang) -> Iterator[str]:
    for file in files:
        stopping = next((one for one in file.problems if one.stops), None)
        if stopping:
            said = Text("не использован", "not used").say(lang)
            yield f"  # {visible(f'{file.shown}: {said}, {stopping.code}: {stopping.message.say(lang)}')}"


def _quoted(value: str) -> str:
    """The value as YAML's double-quoted scalar, which JSON's strings are."""
    return json.dumps(value, ensure_ascii=False)
