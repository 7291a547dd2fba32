"""Ways into a cabinet past its membership: read by `drift` alone, always listed, never ours, never changed.

A plan has no requests to spare for them. What opens a door (a token, the code of an invitation, the key of a
snapshot) is not shown.
"""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from provision.errors import NotFoundError
from provision.grafana import Json
from provision.kinds.base import Kind, Place
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet, Resource
from provision.text import Text

_DEFAULT = {"Viewer": 1, "Editor": 2, "Admin": 4}  # permissions that a new folder gives: view, edit, administer (12.4)


class DoorKind(Kind):
    """One kind of door. `path` lists them, under `rows` or as a plain list."""

    is_door = True
    path: ClassVar[str]
    rows: ClassVar[str] = ""

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        return ()

    def read(self, place: Place) -> Iterable[Resource]:
        try:
            answer = place.org.get(self.path)
        except NotFoundError:  # this Grafana has no such doors
            return
        for row in answer[self.rows] if self.rows else answer:
            if self.is_open(row):
                yield self.seen(place, *self.door(row), managed=False)

    @staticmethod
    def is_open(row: Json) -> bool:
        """Whether it lets anybody in."""
        return True

    @staticmethod
    @abstractmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        """Its key, and what else to say of it."""

    def create(self, place: Place, new: Resource) -> None:
        raise NotImplementedError(f"a {self.name} is never made")

    def update(self, place: Place, old: Resource, new: Resource) -> None:
        raise NotImplementedError(f"a {self.name} is never changed")


class ServiceAccountKind(DoorKind):
    name = "service account"
    title = Text("сервисный аккаунт", "service account")
    path = "/api/serviceaccounts/search?perpage=1000"
    rows = "serviceAccounts"

    @staticmethod
    def is_open(row: Json) -> bool:
        return not row["isDisabled"]

    @staticmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        return row["login"], {"role": row["role"]}


class ApiKeyKind(DoorKind):
    """What service accounts were before Grafana 12."""

    name = "API key"
    title = Text("ключ API", "API key")
    path = "/api/auth/keys"

    @staticmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        return row["name"], {"role": row["role"]}


class InvitationKind(DoorKind):
    name = "invitation"
    title = Text("приглашение", "invitation")
    path = "/api/org/invites"

    @staticmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        return row["email"], {"role": row["role"]}


class PublicDashboardKind(DoorKind):
    name = "public dashboard"
    title = Text("публичный дашборд", "public dashboard")
    path = "/api/dashboards/public-dashboards"
    rows = "publicDashboards"

    @staticmethod
    def is_open(row: Json) -> bool:
        return bool(row["isEnabled"])

    @staticmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        return row["dashboardUid"], {"title": row["title"]}


class SnapshotKind(DoorKind):
    """Anybody who knows its key sees it, so the key is shown in part."""

    name = "snapshot"
    title = Text("снимок дашборда", "snapshot")
    path = "/api/dashboard/snapshots"

    @staticmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        return f"{row['key'][:6]}…", {"name": row["name"]}


class FolderPermissionKind(DoorKind):
    """Rights in our folder beyond those that a new one gives."""

    name = "folder permission"
    title = Text("право на папку", "folder permission")
    path = f"/api/folders/{FOLDER}/permissions"

    def read(self, place: Place) -> Iterable[Resource]:
        users = self.run.directory.users
        return (one for one in super().read(place) if not users.get(one.ref.key.lower(), {}).get("isAdmin"))

    @staticmethod
    def is_open(row: Json) -> bool:
        return int(row["permission"]) > _DEFAULT.get(row.get("role", ""), 0)

    @staticmethod
    def door(row: Json) -> tuple[str, dict[str, str]]:
        return row.get("role") or row["team"] or row["userLogin"], {"role": row["permissionName"]}


DOOR_KINDS: tuple[type[DoorKind], ...] = (
    ServiceAccountKind,
    ApiKeyKind,
    InvitationKind,
    PublicDashboardKind,
    SnapshotKind,
    FolderPermissionKind,
)
