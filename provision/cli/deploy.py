"""plan, apply and drift: the commands that talk to Grafana."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli import completion
from provision.cli.estate import choose, load
from provision.cli.language import _
from provision.cli.options import PlanCommand, PlanOptions, ServerOptions, ViewOptions, WriteCommand, WriteOptions
from provision.cli.running import Opening, make_run, missing_stores
from provision.cli.settings import (
    DIFFERENCES,
    ERROR,
    FILE,
    FINE,
    PARTLY,
    Settings,
    cabinets_argument,
    echo,
    format_option,
    option,
    progress,
    require_yes,
    write,
    yes_option,
)
from provision.errors import PlanChangedError, UsageError
from provision.os_errors import reason
from provision.text import Text

if TYPE_CHECKING:
    from provision.kinds import RunContext
    from provision.model import Estate
    from provision.plan import Outcomes, Plan


_FORMAT_OF = {".json": "json", ".md": "markdown"}  # by the end of a file's name


@click.command(cls=PlanCommand, help=_("Показать, что сделает apply.", "Show what apply would do."))
@cabinets_argument
@format_option("text", "json", "markdown")
@option(
    "--out",
    "Записать в файл; имя решает вид: .json, .md, иначе как в --format. Можно несколько раз.",
    "Write to a file; its name decides the format: .json, .md, else that of --format. May be repeated.",
    multiple=True,
    type=FILE,
)
@option("--exit-code", "Код 3, если есть что делать.", "Exit 3 when there is work.", is_flag=True)
@click.pass_obj
def plan(
    settings: Settings,
    /,
    names: tuple[str, ...],
    form: str,
    out: tuple[Path, ...],
    exit_code: bool,
    view: ViewOptions,
    server: ServerOptions,
    about: PlanOptions,
) -> None:
    run, made = _plan_of_file(settings, names, server, about)
    for file in out:
        write(file, show_plan(settings, made, _FORMAT_OF.get(file.suffix.lower(), form), view, colour=False))
    if not out:
        echo(show_plan(settings, made, form, view))
    _warn_of_stores(settings, about, run, made)
    if exit_code and made.changes:
        sys.exit(DIFFERENCES)
    sys.exit(ERROR if is_refused(made) or (exit_code and made.excluded_lines) else FINE)


@click.command(
    cls=PlanCommand,
    help=_(
        "Показать отличия Grafana от задуманного, опасные настройки сервера и всё, что в кабинетах сделано не нами. "
        "Код 3, если есть отличия или что-то открывает кабинет.",
        "Show how Grafana differs from what is wanted, settings of the server that open cabinets, and all in the "
        "cabinets that is not ours. Exit 3 on differences and on what opens a cabinet.",
    ),
)
@cabinets_argument
@format_option("text", "json", "markdown")
@click.pass_obj
def drift(
    settings: Settings,
    /,
    names: tuple[str, ...],
    form: str,
    view: ViewOptions,
    server: ServerOptions,
    about: PlanOptions,
) -> None:
    _run, made = _plan_of_file(settings, names, server, about, watch=True)
    echo(show_plan(settings, made, form, view, unmanaged=True))
    if made.changes or made.orphans or is_opened(made):
        sys.exit(DIFFERENCES)
    sys.exit(ERROR if is_refused(made) else FINE)


@click.command(
    cls=WriteCommand,
    help=_(
        "Привести Grafana к задуманному: план, вопрос, запись. Вместо кабинетов можно назвать сохранённый план "
        "(plan --out ПЛАН.json): записывается только он, если с тех пор ничего не изменилось.",
        "Make Grafana what is wanted: plan, ask, write. A saved plan (plan --out PLAN.json) may be named in place of "
        "cabinets: it alone is written, provided that nothing has changed since.",
    ),
)
@click.argument(
    "names",
    metavar=_("[КАБИНЕТ... | ПЛАН.json]", "[CABINET... | PLAN.json]"),
    nargs=-1,
    shell_complete=completion.cabinets_or_files,
)
@format_option("text", "json")
@yes_option
@option(
    "--expect",
    "Только если план тот самый, sha256:… .",
    "Only if the plan is the one reviewed, sha256:… .",
    metavar="DIGEST",
)
@click.pass_obj
def apply(
    settings: Settings,
    /,
    names: tuple[str, ...],
    form: str,
    yes: bool,
    expect: str | None,
    view: ViewOptions,
    server: ServerOptions,
    about: PlanOptions,
    files: WriteOptions,
) -> None:
    if len(names) == 1 and names[0].lower().endswith(".json"):
        names, saved, its_server = _saved_plan(Path(names[0]))
        expect = expect or saved
        if its_server not in ("", server.url):
            raise PlanChangedError(
                Text(f"План сделан для {its_server}, а не для {server.url}",
                     f"The plan was made for {its_server}, not for {server.url}"),
                Text("Сделайте план для этого сервера: provision plan", "Make a plan for this server: provision plan"),
            )  # fmt: skip
    if not (yes or expect or sys.stdin.isatty()):
        raise UsageError(
            Text("Без терминала спросить некого", "Without a terminal there is nobody to ask"),
            Text("Добавьте --expect DIGEST из плана или --yes", "Add --expect DIGEST from the plan, or --yes"),
        )
    from provision.lock import alone_on

    with alone_on(server.url):
        run, made = _plan_of_file(settings, names, server, about, files)
        if expect and expect != made.digest:
            raise _changed(made, expect)
        if form == "text" and not expect:  # what is expected has been looked at
            echo(show_plan(settings, made, form, view))
        if made.changes and not (yes or expect):
            require_yes(settings, Text("Записать?", "Write?"))
        outcomes = write_plan(settings, run, made)
    echo(show_outcomes(settings, made, outcomes, form))
    if outcomes.interrupted:
        rest = Text("Прервано. Остальное сделает следующий apply", "Interrupted. The next apply does the rest")
        click.echo(settings.say(rest), err=True)
    for note in run.handover.notes.values():
        click.echo(settings.say(Text(f"Памятка: {note}", f"Hand-over note: {note}")), err=True)
    for copy in run.backup.files.values():
        click.echo(settings.say(Text(f"Резервная копия: {copy}", f"Backup: {copy}")), err=True)
    _warn_of_stores(settings, about, run, made)
    if excluded := sum(made.excluded_lines.values()):
        say = Text(
            f"Строк списков исключено из-за ошибок: {excluded}. Какие: provision check",
            f"Lines of lists excluded by errors: {excluded}. Which: provision check",
        )
        click.echo(settings.say(say), err=True)
    sys.exit(ERROR if made.excluded_lines and status_of(outcomes) == FINE else status_of(outcomes))


def _saved_plan(path: Path) -> tuple[tuple[str, ...], str, str]:
    """Cabinets, digest and server of a plan that `plan --out` saved. Raises UsageError when the file is none."""
    import json

    try:
        saved = json.loads(path.read_bytes())
        return tuple(map(str, saved["cabinets"])), str(saved["digest"]), str(saved.get("server", ""))
    except OSError as error:
        why = reason(error)
    except (ValueError, KeyError, TypeError):
        why = Text("это не план в виде JSON", "it is no plan in JSON")
    raise UsageError(
        Text(f"План {path} не прочитан: {why.ru}", f"The plan {path} cannot be read: {why.en}"),
        Text("Такой файл пишет provision plan --out ПЛАН.json", "provision plan --out PLAN.json writes such a file"),
    )


def _warn_of_stores(settings: Settings, about: PlanOptions, run: "RunContext", made: "Plan") -> None:
    """Says what credentials of data sources mean in a run that does not administer the stores."""
    missing = missing_stores(settings, about, [run.cabinets[one.cabinet] for one in made.cabinets])
    if missing and any("credential" in change.after.spec for change in made.writable if change.after):
        names = ", ".join(missing)
        say = Text(
            f"Хранилищами этот запуск не управляет ({names}: не задано): логины из источников данных никто там не "
            "создаёт, и данных не будет, пока вы не заведёте их сами или не зададите эти переменные",
            f"This run does not administer the stores ({names}: not set): nothing creates the logins of the data "
            "sources there, and no data come until you create them or set these variables",
        )
        click.echo(settings.say(say), err=True)


def _changed(made: "Plan", expect: str) -> PlanChangedError:
    said = Text(f"План теперь другой: {made.digest}, а ждали {expect}",
                f"The plan is now {made.digest}, expected was {expect}")  # fmt: skip
    hint = Text(
        "Посмотрите новый план: provision plan с теми же параметрами (--adopt, --allow-deletes …)",
        "Look at the new plan: provision plan with the same options (--adopt, --allow-deletes …)",
    )
    if not made.changes:
        hint = Text("Сейчас записывать нечего: вероятно, тот план уже записан",
                    "Now there is nothing to write: that plan has probably been applied")  # fmt: skip
    return PlanChangedError(said, hint)


def _plan_of_file(
    settings: Settings,
    names: Sequence[str],
    server: ServerOptions,
    about: PlanOptions,
    files: WriteOptions | None = None,
    *,
    watch: bool = False,
) -> "tuple[RunContext, Plan]":
    """make_plan() for the estate of the file, whose lists are read while the server answers."""
    with Opening(settings, server, about, ahead=not names) as opening:
        estate = load(settings.estate)
    return make_plan(settings, estate, names, opening, about, files, watch=watch)


def make_plan(
    settings: Settings,
    estate: "Estate",
    names: Sequence[str],
    opening: Opening,
    about: PlanOptions,
    files: WriteOptions | None = None,
    *,
    watch: bool = False,
) -> "tuple[RunContext, Plan]":
    """The run on that server, and its plan for the named cabinets of the estate. `watch`: see planning.make_plan()."""
    from provision.planning import make_plan as plan_of

    chosen = choose(estate, names)
    run = make_run(settings, estate, opening, about, files)
    with progress(settings, Text("Чтение", "Reading"), len(chosen)) as ready:
        return run, plan_of(run, chosen, ready, watch=watch)


def write_plan(settings: Settings, run: "RunContext", made: "Plan") -> "Outcomes":
    """Applies the plan, with progress on standard error."""
    from provision.applying import apply_plan

    with progress(settings, Text("Запись", "Writing"), len(made.cabinets)) as ready:
        return apply_plan(run, made, ready, lambda text: click.echo(f"\n{settings.say(text)}", err=True))


def show_plan(
    settings: Settings,
    made: "Plan",
    form: str,
    view: ViewOptions,
    *,
    colour: bool | None = None,
    unmanaged: bool = False,
) -> Iterator[str]:
    """The plan in that format, piece by piece; a long one in short, unless `view` says otherwise."""
    from provision.kinds import TITLES
    from provision.render import PLAN_FORMATS, View, length_of

    shown = View(
        lang=settings.lang,
        colour=settings.colour if colour is None else colour,
        diff=view.diff,
        unmanaged=unmanaged,
        kinds=TITLES,
        length="quiet" if view.quiet else "full" if view.full or view.diff else length_of(made),
        only=frozenset(view.only),
    )
    return PLAN_FORMATS[form](made, shown)


def show_outcomes(settings: Settings, made: "Plan", outcomes: "Outcomes", form: str) -> Iterator[str]:
    """What became of the plan, in that format, piece by piece."""
    from provision.kinds import TITLES
    from provision.render import OUTCOME_FORMATS, View

    return OUTCOME_FORMATS[form](made, outcomes, View(lang=settings.lang, colour=settings.colour, kinds=TITLES))


def is_opened(made: "Plan") -> bool:
    """Whether something that is only looked at opens a cabinet past its membership."""
    from provision.kinds import OPENING

    return any(one.ref.kind in OPENING for part in made.parts for one in part.unmanaged)


def is_refused(made: "Plan") -> bool:
    """Whether any cabinet of the plan is refused."""
    return any(cabinet.refused for cabinet in made.cabinets)


def status_of(outcomes: "Outcomes") -> int:
    """The exit code of an apply with these outcomes."""
    bad = [outcome.status in ("failed", "refused") for outcome in outcomes.cabinets]
    if outcomes.shared:
        bad.append(any(one.status != "done" for one in outcomes.shared))
    if not any(bad):
        return FINE
    return ERROR if all(bad) else PARTLY
