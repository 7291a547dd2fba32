"""The technician's working lists of one branch with gaps, questions and checklists, as Markdown and for Excel."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from provision.lists.across import STREAMING_LIMIT, check_together, strike
from provision.lists.checklists import SECURITY, STEPS, TITLES, Group
from provision.lists.online import CLOUD
from provision.lists.repair import CERTAIN
from provision.lists.tables import as_table, problem_rows, problems_table
from provision.model import LEVELS, ListFile, Problem
from provision.rows import Installation, Row
from provision.text import Lang, Text, harmless

SMALL = 10  # installations that one or two people look after by themselves
_BOX = "☐"
_MOSCOW = 3  # hours ahead of UTC
_RANK = {level: number for number, level in enumerate(LEVELS)}

_COLUMNS: dict[str, Text] = {
    "name": Text("клиент или адрес", "client or address"),
    "where": Text("где", "where"),
    "clock": Text("часы установки", "clock"),
    "managers": Text("менеджеры", "managers"),
    "gaps": Text("чего не хватает", "gaps"),
}
_WORKING: tuple[Group, ...] = ("cloud", "own_centre", "script", "online")
_TABLE_NAMES: dict[str, str] = {
    "cloud": "cloud.csv",
    "own_centre": "own-centre.csv",
    "script": "client-hardware.csv",
    "online": "online.csv",
}


@dataclass(frozen=True, slots=True)
class Preparation:
    """`markdown` is the whole; `tables` are the working lists with their checklists and the gaps, by file name."""

    markdown: str = field(repr=False)
    tables: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Client:
    """One installation or access of a working list."""

    name: str
    where: str
    clock: str
    managers: tuple[str, ...]
    gaps: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.name, self.where, self.clock, ", ".join(self.managers), "; ".join(self.gaps))


def prepare(
    files: Sequence[ListFile],
    *,
    mail: Mapping[str, str] | None = None,
    registered: Collection[str] = (),
    lang: Lang = "ru",
) -> Preparation:
    """What is known and what is missing of one branch. No login or password of an online access is shown.

    `mail` are its mailboxes as in tenants.yaml, `registered` the logins that Grafana has already.
    """
    together = check_together(files, mail=mail or {})
    problems = [*(one for file in files for one in file.problems), *together]
    kept = strike(files, together)
    gaps = sorted(filter(_is_gap, problems), key=lambda one: (_RANK[one.level], one.file, one.line, one.field_number))
    clients = _clients(kept, gaps, lang)
    questions = [said.say(lang) for said in _questions(kept, problems, registered)]
    parts = [f"# {Text('Подготовка к подключению', 'Preparing the connection').say(lang)}"]
    parts += _section(Text("Вопросы", "Questions"), [f"- {harmless(one)}" for one in questions], lang)
    parts += _section(Text("Пробелы", "Gaps"), list(_rows(problem_rows(gaps, lang))) if gaps else [], lang)
    for group in _WORKING:
        if clients[group]:
            parts += _section(TITLES[group], [*_table(group, clients[group], lang), "", *_steps(group, lang)], lang)
    parts += _section(TITLES["branch"], [f"- [ ] {step.say(lang)}" for step in STEPS["branch"]], lang)
    security = Text("Для службы безопасности клиента", "For the client's security department")
    parts += _section(security, [f"- {one.say(lang)}" for one in SECURITY], lang)
    tables = {
        _TABLE_NAMES[group]: as_table([_heading(group, lang), *_body(group, clients[group])])
        for group in _WORKING
        if clients[group]
    }
    if gaps:
        tables["gaps.csv"] = problems_table(gaps, lang)
    return Preparation("\n\n".join(parts) + "\n", tables)


def _section(title: Text, lines: Sequence[str], lang: Lang) -> list[str]:
    return [f"## {title.say(lang)}", "\n".join(lines)] if lines else []


def _clients(files: Iterable[ListFile], gaps: Iterable[Problem], lang: Lang) -> dict[Group, list[_Client]]:
    """The working lists, clients in the order of the lists, with the gaps of their lines."""
    of_line: dict[tuple[str, int], list[str]] = {}
    for one in gaps:
        of_line.setdefault((one.file, one.line), []).append(f"{one.code}: {one.message.say(lang)}")
    found: dict[Group, dict[tuple[str, ...], list[Row]]] = {group: {} for group in _WORKING}
    for file in files:
        for row in file.rows:
            group = _group(row)
            key = (row.host.lower(),) if isinstance(row, Installation) else (row.host.lower(), row.folder, row.login)
            found[group].setdefault(key, []).append(row)
    return {group: [_client(rows, of_line, lang) for rows in found[group].values()] for group in _WORKING}


def _is_gap(one: Problem) -> bool:
    """Whether a person has to do something: errors, and warnings that no program can correct."""
    return one.level == "error" or (one.level == "warning" and one.code not in CERTAIN)


def _group(row: Row) -> Group:
    if not isinstance(row, Installation):
        return "online"
    if not row.polled:
        return "script"
    return "cloud" if row.host.rpartition(":")[0].lower().endswith(CLOUD) else "own_centre"


def _client(rows: Sequence[Row], gaps: Mapping[tuple[str, int], list[str]], lang: Lang) -> _Client:
    first = rows[0]
    managers = tuple(dict.fromkeys(row.manager for row in rows))
    missing = tuple(one for row in rows for one in gaps.get((row.file, row.line), ()))
    if isinstance(first, Installation):
        where = first.transport if first.polled else Text("закрытый контур?", "air-gapped?").say(lang)
        return _Client(first.host, where, _clock(first.tz_correction), managers, missing)
    return _Client(first.firm, f"{first.protocol}://{first.host}/{first.folder}", "", managers, missing)


def _clock(correction: int) -> str:
    """The clock that a correction means: it is the hours ahead of Moscow, less one."""
    return f"UTC{correction + 1 + _MOSCOW:+d}"


def _questions(files: Sequence[ListFile], problems: Iterable[Problem], registered: Collection[str]) -> Iterator[Text]:
    """Questions that the lists do not answer."""
    rows = [row for file in files for row in file.rows]
    managers = {row.manager.lower(): row.manager for row in rows}
    objects = {_group(row): 0 for row in rows}
    for host in {(_group(row), row.host.lower(), getattr(row, "login", "")) for row in rows}:
        objects[host[0]] += 1
    total = sum(objects.values())
    for one in problems:
        if one.code in ("X05", "X01"):
            yield Text(f"{_sentence(one.message.ru)} {one.hint.ru}", f"{_sentence(one.message.en)} {one.hint.en}")
    known = {login.lower() for login in registered}
    new = ", ".join(name for login, name in sorted(managers.items()) if login not in known)
    if new:
        yield Text(f"У кого ещё нет логина: {new}. Зарегистрировать всех?", f"Without a login: {new}. Register all?")
    if total > SMALL and len(managers) == 1:
        yield Text(
            f"Объектов {total}, а менеджер один. Так и останется, или обязанности поделены?",
            f"{total} objects and one manager. Will it stay so, or are the duties shared?",
        )
    if objects.get("script"):
        yield Text(
            "Какие клиенты со скриптом в закрытом контуре, кто и как часто приносит их файл?",
            "Which clients with a script are air-gapped, and who carries their file, how often?",
        )
    if objects.get("online", 0) > STREAMING_LIMIT:
        yield Text("Кто ведёт потоковый сбыт?", "Who looks after streaming sales?")
    yield Text(
        "Есть ли филиалы, которые не должны видеть этот список?", "Are there branches that must not see these lists?"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _heading(group: Group, lang: Lang) -> list[str]:
    return [*(column.say(lang) for column in _COLUMNS.values()), *(step.say(lang) for step in STEPS[group])]


def _body(group: Group, clients: Iterable[_Client]) -> Iterator[tuple[str, ...]]:
    boxes = (_BOX,) * len(STEPS[group])
    for client in clients:
        yield (*map(harmless, client.cells), *boxes)


def _table(group: Group, clients: Iterable[_Client], lang: Lang) -> Iterator[str]:
    """A row a client, a numbered box a step; the steps are listed below."""
    heads = [*(column.say(lang) for column in _COLUMNS.values()), *map(str, range(1, len(STEPS[group]) + 1))]
    return _rows([heads, *_body(group, clients)])


def _rows(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """The table in Markdown; its first row is the heading."""
    for number, cells in enumerate(table):
        yield "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells) + " |"
        if number == 0:
            yield "|" + " --- |" * len(cells)


def _steps(group: Group, lang: Lang) -> list[str]:
    return [f"{number}. {step.say(lang)}" for number, step in enumerate(STEPS[group], 1)]
