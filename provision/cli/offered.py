"""The options of commands that talk to Grafana, as click knows them. Each is made once: `--help` would feel it."""

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import click

from provision import __version__
from provision.cli import completion
from provision.cli.language import _

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


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


@cache
def server() -> tuple[click.Option, ...]:
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
            metavar=_("ИМЯ=env:ПЕРЕМЕННАЯ", "NAME=env:VAR"),
            help=_(
                "Заголовок для прокси перед Grafana; его значение в этой переменной среды.",
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
            help=_("Сертификаты своего удостоверяющего центра.", "Certificates of a CA of your own."),
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
    )


@cache
def view() -> tuple[click.Option, ...]:
    """The same for ViewOptions."""
    return (
        click.Option(["--diff"], is_flag=True, help=_("С построчной разницей JSON.", "Show unified JSON diffs.")),
        click.Option(
            ["--full"],
            is_flag=True,
            help=_("Каждое изменение, и в длинном плане.", "Show every change, also of a long plan."),
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            help=_("Только отказы, удаления и итог.", "Show only refusals, deletions and the sums."),
        ),
        click.Option(
            ["--only"],
            multiple=True,
            type=_KindName(),
            shell_complete=completion.kinds,
            metavar=_("ВИД", "KIND"),
            help=_(
                "Показать изменения только этого вида, например dashboard. На запись не влияет.",
                "Show only changes of this kind, for example dashboard. What is written stays the same.",
            ),
        ),
    )


def _collection() -> tuple[click.Option, ...]:
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
            metavar=_("УЗЕЛ:ПОРТ", "HOST:PORT"),
            help=_(
                "Blackbox exporter, как его видит VictoriaMetrics.",
                "The blackbox exporter as VictoriaMetrics reaches it.",
            ),
        ),
        click.Option(
            ["--blackbox-url"],
            envvar="SMART_BLACKBOX_URL",
            show_envvar=True,
            help=_(
                "Он же, как его видит эта программа: перечитать blackbox.yml.",
                "The same from here: to read a new blackbox.yml.",
            ),
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
def plan() -> tuple[click.Option, ...]:
    """The same for PlanOptions."""
    return (
        click.Option(
            ["--vmauth-file"],
            envvar="SMART_VMAUTH_FILE",
            show_envvar=True,
            type=click.Path(dir_okay=False, path_type=Path),
            callback=_with_urls,
            help=_(
                "Файл пользователей vmauth; с ним нужны и два адреса ниже.",
                "vmauth's user file; it requires the two addresses below.",
            ),
        ),
        click.Option(
            ["--vmauth-url"],
            envvar="SMART_VMAUTH_URL",
            show_envvar=True,
            is_eager=True,
            help=_("Адрес vmauth, как его видит эта программа.", "The address of vmauth as this program reaches it."),
        ),
        click.Option(
            ["--vm-url"],
            envvar="SMART_VM_URL",
            show_envvar=True,
            is_eager=True,
            help=_(
                "Адрес VictoriaMetrics, как её видит vmauth.", "The address of VictoriaMetrics as vmauth reaches it."
            ),
        ),
        click.Option(
            ["--adopt"],
            multiple=True,
            shell_complete=completion.cabinets,
            metavar=_("КАБИНЕТ", "CABINET"),
            help=_(
                "Взять под управление организацию с названием кабинета, хотя метки нет.",
                "Take over the org of the cabinet's title although it has no mark.",
            ),
        ),
        *_collection(),
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
            shell_complete=completion.cabinets_with_numbers,
            type=_Allowed(),
            metavar=_("КАБИНЕТ=ЧИСЛО", "CABINET=NUMBER"),
            help=_(
                "Столько удалений в этом кабинете разрешено.", "The number of deletions that this cabinet may have."
            ),
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
    )


@cache
def write() -> tuple[click.Option, ...]:
    """The same for WriteOptions."""
    return (
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
