"""sample-data: made-up history for trying out dashboards; stack: the stores themselves on this machine."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from provision.cli.estate import choose, load
from provision.cli.settings import Settings, _, cabinets_argument, progress
from provision.errors import EstateError, StoreError, UsageError
from provision.model import Cabinet
from provision.text import Text

if TYPE_CHECKING:
    from provision.lists import Row
    from provision.stores.sample_data import SampleCabinet
    from provision.stores.sample_data.guard import Real
    from provision.stores.schema import Connection


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
        "Сама VictoriaMetrics, минуя vmauth; ключ её служебных путей в SMART_VM_KEY.",
        "VictoriaMetrics itself, not vmauth; the key of its admin paths: SMART_VM_KEY.",
    ),
)
@click.pass_obj
def sample_data(settings: Settings, /, names: tuple[str, ...], days: int, seed: int, *, yes: bool, vm_url: str) -> None:
    from datetime import UTC, datetime

    from provision.stores.local import MetricsServer
    from provision.stores.sample_data import fill, guard
    from provision.stores.schema import connect

    administrator = settings.secret("SMART_EVENTS_ADMIN")
    if not administrator:
        raise UsageError(
            Text("Не задано SMART_EVENTS_ADMIN", "SMART_EVENTS_ADMIN is not set"),
            Text(
                "Это строка подключения администратора PostgreSQL: host=… dbname=… user=… password=…",
                "It is the connection string of PostgreSQL's administrator: host=… dbname=… user=… password=…",
            ),
        )
    cabinets = _samples(settings, choose(load(settings.estate), names))
    metrics = MetricsServer(vm_url.rstrip("/"), settings.secret("SMART_VM_KEY"))
    now, samples, rows = datetime.now(UTC), 0, 0
    with connect(administrator) as events:
        _demand_schema(events)
        _refuse_real(guard.look(metrics, events, [one.id for one in cabinets]), yes=yes)
        with progress(settings, Text("История", "History"), len(cabinets)) as ready:
            for cabinet in cabinets:
                guard.mark(metrics, events, cabinet.id)
                filled = fill([cabinet], metrics=metrics, events=events, now=now, days=days, seed=seed)
                guard.close(events, cabinet.id, filled.rows)
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


def _samples(settings: Settings, cabinets: Sequence[Cabinet]) -> "list[SampleCabinet]":
    """For whom history is made up. Raises EstateError for a cabinet whose lists have mistakes that stop it."""
    from provision.config.contents import rows_of

    rows = rows_of(settings.estate)
    for cabinet in cabinets:
        if cabinet.blocked:
            raise EstateError(
                Text(f"В списках кабинета {cabinet.id} ошибки", f"The lists of {cabinet.id} have mistakes"),
                Text(f"Смотрите provision check {cabinet.id}", f"See provision check {cabinet.id}"),
            )
    return [_sample(cabinet, rows.get(cabinet.id, [])) for cabinet in cabinets]


def _sample(cabinet: Cabinet, rows: "Iterable[Row]") -> "SampleCabinet":
    from provision.lists import ManagerRow, OnlineRow
    from provision.stores.sample_data import Installation, OnlineAccess, SampleCabinet

    rows = list(rows)
    installations = (
        Installation(row.host, row.host, row.manager, row.tz_correction, row.polled)
        for row in rows
        if isinstance(row, ManagerRow)
    )
    accesses = (
        OnlineAccess(row.firm, row.login, row.host, row.folder, row.manager)
        for row in rows
        if isinstance(row, OnlineRow)
    )
    return SampleCabinet(cabinet.id, cabinet.timezone, tuple(installations), tuple(accesses), cabinet.distributor)


def _demand_schema(events: "Connection") -> None:
    from provision.stores.schema import pending

    if pending(events):
        raise StoreError(
            Text("В базе нет таблиц для событий, или они старые", "The database lacks the tables, or they are old"),
            Text(
                "Их создаёт provision apply с тем же SMART_EVENTS_ADMIN.",
                "provision apply makes them, with the same SMART_EVENTS_ADMIN.",
            ),
        )


def _refuse_real(real: "Real", *, yes: bool) -> None:
    """Raises StoreError where made-up rows would replace real ones, or stand among them unasked."""
    if real.chosen:
        names = ", ".join(sorted(real.chosen))
        raise StoreError(
            Text(f"В хранилище настоящие данные: {names}", f"The store holds real data of {names}"),
            Text(
                "Их эта команда не заменяет ни с каким ключом. Возьмите отдельное хранилище: make stack.",
                "This command replaces them under no option. Take a store of its own: make stack.",
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
