"""lists diff, propose and prepare: what a technician needs of lists besides check."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli import completion
from provision.cli.estate import check as check_estate
from provision.cli.estate import choose, load
from provision.cli.files import named_files, read_files
from provision.cli.language import _
from provision.cli.settings import DIFFERENCES, ERROR, Settings, folder_option, format_option
from provision.errors import EstateError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.config import NewCabinet
    from provision.model import ListFile

_FILE = click.Path(path_type=Path)


@click.group(
    help=_(
        "Сравнить списки, предложить по ним кабинеты, подготовить подключение.",
        "Compare lists, propose cabinets from them, prepare the connection.",
    )
)
def lists() -> None:
    pass


@lists.command(
    help=_(
        "Сравнить две версии списка. Кого добавили, убрали, передали, что стало другим; код 3, если есть отличия.",
        "Compare two versions of a list. Who was added, removed, handed over, what changed; exit 3 on differences.",
    )
)
@click.argument("old", metavar=_("СТАРЫЙ", "OLD"), type=_FILE)
@click.argument("new", metavar=_("НОВЫЙ", "NEW"), type=_FILE)
@format_option("text", "json", "csv")
@click.pass_obj
def diff(settings: Settings, old: Path, new: Path, form: str) -> None:
    import json

    from provision.lists import technician

    files = before, after = read_files([old, new])
    for file in files:
        _demand_usable([file])
    if before.kind != after.kind:
        raise UsageError(
            Text("Один список — установки, другой — онлайн-доступы", "One lists installations, the other accesses"),
            Text("Сравнивайте списки одного вида", "Compare lists of one kind"),
        )
    _tell_left_out(settings, files)
    found = technician.diff([before], [after])
    if form == "csv":
        click.echo(technician.difference_table(found, settings.lang), nl=False)
    elif form == "json":
        click.echo(json.dumps(technician.as_data(found), ensure_ascii=False, indent=2))
    else:
        click.echo(technician.describe(found, settings.lang))
    if found:
        sys.exit(DIFFERENCES)


@lists.command(
    help=_(
        "Предложить кабинеты по спискам. Печатает блок для tenants.yaml с пояснениями.",
        "Propose cabinets from lists. Prints the block for tenants.yaml with its reasons.",
    )
)
@click.argument("names", metavar=_("ФАЙЛ...", "FILE..."), nargs=-1, required=True, shell_complete=completion.files)
@click.pass_obj
def propose(settings: Settings, names: tuple[str, ...]) -> None:
    from provision.config.proposed import block, new_cabinets
    from provision.lists import technician
    from provision.model import Estate

    files = _read(settings, names)
    _demand_usable(files)
    _tell_left_out(settings, files)
    estate = check_estate(settings.estate, {}) if settings.estate.exists() else Estate((), ())
    logins = [person.login for cabinet in estate.cabinets for person in cabinet.people]
    proposal = technician.propose(files, registered=logins)
    there = {cabinet.id for cabinet in estate.cabinets} & {cabinet.id for cabinet in proposal.cabinets}
    if there:
        name = min(there)
        raise EstateError(
            Text(f"Кабинет {name} уже есть в {settings.estate}", f"{settings.estate} has a cabinet {name} already"),
            Text("Новую версию списка впишите в его блок", "Put the new version of a list into its block"),
        )
    known = proposal.distributor in {cabinet.distributor for cabinet in estate.cabinets}
    click.echo(block(proposal, settings.estate.parent, settings.lang, known=known), nl=False)
    way = Text(
        f"Впишите это в {settings.estate} и запустите provision check. Или дайте сделать всё этой команде:",
        f"Put this into {settings.estate} and run provision check. Or have it all done by this command:",
    )
    click.echo(settings.say(way), err=True)
    for cabinet in new_cabinets(proposal, known=known):
        click.echo(f"  {_command(cabinet)}", err=True)
    if not all(file.usable for file in files):
        sys.exit(ERROR)


def _command(new: NewCabinet) -> str:
    """The `provision new` that makes the cabinet."""
    import shlex

    options = [
        ("--profile", new.profile),
        ("--distributor", new.distributor),
        ("--distributor-title", new.distributor_title),
        ("--belongs-to", new.belongs_to),
        ("--title", new.title),
        ("--timezone", new.timezone),
        *(("--managers", str(file)) for file in new.managers),
        *(("--online", str(file)) for file in new.online),
    ]
    words = [word for name, value in options if value for word in (name, value)]
    return shlex.join(["provision", "new", new.id, *words, *(["--isolated"] if new.isolated else [])])


@lists.command(
    help=_(
        "Записать рабочие списки и вопросы. С чек-листами подключения, в Markdown и таблицами для Excel.",
        "Write working lists and questions. With checklists, as Markdown and as tables for Excel.",
    )
)
@click.argument(
    "names",
    metavar=_("[КАБИНЕТ... | ФАЙЛ...]", "[CABINET... | FILE...]"),
    nargs=-1,
    shell_complete=completion.cabinets_or_files,
)
@folder_option("Папка; у кабинетов внутри по папке на каждый.", "A folder; for cabinets one inside it for each.")
@click.pass_obj
def prepare(settings: Settings, names: tuple[str, ...], out: Path) -> None:
    from provision.lists import technician

    files = read_files(named_files(names, settings.estate))
    if files:
        _demand_usable(files)
        made = {out: technician.prepare(files, lang=settings.lang)}
    else:
        estate = load(settings.estate)
        chosen, read = choose(estate, names), estate.lists
        made = {
            out / cabinet.id: technician.prepare(
                read[cabinet.id],
                mail=cabinet.mail,
                registered=[person.login for person in cabinet.people],
                lang=settings.lang,
            )
            for cabinet in chosen
        }
        files = [file for cabinet in chosen for file in read[cabinet.id]]
    from provision.whole_files import create_all

    contents = {
        folder / name: content
        for folder, one in made.items()
        for name, content in {"preparation.md": one.markdown.encode(), **one.tables}.items()
    }
    create_all(contents)
    for path in contents:
        click.echo(settings.say(Text(f"Записано: {path}", f"Written: {path}")))
    if not all(file.usable for file in files):
        sys.exit(ERROR)


def _read(settings: Settings, names: Sequence[str]) -> list[ListFile]:
    """The lists of these files and folders. Raises UsageError where a name is none of both."""
    files = named_files(names, settings.estate)
    if not files:
        raise UsageError(Text(f"Нет такого файла: {names[0]}", f"There is no such file: {names[0]}"))
    return read_files(files)


def _demand_usable(files: Sequence[ListFile]) -> None:
    """Raises EstateError where none of the lists can be used."""
    if not any(file.usable for file in files):
        name = files[0].shown
        why = next(one for one in files[0].problems if one.blocks_cabinet)
        raise EstateError(Text(f"{name}: {why.message.ru}", f"{name}: {why.message.en}"), why.hint)


def _tell_left_out(settings: Settings, files: Iterable[ListFile]) -> None:
    """Says on standard error which lists have lines that are not looked at because of a mistake."""
    for file in files:
        count = len(file.refused)
        if count:
            said = Text(
                f"{file.shown}: строк с ошибками {count}, они не учтены. Какие: provision check {file.shown}",
                f"{file.shown}: {count} lines with mistakes are left out. Which: provision check {file.shown}",
            )
            click.echo(settings.say(said), err=True)
