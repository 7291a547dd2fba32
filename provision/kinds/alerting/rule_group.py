"""Groups of alert rules, in the folder of the dashboards. A PUT replaces a group; unchanged rules keep their state."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from dashboards import Scope
from dashboards.alerts import groups, rule_groups
from dashboards.alerts import origin as origin_of
from provision.grafana import Json
from provision.kinds.alerting import files, rule_lint
from provision.kinds.alerting.base import AlertingKind
from provision.kinds.context import CabinetContext
from provision.kinds.dashboard import scope_of
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet, Code, Problem, Resource, Spec
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text

RULES = "/api/v1/provisioning/alert-rules"
STATES = "/api/prometheus/grafana/api/v1/rules"
# What depends on the place, or only the server knows.
_LEFT_OUT = ("id", "orgID", "folderUID", "ruleGroup", "updated")
_SECONDS = {"y": 31536000, "w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
# A change of these resets the state of a rule that fires; annotations and the interval do not (12.4).
_RESETTING = ("title", "condition", "data", "for", "labels", "noDataState", "execErrState", "isPaused")


class RuleGroupKind(AlertingKind):
    name = "rule group"
    title = Text("группа правил", "rule group")
    needs = ("org", "folder", "data source", "notification policy")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        """A suspended cabinet's rules are paused: its data are out of reach."""
        for group in rule_groups(scope_of(cabinet)):
            rules = [{**rule, "isPaused": cabinet.state == "suspended", "provenance": "api"} for rule in group.rules]
            spec = {"interval": group.interval, "rules": rules}
            yield self.resource(cabinet, group.name, spec, _origin(group.name))

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """Two requests: one has the rules of all groups, the other their intervals and states."""
        found: dict[tuple[str, str], list[Json]] = {}
        for rule in context.org.get(RULES):
            found.setdefault((str(rule["folderUID"]), str(rule["ruleGroup"])), []).append(rule)
        states = _states(context) if found else {}
        for (folder, name), rules in found.items():
            is_ours = folder == FOLDER and name.startswith(PREFIX)
            ours = [rule for rule in rules if is_ours and str(rule["uid"]).startswith(PREFIX)]
            others = [rule for rule in rules if rule not in ours]
            if ours:
                interval, firing = states.get((folder, name), (0, frozenset()))
                handle = {"firing": firing, "others": others}
                yield self.seen(context, name, {"interval": interval, "rules": ours}, handle=handle)
            for rule in others:
                spec = {"title": rule["title"], "folder": folder, "group": name}
                yield self.seen(context, f"{name}/{rule['uid']}", spec, managed=False)

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._put(context, new, [])

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        self._put(context, new, old.handle["others"])

    def delete(self, context: CabinetContext, old: Resource) -> None:
        """The whole group; rule by rule where it holds rules of others."""
        if not old.handle["others"]:
            context.org.request("DELETE", _path(old.ref.key))
            return
        for rule in old.spec["rules"]:
            context.org.request("DELETE", f"{RULES}/{rule['uid']}")

    def is_ready(self, context: CabinetContext) -> bool:
        return True  # rules do not wait for the org's notification settings (12.4)

    def note(self, change: Change) -> Text | None:
        """The firing rules whose state the change resets: their alerts are resolved and then reported again."""
        names = sorted(_reset(change.before, change.after)) if change.before else []
        if not names:
            return None
        listed = ", ".join(names)
        return Text(f"сейчас сработали и начнутся заново: {listed}", f"these rules fire now and start again: {listed}")

    def normalise(self, spec: Spec) -> Spec:
        return {**spec, "rules": [_canonical(rule) for rule in spec["rules"]]} if "rules" in spec else spec

    @staticmethod
    def codes() -> Iterable[Code]:
        return rule_lint.codes()

    @staticmethod
    def lint(cabinets: Sequence[Cabinet]) -> Iterable[Problem]:
        return rule_lint.lint(cabinets)

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        return _files(scope_of(cabinet), cabinet.folder)

    @staticmethod
    def _put(context: CabinetContext, new: Resource, others: list[Json]) -> None:
        """The group with its interval; rules of others in it are sent back as they were read."""
        kept = [{key: value for key, value in rule.items() if key != "updated"} for rule in others]
        rules = [{key: value for key, value in rule.items() if key != "provenance"} for rule in new.spec["rules"]]
        context.org.request("PUT", _path(new.ref.key), json={"interval": new.spec["interval"], "rules": rules + kept})


@cache
def _files(scope: Scope, folder: str) -> tuple[tuple[str, str], ...]:
    """Name and content of each group's file: the same for all cabinets of a scope."""
    return tuple(
        (
            f"alerting/rules-{group.name.removeprefix(PREFIX)}.json",
            files.rule_group(folder, group.name, group.interval, list(group.rules)),
        )
        for group in rule_groups(scope)
    )


def _origin(name: str) -> str:
    """The file of the group: `smart-network` and `smart-network-reports` come from network.py."""
    bare = name.removeprefix(PREFIX)
    return origin_of(max((group for group in groups() if bare.startswith(group)), key=len))


def _path(group: str) -> str:
    return f"/api/v1/provisioning/folder/{FOLDER}/rule-groups/{quote(group, safe='')}"


def _states(context: CabinetContext) -> dict[tuple[str, str], tuple[int, frozenset[str]]]:
    """Of each group its interval in seconds and the uids of its rules that fire."""
    groups = context.org.get(STATES, limit_alerts=0)["data"]["groups"]
    return {
        (str(group["folderUid"]), str(group["name"])): (
            int(group["interval"]),
            frozenset(str(rule["uid"]) for rule in group["rules"] if rule.get("state") == "firing"),
        )
        for group in groups
    }


def _reset(before: Resource, after: Resource | None) -> Iterable[str]:
    wanted = {rule["uid"]: rule for rule in after.spec["rules"]} if after else {}
    for rule in before.spec["rules"]:
        new = wanted.get(rule["uid"], {})
        if rule["uid"] in before.handle["firing"] and any(rule.get(key) != new.get(key) for key in _RESETTING):
            yield str(rule["title"])


def _canonical(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as both sides have it: durations in the server's form, nothing that only the server knows."""
    kept = {key: value for key, value in rule.items() if key not in _LEFT_OUT}
    durations = {key: _duration(str(kept.get(key) or "0s")) for key in ("for", "keep_firing_for")}
    return {**kept, **durations, "provenance": kept.get("provenance", "")}


@cache
def _duration(text: str) -> str:
    """`24h` as `1d`: what the server gives back (Prometheus model.Duration; years and weeks only without a rest)."""
    left, said = sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([ywdhms])", text)), ""
    for unit, seconds in _SECONDS.items():
        if left >= seconds and not (unit in "yw" and left % seconds):
            said += f"{left // seconds}{unit}"
            left %= seconds
    return said or "0s"
