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
    init,
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
from provision.cli.language import _, language, translate_click
from provision.cli.settings import ERROR, SECRETS, SECRETS_FILE, USAGE, Settings, read_secrets
from provision.errors import ProvisionError, UsageError
from provision.os_errors import reason
from provision.text import Lang, Text


class _Group(click.Group):
    """Turns our errors into a message on standard error and an exit code, in this one place."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        translate_click(language(args))
        return super().make_context(info_name, args, parent, **extra)

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
            lang = context.obj.lang if isinstance(context.obj, Settings) else language()
            where = f": {error.filename}" if error.filename else ""
            click.echo(Text("Ошибка: ", "Error: ").say(lang) + reason(error).say(lang) + where, err=True)
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
@click.option(
    "--dashboards",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=_(
        "Папка своих дашбордов; обычно dashboards рядом с файлом кабинетов.",
        "A folder of dashboards of your own; by default dashboards beside the estate.",
    ),
)
@click.option(
    "--lang",
    type=click.Choice(["ru", "en"]),
    default=language,
    envvar="SMART_LANG",
    show_envvar=True,
    help=_("Язык сообщений и справки.", "The language of messages and help."),
)
@click.option(
    "--secrets",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SMART_SECRETS",
    help=_(
        f"Файл с правами 0600 со строками ИМЯ=значение: {', '.join(SECRETS)}. Переменные среды важнее. Обычно "
        f"{SECRETS_FILE} рядом с файлом кабинетов, если он есть.",
        f"A file of mode 0600 with lines NAME=value: {', '.join(SECRETS)}. The environment wins over it. By default "
        f"{SECRETS_FILE} beside the estate, if there is one.",
    ),
)
@click.option(
    "--colour/--no-colour",
    default=None,
    help=_(
        "Цвет; обычно только на терминале (и с FORCE_COLOR, без NO_COLOR).",
        "Colour; by default on a terminal (and with FORCE_COLOR, without NO_COLOR).",
    ),
)
@click.version_option(__version__, prog_name="smart-provision")
@click.pass_context
def main(
    context: click.Context,
    estate: Path,
    dashboards: Path | None,
    lang: Lang,
    secrets: Path | None,
    colour: bool | None,
) -> None:
    for stream in (sys.stdout, sys.stderr):  # a title may hold characters that an old locale lacks
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    context.obj = Settings(
        estate=estate,
        dashboards=dashboards,
        lang=lang,
        secrets=read_secrets(secrets or _secrets_beside(estate)),
        colour=_is_coloured() if colour is None else colour,
    )
    context.color = context.obj.colour  # otherwise click takes the colour out of what goes into a pipe


def _secrets_beside(estate: Path) -> Path | None:
    """The file that `provision init` makes, where there is one."""
    file = estate.parent / SECRETS_FILE
    return file if file.is_file() else None


def _is_coloured() -> bool:
    """What NO_COLOR or FORCE_COLOR asks for (no-color.org, force-color.org), else whether this is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


for command in (
    init.init,
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

main.options_metavar = _("[ПАРАМЕТРЫ]", "[OPTIONS]")
for group in (main, *(command for command in main.commands.values() if isinstance(command, click.Group))):
    group.subcommand_metavar = _("КОМАНДА [АРГУМЕНТЫ]...", "COMMAND [ARGS]...")
    for command in group.commands.values():
        command.options_metavar = _("[ПАРАМЕТРЫ]", "[OPTIONS]")
