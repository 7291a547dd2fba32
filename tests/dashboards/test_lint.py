"""The linter: each rule finds its breach and nothing else, and finds nothing in what is right."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dashboards
from dashboards import Scope
from dashboards.lint import RULES, Contract, lint, promql, sql
from provision import config
from provision.kinds import dashboard_lint as kind
from provision.model import Cabinet
from provision.stores.contract import columns_by_table, labels_by_metric
from tests.dashboards.boards import EVERYTHING

Json = dict[str, Any]
ROOT = Path(__file__).parent.parent.parent
SLUGS = dashboards.slugs()
CONTRACT = Contract(labels_by_metric(), columns_by_table())
_BASE = "for-managers"  # numbers, rows, links, several queries in a panel
_ROWS = "billing-online-statistics"  # folded rows and texts
_SQL = 'SELECT client AS "Клиент" FROM core.clients LIMIT 9'


def findings(slug: str, change: Callable[[Json], object], slugs: tuple[str, ...] = SLUGS) -> set[tuple[str, str, str]]:
    """Rule, place and Russian words of what is found after the change."""
    spec = copy.deepcopy(dashboards.render(slug, EVERYTHING))
    change(spec)
    return {(one.rule, one.where, one.ru) for one in lint(slug, spec, slugs, CONTRACT)}


def asks(expr: str) -> Callable[[Json], None]:
    """Puts PromQL in the place of a panel's."""

    def change(spec: Json) -> None:
        spec["panels"][2]["targets"][0]["expr"] = expr

    return change


def selects(statement: str) -> Callable[[Json], None]:
    """Puts SQL in the place of a table's."""

    def change(spec: Json) -> None:
        spec["panels"][1]["targets"][0]["rawSql"] = statement

    return change


