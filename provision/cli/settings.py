"""What all commands share: language, files, secrets, options, progress. Only this package prints and exits."""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from provision import __version__
from provision.errors import ProvisionError, SecretError, UsageError
from provision.text import Lang, Text

if TYPE_CHECKING:
    from provision.stores.wire import Login

FINE, ERROR, USAGE, DIFFERENCES, PARTLY = range(5)
SECRETS = (
    "GRAFANA_PASSWORD",
    "SMART_SECRET",
    "SMART_VMAUTH_RELOAD_KEY",
    "SMART_EVENTS_ADMIN",
    "SMART_VM_KEY",
    "SMART_VM_PASSWORD",
    "SMART_TELEGRAM_TOKEN",
)

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

P = ParamSpec("P")
R = TypeVar("R")


def language() -> Lang:
    """The language of the locale: Russian or, for any other, English."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ru" if locale.lower().startswith("ru") else "en"


def _(russian: str, english: str) -> str:
    """A help text; --lang comes too late for it, so the locale decides."""
    return Text(russian, english).say(language())


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands before the command's name."""

    estate: Path
    lang: Lang
    secrets: Mapping[str, str | None]
    colour: bool

    @property
    def width(self) -> int:
        """Columns of the terminal, 0 where the output goes elsewhere."""
        from shutil import get_terminal_size  # brings compression along, which `--help` does not need

        return get_terminal_size().columns if sys.stdout.isatty() else 0

    def say(self, text: Text) -> str:
        return text.say(self.lang)

    def secret(self, name: str) -> str:
        """A secret from the environment or from the file of secrets, "" where neither has it."""
        return os.environ.get(name) or self.secrets.get(name) or ""

    def vm_login(self, needed_for: object = True) -> "Login":
        """VictoriaMetrics' own login. Raises UsageError when it is needed and not set."""
        from provision.stores.wire import Login

        password = self.secret("SMART_VM_PASSWORD")
        if needed_for and not password:
            raise UsageError(
                Text("Не задано SMART_VM_PASSWORD", "SMART_VM_PASSWORD is not set"),
                Text(
                    "Это пароль самой VictoriaMetrics (-httpAuth.password): без логина её прочитал бы сервер Grafana",
                    "VictoriaMetrics' own password (-httpAuth.password): without a login Grafana's server can read it",
                ),
            )
        return Login(self.secret("SMART_VM_USER") or "smart", password)


def read_secrets(path: Path | None) -> Mapping[str, str | None]:
    """The file of secrets, `NAME=value` a line. Raises SecretError when others may read it."""
    if path is None:
        return {}
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(
            Text(f"Файл секретов {path} открыт другим", f"The file of secrets {path} is open to others"),
            Text(f"Закройте его: chmod 600 {path}", f"Close it: chmod 600 {path}"),
        )
    from dotenv import dotenv_values

    return dotenv_values(path, interpolate=False)


def echo(pieces: Iterable[str]) -> None:
    """Prints the text that the pieces make, and a line break."""
    for piece in pieces:
        click.echo(piece, nl=False)
    click.echo()


def write(path: Path, content: str | bytes | Iterator[str]) -> None:
    """Writes a whole file or none: what stood there stays until the new content is complete. Text ends with a line.

    `content` may come in pieces.
    """
    special = path.exists() and not path.is_file()  # /dev/stdout, a named pipe
    part = path if special else path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = iter([content.removesuffix("\n")])
        with part.open("wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                file.writelines(piece.encode() for piece in chain(content, "\n"))
        if not special:
            part.replace(path)
    except OSError as error:
        if not special:
            part.unlink(missing_ok=True)
        raise ProvisionError(
            Text(f"Не удалось записать {path}: {error.strerror}", f"Could not write {path}: {error.strerror}")
        ) from None


@contextmanager
def progress(settings: Settings, doing: Text, total: int) -> Iterator[Callable[[str], None]]:
    """Shows on standard error how far the work is: a bar on a terminal, a plain line a cabinet elsewhere.

    What it yields may be called from several threads.
    """
    label, one_by_one = settings.say(doing), Lock()
    width, done = len(str(total)), count(1)

    def tell(name: str) -> None:
        with one_by_one:
            click.echo(f"{label} [{next(done):{width}}/{total}] {name}", err=True)

    def move(_name: str) -> None:
        with one_by_one:
            bar.update(1)

    if not sys.stderr.isatty():
        yield tell
        return
    with click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr) as bar:
        yield move


cabinets_argument = click.argument("names", metavar=_("[КАБИНЕТ]...", "[CABINET]..."), nargs=-1)
diff_option = click.option("--diff", is_flag=True, help=_("С построчной разницей JSON.", "With unified JSON diffs."))


