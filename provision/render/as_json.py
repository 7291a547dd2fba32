"""Plans and outcomes as JSON, for programs. Made piece by piece: all dashboards of all cabinets are hundreds of MB."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from provision.errors import ProvisionError
from provision.model import Ref, Resource
from provision.plan import CabinetOutcome, CabinetPlan, Change, Outcome, Outcomes, Plan
from provision.render.values import json_text, masked, title_of
from provision.render.view import View
from provision.render.words import count_actions
from provision.text import Lang


def plan_json(plan: Plan, view: View) -> Iterator[str]:
    """The plan as JSON, refusals in the language of the view.

    `server` is the address of Grafana. `cabinets` are those that were planned, changed or not. `changes` and `summary`
    hold what would be written; those of a refused cabinet are beside its reason. `states` names the cabinets that are
    suspended or absent. `orphans` belong to no cabinet of the file, `excluded_lines` is the number of list lines with
    errors by cabinet.
    """
    return _pieces(_plan_value(plan, view.lang))


def _plan_value(plan: Plan, lang: Lang) -> dict[str, Any]:
    """The plan as JSON values; long lists are iterators."""
    unmanaged = [resource for part in plan.parts for resource in part.unmanaged]
    return {
        "digest": plan.digest,
        "server": plan.server,
        "cabinets": [cabinet.cabinet for cabinet in plan.cabinets],
        "summary": {**count_actions(plan.writable), "unmanaged": len(unmanaged)},
        "changes": (_change_value(change) for change in plan.writable),
        "refused": (
            {
                "cabinet": cabinet.cabinet,
                "reason": cabinet.refused.say(lang),
                "hint": cabinet.hint.say(lang) if cabinet.hint else None,
                "changes": [_change_value(change) for change in cabinet.changes],
            }
            for cabinet in plan.cabinets
            if cabinet.refused
        ),
        "unmanaged": (_unmanaged_value(resource) for resource in unmanaged),
        "orphans": [_unmanaged_value(resource) for resource in plan.orphans],
        "excluded_lines": dict(plan.excluded_lines),
        "states": {cabinet.cabinet: cabinet.state for cabinet in plan.cabinets if cabinet.state != "active"},
    }


def _pieces(value: Mapping[str, Any]) -> Iterator[str]:
    """The object as json_text() gives it, an iterator in it as a list."""
    opening = "{\n"
    for key, inner in value.items():
        yield f"{opening}  {json.dumps(key)}: "
        if isinstance(inner, Iterator):
            yield from _items(inner)
        else:
            yield _indented(inner, 1)
        opening = ",\n"
    yield "\n}"


def _items(values: Iterator[Any]) -> Iterator[str]:
    opening = "[\n    "
    for value in values:
        yield f"{opening}{_indented(value, 2)}"
        opening = ",\n    "
    yield "\n  ]" if opening.startswith(",") else "[]"


def _indented(value: Any, levels: int) -> str:
    return json_text(value).replace("\n", "\n" + "  " * levels)


def _ref_value(ref: Ref) -> dict[str, Any]:
    return {"cabinet": ref.cabinet, "kind": ref.kind, "key": ref.key}


def _change_value(change: Change) -> dict[str, Any]:
    before, after = (side and masked(side.spec) for side in (change.before, change.after))
    said = {"action": change.action, "origin": change.origin, "before": before, "after": after}
    note = {"note": change.note.en} if change.note else {}
    return {**_ref_value(change.ref), **said, **note}


def _unmanaged_value(resource: Resource) -> dict[str, Any]:
    title = title_of(resource)
    return {**_ref_value(resource.ref), **({"title": title} if title else {})}


def outcome_json(plan: Plan, outcomes: Outcomes, view: View) -> Iterator[str]:
    """The plan's JSON with outcome, error and hint in every change, and `cabinets` with the status of each.

    A cabinet that was never begun is "skipped", and so are its changes. `because` names the failed object on which a
    skipped one depends.
    """
    by_cabinet = {outcome.plan.cabinet: outcome for outcome in outcomes.cabinets}
    made = [*outcomes.shared, *(one for outcome in outcomes.cabinets for one in outcome.outcomes)]
    by_ref = {one.change.ref: one for one in made}
    value = _plan_value(plan, view.lang)
    value["changes"] = (
        {**_change_value(change), **_outcome_value(by_ref.get(change.ref), view.lang)} for change in plan.writable
    )
    value["cabinets"] = [_cabinet_value(one, by_cabinet.get(one.cabinet), view.lang) for one in plan.cabinets]
    return _pieces(value)


def _outcome_value(outcome: Outcome | None, lang: Lang) -> dict[str, Any]:
    return {
        "outcome": outcome.status if outcome else "skipped",
        **_error_value(outcome.error if outcome else None, lang),
        **({"because": _ref_value(outcome.because)} if outcome and outcome.because else {}),
    }


def _cabinet_value(cabinet: CabinetPlan, outcome: CabinetOutcome | None, lang: Lang) -> dict[str, Any]:
    status = outcome.status if outcome else "skipped"
    return {"cabinet": cabinet.cabinet, "status": status, **_error_value(outcome.error if outcome else None, lang)}


def _error_value(error: ProvisionError | None, lang: Lang) -> dict[str, Any]:
    hint = error.hint.say(lang) if error and error.hint else None
    return {"error": error.text.say(lang) if error else None, "hint": hint}
