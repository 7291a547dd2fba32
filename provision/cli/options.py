"""The options of commands that talk to Grafana: their values as types, and the options as click knows them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Literal

import click

from provision import __version__
from provision.cli import completion
from provision.cli.language import _
from provision.cli.settings import FILE, FOLDER, described

_READ = click.Path(exists=True, dir_okay=False)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server is reached."""

    url: str
    user: str
    headers: tuple[tuple[str, str], ...]  # name and the variable that holds the value
    api: Literal["auto", "legacy"]
    ca_file: str | None
    client_cert: str | None
    client_key: str | None
    timeout: float
    workers: int | None
    pause: float


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan depends on: how stores and collection are administered, and what the operator allows explicitly."""

    vmauth_file: Path | None = None
    vmauth_url: str | None = None
    vm_url: str | None = None
    targets_dir: Path | None = None
    blackbox_address: str = "127.0.0.1:9115"
    blackbox_url: str | None = None
    smartlogin_file: str | None = None
    probe_interval: int = 120
    adopt: tuple[str, ...] = ()
    adopt_logins: tuple[str, ...] = ()
    allow_deletes: tuple[tuple[str, int], ...] = ()
    new_secret: bool = False


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How a plan is shown to people. `only` names the kinds to show, all when it is empty."""

    diff: bool = False
    full: bool = False
    quiet: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Where an apply leaves its files, and what it writes into the dashboards' version history."""

    handover: Path = Path("handover")
    backup: Path = Path("backup")
    message: str = f"smart-provision {__version__}"


class _Allowed(click.ParamType[tuple[str, int]]):
    """`volga=7` as ("volga", 7)."""

    name = "cabinet=number"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[str, int]:
        cabinet, _sign, number = str(value).partition("=")
        if not cabinet or not number.isdecimal():
            self.fail(_(f"{value}: нужно КАБИНЕТ=ЧИСЛО", f"{value}: CABINET=NUMBER is required"), param, context)
        return cabinet, int(number)


