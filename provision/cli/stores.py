"""sample-data: made-up history for trying out dashboards; expire: what is too old; stack: the stores themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from provision.cli.estate import choose_present, load
from provision.cli.language import _
from provision.cli.settings import Settings, cabinets_argument, option, progress, vm_url_option
from provision.errors import EstateError, StoreError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet
    from provision.stores.cluster import Cluster
    from provision.stores.sample_data import SampleCabinet
    from provision.stores.sample_data.guard import Real, RowsOf


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
@option("--days", "Дней.", "Days.", type=click.IntRange(1, 400), default=60)
@option("--seed", "Другое число, другая история.", "Varies it.", type=int, default=1)
@option(
    "--yes",
    "И в хранилище, где есть настоящие данные других кабинетов.",
    "Also into a store that holds real data of other cabinets.",
    is_flag=True,
)
@vm_url_option(required=True)
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
    done = Text(
        f"Выдуманная история за {days} дн.: чисел {samples}, строк {rows}.",
        f"Made-up history of {days} days: {samples} samples, {rows} rows.",
    )
    click.echo(settings.say(done))


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
