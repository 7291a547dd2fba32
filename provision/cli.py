"""The command `provision`: all options, all printing, all exit codes.

Exit codes: 0 fine · 1 error, nothing or not everything valid to do · 2 wrong usage · 3 differences (drift,
plan --exit-code) · 4 some cabinets failed, the others are done.
"""

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import click
from dotenv import dotenv_values

from provision import __version__, config, engine, lists, render, schema
from provision.credentials import Root
from provision.directory import Directory
from provision.errors import PlanChangedError, ProvisionError, SecretError, UsageError
from provision.grafana import Api, Connection, Grafana
from provision.handover import Handover
from provision.kinds import Run
from provision.model import Cabinet, Estate, Problem
from provision.plan import CabinetOutcome, Plan
from provision.text import Lang, Text

FINE, ERROR, USAGE, DIFFERENCES, PARTLY = range(5)
_SECRETS = ("GRAFANA_PASSWORD", "SMART_SECRET")

P = ParamSpec("P")
R = TypeVar("R")


def _language() -> Lang:
    """The language of the locale: Russian or, for any other, English."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ru" if locale.lower().startswith("ru") else "en"


def _(russian: str, english: str) -> str:
    """A help text; --lang comes too late for it, so the locale decides."""
    return Text(russian, english).say(_language())


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands before the command's name."""

    estate: Path
    lang: Lang
    secrets: Mapping[str, str | None]
    colour: bool

    def say(self, text: Text) -> str:
        return text.say(self.lang)

    def secret(self, name: str) -> str:
        """A secret from the environment or from the file of secrets, "" where neither has it."""
        return os.environ.get(name) or self.secrets.get(name) or ""


class _Group(click.Group):
    """Turns our errors into a message on standard error and an exit code, in this one place."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ProvisionError as error:
            lang = context.obj.lang if isinstance(context.obj, Settings) else _language()
            _complain(error, lang)
            context.exit(USAGE if isinstance(error, UsageError) else ERROR)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            what = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
            click.echo(Text(f"Ошибка: {what}", f"Error: {what}").say(_language()), err=True)
            context.exit(ERROR)


def _complain(error: ProvisionError, lang: Lang) -> None:
    click.echo(Text("Ошибка: ", "Error: ").say(lang) + error.text.say(lang), err=True)
    if error.hint:
        click.echo(Text("Подсказка: ", "Hint: ").say(lang) + error.hint.say(lang), err=True)


def _read_secrets(path: Path | None) -> Mapping[str, str | None]:
    """The file of secrets, `NAME=value` a line. Raises SecretError when others may read it."""
    if path is None:
        return {}
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(
            Text(f"Файл секретов {path} открыт другим", f"The file of secrets {path} is open to others"),
            Text(f"Закройте его: chmod 600 {path}", f"Close it: chmod 600 {path}"),
        )
    return dotenv_values(path, interpolate=False)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "-f",
    "--estate",
    type=click.Path(path_type=Path),
    default=Path("tenants.yaml"),
    show_default=True,
    help=_("Файл с кабинетами.", "The file of cabinets."),
)
@click.option("--lang", type=click.Choice(["ru", "en"]), default=_language, help=_("Язык сообщений.", "Language."))
@click.option(
    "--secrets",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SMART_SECRETS",
    help=_(
        f"Файл с правами 0600 со строками ИМЯ=значение: {', '.join(_SECRETS)}. Переменные среды важнее.",
        f"A file of mode 0600 with lines NAME=value: {', '.join(_SECRETS)}. The environment wins over it.",
    ),
)
@click.option("--colour/--no-colour", default=None, help=_("Цвет; обычно только на терминале.", "Colour."))
@click.version_option(__version__, prog_name="smart-provision")
@click.pass_context
def main(context: click.Context, estate: Path, lang: Lang, secrets: Path | None, colour: bool | None) -> None:
    context.obj = Settings(
        estate=estate,
        lang=lang,
        secrets=_read_secrets(secrets),
        colour=colour if colour is not None else sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )


main.help = _(
    "Из списков дистрибьютора — закрытые кабинеты в Grafana.",
    "Turns a distributor's lists into closed Grafana cabinets.",
)


def command(name: str, russian: str, english: str) -> Callable[[Callable[P, R]], click.Command]:
    """A command of the group with its help in the locale's language."""
    return lambda function: main.command(name, help=_(russian, english))(function)


_cabinets = click.argument("names", metavar=_("[КАБИНЕТ]...", "[CABINET]..."), nargs=-1)


