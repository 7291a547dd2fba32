"""The run of a command that talks to Grafana: logged in, with the stores and secrets that were named."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from provision.cli.estate import require_known
from provision.cli.options import PlanOptions, ServerOptions, WriteOptions
from provision.cli.settings import Settings
from provision.cli.stores import administrators
from provision.errors import SecretError
from provision.text import Text

if TYPE_CHECKING:
    from provision.credential import RootSecret
    from provision.directory import Directory
    from provision.grafana import Grafana
    from provision.kinds import CollectionAdmin, RunContext
    from provision.model import Cabinet, Estate
    from provision.remembered import Remembered
    from provision.stores.number_stores import NumberStore

    Opened = tuple[Grafana, RootSecret, Directory, Remembered]


class Opening:
    """Logs in to a server that suits and reads its directory, in a thread of its own.

    With `ahead` it also reads the orgs of cabinets, until the `with` block in which the lists are read ends.
    """

    def __init__(self, settings: Settings, server: ServerOptions, about: PlanOptions, *, ahead: bool = False) -> None:
        """Starts it. What goes wrong is raised by result()."""
        # All that the thread uses: two threads that import the same modules may each find them half made.
        from provision.credential import RootSecret
        from provision.directory import Directory, Takeover
        from provision.remembered import Remembered

        def work() -> "Opened":
            root = RootSecret(settings.secret("SMART_SECRET"))
            grafana = connect(settings, server)
            grafana.require_suitable()
            directory = Directory(grafana, root, Takeover(frozenset(about.adopt), any_key=about.new_secret))
            remembered = Remembered(grafana, root, _cache_folder())
            if ahead:
                with suppress(OSError):  # included files are not looked into: their cabinets are read later
                    titles = settings.estate.read_text(encoding="utf-8", errors="replace")
                    directory.read_ahead(titles, self._lists_read, heads_of=lambda org: not remembered.knows(org))
            return grafana, root, directory, remembered

        self._lists_read = Event()
        self._opened: Future[Opened] = Future()
        Thread(target=self._fill, args=(work,), daemon=True).start()  # ends with the program, whatever it waits for

    def _fill(self, work: "Callable[[], Opened]") -> None:
        try:
            self._opened.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised by result()
            self._opened.set_exception(error)

    def __enter__(self) -> "Opening":
        return self

    def __exit__(self, *_error: object) -> None:
        self._lists_read.set()

    def result(self) -> "Opened":
        """What make_run() needs of the server."""
        return self._opened.result()


def make_run(
    settings: Settings, estate: "Estate", opening: Opening, about: PlanOptions, files: WriteOptions | None = None
) -> "RunContext":
    """The run on the server that is being opened."""
    from provision.backup import Backup
    from provision.handover import Handover
    from provision.kinds import AlertingSecrets, RunContext, StoreAdmin
    from provision.kinds.alerting.settings import obstacle
    from provision.kinds.dashboard import home_title

    allow_deletes, files = dict(about.allow_deletes), files or WriteOptions()
    require_known(estate, (*about.adopt, *allow_deletes))
    grafana, root, directory, remembered = opening.result()
    if reason := obstacle(grafana):
        say = Text(f"Оповещений не будет: {reason.ru}", f"No alerting is set up: {reason.en}")
        click.echo(settings.say(say), err=True)
    return RunContext(
        server=grafana,
        directory=directory,
        root=root,
        remembered=remembered,
        handover=Handover(files.handover, _address_of_people(grafana), home_title),
        backup=Backup(files.backup),
        cabinets={cabinet.id: cabinet for cabinet in estate.cabinets},
        admin=StoreAdmin(
            users_file=about.vmauth_file,
            backend=_number_store(settings, estate, about),
            vmauth_url=about.vmauth_url or "",
            reload_key=settings.secret("SMART_VMAUTH_RELOAD_KEY"),
            events=administrators(settings, estate.cabinets),
        ),
        alerting=AlertingSecrets(settings.secret("SMART_TELEGRAM_TOKEN"), settings.secret("SMART_LOG_URL")),
        collection=collection_admin(about),
        adopt_logins=frozenset(login.lower() for login in about.adopt_logins),
        allow_deletes=allow_deletes,
        message=files.message,
        new_secret=about.new_secret,
        accepted_settings=estate.accepted_settings,
    )


def _cache_folder() -> Path | None:
    """Where the user's programs keep what may be lost; None without a home folder."""
    with suppress(RuntimeError):
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smart-provision"
    return None


