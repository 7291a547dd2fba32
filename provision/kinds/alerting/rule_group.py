"""Groups of alert rules, in the folder of the dashboards. A PUT replaces a group; unchanged rules keep their state."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any
from urllib.parse import quote

from dashboards import Scope
from dashboards.alerts import groups, rule_groups
from dashboards.alerts import origin as origin_of
from provision.errors import NotFoundError
from provision.grafana import Json
from provision.kinds.alerting import files, rule_lint
from provision.kinds.alerting.base import AlertingKind
from provision.kinds.alerting.firing import firing, reset
from provision.kinds.context import CabinetContext
from provision.kinds.dashboard import scope_of
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet, Code, Problem, Resource, Spec
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text

RULES = "/api/v1/provisioning/alert-rules"
GROUPS = "/api/ruler/grafana/api/v1/rules"
# Fields of a rule in GROUPS and their names in RULES; what depends on the place, or only the server knows, is left out.
_OUTER = ("annotations", "for", "keep_firing_for", "labels")
_INNER = {
    "condition": "condition",
    "data": "data",
    "exec_err_state": "execErrState",
    "is_paused": "isPaused",
    "missing_series_evals_to_resolve": "missingSeriesEvalsToResolve",
    "no_data_state": "noDataState",
    "notification_settings": "notification_settings",
    "provenance": "provenance",
    "record": "record",
    "title": "title",
    "uid": "uid",
}
_WITHOUT_VALUE: Mapping[str, None] = {"notification_settings": None, "record": None}
_SECONDS = {"y": 31536000, "w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
# A change of these resets the state of a rule that fires; other annotations and the interval do not (12.4).
_RESETTING = (
    *("title", "condition", "data", "for", "labels", "noDataState", "execErrState", "isPaused"),
    *("notification_settings", "record"),
)
_RESETTING_ANNOTATIONS = ("__dashboardUid__", "__panelId__")  # the panel is a field of the rule in the database


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
        """One request has the rules of all groups. Which of them fire is asked only for a change: see note()."""
        fires = firing(context)
        for group in chain.from_iterable(context.org.get(GROUPS).values()):
            name, ours = str(group["name"]), []
            for rule in group["rules"]:
                inner = rule["grafana_alert"]
                folder, uid = str(inner["namespace_uid"]), str(inner["uid"])
                if _is_ours(folder, name, uid):
                    ours.append(_as_provisioned(rule))
                else:
                    spec = {"title": inner["title"], "folder": folder, "group": name}
                    yield self.seen(context, f"{name}/{uid}", spec, managed=False)
            if ours:
                spec = {"interval": seconds(str(group["interval"])), "rules": ours}
                yield self.seen(context, name, spec, handle={"firing": fires})

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._put(context, new, [] if context.is_new else _others(context, new.ref.key))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        self._put(context, new, _others(context, new.ref.key))

    def delete(self, context: CabinetContext, old: Resource) -> None:
        """The whole group; rule by rule where it holds rules of others."""
        if not _others(context, old.ref.key):
            context.org.request("DELETE", _path(old.ref.key))
            return
        for rule in old.spec["rules"]:
            context.org.request("DELETE", f"{RULES}/{rule['uid']}")

    def is_ready(self, context: CabinetContext) -> bool:
        return True  # rules do not wait for the org's notification settings (12.4)

    def note(self, change: Change) -> Text | None:
        """The firing rules whose state the change resets. Their alerts are resolved, and those of rules that remain
        are then reported again.
        """
        if change.before is None:
            return None
        wanted = {rule["uid"]: rule for rule in change.after.spec["rules"]} if change.after else {}
        changed = {
            rule["uid"]: str(rule["title"])
            for rule in change.before.spec["rules"]
            if _determining(rule) != _determining(wanted.get(rule["uid"], {}))
        }
        fires = {rule.uid for rule in change.before.handle["firing"]()} if changed else set()
        remain = {uid for uid, rule in wanted.items() if not rule["isPaused"]}
        return reset(
            [title for uid, title in changed.items() if uid in fires & remain],
            [title for uid, title in changed.items() if uid in fires - remain],
        )

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


def _is_ours(folder: str, group: str, uid: str) -> bool:
    return folder == FOLDER and group.startswith(PREFIX) and uid.startswith(PREFIX)


def _others(context: CabinetContext, group: str) -> list[Json]:
    """The rules of others in a group of ours by now: a PUT without them would delete them."""
    try:
        rules = context.org.get(_path(group))["rules"]
    except NotFoundError:
        return []
    return [rule for rule in rules if not str(rule["uid"]).startswith(PREFIX)]


def _as_provisioned(rule: Json) -> dict[str, Any]:
    """A rule of GROUPS in the form of RULES."""
    outer = {key: rule[key] for key in _OUTER if rule.get(key)}
    inner = {name: rule["grafana_alert"][key] for key, name in _INNER.items() if key in rule["grafana_alert"]}
    return {**_WITHOUT_VALUE, **outer, **inner}


def _determining(rule: Mapping[str, Any]) -> list[Any]:
    """What determines the state of the rule."""
    annotations = rule.get("annotations") or {}
    return [*(rule.get(key) for key in _RESETTING), *(annotations.get(key) for key in _RESETTING_ANNOTATIONS)]


def _canonical(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as both sides have it: durations in the server's form, nothing that only the server knows."""
    durations = {key: _duration(str(rule.get(key) or "0s")) for key in ("for", "keep_firing_for")}
    return {**rule, **durations, "provenance": rule.get("provenance", "")}


def seconds(text: str) -> int:
    """The length of a duration such as `1h30m`."""
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([ywdhms])", text))


@cache
def _duration(text: str) -> str:
    """`24h` as `1d`: what the server gives back (Prometheus model.Duration; years and weeks only without a rest)."""
    left, said = seconds(text), ""
    for unit, length in _SECONDS.items():
        if left >= length and not (unit in "yw" and left % length):
            said += f"{left // length}{unit}"
            left %= length
    return said or "0s"