def _format(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    return click.option(
        "--format",
        "shape",
        type=click.Choice(names),
        default="text",
        show_default=True,
        help=_("Вид вывода.", "Output format."),
    )


def _server(function: Callable[P, R]) -> Callable[P, R]:
    """The options of every command that talks to Grafana."""
    path = click.Path(exists=True, dir_okay=False)
    options = (
        click.option("--url", envvar="GRAFANA_URL", required=True, help=_("Адрес Grafana.", "Grafana's address.")),
        click.option(
            "--user",
            envvar="GRAFANA_USER",
            default="admin",
            show_default=True,
            help=_("Администратор сервера; пароль в GRAFANA_PASSWORD.", "A server admin; password: GRAFANA_PASSWORD."),
        ),
        click.option(
            "--api",
            type=click.Choice(["auto", "legacy"]),
            default="auto",
            show_default=True,
            help=_("legacy: не пользоваться /apis.", "legacy: do without /apis."),
        ),
        click.option("--ca-file", envvar="GRAFANA_CA_FILE", type=path, default=None, help=_("Свой ЦС.", "Own CA.")),
        click.option(
            "--client-cert",
            envvar="GRAFANA_CLIENT_CERT",
            type=path,
            default=None,
            help=_("Сертификат клиента.", "Client certificate."),
        ),
        click.option(
            "--client-key",
            envvar="GRAFANA_CLIENT_KEY",
            type=path,
            default=None,
            help=_("Ключ к нему, если он в другом файле.", "Its key, if that is another file."),
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0.1),
            default=30,
            show_default=True,
            help=_("Секунд на ответ.", "Seconds for an answer."),
        ),
        click.option(
            "--workers",
            type=click.IntRange(1, 32),
            default=None,
            help=_("Кабинетов сразу; обычно по базе сервера.", "Cabinets at once; by default from its database."),
        ),
        click.option(
            "--adopt",
            multiple=True,
            metavar=_("КАБИНЕТ", "CABINET"),
            help=_(
                "Взять под управление организацию с названием кабинета, хотя метки нет.",
                "Take over the org of the cabinet's title although it bears no mark.",
            ),
        ),
        click.option(
            "--handover",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("handover"),
            show_default=True,
            help=_("Папка памяток с первыми паролями.", "Folder for the notes with first passwords."),
        ),
        click.option(
            "--message",
            default=f"smart-provision {__version__}",
            help=_("Запись в истории дашбордов.", "What the dashboards' version history says."),
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command(
    "check",
    "Проверить списки, tenants.yaml и дашборды. Можно назвать кабинеты или сами файлы списков.",
    "Check the lists, tenants.yaml and the dashboards. Name cabinets, or list files alone.",
)
@click.argument("what", metavar=_("[КАБИНЕТ... | ФАЙЛ...]", "[CABINET... | FILE...]"), nargs=-1)
@_format("text", "json")
@click.option("-v", "--verbose", is_flag=True, help=_("Каждую строку отдельно.", "Every line by itself."))
@click.pass_obj
def check(settings: Settings, what: tuple[str, ...], shape: str, verbose: bool) -> None:
    files = [Path(name) for name in what if name.lower().endswith(".csv") or Path(name).is_file()]
    if files and len(files) < len(what):
        raise UsageError(
            Text("Назовите либо кабинеты, либо файлы", "Name either cabinets or files"),
            Text("provision check lists/x.csv", "provision check lists/x.csv"),
        )
    problems = _check_files(files) if files else _check_estate(settings, what)
    if shape == "json":
        click.echo(render.problems_json(problems, lang=settings.lang))
    else:
        click.echo(render.problems_text(problems, lang=settings.lang, colour=settings.colour, verbose=verbose))
    if any(problem.level == "error" for problem in problems):
        sys.exit(ERROR)


def _check_files(files: Sequence[Path]) -> tuple[Problem, ...]:
    read = [lists.read(file, shown=str(file)) for file in files]
    return (*(problem for file in read for problem in file.problems), *lists.check_together(read))


def _check_estate(settings: Settings, names: Sequence[str]) -> tuple[Problem, ...]:
    estate = config.check(settings.estate)
    chosen = _choose(estate, names)
    problems = (*estate.problems, *engine.check(estate.cabinets))
    if not names:
        return problems
    ids = {cabinet.id for cabinet in chosen}
    return tuple(problem for problem in problems if not problem.cabinet or problem.cabinet in ids)


@command(
    "schema",
    "Напечатать JSON-схему tenants.yaml для редакторов.",
    "Print the JSON Schema of tenants.yaml for editors.",
)
def print_schema() -> None:
    click.echo(json.dumps(schema.SCHEMA, ensure_ascii=False, indent=2))


@command("render", "Записать дашборды кабинетов файлами JSON.", "Write the cabinets' dashboards as JSON files.")
@_cabinets
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help=_("Папка; внутри папка на кабинет.", "A folder; inside it a folder for each cabinet."),
)
@click.pass_obj
def write_dashboards(settings: Settings, names: tuple[str, ...], out: Path) -> None:
    written = 0
    for cabinet in _choose(_load(settings), names):
        folder = out / cabinet.id
        folder.mkdir(parents=True, exist_ok=True)
        for uid, text in engine.files(cabinet):
            _write(folder / f"{uid}.json", text)
            written += 1
    click.echo(settings.say(Text(f"Записано файлов: {written}, папка {out}", f"{written} files written to {out}")))


@command("plan", "Показать, что сделает apply.", "Show what apply would do.")
@_cabinets
@_format(*render.PLAN_FORMATS)
@click.option("--diff", is_flag=True, help=_("С построчной разницей JSON.", "With unified diffs of the JSON."))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("В файл.", "To a file."))
@click.option("--exit-code", is_flag=True, help=_("Код 3, если есть что делать.", "Exit 3 when there is work."))
@_server
@click.pass_obj
def plan(
    settings: Settings,
    /,
    names: tuple[str, ...],
    shape: str,
    diff: bool,
    out: Path | None,
    exit_code: bool,
    **options: Any,
) -> None:
    _, made = _plan(settings, names, options)
    colour = settings.colour and out is None
    text = render.PLAN_FORMATS[shape](made, lang=settings.lang, colour=colour, diff=diff, kinds=engine.TITLES)
    if out:
        _write(out, text)
    else:
        click.echo(text)
    if exit_code and made.changes:
        sys.exit(DIFFERENCES)
    if any(cabinet.refused for cabinet in made.cabinets):
        sys.exit(ERROR)


