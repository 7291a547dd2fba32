"""Settings of all levels as one, and estates in several files."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provision import config
from provision.config.tenants import BUILT_IN, merge
from provision.model import EventsStore, MetricsStore
from tests.config.estates import (
    HEAD,
    STORES,
    TODAY,
    cabinet,
    check,
    distributor,
    estate,
    installations,
    reported,
    write,
)

LISTS = {
    f"lists/{name}_manager_20261103.csv": installations((name.title(), name, f"{name}@example.ru"))
    for name in ("volga", "ural", "don")
}

values = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2))
layers = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), values, max_size=3),
    lambda below: st.dictionaries(st.sampled_from("abcd"), values | below, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(layers, layers, layers)
def test_merging_does_not_depend_on_the_order_of_work(
    one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]
) -> None:
    """Levels may be added up from either end, as long as no level turns a section into something else."""
    flat = [{key: value for key, value in layer.items() if not isinstance(value, dict)} for layer in (one, two, three)]

    assert merge(merge(*flat[:2]), flat[2]) == merge(flat[0], merge(*flat[1:])) == merge(*flat)


@settings(deadline=None)
@given(layers)
def test_an_empty_level_changes_nothing(layer: dict[str, Any]) -> None:
    """An empty level before or after, or the same one again, leaves all as it is."""
    assert merge({}, layer) == merge(layer, {}) == merge(layer, layer) == layer


@settings(deadline=None)
@given(layers, layers)
def test_the_later_level_wins_key_by_key(below: dict[str, Any], above: dict[str, Any]) -> None:
    """Each key has the later level's value; where both have sections, that holds inside them."""
    merged = merge(below, above)

    assert merged.keys() == below.keys() | above.keys()
    for key, value in merged.items():
        if key not in above:
            assert value == below[key]
        elif isinstance(above[key], dict) and isinstance(below.get(key), dict):
            assert value == merge(below[key], above[key])
        else:
            assert value == above[key]


def test_the_level_next_to_the_cabinet_wins(tmp_path: Path) -> None:
    """defaults < kind < distributor < cabinet, and what none of them says is built in."""
    head = STORES + (
        "defaults: {timezone: Europe/Samara, language: en-US, folder: D, generation: 2, week_start: sunday}\n"
        "profiles: {branch: {timezone: Asia/Omsk, language: kk-KZ, folder: K, generation: 3}, company: {}}\n"
    )
    block = distributor(
        "aa",
        cabinet("volga", "timezone: Asia/Tomsk"),
        cabinet("ural"),
        more="    timezone: Asia/Chita\n    folder: A\n",
    )
    other = distributor("bb", cabinet("don").replace("branch", "company"))
    found = check(tmp_path, {"tenants.yaml": estate(block, other, head=head), **LISTS})

    assert [(c.timezone, c.language, c.folder, c.generation, c.week_start) for c in found.cabinets] == [
        ("Asia/Tomsk", "kk-KZ", "A", 3, "sunday"),
        ("Asia/Chita", "kk-KZ", "A", 3, "sunday"),
        ("Europe/Samara", "en-US", "D", 2, "sunday"),
    ]
    assert {(c.home, c.dashboards) for c in found.cabinets} == {(BUILT_IN["home"], ("*",))}


def test_mailboxes_are_merged_and_lists_of_dashboards_replaced(tmp_path: Path) -> None:
    """A cabinet may change one mailbox; its `dashboards` replace those of the profile."""
    head = (
        STORES
        + "defaults: {mail: {usage: all@example.ru}}\n"
        + "profiles: {branch: {dashboards: ['billing-*'], home: for-managers}}\n"
    )
    block = cabinet("volga", "dashboards: [for-managers]").replace("usage: usage@volga.example.ru", "")
    found = check(tmp_path, {"tenants.yaml": estate(distributor("aa", block), head=head), **LISTS})

    (volga,) = found.cabinets
    assert volga.mail == {"usage": "all@example.ru", "high_priority": "sos@volga.example.ru"}
    assert volga.dashboards == ("for-managers",)


def test_a_cabinet_knows_its_stores_its_company_and_its_line(tmp_path: Path) -> None:
    """What is one for the whole estate comes with every cabinet; `origin` is the line of its id."""
    (volga,) = check(tmp_path, {"tenants.yaml": estate(distributor("aa", cabinet("volga"))), **LISTS}).cabinets

    assert volga.metrics == MetricsStore("http://127.0.0.1:8427")
    assert volga.events == EventsStore("127.0.0.1:5432", "verify-full", "SMART_EVENTS_ADMIN")
    assert (volga.distributor, volga.profile, volga.title, len(volga.installations)) == ("aa", "branch", "volga", 1)
    assert volga.origin == f"{tmp_path}/tenants.yaml:9"


