"""Places on the grid of 24 columns, and the dashboard around the panels."""

from collections.abc import Sequence
from dataclasses import dataclass

import attr
from grafanalib.core import Dashboard, GridPos, Panel, RowPanel, Template, Templating, Time

COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Row:
    """A titled group of panels, folded or not when the dashboard opens."""

    key: str
    title: str
    panels: Sequence[Panel]
    collapsed: bool


def row(key: str, title: str, *panels: Panel, collapsed: bool = False) -> Row:
    """A group of panels under a title that folds and unfolds them."""
    return Row(key, title, panels, collapsed)


def board(
    title: str,
    description: str,
    *content: Panel | Row,
    variables: Sequence[Template] = (),
    since: str,
    until: str = "now",
    refresh: str = "",
) -> Dashboard:
    """A dashboard of those panels in reading order; `since` and `until` are the time range it opens with."""
    return Dashboard(
        title=title,
        description=description,
        panels=_place(content),
        templating=Templating(list=list(variables)),
        time=Time(since, until),
        refresh=refresh,
    )


def _place(content: Sequence[Panel | Row]) -> list[Panel]:
    placed: list[Panel] = []
    top = 0
    loose: list[Panel] = []
    for item in [*content, None]:
        if isinstance(item, Row) or item is None:
            flowed, top = _flow(loose, top)
            placed += flowed
            loose = []
        if isinstance(item, Row):
            inside, below = _flow(item.panels, top + 1)
            head = GridPos(h=1, w=COLUMNS, x=0, y=top)
            nested = inside if item.collapsed else []
            placed.append(
                RowPanel(id=item.key, title=item.title, collapsed=item.collapsed, panels=nested, gridPos=head)
            )
            placed += [] if item.collapsed else inside
            top = top + 1 if item.collapsed else below
        elif item is not None:
            loose.append(item)
    return placed


def _flow(panels: Sequence[Panel], top: int) -> tuple[list[Panel], int]:
    """The panels from left to right, a new line where one does not fit; and the first free line below."""
    placed, x, y, line = [], 0, top, 0
    for panel in panels:
        width, height = panel.gridPos.w, panel.gridPos.h
        if x + width > COLUMNS:
            x, y, line = 0, y + line, 0
        placed.append(attr.evolve(panel, gridPos=GridPos(h=height, w=width, x=x, y=y)))
        x, line = x + width, max(line, height)
    return placed, y + line
