"""PromQL and MetricsQL: what an expression reads, or why it cannot be understood.

The parser is that of Prometheus' own language. Of what VictoriaMetrics has more, we know functions (written as one of
PromQL that takes the same arguments), `timezone_offset`, `@ (expression)` and `sum(a, b)`, as well as `union(a, b)`;
then the expression is read again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser

_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`')
_DURATION = re.compile(r"\[([^\]]*)\]|\boffset\s+(-?\w+)")
# A function of MetricsQL -> one of PromQL with the same arguments.
_ROLLUPS = (
    *("ascent_over_time", "default_rollup", "descent_over_time", "distinct_over_time", "first_over_time"),
    *("geomean_over_time", "increase_pure", "integrate", "lag", "lifetime", "median_over_time", "mode_over_time"),
    *("range_over_time", "rate_over_sum", "scrape_interval", "sum2_over_time", "tfirst_over_time"),
    *("timestamp_with_name", "tlast_change_over_time", "tlast_over_time", "tmax_over_time", "tmin_over_time"),
)
_TRANSFORMS = (
    *("interpolate", "keep_last_value", "keep_next_value", "range_avg", "range_first", "range_last", "range_max"),
    *("range_median", "range_min", "range_sum", "remove_resets", "running_avg", "running_max", "running_min"),
    "running_sum",
)
_AGGREGATES = {
    **dict.fromkeys(("any", "distinct", "geomean", "median", "mode", "sum2", "union"), "max"),
    **dict.fromkeys(("bottomk_last", "bottomk_max", "bottomk_min", "topk_last", "topk_max", "topk_min"), "topk"),
}
_LIKE_PROMQL = {
    **dict.fromkeys(_ROLLUPS, "last_over_time"),
    **dict.fromkeys(_TRANSFORMS, "abs"),
    **_AGGREGATES,
    "label_set": "label_join",  # which needs no label to join
}
_METRICSQL = re.compile(rf"\b({'|'.join(_LIKE_PROMQL)})(?=\s*(?:\(|by\b|without\b))")
_AGGREGATE = re.compile(r"\b(?:sum|min|max|avg|count|group|stddev|stdvar)\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\(")
_ZONE = re.compile(r'\btimezone_offset\("\d+"\)')  # with its string numbered
_MOMENT = re.compile(r"\b(?:start|end)\(\)")
_COMPUTED_MOMENT = re.compile(r"@\s*\(")
_INSIDE = ("args", "expr", "lhs", "param", "rhs", "vector_selector")


@dataclass(frozen=True, slots=True)
class Read:
    """One selector: the metric and the labels it is narrowed by."""

    metric: str
    labels: frozenset[str]


def reads(expression: str) -> list[Read]:
    """What the expression selects. Raises ValueError with the parser's words where it is neither language."""
    try:
        return list(_selectors(promql_parser.parse(expression)))
    except ValueError as error:
        bare, kept = _without_strings(expression)
        plain = _ZONE.sub("vector(0)", _METRICSQL.sub(lambda m: _LIKE_PROMQL[m[1]], bare))
        like_promql, moments = _without_computed_moments(plain)
        like_promql = _aggregates_of_one(like_promql)
        if like_promql == bare:
            raise
        try:
            trees = [promql_parser.parse(_with_strings(one, kept)) for one in (like_promql, *moments)]
        except ValueError:
            raise error from None
        return [read for tree in trees for read in _selectors(tree)]


def capital_durations(expression: str) -> list[str]:
    """Durations with a capital letter: `1M` and the like end VictoriaMetrics 1.79.5."""
    bare = _STRINGS.sub('""', expression)
    found = [inner or offset for inner, offset in _DURATION.findall(bare)]
    return [one for one in found if re.search(r"\d[a-z]*[A-Z]", one)]


def _without_strings(text: str) -> tuple[str, list[str]]:
    """The text with its strings numbered, and those strings."""
    kept: list[str] = []

    def number(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f'"{len(kept) - 1}"'

    return _STRINGS.sub(number, text), kept


def _with_strings(text: str, kept: list[str]) -> str:
    return re.sub(r'"(\d+)"', lambda match: kept[int(match[1])], text)


def _without_computed_moments(text: str) -> tuple[str, list[str]]:
    """The text without MetricsQL's `@ (expression)`, and those expressions."""
    moments = []
    while match := _COMPUTED_MOMENT.search(text):
        end = _closing(text, match.end() - 1)
        moments.append(_MOMENT.sub("vector(time())", text[match.end() : end - 1]))
        text = text[: match.start()] + text[end:]
    return text, moments


def _aggregates_of_one(text: str) -> str:
    """MetricsQL's `sum(a, b)` as `sum((a) or (b))`."""
    start = 0
    while match := _AGGREGATE.search(text, start):
        start = match.end()
        end = _closing(text, start - 1)
        inside = _split(text[start : end - 1])
        if len(inside) > 1:
            text = text[:start] + " or ".join(f"({one})" for one in inside) + text[end - 1 :]
    return text


def _closing(text: str, opening: int) -> int:
    """The place behind the bracket that closes the one at `opening`; the end of the text where none does."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return place + 1
    return len(text)


def _split(text: str) -> list[str]:
    """The parts between commas that are in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _selectors(node: Any) -> Iterator[Read]:
    if isinstance(node, promql_parser.VectorSelector):
        matchers = node.matchers.matchers
        by_name = [one.value for one in matchers if one.name == "__name__"]
        labels = frozenset(one.name for one in matchers if one.name != "__name__")
        yield Read(node.name or next(iter(by_name), ""), labels)
    for attribute in _INSIDE:
        inner = getattr(node, attribute, None)
        for one in inner if isinstance(inner, list) else [inner]:
            if one is not None:
                yield from _selectors(one)
