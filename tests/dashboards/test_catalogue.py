"""What holds for every dashboard there is, and for every one that will be dropped in."""

import json
import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

import dashboards
from dashboards import Scope
from tests.dashboards.reader import ONE, Json, panels, targets

SLUGS = dashboards.slugs()
TYPES = {"alertlist", "barchart", "row", "stat", "state-timeline", "table", "text", "timeseries"}
SOURCES = [
    {"type": "prometheus", "uid": "smart-metrics"},
    {"type": "grafana-postgresql-datasource", "uid": "smart-events"},
]
_LINK = re.compile(r"/d/([\w-]+)")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def everything(slug: str, scope: Scope) -> Json:
    """The finished dashboard."""
    return dashboards.render(slug, scope)


def test_uids_are_ours_and_apart() -> None:
    """Every uid starts with the mark, fits Grafana's 40 characters and its letters, and is there once."""
    uids = [dashboards.uid(slug) for slug in SLUGS]
    assert len(set(uids)) == len(uids) > 3
    assert all(re.fullmatch(r"smart-[a-z0-9-]{1,34}", uid) for uid in uids)


def test_an_unknown_dashboard_is_refused(scope: Scope) -> None:
    """A slug without a file is an error that names it, and private modules are no dashboards."""
    for slug in ("no-such", "-panels", "alerts"):
        with pytest.raises(KeyError, match=slug):
            dashboards.render(slug, scope)


