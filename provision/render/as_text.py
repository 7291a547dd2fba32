"""Plans and outcomes for a person at a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from provision.model import Resource
from provision.plan import CabinetOutcome, CabinetPlan, Change, Plan
from provision.render.values import diff_lines, harmless, paint, title_of
from provision.render.words import (
    DIGEST,
    NO_NAMES,
    REFUSED,
    SIGNS,
    UNMARKED,
    WAS_REFUSED,
    KindNames,
    is_quiet,
    kind_name,
    outcome_summary,
    plan_summary,
    state_word,
    unchanged_line,
    why,
    with_hint,
)
from provision.text import Lang, Text

COLOURS: Mapping[str, str] = {"+": "green", "~": "yellow", "-": "red", "?": "cyan", "@": "cyan"}
WIDEST = 40  # a longer key or title pushes its own line only

Row = tuple[str, str, str, str, str]  # sign, kind, key, title, why


def plan_text(
    plan: Plan,
    *,
    lang: Lang,
    colour: bool = False,
    diff: bool = False,
    unmanaged: bool = False,
    kinds: KindNames = NO_NAMES,
) -> Iterator[str]:
    """The plan for a person at a terminal, cabinet by cabinet; unchanged cabinets share one line.

    With `diff` every change is followed by its whole unified diff; `unmanaged` lists the objects without our mark.
    """
    for cabinet in plan.cabinets:
        if not is_quiet(cabinet, unmanaged=unmanaged):
            lines = [_header(cabinet, lang, colour), *_refusal(cabinet, lang, colour)]
            lines += _changes(cabinet.changes, lang=lang, colour=colour, diff=diff, kinds=kinds)
            lines += _unmarked(cabinet.unmanaged if unmanaged else (), lang=lang, colour=colour, kinds=kinds)
            yield "\n".join(lines) + "\n\n"
    quiet = [one for one in plan.cabinets if is_quiet(one, unmanaged=unmanaged) and not one.shared]
    if quiet:
        yield harmless(unchanged_line(quiet).say(lang)) + "\n\n"
    summary = paint(f"{plan_summary(plan).say(lang)}.", "bold", on=colour)
    yield f"{summary}\n{DIGEST.say(lang)}: {plan.digest}"


def _header(cabinet: CabinetPlan, lang: Lang, colour: bool) -> str:
    title = paint(harmless(cabinet.title), "bold", on=colour)
    named = title if cabinet.shared else f"{title} ({harmless(cabinet.cabinet)})"
    state = state_word(cabinet)
    return f"{named}, {state.say(lang)}" if state else named


def _refusal(cabinet: CabinetPlan, lang: Lang, colour: bool) -> list[str]:
    if not cabinet.refused:
        return []
    said = f"  ! {REFUSED.say(lang)}: {with_hint(cabinet.refused, cabinet.hint, lang)}"
    return [paint(said, "red", on=colour)]


def _changes(changes: Sequence[Change], *, lang: Lang, colour: bool, diff: bool, kinds: KindNames) -> list[str]:
    rows = [
        (
            SIGNS[change.action],
            kind_name(change.ref, kinds, lang),
            harmless(change.ref.key),
            harmless(title_of(change.after or change.before)),
            why(change, lang),
        )
        for change in changes
    ]
    lines = _aligned(rows, colour)
    if not diff:
        return lines
    return [
        text
        for line, change in zip(lines, changes, strict=True)
        for text in (line, *(_diff_line(one, colour) for one in diff_lines(change, lang)))
    ]


def _unmarked(resources: Sequence[Resource], *, lang: Lang, colour: bool, kinds: KindNames) -> list[str]:
    said = UNMARKED.say(lang)
    rows = [
        ("?", kind_name(one.ref, kinds, lang), harmless(one.ref.key), harmless(title_of(one)), said)
        for one in resources
    ]
    return _aligned(rows, colour)


def _aligned(rows: Sequence[Row], colour: bool) -> list[str]:
    """The rows in columns; an empty column takes no room."""
    widths = [max((len(row[column]) for row in rows if len(row[column]) <= WIDEST), default=0) for column in (1, 2, 3)]
    lines = []
    for sign, *cells, reason in rows:
        columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True) if cell or width]
        lines.append(f"  {paint(sign, COLOURS[sign], on=colour)} {'  '.join([*columns, reason])}".rstrip())
    return lines


def _diff_line(line: str, colour: bool) -> str:
    return "      " + paint(line, COLOURS.get(line[:1], ""), on=colour)


def outcome_text(
    plan: Plan,
    outcomes: Iterable[CabinetOutcome],
    *,
    lang: Lang,
    colour: bool = False,
    kinds: KindNames = NO_NAMES,
) -> Iterator[str]:
    """What became of the plan: a line for each cabinet that failed or was refused, then the sums."""
    outcomes = list(outcomes)
    lines = []
    for outcome in outcomes:
        name = _header(outcome.plan, lang, colour=False)
        if outcome.plan.refused:
            told = f"{WAS_REFUSED.say(lang)}: {with_hint(outcome.plan.refused, outcome.plan.hint, lang)}"
            lines.append(paint(f"! {name}: {told}", "yellow", on=colour))
        elif outcome.status == "failed":
            lines.append(paint(f"! {name}{_failure(outcome, lang, kinds)}", "red", on=colour))
    summary = f"{outcome_summary(outcomes, plan.size).say(lang)}."
    yield "\n".join([*lines, paint(summary, "bold", on=colour)])


def _failure(outcome: CabinetOutcome, lang: Lang, kinds: KindNames) -> str:
    """`, ~ dashboard smart-x: what happened. Hint: what to do. Written: 3 of 24.`"""
    culprit = next((one for one in outcome.outcomes if one.error), None)
    error = outcome.error or (culprit and culprit.error)
    where = ""
    if culprit and not outcome.error:
        ref = culprit.change.ref
        where = f", {SIGNS[culprit.change.action]} {kind_name(ref, kinds, lang)} {harmless(ref.key)}"
    what = with_hint(error.text, error.hint, lang) if error else Text("Не окончено.", "Not finished.").say(lang)
    done, total = sum(one.status == "done" for one in outcome.outcomes), len(outcome.plan.changes)
    return f"{where}: {what} " + Text(f"Записано: {done} из {total}.", f"Written: {done} of {total}.").say(lang)
