"""An org's preferences: home dashboard, time zone, language, first day of the week. Others (theme …) are left alone."""

from collections.abc import Iterable

from provision.kinds.base import PREFIX, Kind, Place
from provision.model import Cabinet, Resource
from provision.text import Text


class PreferencesKind(Kind):
    name = "preferences"
    title = Text("настройки", "preferences")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        spec = {
            "homeDashboardUID": f"{PREFIX}{cabinet.home}",
            "timezone": cabinet.timezone,
            "language": cabinet.language,
            "weekStart": cabinet.week_start,
        }
        return [self.resource(cabinet, "org", spec, cabinet.origin)]

    def read(self, place: Place) -> Iterable[Resource]:
        seen = place.org.get("/api/org/preferences")
        keys = ("homeDashboardUID", "timezone", "language", "weekStart")
        spec = {key: seen.get(key, "") for key in keys}
        return [self.seen(place, "org", spec)] if any(spec.values()) else []

    def create(self, place: Place, new: Resource) -> None:
        # PATCH keeps the keys that are not sent, PUT would reset them (12.4, preferences.go).
        place.org.request("PATCH", "/api/org/preferences", json=new.spec)

    def update(self, place: Place, old: Resource, new: Resource) -> None:
        self.create(place, new)
