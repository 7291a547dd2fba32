"""Mute timings: quiet hours, maintenance windows, and the silence of a suspended cabinet."""

from collections.abc import Iterable
from urllib.parse import quote

from provision.kinds.alerting import files, muting
from provision.kinds.alerting.base import AlertingKind
from provision.kinds.alerting.settings import is_synchronised
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Code, Problem, Resource
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text

PATH = "/api/v1/provisioning/mute-timings"


class MuteTimingKind(AlertingKind):
    name = "mute timing"
    title = Text("время тишины", "mute timing")

    def is_safe_when_blocked(self, change: Change) -> bool:
        return change.ref.key == muting.SUSPENDED and change.after is not None

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for name, intervals in muting.timings(cabinet).items():
            yield self.resource(cabinet, name, {"intervals": intervals, "provenance": "api"}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        if not is_synchronised(context):
            return
        for row in context.org.get(PATH):
            name, handle = str(row["name"]), {"version": row["version"]}
            spec = {"intervals": row["time_intervals"], "provenance": row.get("provenance", "")}
            yield self.seen(context, name, spec, managed=name.startswith(PREFIX), handle=handle)

    def create(self, context: CabinetContext, new: Resource) -> None:
        context.org.request("POST", PATH, json=_body(new))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        body = {**_body(new), "version": old.handle["version"]}
        context.org.request("PUT", f"{PATH}/{quote(new.ref.key, safe='')}", json=body)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        path = f"{PATH}/{quote(old.ref.key, safe='')}"
        context.org.request("DELETE", path, version=str(old.handle["version"]))

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