def put(path: str, value: object) -> Callable[[Json], None]:
    """Sets the value at that path: `panels.0.id`."""

    def change(spec: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            spec = spec[int(step)] if isinstance(spec, list) else spec[step]
        spec[int(last) if isinstance(spec, list) else last] = value

    return change


def drop(path: str) -> Callable[[Json], None]:
    """Removes the value at that path."""

    def change(spec: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            spec = spec[int(step)] if isinstance(spec, list) else spec[step]
        del spec[last]

    return change


def mix_in_a_stranger(spec: Json) -> None:
    """A panel of mixed sources, one of which is not the cabinet's."""
    panel = spec["panels"][2]
    panel["datasource"] = {"type": "datasource", "uid": "-- Mixed --"}
    panel["targets"][0]["datasource"] = {"type": "prometheus", "uid": "other"}


def renumber(spec: Json) -> None:
    """Numbers the panels by their place."""
    for number, panel in enumerate(spec["panels"], 1):
        panel["id"] = number


def turn_around(spec: Json) -> None:
    """Keys from Z to A."""
    first = spec["panels"][0]
    spec["panels"][0] = {key: first[key] for key in sorted(first, reverse=True)}


_NEW_VARIABLE = {"name": "city", "query": "a,b", "type": "custom"}
# What is wrong -> the rule, the change, words of the finding.
BREACHES: dict[str, tuple[str, Callable[[Json], object], str]] = {
    "the server's id": ("canonical-form", put("id", 7), "лишний ключ"),
    "a null": ("canonical-form", put("panels.0.options", {"a": None}), "пустое значение"),
    "an old schema": ("canonical-form", put("schemaVersion", 12), "должна быть 42"),
    "keys not sorted": ("canonical-form", turn_around, "не по алфавиту"),
    "a whole number with a point": ("canonical-form", put("panels.2.fieldConfig.defaults.min", 1.0), "с точкой"),
    "a key of an older Grafana": ("canonical-form", put("panels.2.span", 6), "лишний ключ"),
    "no time range": ("canonical-form", drop("time"), "нет ключа"),
    "an empty list": ("canonical-form", put("panels.2.links", []), "пусто"),
    "an id twice": ("panel-ids", put("panels.0.id", 628731), "уже у"),
    "an id of no use": ("panel-ids", put("panels.0.id", "7"), "не подходит"),
    "ids by place": ("panel-ids", renumber, "по порядку"),
    "a query's name twice": ("ref-ids", put("panels.12.targets.1.refId", "A"), "['A', 'A', 'C']"),
    "another data source": ("data-sources", put("templating.list.0.datasource", {"uid": "x"}), "не из кабинета"),
    "a data source by name": ("data-sources", put("panels.2.datasource", "Prometheus"), "не из кабинета"),
    "a query elsewhere": (
        "data-sources",
        put("panels.0.targets.0.datasource", {"type": "prometheus", "uid": "other"}),
        "не тот, что у панели",
    ),
    "a stranger in a mixed panel": ("data-sources", mix_in_a_stranger, "не из кабинета"),
    "a strange panel": ("panel-types", put("panels.2.type", "piechart"), "не из списка"),
    "no unit": ("units", drop("panels.2.fieldConfig.defaults.unit"), "нет единицы"),
    "no description": ("descriptions", drop("panels.2.description"), "нет описания"),
    "an English description": ("descriptions", put("panels.2.description", "Age of files " * 9), "нет описания"),
    "a silent dashboard": ("descriptions", put("description", ""), "у дашборда нет описания"),
    "a chart without a title": ("descriptions", drop("panels.3.title"), "нет заголовка"),
    "a hasty refresh": ("refresh", put("refresh", "30s"), "30s чаще"),
    "a hasty choice": ("refresh", put("timepicker.refresh_intervals", ["10s", "1m"]), "10s чаще"),
    "a refresh that is none": ("refresh", put("refresh", "soon"), "soon чаще"),
    "Grafana's own refreshes": ("refresh", put("timepicker", {}), "нет списка обновлений"),
    "an unused variable": ("variables", lambda spec: spec["templating"]["list"].append(_NEW_VARIABLE), "не читает"),
    "an unknown variable": ("variables", asks("last_over_time(kodeks_licenses_used{host=~`$city`}[2h])"), "$city"),
    "a bracket too few": ("promql", asks("max(last_over_time(kodeks_licenses_used[2h])"), "не разобрать"),
    "a read without a range": ("promql", asks("last_over_time(kodeks_licenses_used)"), "не разобрать"),
    "an unknown function": ("promql", asks("newest_over_time(kodeks_licenses_used[2h])"), "не разобрать"),
    "a month in capitals": ("promql", asks("kodeks_licenses_used offset 1M"), "1M"),
    "a capital range": ("promql", asks("max_over_time(kodeks_licenses_used[1D:1h])"), "1D:1h"),
    "an unknown metric": ("promql", asks("last_over_time(kodeks_licences_used[2h])"), "нет метрики"),
    "an unknown label": ("promql", asks('last_over_time(kodeks_licenses_used{domain="a"}[2h])'), "нет метки domain"),
    "a cabinet in PromQL": ("promql", asks('last_over_time(kodeks_licenses_used{cabinet="a"}[2h])'), "кабинет"),
    "SQL that is none": ("sql", selects("SELECT client FORM core.clients"), "не разобрать"),
    "two statements": ("sql", selects(f"{_SQL}; {_SQL}"), "2 statements"),
    "a write": ("sql", selects("DELETE FROM core.clients"), "один SELECT"),
    "a write in a WITH": (
        "sql",
        selects("WITH gone AS (DELETE FROM core.clients RETURNING client) SELECT client FROM gone"),
        "один SELECT",
    ),
    "an asterisk": ("sql", selects("SELECT * FROM core.clients LIMIT 9"), "звёздочка"),
    "a table's asterisk": ("sql", selects("SELECT c.* FROM core.clients AS c LIMIT 9"), "звёздочка"),
    "the column cabinet": ("sql", selects("SELECT cabinet FROM core.clients LIMIT 9"), "столбец cabinet"),
    "a condition on the cabinet": ("sql", selects(f"{_SQL[:-8]} WHERE cabinet = 'a' LIMIT 9"), "столбец cabinet"),
    "a table without its schema": ("sql", selects(_SQL.replace("core.", "")), "без схемы"),
    "an unknown table": ("sql", selects(_SQL.replace("clients", "firms")), "нет таблицы core.firms"),
    "an unknown column": ("sql", selects(_SQL.replace("SELECT client", "SELECT firm")), "нет столбца firm"),
    "an unknown macro": ("sql", selects(f"{_SQL[:-8]} WHERE $__timefilter(active_from) LIMIT 9"), "unknown macro"),
    "a link to another cabinet's": (
        "links",
        put("panels.2.fieldConfig.defaults.links", [{"title": "а", "url": "/d/smart-secret?x"}]),
        "нет дашборда smart-secret",
    ),
    "a link to the outside": (
        "links",
        put("panels.2.fieldConfig.defaults.links", [{"title": "а", "url": "https://example.com/d"}]),
        "наружу: https://example.com/d",
    ),
    "a link to a setting": (
        "links",
        put("panels.2.fieldConfig.defaults.links", [{"title": "а", "url": "/admin/users"}]),
        "не на дашборд",
    ),
    "a menu of everything": ("links", put("links.0.tags", ["all"]), "меню"),
    "a firm": ("names", put("panels.0.title", "Клиенты ООО «Ромашка»"), "ООО «Ромашка»"),
}


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_right_has_no_findings(slug: str) -> None:
    """Every dashboard of the catalogue keeps every rule, also one that is alone in its cabinet."""
    assert lint(slug, dashboards.render(slug, EVERYTHING), SLUGS, CONTRACT) == []
    alone = replace(EVERYTHING, slugs=(slug,))
    assert lint(slug, dashboards.render(slug, alone), [slug], CONTRACT) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found_by_its_rule_alone(breach: str) -> None:
    """One thing wrong is one finding, or several of one rule, in words that name it."""
    rule, change, words = BREACHES[breach]
    found = findings(_BASE, change)
    assert {one for one, _, _ in found} == {rule}, found
    assert any(words in ru for _, _, ru in found), found


def test_every_rule_is_breached_here() -> None:
    """A case here breaks each rule; each has a hint in both languages and a code of its own."""
    assert {rule for rule, _, _ in BREACHES.values()} == set(RULES) == set(kind._CODES)
    assert len(set(kind._CODES.values())) == len(RULES)
    assert all(ru and en and ru != en for ru, en in RULES.values())


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("promql", lambda spec: put("expr", "max(")(_inner(spec)["targets"][0])),
        ("units", lambda spec: _inner(spec)["fieldConfig"]["defaults"].pop("unit")),
        ("links", put("panels.6.options.content", "[дальше](http://example.com)")),
        ("links", put("panels.6.options.content", "[дальше](/d/smart-secret)")),
    ],
)
def test_folded_rows_and_texts_are_looked_into(rule: str, change: Callable[[Json], object]) -> None:
    """What is hidden when the dashboard opens is linted all the same, and so are links in a text."""
    assert {one for one, _, _ in findings(_ROWS, change)} == {rule}


