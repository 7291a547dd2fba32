"""What the kinds of alerting have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from provision.errors import ConflictError
from provision.grafana import Json
from provision.kinds.alerting.settings import notifications, obstacle
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, Notifications, RunContext
from provision.model import Resource, Spec
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text

_STILL_NAMED = Text(
    "Его называет чужая ветка или чужое правило: drift их показывает. Исправьте их в Grafana и повторите",
    "A branch or rule of others names it: drift lists them. Change them in Grafana and repeat",
)


class AlertingKind(One):
    """A kind that is written once the org has its notification settings, on a server that offers alerting."""

    stage = "notifications"
    needs: ClassVar[tuple[str, ...]] = ("org",)

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return obstacle(run.server) is None

    def depends(self, change: Change, failed: Change) -> bool:
        """Nothing is deleted that a route may still name: Grafana refuses that with 409 (12.4)."""
        return super().depends(change, failed) or (change.after is None and failed.ref.kind == "notification policy")

    def is_ready(self, context: CabinetContext) -> bool:
        return notifications(context) is not None

    @staticmethod
    def remove(context: CabinetContext, path: str, **params: str) -> None:
        """Deletes what routes and rules may name. Grafana refuses that while one does, also one of others."""
        try:
            context.org.request("DELETE", path, **params)
        except ConflictError as error:
            error.hint = _STILL_NAMED
            raise


class VersionedKind(AlertingKind):
    """A kind whose list at `path` gives each object a version, which a write names as its lock."""

    path: ClassVar[str]

    @abstractmethod
    def rows(self, found: Notifications) -> Sequence[Mapping[str, Json]]:
        """The objects of this kind among the org's notification settings."""

    @abstractmethod
    def spec(self, row: Json) -> Spec:
        """What is compared of a row of the list."""

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        found = notifications(context)
        for row in self.rows(found) if found else ():
            name = str(row["name"])
            yield self.seen(context, name, self.spec(row), managed=name.startswith(PREFIX))

    def delete(self, context: CabinetContext, old: Resource) -> None:
        self.remove(context, self.address(old), version=self.version(context, old))

    def address(self, resource: Resource) -> str:
        """The path of the object."""
        return f"{self.path}/{quote(resource.ref.key, safe='')}"

    def version(self, context: CabinetContext, planned: Resource) -> str:
        """The version of the object. Raises ConflictError when it is no longer what the plan has seen."""
        for row in context.org.get(self.path) or ():  # null where there are no templates (12.4)
            if row["name"] == planned.ref.key and self.normalise(self.spec(row)) == planned.spec:
                return str(row["version"])
        raise ConflictError(409, "PUT", self.path, f"{planned.ref.key} was changed by someone else")
