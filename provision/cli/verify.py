"""verify: list line by list line, whether data arrive, since when, and why not."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provision.cli.estate import choose_present, load
from provision.cli.language import _
from provision.cli.settings import (
    DIFFERENCES,
    ERROR,
    FINE,
    FOLDER,
    Settings,
    cabinets_argument,
    format_option,
    option,
    out_option,
    progress,
    write,
)
from provision.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from provision.model import Cabinet, Estate
    from provision.verify.expectations import Answer
    from provision.verify.look import Look

_PAUSE = 15  # seconds between two looks while waiting
EXPECTED = ("checks", "report", "status", "poll")


@click.command(
    help=_(
        "По каждой строке списков: приходят ли данные, с какого времени, а если нет, то почему. "
        "Код 0: всё приходит; 3: часть ещё ждём; 1: есть просроченное.",
        "For each line of the lists: whether data arrive, since when and, if not, why. "
        "Exit 0: all arrive; 3: some are awaited; 1: some are overdue.",
    )
)
@cabinets_argument
@format_option("text", "json", "csv", "junit")
@out_option
@option("--verbose", "Показать и строки, где всё хорошо.", "Show lines that are well, too.", is_flag=True)
@option("--wait", "Ждать, пока ждать станет нечего.", "Wait until nothing is awaited.", is_flag=True)
@option(
    "--only expected",
    "Смотреть только эти данные; обычно все.",
    "Look at these data only; by default at all.",
    multiple=True,
    type=click.Choice(EXPECTED),
)
@option(
    "--vmauth-url",
    "Адрес vmauth, как его видит эта программа.",
    "The address of vmauth as this program reaches it.",
    envvar="SMART_VMAUTH_URL",
)
@option(
    "--targets-dir",
    "Папка файлов сбора.",
    "The folder of the collection files.",
    envvar="SMART_TARGETS_DIR",
    type=FOLDER,
)
@option(
    "--spool",
    "Папка приёмника: имена, которых нет в списках.",
    "The receiver's folder: names that no list has.",
    envvar="SMART_SPOOL",
    type=FOLDER,
)
@click.pass_obj
def verify(
    settings: Settings,
    /,
    names: tuple[str, ...],
    form: str,
    out: Path | None,
    verbose: bool,
    wait: bool,
    expected: tuple[str, ...],
    vmauth_url: str | None,
    targets_dir: Path | None,
    spool: Path | None,
) -> None:
    from provision.verify.show import ANSWER_FORMATS

    estate = load(settings.estate)
    chosen = choose_present(estate, names)
    look = look_at(settings, estate, vmauth_url, targets_dir, expected, spool)
    answers = until_settled(settings, look, chosen) if wait else once(settings, look, chosen)
    text = ANSWER_FORMATS[form](answers, lang=settings.lang, colour=settings.colour and not out, verbose=verbose)
    if out:
        write(out, text)
    else:
        click.echo(text)
    sys.exit(status_of(answers))


def look_at(
    settings: Settings,
    estate: Estate,
    vmauth_url: str | None,
    targets_dir: Path | None,
    expected: Collection[str] = (),
    spool: Path | None = None,
) -> Look:
    """How to look at these cabinets' data, with the secrets and addresses of the environment."""
    from provision.cli.stores import administrators
    from provision.collect.folder import CollectionFolder
    from provision.credential import RootSecret
    from provision.verify.look import Look

    return Look(
        estate,
        RootSecret(settings.secret("SMART_SECRET")),
        vmauth_url or "",
        administrators(settings, estate.cabinets),
        CollectionFolder(targets_dir) if targets_dir else None,
        spool,
        expected or EXPECTED,
    )


def once(settings: Settings, look: Look, cabinets: Sequence[Cabinet]) -> list[Answer]:
    """One look, with progress."""
    with progress(settings, Text("Данные", "Data"), len(cabinets)) as ready:
        return look.at(cabinets, ready)


def until_settled(settings: Settings, look: Look, cabinets: Sequence[Cabinet]) -> list[Answer]:
    """Looks again and again until nothing is awaited that becomes overdue by itself."""
    from provision.verify.look import awaited

    while True:
        answers = look.at(cabinets)
        waiting = awaited(answers)
        if not waiting:
            return answers
        minutes = max(1, round((max(one.until for one in waiting) - time.time()) / 60))
        left = Text(
            f"Ждём данных: {len(waiting)} из {len(answers)}, не дольше {minutes} мин.",
            f"Awaiting data: {len(waiting)} of {len(answers)}, at most {minutes} min.",
        )
        click.echo(settings.say(left), err=True)
        time.sleep(_PAUSE)


def status_of(answers: Sequence[Answer]) -> int:
    """The exit code."""
    from provision.verify.expectations import Verdict

    if any(one.overdue for one in answers):
        return ERROR
    return DIFFERENCES if any(one.verdict is Verdict.WAITING for one in answers) else FINE