def format_option(*shapes: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """--format; without it text."""
    about = _("Вид вывода.", "Output format.")
    return click.option("--format", "shape", type=click.Choice(shapes), default="text", show_default=True, help=about)


class _Allowed(click.ParamType[tuple[str, int]]):
    """`volga=7` as ("volga", 7)."""

    name = "cabinet=number"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[str, int]:
        cabinet, _sign, number = str(value).partition("=")
        if not cabinet or not number.isdecimal():
            self.fail(_(f"{value}: нужно КАБИНЕТ=ЧИСЛО", f"{value}: CABINET=NUMBER is wanted"), param, context)
        return cabinet, int(number)


class _Header(click.ParamType[tuple[str, str]]):
    """`X-Token=env:VAR` as ("X-Token", "VAR"). The value itself would be seen in the list of processes."""

    name = "name=env:variable"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[str, str]:
        name, _sign, variable = str(value).partition("=env:")
        if not _HEADER_NAME.fullmatch(name) or not variable:
            say = f"{name.partition('=')[0]}: "
            self.fail(
                _(f"{say}нужно ИМЯ=env:ПЕРЕМЕННАЯ, без самого значения", f"{say}requires NAME=env:VAR, not the value"),
                param,
                context,
            )
        return name, variable


def _without_login(_context: click.Context, _param: click.Parameter, value: str) -> str:
    """The address; one with a login or password in it would end up in messages and notes."""
    if "@" in value:
        where = "GRAFANA_USER, GRAFANA_PASSWORD"
        raise click.UsageError(
            _(f"Логину и паролю место не в адресе, а в {where}", f"Login and password belong in {where}")
        )
    return value.rstrip("/")


def _with_urls(context: click.Context, _param: click.Parameter, value: Path | None) -> Path | None:
    """The file, refused without the addresses that it wants."""
    if value and not (context.params.get("vmauth_url") and context.params.get("vm_url")):
        raise click.UsageError(
            _("К --vmauth-file нужны --vmauth-url и --vm-url", "--vmauth-file wants --vmauth-url and --vm-url")
        )
    return value


class ServerCommand(click.Command):
    """A command that talks to Grafana: after its own options come those that all such share."""

    def __init__(self, name: str | None, *, params: Sequence[click.Parameter] = (), **more: Any) -> None:
        super().__init__(name, params=[*params, *_server_options()], **more)


def collection_options() -> tuple[click.Option, ...]:
    """The options of the files of collection; without the folder they are left alone."""
    return (
        click.Option(
            ["--targets-dir"],
            envvar="SMART_TARGETS_DIR",
            show_envvar=True,
            type=click.Path(file_okay=False, path_type=Path),
            help=_("Папка файлов сбора: целей проверок и прочих.", "Folder of the collection files: targets and more."),
        ),
        click.Option(
            ["--blackbox-address"],
            envvar="SMART_BLACKBOX_ADDRESS",
            show_envvar=True,
            default="127.0.0.1:9115",
            show_default=True,
            metavar="HOST:PORT",
            help=_("Blackbox exporter для VictoriaMetrics.", "The blackbox exporter as VictoriaMetrics reaches it."),
        ),
        click.Option(
            ["--blackbox-url"],
            envvar="SMART_BLACKBOX_URL",
            show_envvar=True,
            help=_("Он же отсюда: перечитать новый blackbox.yml.", "The same from here: to read a new blackbox.yml."),
        ),
        click.Option(
            ["--smartlogin-file"],
            envvar="SMART_SMARTLOGIN_FILE",
            show_envvar=True,
            help=_(
                "Файл с паролем smartlogin для экспортёра; обычно smartlogin в той же папке.",
                "File with smartlogin's password for the exporter; by default smartlogin in the same folder.",
            ),
        ),
        click.Option(
            ["--probe-interval"],
            envvar="SMART_PROBE_INTERVAL",
            show_envvar=True,
            type=click.IntRange(1, 300),
            default=120,
            show_default=True,
            help=_("Секунд между проверками.", "Seconds between two probes of a target."),
        ),
    )


@cache
def _server_options() -> tuple[click.Option, ...]:
    """Made once: each takes time that `--help` would feel."""
    file = click.Path(exists=True, dir_okay=False)
    return (
        click.Option(
            ["--url"],
            envvar="GRAFANA_URL",
            show_envvar=True,
            required=True,
            callback=_without_login,
            help=_("Адрес Grafana.", "Grafana's address."),
        ),
        click.Option(
            ["--user"],
            envvar="GRAFANA_USER",
            show_envvar=True,
            default="admin",
            show_default=True,
            help=_("Администратор сервера; пароль в GRAFANA_PASSWORD.", "A server admin; password: GRAFANA_PASSWORD."),
        ),
        click.Option(
            ["--header", "headers"],
            envvar="GRAFANA_HEADER",
            show_envvar=True,
            multiple=True,
            type=_Header(),
            metavar="NAME=env:VAR",
            help=_(
                "Заголовок для прокси перед Grafana; значение из переменной VAR.",
                "A header for a proxy before Grafana; its value is in the variable VAR.",
            ),
        ),
        click.Option(
            ["--api"],
            type=click.Choice(["auto", "legacy"]),
            default="auto",
            show_default=True,
            help=_("legacy: не пользоваться /apis.", "legacy: do without /apis."),
        ),
        click.Option(
            ["--ca-file"],
            envvar="GRAFANA_CA_FILE",
            show_envvar=True,
            type=file,
            default=None,
            help=_("Свой ЦС.", "Own CA."),
        ),
        click.Option(
            ["--client-cert"],
            envvar="GRAFANA_CLIENT_CERT",
            show_envvar=True,
            type=file,
            default=None,
            help=_("Сертификат клиента.", "Client certificate."),
        ),
        click.Option(
            ["--client-key"],
            envvar="GRAFANA_CLIENT_KEY",
            show_envvar=True,
            type=file,
            default=None,
            help=_("Ключ к нему, если он в другом файле.", "Its key, if that is another file."),
        ),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(0.1, 3600),
            default=30,
            show_default=True,
            help=_("Секунд на ответ.", "Seconds for an answer."),
        ),
        click.Option(
            ["--workers"],
            type=click.IntRange(1, 32),
            default=None,
            help=_("Запросов сразу; обычно по базе сервера.", "Requests at once; by default from its database."),
        ),
        click.Option(
            ["--pause"],
            type=click.FloatRange(0, 60),
            default=0.3,
            show_default=True,
            help=_("Секунд до второй попытки, дальше дольше.", "Seconds before a second try, then longer."),
        ),
        click.Option(
            ["--vmauth-file"],
            envvar="SMART_VMAUTH_FILE",
            show_envvar=True,
            type=click.Path(dir_okay=False, path_type=Path),
            callback=_with_urls,
            help=_(
                "Файл пользователей vmauth; с ним нужны и два адреса ниже.",
                "vmauth's user file; it wants the two addresses below.",
            ),
        ),
        click.Option(
            ["--vmauth-url"],
            envvar="SMART_VMAUTH_URL",
            show_envvar=True,
            is_eager=True,
            help=_("Адрес vmauth отсюда.", "vmauth as seen from here."),
        ),
        click.Option(
            ["--vm-url"],
            envvar="SMART_VM_URL",
            show_envvar=True,
            is_eager=True,
            help=_("Адрес VictoriaMetrics для vmauth.", "VictoriaMetrics as vmauth sees it."),
        ),
        *collection_options(),
        click.Option(
            ["--adopt"],
            multiple=True,
            metavar=_("КАБИНЕТ", "CABINET"),
            help=_(
                "Взять под управление организацию с названием кабинета, хотя метки нет.",
                "Take over the org of the cabinet's title although it bears no mark.",
            ),
        ),
        click.Option(
            ["--adopt-login", "adopt_logins"],
            multiple=True,
            metavar=_("ЛОГИН", "LOGIN"),
            help=_(
                "Взять готовую учётную запись, которую сделали не мы: с новым паролем и без прежних сеансов.",
                "Take over an account that is not ours: with a new password, logged out everywhere.",
            ),
        ),
        click.Option(
            ["--allow-deletes"],
            multiple=True,
            type=_Allowed(),
            metavar=_("КАБИНЕТ=ЧИСЛО", "CABINET=NUMBER"),
            help=_("Столько удалений в кабинете и задумано.", "So many deletions are meant in that cabinet."),
        ),
        click.Option(
            ["--new-secret"],
            is_flag=True,
            help=_(
                "Корневой секрет сменён намеренно, или кабинеты сделала прежняя версия: переписать метки и учётные "
                "данные.",
                "The root secret was changed on purpose, or a former version made the cabinets: rewrite marks and "
                "credentials.",
            ),
        ),
        click.Option(
            ["--handover"],
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("handover"),
            show_default=True,
            help=_("Папка памяток с первыми паролями.", "Folder for the notes with first passwords."),
        ),
        click.Option(
            ["--backup"],
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("backup"),
            show_default=True,
            help=_("Папка копий удаляемых кабинетов.", "Folder for backups of cabinets that are taken away."),
        ),
        click.Option(
            ["--message"],
            default=f"smart-provision {__version__}",
            help=_("Запись в истории дашбордов.", "What the dashboards' version history says."),
        ),
    )
