"""What is known of a cabinet without an attempt: its members, the credentials its org holds, what is public."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from provision.audit.findings import Finding
from provision.audit.parties import Party
from provision.directory import Directory
from provision.errors import ProvisionError
from provision.grafana import Json
from provision.kinds.watched import WATCHED, Watched
from provision.ownership import PREFIX
from provision.text import Text

_WAY = Text("проверка настроек", "check of the settings")
_STORES = ("prometheus", "grafana-postgresql-datasource", "postgres")

Holes = Callable[[], Iterable[Text]]


def checks(own: Party, others: Mapping[str, str], realms: Mapping[str, str], directory: Directory) -> Iterator[Finding]:
    """One finding a hole, or one a check that holds.

    `others` gives the cabinet of every user name at the stores, `realms` the realm of every cabinet.
    """
    questions: tuple[tuple[Text, Holes], ...] = (
        (
            Text("в организации только люди кабинета", "the org has none but the cabinet's people"),
            lambda: _strangers(own, directory),
        ),
        (
            Text("люди кабинета только там, где им можно", "the cabinet's people are in no org they must not see"),
            lambda: _elsewhere(own, realms, directory),
        ),
        (
            Text("учётные данные хранилищ у каждого свои", "the credentials at the stores are its own"),
            lambda: _credentials(own, others),
        ),
        *(
            (
                Text(f"ничего лишнего: {one.title.ru}", f"nothing that opens it: {one.name}"),
                lambda one=one: _opened(one, own, directory),
            )
            for one in WATCHED
            if "audit" in one.occasions
        ),
    )
    for what, look in questions:
        try:
            holes = list(look())
        except ProvisionError as error:
            yield Finding(own.cabinet.id, "", _WAY, what, "untried", error.text)
            continue
        if not holes:
            yield Finding(own.cabinet.id, "", _WAY, what, "held")
        yield from (Finding(own.cabinet.id, "", _WAY, what, "leaked", hole) for hole in holes)


def _strangers(own: Party, directory: Directory) -> Iterator[Text]:
    known = {person.login for person in own.cabinet.people}
    for member in own.org.get("/api/org/users"):
        login = str(member["login"]).lower()
        admin = member["role"] == "Admin" or directory.users.get(login, {}).get("isAdmin")
        if login not in known and not admin:
            yield Text(f"посторонний: {login} ({member['role']})", f"a stranger: {login} ({member['role']})")


def _elsewhere(own: Party, realms: Mapping[str, str], directory: Directory) -> Iterator[Text]:
    """What the cabinet's people see besides it; a server admin sees everything."""
    for person in own.cabinet.people:
        row = directory.users.get(person.login)
        if row is None or row.get("isAdmin"):
            continue
        for number, name in directory.orgs_of(int(row["id"])).items():
            if number != own.org.number and realms.get(directory.owner(number)) != own.cabinet.realm:
                yield Text(f"{person.login} состоит и в «{name}»", f"{person.login} is in {name!r}, too")


def _credentials(own: Party, others: Mapping[str, str]) -> Iterator[Text]:
    """Of a source of whatever type at a store's address too: another plugin's requests go to the same server."""
    mine = {own.credential("metrics").name, own.credential("events").name}
    stores = {_address(own.cabinet.metrics.url), _address(own.cabinet.events.address)}
    for source in own.sources:
        user, uid = _user(source), str(source["uid"])
        if user in others:
            other = others[user]
            yield Text(f"в {uid} учётные данные кабинета {other}", f"{uid} has the credentials of cabinet {other}")
        elif user not in mine and (
            uid.startswith(PREFIX) or source["type"] in _STORES or _address(str(source["url"])) in stores
        ):
            yield Text(f"в {uid} не свои учётные данные", f"{uid} has no credentials of the cabinet's own")


def _address(url: str) -> str:
    """Host and port."""
    return urlsplit(url if "//" in url else f"//{url}").netloc.rpartition("@")[2]


def _user(source: Mapping[str, Json]) -> str:
    """The user name it shows its store. Grafana keeps that of basic auth when basic auth is switched off (12.4)."""
    return str((source.get("basicAuth") and source.get("basicAuthUser")) or source.get("user") or "")


def _opened(watched: Watched, own: Party, directory: Directory) -> Iterator[Text]:
    """What the table of watched things counts and tenants.yaml does not allow."""
    for key, facts in watched.found(own.org, own.cabinet, directory):
        shown = ", ".join((key, *facts.values()))
        yield Text(f"{watched.title.ru}: {shown}", f"{watched.name}: {shown}")
