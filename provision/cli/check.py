"""check: every problem of lists, tenants.yaml and dashboards; what a code means; the lists as they should be."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli import completion
from provision.cli.estate import check as check_estate
from provision.cli.estate import choose, concerning, problems_of_dashboards
from provision.cli.files import (
    managers_of,
    named_files,
    problems_of,
    read_files,
    senders_among,
    unknown_clients,
)
from provision.cli.language import _
from provision.cli.settings import ERROR, FOLDER, Settings, format_option, option, out_option, write
from provision.text import Text

if TYPE_CHECKING:
    from provision.lists.technician import Repair
    from provision.model import Estate, ListFile, Problem


@click.command(
    help=_(
        "Проверить списки, tenants.yaml и дашборды. Можно назвать кабинеты, файлы списков или папку с ними, а также "
        "скрипты клиентов и присланные ими .zip.",
        "Check the lists, tenants.yaml and the dashboards. Name cabinets, or list files, or a folder of them; also "
        "clients' scripts and the .zip files that they sent.",
    )
)
@click.argument(
    "what",
    metavar=_("[КАБИНЕТ... | ФАЙЛ...]", "[CABINET... | FILE...]"),
    nargs=-1,
    shell_complete=completion.cabinets_or_files,
)
@format_option("text", "json", "csv")
@out_option
@option("-v --verbose", "Каждую строку отдельно.", "Every line by itself.", is_flag=True)
@option(
    "--explain code",
    "Что значит код, например M05.",
    "What a code means: M05.",
    metavar=_("КОД", "CODE"),
    shell_complete=completion.codes,
)
@option(
    "--repaired folder",
    "Записать в эту папку исправленные списки и отчёт; исходные не меняются.",
    "Write the corrected lists and a report into this folder; the originals stay as they are.",
    type=FOLDER,
)
@click.pass_obj
def check(
    settings: Settings,
    /,
    what: tuple[str, ...],
    form: str,
    out: Path | None,
    verbose: bool,
    code: str | None,
    folder: Path | None,
) -> None:
    if code is not None:
        click.echo(_explained(settings, code))
        return
    senders, what = senders_among(what)
    named = named_files(what, settings.estate)
    files: Sequence[ListFile] = read_files(named, managers_of(settings.estate, named))
    if files or senders:
        problems: Sequence[Problem] = (*problems_of(files), *unknown_clients(senders, files, settings.estate))
        own_lists = files
    else:
        estate = check_estate(settings.estate, {})
        problems = (*concerning(estate, what), *problems_of_dashboards(estate, what))
        own_lists = _lists_of_estate(estate, what)
    _show(settings, problems, form, out, verbose=verbose)
    plain = form == "text" and not out
    if plain and any(file.lines for file in files):
        click.echo(settings.say(_account(files, problems)))
    if folder:
        _repair(settings, files or _copied(settings, own_lists), folder, aside=not plain)
    elif plain and problems:
        click.echo(settings.say(_advice(problems)))
    if any(problem.level == "error" for problem in problems):
        sys.exit(ERROR)


def _explained(settings: Settings, code: str) -> str:
    """What any code of the program means. Raises UsageError for an unknown one."""
    from provision.lists import technician

    return technician.explain(code, settings.lang, completion.all_codes())


def _lists_of_estate(estate: "Estate", names: Sequence[str]) -> "list[ListFile]":
    """The lists of the named cabinets, of all without names."""
    return [file for cabinet in choose(estate, names if estate.cabinets else ()) for file in estate.lists[cabinet.id]]


def _copied(settings: Settings, files: "Iterable[ListFile]") -> "Iterator[ListFile]":
    """The lists that may be copied: .csv files below the folder of tenants.yaml. The others are named.

    An included file of a distributor may name any path, for example that of a file with secrets.
    """
    root = os.path.realpath(settings.estate.parent)
    for file in files:
        path = os.path.realpath(file.path)
        if path.lower().endswith(".csv") and os.path.commonpath([root, path]) == root:
            yield file
        else:
            said = Text(
                f"{file.shown} не исправлен: это не файл .csv в папке {settings.estate.parent}",
                f"{file.shown} was not corrected: it is no .csv file below the folder {settings.estate.parent}",
            )
            click.echo(settings.say(said), err=True)


def _show(settings: Settings, problems: "Sequence[Problem]", form: str, out: Path | None, *, verbose: bool) -> None:
    """The problems in that format, on standard output or, with a word about it, in a file."""
    from provision.lists import technician
    from provision.render import problems_summary, worst_first

    content: str | bytes
    if form == "csv":
        content = technician.problems_table(worst_first(problems), settings.lang)
    else:
        content = settings.problems(problems, form, verbose=verbose, screen=not out)
    if out:
        write(out, content)
        said = problems_summary(problems, settings.lang)
        click.echo(settings.say(Text(f"{said} Записано: {out}", f"{said} Written: {out}")))
    else:
        click.echo(content, nl=isinstance(content, str))


def _account(files: "Sequence[ListFile]", problems: "Sequence[Problem]") -> Text:
    """How many lines are used, refused and ignored."""
    from provision import lists

    kept = lists.strike(files, problems)
    used, refused = sum(len(file.rows) for file in kept), sum(len(file.refused) for file in kept)
    total = sum(file.lines - sum(not code for code in file.ignored.values()) for file in kept)
    parts = [Text(f"годных: {used}", f"good: {used}")]
    if refused:
        parts.append(Text(f"с ошибками: {refused}", f"with mistakes: {refused}"))
    if rest := total - used - refused:
        parts.append(Text(f"пропущенных: {rest}", f"passed over: {rest}"))
    ru, en = ", ".join(one.ru for one in parts), ", ".join(one.en for one in parts)
    return Text(f"Всего строк: {total}; {ru}.", f"Lines: {total}; {en}.")


def _advice(problems: "Iterable[Problem]") -> Text:
    """One line: how to learn more, and how to have corrected what can be."""
    from provision.lists import technician
    from provision.render import worst_first

    problems = worst_first(problems)
    ru = f"Что значит код: provision check --explain {problems[0].code}."
    en = f"What a code means: provision check --explain {problems[0].code}."
    if any(map(technician.is_repairable, problems)):
        ru += " Исправленные списки запишет та же команда с --repaired ПАПКА."
        en += " The same command with --repaired DIR writes the lists corrected."
    return Text(ru, en)


def _repair(settings: Settings, files: "Iterable[ListFile]", folder: Path, *, aside: bool) -> None:
    """Repairs every list that exists; what was written is reported on standard error when `aside`."""
    from provision.lists import technician

    for file in files:
        if file.path.is_file():
            done = technician.repair(file.path, folder, shown=file.shown, kind=file.kind, lang=settings.lang)
            for text in _written(file, done):
                click.echo(settings.say(text), err=aside)


def _written(file: "ListFile", done: "Repair") -> Iterator[Text]:
    """A line for each file written."""
    repaired = sum(change.fate == "repaired" for change in done.changes)
    look = sum(change.fate == "kept" for change in done.changes)
    aside = len({change.line for change in done.changes if change.fate == "aside" and change.line})
    if done.repaired:
        ru, en = (f", проверьте глазами: {look}", f", to be looked at: {look}") if look else ("", "")
        yield Text(
            f"{done.repaired}: исправленный список; исправлений: {repaired}{ru}",
            f"{done.repaired}: the list corrected; repairs: {repaired}{en}",
        )
    else:
        yield Text(f"{file.shown}: годных строк не нашлось", f"{file.shown}: no line could be used")
    if done.aside:
        yield Text(
            f"{done.aside}: отложено строк: {aside}; исправьте их и перенесите в список",
            f"{done.aside}: lines put aside: {aside}; correct them and move them into the list",
        )
    yield Text(f"{done.account}: что сделано с каждой строкой", f"{done.account}: what was done, line by line")