@command(
    "drift",
    "Показать отличия Grafana от задуманного и всё, что в кабинетах сделано не нами. Код 3, если есть отличия.",
    "Show how Grafana differs from what is wanted, and all that is not ours in the cabinets. Exit 3 on differences.",
)
@_cabinets
@_format(*render.PLAN_FORMATS)
@click.option("--diff", is_flag=True, help=_("С построчной разницей JSON.", "With unified diffs of the JSON."))
@_server
@click.pass_obj
def drift(settings: Settings, /, names: tuple[str, ...], shape: str, diff: bool, **options: Any) -> None:
    _, made = _plan(settings, names, options)
    show = render.PLAN_FORMATS[shape]
    text = show(made, lang=settings.lang, colour=settings.colour, diff=diff, unmanaged=True, kinds=engine.TITLES)
    click.echo(text)
    if made.changes:
        sys.exit(DIFFERENCES)
    if any(cabinet.refused for cabinet in made.cabinets):
        sys.exit(ERROR)


@command(
    "apply",
    "Привести Grafana к задуманному: план, вопрос, запись.",
    "Make Grafana equal to what is wanted: plan, question, writing.",
)
@_cabinets
@_format("text", "json")
@click.option("--diff", is_flag=True, help=_("С построчной разницей JSON.", "With unified diffs of the JSON."))
@click.option("--yes", is_flag=True, help=_("Не спрашивать.", "Do not ask."))
@click.option(
    "--expect",
    metavar="DIGEST",
    help=_("Только если план тот самый, sha256:… .", "Only if the plan is the one reviewed, sha256:… ."),
)
@_server
@click.pass_obj
def apply(
    settings: Settings,
    /,
    names: tuple[str, ...],
    shape: str,
    diff: bool,
    yes: bool,
    expect: str | None,
    **options: Any,
) -> None:
    if not (yes or expect or sys.stdin.isatty()):
        raise UsageError(
            Text("Без терминала спросить некого", "Without a terminal there is nobody to ask"),
            Text("Добавьте --expect DIGEST из плана или --yes", "Add --expect DIGEST from the plan, or --yes"),
        )
    work, made = _plan(settings, names, options)
    if expect and expect != made.digest:
        raise _plan_changed(made, expect)
    if shape == "text":
        click.echo(render.plan_text(made, lang=settings.lang, colour=settings.colour, diff=diff, kinds=engine.TITLES))
    if made.changes and not (yes or expect):
        click.confirm(settings.say(Text("Записать?", "Write?")), abort=True)
    with _progress(settings, Text("Запись", "Writing"), len(made.cabinets)) as ready:
        outcomes = work.apply(made, ready)
    if shape == "json":
        click.echo(render.outcome_json(made, outcomes, lang=settings.lang))
    else:
        click.echo(render.outcome_text(outcomes, lang=settings.lang, colour=settings.colour, kinds=engine.TITLES))
    for note in work.handover.notes.values():
        click.echo(settings.say(Text(f"Памятка: {note}", f"Hand-over note: {note}")), err=True)
    sys.exit(_exit_code(outcomes))


