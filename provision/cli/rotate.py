"""rotate: the next generation of credentials, with no moment without access."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import click

from provision.cli.deploy import is_refused, make_plan, show_outcomes, show_plan, status_of, write_plan
from provision.cli.estate import check, choose_present, load
from provision.cli.language import _
from provision.cli.new import show_edit
from provision.cli.options import PlanCommand, PlanOptions, ServerOptions, ViewOptions
from provision.cli.running import Opening, missing_stores
from provision.cli.settings import Settings, cabinets_argument, echo, require_yes, yes_option
from provision.errors import ProvisionError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet


class _RotateCommand(PlanCommand):
    """It changes credentials alone: neither people nor dashboards, nor files of collection."""

    unused: ClassVar[frozenset[str]] = frozenset(
        {
            "adopt",
            "adopt_logins",
            "new_secret",
            "targets_dir",
            "blackbox_address",
            "blackbox_url",
            "smartlogin_file",
            "probe_interval",
        }
    )


@click.command(
    cls=_RotateCommand,
    help=_(
        "Новые учётные данные кабинетов в хранилищах: следующее generation в tenants.yaml, новые логины, источники "
        "данных, и лишь потом долой старые. Прерванное доделает apply.",
        "New credentials in the stores: the next generation in tenants.yaml, new logins, the data sources, and only "
        "then the old ones end. If it is interrupted, apply finishes it.",
    ),
)
@cabinets_argument
@yes_option
@click.pass_obj
def rotate(
    settings: Settings,
    /,
    names: tuple[str, ...],
    yes: bool,
    view: ViewOptions,
    server: ServerOptions,
    about: PlanOptions,
) -> None:
    from provision.config.renewing import raise_generations
    from provision.lock import alone_on
    from provision.planning import narrowed

    if not (yes or sys.stdin.isatty()):
        raise UsageError(
            Text("Без терминала спросить некого", "Without a terminal there is nobody to ask"),
            Text("Добавьте --yes", "Add --yes"),
        )
    present = choose_present(load(settings.estate), names)
    chosen = [cabinet.id for cabinet in present]
    _require_stores(settings, about, present)
    edits = raise_generations(settings.estate, chosen)
    for edit in edits:
        click.echo(show_edit(settings, edit))
    estate = check(settings.estate, {shown: text for edit in edits for shown, text in edit.instead.items()})
    with alone_on(server.url):
        run, made = make_plan(settings, estate, chosen, Opening(settings, server, about), about)
        made = narrowed(made, run, before=present)
        echo(show_plan(settings, made, "text", view))
        if is_refused(made):
            raise ProvisionError(Text("Не всем кабинетам это можно", "Not every cabinet may be rotated"))
        if not yes:
            require_yes(settings, Text("Записать?", "Write?"))
        for edit in edits:
            edit.save()
        outcomes = write_plan(settings, run, made)
    echo(show_outcomes(settings, made, outcomes, "text"))
    sys.exit(status_of(outcomes))


def _require_stores(settings: Settings, about: PlanOptions, cabinets: "Sequence[Cabinet]") -> None:
    """Raises UsageError unless both stores are ours to administer: else Grafana alone would get new credentials."""
    missing = missing_stores(settings, about, cabinets)
    if missing:
        words = ", ".join(missing)
        raise UsageError(
            Text(
                f"Не задано {words}: без них новые учётные данные были бы только в Grafana, а хранилища их не знали бы",
                f"{words}: not set. Without them only Grafana would get the new credentials, the stores would not",
            ),
            Text("Задайте их, как для apply, или не меняйте учётные данные", "Set them as for apply, or do not rotate"),
        )
