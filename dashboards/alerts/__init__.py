"""WHAT is alerted on: one group a file, found by its name. The 57 alerts keep the names of the service's documents.

A group is a file `<group>.py` with a docstring and `alerts(scope)`, which returns its alerts (`_alert.Alert`). A
cabinet gets the rules that its data can make fire. Nothing of the cabinet is in a rule: cabinets of one scope share one
rendering.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from dashboards._scope import Scope
from dashboards.alerts import _messages, _rules
from dashboards.alerts._alert import Alert

__all__ = ["Alert", "RuleGroup", "alerts", "groups", "names", "origin", "rule_groups", "templates"]


@dataclass(frozen=True)
class RuleGroup:
    """Rules that are evaluated together: `interval` in seconds, each rule as the provisioning API gives it back.

    A rule lacks what depends on the place: id, orgID, folderUID, ruleGroup, updated, provenance.
    """

    name: str
    interval: int
    rules: tuple[dict[str, Any], ...]


@cache
def groups() -> tuple[str, ...]:
    """The groups there are, in the order of the alphabet: the names of the files, `_` written as `-`."""
    files = pkgutil.iter_modules([str(Path(__file__).parent)])
    return tuple(sorted(file.name.replace("_", "-") for file in files if not file.name.startswith("_")))


def alerts(scope: Scope) -> dict[str, tuple[Alert, ...]]:
    """The alerts that the scope can make fire, by group."""
    found = {name: tuple(_module(name).alerts(scope)) for name in groups()}
    return {name: tuple(one for one in every if one.can_fire(scope)) for name, every in found.items()}


@cache
def rule_groups(scope: Scope) -> tuple[RuleGroup, ...]:
    """The rules of a cabinet of that scope.

    A group of alerts whose data come at different intervals makes one group of rules for each, named by the data. The
    name of a rule's group is the same in every scope.
    """
    known = {alert.name: alert for every in alerts(scope).values() for alert in every}
    made = []
    for group in groups():
        by_title: dict[str, list[Alert]] = {}
        for alert in _module(group).alerts(scope):
            by_title.setdefault(f"smart-{group}-{alert.slowest.name}", []).append(alert)
        for title, every in by_title.items():
            title = title if len(by_title) > 1 else f"smart-{group}"
            given = [alert for alert in every if alert.name in known]
            interval = every[0].every
            if given:
                made.append(RuleGroup(title, interval, tuple(_rules.group(title, interval, given, scope, known))))
    return tuple(made)


def templates(scope: Scope) -> Mapping[str, str]:
    """Message template name -> its text in Go's template language; the times in it are of the scope's time zone."""
    return _messages.templates(scope)


@cache
def names(scope: Scope) -> frozenset[str]:
    """The names of all alerts, whether the scope can make them fire or not; each has a page in docs/alerts."""
    return frozenset(alert.name for group in groups() for alert in _module(group).alerts(scope))


def origin(group: str) -> str:
    """The file it comes from, as `dashboards/alerts/network.py`."""
    return f"dashboards/alerts/{group.replace('-', '_')}.py"


def _module(name: str) -> Any:
    return import_module(f"dashboards.alerts.{name.replace('-', '_')}")
