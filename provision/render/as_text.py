"""Plans and outcomes for a person at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from provision.errors import ProvisionError
from provision.model import Resource
from provision.plan import CabinetPlan, Outcome, Outcomes, Plan
from provision.render.short import Length, counts, is_important, left_out, narrowed
from provision.render.values import diff_lines, paint, title_of
from provision.render.words import (
    DIGEST,
    EMPTY,
    HINT,
    MARKS,
    NO_NAMES,
    ORPHANS,
    ORPHANS_HINT,
    REFUSED,
    SHARED,
    UNMANAGED,
    WANTED,
    WAS_REFUSED,
    KindNames,
    Part,
    is_quiet,
    kind_name,
    outcome_summary,
    plan_summary,
    state_word,
    unchanged_line,
    why,
    with_hint,
)
from provision.text import Lang, Text, harmless

COLOURS: Mapping[str, str] = {"+": "green", "~": "yellow", "-": "red", "?": "cyan", "@": "cyan"}
FAILURES_SHOWN = 5  # by name, after the first
WIDEST = 40  # a longer key or title pushes its own line only

Row = tuple[str, str, str, str, str]  # mark (+ ~ -), kind, key, title, why


def plan_text(
    plan: Plan,
    *,
    lang: Lang,
    colour: bool = False,
    diff: bool = False,
    unmanaged: bool = False,
    kinds: KindNames = NO_NAMES,
    length: Length = "full",
    only: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """The plan for a person at a terminal, cabinet by cabinet; unchanged cabinets share one line.

    With `diff` every change is followed by its whole unified diff; `unmanaged` lists the objects without our mark.
    A "short" plan counts the changes of a kind, but shows deletes and changes with a note one by one; a "quiet" one
    shows nothing but these, refusals and the sums. `only` names the kinds to show; all of them when it is empty.
    """
    shown = [narrowed(part, only) for part in plan.parts]
    for part in shown:
        if not is_quiet(part, unmanaged=unmanaged):
            lines = [_header(part, lang, colour), *_refusal(part, lang, colour)]
            lines += _changes(part, lang=lang, colour=colour, diff=diff, kinds=kinds, length=length)
            lines += _unmarked(part.unmanaged if unmanaged else (), lang=lang, colour=colour, kinds=kinds)
            if len(lines) > 1 or length != "quiet":
                yield "\n".join(lines) + "\n\n"
    quiet = [one for one in plan.cabinets if is_quiet(one, unmanaged=unmanaged)]
    if quiet and length != "quiet":
        yield harmless(unchanged_line(quiet).say(lang)) + "\n\n"
    if plan.orphans:
        yield "\n".join(_orphans(plan.orphans, lang, colour, kinds)) + "\n\n"
    if note := left_out(plan, length, only):
        yield note.say(lang) + "\n"
    summary = paint(f"{plan_summary(plan).say(lang)}.", "bold", on=colour)
    yield f"{summary}\n{DIGEST.say(lang)}: {plan.digest}"


def _header(part: Part, lang: Lang, colour: bool) -> str:
    if not isinstance(part, CabinetPlan):
        return paint(SHARED.say(lang), "bold", on=colour)
    named = f"{paint(harmless(part.title), 'bold', on=colour)} ({harmless(part.cabinet)})"
    state = state_word(part)
    return f"{named}, {state.say(lang)}" if state else named


def _refusal(part: Part, lang: Lang, colour: bool) -> list[str]:
    if not isinstance(part, CabinetPlan) or not part.refused:
        return []
    said = f"  ! {REFUSED.say(lang)}: {with_hint(part.refused, part.hint, lang)}"
    return [paint(said, "red", on=colour)]


def _changes(part: Part, *, lang: Lang, colour: bool, diff: bool, kinds: KindNames, length: Length) -> list[str]:
    important = [one for one in part.changes if length == "full" or is_important(one)]
    rows = [_row(MARKS[change.action], change.resource, why(change, part, lang), lang, kinds) for change in important]
    if length == "short":
        rows = [*counts(part, kinds, lang), *rows]
    lines = _aligned(rows, colour)
    if length != "full" or not diff:
        return lines
    return [
        text
        for line, change in zip(lines, part.changes, strict=True)
        for text in (line, *(_diff_line(one, colour) for one in diff_lines(change, lang)))
    ]


def _unmarked(resources: Sequence[Resource], *, lang: Lang, colour: bool, kinds: KindNames) -> list[str]:
    settings = [one for one in resources if "set" in one.spec]
    rows = [_row("?", one, UNMANAGED.say(lang), lang, kinds) for one in resources if one not in settings]
    return [*_aligned(rows, colour), *(line for one in settings for line in _setting(one, lang, colour, kinds))]


def _setting(one: Resource, lang: Lang, colour: bool, kinds: KindNames) -> list[str]:
    """A setting of the server with its value, and what is to be written in its place."""
    value = harmless(title_of(one)) or EMPTY.say(lang)
    head = (
        f"  {paint('?', COLOURS['?'], on=colour)} {kind_name(one.ref, kinds, lang)}  {harmless(one.ref.key)}: {value}"
    )
    wanted = f"{WANTED.say(lang)}: {one.spec['set']}"
    return [head, *wrap(wanted, 80, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False)]


def _orphans(orphans: Sequence[Resource], lang: Lang, colour: bool, kinds: KindNames) -> list[str]:
    rows = [_row("?", one, harmless(one.ref.cabinet), lang, kinds) for one in orphans]
    head = f"{ORPHANS.say(lang)}. {HINT.say(lang)}: {ORPHANS_HINT.say(lang)}."
    return [paint(head, "bold", on=colour), *_aligned(rows, colour)]


def _row(mark: str, one: Resource, reason: str, lang: Lang, kinds: KindNames) -> Row:
    return mark, kind_name(one.ref, kinds, lang), harmless(one.ref.key), harmless(title_of(one)), reason


def _aligned(rows: Sequence[Row], colour: bool) -> list[str]:
    """The rows in columns; an empty column takes no room."""
    widths = [max((len(row[column]) for row in rows if len(row[column]) <= WIDEST), default=0) for column in (1, 2, 3)]
    lines = []
    for mark, *cells, reason in rows:
        columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True) if cell or width]
        lines.append(f"  {paint(mark, COLOURS[mark], on=colour)} {'  '.join([*columns, reason])}".rstrip())
    return lines


def _diff_line(line: str, colour: bool) -> str:
    return "      " + paint(line, COLOURS.get(line[:1], ""), on=colour)


def outcome_text(
    plan: Plan,
    outcomes: Outcomes,
    *,
    lang: Lang,
    colour: bool = False,
    kinds: KindNames = NO_NAMES,
) -> Iterator[str]:
    """What became of the plan: a line for each cabinet that failed or was refused, then the sums."""
    lines = []
    if any(one.status != "done" for one in outcomes.shared):
        failure = _failure(outcomes.shared, None, len(plan.shared.changes), lang, kinds)
        lines.append(paint(f"! {_header(plan.shared, lang, colour=False)}{failure}", "red", on=colour))
    for outcome in outcomes.cabinets:
        name = _header(outcome.plan, lang, colour=False)
        if outcome.plan.refused:
            why_not = f"{WAS_REFUSED.say(lang)}: {with_hint(outcome.plan.refused, outcome.plan.hint, lang)}"
            lines.append(paint(f"! {name}: {why_not}", "yellow", on=colour))
        elif outcome.status == "failed":
            failure = _failure(outcome.outcomes, outcome.error, len(outcome.plan.changes), lang, kinds)
            lines.append(paint(f"! {name}{failure}", "red", on=colour))
    summary = f"{outcome_summary(plan, outcomes).say(lang)}."
    yield "\n".join([*lines, paint(summary, "bold", on=colour)])


def _failure(
    outcomes: Sequence[Outcome], error: ProvisionError | None, planned: int, lang: Lang, kinds: KindNames
) -> str:
    """`, ~ dashboard smart-x: what happened. Hint: what to do. Failed too: … Written: 3 of 24.`"""
    failed = [one for one in outcomes if one.error]
    first = error or (failed[0].error if failed else None)
    where = "" if error or not failed else f", {_named(failed[0], lang, kinds)}"
    what = with_hint(first.text, first.hint, lang) if first else Text("Не окончено.", "Not finished.").say(lang)
    others = failed if error else failed[1:]
    if others:
        more = " …" if len(others) > FAILURES_SHOWN else ""
        names = ", ".join(_named(one, lang, kinds) for one in others[:FAILURES_SHOWN])
        what += Text(f" Не удалось ещё: {names}{more}.", f" Failed too: {names}{more}.").say(lang)
    done = sum(one.status == "done" for one in outcomes)
    return f"{where}: {what} " + Text(f"Записано: {done} из {planned}.", f"Written: {done} of {planned}.").say(lang)


def _named(outcome: Outcome, lang: Lang, kinds: KindNames) -> str:
    ref = outcome.change.ref
    return f"{MARKS[outcome.change.action]} {kind_name(ref, kinds, lang)} {harmless(ref.key)}"
