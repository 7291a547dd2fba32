"""What was seen of the dashboards: a table, and what of it is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Panels that may be empty on sample data: nothing of the kind happened there. Elsewhere an empty panel is a fault.
# The lists of `today` say so in words of their own.
MAY_BE_EMPTY: Mapping[str, frozenset[str]] = {
    "billing-online-statistics": frozenset(("Проблемы с получением статистики",)),
    "kodeks-server-metrics": frozenset(("Разделы с менее чем 10Gb свободного места",)),
}
SHEETS = ("prolongation", "quarterly-analytics", "billing-online-prolongation")  # printed on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One dashboard as one person saw it; `seconds` from the address to the last answer of a data source."""

    slug: str
    role: str = ""
    requests: int
    seconds: float
    errors: Sequence[str]
    empty: Sequence[str]

    @property
    def faults(self) -> list[str]:
        """What should not be."""
        expected = MAY_BE_EMPTY.get(self.slug, frozenset())
        return [*self.errors, *(f"empty: «{title}»" for title in self.empty if title not in expected)]


def table(seen: Sequence[Seen]) -> str:
    """A table in Markdown, a line a dashboard."""
    lines = ["| dashboard | as | requests | seconds | wrong |", "|---|---|---:|---:|---|"]
    for one in seen:
        cells = (one.slug, one.role, str(one.requests), f"{one.seconds:.1f}", "; ".join(one.faults) or "–")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
