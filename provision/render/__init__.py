"""The output formats: plans, outcomes and problems as text, JSON and Markdown. Strings are made, nothing is printed.

Plans and outcomes, which may be long, come in pieces that make the text when they are joined.

A new format is a function, its line in a table here, and its name in the `format_option` of a command. Every function
takes all the keywords of its table and ignores those that mean nothing to it. No text ends with a line break. Whatever
came from lists or servers is harmless on a terminal, and secrets are masked.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from provision.model import Problem
from provision.plan import Outcomes, Plan
from provision.render.as_json import outcome_json, plan_json
from provision.render.as_markdown import plan_markdown
from provision.render.as_text import outcome_text, plan_text
from provision.render.problems import problems_json, problems_summary, problems_text, worst_first
from provision.render.short import Length, length_of
from provision.render.words import KindNames
from provision.text import Lang

__all__ = [
    "OUTCOME_FORMATS",
    "PLAN_FORMATS",
    "PROBLEM_FORMATS",
    "Length",
    "length_of",
    "outcome_json",
    "outcome_text",
    "plan_json",
    "plan_markdown",
    "plan_text",
    "problems_json",
    "problems_summary",
    "problems_text",
    "worst_first",
]


class PlanFormat(Protocol):
    """`diff` shows what differs in full, `unmanaged` lists what does not have our mark, `kinds` names the kinds.

    `length` and `only` are for the eye (see plan_text): JSON is always complete.
    """

    def __call__(
        self,
        plan: Plan,
        /,
        *,
        lang: Lang,
        colour: bool,
        diff: bool,
        unmanaged: bool,
        kinds: KindNames,
        length: Length = "full",
        only: frozenset[str] = frozenset(),
    ) -> Iterator[str]: ...


class OutcomeFormat(Protocol):
    """`outcomes` may hold fewer cabinets than `plan`: the others were never begun."""

    def __call__(
        self, plan: Plan, outcomes: Outcomes, /, *, lang: Lang, colour: bool, kinds: KindNames
    ) -> Iterator[str]: ...


class ProblemFormat(Protocol):
    """`verbose` shows every problem by itself. `width` is where lines are wrapped, 0: nowhere."""

    def __call__(
        self, problems: Iterable[Problem], /, *, lang: Lang, colour: bool, verbose: bool, width: int = 0
    ) -> str: ...


PLAN_FORMATS: Mapping[str, PlanFormat] = {"text": plan_text, "json": plan_json, "markdown": plan_markdown}
OUTCOME_FORMATS: Mapping[str, OutcomeFormat] = {"text": outcome_text, "json": outcome_json}
PROBLEM_FORMATS: Mapping[str, ProblemFormat] = {"text": problems_text, "json": problems_json}
