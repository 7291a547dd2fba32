"""What concerns all cabinets: the server's settings, and whether the store of numbers requires a login."""

from collections.abc import Collection, Iterator

from provision.audit.findings import SERVER, Finding
from provision.directory import Directory
from provision.grafana import Grafana
from provision.model import Cabinet
from provision.server_settings import SERVER_SETTINGS, Server, wrong_settings
from provision.stores.wire import ask
from provision.text import Text

_SETTINGS = Text("настройки сервера", "server settings")
_STORE = Text("хранилище чисел", "store of numbers")
_LOGIN = Text("требует логин", "requires a login")


def server_checks(
    server: Grafana, directory: Directory, cabinets: Collection[Cabinet], accepted: Collection[str], store: str
) -> Iterator[Finding]:
    """One finding per setting that opens a cabinet by itself, and one about the store at `store` ("" for unknown)."""
    yield from _settings(server, directory, cabinets, accepted)
    if store:
        yield _requires_login(store)


def _settings(
    server: Grafana, directory: Directory, cabinets: Collection[Cabinet], accepted: Collection[str]
) -> Iterator[Finding]:
    if not server.settings:
        why = Text("их не видно этому логину", "this login may not read them")
        yield Finding(SERVER, "", _SETTINGS, _SETTINGS, "untried", why)
        return
    state = Server(server.settings, directory.orgs_of_cabinets({one.id: one.title for one in cabinets}))
    wrong = {one.setting.name: one.setting for one in wrong_settings(state)}
    for setting in SERVER_SETTINGS:
        if setting.level != "error":
            continue
        name = Text(setting.name, setting.name)
        if setting.name in wrong and setting.name not in accepted:
            yield Finding(SERVER, "", _SETTINGS, name, "leaked", setting.why)
        else:
            yield Finding(SERVER, "", _SETTINGS, name, "held")


def _requires_login(store: str) -> Finding:
    answer = ask(f"{store.rstrip('/')}/api/v1/query?query=1", timeout=10)
    if answer.status == 0:
        why = Text("отсюда до него не достать", "it cannot be reached from here")
        return Finding(SERVER, "", _STORE, _LOGIN, "untried", why)
    if 200 <= answer.status < 300:
        why = Text("VictoriaMetrics отвечает без логина", "VictoriaMetrics answers without a login")
        return Finding(SERVER, "", _STORE, _LOGIN, "leaked", why)
    return Finding(SERVER, "", _STORE, _LOGIN, "held")
