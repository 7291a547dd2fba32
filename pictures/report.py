"""What was seen of the dashboards: a table, and what of it is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Panels that may be empty on sample data: nothing of the kind happened there. Elsewhere an empty panel is a fault.
MAY_BE_EMPTY: Mapping[str, frozenset[str]] = {
    "today": frozenset(
        (
            "Не отвечают сейчас",
            "Лицензия кончается",
            "Заняты все места",
            "Отчёты перестали приходить",
            "Активность упала вдвое",
            "Квота ниже 15 %",
        )
    ),
    "kodeks-server-metrics": frozenset(("Разделы с менее чем 10Gb свободного места",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One dashboard as one person saw it; `seconds` from the address to the last answer of a data source."""

    slug: str
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
    lines = ["| dashboard | requests | seconds | wrong |", "|---|---:|---:|---|"]
    lines += [f"| {one.slug} | {one.requests} | {one.seconds:.1f} | {'; '.join(one.faults) or '–'} |" for one in seen]
    return "\n".join(lines) + "\n"