def _inner(spec: Json) -> Json:
    """The first panel of the first folded row."""
    inner: Json = next(panel for panel in spec["panels"] if panel["type"] == "row" and panel["panels"])["panels"][0]
    return inner


def test_variables_are_linted_as_queries_are() -> None:
    """A choice asks the stores too."""
    assert {one for one, _, _ in findings(_BASE, put("templating.list.0.definition", "label_values(a, b)"))} == {
        "promql"
    }
    assert {one for one, _, _ in findings("search-queries", put("templating.list.2.definition", "SELECT a"))} >= {"sql"}


def test_a_finding_names_its_place() -> None:
    """The panel's title and the query's letter."""
    ((rule, where, _),) = findings(_BASE, asks("last_over_time(kodeks_licences_used[2h])"))
    assert (rule, where) == ("promql", "«Сколько часов назад обновились файлы в OperUp» A")


def test_names_given_are_nowhere() -> None:
    """As whole words, in any case; what is part of a longer word is another word."""
    spec = dashboards.render(_BASE, EVERYTHING) | {"description": "Кабинет Рога и копыта, для всех, заволгой."}
    found = lint(_BASE, spec, SLUGS, CONTRACT, names=["рога и КОПЫТА", "волга", ""])
    assert [(one.rule, one.where) for one in found] == [("names", "description")]


def test_links_are_judged_by_what_the_cabinet_has() -> None:
    """A dashboard rendered for a cabinet with everything leads too far in a smaller one."""
    found = lint(_BASE, dashboards.render(_BASE, EVERYTHING), ["kodeks-analytics"], CONTRACT)
    assert {one.rule for one in found} == {"links"}
    assert not any("smart-kodeks-analytics" in one.en for one in found)