class _KindName(click.ParamType[str]):
    """The name of a kind as it is in the JSON of a plan, or as the text of a plan shows it in either language."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> str:
        from provision.kinds import TITLES

        names = {word.lower(): name for name, title in TITLES.items() for word in (name, *title)}
        found = names.get(str(value).lower())
        if found is None:
            known, close = ", ".join(sorted(TITLES)), get_close_matches(str(value).lower(), names, n=1)
            hint = _(f"Есть: {known}", f"There are: {known}")
            if close:
                hint = _(f"Может быть, {close[0]}?", f"Did you mean {close[0]}?")
            self.fail(_(f"нет вида «{value}». {hint}", f"there is no kind {value!r}. {hint}"), param, context)
        return found


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
    """The file; refused without the addresses that it requires."""
    if value and not (context.params.get("vmauth_url") and context.params.get("vm_url")):
        raise click.UsageError(
            _("К --vmauth-file нужны --vmauth-url и --vm-url", "--vmauth-file requires --vmauth-url and --vm-url")
        )
    return value


def _option(names: str, russian: str, english: str, **more: Any) -> click.Option:
    return click.Option(names.split(), **described(russian, english, **more))


_SERVER = (
    _option(
        "--url", "Адрес Grafana.", "Grafana's address.", envvar="GRAFANA_URL", required=True, callback=_without_login
    ),
    _option(
        "--user",
        "Администратор сервера; пароль в GRAFANA_PASSWORD.",
        "A server admin; password: GRAFANA_PASSWORD.",
        envvar="GRAFANA_USER",
        default="admin",
    ),
    _option(
        "--header headers",
        "Заголовок для прокси перед Grafana; его значение в этой переменной среды.",
        "A header for a proxy before Grafana; its value is in the variable VAR.",
        envvar="GRAFANA_HEADER",
        multiple=True,
        type=_Header(),
        metavar=_("ИМЯ=env:ПЕРЕМЕННАЯ", "NAME=env:VAR"),
    ),
    _option(
        "--api",
        "legacy: не пользоваться /apis.",
        "legacy: do without /apis.",
        type=click.Choice(["auto", "legacy"]),
        default="auto",
    ),
    _option(
        "--ca-file",
        "Сертификаты своего удостоверяющего центра.",
        "Certificates of a CA of your own.",
        envvar="GRAFANA_CA_FILE",
        type=_READ,
    ),
    _option("--client-cert", "Сертификат клиента.", "Client certificate.", envvar="GRAFANA_CLIENT_CERT", type=_READ),
    _option(
        "--client-key",
        "Ключ к нему, если он в другом файле.",
        "Its key, if that is another file.",
        envvar="GRAFANA_CLIENT_KEY",
        type=_READ,
    ),
    _option("--timeout", "Секунд на ответ.", "Seconds for an answer.", type=click.FloatRange(0.1, 3600), default=30),
    _option(
        "--workers",
        "Запросов сразу; обычно по базе сервера.",
        "Requests at once; by default from its database.",
        type=click.IntRange(1, 32),
    ),
    _option(
        "--pause",
        "Секунд до второй попытки, дальше дольше.",
        "Seconds before a second try, then longer.",
        type=click.FloatRange(0, 60),
        default=0.3,
    ),
)

_VIEW = (
    _option("--diff", "С построчной разницей JSON.", "Show unified JSON diffs.", is_flag=True),
    _option("--full", "Каждое изменение, и в длинном плане.", "Show every change, also of a long plan.", is_flag=True),
    _option(
        "-q --quiet", "Только отказы, удаления и итог.", "Show only refusals, deletions and the sums.", is_flag=True
    ),
    _option(
        "--only",
        "Показать изменения только этого вида, например dashboard. На запись не влияет.",
        "Show only changes of this kind, for example dashboard. What is written stays the same.",
        multiple=True,
        type=_KindName(),
        shell_complete=completion.kinds,
        metavar=_("ВИД", "KIND"),
    ),
)

# The files of collection; without the folder they are left alone.
_COLLECTION = (
    _option(
        "--targets-dir",
        "Папка файлов сбора: целей проверок и прочих.",
        "Folder of the collection files: targets and more.",
        envvar="SMART_TARGETS_DIR",
        type=FOLDER,
    ),
    _option(
        "--blackbox-address",
        "Blackbox exporter, как его видит VictoriaMetrics.",
        "The blackbox exporter as VictoriaMetrics reaches it.",
        envvar="SMART_BLACKBOX_ADDRESS",
        default="127.0.0.1:9115",
        metavar=_("УЗЕЛ:ПОРТ", "HOST:PORT"),
    ),
    _option(
        "--blackbox-url",
        "Он же, как его видит эта программа: перечитать blackbox.yml.",
        "The same from here: to read a new blackbox.yml.",
        envvar="SMART_BLACKBOX_URL",
    ),
    _option(
        "--smartlogin-file",
        "Файл с паролем smartlogin для экспортёра; обычно smartlogin в той же папке.",
        "File with smartlogin's password for the exporter; by default smartlogin in the same folder.",
        envvar="SMART_SMARTLOGIN_FILE",
    ),
    _option(
        "--probe-interval",
        "Секунд между проверками.",
        "Seconds between two probes of a target.",
        envvar="SMART_PROBE_INTERVAL",
        type=click.IntRange(1, 300),
        default=120,
    ),
)


_PLAN = (
    _option(
        "--vmauth-file",
        "Файл пользователей vmauth; с ним нужны и два адреса ниже.",
        "vmauth's user file; it requires the two addresses below.",
        envvar="SMART_VMAUTH_FILE",
        type=FILE,
        callback=_with_urls,
    ),
    _option(
        "--vmauth-url",
        "Адрес vmauth, как его видит эта программа.",
        "The address of vmauth as this program reaches it.",
        envvar="SMART_VMAUTH_URL",
        is_eager=True,
    ),
    _option(
        "--vm-url",
        "Адрес VictoriaMetrics, как её видит vmauth.",
        "The address of VictoriaMetrics as vmauth reaches it.",
        envvar="SMART_VM_URL",
        is_eager=True,
    ),
    _option(
        "--adopt",
        "Взять под управление организацию с названием кабинета, хотя метки нет.",
        "Take over the org of the cabinet's title although it has no mark.",
        multiple=True,
        shell_complete=completion.cabinets,
        metavar=_("КАБИНЕТ", "CABINET"),
    ),
    *_COLLECTION,
    _option(
        "--adopt-login adopt_logins",
        "Взять готовую учётную запись, которую сделали не мы: с новым паролем и без прежних сеансов.",
        "Take over an account that is not ours: with a new password, logged out everywhere.",
        multiple=True,
        metavar=_("ЛОГИН", "LOGIN"),
    ),
    _option(
        "--allow-deletes",
        "Столько удалений в этом кабинете разрешено.",
        "The number of deletions that this cabinet may have.",
        multiple=True,
        shell_complete=completion.cabinets_with_numbers,
        type=_Allowed(),
        metavar=_("КАБИНЕТ=ЧИСЛО", "CABINET=NUMBER"),
    ),
    _option(
        "--new-secret",
        "Корневой секрет сменён намеренно, или кабинеты сделала прежняя версия: переписать метки и учётные данные.",
        "The root secret was changed on purpose, or a former version made the cabinets: rewrite marks and credentials.",
        is_flag=True,
    ),
)


_WRITE = (
    _option(
        "--handover",
        "Папка памяток с первыми паролями.",
        "Folder for the notes with first passwords.",
        type=FOLDER,
        default=Path("handover"),
    ),
    _option(
        "--backup",
        "Папка копий удаляемых кабинетов.",
        "Folder for backups of cabinets that are taken away.",
        type=FOLDER,
        default=Path("backup"),
    ),
    _option(
        "--message",
        "Запись в истории дашбордов.",
        "What the dashboards' version history says.",
        default=f"smart-provision {__version__}",
        show_default=False,
    ),
)


_OPTIONS: Mapping[type, Sequence[click.Option]] = {
    ServerOptions: _SERVER,
    PlanOptions: _PLAN,
    ViewOptions: _VIEW,
    WriteOptions: _WRITE,
}


class ServerCommand(click.Command):
    """A command that talks to Grafana. It gets ServerOptions as `server`; its own options come first in the help.

    `unused` are options of its groups that it does not offer; they keep their defaults.
    """

    groups: ClassVar[Mapping[str, type]] = {"server": ServerOptions}
    unused: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, name: str | None, *, params: Sequence[click.Parameter] = (), **more: Any) -> None:
        shared = (option for group in self.groups.values() for option in _OPTIONS[group])
        super().__init__(name, params=[*params, *(one for one in shared if one.name not in self.unused)], **more)

    def invoke(self, context: click.Context) -> Any:
        for parameter, group in self.groups.items():
            offered_here = {field.name for field in fields(group)} - self.unused
            values = {name: context.params.pop(name) for name in offered_here}
            context.params[parameter] = group(**values)
        return super().invoke(context)


class PlanCommand(ServerCommand):
    """A command that makes a plan and shows it. It gets ViewOptions as `view` and PlanOptions as `about`, too."""

    groups: ClassVar[Mapping[str, type]] = {"view": ViewOptions, "server": ServerOptions, "about": PlanOptions}


class WriteCommand(PlanCommand):
    """A command that applies a plan. It gets WriteOptions as `files`, too."""

    groups: ClassVar[Mapping[str, type]] = {**PlanCommand.groups, "files": WriteOptions}
