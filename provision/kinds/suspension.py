"""The word in a suspended cabinet's org that its people were taken out by us, and stay who they are.

Without it a login that is in no org is a stranger's, and gets a new password before it is let in (see UserKind). It
comes before anybody goes and goes when all are back, so a killed apply leaves it where it is needed.
"""

from collections.abc import Iterable

from provision.kinds.base import One
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Resource
from provision.ownership import ACTIVE, SUSPENDED
from provision.plan import Change
from provision.text import Text

_LINE = "state"  # a line of the org's address


def is_suspended(context: CabinetContext) -> bool:
    """Whether the cabinet's org, where there is one, bears the word."""
    return context.found is not None and context.found.address.get(_LINE) == SUSPENDED


class SuspensionKind(One):
    name = "suspension"
    title = Text("приостановка", "suspension")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        if cabinet.state == "suspended":
            yield self.resource(cabinet, "org", {"people": "taken out"}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        return [self.seen(context, "org", {"people": "taken out"})] if is_suspended(context) else []

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._say(context, SUSPENDED)

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
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
        address = {**org.address, _LINE: word}
        self.run.server.request("PUT", f"/api/orgs/{org.number}/address", json=address)
        org.verify_ownership()
