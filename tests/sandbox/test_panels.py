"""Any JSON that calls itself a dashboard can be drawn, and migrated."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from provision.sandbox.migration import migrated
from provision.sandbox.panels import COLUMNS, count_panels, sections_of

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 50)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
GRID = st.fixed_dictionaries({key: st.integers(-3, 40) for key in "xywh"}) | ANYTHING
PANEL = st.fixed_dictionaries(
    {"type": st.sampled_from(["stat", "text", "timeseries"]) | ANYTHING, "gridPos": GRID},
    optional={"title": ANYTHING, "targets": ANYTHING, "options": ANYTHING, "links": ANYTHING, "datasource": ANYTHING},
)
ROW = st.fixed_dictionaries(
    {"type": st.just("row"), "gridPos": GRID, "panels": st.lists(PANEL, max_size=3) | ANYTHING},
    optional={"collapsed": st.booleans(), "title": st.text(max_size=5), "repeat": st.text(max_size=3)},
)
SPEC = st.fixed_dictionaries(
    {"panels": st.lists(PANEL | ROW, max_size=6) | ANYTHING},
    optional=dict.fromkeys(("annotations", "templating", "timepicker", "schemaVersion", "tags", "refresh"), ANYTHING),
)


@given(SPEC)
def test_every_panel_is_inside_the_grid(spec: dict[str, Any]) -> None:
    """Whatever its gridPos says."""
    for section in sections_of(spec):
        for box in section.boxes:
            assert box.x >= 1
            assert box.y >= 1
            assert box.width >= 1
            assert box.height >= 1
            assert box.x + box.width - 1 <= COLUMNS


@given(st.lists(PANEL.filter(lambda panel: panel["type"] != "row"), max_size=4), st.lists(ROW, max_size=4))
def test_no_panel_is_lost(panels: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Those outside rows and those inside collapsed ones, each once."""
    inside = [row["panels"] for row in rows if row.get("collapsed") and isinstance(row["panels"], list)]
    drawn = sum(isinstance(panel, dict) for held in inside for panel in held)
    assert count_panels({"panels": [*panels, *rows]}) == len(panels) + drawn


@given(SPEC)
def test_migrating_twice_is_migrating_once(spec: dict[str, Any]) -> None:
    """What is in canonical form stays as it is, and what was given is not changed."""
    before = repr(spec)
    once = migrated(spec)
    assert migrated(once) == once
    assert repr(spec) == before
    assert once["schemaVersion"] == 42
