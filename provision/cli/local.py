"""check, lint, schema, render and sandbox: the commands that talk to no Grafana."""

import sys
from pathlib import Path

import click

from provision.cli.estate import choose, load, problems_of_dashboards, problems_of_estate, problems_of_files
from provision.cli.settings import ERROR, Settings, _, cabinets_argument, format_option, write
from provision.errors import UsageError
from provision.text import Text


@click.command(
    help=_(
        "Проверить списки, tenants.yaml и дашборды. Можно назвать кабинеты или сами файлы списков.",
        "Check the lists, tenants.yaml and the dashboards. Name cabinets, or list files alone.",
    )
)
@click.argument("what", metavar=_("[КАБИНЕТ... | ФАЙЛ...]", "[CABINET... | FILE...]"), nargs=-1)
@format_option("text", "json")
@click.option("-v", "--verbose", is_flag=True, help=_("Каждую строку отдельно.", "Every line by itself."))
@click.pass_obj
def check(settings: Settings, /, what: tuple[str, ...], shape: str, verbose: bool) -> None:
    from provision.render import PROBLEM_FORMATS

    files = [Path(name) for name in what if name.lower().endswith(".csv") or Path(name).is_file()]
    if files and len(files) < len(what):
        raise UsageError(
            Text("Назовите либо кабинеты, либо файлы", "Name either cabinets or files"),
            Text("Файл списка кончается на .csv", "A list file's name ends in .csv"),
        )
    problems = problems_of_files(files) if files else problems_of_estate(settings.estate, what)
    click.echo(PROBLEM_FORMATS[shape](problems, lang=settings.lang, colour=settings.colour, verbose=verbose))
    if any(problem.level == "error" for problem in problems):
        sys.exit(ERROR)


@click.command(help=_("Проверить сами дашборды, без сервера.", "Check the dashboards themselves, without a server."))
@cabinets_argument
@format_option("text", "json")
@click.pass_obj
def lint(settings: Settings, /, names: tuple[str, ...], shape: str) -> None:
    from provision.render import PROBLEM_FORMATS

    problems = problems_of_dashboards(load(settings.estate), names)
    click.echo(PROBLEM_FORMATS[shape](problems, lang=settings.lang, colour=settings.colour, verbose=True))
    if problems:
        sys.exit(ERROR)


@click.command(
    help=_("Напечатать JSON-схему tenants.yaml для редакторов.", "Print the JSON Schema of tenants.yaml for editors.")
)
def schema() -> None:
    import json

    from provision.schema import SCHEMA

    click.echo(json.dumps(SCHEMA, ensure_ascii=False, indent=2))


@click.command(help=_("Записать дашборды кабинетов файлами JSON.", "Write the cabinets' dashboards as JSON files."))
@cabinets_argument
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help=_("Папка; внутри папка на кабинет.", "A folder; inside it a folder for each cabinet."),
)
@click.pass_obj
def render(settings: Settings, /, names: tuple[str, ...], out: Path) -> None:
    from provision import engine

    written = 0
    for cabinet in choose(load(settings.estate), names):
        for name, text in engine.files(cabinet):
            write(out / cabinet.id / name, text)
            written += 1
    click.echo(settings.say(Text(f"Записано файлов: {written}, папка {out}", f"{written} files written to {out}")))


@click.command(
    help=_(
        "Запустить песочницу: замену Grafana для проб, только на этой машине, admin/admin.",
        "Run the sandbox: a stand-in for Grafana to try things on, on this machine only, admin/admin.",
    )
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
    from provision.sandbox import serve

    serve(port=port, data=data, announce=click.echo)
