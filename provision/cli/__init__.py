"""The command `provision`: all options, all printing, all exit codes. Only here is click known.

Exit codes: 0 fine · 1 error, nothing or not everything valid to do · 2 wrong usage · 3 differences (drift, lists diff,
plan --exit-code) · 4 some cabinets failed, the others are done.

A command's module is imported when that command is asked for, and what it needs when it runs, so that `--help` comes
at once.
"""

import atexit
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from provision import __version__
from provision.cli.commands import MODULES, SECTIONS
from provision.cli.language import _, language, name_variable, translate_click
from provision.cli.settings import ERROR, SECRETS, SECRETS_FILE, USAGE, Settings, option, read_secrets
from provision.errors import ProvisionError, UsageError
from provision.os_errors import reason
from provision.text import Lang, Text, harmless


class _Group(click.Group):
    """Imports a command when it is asked for; turns our errors into a message on standard error and an exit code."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in MODULES and name not in self.commands:
            module = importlib.import_module(f"provision.cli.{MODULES[name]}")
            command = next(it for it in vars(module).values() if isinstance(it, click.Command) and it.name == name)
            _name_parts(command)
            self.add_command(command)
        return super().get_command(context, name)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=MODULES, ctx=context) from None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, MODULES))
        for title, entries in SECTIONS.items():
            with formatter.section(title.say(language())):
                lines = ((entry.name, Text(entry.ru, entry.en).say(language())) for entry in entries)
                formatter.write_dl([(f"{name:{width}}", line) for name, line in lines])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        translate_click(language(args))
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.BadParameter as error:
            name_variable(error)
            raise

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except click.BadParameter as error:
            name_variable(error)
            raise
        except ProvisionError as error:
            lang = context.obj.lang if isinstance(context.obj, Settings) else language()
            click.echo(Text("Ошибка: ", "Error: ").say(lang) + error.text.say(lang), err=True)
            if error.hint:
                click.echo(Text("Подсказка: ", "Hint: ").say(lang) + error.hint.say(lang), err=True)
            context.exit(USAGE if isinstance(error, UsageError) else ERROR)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        gc.set_threshold(20_000)  # most of what a command makes lives to its end: 7 % less processor time for a plan
        atexit.register(gc.freeze)  # nor is it searched for cycles then
        sys.setswitchinterval(0.0001)  # threads that wait for a server get on beside one that computes
        try:
            return super().main(args, *more, **extra)
        except OSError as error:  # click ends quietly when the reader of a pipe has gone
            why, file = reason(error), harmless(str(error.filename))
            said = Text(f"Ошибка ввода-вывода: {why.ru}", f"Input or output failed: {why.en}")
            if error.filename:
                said = Text(f"Не удалось прочитать или записать {file}: {why.ru}", f"Cannot use {file}: {why.en}")
            click.echo(Text(f"Ошибка: {said.ru}", f"Error: {said.en}").say(language(args)), err=True)
            sys.exit(ERROR)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=_(
        "Из списков дистрибьютора — закрытые кабинеты в Grafana.",
        "Turns a distributor's lists into closed Grafana cabinets.",
    ),
)
@option(
    "-f --estate",
    "Файл с кабинетами.",
    "The file of cabinets.",
    type=click.Path(path_type=Path, readable=False),  # config reports what keeps it from being read
    default=Path("tenants.yaml"),
)
@option(
    "--dashboards",
    "Папка своих дашбордов; обычно dashboards рядом с файлом кабинетов.",
    "A folder of dashboards of your own; by default dashboards beside the estate.",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@option(
    "--lang",
    "Язык сообщений и справки.",
    "The language of messages and help.",
    type=click.Choice(["ru", "en"]),
    default=language,
    envvar="SMART_LANG",
    show_default=False,
)
@option(
    "--secrets",
    f"Файл с правами 0600 со строками ИМЯ=значение: {', '.join(SECRETS)}. Переменные среды важнее. Обычно "
    f"{SECRETS_FILE} рядом с файлом кабинетов, если он есть.",
    f"A file of mode 0600 with lines NAME=value: {', '.join(SECRETS)}. The environment wins over it. By default "
    f"{SECRETS_FILE} beside the estate, if there is one.",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SMART_SECRETS",
)
@option(
    "--colour/--no-colour",
    "Цвет; обычно только на терминале (и с FORCE_COLOR, без NO_COLOR).",
    "Colour; by default on a terminal (and with FORCE_COLOR, without NO_COLOR).",
    default=None,
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


def _name_parts(command: click.Command) -> None:
    """Click's own words in the usage line of a command and of its subcommands, in the chosen language."""
    command.options_metavar = _("[ПАРАМЕТРЫ]", "[OPTIONS]")
    if isinstance(command, click.Group):
        command.subcommand_metavar = _("КОМАНДА [АРГУМЕНТЫ]...", "COMMAND [ARGS]...")
        for inner in command.commands.values():
            _name_parts(inner)


def _is_coloured() -> bool:
    """What NO_COLOR or FORCE_COLOR asks for (no-color.org, force-color.org), else whether this is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


main.options_metavar = _("[ПАРАМЕТРЫ]", "[OPTIONS]")
main.subcommand_metavar = _("КОМАНДА [АРГУМЕНТЫ]...", "COMMAND [ARGS]...")
