"""The rules of an org that fire, and what a plan says of a change that resets their state."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, partial

from provision.kinds.alerting.settings import obstacle
from provision.kinds.context import CabinetContext
from provision.text import Text

STATES = "/api/prometheus/grafana/api/v1/rules"


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fires; `folder` is the uid of its folder."""

    uid: str
    title: str
    folder: str


Rules = Callable[[], frozenset[Firing]]


def firing(context: CabinetContext) -> Rules:
    """The org's rules that fire, asked for when they are first needed."""
    return cache(partial(_read, context))


def reset(again: Collection[str], over: Collection[str] = ()) -> Text | None:
    """What happens to these firing rules, by their titles: an alert ends and is reported again, or it is over."""
    said = [
        Text(f"{ru}: {listed}", f"{en}: {listed}")
        for titles, ru, en in (
            (again, "сейчас сработали и начнутся заново", "these rules fire now and start again"),
            (over, "сейчас сработали и закончатся", "these rules fire now and end"),
        )
        if (listed := ", ".join(sorted(titles)))
    ]
    return Text("; ".join(one.ru for one in said), "; ".join(one.en for one in said)) if said else None


def _read(context: CabinetContext) -> frozenset[Firing]:
    if obstacle(context.run.server):
        return frozenset()
    groups = context.org.get(STATES, limit_alerts=0)["data"]["groups"]
    return frozenset(
        Firing(str(rule["uid"]), str(rule["name"]), str(group["folderUid"]))
        for group in groups
        for rule in group["rules"]
        if rule.get("state") == "firing"
    )