def _number_store(settings: Settings, estate: "Estate", about: PlanOptions) -> "NumberStore | None":
    """The store behind vmauth, of the kind that tenants.yaml names; all cabinets share it."""
    from provision.stores.number_stores import NUMBER_STORES

    login = settings.vm_login(about.vmauth_file)
    kinds = {cabinet.metrics.kind for cabinet in estate.cabinets}
    return next((NUMBER_STORES[kind](about.vm_url or "", login) for kind in kinds), None)


def _address_of_people(grafana: "Grafana") -> str:
    """Where people open Grafana: the server's root_url unless that is of this machine only, else our address."""
    from urllib.parse import urlsplit

    root_url = str(grafana.settings.get("server", {}).get("root_url", ""))
    local = urlsplit(root_url).hostname in (None, "localhost", "127.0.0.1", "::1") or "%(" in root_url
    return grafana.url if local else root_url.rstrip("/")


def collection_admin(about: PlanOptions) -> "CollectionAdmin | None":
    """What the options say of the files of collection; None without their folder."""
    from provision.kinds import CollectionAdmin

    folder = about.targets_dir
    if folder is None:
        return None
    return CollectionAdmin(
        folder=folder,
        address=about.blackbox_address,
        exporter=about.blackbox_url or "",
        password_file=about.smartlogin_file or str(folder.absolute() / "smartlogin"),
        interval=about.probe_interval,
    )


def missing_stores(settings: Settings, about: PlanOptions, cabinets: "Iterable[Cabinet]") -> tuple[str, ...]:
    """The variables without which a store of these cabinets is not administered in this run."""
    variables = sorted({cabinet.events.administrator for cabinet in cabinets})
    missing = [name for name in variables if not settings.secret(name)]
    return (*(() if about.vmauth_file else ("SMART_VMAUTH_FILE",)), *missing)


def connect(settings: Settings, server: ServerOptions) -> "Grafana":
    """The server, logged in to. Raises SecretError before anything is sent when the password is not set."""
    from provision.grafana import Connection, Grafana

    return Grafana(
        Connection(
            url=server.url,
            user=server.user,
            password=_required(settings, "GRAFANA_PASSWORD"),
            headers={name: _header_value(settings, name, variable) for name, variable in server.headers},
            api=server.api,
            timeout=server.timeout,
            ca_file=server.ca_file or "",
            client_certificate=server.client_cert or "",
            client_key=server.client_key or "",
            workers=server.workers or 0,
            pause=server.pause,
        )
    )


def _required(settings: Settings, name: str) -> str:
    if value := settings.secret(name):
        return value
    raise SecretError(
        Text(f"Не задана переменная {name}", f"The variable {name} is not set"),
        Text(
            "Задайте её в окружении или в файле секретов (SMART_SECRETS)",
            "Set it in the environment or in the file of secrets (SMART_SECRETS)",
        ),
    )


def _header_value(settings: Settings, header: str, variable: str) -> str:
    value = _required(settings, variable).strip()
    if not value.isprintable():
        raise SecretError(
            Text(
                f"Значение {variable} не годится для заголовка {header}: в нём есть перенос строки или спецсимвол",
                f"The value of {variable} cannot be a header {header}: it has a line break or a control character",
            ),
            Text("Задайте его одной строкой", "Set it as one line"),
        )
    return value
