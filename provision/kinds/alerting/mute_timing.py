"""Mute timings: quiet hours, maintenance windows, and the silence of a suspended cabinet."""

from collections.abc import Iterable, Mapping, Sequence

from provision.grafana import Json
from provision.kinds.alerting import files, muting
from provision.kinds.alerting.base import VersionedKind
from provision.kinds.alerting.settings import TIMINGS
from provision.kinds.context import CabinetContext, Notifications
from provision.model import Cabinet, Code, Problem, Resource, Spec
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

    def rows(self, found: Notifications) -> Sequence[Mapping[str, Json]]:
        return found.timings

    def spec(self, row: Json) -> Spec:
        return {"intervals": row["time_intervals"], "provenance": row.get("provenance", "")}

    def create(self, context: CabinetContext, new: Resource) -> None:
        context.org.request("POST", TIMINGS, json=_body(new))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        body = {**_body(new), "version": self.version(context, old)}
        context.org.request("PUT", self.address(new), json=body)

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