def test_without_the_contract_names_are_not_compared() -> None:
    """Then any metric and any table of the schema will do; what parses is still looked at."""
    spec = copy.deepcopy(dashboards.render(_BASE, EVERYTHING))
    asks("last_over_time(kodeks_licences_used[2h])")(spec)
    selects(_SQL.replace("clients", "firms"))(spec)
    assert lint(_BASE, spec, SLUGS) == []
    asks("last_over_time(kodeks_licences_used)")(spec)
    assert [one.rule for one in lint(_BASE, spec, SLUGS)] == ["promql"]


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("tlast_over_time(a[1h])", ["a"]),
        ('max by (host) (tlast_over_time(a{b="tlast_over_time(c)"}[1h]))', ["a"]),
        ("sum(max_over_time(a[1h:]), b, c) by (host)", ["a", "b", "c"]),
        ("max_over_time(a[30d] @ (end() - 86400 * days_in_month(end())))", ["a"]),
        ("topk_max(3, a)", ["a"]),
        ('{__name__="a"} / on (host) b', ["a", "b"]),
        ("(a - -b) > bool 1 or vector(0)", ["a", "b"]),
        ("max_over_time(rate(a[5m])[1h:5m]) + quantile(0.9, b)", ["a", "b"]),
    ],
)
def test_both_languages_are_understood(expression: str, metrics: list[str]) -> None:
    """PromQL, and what we use of MetricsQL beyond it."""
    assert sorted(read.metric for read in promql.reads(expression)) == metrics


@pytest.mark.parametrize(
    "expression",
    ["", "a b", "sum(a, )", "tlast_over_time(a)", "max_over_time(a[1h] @ (end() - ))", "a{b=c}", "sum(a by (b)", "@ ("],
)
def test_what_is_neither_language_is_refused(expression: str) -> None:
    """Also where the beginning looks like MetricsQL."""
    with pytest.raises(ValueError, match=r"\w"):
        promql.reads(expression)


@given(st.text("abmx(){}[],@\"'` 0123hM$_+", max_size=40))
def test_no_expression_ends_the_linter(text: str) -> None:
    """Whatever is written is understood or refused."""
    promql.capital_durations(text)
    try:
        promql.reads(text)
    except ValueError:
        return


@given(st.text("abct.(){}*,;$\"'_ 0123=-/", max_size=40))
def test_no_statement_ends_the_linter(text: str) -> None:
    """Whatever is written is understood or refused."""
    try:
        sql.read(f"SELECT {text}")
    except ValueError:
        return


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_no_dashboard_ends_the_linter(data: st.DataObject) -> None:
    """Whatever key is missing, there are findings and no exception."""
    spec = json.loads(json.dumps(dashboards.render(_ROWS, EVERYTHING)))
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = spec
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or data.draw(st.integers(0, 4)) == 0:
                del place[key]
                break
            place = place[key]
    assert isinstance(lint(_ROWS, spec, SLUGS, CONTRACT), list)


def cabinet(title: str, **what: Any) -> Cabinet:
    """A cabinet of the estate as shipped, under that title, with installations and online accesses."""
    shipped = config.load(ROOT / "tenants.yaml").cabinets[0]
    said: dict[str, Any] = {"dashboards": ("*",), "timezone": "Europe/Samara"}
    return replace(shipped, title=title, **(said | what))


def test_the_dashboards_of_cabinets_are_linted_once(scope: Scope) -> None:
    """Cabinets of equal scope share their findings; one that is named in a dashboard is found."""
    stores = {"metrics": labels_by_metric(), "tables": columns_by_table()}
    fine = [cabinet("Рога и копыта, Волга"), cabinet("Рога и копыта, Урал", accesses=())]
    assert list(kind.lint(fine, **stores)) == []
    assert list(kind.lint([], **stores)) == []
    words = dashboards.render("kodeks-analytics", scope)["description"]
    named = [cabinet(words), cabinet(words, timezone="Asia/Yekaterinburg")]
    (problem,) = kind.lint(named, **stores)
    assert (problem.code, problem.level, problem.file) == ("D23", "error", "dashboards/kodeks_analytics.py")
    assert problem.value == "description"
    missing = dict(labels_by_metric())
    del missing["kodeks_db_errors"]
    (problem,) = kind.lint(fine, metrics=missing, tables=stores["tables"])
    assert (problem.code, problem.file) == ("D20", "dashboards/db_errors.py")


def test_other_commands_do_not_load_the_linter() -> None:
    """Neither of its parsers is there when the program starts, nor when dashboards are rendered."""
    code = (
        "import sys, provision.cli, provision.applying, dashboards\n"
        "from tests.dashboards.boards import EVERYTHING\n"
        "dashboards.render('for-managers', EVERYTHING)\n"
        "print(sorted({'sqlglot', 'promql_parser', 'dashboards.lint'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
