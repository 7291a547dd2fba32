"""sample-data: made-up history for trying out dashboards; expire: what is too old; stack: the stores themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli.estate import choose_present, load
from provision.cli.language import _
from provision.cli.settings import ERROR, P, R, Settings, cabinets_argument, progress
from provision.errors import EstateError, StoreError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet
    from provision.stores.cluster import Cluster
    from provision.stores.sample_data import SampleCabinet
    from provision.stores.sample_data.guard import Real, RowsOf
    from provision.stores.stack import Stack


@click.command(
    "sample-data",
    help=_(
        "Наполнить оба хранилища выдуманной историей кабинетов, чтобы дашборды было что показать. "
        "Прежнюю выдуманную историю заменяет, настоящие данные не трогает.",
        "Fill both stores with made-up history of the cabinets, so that dashboards have something to show. "
        "Replaces earlier made-up history, never real data.",
    ),
)
@cabinets_argument
@click.option("--days", type=click.IntRange(1, 400), default=60, show_default=True, help=_("Дней.", "Days."))
@click.option("--seed", type=int, default=1, show_default=True, help=_("Другое число, другая история.", "Varies it."))
@click.option(
    "--yes",
    is_flag=True,
    help=_(
        "И в хранилище, где есть настоящие данные других кабинетов.",
        "Also into a store that holds real data of other cabinets.",
    ),
)
@click.option(
    "--vm-url",
    envvar="SMART_VM_URL",
    required=True,
    help=_(
        "Сама VictoriaMetrics, минуя vmauth; пароль в SMART_VM_PASSWORD, ключ служебных путей в SMART_VM_KEY.",
        "VictoriaMetrics itself, not vmauth; password: SMART_VM_PASSWORD, key of its admin paths: SMART_VM_KEY.",
    ),
)
@click.pass_obj
def sample_data(settings: Settings, /, names: tuple[str, ...], days: int, seed: int, *, yes: bool, vm_url: str) -> None:
    from datetime import UTC, datetime

    from provision.credential import RootSecret
    from provision.stores.local import MetricsServer
    from provision.stores.sample_data import fill, guard

    root = RootSecret(settings.secret("SMART_SECRET"))
    chosen = choose_present(load(settings.estate), names)
    clusters = clusters_of(settings, chosen)
    cabinets = _samples(chosen)
    metrics = MetricsServer(vm_url.rstrip("/"), settings.secret("SMART_VM_KEY"), settings.vm_login())
    now, samples, rows = datetime.now(UTC), 0, 0
    rows_of = {one.id: guard.RowsOf(clusters[one.events.administrator], root, one.id) for one in chosen}
    for of_it in rows_of.values():
        _demand_schema(of_it)
    _refuse_real(guard.look(metrics, rows_of), yes=yes)
    with progress(settings, Text("История", "History"), len(cabinets)) as ready:
        for cabinet in cabinets:
            of_it = rows_of[cabinet.id]
            guard.mark(metrics, of_it)
            with of_it.connect() as events:
                filled = fill([cabinet], metrics=metrics, events=events, now=now, days=days, seed=seed)
            guard.close(of_it)
            samples, rows = samples + filled.samples, rows + filled.rows
            ready(cabinet.id)
    click.echo(
        settings.say(
            Text(
                f"Выдуманная история за {days} дн.: чисел {samples}, строк {rows}.",
                f"Made-up history of {days} days: {samples} samples, {rows} rows.",
            )
        )
    )


def administrators(settings: Settings, cabinets: Iterable[Cabinet]) -> dict[str, str]:
    """The administrators' connections to PostgreSQL that are set, by variable."""
    variables = sorted({cabinet.events.administrator for cabinet in cabinets})
    return {name: found for name in variables if (found := settings.secret(name))}


def clusters_of(settings: Settings, cabinets: Sequence[Cabinet]) -> dict[str, Cluster]:
    """The PostgreSQL servers of these cabinets, by variable. Raises UsageError when one is not set."""
    from provision.stores.cluster import Cluster

    found = administrators(settings, cabinets)
    lacking = sorted({cabinet.events.administrator for cabinet in cabinets} - found.keys())
    if lacking:
        raise UsageError(
            Text(f"Не задано {lacking[0]}", f"{lacking[0]} is not set"),
            Text(
                "Это строка подключения администратора PostgreSQL: host=… dbname=… user=… password=…",
                "It is the connection string of PostgreSQL's administrator: host=… dbname=… user=… password=…",
            ),
        )
    return {variable: Cluster(conninfo, variable) for variable, conninfo in found.items()}


