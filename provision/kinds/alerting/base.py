"""What the kinds of alerting have in common."""

from abc import abstractmethod
from typing import ClassVar

from provision.errors import ConflictError
from provision.grafana import Json
from provision.kinds.alerting.settings import notifications, obstacle
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, RunContext
from provision.model import Resource, Spec
from provision.plan import Change


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


class VersionedKind(AlertingKind):
    """A kind whose list at `path` gives each object a version, which a write names as its lock."""

    path: ClassVar[str]

    @abstractmethod
    def spec(self, row: Json) -> Spec:
        """What is compared of a row of the list."""

    def version(self, context: CabinetContext, planned: Resource) -> str:
        """The version of the object. Raises ConflictError when it is no longer what the plan has seen."""
        for row in context.org.get(self.path) or ():  # null where there are no templates (12.4)
            if row["name"] == planned.ref.key and self.normalise(self.spec(row)) == planned.spec:
                return str(row["version"])
        raise ConflictError(409, "PUT", self.path, f"{planned.ref.key} was changed by someone else")
