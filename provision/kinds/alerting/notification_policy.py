"""The notification policy: one route of ours in the org's tree. Its root and all other branches are left as they are.

The PUT replaces the whole tree and has no lock (12.4). So the tree is read again before the write, refused when it is
not the planned one, and read once more after it: a change of somebody else in between is reported. The
`resourceVersion` of `/apis` would show no more: it is a fingerprint of the same content.
Both reads are left out for an org that this run has just made.
"""

from collections.abc import Iterable
from typing import Any

from provision.errors import ConflictError
from provision.grafana import Json
from provision.kinds.alerting import files, routing
from provision.kinds.alerting.base import AlertingKind
from provision.kinds.alerting.settings import POLICIES, notifications, policies
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Resource
from provision.plan import Change
from provision.text import Text

KEY = "smart"
_ROOTS_OF_NOBODY = ("empty", "grafana-default-email")  # receivers of a root that nobody has changed (12.4, 9.5)
_MATCHERS = ("object_matchers", "matchers", "match", "match_re")

Route = dict[str, Any]


class NotificationPolicyKind(AlertingKind):
    name = "notification policy"
    title = Text("маршрут оповещений", "notification policy")
    needs = ("org", "contact point", "mute timing")

    def depends(self, change: Change, failed: Change) -> bool:
        """Contact points and timings must be there; those that could not be deleted do no harm."""
        return super().depends(change, failed) and failed.after is not None

    def is_safe_when_blocked(self, change: Change) -> bool:
        """Every route of a suspended cabinet is muted, so managers that unusable lists do not name lose nothing."""
        return change.after is not None

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        route = routing.policy(cabinet, self.run.alerting.log_url)
        if route is not None:
            spec = {"route": _cleaned(route), "position": 0, "provenance": "api"}
            yield self.resource(cabinet, KEY, spec, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        found = notifications(context)
        if found is None:
            return
        tree = found.policies
        if tree.get("receiver") not in _ROOTS_OF_NOBODY:
            yield self.seen(context, f"→ {tree.get('receiver')}", {"receiver": tree.get("receiver")}, managed=False)
        for position, route in enumerate(tree.get("routes") or ()):
            if _is_ours(route):
                spec = {"route": _cleaned(route), "position": position, "provenance": tree.get("provenance", "")}
                yield self.seen(context, KEY, spec, handle={"others": _others(tree)})
            else:
                where = next((str(route[key]) for key in _MATCHERS if route.get(key)), "")
                yield self.seen(context, f"{where} → {route.get('receiver', '')}", _cleaned(route), managed=False)

    def create(self, context: CabinetContext, new: Resource) -> None:
        found = notifications(context) if context.is_new else None  # nobody else knows the org yet
        self._put(context, new.spec["route"], found.policies if found else policies(context))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        """Raises ConflictError when the tree is no longer what the plan has seen."""
        tree = policies(context)
        if tree is None or _others(tree) != old.handle["others"]:
            raise _changed(context)
        self._put(context, new.spec["route"], tree)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        self._put(context, None, policies(context))

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        yield "alerting/policies.json", files.policies(cabinet)

    def _put(self, context: CabinetContext, ours: Route | None, tree: Json) -> None:
        """The tree with our route first: a branch before it might take its alerts."""
        if tree is None:
            raise _changed(context)
        others = _others(tree)
        routes = [*([ours] if ours else ()), *others.get("routes", ())]
        whole = {key: value for key, value in others.items() if key != "routes"} | (
            {"routes": routes} if routes else {}
        )
        context.org.request("PUT", POLICIES, json=whole)
        if context.is_new:
            return
        after = policies(context)
        if after is None or _cleaned(after) != _cleaned(whole):
            raise _changed(context)


def _others(tree: Json) -> Route:
    """The tree without our route and without what only the server knows."""
    routes = [_cleaned(route) for route in tree.get("routes") or () if not _is_ours(route)]
    rest = {key: value for key, value in tree.items() if key not in ("routes", "provenance")}
    return {**rest, **({"routes": routes} if routes else {})}


def _is_ours(route: Json) -> bool:
    return bool(route.get("object_matchers") == [routing.MARK])


def _cleaned(route: Json) -> Route:
    """As the server gives it back (12.4): without what is empty or false, matchers in the order of their labels."""
    kept = {key: value for key, value in route.items() if value and key != "provenance"}
    if "object_matchers" in kept:
        kept["object_matchers"] = sorted(kept["object_matchers"])
    if "routes" in kept:
        kept["routes"] = [_cleaned(child) for child in kept["routes"]]
    return kept


def _changed(context: CabinetContext) -> ConflictError:
    number = context.org.number
    return ConflictError(
        409, "PUT", POLICIES, f"the notification policies of org {number} were changed by someone else"
    )
