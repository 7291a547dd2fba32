"""An org's preferences: home dashboard, time zone, language, first day of the week. Others (theme …) are left alone."""

from collections.abc import Iterable

from provision.kinds.base import One
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Resource
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text


class PreferencesKind(One):
    name = "preferences"
    title = Text("настройки", "preferences")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        spec = {
            "homeDashboardUID": f"{PREFIX}{cabinet.home}",
            "timezone": cabinet.timezone,
            "language": cabinet.language,
            "weekStart": cabinet.week_start,
        }
        return [self.resource(cabinet, "org", spec, cabinet.origin)]

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        seen = context.org.get("/api/org/preferences")
        keys = ("homeDashboardUID", "timezone", "language", "weekStart")
        spec = {key: seen.get(key, "") for key in keys}
        return [self.seen(context, "org", spec)] if any(spec.values()) else []

    def depends(self, change: Change, failed: Change) -> bool:
        """The home dashboard comes first."""
        home = change.after.spec["homeDashboardUID"] if change.after else ""
        return super().depends(change, failed) or (failed.ref.kind, failed.ref.key) == ("dashboard", home)

    def create(self, context: CabinetContext, new: Resource) -> None:
        # PATCH keeps the keys that are not sent, PUT would reset them (12.4, preferences.go).
        context.org.request("PATCH", "/api/org/preferences", json=new.spec)
