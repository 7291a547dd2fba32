"""What the linter says and what it may know: Finding, Contract; and ways through a dashboard's JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule; `where` is the panel's title, with the query's letter behind it, or a path."""

    rule: str
    where: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What the stores hold: metric -> its labels, table of schema `core` -> the columns a reader may read.

    `periods`: metric -> seconds between two samples.
    """

    metrics: Mapping[str, frozenset[str]]
    tables: Mapping[str, frozenset[str]]
    periods: Mapping[str, int] = field(default_factory=dict)


def panels(spec: Json) -> Iterator[Json]:
    """Every panel, those inside folded rows too, rows included."""
    for panel in spec.get("panels", ()):
        yield panel
        yield from panel.get("panels", ())


def named(panel: Json, target: Json | None = None) -> str:
    """The place as a reader of the dashboard knows it."""
    title = panel.get("title") or f"id {panel.get('id')}"
    return f"«{title}» {target.get('refId', '?')}" if target else f"«{title}»"


def values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside, with the way to it."""
    yield path, value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from values(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from values(one, f"{path}[{index}]")
