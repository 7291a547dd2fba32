"""The finishing pass: one form for every panel, the one that the server keeps."""

import json
from typing import Any
from zlib import crc32

import pytest
from grafanalib.core import Dashboard, Panel
from hypothesis import assume, given
from hypothesis import strategies as st

import dashboards
from dashboards import Scope
from dashboards._finish import REFRESHES, finish, number
from dashboards._layout import board
from dashboards._panels import FEW, text
from tests.dashboards.boards import every_kind
from tests.dashboards.reader import Json, panels, targets

SLUGS = dashboards.slugs()
_KEYS = {
    *("annotations", "description", "editable", "fiscalYearStartMonth", "graphTooltip", "links", "panels", "refresh"),
    *("schemaVersion", "tags", "templating", "time", "timepicker", "timezone", "title", "weekStart"),
}
_PANEL_KEYS = {
    *(
        "collapsed",
        "datasource",
        "description",
        "fieldConfig",
        "gridPos",
        "hideTimeOverride",
        "id",
        "interval",
        "links",
    ),
    *("maxDataPoints", "options", "panels", "targets", "timeShift", "title", "transformations", "transparent", "type"),
}


def specs(scope: Scope) -> list[Json]:
    """All that the pass is tried on: every dashboard, and one with a panel of each kind."""
    return [*(dashboards.render(slug, scope) for slug in SLUGS), finish(every_kind(), scope)]


