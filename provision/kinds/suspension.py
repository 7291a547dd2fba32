"""The word in a suspended cabinet's org that its people were taken out by us, and stay who they are.

Without it a login that is in no org is a stranger's, and gets a new password before it is let in (see UserKind). It
comes before anybody goes and goes when all are back, so a killed apply leaves it where it is needed.
"""

from collections.abc import Iterable

from provision.kinds.base import Kind, Place
from provision.model import Cabinet, Resource
from provision.text import Text

_LINE = "state"  # a line of the org's address
SUSPENDED, ACTIVE = "smart suspended", "smart active"  # an empty one would keep what it was (12.4)


def is_suspended(place: Place) -> bool:
    """Whether the cabinet's org, where there is one, bears the word."""
    return place.found is not None and place.found.address.get(_LINE) == SUSPENDED


class SuspensionKind(Kind):
    name = "suspension"
    title = Text("приостановка", "suspension")
    admits = True

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        if cabinet.state == "suspended":
            yield self.resource(cabinet, "org", {"people": "taken out"}, cabinet.origin)

    def read(self, place: Place) -> Iterable[Resource]:
        return [self.seen(place, "org", {"people": "taken out"})] if is_suspended(place) else []

    def create(self, place: Place, new: Resource) -> None:
        self._say(place, SUSPENDED)

    def update(self, place: Place, old: Resource, new: Resource) -> None:
        self._say(place, SUSPENDED)

    def delete(self, place: Place, old: Resource) -> None:
        self._say(place, ACTIVE)

    def _say(self, place: Place, word: str) -> None:
        org = place.org
        address = {**org.address, _LINE: word}
        self.run.server.request("PUT", f"/api/orgs/{org.number}/address", json=address)
        org.verify_ownership()