def test_rows_of_a_distributor_or_a_cabinet_may_be_on_another_server(tmp_path: Path) -> None:
    """The cabinet's server wins over the distributor's, that over the common one; both keys are required."""
    north = "    stores: {events: {address: 'north:5432', administrator: SMART_EVENTS_ADMIN_NORTH, sslmode: require}}\n"
    own = "stores: {events: {address: 'own:5432', administrator: SMART_EVENTS_ADMIN_OWN}}"
    blocks = distributor("aa", cabinet("volga"), cabinet("ural", own), more=north), distributor("bb", cabinet("don"))
    found = {one.id: one.events for one in check(tmp_path, {"tenants.yaml": estate(*blocks), **LISTS}).cabinets}

    assert found == {
        "volga": EventsStore("north:5432", "require", "SMART_EVENTS_ADMIN_NORTH"),
        "ural": EventsStore("own:5432", "require", "SMART_EVENTS_ADMIN_OWN"),
        "don": EventsStore("127.0.0.1:5432"),
    }
    lacking = distributor("aa", cabinet("volga", "stores: {events: {address: 'own:5432'}}"))
    assert "administrator" in str(check(tmp_path, {"tenants.yaml": estate(lacking), **LISTS}).problems)


INCLUDE = f"include: ['estate/*/*.yaml']\n{HEAD}"


def part(*cabinets: str, name: str = "aa") -> str:
    return estate(distributor(name, *cabinets), head="")


def test_included_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Distributors of the file itself come first, then those of each included one, whose lists lie beside it."""
    files = {
        "tenants.yaml": INCLUDE + f"distributors:\n{distributor('cc', cabinet('don'))}",
        "estate/b/b.yaml": part(cabinet("volga"), name="bb"),
        "estate/a/a.yaml": part(cabinet("ural")),
        "estate/a/lists/ural_manager_20261103.csv": LISTS["lists/ural_manager_20261103.csv"],
        "estate/b/lists/volga_manager_20261103.csv": LISTS["lists/volga_manager_20261103.csv"],
        **LISTS,
    }
    found = check(tmp_path, files)

    assert found.problems == ()
    assert [(c.id, c.origin) for c in found.cabinets] == [
        ("don", f"{tmp_path}/tenants.yaml:10"),
        ("ural", f"{tmp_path}/estate/a/a.yaml:5"),
        ("volga", f"{tmp_path}/estate/b/b.yaml:5"),
    ]


def test_mistakes_of_included_files_are_reported_in_them(tmp_path: Path) -> None:
    """Names are taken across all files; every mistake has the name and line of the file it is in."""
    files = {
        "tenants.yaml": INCLUDE,
        "estate/a/a.yaml": part(cabinet("volga")),
        "estate/b/b.yaml": part(cabinet("volga").replace("title: volga", "title: VOLGA")),
        "estate/b/c.yaml": "profiles: {branch: {}}\ndistributors: {}\n",
        "estate/b/d.yaml": "distributors: {dd",
        "estate/b/e.yaml": "include: [x.yaml]\n" + part(cabinet("don", "timezone: Omsk"), name="ee"),
    }

    assert reported(check(tmp_path, files).problems, tmp_path) == [
        "estate/b/b.yaml:2:3 Y06",
        "estate/b/b.yaml:5:7 Y06",
        "estate/b/b.yaml:5:39 Y06",
        "estate/b/c.yaml:1:1 Y07",
        "estate/b/c.yaml:2:15 Y02",
        "estate/b/d.yaml:2:1 Y01",
        "estate/b/e.yaml:1:1 Y07",
        "estate/b/e.yaml:6:177 Y05",
    ]


def test_a_pattern_without_a_file_is_reported_at_its_place(tmp_path: Path) -> None:
    """An include that finds nothing would quietly lose cabinets, so it is an error."""
    files = {"tenants.yaml": "include: ['estate/*.yaml', a.yaml]\n" + HEAD, "a.yaml": part(cabinet("volga"))}

    assert reported(check(tmp_path, files).problems, tmp_path) == ["tenants.yaml:1:11 Y07"]


def test_a_file_that_two_patterns_find_is_read_once(tmp_path: Path) -> None:
    """Overlapping patterns, and one that finds tenants.yaml itself, do no harm."""
    files = {"tenants.yaml": "include: ['*.yaml', a.yaml]\n" + HEAD, "a.yaml": part(cabinet("volga")), **LISTS}
    found = check(tmp_path, files)

    assert ([each.id for each in found.cabinets], found.problems) == (["volga"], ())


def test_a_pattern_may_be_absolute(tmp_path: Path) -> None:
    """A path from the root is taken as it is."""
    files = {"tenants.yaml": f"include: ['{tmp_path}/e/a.yaml']\n{HEAD}", "e/a.yaml": part(cabinet("volga"))}
    path = write(tmp_path, files | {f"e/{name}": text for name, text in LISTS.items()})

    assert [each.origin for each in config.load(path, today=TODAY).cabinets] == [f"{tmp_path}/e/a.yaml:5"]
