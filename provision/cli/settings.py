"""What all commands share: language, files, secrets, options, progress. Only this package prints and exits."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from provision.cli import completion
from provision.cli.language import _
from provision.errors import ProvisionError, SecretError, UsageError
from provision.os_errors import reason
from provision.text import Lang, Text

if TYPE_CHECKING:
    from provision.model import Problem
    from provision.stores.wire import Login

FINE, ERROR, USAGE, DIFFERENCES, PARTLY = range(5)
SECRETS_FILE = ".secret"
SECRETS = (
    "GRAFANA_PASSWORD",
    "SMART_SECRET",
    "SMART_VMAUTH_RELOAD_KEY",
    "SMART_EVENTS_ADMIN",
    "SMART_EVENTS_WRITER",
    "SMART_VM_KEY",
    "SMART_VM_PASSWORD",
    "SMART_TELEGRAM_TOKEN",
    "SMART_RECEIVER_KEY",
    "SMART_METRICS_PASSWORD",
    "SMART_CLIENT_PROXY",
)


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
UNCHANGED = Text("Ничего не изменено", "Nothing was changed")
_YES, _NO = ("y", "yes", "д", "да"), ("n", "no", "н", "нет")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Settings:
    """The options before the command's name."""

    estate: Path
    lang: Lang
    secrets: Mapping[str, str | None]
    colour: bool
    dashboards: Path | None = None

    @property
    def own_dashboards(self) -> Path | None:
        """The folder of dashboards besides the shipped ones: as said, else the one beside the estate; None without."""
        beside = self.estate.parent / "dashboards"
        return self.dashboards or (beside if beside.is_dir() else None)

    @property
    def width(self) -> int:
        """Columns of the terminal, 0 where the output goes elsewhere."""
        from shutil import get_terminal_size  # brings compression along, which `--help` does not need

        return get_terminal_size().columns if sys.stdout.isatty() else 0

    def say(self, text: Text) -> str:
        return text.say(self.lang)

    def problems(self, problems: "Iterable[Problem]", form: str = "text", *, verbose: bool, screen: bool = True) -> str:
        """The problems in that format; on a `screen` in colour and wrapped, where that is wanted."""
        from provision.render import PROBLEM_FORMATS

        colour, width = self.colour and screen, self.width if screen else 0
        return PROBLEM_FORMATS[form](problems, lang=self.lang, colour=colour, verbose=verbose, width=width)

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


def require_yes(settings: Settings, question: Text) -> None:
    """Asks until the answer is yes or no, in either language. No, or no answer, ends the command with exit code 1."""
    asked = settings.say(Text(f"{question.ru} [да/Нет]:", f"{question.en} [yes/No]:"))
    while True:
        answer = click.prompt(asked, default="", show_default=False, prompt_suffix=" ").strip().lower()
        if answer in _YES:
            return
        if answer in ("", *_NO):
            click.echo(settings.say(UNCHANGED))
            sys.exit(ERROR)


def read_secrets(path: Path | None) -> Mapping[str, str | None]:
    """The file of secrets, `NAME=value` a line. Raises SecretError when others may read it, or it cannot be used."""
    if path is None:
        return {}
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(
            Text(f"Файл секретов {path} открыт другим", f"The file of secrets {path} is open to others"),
            Text(f"Закройте его: chmod 600 {path}", f"Close it: chmod 600 {path}"),
        )
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = reason(error)
    except UnicodeDecodeError:
        why = Text("он не в кодировке UTF-8", "it is not in UTF-8")
    else:
        wrong = [str(one.original.line) for one in parse_stream(StringIO(content)) if one.error]
        if not wrong:
            return dotenv_values(stream=StringIO(content), interpolate=False)
        lines = ", ".join(wrong)
        why = Text(f"не разобраны строки: {lines}", f"these lines are not understood: {lines}")
    raise SecretError(
        Text(f"Файл секретов {path} не прочитан: {why.ru}", f"The file of secrets {path} cannot be read: {why.en}"),
        Text("В каждой строке должно быть ИМЯ=значение", "Each line must be NAME=value"),
    )


def echo(pieces: Iterable[str]) -> None:
    """Prints the text that the pieces make, and a line break."""
    for piece in pieces:
        click.echo(piece, nl=False)
    click.echo()


def write(path: Path, content: str | bytes | Iterator[str]) -> None:
    """Writes a whole file or none; text, which may come in pieces, ends with a line break. Raises ProvisionError."""
    from provision.whole_files import replaced

    special = path.exists() and not path.is_file()  # /dev/stdout, a named pipe
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = iter([content.removesuffix("\n")])
        with path.open("wb") if special else replaced(path, durable=False, private=False) as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                file.writelines(piece.encode() for piece in chain(content, "\n"))
    except OSError as error:
        raise ProvisionError(
            Text(f"Не удалось записать {path}: {reason(error).ru}", f"Could not write {path}: {reason(error).en}"),
            Text("Проверьте путь, права и место на диске", "Check the path, the rights and the room on the disk"),
        ) from None


@contextmanager
def progress(settings: Settings, doing: Text, total: int) -> Iterator[Callable[[str], None]]:
    """Shows on standard error how far the work is: a bar on a terminal; elsewhere a line a cabinet, 20 for many.

    What it yields may be called from several threads.
    """
    label, one_by_one = settings.say(doing), Lock()
    width, step, ready = len(str(total)), max(1, total // 20), count(1)

    def tell(name: str) -> None:
        with one_by_one:
            number = next(ready)
            if number % step == 0 or number == total:
                click.echo(f"{label} [{number:{width}}/{total}] {name}", err=True)

    def move(_name: str) -> None:
        with one_by_one:
            bar.update(1)

    if not sys.stderr.isatty():
        yield tell
        return
    with click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr) as bar:
        yield move


cabinets_argument = click.argument(
    "names", metavar=_("[КАБИНЕТ]...", "[CABINET]..."), nargs=-1, shell_complete=completion.cabinets
)


def described(russian: str, english: str, **more: Any) -> dict[str, Any]:
    """What click takes for an option: its help; its default and its environment variable are shown where it has any."""
    return {"help": _(russian, english), "show_default": bool(more.get("default")), "show_envvar": True, **more}


def option(names: str, russian: str, english: str, **more: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """An option of a command. `names` are those that click takes, with spaces between them: `--check only_check`."""
    return click.option(*names.split(), **described(russian, english, **more))


out_option = option("--out", "В файл.", "To a file.", type=FILE)
yes_option = option("--yes", "Не спрашивать.", "Do not ask.", is_flag=True)


def format_option(*forms: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """--format; without it text."""
    return option("--format form", "Вид вывода.", "Output format.", type=click.Choice(forms), default="text")


def folder_option(russian: str, english: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """-o, the folder that the command writes into; it must be named."""
    return option("-o --out", russian, english, type=FOLDER, required=True)


def vm_url_option(*, required: bool) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """--vm-url, the store of numbers itself."""
    return option(
        "--vm-url",
        "Сама VictoriaMetrics, минуя vmauth; пароль в SMART_VM_PASSWORD, ключ в SMART_VM_KEY.",
        "VictoriaMetrics itself, not vmauth; its password: SMART_VM_PASSWORD, its key: SMART_VM_KEY.",
        envvar="SMART_VM_URL",
        required=required,
    )
