"""audit: tries whether the cabinets really cannot see each other."""

import sys
from pathlib import Path

import click

from provision.cli.estate import choose_present, load
from provision.cli.language import _
from provision.cli.options import ServerCommand, ServerOptions
from provision.cli.settings import ERROR, FINE, Settings, cabinets_argument, format_option, progress, write
from provision.text import Text


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
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("В файл.", "To a file."))
@click.option(
    "--strict",
    is_flag=True,
    help=_(
        "Код 1 и если хоть одну попытку сделать не удалось.", "Exit 1 also when a single attempt could not be tried."
    ),
)
@click.option(
    "--vm-url",
    envvar="SMART_VM_URL",
    show_envvar=True,
    default="",
    help=_("Адрес самой VictoriaMetrics.", "The address of VictoriaMetrics itself."),
)
@click.pass_obj
def audit(
    settings: Settings,
    /,
    names: tuple[str, ...],
    form: str,
    out: Path | None,
    vm_url: str,
    server: ServerOptions,
    *,
    strict: bool,
) -> None:
    from provision.audit import REPORT_FORMATS, Audit
    from provision.cli.deploy import connect
    from provision.credential import RootSecret
    from provision.lock import alone_on

    estate = load(settings.estate)
    chosen = choose_present(estate, names)
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
