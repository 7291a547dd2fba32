"""import: reports of installations, in the documented form or by an installed reader, into both stores."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli import completion
from provision.cli.estate import load
from provision.cli.language import _
from provision.cli.settings import ERROR, PARTLY, Settings, format_option, option, vm_url_option
from provision.errors import UsageError
from provision.text import Text, harmless

if TYPE_CHECKING:
    from provision.model import Cabinet, Estate, Problem
    from provision.reports import Find, Imported, Owner, Refused, Stores
    from provision.reports.taking import Event

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)  # asked before any of them is imported


@click.command(
    "import",
    help=_(
        "Загрузить отчёты установок в хранилища: файлы в форме отчёта (provision schema report), в том числе в .zip, и "
        "файлы, для которых установлен разборщик; «-» значит стандартный ввод. Каждый отчёт учитывается один раз. "
        "Код 4: часть отчётов не принята, остальные загружены.",
        "Import reports of installations into the stores: files in the report form (provision schema report), also in "
        "a .zip, and files for which a reader is installed; - is standard input. Each report counts once. "
        "Exit 4: some reports were refused, the others are imported.",
    ),
)
@click.argument("files", metavar=_("ФАЙЛ...|-", "FILE...|-"), nargs=-1, required=True, type=_FILE)
@option(
    "--cabinet",
    "Только клиенты этого кабинета.",
    "Only clients of this cabinet.",
    metavar=_("КАБИНЕТ", "CABINET"),
    shell_complete=completion.cabinets,
)
@option(
    "--client",
    "Чей отчёт, если в файле этого нет; обычно имя файла без расширений.",
    "Whose report it is where the file does not say; by default the file's name without its extensions.",
    default="",
)
@option(
    "--inspect",
    "Напечатать строение XML или SQLite без единого значения: его можно прислать разработчикам.",
    "Print the structure of an XML or SQLite file without any value: it can be sent to the maintainers.",
    is_flag=True,
)
@option("--check only_check", "Проверить, ничего не записывая.", "Check, write nothing.", is_flag=True)
@format_option("text", "json")
@option("-v --verbose", "Каждую ошибку отдельно.", "Every mistake by itself.", is_flag=True)
@vm_url_option(required=False)
@click.pass_obj
def import_reports(
    settings: Settings,
    /,
    files: tuple[str, ...],
    cabinet: str | None,
    client: str,
    *,
    inspect: bool,
    only_check: bool,
    form: str,
    verbose: bool,
    vm_url: str | None,
) -> None:
    if inspect:
        for name in files:
            _inspect(name)
        return
    estate = load(settings.estate)
    find = finder(estate, cabinet)
    stores = None if only_check else stores_of(settings, estate.cabinets, vm_url)
    events: list[Event] = []
    try:
        for name in files:
            events += _taken(name, find, stores, client)
    finally:
        click.echo(_as_json(events) if form == "json" else _as_text(settings, events, verbose=verbose))
    sys.exit(_status(events))


def finder(estate: Estate, cabinet: str | None = None) -> Find:
    """Who owns a client's name: the first list line of that name, in all cabinets or in one."""
    from provision.cli.estate import choose

    owners: dict[str, dict[str, Owner]] = {}
    for one in choose(estate, [cabinet] if cabinet else []):
        for line in one.installations:
            owners.setdefault(line.client, {}).setdefault(one.id, (one, line))

    def find(client: str) -> Owner | str:
        found = owners.get(client, {})
        if len(found) == 1:
            return next(iter(found.values()))
        return "R10" if found else "R09"

    return find


def stores_of(settings: Settings, cabinets: Sequence[Cabinet], vm_url: str | None) -> Stores:
    """Both stores as importers write them. Raises UsageError when an address or a password is not set."""
    from provision.cli.stores import clusters_of
    from provision.reports import Stores
    from provision.stores.cluster import ADMINISTRATOR, Cluster
    from provision.stores.local import MetricsServer
    from provision.stores.writing import NumbersWriter, RowsWriter

    if not vm_url:
        raise UsageError(
            Text("Не задано SMART_VM_URL", "SMART_VM_URL is not set"),
            Text(
                "Это адрес самой VictoriaMetrics, минуя vmauth.", "It is the address of VictoriaMetrics, not vmauth's."
            ),
        )
    server = MetricsServer(vm_url.rstrip("/"), settings.secret("SMART_VM_KEY"), settings.vm_login())
    writer = settings.secret("SMART_EVENTS_WRITER")
    own = {ADMINISTRATOR: Cluster(writer, "SMART_EVENTS_WRITER")} if writer else {}
    others = [one for one in cabinets if one.state != "absent" and one.events.administrator not in own]
    return Stores(NumbersWriter(server), RowsWriter({**clusters_of(settings, others), **own}))


