"""Plans and outcomes for a person at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from textwrap import wrap

from provision.errors import ProvisionError
from provision.model import Resource
from provision.plan import CabinetPlan, Outcome, Outcomes, Plan
from provision.render.short import counts, is_important, left_out, narrowed
from provision.render.values import diff_lines, title_of
from provision.render.view import View
from provision.render.words import (
    DIGEST,
    EMPTY,
    HINT,
    MARKS,
    ORPHANS,
    ORPHANS_HINT,
    REFUSED,
    SHARED,
    UNMANAGED,
    WANTED,
    WAS_REFUSED,
    Part,
    is_quiet,
    outcome_summary,
    plan_summary,
    state_word,
    unchanged_line,
    why,
    with_hint,
)
from provision.text import Text, harmless

COLOURS: Mapping[str, str] = {"+": "green", "~": "yellow", "-": "red", "?": "cyan", "@": "cyan"}
FAILURES_SHOWN = 5  # by name, after the first
WIDEST = 40  # a longer key or title pushes its own line only

Row = tuple[str, str, str, str, str]  # mark (+ ~ -), kind, key, title, why


def plan_text(plan: Plan, view: View) -> Iterator[str]:
    """The plan for a person at a terminal, cabinet by cabinet; unchanged cabinets share one line."""
    for part in [narrowed(part, view.only) for part in plan.parts]:
        if not is_quiet(part, unmanaged=view.unmanaged):
            lines = [_header(part, view), *_refusal(part, view), *_changes(part, view)]
            lines += _unmarked(part.unmanaged if view.unmanaged else (), view)
            if len(lines) > 1 or view.length != "quiet":
                yield "\n".join(lines) + "\n\n"
    quiet = [one for one in plan.cabinets if is_quiet(one, unmanaged=view.unmanaged)]
    if quiet and view.length != "quiet":
        yield harmless(view.say(unchanged_line(quiet))) + "\n\n"
    if plan.orphans:
        yield "\n".join(_orphans(plan.orphans, view)) + "\n\n"
    if note := left_out(plan, view):
        yield view.say(note) + "\n"
    yield f"{view.paint(f'{view.say(plan_summary(plan))}.', 'bold')}\n{view.say(DIGEST)}: {plan.digest}"


def _header(part: Part, view: View) -> str:
    if not isinstance(part, CabinetPlan):
        return view.paint(view.say(SHARED), "bold")
    named = f"{view.paint(harmless(part.title), 'bold')} ({harmless(part.cabinet)})"
    state = state_word(part)
    return f"{named}, {view.say(state)}" if state else named


def _refusal(part: Part, view: View) -> list[str]:
    if not isinstance(part, CabinetPlan) or not part.refused:
        return []
    return [view.paint(f"  ! {view.say(REFUSED)}: {with_hint(part.refused, part.hint, view.lang)}", "red")]


def _changes(part: Part, view: View) -> list[str]:
    important = [one for one in part.changes if view.length == "full" or is_important(one)]
    rows = [_row(MARKS[one.action], one.resource, why(one, part, view.lang), view) for one in important]
    if view.length == "short":
        rows = [*counts(part, view), *rows]
    lines = _aligned(rows, view)
    if view.length != "full" or not view.diff:
        return lines
    return [
        text
        for line, change in zip(lines, part.changes, strict=True)
        for text in (line, *(_diff_line(one, view) for one in diff_lines(change, view.lang)))
    ]


def _unmarked(resources: Sequence[Resource], view: View) -> list[str]:
    settings = [one for one in resources if "set" in one.spec]
    rows = [_row("?", one, view.say(UNMANAGED), view) for one in resources if one not in settings]
    return [*_aligned(rows, view), *(line for one in settings for line in _setting(one, view))]


def _setting(one: Resource, view: View) -> list[str]:
    """A setting of the server with its value, and what is to be written in its place."""
    value = harmless(title_of(one)) or view.say(EMPTY)
    head = f"  {view.paint('?', COLOURS['?'])} {view.kind(one.ref)}  {harmless(one.ref.key)}: {value}"
    wanted = f"{view.say(WANTED)}: {one.spec['set']}"
    return [head, *wrap(wanted, 80, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False)]


def _orphans(orphans: Sequence[Resource], view: View) -> list[str]:
    rows = [_row("?", one, harmless(one.ref.cabinet), view) for one in orphans]
    head = f"{view.say(ORPHANS)}. {view.say(HINT)}: {view.say(ORPHANS_HINT)}."
    return [view.paint(head, "bold"), *_aligned(rows, view)]


def _row(mark: str, one: Resource, reason: str, view: View) -> Row:
    return mark, view.kind(one.ref), harmless(one.ref.key), harmless(title_of(one)), reason


def _aligned(rows: Sequence[Row], view: View) -> list[str]:
    """The rows in columns; an empty column takes no room."""
    widths = [max((len(row[column]) for row in rows if len(row[column]) <= WIDEST), default=0) for column in (1, 2, 3)]
    lines = []
    for mark, *cells, reason in rows:
        columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True) if cell or width]
        lines.append(f"  {view.paint(mark, COLOURS[mark])} {'  '.join([*columns, reason])}".rstrip())
    return lines


def _diff_line(line: str, view: View) -> str:
    return "      " + view.paint(line, COLOURS.get(line[:1], ""))


def outcome_text(plan: Plan, outcomes: Outcomes, view: View) -> Iterator[str]:
    """What became of the plan: a line for each cabinet that failed or was refused, then the sums."""
    lines, plain = [], replace(view, colour=False)
    if any(one.status != "done" for one in outcomes.shared):
        failure = _failure(outcomes.shared, None, len(plan.shared.changes), view)
        lines.append(view.paint(f"! {_header(plan.shared, plain)}{failure}", "red"))
    for outcome in outcomes.cabinets:
        name = _header(outcome.plan, plain)
        if outcome.plan.refused:
            why_not = f"{view.say(WAS_REFUSED)}: {with_hint(outcome.plan.refused, outcome.plan.hint, view.lang)}"
            lines.append(view.paint(f"! {name}: {why_not}", "yellow"))
        elif outcome.status == "failed":
            failure = _failure(outcome.outcomes, outcome.error, len(outcome.plan.changes), view)
            lines.append(view.paint(f"! {name}{failure}", "red"))
    yield "\n".join([*lines, view.paint(f"{view.say(outcome_summary(plan, outcomes))}.", "bold")])


def _failure(outcomes: Sequence[Outcome], error: ProvisionError | None, planned: int, view: View) -> str:
    """`, ~ dashboard smart-x: what happened. Hint: what to do. Failed too: … Written: 3 of 24.`"""
    failed = [one for one in outcomes if one.error]
    first = error or (failed[0].error if failed else None)
    where = "" if error or not failed else f", {_named(failed[0], view)}"
    what = with_hint(first.text, first.hint, view.lang) if first else view.say(Text("Не окончено.", "Not finished."))
    others = failed if error else failed[1:]
    if others:
        more = " …" if len(others) > FAILURES_SHOWN else ""
        names = ", ".join(_named(one, view) for one in others[:FAILURES_SHOWN])
        what += view.say(Text(f" Не удалось ещё: {names}{more}.", f" Failed too: {names}{more}."))
    done = sum(one.status == "done" for one in outcomes)
    return f"{where}: {what} " + view.say(Text(f"Записано: {done} из {planned}.", f"Written: {done} of {planned}."))


def _named(outcome: Outcome, view: View) -> str:
    ref = outcome.change.ref
    return f"{MARKS[outcome.change.action]} {view.kind(ref)} {harmless(ref.key)}"
