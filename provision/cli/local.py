"""lint, schema, render and sandbox: the commands that talk to no Grafana, but for check."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from provision.cli.estate import choose, load, problems_of_dashboards
from provision.cli.language import _
from provision.cli.settings import (
    ERROR,
    FOLDER,
    Settings,
    cabinets_argument,
    folder_option,
    format_option,
    option,
    write,
)
from provision.text import Text


@click.command(help=_("Проверить сами дашборды, без сервера.", "Check the dashboards themselves, without a server."))
@cabinets_argument
@format_option("text", "json")
@click.pass_obj
def lint(settings: Settings, /, names: tuple[str, ...], form: str) -> None:
    problems = problems_of_dashboards(load(settings.estate), names)
    click.echo(settings.problems(problems, form, verbose=True))
    if problems:
        sys.exit(ERROR)


@click.command(
    help=_(
        "Напечатать JSON-схему: tenants.yaml для редакторов, или строки отчёта (report).",
        "Print the JSON Schema of tenants.yaml for editors, or of a line of a report (report).",
    )
)
@click.argument("what", type=click.Choice(["tenants", "report"]), default="tenants")
def schema(what: str) -> None:
    import json

    from provision.reports.form import SCHEMA as REPORT
    from provision.schema import SCHEMA as TENANTS

    click.echo(json.dumps({"tenants": TENANTS, "report": REPORT}[what], ensure_ascii=False, indent=2))


@click.command(
    help=_("Записать дашборды и оповещения кабинетов файлами JSON.", "Write dashboards and alerting as JSON files.")
)
@cabinets_argument
@folder_option("Папка; внутри папка на кабинет.", "A folder; inside it a folder for each cabinet.")
@click.pass_obj
def render(settings: Settings, /, names: tuple[str, ...], out: Path) -> None:
    from provision import kinds

    present = [one for one in choose(load(settings.estate), names) if one.state != "absent"]
    _write_files(settings, out, {one.id: kinds.files(one) for one in present})


@click.command(
    "mail-rules",
    help=_(
        "Записать готовые правила, которые раскладывают письма об авариях по папкам: Sieve и Thunderbird.",
        "Write ready rules that sort the mails of alerts into folders: Sieve and Thunderbird.",
    ),
)
@cabinets_argument
@folder_option("Папка; внутри папка на кабинет и ящик.", "A folder; inside it one for each cabinet and mailbox.")
@option(
    "--from sender",
    "Только письма с этого адреса (Sieve).",
    "Only mails from this address (Sieve).",
    metavar=_("АДРЕС", "ADDRESS"),
    default="",
)
@click.pass_obj
def mail_rules(settings: Settings, /, names: tuple[str, ...], out: Path, sender: str) -> None:
    from provision.kinds.alerting.mail_rules import files

    _write_files(settings, out, {one.id: files(one, sender) for one in choose(load(settings.estate), names)})


def _write_files(settings: Settings, out: Path, cabinets: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    """Writes files, names and texts by cabinet, into a folder each, and says how many."""
    written = 0
    for cabinet, files in cabinets.items():
        for name, text in files:
            write(out / cabinet / name, text)
            written += 1
    click.echo(settings.say(Text(f"Записано файлов: {written}, папка {out}", f"{written} files written to {out}")))


@click.command(
    help=_(
        "Запустить песочницу: замену Grafana для проб, только на этой машине, admin/admin.",
        "Run the sandbox: a stand-in for Grafana to try things on, on this machine only, admin/admin.",
    )
)
@option(
    "--port", "Порт; 0: любой свободный.", "Its port; 0: any that is free.", type=click.IntRange(0, 65535), default=3000
)
@option(
    "--data", "Папка с её состоянием.", "The folder that keeps its state.", type=FOLDER, default=Path(".demo/sandbox")
)
def sandbox(port: int, data: Path) -> None:
    from provision.sandbox import serve

    serve(port=port, data=data, announce=click.echo)
