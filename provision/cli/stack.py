"""stack: the stores themselves on this machine, for trying out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from provision.cli.language import _
from provision.cli.settings import ERROR, FILE, FOLDER, Settings, option
from provision.errors import StoreError
from provision.text import Text

if TYPE_CHECKING:
    from provision.stores.stack import Stack

P = ParamSpec("P")
R = TypeVar("R")

_data = option(
    "--data", "Папка с их данными.", "The folder that keeps their data.", type=FOLDER, default=Path(".demo/stack")
)


_PORTS = (
    ("metrics", 8428),
    ("vmauth", 8427),
    ("events", 5432),
    ("exporter", 9115),
    ("recorder", 8880),
    ("receiver", 8080),
)


def _ports(function: Callable[P, R]) -> Callable[P, R]:
    from_zero = click.IntRange(0, 65535)
    for name, port in _PORTS:
        about = _("Порт; 0: любой свободный.", "Its port; 0: any that is free.")
        function = click.option(f"--{name}-port", type=from_zero, default=port, show_default=True, help=about)(function)
    return function


@click.group(
    hidden=True,
    help=_(
        "Сами хранилища на этой машине, для проб: VictoriaMetrics, vmauth, PostgreSQL из пакетов Debian.",
        "The stores themselves on this machine, for trying out: VictoriaMetrics, vmauth, PostgreSQL from Debian.",
    ),
)
def stack() -> None:
    pass


@stack.command(help=_("Запустить в фоне.", "Start them in the background."))
@_data
@_ports
@click.pass_obj
def start(settings: Settings, /, data: Path, **ports: int) -> None:
    from provision.stores.stack import Stack

    ours = Stack(data)
    if ours.pid() is None:
        _spawn(settings, data, ports)
    _show(settings, ours)


@stack.command(help=_("Остановить.", "Stop them."))
@_data
@click.pass_obj
def stop(settings: Settings, /, data: Path) -> None:
    from provision.stores.stack import Stack

    stopped = Stack(data).stop()
    done, idle = Text("Хранилища остановлены.", "The stores are stopped."), Text("Не запущены.", "They do not run.")
    click.echo(settings.say(done if stopped else idle))


@stack.command(help=_("Работают ли; код 1, если нет.", "Whether they run; exit code 1 when not."))
@_data
@click.pass_obj
def status(settings: Settings, /, data: Path) -> None:
    from provision.stores.stack import Stack

    ours = Stack(data)
    if ours.pid() is None:
        click.echo(settings.say(Text("Не запущены.", "They do not run.")))
        sys.exit(ERROR)
    _show(settings, ours)
    _show_collection(settings, ours)


@stack.command(help=_("Запустить здесь же, до Ctrl-C.", "Serve here, until Ctrl-C."))
@_data
@_ports
@click.pass_obj
def run(settings: Settings, /, data: Path, **ports: int) -> None:
    from provision.stores.stack import Ports, Stack

    ours = Stack(data)
    chosen = Ports(**{name: ports[f"{name}_port"] for name, _default in _PORTS})
    secret = settings.secret("SMART_SECRET")
    receiver = _receiver_command(settings) if secret and settings.estate.exists() else None
    ours.serve(chosen, _write_shared, lambda: _show(settings, ours), receiver, secret)


def _receiver_command(settings: Settings) -> Callable[[int, Path], list[str]]:
    """`provision receive` on this estate."""
    estate = str(settings.estate.absolute())
    code = "from provision.cli import main; main(prog_name='provision')"

    def command(port: int, spool: Path) -> list[str]:
        where = ["--listen", f"127.0.0.1:{port}", "--spool", str(spool)]
        return [sys.executable, "-c", code, "--lang", settings.lang, "-f", estate, "receive", *where]

    return command


def _write_shared(path: Path, address: str, password_file: str = "") -> None:
    from provision.collect.folder import CollectionFolder
    from provision.collect.settings import shared_files

    folder = CollectionFolder(path)
    for name, text in shared_files(address, password_file or str(path / "smartlogin")).items():
        folder.write(name, text)


@stack.command(
    "users-file",
    help=_(
        "Записать первый файл пользователей vmauth. Он не впускает никого; без него vmauth не запускается.",
        "Write vmauth's first user file. It lets nobody in; without users vmauth does not start.",
    ),
)
@click.argument("path", metavar=_("ПУТЬ", "PATH"), type=FILE)
@option("--backend", "Хранилище, как его видит vmauth.", "As vmauth reaches it.", required=True)
@option(
    "--kind",
    "Его вид, как в tenants.yaml.",
    "Its kind, as in tenants.yaml.",
    type=click.Choice(["victoriametrics", "victoriametrics-cluster"]),
    default="victoriametrics",
)
@click.pass_obj
def users_file(settings: Settings, /, path: Path, backend: str, kind: str) -> None:
    from provision.stores.number_stores import NUMBER_STORES
    from provision.stores.stack import write_first_users

    path.parent.mkdir(parents=True, exist_ok=True)
    write_first_users(path, NUMBER_STORES[kind](backend, settings.vm_login(needed_for=None)))
    click.echo(settings.say(Text(f"Готов {path}", f"{path} is there")))


@stack.command(
    "collection-files",
    help=_(
        "Записать общие файлы сбора. Без них VictoriaMetrics, vmalert и blackbox exporter не запускаются.",
        "Write the shared files of collection. Without them VictoriaMetrics, vmalert and the blackbox exporter do not "
        "start.",
    ),
)
@click.argument("path", metavar=_("ПУТЬ", "PATH"), type=FOLDER)
@option(
    "--blackbox-address",
    "Экспортёр, как его видит VictoriaMetrics.",
    "The exporter as VictoriaMetrics reaches it.",
    required=True,
    metavar="HOST:PORT",
)
@option(
    "--smartlogin-file",
    "Файл с паролем smartlogin, как его видит экспортёр.",
    "smartlogin's password, as the exporter reaches it.",
    default="",
    metavar=_("ПУТЬ", "PATH"),
)
@click.pass_obj
def collection_files(settings: Settings, /, path: Path, blackbox_address: str, smartlogin_file: str) -> None:
    _write_shared(path, blackbox_address, smartlogin_file)
    click.echo(settings.say(Text(f"Готовы файлы в {path}", f"The files in {path} are ready")))


def _spawn(settings: Settings, data: Path, ports: Mapping[str, int]) -> None:
    """Starts `stack run` apart from this terminal and waits until it is ready. Raises StoreError when it ends."""
    import subprocess

    data.mkdir(parents=True, exist_ok=True, mode=0o711)
    words = ["--lang", settings.lang, "-f", str(settings.estate), "stack", "run", "--data", str(data)]
    for name, port in ports.items():
        words += [f"--{name.replace('_', '-')}", str(port)]
    code = "from provision.cli import main; main(prog_name='provision')"
    log = data / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", code, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
        )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    with process.stdout as output:
        ready = output.readline()
    if not ready:
        process.wait()
        click.echo(log.read_text(encoding="utf-8", errors="replace").strip(), err=True)
        raise StoreError(Text("Хранилища не запустились", "The stores did not start"))


def _show_collection(settings: Settings, ours: Stack) -> None:
    """What the exporter, the scraper and vmalert have taken from their files. Raises StoreError when one has not."""
    from provision.stores.collectors import may_ping

    found = ours.taken()
    said = Text(
        f"Приняты: видов проверок {found.modules}, целей {found.targets}, записываемых рядов {found.rules}.",
        f"Taken: {found.modules} kinds of checks, {found.targets} targets, {found.rules} recorded series.",
    )
    click.echo(settings.say(said))
    if not may_ping(ours.known["SMART_BLACKBOX_URL"]):
        lacking = Text(
            "Ping не разрешён: sudo setcap cap_net_raw+ep /usr/bin/prometheus-blackbox-exporter",
            "Ping is not permitted: sudo setcap cap_net_raw+ep /usr/bin/prometheus-blackbox-exporter",
        )
        click.echo(settings.say(lacking), err=True)


def _show(settings: Settings, ours: Stack) -> None:
    from shlex import quote

    where = quote(str(ours.environment))
    about = Text(
        f"Хранилища работают, {ours.folder}. Доступ к ним для provision:",
        f"The stores are running, {ours.folder}. To let provision reach them:",
    )
    click.echo(f"{settings.say(about)}\n    . {where}")
    if "SMART_RECEIVER_URL" not in ours.known:
        lacking = Text(
            "Приёмник отчётов не запущен: для него нужны SMART_SECRET и tenants.yaml.",
            "The receiver is not started: it requires SMART_SECRET and tenants.yaml.",
        )
        click.echo(settings.say(lacking), err=True)
