"""WATCHED: what is only looked at. Never ours to create or change; always listed without what opens it (a token, the
code of an invitation, the key of a snapshot).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from provision.directory import Directory
from provision.errors import ApiError, ForbiddenError, NotFoundError
from provision.grafana import PAGE, Grafana, Json, Org
from provision.kinds.alerting.settings import obstacle
from provision.kinds.context import CabinetContext, RunContext
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet, Ref, Resource
from provision.ownership import PREFIX
from provision.server_settings import Server, wrong_settings
from provision.text import Text

# drift lists it · it keeps an org from being removed, and the backup of a removed org holds it · audit reports it.
Occasion = Literal["drift", "removal", "audit"]
Row = Mapping[str, Json]
SETTING = "server setting"
SETTING_TITLE = Text("настройка сервера", "server setting")
_DEFAULT = {"Viewer": 1, "Editor": 2, "Admin": 4}  # permissions that a new folder gives: view, edit, administer (12.4)


@dataclass(frozen=True, slots=True)
class Watched:
    """One sort of thing. `path` is where an org lists it, under `keys` of the answer or as a plain list.

    `key` and `facts` are what is shown of a row. Rows for which `counts` is False are left out. `opens`: it gives
    access to the cabinet past its membership, so drift counts it as a difference. `switch` is the server setting that
    switches such things off; the list is forbidden then (403 for snapshots, 12.4). `of_folder`: the path is that of
    our folder, which an org may lack; any other path that is missing in one org is missing in all.
    """

    name: str
    title: Text
    path: str
    occasions: frozenset[Occasion]
    key: Callable[[Row], str]
    facts: Callable[[Row], Mapping[str, str]]
    keys: tuple[str, ...] = ()
    counts: Callable[[Row, Directory, Grafana], bool] = lambda _row, _directory, _server: True
    opens: bool = False
    switch: str = ""
    of_folder: bool = False

    def rows(self, org: Org) -> list[Row]:
        """What the org lists, all of it; nothing where this server has no such path or has it switched off."""
        if self.path in org.server.missing:
            return []
        try:
            found = org.get(self.path)
        except NotFoundError:
            if not self.of_folder:
                org.server.missing.add(self.path)
            return []
        except ForbiddenError:
            if self.switch and not Server(org.server.settings).is_on(self.switch):
                return []
            raise
        for key in self.keys:
            found = found[key]
        return list(found or ())

    def found(self, org: Org, cabinet: Cabinet, directory: Directory) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Key and facts of those that count and that tenants.yaml does not allow by name."""
        for row in self.rows(org):
            key = self.key(row)
            if self.counts(row, directory, org.server) and (self.name, key) not in cabinet.allowed:
                yield key, self.facts(row)

    def read(self, context: CabinetContext, occasion: Occasion) -> Iterator[Resource]:
        """Those that count, as unmanaged; but what has our prefix does not keep an org from being removed.

        A list that cannot be read is one resource of its own: it hides nothing else.
        """
        cabinet = context.cabinet
        try:
            for key, facts in self.found(context.org, cabinet, context.run.directory):
                ours = occasion == "removal" and key.startswith(PREFIX)
                yield Resource(Ref(cabinet.id, self.name, key), facts, "grafana", managed=ours)
        except ApiError as error:
            if error.is_outage and context.run.server.ask_whether_gone():
                raise
            yield Resource(Ref(cabinet.id, self.name, "?"), {"title": error.text.en}, "grafana", managed=False)


def watched_settings(run: RunContext) -> Iterator[Resource]:
    """The server's settings that are not as expected and that tenants.yaml does not accept, as unmanaged resources."""
    cabinets = run.cabinets.values()
    orgs = run.directory.orgs_of_cabinets({one.id: one.title for one in cabinets})
    server = Server(run.server.settings, orgs, any(cabinet.editors_trusted for cabinet in cabinets))
    for wrong in wrong_settings(server):
        name = wrong.setting.name
        if name not in run.accepted_settings:
            spec = {"title": wrong.value, "set": wrong.setting.ini}
            yield Resource(Ref("", SETTING, name), spec, "grafana", managed=False)


def _uid(row: Row) -> str:
    return str(row.get("uid") or row.get("id"))


