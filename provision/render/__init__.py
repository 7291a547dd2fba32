"""The output formats: plans, outcomes and problems as text, JSON and Markdown. Strings are made, nothing is printed.

Plans and outcomes, which may be long, come in pieces that make the text when they are joined.

A new format is a function, its line in a table here, and its name in the `format_option` of a command. No text ends
with a line break. Whatever came from lists or servers is harmless on a terminal, and secrets are masked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from provision.model import Problem
from provision.plan import Outcomes, Plan
from provision.render.as_json import outcome_json, plan_json
from provision.render.as_markdown import plan_markdown
from provision.render.as_text import outcome_text, plan_text
from provision.render.problems import problems_json, problems_summary, problems_text, worst_first
from provision.render.short import length_of
from provision.render.view import View
from provision.text import Lang

__all__ = [
    "OUTCOME_FORMATS",
    "PLAN_FORMATS",
    "PROBLEM_FORMATS",
    "View",
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


# `outcomes` may hold fewer cabinets than the plan: the others were never begun.
PlanFormat = Callable[[Plan, View], Iterator[str]]
OutcomeFormat = Callable[[Plan, Outcomes, View], Iterator[str]]


class ProblemFormat(Protocol):
    """`verbose` shows every problem by itself. `width` is where lines are wrapped, 0: nowhere."""

    def __call__(
        self, problems: Iterable[Problem], /, *, lang: Lang, colour: bool, verbose: bool, width: int = 0
    ) -> str: ...


PLAN_FORMATS: Mapping[str, PlanFormat] = {"text": plan_text, "json": plan_json, "markdown": plan_markdown}
OUTCOME_FORMATS: Mapping[str, OutcomeFormat] = {"text": outcome_text, "json": outcome_json}
PROBLEM_FORMATS: Mapping[str, ProblemFormat] = {"text": problems_text, "json": problems_json}
