"""scripts: what is installed at a client that sends its reports by itself."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli import completion
from provision.cli.estate import choose_present, load
from provision.cli.language import _
from provision.cli.settings import Settings, folder_option, option
from provision.errors import EstateError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet


@click.command(
    help=_(
        "Скрипты smartupload и smartstatus для клиентов кабинета, которые шлют отчёты сами, с их значениями: для "
        "Windows и Linux, с расписанием, памяткой и запиской для безопасников. В файлах токен: права 0600. Новый "
        "токен даёт provision token.",
        "The scripts smartupload and smartstatus for clients of the cabinet that send reports themselves, with their "
        "values: for Windows and Linux, with schedules, a checklist and a note for security people. The files hold a "
        "token: mode 0600. provision token renews it.",
    )
)
@click.argument("cabinet", metavar=_("КАБИНЕТ", "CABINET"), shell_complete=completion.cabinets)
@click.argument("clients", metavar=_("[КЛИЕНТ]...", "[CLIENT]..."), nargs=-1)
@folder_option("Папка; в ней по папке на клиента.", "The folder; a client has a folder in it.")
@option(
    "--receiver",
    "Адрес приёмника снаружи, лучше https://.",
    "The receiver's address from outside, best https://.",
    envvar="SMART_RECEIVER_URL",
    required=True,
)
@option(
    "--address addresses",
    "Система, как её видит скрипт; обычно 127.0.0.1:80.",
    "The product as the script reaches it; 127.0.0.1:80.",
    multiple=True,
    metavar=_("[КЛИЕНТ=]УЗЕЛ:ПОРТ", "[CLIENT=]HOST:PORT"),
)
@option(
    "--login",
    "Кто читает показатели; пароль в SMART_METRICS_PASSWORD, без него smartstatus нет.",
    "Who reads the metrics; password: SMART_METRICS_PASSWORD, without it there is no smartstatus.",
    default="smartlogin",
)
@option("--overwrite", "Заменить файлы, которые отличаются.", "Replace files that differ.", is_flag=True)
@click.pass_obj
def scripts(
    settings: Settings,
    /,
    cabinet: str,
    clients: tuple[str, ...],
    out: Path,
    receiver: str,
    addresses: tuple[str, ...],
    login: str,
    overwrite: bool,
) -> None:
    estate = load(settings.estate)
    (chosen,) = choose_present(estate, [cabinet])
    has_errors = any(one.cabinet == chosen.id and one.level == "error" for one in estate.problems)
    names = _senders(chosen, clients, has_errors=has_errors)
    files = _made(settings, chosen, names, receiver, _by_client(addresses, names), login)
    differing = [name for name, content in files.items() if _differs(out / name, content)]
    present = [name for name in differing if (out / name).exists()]
    if present and not overwrite:
        raise EstateError(
            Text(f"Уже есть, и другой: {out / present[0]}", f"{out / present[0]} is there and differs"),
            Text(
                "Чтобы заменить, добавьте --overwrite, или назовите другую папку",
                "To replace it add --overwrite, or name another folder",
            ),
        )
    _write(out, {name: files[name] for name in differing})
    for name in differing:
        click.echo(f"{out / name}")
    same = Text(
        f"Без изменений файлов: {len(files) - len(differing)}", f"{len(files) - len(differing)} unchanged files"
    )
    if len(files) > len(differing):
        click.echo(settings.say(same))
    if not settings.secret("SMART_METRICS_PASSWORD") and not chosen.air_gapped.issuperset(names):
        lacking = Text(
            "Скриптов smartstatus нет: не задано SMART_METRICS_PASSWORD",
            "There are no smartstatus scripts: SMART_METRICS_PASSWORD is not set",
        )
        click.echo(settings.say(lacking), err=True)


def _senders(cabinet: Cabinet, named: Sequence[str], *, has_errors: bool) -> list[str]:
    """The clients that get scripts: the named ones, or all that send by themselves. Raises UsageError."""
    known = dict.fromkeys(one.client for one in cabinet.installations if not one.polled)
    if unknown := [name for name in named if name not in known]:
        polled = any(one.client == unknown[0] for one in cabinet.installations)
        raise UsageError(
            Text(
                f"Клиент {unknown[0]} опрашивается, скрипты ему не нужны"
                if polled
                else f"В списках кабинета {cabinet.id} нет клиента «{unknown[0]}» со скриптами (smartupload)",
                f"Client {unknown[0]} is polled and needs no scripts"
                if polled
                else f"The lists of cabinet {cabinet.id} have no smartupload client {unknown[0]!r}",
            ),
            Text(
                f"Есть: {', '.join(known) or 'никого'}" + ". Строки с ошибками не в счёт: provision check" * has_errors,
                f"There are: {', '.join(known) or 'none'}"
                + ". Lines with errors are left out: provision check" * has_errors,
            ),
        )
    if not known:
        raise UsageError(
            Text(
                f"В кабинете {cabinet.id} некому слать отчёты: строк smartupload нет",
                f"{cabinet.id} has no smartupload lines",
            ),
            Text(
                "Скрипты нужны только клиентам второго блока списка",
                "Only clients of the list's second block need scripts",
            ),
        )
    return list(named) or list(known)


def _by_client(addresses: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """The address of each client, as far as one is given. Raises UsageError for an address of nobody."""
    found: dict[str, str] = {}
    for one in addresses:
        client, sign, address = one.rpartition("=")
        if sign and client not in names:
            raise UsageError(
                Text(
                    f"--address {client}=…: такого клиента среди выбранных нет", f"--address {client}=…: no such client"
                ),
                Text(f"Выбраны: {', '.join(names)}", f"Chosen are: {', '.join(names)}"),
            )
        found |= {client: address} if sign else {name: found.get(name, address) for name in names}
    return found


def _made(
    settings: Settings,
    cabinet: Cabinet,
    names: Sequence[str],
    receiver: str,
    addresses: Mapping[str, str],
    login: str,
) -> dict[str, bytes]:
    """The content of all files, by their names below the folder."""
    from provision.collect.scripts import Values, files_of
    from provision.credential import RootSecret

    token = RootSecret(settings.secret("SMART_SECRET")).upload_token(cabinet.distributor, max(cabinet.tokens))
    password = settings.secret("SMART_METRICS_PASSWORD")
    made: dict[str, bytes] = {}
    for name in names:
        values = Values(
            client=name,
            dealer=cabinet.sender,
            token=token,
            receiver=receiver,
            address=addresses.get(name, "127.0.0.1:80"),
            login=login if password else "",
            password=password,
            proxy=settings.secret("SMART_CLIENT_PROXY"),
            air_gapped=name in cabinet.air_gapped,
        )
        made |= {f"{name}/{file}": content for file, content in files_of(values)}
    return made


def _differs(path: Path, content: bytes) -> bool:
    """Whether the file is missing, has other content, or can be read by other users."""
    try:
        return path.read_bytes() != content or bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except FileNotFoundError:
        return True


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files whole, with mode 0600 in folders of mode 0700. Raises OSError."""
    from provision.whole_files import replaced

    for name, content in files.items():
        path = out / name
        for folder in (out, *reversed(path.relative_to(out).parents)):
            (out / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        with replaced(path) as file:
            file.write(content)
