"""Mute timings: quiet hours, maintenance windows, and the silence of a suspended cabinet."""

from collections.abc import Iterable
from urllib.parse import quote

from provision.grafana import Json
from provision.kinds.alerting import files, muting
from provision.kinds.alerting.base import VersionedKind
from provision.kinds.alerting.settings import TIMINGS, notifications
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Code, Problem, Resource, Spec
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text


class MuteTimingKind(VersionedKind):
    name = "mute timing"
    title = Text("время тишины", "mute timing")
    path = TIMINGS

    def is_safe_when_blocked(self, change: Change) -> bool:
        return change.ref.key == muting.SUSPENDED and change.after is not None

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for name, intervals in muting.timings(cabinet).items():
            yield self.resource(cabinet, name, {"intervals": intervals, "provenance": "api"}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        found = notifications(context)
        for row in found.timings if found else ():
            name = str(row["name"])
            yield self.seen(context, name, self.spec(row), managed=name.startswith(PREFIX))

    def spec(self, row: Json) -> Spec:
        return {"intervals": row["time_intervals"], "provenance": row.get("provenance", "")}

    def create(self, context: CabinetContext, new: Resource) -> None:
        context.org.request("POST", TIMINGS, json=_body(new))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        body = {**_body(new), "version": self.version(context, old)}
        context.org.request("PUT", f"{TIMINGS}/{quote(new.ref.key, safe='')}", json=body)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        path = f"{TIMINGS}/{quote(old.ref.key, safe='')}"
        context.org.request("DELETE", path, version=self.version(context, old))

    @staticmethod
    def check(cabinet: Cabinet) -> Iterable[Problem]:
        return muting.problems(cabinet)

    @staticmethod
    def codes() -> Iterable[Code]:
        return muting.CODES

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        if found := muting.timings(cabinet):
            yield "alerting/mute-timings.json", files.mute_timings(found)


def _body(timing: Resource) -> dict[str, object]:
    return {"name": timing.ref.key, "time_intervals": timing.spec["intervals"]}