def _samples(cabinets: Sequence[Cabinet]) -> list[SampleCabinet]:
    """The cabinets for which history is made up. Raises EstateError for one that is refused because of its lists."""
    from provision.stores.sample_data import SampleCabinet

    for cabinet in cabinets:
        if cabinet.blocked:
            raise EstateError(
                Text(f"В списках кабинета {cabinet.id} ошибки", f"The lists of {cabinet.id} have mistakes"),
                Text(f"Смотрите provision check {cabinet.id}", f"See provision check {cabinet.id}"),
            )
    return [
        SampleCabinet(one.id, one.timezone, tuple(one.installations), tuple(one.accesses), one.distributor)
        for one in cabinets
    ]


def _demand_schema(rows: RowsOf) -> None:
    if not rows.ready():
        raise StoreError(
            Text(
                f"У кабинета {rows.cabinet} нет базы для событий, или её таблицы старые",
                f"Cabinet {rows.cabinet} has no database for events, or its tables are old",
            ),
            Text(
                f"Её создаёт provision apply {rows.cabinet} с тем же {rows.cluster.variable}.",
                f"provision apply {rows.cabinet} makes it, with the same {rows.cluster.variable}.",
            ),
        )


def _refuse_real(real: Real, *, yes: bool) -> None:
    """Raises StoreError where made-up rows would replace real ones, or be added to them unasked."""
    if real.chosen:
        names = ", ".join(sorted(real.chosen))
        raise StoreError(
            Text(f"В хранилище настоящие данные: {names}", f"The store holds real data of {names}"),
            Text(
                "Их эта команда не заменяет ни с каким ключом. Возьмите отдельное хранилище (make stack) и примените "
                "план без SMART_TARGETS_DIR: проверки клиентов тоже пишут настоящие данные.",
                "This command replaces them under no option. Take a store of its own (make stack) and apply without "
                "SMART_TARGETS_DIR: probes of clients write real data, too.",
            ),
        )
    if real.others and not yes:
        names = ", ".join(sorted(real.others)[:5])
        raise StoreError(
            Text(
                f"В хранилище есть настоящие данные других кабинетов: {names}",
                f"The store holds real data of other cabinets: {names}",
            ),
            Text(
                "Если оно не рабочее или выдуманное рядом с ними допустимо, добавьте --yes.",
                "If it is not in production, or made-up data beside them is fine, add --yes.",
            ),
        )


@click.command(
    help=_(
        "Удалить из PostgreSQL строки старше 13 месяцев. Запускайте раз в сутки.",
        "Delete rows older than 13 months from PostgreSQL. Run it once a day.",
    )
)
@click.pass_obj
def expire(settings: Settings) -> None:
    from datetime import UTC, datetime

    from provision.stores.cluster_fence import registered
    from provision.stores.schema import expire as expire_rows

    now, count = datetime.now(UTC), 0
    for cluster in clusters_of(settings, load(settings.estate).cabinets).values():
        with cluster.connect() as admin:
            databases = registered(admin).values()
        deleted = cluster.each(databases, lambda _, connection: expire_rows(connection, now))
        count += sum(sum(tables.values()) for tables in deleted.values())
    click.echo(settings.say(Text(f"Удалено строк: {count}", f"{count} rows deleted")))


_data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo/stack"),
    show_default=True,
    help=_("Папка с их данными.", "The folder that keeps their data."),
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
        function = click.option(f"--{name}-port", type=from_zero, default=port, show_default=True)(function)
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
        "Записать первый файл пользователей vmauth, который не впускает никого: без пользователей она не стартует.",
        "Write vmauth's first user file, which lets nobody in: without users it does not start.",
    ),
)
@click.argument("path", metavar=_("ПУТЬ", "PATH"), type=click.Path(dir_okay=False, path_type=Path))
@click.option("--backend", required=True, help=_("Хранилище, как его видит vmauth.", "As vmauth reaches it."))
@click.option(
    "--kind",
    type=click.Choice(["victoriametrics", "victoriametrics-cluster"]),
    default="victoriametrics",
    show_default=True,
    help=_("Его вид, как в tenants.yaml.", "Its kind, as in tenants.yaml."),
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
        "Записать файлы сбора, общие для всех кабинетов: без них VictoriaMetrics, vmalert и blackbox exporter "
        "не стартуют.",
        "Write the files of collection that all cabinets share: without them VictoriaMetrics, vmalert and the blackbox "
        "exporter do not start.",
    ),
)
@click.argument("path", metavar=_("ПУТЬ", "PATH"), type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--blackbox-address",
    required=True,
    metavar="HOST:PORT",
    help=_("Экспортёр, как его видит VictoriaMetrics.", "The exporter as VictoriaMetrics reaches it."),
)
@click.option(
    "--smartlogin-file",
    default="",
    metavar=_("ПУТЬ", "PATH"),
    help=_("Файл с паролем smartlogin, как его видит экспортёр.", "smartlogin's password, as the exporter reaches it."),
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