def walk(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every value inside, with the way to it."""
    if isinstance(value, dict):
        inside = [pair for key, one in value.items() for pair in walk(one, f"{path}/{key}")]
    elif isinstance(value, list):
        inside = [pair for one in value for pair in walk(one, f"{path}/*")]
    else:
        inside = []
    return [(path, value), *inside]


def test_no_nulls_and_sorted_keys(scope: Scope) -> None:
    """The server drops nulls; sorted keys make equal dashboards equal bytes; whole numbers have no point."""
    for spec in specs(scope):
        for path, value in walk(spec):
            assert value is not None, path
            assert not (isinstance(value, float) and value.is_integer()), path
            if isinstance(value, dict):
                assert list(value) == sorted(value), path


def test_known_keys_alone(scope: Scope) -> None:
    """Neither grafanalib's leftovers of older Grafanas nor what the server makes itself."""
    for spec in specs(scope):
        assert set(spec) == _KEYS
        assert spec["schemaVersion"] == 42
        for panel in panels(spec):
            assert set(panel) <= _PANEL_KEYS, panel["title"]
            if panel["type"] == "row":
                assert set(panel) == {"collapsed", "gridPos", "id", "panels", "title", "type"}


def test_defaults_of_the_server_are_left_out(scope: Scope) -> None:
    """What the server would drop is not sent: empty lists and options, a field configuration that says nothing."""
    for spec in specs(scope):
        assert '"title": ""' not in json.dumps(spec)
        for panel in panels(spec):
            for key in ("hideTimeOverride", "links", "options", "targets", "transformations", "transparent"):
                assert panel.get(key, "something"), f"{panel['title']}: {key}"
            assert panel.get("fieldConfig") != {"defaults": {}, "overrides": []}
            assert "overrides" in panel.get("fieldConfig", {"overrides": []})
            assert panel["gridPos"] != {"h": 3, "w": 6, "x": 0, "y": 0}  # the server would drop the place


def test_legends_say_whether_they_are_shown(scope: Scope) -> None:
    """Without showLegend the server adds it (schema version 37)."""
    for spec in specs(scope):
        for panel in panels(spec):
            assert panel.get("options", {}).get("legend", {"showLegend": True})["showLegend"] is True


def test_queries_are_named_in_order(scope: Scope) -> None:
    """A, B, C … in each panel; those over time say range, those at the end say instant."""
    for spec in specs(scope):
        for panel in panels(spec):
            names = [target["refId"] for target in panel.get("targets", [])]
            assert names == [chr(ord("A") + index) for index in range(len(names))]
        for _, target in targets(spec):
            if "expr" in target:
                assert target["range"] is not target["instant"]
                assert "intervalFactor" not in target


def test_as_many_points_as_the_panel_is_wide(scope: Scope) -> None:
    """grafanalib's 100 points a panel are gone; bars and charts of many lines have limits, sheets many."""
    for spec in specs(scope):
        for panel in panels(spec):
            points = {10_000} if "timeShift" in panel else {None, FEW} if panel["type"] == "timeseries" else {None}
            assert panel["type"] == "barchart" or panel.get("maxDataPoints") in points, panel["title"]


def test_thresholds_begin_at_minus_infinity(scope: Scope) -> None:
    """The first step has no value, as the server stores it, and the others grow."""
    found = 0
    for spec in specs(scope):
        for path, value in walk(spec):
            if path.endswith(("thresholds/steps", "/value/steps")):
                found += 1
                first, *others = value
                assert set(first) == {"color"}
                assert [step["value"] for step in others] == sorted(step["value"] for step in others)
    assert found > 20


def test_an_id_comes_from_the_key_alone(scope: Scope) -> None:
    """A new panel, above or inside a row, leaves all other ids as they were."""
    old = {panel["title"]: panel["id"] for panel in panels(finish(every_kind(), scope))}
    grown = every_kind()
    new = text("new", "Новый", "Текст.", "слово")
    with_new = Dashboard(
        title=grown.title,
        panels=[new, *grown.panels],
        refresh="",
        time=grown.time,
        templating=grown.templating,
    )
    again = {panel["title"]: panel["id"] for panel in panels(finish(with_new, scope))}
    assert {**again, **old} == again
    assert len(again) == len(old) + 1


@given(st.sets(st.text(), max_size=40), st.text())
def test_ids_are_apart_and_stay(keys: set[str], new: str) -> None:
    """Whatever the keys, ids are apart; one more key that meets no other in one number changes none of them."""
    together = keys | {new}
    assume(len({number([key])[key] for key in together}) == len(together))
    ids = number(keys)
    assert len(set(ids.values())) == len(keys)
    grown = number(together)
    assert {key: grown[key] for key in keys} == ids


def test_keys_that_meet_in_one_number_are_distinguished() -> None:
    """The earlier in the alphabet keeps the number whatever the order, the later moves on."""
    first, second = _meeting()
    alone = number([first])[first]
    assert number([second])[second] == alone
    together = number([second, first])
    assert together == number([first, second])
    assert together[min(first, second)] == alone
    assert together[max(first, second)] != alone


def _meeting() -> tuple[str, str]:
    """Two keys from which the same panel id is made."""
    seen: dict[int, str] = {}
    for count in range(100_000):
        key = f"panel-{count}"
        found = crc32(key.encode()) % 999_999
        if found in seen:
            return seen[found], key
        seen[found] = key
    raise AssertionError("no two keys meet")


def test_a_key_twice_is_refused(scope: Scope) -> None:
    """Two panels of one key would swap ids with the order of the file."""
    twice: list[Panel] = [text("same", "Раз", "Текст.", "раз"), text("same", "Два", "Текст.", "два")]
    with pytest.raises(ValueError, match="'same'"):
        finish(board("Т", "О", *twice, since="now-1h"), scope)


@pytest.mark.parametrize("refresh", ["5s", "10s", "59s", "1s", "0"])
def test_a_hasty_refresh_is_refused(refresh: str, scope: Scope) -> None:
    """Hundreds of cabinets ask the same stores: once a minute is the fastest."""
    with pytest.raises(ValueError, match=refresh):
        finish(board("Т", "О", since="now-1h", refresh=refresh), scope)


def test_the_picker_offers_no_hasty_refresh(scope: Scope) -> None:
    """Nor can a reader choose one."""
    for spec in specs(scope):
        assert spec["timepicker"] == {"refresh_intervals": REFRESHES}
        assert spec["refresh"] in ("", *REFRESHES)
        assert REFRESHES[0] == "1m"
