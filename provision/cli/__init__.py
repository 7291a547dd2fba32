"""The command `provision`: all options, all printing, all exit codes. Only here is click known.

Exit codes: 0 fine · 1 error, nothing or not everything valid to do · 2 wrong usage · 3 differences (drift, lists diff,
plan --exit-code) · 4 some cabinets failed, the others are done.

What a command needs is imported by that command, so that `--help` comes at once.
"""

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from provision import __version__
from provision.cli import (
    audit,
    check,
    deploy,
    lists,
    local,
    new,
    password,
    poll,
    receive,
    reports,
    rotate,
    scripts,
    stores,
    token,
    verify,
)
from provision.cli.settings import ERROR, SECRETS, USAGE, Settings, _, language, read_secrets
from provision.errors import ProvisionError, UsageError
from provision.text import Lang, Text


class _Group(click.Group):
    """Turns our errors into a message on standard error and an exit code, in this one place."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ProvisionError as error:
            lang = context.obj.lang if isinstance(context.obj, Settings) else language()
            click.echo(Text("Ошибка: ", "Error: ").say(lang) + error.text.say(lang), err=True)
            if error.hint:
                click.echo(Text("Подсказка: ", "Hint: ").say(lang) + error.hint.say(lang), err=True)
            context.exit(USAGE if isinstance(error, UsageError) else ERROR)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise  # click ends quietly when the reader of a pipe has gone
            what = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
            click.echo(Text(f"Ошибка: {what}", f"Error: {what}").say(language()), err=True)
            context.exit(ERROR)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=_(
        "Из списков дистрибьютора — закрытые кабинеты в Grafana.",
        "Turns a distributor's lists into closed Grafana cabinets.",
    ),
)
@click.option(
    "-f",
    "--estate",
    type=click.Path(path_type=Path),
    default=Path("tenants.yaml"),
    show_default=True,
    help=_("Файл с кабинетами.", "The file of cabinets."),
)
@click.option("--lang", type=click.Choice(["ru", "en"]), default=language, help=_("Язык сообщений.", "Language."))
@click.option(
    "--secrets",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SMART_SECRETS",
    help=_(
        f"Файл с правами 0600 со строками ИМЯ=значение: {', '.join(SECRETS)}. Переменные среды важнее.",
        f"A file of mode 0600 with lines NAME=value: {', '.join(SECRETS)}. The environment wins over it.",
    ),
)
@click.option("--colour/--no-colour", default=None, help=_("Цвет; обычно только на терминале.", "Colour."))
@click.version_option(__version__, prog_name="smart-provision")
@click.pass_context
def main(context: click.Context, estate: Path, lang: Lang, secrets: Path | None, colour: bool | None) -> None:
    for stream in (sys.stdout, sys.stderr):  # a title may hold characters that an old locale lacks
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    context.obj = Settings(
        estate=estate,
        lang=lang,
        secrets=read_secrets(secrets),
        colour=colour if colour is not None else sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )


for command in (
    check.check,
    lists.lists,
    local.lint,
    deploy.plan,
    deploy.apply,
    deploy.drift,
    audit.audit,
    verify.verify,
    new.new,
    scripts.scripts,
    receive.receive,
    password.password,
    rotate.rotate,
    token.token,
    local.render,
    local.mail_rules,
    local.schema,
    local.sandbox,
    reports.import_reports,
    poll.poll,
    stores.sample_data,
    stores.expire,
    stores.stack,
):
    main.add_command(command)