@command(
    "sandbox",
    "Запустить песочницу: Grafana понарошку, на этой машине, admin/admin.",
    "Run the sandbox: a stand-in for Grafana on this machine, admin/admin.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=3000, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo/sandbox"),
    show_default=True,
    help=_("Папка с её состоянием.", "The folder that keeps its state."),
)
def sandbox(port: int, data: Path) -> None:
    from provision.sandbox import serve  # here alone: Flask is not needed, nor loaded, by any other command

    serve(port=port, data=data, announce=click.echo)


def _load(settings: Settings) -> Estate:
    """The estate; cabinets that a dashboard mistake stops are blocked like those with mistakes in their lists."""
    estate = config.load(settings.estate)
    problems = engine.check(estate.cabinets)
    stopped = {problem.cabinet for problem in problems if problem.stops}
    cabinets = tuple(replace(one, blocked=one.blocked or one.id in stopped) for one in estate.cabinets)
    return Estate(cabinets, (*estate.problems, *problems))


def _choose(estate: Estate, names: Sequence[str]) -> tuple[Cabinet, ...]:
    """The named cabinets in the estate's order, all without names. Raises UsageError for an unknown one."""
    known = {cabinet.id for cabinet in estate.cabinets}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(
            Text(f"Нет кабинета «{unknown[0]}»", f"There is no cabinet {unknown[0]!r}"),
            Text(f"Есть: {', '.join(sorted(known))}", f"There are: {', '.join(sorted(known))}"),
        )
    return tuple(cabinet for cabinet in estate.cabinets if not names or cabinet.id in names)


def _plan(settings: Settings, names: Sequence[str], options: Mapping[str, Any]) -> tuple[engine.Engine, Plan]:
    estate = _load(settings)
    chosen = _choose(estate, names)
    _choose(estate, options["adopt"])
    root = Root(settings.secret("SMART_SECRET"))
    server = Grafana(
        Connection(
            url=options["url"],
            user=options["user"],
            password=settings.secret("GRAFANA_PASSWORD"),
            api=cast(Api, options["api"]),
            timeout=options["timeout"],
            ca_file=options["ca_file"] or "",
            client_certificate=options["client_cert"] or "",
            client_key=options["client_key"] or "",
        )
    )
    server.require_suitable()
    run = Run(
        server=server,
        directory=Directory(server, (cabinet.title for cabinet in estate.cabinets)),
        root=root,
        handover=Handover(options["handover"], server.url),
        distributors={cabinet.id: cabinet.distributor for cabinet in estate.cabinets},
        adopt=frozenset(options["adopt"]),
        message=options["message"],
    )
    work = engine.Engine(run, workers=options["workers"] or server.workers)
    with _progress(settings, Text("Чтение", "Reading"), len(chosen)) as ready:
        return work, work.plan(chosen, ready)


@contextmanager
def _progress(settings: Settings, doing: Text, total: int) -> Iterator[engine.Progress]:
    """Shows on standard error how far the work is: a bar on a terminal, a plain line a cabinet elsewhere."""
    label = settings.say(doing)
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr) as bar:
            yield lambda _name: bar.update(1)
        return
    width, done = len(str(total)), iter(range(1, total + 1))
    yield lambda name: click.echo(f"{label} [{next(done):{width}}/{total}] {name}", err=True)


def _plan_changed(made: Plan, expect: str) -> ProvisionError:
    return PlanChangedError(
        Text(
            f"План теперь другой: {made.digest}, а ждали {expect}",
            f"The plan is another one now: {made.digest}, expected was {expect}",
        ),
        Text("Посмотрите новый план: provision plan", "Look at the new plan: provision plan"),
    )


def _exit_code(outcomes: Sequence[CabinetOutcome]) -> int:
    bad = sum(outcome.status in ("failed", "refused") for outcome in outcomes)
    if not bad:
        return FINE
    return ERROR if bad == len(outcomes) else PARTLY


def _write(path: Path, text: str) -> None:
    """Writes a whole file or none: what stood there stays until the new text is complete."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ProvisionError(
            Text(f"Не удалось записать {path}: {error.strerror}", f"Could not write {path}: {error.strerror}")
        ) from None
