"""token: the tokens that a distributor's upload scripts send: a new one beside the old, and the old one closed."""

from collections.abc import Callable, Sequence

import click

from provision.cli import completion
from provision.cli.language import _
from provision.cli.new import show_edit
from provision.cli.settings import Settings
from provision.errors import UsageError
from provision.text import Text


@click.group(
    help=_(
        "Токены, с которыми скрипты клиентов шлют отчёты. Сами токены не показывает: они есть в скриптах.",
        "The tokens that clients' scripts send. It does not show them: the scripts have them.",
    )
)
def token() -> None:
    pass


_distributor = click.argument(
    "distributor", metavar=_("ДИСТРИБЬЮТОР", "DISTRIBUTOR"), shell_complete=completion.distributors
)


@token.command(
    help=_(
        "Добавить токен рядом с прежним. Действуют оба, новые скрипты получат новый.",
        "Add a token beside the old one. Both are accepted, new scripts get the new one.",
    )
)
@_distributor
@click.pass_obj
def rotate(settings: Settings, /, distributor: str) -> None:
    _renew(settings, distributor, lambda numbers: [*numbers, max(numbers) + 1])
    then = Text(
        "Создайте скрипты заново (provision scripts) и замените их у клиентов, затем закройте старый токен: "
        f"provision token close {distributor}",
        "Make the scripts again (provision scripts) and replace them at the clients, then close the old "
        f"token: provision token close {distributor}",
    )
    click.echo(settings.say(then))


@token.command(
    help=_(
        "Закрыть все токены, кроме последнего. Скрипты со старыми получат отказ.",
        "Close all tokens but the last. Scripts with an old one are refused.",
    )
)
@_distributor
@click.pass_obj
def close(settings: Settings, /, distributor: str) -> None:
    _renew(settings, distributor, lambda numbers: [max(numbers)])


def _renew(settings: Settings, distributor: str, change: Callable[[Sequence[int]], Sequence[int]]) -> None:
    from provision.config.renewing import renew_tokens

    edit = renew_tokens(settings.estate, distributor, change)
    if edit.before == edit.after:
        raise UsageError(
            Text("Закрывать нечего: токен один", "There is nothing to close: there is one token"),
            Text("Сначала provision token rotate", "Run provision token rotate first"),
        )
    click.echo(show_edit(settings, edit))
    edit.save()
