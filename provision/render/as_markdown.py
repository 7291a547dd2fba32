"""A plan as Markdown for a comment under a merge request: summary first, details folded, never over the size limit."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from provision.plan import CabinetPlan, Change, Plan
from provision.render.short import narrowed
from provision.render.values import diff_lines, title_of
from provision.render.view import View
from provision.render.words import (
    DIGEST,
    MARKS,
    ORPHANS,
    REFUSED,
    SHARED,
    UNMANAGED,
    WANTED,
    Part,
    cabinets,
    count_actions,
    is_quiet,
    plan_summary,
    refusal,
    state_word,
    unchanged_line,
    why,
    with_hint,
)
from provision.text import Lang, Text, harmless

MARKER = "<!-- smart-provision plan -->"  # by it CI finds the comment that it wrote before
LIMIT = 60_000  # characters; GitHub takes 65,536 in a comment
RESERVE = 600  # characters kept free for closing what is open and the word about the rest
LONG_DIFF = 20  # lines; a longer diff is folded
LONGEST = 200  # characters of a title, a key or an origin
LONGEST_REASON = 2_000

# As entities the characters mean nothing to Markdown and HTML alike. The joiner behind @, #, ! … keeps a title from
# becoming a mention or a reference: those are looked for in the finished text.
JOINER = "&#8288;"
ESCAPES = str.maketrans(
    {char: f"&#{ord(char)};" for char in "<>\"'\\`*_[]|"} | {char: f"&#{ord(char)};{JOINER}" for char in "&@#!~$%"}
)


def plan_markdown(plan: Plan, view: View) -> Iterator[str]:
    """The plan as GitHub or GitLab Markdown of at most 60,000 characters.

    It begins with a hidden marker. What does not fit is left out at a line's end with every fence and fold closed, and
    the last line says so.
    """
    parts = [narrowed(part, view.only) for part in plan.parts]
    loud = [part for part in parts if not is_quiet(part, unmanaged=view.unmanaged)]
    quiet = [one for one in plan.cabinets if is_quiet(one, unmanaged=view.unmanaged)]
    folds = chain.from_iterable(_part(part, view) for part in loud)
    kept = [f"{_words(view.kind(one.ref))} {_code(one.ref.key)} {_code(one.ref.cabinet)}" for one in plan.orphans]
    orphans = ["", f"**{_words(view.say(ORPHANS))}**", "", *(f"- {line}" for line in kept)] if kept else []
    rest = ["", _words(view.say(unchanged_line(quiet)), LONGEST_REASON)] if quiet else []
    yield _fitting(chain(_top(plan, loud, view.lang), folds, orphans, rest), len(loud), view.lang)


def _words(text: str, longest: int = LONGEST) -> str:
    """Foreign text fit for a table cell, a list, or HTML; a very long one is cut."""
    said = harmless(text[:longest]).translate(ESCAPES)
    return f"{said}…" if len(text) > longest else said


def _code(text: str) -> str:
    """Foreign text as code, in which forges look for no mentions: it may be copied unchanged."""
    return f"<code>{_words(text).replace(JOINER, '')}</code>"


def _top(plan: Plan, loud: Sequence[Part], lang: Lang) -> Iterator[str]:
    """Marker, summary, digest, refusals and the table of cabinets."""
    yield from (MARKER, f"### {plan_summary(plan).say(lang)}", "", f"{DIGEST.say(lang)}: {_code(plan.digest)}", "")
    for part in loud:
        if isinstance(part, CabinetPlan) and part.refused:
            reason = _words(with_hint(part.refused, part.hint, lang), LONGEST_REASON)
            yield f"- **{REFUSED.say(lang)}**: {_name(part, lang)}: {reason}"
    if loud:
        head = Text(
            "Кабинет | Создать | Изменить | Удалить | Без метки", "Cabinet | Create | Update | Delete | Unmarked"
        )
        yield from ("", f"| {head.say(lang)} |", "|---|---:|---:|---:|---:|")
    for part in loud:
        counts = [*count_actions(part.changes).values(), len(part.unmanaged)]
        cells = [f"~~{count}~~" if refusal(part) and count else str(count) for count in counts[:3]] + [str(counts[3])]
        yield f"| {_name(part, lang)} | {' | '.join(cells)} |"


def _name(part: Part, lang: Lang) -> str:
    if not isinstance(part, CabinetPlan):
        return _words(SHARED.say(lang))
    named, state = f"{_words(part.title)} {_code(part.cabinet)}", state_word(part)
    return f"{named}, {state.say(lang)}" if state else named


def _part(part: Part, view: View) -> Iterator[str]:
    yield from ("", f"<details><summary>{_name(part, view.lang)}</summary>", "")
    for change in part.changes:
        kind, key = _words(view.kind(change.ref)), _code(change.ref.key)
        title = _words(title_of(change.resource))
        mark = f"<code>{MARKS[change.action]}</code>"
        yield f"- {' '.join(filter(None, [mark, kind, key, title]))}: {_words(why(change, part, view.lang))}"
        if view.diff:
            yield from _diff(change, view.lang)
    for one in part.unmanaged if view.unmanaged else ():
        kind, key = _words(view.kind(one.ref)), _code(one.ref.key)
        wanted = f"{view.say(WANTED)}: {_words(one.spec['set'])}" if "set" in one.spec else view.say(UNMANAGED)
        yield f"- {' '.join(filter(None, ['<code>?</code>', kind, key, _words(title_of(one))]))}: {wanted}"
    yield from ("", "</details>")


def _diff(change: Change, lang: Lang) -> Iterator[str]:
    """The diff in a fence longer than any run of backticks in it, folded when long."""
    lines = diff_lines(change, lang)
    runs = (len(list(run)) for line in lines for char, run in groupby(line) if char == "`")
    fence = "`" * max(3, 1 + max(runs, default=0))
    block = ["", f"{fence}diff", *lines, fence, ""]
    if len(lines) > LONG_DIFF:
        count = Text(f"Различия, строк: {len(lines)}", f"Differences, lines: {len(lines)}").say(lang)
        block = ["", f"<details><summary>{count}</summary>", *block, "</details>", ""]
    yield from block


def _fitting(lines: Iterable[str], total: int, lang: Lang) -> str:
    """As many lines as fit, with what is open closed; `total` is the number of cabinets.

    Our fences and folds begin at a line's start, where foreign text never does: it is escaped, or it is a diff's line.
    """
    kept: list[str] = []
    closers: list[str] = []
    size = finished = 0
    for line in lines:
        inside = closers
        closers = _closers_after(line, closers)
        size += len(line) + 1
        if size + sum(len(closer) + 2 for closer in closers) > LIMIT - RESERVE:
            ends = [text for closer in reversed(inside) for text in (closer, "")]
            return "\n".join([*kept, "", *ends, _left_out(finished, total).say(lang)])
        kept.append(line)
        finished += bool(inside) and not closers
    return "\n".join(kept)


def _closers_after(line: str, closers: list[str]) -> list[str]:
    """The lines that close what is open after that line, innermost last."""
    if closers and line == closers[-1]:
        return closers[:-1]
    if line.startswith("<details>"):
        return [*closers, "</details>"]
    if line.startswith("```"):
        return [*closers, line.removesuffix("diff")]
    return closers


def _left_out(finished: int, total: int) -> Text:
    shown, how = f"{LIMIT:,}".replace(",", "\u00a0"), "<code>provision plan --diff</code>"
    return Text(
        f"**Показано не всё**, в комментарий входит {shown} знаков: целиком здесь {cabinets(finished).ru} из {total}. "
        f"Весь план покажет {how}.",
        f"**Not all is shown**, a comment holds {shown} characters: {cabinets(finished).en} of {total} are here in "
        f"full. {how} shows the whole plan.",
    )
