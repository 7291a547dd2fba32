"""new: from lists to a working cabinet. Nothing is changed before all is known to fit and the question is answered."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from provision.cli import completion
from provision.cli.deploy import is_refused, make_plan, show_outcomes, show_plan, status_of, write_plan
from provision.cli.estate import check, choose, concerning
from provision.cli.files import problems_of, read_files
from provision.cli.language import _
from provision.cli.options import PlanOptions, ServerOptions, ViewOptions, WriteCommand, WriteOptions
from provision.cli.running import Opening
from provision.cli.settings import ERROR, FILE, FINE, UNCHANGED, Settings, echo, option, require_yes, yes_option
from provision.cli.verify import look_at, until_settled
from provision.cli.verify import status_of as verified
from provision.errors import ProvisionError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.config import Edit, NewCabinet
    from provision.kinds import RunContext
    from provision.model import Estate
    from provision.plan import Plan


class _Head(click.ParamType[dict[str, str]]):
    """`orlova:orlova@example.ru:Editor:Вера Орлова` as one of `heads`; role and name may be missing."""

    name = "login:mail[:role][:name]"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> dict[str, str]:
        login, mail, *rest = [part.strip() for part in str(value).split(":", 3)] + [""] * (2 - str(value).count(":"))
        if not login or not mail:
            form = _("нужно ЛОГИН:ПОЧТА[:РОЛЬ][:ИМЯ]", "LOGIN:MAIL[:ROLE][:NAME] is wanted")
            self.fail(f"{value}: {form}", param, context)
        from provision.schema import ROLES

        roles = {role.lower(): role for role in ROLES}
        if len(rest) == 1 and rest[0].lower() not in roles:  # a name without a role before it
            rest.insert(0, "")
        role, name = (*rest, "", "")[:2]
        head = {"login": login, "email": mail, "name": name, "role": roles.get(role.lower(), role)}
        return {key: text for key, text in head.items() if text}


@click.command(
    cls=WriteCommand,
    help=_(
        "Новый кабинет из списков: проверить, показать блок для tenants.yaml и план, спросить, записать.",
        "A new cabinet from its lists: check, show the block for tenants.yaml and the plan, ask, write.",
    ),
)
@click.argument("name", metavar=_("КАБИНЕТ", "CABINET"))
@option(
    "--profile",
    "Профиль, из profiles.",
    "Its profile, one of profiles.",
    required=True,
    metavar=_("ИМЯ", "NAME"),
    shell_complete=completion.profiles,
)
@option(
    "--distributor",
    "Дистрибьютор.",
    "Its distributor.",
    required=True,
    metavar=_("ИМЯ", "ID"),
    shell_complete=completion.distributors,
)
@option(
    "--title",
    "Название кабинета в Grafana.",
    "The cabinet's name in Grafana.",
    required=True,
    metavar=_("НАЗВАНИЕ", "TITLE"),
)
@option("--managers", "Список установок.", "A list of installations.", multiple=True, type=FILE)
@option("--online", "Список онлайн-доступов.", "A list of online accesses.", multiple=True, type=FILE)
@option("--high-priority", "Для важных оповещений.", "For urgent alerts.", default="", metavar=_("ПОЧТА", "MAIL"))
@option("--usage", "Для оповещений об использовании.", "For usage alerts.", default="", metavar=_("ПОЧТА", "MAIL"))
@option(
    "--head heads",
    "Руководитель; роль обычно Viewer.",
    "A head; the role is Viewer unless said.",
    multiple=True,
    type=_Head(),
    metavar=_("ЛОГИН:ПОЧТА[:РОЛЬ][:ИМЯ]", "LOGIN:MAIL[:ROLE][:NAME]"),
)
@option(
    "--timezone",
    "Часовой пояс людей, например Europe/Moscow.",
    "Time zone of its people, for example Europe/Moscow.",
    default="",
    metavar=_("ПОЯС", "ZONE"),
)
@option(
    "--belongs-to",
    "Кабинет филиала, часть которого это.",
    "The branch's cabinet that this is a part of.",
    default="",
    metavar=_("КАБИНЕТ", "CABINET"),
    shell_complete=completion.cabinets,
)
@option(
    "--distributor-title",
    "Название компании, если дистрибьютор новый.",
    "The company's name, for a new distributor.",
    default="",
    metavar=_("НАЗВАНИЕ", "TITLE"),
)
@option(
    "--isolated",
    "Филиалы нового дистрибьютора не видят друг друга.",
    "A new distributor's branches must not see each other.",
    is_flag=True,
)
@yes_option
@option("--dry-run", "Показать всё и ничего не записать.", "Show everything and write nothing.", is_flag=True)
@option("-v --verbose", "Ошибки списков каждую отдельно.", "Show every problem of the lists.", is_flag=True)
@option("--wait", "Потом ждать данных, как verify --wait.", "Then wait for data, as verify --wait does.", is_flag=True)
@click.pass_obj
def new(
    settings: Settings,
    /,
    name: str,
    high_priority: str,
    usage: str,
    yes: bool,
    view: ViewOptions,
    server: ServerOptions,
    about: PlanOptions,
    files: WriteOptions,
    *,
    dry_run: bool,
    verbose: bool,
    wait: bool,
    **described: Any,
) -> None:
    from provision.config import NewCabinet, add
    from provision.lock import alone_on

    if not (described["managers"] or described["online"]):
        raise UsageError(
            Text("Не назван ни один список", "No list is named"),
            Text("Добавьте --managers ФАЙЛ или --online ФАЙЛ", "Add --managers FILE or --online FILE"),
        )
    if not (yes or dry_run or sys.stdin.isatty()):
        raise UsageError(
            Text("Без терминала спросить некого", "Without a terminal there is nobody to ask"),
            Text("Добавьте --yes", "Add --yes"),
        )
    mail = {key: box for key, box in (("high_priority", high_priority), ("usage", usage)) if box}
    wanted = NewCabinet(id=name, mail=mail, **described)
    edit = add(settings.estate, wanted)
    if wanted.distributor_title and _logins_are_taken(settings, edit, name):
        wanted = replace(wanted, login_suffix=f".{wanted.distributor}")
        edit = add(settings.estate, wanted)
    click.echo(show_edit(settings, edit))
    estate = _allowed(settings, edit, wanted, verbose=verbose)
    with alone_on(server.url):
        run, made = make_plan(settings, estate, [name], Opening(settings, server, about), about, files)
        echo(show_plan(settings, made, "text", view))
        if dry_run:
            click.echo(settings.say(UNCHANGED))
            sys.exit(ERROR if is_refused(made) else FINE)
        _make(settings, run, made, edit, yes=yes)
    _verify(settings, estate, name, about, wait=wait)


def _logins_are_taken(settings: Settings, edit: "Edit", name: str) -> bool:
    """Whether a login of the new cabinet belongs to another distributor: then its people need a suffix."""
    from provision.config import check

    problems = check(settings.estate, instead=edit.instead).problems
    return any(one.code == "P12" and one.cabinet == name and one.field_name in ("login", "manager") for one in problems)


def show_edit(settings: Settings, edit: "Edit") -> str:
    """What changes in the file, as a unified diff."""
    import difflib

    from provision.render.values import paint
    from provision.text import harmless

    before, after = (
        content.decode("utf-8-sig").removesuffix("\n").split("\n") for content in (edit.before, edit.after)
    )
    lines = [
        harmless(line.rstrip("\r")) for line in difflib.unified_diff(before, after, edit.shown, edit.shown, lineterm="")
    ]
    colours = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(paint(line, colours.get(line[:1], ""), on=settings.colour) for line in lines) + "\n"


def _allowed(settings: Settings, edit: "Edit", wanted: "NewCabinet", *, verbose: bool) -> "Estate":
    """The estate with the new cabinet in it; its problems are shown. Raises ProvisionError where it may not be made."""
    estate = check(settings.estate, edit.instead)
    problems = concerning(estate, [wanted.id])
    if not estate.cabinets:  # nobody has looked into the lists yet
        problems = (*problems, *problems_of(read_files([*wanted.managers, *wanted.online])))
    click.echo(settings.problems(problems, verbose=verbose))
    if not estate.cabinets or any(one.blocked for one in choose(estate, [wanted.id])):
        raise ProvisionError(
            Text("Такому кабинету мешают ошибки", "Mistakes are in the way of this cabinet"), UNCHANGED
        )
    if any(one.state != "active" for one in choose(estate, [wanted.id])):
        raise ProvisionError(
            Text(f"Дистрибьютор {wanted.distributor} приостановлен", f"Distributor {wanted.distributor} is suspended"),
            UNCHANGED,
        )
    return estate


def _make(settings: Settings, run: "RunContext", made: "Plan", edit: "Edit", *, yes: bool) -> None:
    """Asks, writes the file and then the cabinet. Raises ProvisionError when that fails."""
    name = made.cabinets[0].cabinet
    if is_refused(made):
        raise ProvisionError(Text("Этот кабинет сделать нельзя", "This cabinet cannot be made"), UNCHANGED)
    question = Text(f"Записать блок в {edit.shown} и сделать кабинет?", f"Write {edit.shown} and make the cabinet?")
    if not yes:
        require_yes(settings, question)
    edit.save()
    outcomes = write_plan(settings, run, made)
    echo(show_outcomes(settings, made, outcomes, "text"))
    if status_of(outcomes) != FINE:
        raise ProvisionError(
            Text(
                f"Кабинет ещё не готов; его блок остался в {edit.shown}",
                f"Not finished; the block stays in {edit.shown}",
            ),
            Text(f"Доделает provision apply {name}", f"provision apply {name} finishes it"),
        )
    cabinet = run.cabinets[name]
    note = run.handover.complete(cabinet)
    click.echo(f"\n{run.handover.letter(cabinet)}")
    click.echo(settings.say(Text(f"Памятка с паролями: {note}", f"Hand-over note with passwords: {note}")), err=True)


def _verify(settings: Settings, estate: "Estate", name: str, about: PlanOptions, *, wait: bool) -> None:
    """Whether data arrive, where the stores are ours; with --wait, once nothing is awaited any more."""
    later = Text(
        f"Приходят ли данные, через час покажет: provision verify {name}",
        f"In an hour, see whether data arrive: provision verify {name}",
    )
    if about.vmauth_file and settings.secret("SMART_EVENTS_ADMIN"):
        from provision.verify.show import answers_summary, answers_text

        chosen = choose(estate, [name])
        look = look_at(settings, estate, about.vmauth_url, about.targets_dir)
        if wait:
            answers = until_settled(settings, look, chosen)
            click.echo(answers_text(answers, lang=settings.lang, colour=settings.colour))
            sys.exit(verified(answers))
        click.echo(answers_summary(look.at(chosen), settings.lang))
    click.echo(settings.say(later))
