"""poll: every online access of the lists, once or again and again."""

from __future__ import annotations

import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from provision.cli.estate import choose, load
from provision.cli.language import _
from provision.cli.settings import ERROR, PARTLY, Settings, cabinets_argument, option, vm_url_option
from provision.errors import ProvisionError, SecretError, UsageError
from provision.text import Text, harmless

if TYPE_CHECKING:
    from provision.poll.polling import Polled
    from provision.poll.session import Limits

_ENDING = (signal.SIGTERM, signal.SIGINT)
_UNITS = {"s": 1, "m": 60, "h": 3600}


class _Span(click.ParamType[int]):
    """`1h`, `30m`, `90s` as seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> int:
        match = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", str(value))
        if isinstance(value, int):
            return value
        if not match:
            self.fail(_(f"{value}: нужно, например, 1h, 30m или 90s", f"{value}: 1h, 30m or 90s"), param, context)
        return int(match[1]) * _UNITS[match[2]]


@click.command(
    help=_(
        "Опросить онлайн-доступы списков: вход с логином и паролем из списка, квоты и запросы со страницы кабинета. "
        "Пароли читаются из списков при каждом опросе и нигде не хранятся. После пяти отказов во входе подряд доступ "
        "не опрашивается, пока в списке не сменится пароль.",
        "Poll the online accesses of the lists: sign in with login and password of the list, read quotas and searches "
        "from the account page. Passwords are read from the lists at each poll and kept nowhere. After five refused "
        "sign-ins in a row an access is not asked again until the list has another password.",
    )
)
@cabinets_argument
@option("--every", "Опрашивать снова и снова.", "Poll again and again.", type=_Span(), metavar="1h")
@option(
    "--spread",
    "Распределить опросы случайно по этому времени; с --every по умолчанию десятая его часть.",
    "Spread the polls at random over this time; with --every by default a tenth of it.",
    type=_Span(),
    metavar="5m",
)
@option(
    "--per-server",
    "Опросов одного сервера сразу.",
    "Polls of one server at a time.",
    type=click.IntRange(1, 16),
    default=2,
)
@option("--timeout", "Секунд на ответ.", "Seconds for an answer.", type=click.FloatRange(0.1, 600), default=30)
@option("--proxy", "Через этот прокси.", "Through this proxy.", envvar="SMART_POLL_PROXY", default="", metavar="URL")
@vm_url_option(required=False)
@click.pass_obj
def poll(
    settings: Settings,
    /,
    names: tuple[str, ...],
    every: int | None,
    spread: int | None,
    per_server: int,
    timeout: float,
    proxy: str,
    vm_url: str | None,
) -> None:
    from provision.poll.polling import run_every
    from provision.poll.session import Limits

    _demand_proxy(proxy)
    limits = Limits(connect=min(timeout, 10), read=timeout, whole=4 * timeout, proxy=proxy)
    seconds = float(spread if spread is not None else (every or 0) / 10)
    if every is None:
        sys.exit(_round(settings, names, limits, per_server, seconds, vm_url))

    def work() -> None:
        try:
            _round(settings, names, limits, per_server, seconds, vm_url)
        except (UsageError, SecretError):  # no round will be better
            raise
        except ProvisionError as error:  # lists with mistakes, a store that is down: the next round tries again
            click.echo(settings.say(Text(f"Ошибка: {error.text.ru}", f"Error: {error.text.en}")), err=True)

    with _signals_wait():
        run_every(every, work, _ended)


def _demand_proxy(proxy: str) -> None:
    """Raises UsageError for what is no proxy: with it every access would count as failing."""
    if proxy and not re.fullmatch(
        r"https?://(?:[^/@\s]*@)?(?:[^:/@\[\]\s]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?/?", proxy
    ):
        raise UsageError(
            Text("--proxy (SMART_POLL_PROXY) не годится", "--proxy (SMART_POLL_PROXY) is no proxy"),
            Text("Нужно http://[пользователь:пароль@]узел:порт", "Write http://[user:password@]host:port"),
        )


def _round(
    settings: Settings, names: Sequence[str], limits: Limits, per_server: int, spread: float, vm_url: str | None
) -> int:
    """One round over the lists as they are now; the exit code."""
    from provision.cli.reports import stores_of
    from provision.credential import RootSecret
    from provision.poll.polling import Poller

    root = RootSecret(settings.secret("SMART_SECRET"))
    cabinets = [one for one in choose(load(settings.estate), names) if one.state == "active" and one.accesses]
    stores = stores_of(settings, cabinets, vm_url)
    poller = Poller(stores.numbers, stores.rows, root, limits, per_server, spread)
    done = poller.round(cabinets)
    click.echo(_as_text(settings, done.polled))
    for cabinet, error in done.failed.items():
        click.echo(f"{cabinet}: {settings.say(error.text)}", err=True)
    if not done.failed:
        return 0
    return PARTLY if done.polled else ERROR


@contextmanager
def _signals_wait() -> Iterator[None]:
    """SIGTERM and SIGINT are kept until they are waited for: a round that runs is finished and written first."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ended(seconds: float) -> bool:
    """Waits so long for a signal to end; whether one came."""
    return signal.sigtimedwait(_ENDING, seconds) is not None


def _as_text(settings: Settings, polled: Sequence[Polled]) -> str:
    from provision.poll.polling import Outcome

    lines = [
        harmless(f"{one.access.origin}: {one.access.host}/{one.access.folder}: {one.error}: {one.detail}")
        for one in polled
        if one.outcome is not Outcome.UP
    ]
    count = Counter(one.outcome for one in polled)
    read = sum(bool(one.reader) for one in polled)
    said = Text(
        f"Опрошено доступов: {len(polled)}; вход удался: {count[Outcome.UP]} (страница прочитана: {read}), "
        f"не удался: {count[Outcome.FAILED]}, приостановлено: {count[Outcome.PAUSED]}.",
        f"Accesses polled: {len(polled)}; signed in: {count[Outcome.UP]} (page read: {read}), "
        f"failed: {count[Outcome.FAILED]}, paused: {count[Outcome.PAUSED]}.",
    )
    return "\n".join([*lines, settings.say(said)])