def _title(row: Row) -> Mapping[str, str]:
    return {"title": str(row.get("title") or row.get("name") or "")}


def _role(row: Row) -> Mapping[str, str]:
    return {"role": str(row["role"])}


def _exceeds(row: Row, directory: Directory, _server: Grafana) -> bool:
    """Whether the permission is more than a new folder gives. A server admin has all rights everywhere."""
    admin = directory.users.get(str(row.get("userLogin", "")).lower(), {}).get("isAdmin")
    return not admin and int(row["permission"]) > _DEFAULT.get(row.get("role", ""), 0)


_OPEN: frozenset[Occasion] = frozenset({"drift", "audit"})
_LISTED: frozenset[Occasion] = frozenset({"drift", "removal"})
_REMOVAL: frozenset[Occasion] = frozenset({"removal"})

WATCHED: tuple[Watched, ...] = (
    Watched(
        "service account",
        Text("сервисный аккаунт", "service account"),
        f"/api/serviceaccounts/search?perpage={PAGE}",
        _OPEN | _REMOVAL,
        lambda row: str(row["login"]),
        _role,
        ("serviceAccounts",),
        lambda row, _directory, _server: not row["isDisabled"],
        opens=True,
    ),
    # What service accounts were before Grafana 12.
    Watched(
        "API key",
        Text("ключ API", "API key"),
        "/api/auth/keys",
        _OPEN,
        lambda row: str(row["name"]),
        _role,
        opens=True,
    ),
    Watched(
        "invitation",
        Text("приглашение", "invitation"),
        "/api/org/invites",
        _OPEN,
        lambda row: str(row["email"]),
        _role,
        opens=True,
    ),
    Watched(
        "public dashboard",
        Text("публичный дашборд", "public dashboard"),
        "/api/dashboards/public-dashboards",
        _OPEN,
        lambda row: str(row["dashboardUid"]),
        lambda row: {"title": str(row["title"])},
        ("publicDashboards",),
        lambda row, _directory, _server: bool(row["isEnabled"]),
        opens=True,
        switch="public_dashboards.enabled",
    ),
    # Whoever knows its key sees it, so only the key's beginning is shown.
    Watched(
        "snapshot",
        Text("снимок дашборда", "snapshot"),
        "/api/dashboard/snapshots",
        _OPEN,
        lambda row: f"{row['key'][:6]}…",
        lambda row: {"name": str(row["name"])},
        opens=True,
        switch="snapshots.enabled",
    ),
    # Rights in our folder beyond those that a new one gives.
    Watched(
        "folder permission",
        Text("право на папку", "folder permission"),
        f"/api/folders/{FOLDER}/permissions",
        _OPEN,
        lambda row: str(row.get("role") or row["team"] or row["userLogin"]),
        lambda row: {"role": str(row["permissionName"])},
        counts=_exceeds,
        opens=True,
        of_folder=True,
    ),
    Watched(
        "alert rule",
        Text("правило оповещения", "alert rule"),
        "/api/v1/provisioning/alert-rules",
        _REMOVAL,
        _uid,
        _title,
        counts=lambda _row, _directory, server: obstacle(server) is not None,  # else rule groups list them
    ),
    Watched(
        "library panel",
        Text("библиотечная панель", "library panel"),
        f"/api/library-elements?perPage={PAGE}",
        _LISTED,
        _uid,
        _title,
        ("result", "elements"),
    ),
    Watched("playlist", Text("плейлист", "playlist"), f"/api/playlists?limit={PAGE}", _LISTED, _uid, _title),
    Watched("team", Text("команда", "team"), f"/api/teams/search?perpage={PAGE}", _LISTED, _uid, _title, ("teams",)),
    # A silence stops alerts of the cabinet: people make it on purpose, and forget it.
    Watched(
        "silence",
        Text("заглушённые оповещения", "silence"),
        "/api/alertmanager/grafana/api/v2/silences",
        frozenset({"drift"}),
        lambda row: str(row["id"]),
        lambda row: {"until": str(row["endsAt"]), "by": str(row["createdBy"]), "comment": str(row["comment"])},
        counts=lambda row, _directory, _server: row["status"]["state"] != "expired",
    ),
)
OPENING = frozenset({one.name for one in WATCHED if one.opens} | {SETTING})
