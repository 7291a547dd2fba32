"""A long plan in few lines: what is counted, and what is shown one by one all the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from provision.plan import Change, Plan
from provision.render.view import Length, View
from provision.render.words import MARKS, Part
from provision.text import Text

LONG = 60  # changes; a longer plan does not fit two screens of a terminal


def length_of(plan: Plan) -> Length:
    """How long a plan is shown when nobody said it."""
    return "short" if len(plan.changes) > LONG else "full"


def is_important(change: Change) -> bool:
    """Whether it is shown by itself in every plan: it takes something away, or has a note (a reset, a refusal)."""
    return change.action == "delete" or change.note is not None


def counts(part: Part, view: View) -> Iterator[tuple[str, str, str, str, str]]:
    """The other changes as rows of mark, kind and number, in the plan's order."""
    counted = (one for one in part.changes if not is_important(one))
    found = Counter((MARKS[one.action], view.kind(one.ref)) for one in counted)
    for (mark, kind), number in found.items():
        yield mark, kind, f"× {number}", "", ""


def narrowed(part: Part, only: frozenset[str]) -> Part:
    """The part with the changes and foreign objects of these kinds alone."""
    if not only:
        return part
    return replace(
        part,
        changes=tuple(one for one in part.changes if one.ref.kind in only),
        unmanaged=tuple(one for one in part.unmanaged if one.ref.kind in only),
    )


def left_out(plan: Plan, view: View) -> Text | None:
    """What the reader does not see and how he sees it."""
    if view.only and (hidden := sum(one.ref.kind not in view.only for one in plan.changes)):
        return Text(f"Изменений других видов, не показано: {hidden}", f"Changes of other kinds, not shown: {hidden}")
    if view.length != "full" and plan.changes:
        return Text("Коротко; каждое изменение покажет --full", "In short; --full shows every change")
    return None
