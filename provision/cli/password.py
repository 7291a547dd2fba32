"""password: a new first password for one person, with a new hand-over note."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import click

from provision.cli.estate import load
from provision.cli.language import _
from provision.cli.options import PlanOptions, ServerCommand, ServerOptions, WriteOptions
from provision.cli.running import Opening, make_run
from provision.cli.settings import Settings
from provision.errors import ProvisionError, UsageError
from provision.text import Text

if TYPE_CHECKING:
    from provision.model import Cabinet


class _PasswordCommand(ServerCommand):
    """It writes a note as an apply does, and neither dashboards nor backups."""

    groups: ClassVar[Mapping[str, type]] = {"server": ServerOptions, "files": WriteOptions}
    unused: ClassVar[frozenset[str]] = frozenset({"backup", "message"})


@click.command(
    cls=_PasswordCommand,
    help=_(
        "Новый первый пароль человеку из списков, с новой памяткой. Прежний пароль и все сеансы перестают работать.",
        "A new first password for a person of the lists, with a new note. The former password and all sessions end.",
    ),
)
@click.argument("login", metavar=_("ЛОГИН", "LOGIN"))
@click.pass_obj
def password(settings: Settings, /, login: str, server: ServerOptions, files: WriteOptions) -> None:
    from provision.kinds import CabinetContext
    from provision.kinds.user import give_new_password
    from provision.lock import alone_on

    about, estate = PlanOptions(), load(settings.estate)
    cabinet = _cabinet_of(estate.cabinets, login.lower())
    with alone_on(server.url):
        run = make_run(settings, estate, Opening(settings, server, about), about, files)
        context = CabinetContext(run, cabinet)
        context.find()
        give_new_password(context, login.lower())
        note = run.handover.notes[cabinet.id]
    click.echo(settings.say(Text(f"Памятка: {note}", f"Hand-over note: {note}")))


def _cabinet_of(cabinets: "tuple[Cabinet, ...]", login: str) -> "Cabinet":
    """The first cabinet that lets the login in."""
    found = [cabinet for cabinet in cabinets if any(person.login == login for person in cabinet.people)]
    if not found:
        raise UsageError(
            Text(f"Логина {login} нет ни в одном кабинете", f"No cabinet has the login {login}"),
            Text("Логины кабинета показывает provision plan", "provision plan shows the logins of a cabinet"),
        )
    let_in = [cabinet for cabinet in found if any(person.login == login for person in cabinet.let_in)]
    if not let_in:
        raise ProvisionError(
            Text(f"Кабинет {found[0].id} приостановлен", f"Cabinet {found[0].id} is suspended"),
            Text("Пароль можно дать, когда он снова работает", "A password can be given once it is active again"),
        )
    return let_in[0]
