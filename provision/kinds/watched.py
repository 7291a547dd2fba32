"""WATCHED: what is only looked at. Never ours to create or change, always listed, without what opens it (a token, the
code of an invitation, the key of a snapshot).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from provision.errors import NotFoundError
from provision.grafana import PAGE, Json, Org
from provision.kinds.alerting.settings import is_offered
from provision.kinds.context import CabinetContext
from provision.kinds.folder import UID as FOLDER
from provision.model import Ref, Resource
from provision.ownership import PREFIX
from provision.text import Text

# drift lists it · it keeps an org from being removed, and the backup of a removed org holds it.
Occasion = Literal["drift", "removal"]
Row = Mapping[str, Json]
_DEFAULT = {"Viewer": 1, "Editor": 2, "Admin": 4}  # permissions that a new folder gives: view, edit, administer (12.4)


@dataclass(frozen=True, slots=True)
class Watched:
    """One sort of thing. `path` is where an org lists it, under `keys` of the answer or as a plain list.

    `key` and `facts` are what is shown of a row. Rows for which `counts` is False are left out.
    """

    name: str
    title: Text
    path: str
    occasions: frozenset[Occasion]
    key: Callable[[Row], str]
    facts: Callable[[Row], Mapping[str, str]]
    keys: tuple[str, ...] = ()
    counts: Callable[[Row, CabinetContext], bool] = lambda _row, _context: True

    def rows(self, org: Org) -> list[Row]:
        """What the org lists, all of it; nothing where this server has no such path."""
        try:
            found = org.get(self.path)
        except NotFoundError:
            return []
        for key in self.keys:
            found = found[key]
        return list(found or ())

    def read(self, context: CabinetContext, occasion: Occasion) -> Iterator[Resource]:
        """Those that count, as unmanaged; but what has our prefix does not keep an org from being removed."""
        for row in self.rows(context.org):
            if self.counts(row, context):
                ref = Ref(context.cabinet.id, self.name, self.key(row))
                ours = occasion == "removal" and ref.key.startswith(PREFIX)
                yield Resource(ref, self.facts(row), "grafana", managed=ours)


def _uid(row: Row) -> str:
    return str(row.get("uid") or row.get("id"))


def _title(row: Row) -> Mapping[str, str]:
    return {"title": str(row.get("title") or row.get("name") or "")}


def _role(row: Row) -> Mapping[str, str]:
    return {"role": str(row["role"])}


def _exceeds(row: Row, context: CabinetContext) -> bool:
    """Whether the permission is more than a new folder gives. A server admin has all rights everywhere."""
    admin = context.run.directory.users.get(str(row.get("userLogin", "")).lower(), {}).get("isAdmin")
    return not admin and int(row["permission"]) > _DEFAULT.get(row.get("role", ""), 0)


_DRIFT: frozenset[Occasion] = frozenset({"drift"})
_REMOVAL: frozenset[Occasion] = frozenset({"removal"})

WATCHED: tuple[Watched, ...] = (
    Watched(
        "service account",
        Text("сервисный аккаунт", "service account"),
        f"/api/serviceaccounts/search?perpage={PAGE}",
        _DRIFT | _REMOVAL,
        lambda row: str(row["login"]),
        _role,
        ("serviceAccounts",),
        lambda row, _context: not row["isDisabled"],
    ),
    # What service accounts were before Grafana 12.
    Watched("API key", Text("ключ API", "API key"), "/api/auth/keys", _DRIFT, lambda row: str(row["name"]), _role),
    Watched(
        "invitation",
        Text("приглашение", "invitation"),
        "/api/org/invites",
        _DRIFT,
        lambda row: str(row["email"]),
        _role,
    ),
    Watched(
        "public dashboard",
        Text("публичный дашборд", "public dashboard"),
        "/api/dashboards/public-dashboards",
        _DRIFT,
        lambda row: str(row["dashboardUid"]),
        lambda row: {"title": str(row["title"])},
        ("publicDashboards",),
        lambda row, _context: bool(row["isEnabled"]),
    ),
    # Whoever knows its key sees it, so only the key's beginning is shown.
    Watched(
        "snapshot",
        Text("снимок дашборда", "snapshot"),
        "/api/dashboard/snapshots",
        _DRIFT,
        lambda row: f"{row['key'][:6]}…",
        lambda row: {"name": str(row["name"])},
    ),
    # Rights in our folder beyond those that a new one gives.
    Watched(
        "folder permission",
        Text("право на папку", "folder permission"),
        f"/api/folders/{FOLDER}/permissions",
        _DRIFT,
        lambda row: str(row.get("role") or row["team"] or row["userLogin"]),
        lambda row: {"role": str(row["permissionName"])},
        counts=_exceeds,
    ),
    Watched(
        "alert rule",
        Text("правило оповещения", "alert rule"),
        "/api/v1/provisioning/alert-rules",
        _REMOVAL,
        _uid,
        _title,
        counts=lambda _row, context: not is_offered(context.run),  # where it is, rule groups list them
    ),
    Watched(
        "library panel",
        Text("библиотечная панель", "library panel"),
        f"/api/library-elements?perPage={PAGE}",
        _REMOVAL,
        _uid,
        _title,
        ("result", "elements"),
    ),
    Watched("playlist", Text("плейлист", "playlist"), f"/api/playlists?limit={PAGE}", _REMOVAL, _uid, _title),
    Watched("team", Text("команда", "team"), f"/api/teams/search?perpage={PAGE}", _REMOVAL, _uid, _title, ("teams",)),
)