def test_titles_are_apart(scope: Scope) -> None:
    """Two dashboards of one title in a folder are refused by Grafana 9."""
    titles = [everything(slug, scope)["title"] for slug in SLUGS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("slug", SLUGS)
def test_data_needed_is_said(slug: str) -> None:
    """A dashboard says whose data it shows, so that a cabinet without such clients does not get it."""
    needed = dashboards.needs(slug)
    assert needed
    assert set(needed) <= {"installations", "online"}
    if "online" in slug:
        assert needed == ("online",)


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_is_explained_to_a_reader(slug: str, scope: Scope) -> None:
    """The dashboard and every panel but rows have a title and a Russian description; charts and tables have a unit."""
    spec = everything(slug, scope)
    assert spec["title"]
    assert _CYRILLIC.search(spec["description"])
    for panel in panels(spec):
        assert panel["title"], panel["id"]
        if panel["type"] == "row":
            continue
        assert len(_CYRILLIC.findall(panel["description"])) > 40, panel["title"]
        assert "  " not in panel["description"], panel["title"]
        assert not re.search(r"[.!?]\S*[.!?]{2}| [.,;:]", panel["description"]), panel["title"]
        if panel["type"] not in ("alertlist", "text"):
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@pytest.mark.parametrize("slug", SLUGS)
def test_ids_and_places_are_apart(slug: str, scope: Scope) -> None:
    """No two panels share an id; none leaves the 24 columns or lies on another that is seen at the same time."""
    spec = everything(slug, scope)
    ids = [panel["id"] for panel in panels(spec)]
    assert len(set(ids)) == len(ids)
    assert all(0 < one < 2**31 for one in ids)
    groups = [spec["panels"], *(panel["panels"] for panel in spec["panels"] if panel["type"] == "row")]
    for group in groups:
        for panel in group:
            place = panel["gridPos"]
            assert place["x"] in range(25 - place["w"]), panel["title"]
        for one, other in combinations(group, 2):
            assert not _overlap(one["gridPos"], other["gridPos"]), f"{one['title']} / {other['title']}"


def _overlap(one: Json, other: Json) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return bool(across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


@pytest.mark.parametrize("slug", SLUGS)
def test_only_our_sources_and_known_kinds_of_panel(slug: str, scope: Scope) -> None:
    """Panels, queries and variables name one of the two data sources in full; a panel's queries use its own, or both.

    Where they use both, the panel names Grafana's mixed source.
    """
    spec = everything(slug, scope)
    for panel in panels(spec):
        assert panel["type"] in TYPES
        if panel["type"] not in ("alertlist", "row", "text"):
            found = [target["datasource"] for target in panel["targets"]]
            assert all(source in SOURCES for source in found), panel["title"]
            both = any(source != found[0] for source in found)
            assert panel["datasource"] == ({"type": "datasource", "uid": "-- Mixed --"} if both else found[0])
    for variable in spec["templating"]["list"]:
        assert variable["type"] != "query" or variable["datasource"] in SOURCES


@pytest.mark.parametrize("slug", SLUGS)
def test_variables_take_several_values_or_all(slug: str, scope: Scope) -> None:
    """Each variable is a choice of several or All, opens on All, has a label, and is used by some query.

    But a threshold is one of a few values, a sheet is of exactly one installation or client, and `today` is of one
    manager or all.
    """
    spec = everything(slug, scope)
    queries = json.dumps([target for _, target in targets(spec)], ensure_ascii=False)
    for variable in spec["templating"]["list"]:
        if variable["name"] == "threshold":
            assert variable["current"]["value"] in variable["query"].split(",")
            assert "${threshold" in queries
            continue
        if variable["name"] in ONE:
            assert not variable["multi"]
            assert not variable["includeAll"]
            assert variable["current"] == {}
            assert variable["label"].lower() == "клиент"
            assert f"${{{variable['name']}:regex}}" in queries
            continue
        assert variable["multi"] is (slug != "today")
        assert variable["includeAll"]
        assert variable["allValue"] == ".*"
        assert slug == "today" or variable["current"] == {"text": ["All"], "value": ["$__all"]}
        assert variable["label"]
        assert re.search(rf"\$\{{?{variable['name']}\b", queries), f"{variable['name']} chooses nothing"


@pytest.mark.parametrize("slug", SLUGS)
def test_no_variable_waits_for_itself(slug: str, scope: Scope) -> None:
    """Variables narrow one another without a circle: Grafana would wait for ever."""
    waiting = {
        variable["name"]: set(re.findall(r"\$\{(\w+)", variable["definition"]))
        for variable in everything(slug, scope)["templating"]["list"]
        if variable["type"] == "query"
    }
    while ready := {name for name, needed in waiting.items() if not needed & waiting.keys()}:
        waiting = {name: needed for name, needed in waiting.items() if name not in ready}
    assert not waiting


@pytest.mark.parametrize("slug", SLUGS)
def test_links_lead_to_dashboards_of_the_cabinet_alone(slug: str, scope: Scope) -> None:
    """Nothing leads to a dashboard that the cabinet does not get, nor out of Grafana."""
    for given in ((), (slug,), SLUGS):
        spec = json.dumps(everything(slug, replace(scope, slugs=given)))
        allowed = {dashboards.uid(one) for one in given}
        assert set(_LINK.findall(spec)) <= allowed
        assert "http" not in re.sub(r"http200|HTTP", "", spec)


@pytest.mark.parametrize(
    ("slug", "target", "chosen"),
    [
        ("kodeks-server-metrics", "kodeks-analytics", "host"),
        ("kodeks-analytics", "for-managers", "host"),
        ("for-managers", "kodeks-analytics", "host"),
        ("for-managers", "prolongation", "installation"),
        ("for-managers", "quarterly-analytics", "installation"),
        ("prolongation", "for-managers", "host"),
        ("quarterly-analytics", "kodeks-analytics", "host"),
        ("active-directory", "for-managers", "host"),
        ("active-directory", "for-managers", "domain"),
        ("kassist-analytics", "for-managers", "host"),
        ("smart-status", "kodeks-server-metrics", "host"),
        ("server-availability", "kodeks-server-metrics", "host"),
        ("disk-space", "kodeks-server-metrics", "host"),
        ("kodeks-server-metrics", "disk-space", "host"),
        ("billing-online-analytics", "billing-online-statistics", "manager"),
        ("billing-online-statistics", "billing-online-prolongation", "firm"),
        ("billing-online-statistics", "server-availability-online", "server"),
        ("billing-online-prolongation", "billing-online-statistics", "client"),
    ],
)
def test_overviews_lead_to_details(slug: str, target: str, chosen: str, scope: Scope) -> None:
    """Links are really there, keep the time range and name the thing that was clicked, or that is chosen."""
    found = re.findall(rf'"url": "(/d/{dashboards.uid(target)}\?[^"]*)', json.dumps(everything(slug, scope)))
    assert found
    assert all("${__url_time_range}" in url and f"var-{chosen}=${{" in url for url in found)


@pytest.mark.parametrize("slug", SLUGS)
def test_links_fill_variables_and_read_columns_that_are_there(slug: str, scope: Scope) -> None:
    """What a link chooses can be chosen on the dashboard it leads to, and comes from a column of its own table."""
    names = {
        dashboards.uid(one): {variable["name"] for variable in everything(one, scope)["templating"]["list"]}
        for one in SLUGS
    }
    for panel in panels(everything(slug, scope)):
        for url in _urls(panel):
            uid = url.removeprefix("/d/").partition("?")[0]
            assert set(re.findall(r"&var-(\w+)=", url)) <= names[uid], f"{panel['title']}: {url}"
            assert set(re.findall(r'__data\.fields\["(.+?)"\]', url)) <= _columns(panel), f"{panel['title']}: {url}"


def _urls(value: object) -> list[str]:
    """Every link inside."""
    if isinstance(value, dict):
        own = [str(value["url"])] if str(value.get("url", "")).startswith("/d/") else []
        return own + [url for one in value.values() for url in _urls(one)]
    return [url for one in value for url in _urls(one)] if isinstance(value, list) else []


def _columns(panel: Json) -> set[str]:
    """The titles of a table's columns."""
    for one in panel.get("transformations", []):
        if one["id"] == "organize":
            options = one["options"]
            return {options["renameByName"].get(field, field) for field in options["indexByName"]}
    return set(re.findall(r'AS "(.+?)"', panel["targets"][0].get("rawSql", "")))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_table_fits_a_screen_of_1600_pixels(slug: str, scope: Scope) -> None:
    """All its columns are seen beside Grafana's menu of 300 pixels; a column without a width has its smallest one."""
    for panel in panels(everything(slug, scope)):
        if panel["type"] != "table":
            continue
        widths = {
            override["matcher"]["options"]: one["value"]
            for override in panel["fieldConfig"]["overrides"]
            for one in override["properties"]
            if one["id"] == "custom.width"
        }
        smallest = panel["fieldConfig"]["defaults"]["custom"]["minWidth"]
        room = (1600 - 300 - 32) * panel["gridPos"]["w"] // 24 - 20  # less what frames and gaps take
        assert sum(widths.get(title, smallest) for title in _columns(panel)) <= room, panel["title"]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_menu_leads_to_all_dashboards_of_the_cabinet(slug: str, scope: Scope) -> None:
    """Every dashboard has the tag and a menu of all that have it, which keeps the variables and the time range."""
    spec = everything(slug, scope)
    (menu,) = spec["links"]
    assert menu["type"] == "dashboards"
    assert menu["tags"] == spec["tags"] == ["smart"]
    assert menu["includeVars"]
    assert menu["keepTime"]


@pytest.mark.parametrize("slug", SLUGS)
def test_equal_scopes_give_the_same_bytes(slug: str, scope: Scope) -> None:
    """Rendering has no chance in it, and depends on the values of the scope alone."""
    again = replace(scope, slugs=tuple(scope.slugs))
    assert hash(again) == hash(scope)
    assert json.dumps(everything(slug, scope)) == json.dumps(everything(slug, again))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_scope_reaches_the_dashboard(slug: str, scope: Scope) -> None:
    """Time zone and first day of the week are the cabinet's."""
    other = replace(scope, timezone="Asia/Vladivostok", week_start="sunday")
    spec = everything(slug, other)
    assert spec["timezone"] == "Asia/Vladivostok"
    assert spec["weekStart"] == "sunday"
    assert "Europe/Samara" not in json.dumps(spec)


def test_dates_are_written_as_in_the_language(scope: Scope) -> None:
    """Days are written as 31.12.2026 in Russian, as 2026-12-31 elsewhere."""
    russian, english = (
        json.dumps(everything("for-managers", replace(scope, language=language))) for language in ("ru-RU", "en-US")
    )
    assert "time:DD.MM.YYYY" in russian
    assert "time:YYYY-MM-DD" in english
    assert "DD.MM.YYYY" not in english


@pytest.mark.parametrize("slug", SLUGS)
def test_panels_are_in_reading_order(slug: str, scope: Scope) -> None:
    """Top to bottom, left to right: the order in which the server keeps them."""
    for one, other in pairwise(everything(slug, scope)["panels"]):
        assert (one["gridPos"]["y"], one["gridPos"]["x"]) < (other["gridPos"]["y"], other["gridPos"]["x"])


@pytest.mark.parametrize("slug", SLUGS)
def test_it_says_which_file_it_comes_from(slug: str) -> None:
    """The origin is the file to open when a dashboard is to be changed."""
    assert dashboards.origin(slug) == f"dashboards/{slug.replace('-', '_')}.py"
