"""What the run of the pictures says: requests, time, and what is wrong."""

import dashboards
from pictures.report import MAY_BE_EMPTY, SHEETS, Seen, table
from tests.dashboards.boards import EVERYTHING
from tests.dashboards.reader import panels


def seen(slug: str, *, errors: tuple[str, ...] = (), empty: tuple[str, ...] = ()) -> Seen:
    """A dashboard that was seen."""
    return Seen(slug=slug, role="head", requests=4, seconds=1.26, errors=errors, empty=empty)


def test_an_error_and_an_empty_panel_are_faults() -> None:
    """A panel that may be empty on sample data is none."""
    disk, states = "Разделы с менее чем 10Gb свободного места", "Статусы on-line проверок"
    assert seen("kodeks-server-metrics", empty=(disk,)).faults == []
    assert seen("kodeks-server-metrics", empty=(states,)).faults == [f"empty: «{states}»"]
    assert seen("user-cards", errors=("500 /api/ds/query",)).faults == ["500 /api/ds/query"]


def test_each_dashboard_is_a_line_of_the_table() -> None:
    """With its requests, seconds and faults."""
    text = table([seen("today"), seen("user-cards", errors=("500 /api/ds/query",))])
    assert text.splitlines()[2:] == [
        "| today | head | 4 | 1.3 | – |",
        "| user-cards | head | 4 | 1.3 | 500 /api/ds/query |",
    ]


def test_what_may_be_empty_is_there() -> None:
    """Each name is that of a panel of its dashboard, each sheet a dashboard."""
    assert set(SHEETS) <= set(dashboards.slugs())
    for slug, titles in MAY_BE_EMPTY.items():
        assert titles <= {panel["title"] for panel in panels(dashboards.render(slug, EVERYTHING))}, slug
