"""init: an empty folder becomes one to work in."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli.language import _
from provision.cli.settings import FOLDER, SECRETS_FILE, Settings, option
from provision.errors import UsageError
from provision.text import Text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_NAMES = {"gitignore": ".gitignore"}  # a package cannot hold it under its own name
_KEPT = Text(" — уже есть, не тронут", ": exists, left alone")
_EXAMPLE = """\
100201.te-cloud.example.ru:80,ivanova,ivanova@romashka.example.ru,http,download,upload,process,ping,-1,3600,604800
100202.te-cloud.example.ru:443,petrov,petrov@romashka.example.ru,https,download,upload,process,ping,-1,3600,604800
"""


@click.command(
    help=_(
        "Завести папку: tenants.yaml с пояснениями, бланки списков, пример своего дашборда, файл секретов. "
        "Готовые файлы не трогает.",
        "Begin a folder: a commented tenants.yaml, list forms, an example of a dashboard, a file of secrets. "
        "Files that exist are left alone.",
    )
)
@click.argument("folder", metavar=_("[ПАПКА]", "[FOLDER]"), type=FOLDER, default=Path())
@option(
    "--example",
    "И список выдуманной компании, чтобы попробовать.",
    "Also a list of a made-up company, to try it.",
    is_flag=True,
)
@click.pass_obj
def init(settings: Settings, /, folder: Path, *, example: bool) -> None:
    from importlib.resources import files

    from provision.whole_files import create_all

    contents = dict(_starter(files("provision.starter"), folder))
    today = f"{date.today():%Y%m%d}"  # noqa: DTZ011 - the operator's own day
    example_list = folder / "lists" / f"romashka_manager_{today}.csv"
    if example:
        contents[example_list] = _EXAMPLE.encode()
    contents[folder / SECRETS_FILE] = _secrets().encode()
    if (taken := folder / "tenants.yaml").exists():
        raise UsageError(
            Text(f"{taken} уже есть", f"{taken} exists already"),
            Text("Выберите пустую папку: provision init ПАПКА", "Choose an empty folder: provision init FOLDER"),
        )
    kept = {path for path in contents if path.exists()}
    create_all({path: content for path, content in contents.items() if path not in kept})
    for path in sorted(contents):
        click.echo(f"  {path}{settings.say(_KEPT) if path in kept else ''}")
    click.echo(settings.say(_next(folder, example_list if example else folder / "lists" / f"NAME_manager_{today}.csv")))


def _starter(source: "Traversable", folder: Path) -> Iterator[tuple[Path, bytes]]:
    for entry in source.iterdir():
        if entry.name.startswith("__"):
            continue
        path = folder / _NAMES.get(entry.name, entry.name)
        if entry.is_dir():
            yield from _starter(entry, path)
        else:
            yield path, entry.read_bytes()


def _secrets() -> str:
    """The file of secrets: a fresh root secret, and the password of the sandbox to begin with."""
    import secrets

    return (
        "# Пароль администратора Grafana; у песочницы это admin.\n"
        "# The password of Grafana's administrator; that of the sandbox is admin.\n"
        "GRAFANA_PASSWORD=admin\n"
        "# Корневой секрет: из него выведены все пароли кабинетов. Сохраните копию в надёжном месте.\n"
        "# The root secret: all passwords of cabinets are derived from it. Keep a copy in a safe place.\n"
        f"SMART_SECRET={secrets.token_urlsafe(36)}\n"
    )


def _next(folder: Path, lists: Path) -> Text:
    """The three commands that lead to a working cabinet."""
    enter = f"cd {folder} && " if folder != Path() else ""
    file = lists.relative_to(folder)
    new = (
        f"provision new romashka --url http://127.0.0.1:3000 --profile company --title Ромашка "
        f"--distributor romashka --distributor-title 'ООО «Ромашка»' --managers {file}"
    )
    return Text(
        f"\nДальше:\n"
        f"  {enter}provision check {file}\n"
        f"      проверит список: заполните бланк из lists/ и сохраните под этим именем\n"
        f"  provision sandbox\n"
        f"      в другом окне: замена Grafana для проб; для настоящей впишите её пароль в {SECRETS_FILE}\n"
        f"  {new}\n"
        f"      сделает кабинет; памятка с паролями ляжет в handover/",
        f"\nNext:\n"
        f"  {enter}provision check {file}\n"
        f"      checks the list: fill in a form of lists/ and save it under this name\n"
        f"  provision sandbox\n"
        f"      in another window: a stand-in for Grafana; for a real one write its password into {SECRETS_FILE}\n"
        f"  {new}\n"
        f"      makes the cabinet; the note with passwords goes to handover/",
    )
