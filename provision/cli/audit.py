"""audit: tries whether the cabinets really cannot see each other."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click

from provision.cli.estate import choose_present, load
from provision.cli.language import _
from provision.cli.options import ServerCommand, ServerOptions
from provision.cli.settings import (
    ERROR,
    FINE,
    Settings,
    cabinets_argument,
    format_option,
    option,
    out_option,
    progress,
    write,
)
from provision.text import Text

T = TypeVar("T")


def of_the_day(every: Sequence[T], number: int, day: date) -> tuple[T, ...]:
    """That many of them, other ones each day, until all have had their turn."""
    first = day.toordinal() * number % len(every)
    return tuple([*every, *every][first : first + min(number, len(every))])


@click.command(
    cls=ServerCommand,
    help=_(
        "Проверить, что кабинеты не видят друг друга: временный пользователь каждого пробует прочитать чужое. "
        "Код 1 при любой утечке и если целый способ проверить не удалось.",
        "Try whether cabinets see each other: a throw-away Viewer of each tries to read the others. "
        "Exit 1 on any leak and where a whole way could not be tried.",
    ),
)
@cabinets_argument
@format_option("text", "json", "junit")
@out_option
@option(
    "--strict",
    "Код 1 и если хоть одну попытку сделать не удалось.",
    "Exit 1 also when a single attempt could not be tried.",
    is_flag=True,
)
@option(
    "--sample",
    "Столько кабинетов, каждый день следующие: за неделю проверены все, если это седьмая часть.",
    "So many cabinets, the next ones each day: all within a week if it is a seventh of them.",
    type=click.IntRange(min=1),
    metavar=_("ЧИСЛО", "NUMBER"),
)
@option(
    "--vm-url",
    "Адрес самой VictoriaMetrics.",
    "The address of VictoriaMetrics itself.",
    envvar="SMART_VM_URL",
    default="",
)
@click.pass_obj
def audit(
    settings: Settings,
    /,
    names: tuple[str, ...],
    form: str,
    out: Path | None,
    vm_url: str,
    sample: int | None,
    server: ServerOptions,
    *,
    strict: bool,
) -> None:
    from provision.audit import REPORT_FORMATS, Audit
    from provision.cli.running import connect
    from provision.credential import RootSecret
    from provision.lock import alone_on

    estate = load(settings.estate)
    chosen = choose_present(estate, names)
    if sample is not None:
        chosen = of_the_day(chosen, sample, datetime.now().astimezone().date())
    root = RootSecret(settings.secret("SMART_SECRET"))
    with alone_on(server.url):
        grafana = connect(settings, server)
        grafana.require_suitable()
        inspection = Audit(grafana, root, estate.cabinets, accepted=estate.accepted_settings, store=vm_url)
        with progress(settings, Text("Аудит", "Audit"), len(chosen)) as ready:
            report = inspection.run(chosen, ready)
    text = REPORT_FORMATS[form](report, lang=settings.lang)
    if out:
        write(out, text)
    else:
        click.echo(text)
    sys.exit(ERROR if report.failed(strict=strict) else FINE)
