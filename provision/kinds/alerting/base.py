"""What the kinds of alerting have in common."""

from typing import ClassVar

from provision.kinds.alerting.settings import is_synchronised, obstacle
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, RunContext
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
        return is_synchronised(context)