def _inspect(name: str) -> None:
    """Prints the structure of a file, of each member of a zip."""
    from provision.reports.files import sources
    from provision.reports.structure import structure

    with _file(name) as path, sources(path, harmless(Path(name).name)) as found:
        for source in found:
            click.echo(f"{source.name}:")
            for line in structure(source):
                click.echo(line)


def _taken(name: str, find: Find, stores: Stores | None, client: str) -> Iterator[Event]:
    from provision.reports import now, take

    with _file(name) as path:
        shown = "-" if name == "-" else harmless(Path(name).name)
        whose = client or ("" if name == "-" else _client_of(Path(name).name, find))
        yield from take(path, find, stores, now(), shown, whose)


def _client_of(name: str, find: Find) -> str:
    """The client that a file is called after: `Zavod.zip`, or `Zavod.2.report.zip` of a client called Zavod.2."""
    parts = name.split(".")
    names = [".".join(parts[:count]) for count in range(max(1, len(parts) - 1), 0, -1)]
    return next((one for one in names if find(one) != "R09"), names[-1])


@contextmanager
def _file(name: str) -> Iterator[Path]:
    """The file itself; a copy of what is read once only: standard input, a pipe."""
    from provision.reports.files import spooled

    if name == "-":
        with spooled(sys.stdin.buffer) as path:
            yield path
    elif Path(name).is_file():
        yield Path(name)
    else:
        with Path(name).open("rb") as file, spooled(file) as path:
            yield path


def _sorted_out(events: Sequence[Event]) -> tuple[list[Imported], list[Refused], list[str]]:
    """Reports that are in the stores, those that were refused, and files that no reader recognises."""
    from provision.reports import Imported, Recognised, Refused

    unread = [one.file for one in events if isinstance(one, Recognised) and not one.reader]
    refused = [one for one in events if isinstance(one, Refused)]
    return [one for one in events if isinstance(one, Imported)], refused, unread


def _status(events: Sequence[Event]) -> int:
    imported, refused, unread = _sorted_out(events)
    if not imported:
        return ERROR
    return PARTLY if refused or unread else 0


def _as_text(settings: Settings, events: Sequence[Event], *, verbose: bool) -> str:
    from provision.reports import Fate

    imported, refused, unread = _sorted_out(events)
    said = [
        Text(
            f"{file}: ни один разборщик не узнал файл. Его строение без данных покажет provision import --inspect.",
            f"{file}: no reader recognises the file. provision import --inspect prints its structure without data.",
        )
        for file in unread
    ]
    said += [
        Text(
            f"{one.client}: отчёт за {one.time:%Y-%m-%d %H:%M:%S} UTC уже загружен с другим содержанием; "
            "остаётся прежний.",
            f"{one.client}: the report of {one.time:%Y-%m-%d %H:%M:%S} UTC was imported with other content; "
            "that one is kept.",
        )
        for one in imported
        if one.fate is Fate.OTHER
    ]
    fates = Counter(one.fate for one in imported)
    samples, rows = sum(one.samples for one in imported), sum(one.rows for one in imported)
    known = fates[Fate.KNOWN] + fates[Fate.OTHER]
    sums = Text(
        f"Загружено отчётов: {fates[Fate.WRITTEN]} (чисел {samples}, строк {rows}); уже были: {known}; "
        f"не принято: {len(refused)}.",
        f"Reports imported: {fates[Fate.WRITTEN]} ({samples} samples, {rows} rows); known: {known}; "
        f"refused: {len(refused)}.",
    )
    if fates[Fate.CHECKED]:
        sums = Text(
            f"Годных отчётов: {fates[Fate.CHECKED]} (чисел {samples}, строк {rows}); не принято: {len(refused)}.",
            f"Valid reports: {fates[Fate.CHECKED]} ({samples} samples, {rows} rows); refused: {len(refused)}.",
        )
    problems = [problem for one in refused for problem in one.problems]
    shown = [settings.problems(problems, verbose=verbose)] if problems else []
    return "\n".join([*shown, *map(settings.say, (*said, sums))])


def _as_json(events: Sequence[Event]) -> str:
    import json

    imported, refused, unread = _sorted_out(events)
    whole = {
        "reports": [
            {
                "cabinet": one.cabinet,
                "client": one.client,
                "time": one.time.isoformat(),
                "fate": one.fate.value,
                "samples": one.samples,
                "rows": one.rows,
            }
            for one in imported
        ],
        "refused": [{"client": one.client, "problems": [_problem(found) for found in one.problems]} for one in refused],
        "unread": unread,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _problem(found: Problem) -> Mapping[str, object]:
    return {
        "code": found.code,
        "file": found.file,
        "line": found.line,
        "field": found.field_name,
        "message": found.message._asdict(),
        "hint": found.hint._asdict(),
    }
