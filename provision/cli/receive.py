"""receive: takes the uploads of clients' scripts and Grafana's alert events."""

import re
from pathlib import Path
from typing import Any

import click

from provision.cli.language import _
from provision.cli.settings import FOLDER, Settings, option, vm_url_option


class _Listen(click.ParamType[str]):
    """`host:port`; an IPv6 address in brackets."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> str:
        found = re.fullmatch(r"([^:\[\]\s/]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", str(value))
        if not found or int(found[2]) > 65535:
            self.fail(_(f"{value}: нужно узел:порт", f"{value}: write host:port"), param, context)
        return str(value)


@click.command(
    help=_(
        "Принимать отчёты от скриптов клиентов и события оповещений от Grafana: кладёт их в папку и доносит до "
        "хранилищ. Снаружи ставьте перед ним обратный прокси с TLS.",
        "Take reports from clients' scripts and alert events from Grafana: spools them and brings them into the "
        "stores. Put a reverse proxy with TLS before it.",
    )
)
@option("--listen", "Где слушать.", "Where to listen.", type=_Listen(), default="127.0.0.1:8080", metavar="HOST:PORT")
@option(
    "--spool",
    "Папка принятых файлов.",
    "The folder of the files that were taken.",
    envvar="SMART_SPOOL",
    type=FOLDER,
    default=Path("spool"),
)
@vm_url_option(required=True)
@option("--threads", "Потоков.", "Threads.", type=click.IntRange(2, 256), default=16)
@option(
    "--patience",
    "Секунд на один запрос.",
    "Seconds that a sender may take for a request.",
    type=click.IntRange(1, 86400),
    default=600,
)
@option(
    "--reserve",
    "Столько МБ диска остаются свободными.",
    "So many MB of the disk stay free.",
    type=click.IntRange(0),
    default=1024,
)
@click.pass_obj
def receive(
    settings: Settings, /, listen: str, spool: Path, vm_url: str, threads: int, patience: int, reserve: int
) -> None:
    from provision.cli.reports import stores_of
    from provision.credential import RootSecret
    from provision.receive.serving import Receiver, serve

    serve(
        Receiver(
            listen=listen,
            estate=settings.estate,
            spool=spool.absolute(),
            root=RootSecret(settings.secret("SMART_SECRET")),
            stores=lambda cabinets: stores_of(settings, cabinets, vm_url),
            key=settings.secret("SMART_RECEIVER_KEY"),
            threads=threads,
            patience=patience,
            reserve=reserve << 20,
        )
    )
