"""The record in a suspended cabinet's org that its people were taken out by us.

It is written before anybody is taken out and removed when all are back, so a killed apply leaves it where it is needed.
"""

from collections.abc import Iterable

from provision.kinds.base import One
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Resource
from provision.ownership import ACTIVE, STATE, SUSPENDED
from provision.plan import Change
from provision.text import Text


class SuspensionKind(One):
    name = "suspension"
    title = Text("приостановка", "suspension")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        if cabinet.state == "suspended":
            yield self.resource(cabinet, "org", {"people": "taken out"}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        return [self.seen(context, "org", {"people": "taken out"})] if context.is_suspended else []

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._say(context, SUSPENDED)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        self._say(context, ACTIVE)

    def depends(self, change: Change, failed: Change) -> bool:
        """The record stays until all people are back."""
        is_of_people = failed.ref.kind in ("user", "membership")
        return super().depends(change, failed) or (change.after is None and is_of_people)

    def is_safe_when_blocked(self, change: Change) -> bool:
        return True

    def _say(self, context: CabinetContext, word: str) -> None:
        org = context.org
        address = {**org.address, STATE: word}
        self.run.server.request("PUT", f"/api/orgs/{org.number}/address", json=address)
        org.verify_ownership()
