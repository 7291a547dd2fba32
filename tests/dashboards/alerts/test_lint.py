"""The linter of alert rules: each rule finds its breach, and nothing is found in what is right."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dashboards
from dashboards import alerts
from dashboards.lint import Contract
from dashboards.lint.alerts import RULES, lint_rules
from provision import config
from provision.kinds.alerting import rule_lint
from provision.stores.contract import columns_by_table, labels_by_metric, periods_by_metric
from tests.dashboards.boards import EVERYTHING

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]
CONTRACT = Contract(labels_by_metric(), columns_by_table(), periods_by_metric())
GROUPS = {group.name: (group.interval, group.rules) for group in alerts.rule_groups(EVERYTHING)}
UIDS = {dashboards.uid(slug) for slug in EVERYTHING.slugs}
PAGES = {rule["title"] for _, rules in GROUPS.values() for rule in rules}
_CHECK, _ROWS = "KodeksTcpStatus", "KodeksSearchIsEmpty"


def put(path: str, value: object, title: str = _CHECK) -> Callable[[dict[str, tuple[int, list[Json]]]], None]:
    """Sets what is there in the rule of that title; None removes it."""

    def change(groups: dict[str, tuple[int, list[Json]]]) -> None:
        place: Any = next(rule for _, rules in groups.values() for rule in rules if rule["title"] == title)
        *way, last = path.split(".")
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return change


def often(groups: dict[str, tuple[int, list[Json]]]) -> None:
    """Evaluates the group of checks every minute."""
    groups["smart-network"] = (60, groups["smart-network"][1])


def between(groups: dict[str, tuple[int, list[Json]]]) -> None:
    """An interval that the scheduler cannot keep."""
    groups["smart-network"] = (305, groups["smart-network"][1])


def twice(groups: dict[str, tuple[int, list[Json]]]) -> None:
    """One rule in two groups."""
    groups["smart-online"][1].append(groups["smart-network"][1][0])


_SQL = "data.0.model.rawSql"
_EXPR = "data.0.model.expr"
BREACHES: dict[str, tuple[str, Callable[[dict[str, tuple[int, list[Json]]]], None], str]] = {
    "the server's id": ("alert-form", put("id", 7), "лишний ключ"),
    "no uid": ("alert-form", put("isPaused", None), "нет ключа"),
    "keys not sorted": (
        "alert-form",
        put("labels", {"smart": "1", "priority": "K1", "severity": "info", "route": "usage"}),
        "не по алфавиту",
    ),
    "no duration": ("alert-form", put("for", "5 minutes"), "не длительность"),
    "alarm without data": ("alert-form", put("noDataState", "NoData"), "должно быть OK"),
    "alarm on an error": ("alert-form", put("execErrState", "Error"), "должно быть KeepLast"),
    "an odd interval": ("alert-form", between, "не кратен 10"),
    "no such condition": ("alert-form", put("condition", "Z"), "нет такого запроса"),
    "another data source": ("alert-sources", put("data.0.datasourceUid", "foreign"), "не из кабинета"),
    "two data sources": ("alert-sources", put("data.0.model.datasource", {"type": "prometheus", "uid": "x"}), "другой"),
    "SQL as series": ("alert-sources", put("data.0.model.format", "time_series", _ROWS), "не таблицей"),
    "PromQL that does not parse": ("alert-promql", put(_EXPR, "up =="), "не разобрать"),
    "an unknown metric": ("alert-promql", put(_EXPR, "kodeks_nothing > 0"), "нет метрики"),
    "an unknown label": ("alert-promql", put(_EXPR, 'kodeks_check_status{city="x"} > 0'), "нет метки city"),
    "the cabinet in PromQL": ("alert-promql", put(_EXPR, 'kodeks_check_status{cabinet="x"} > 0'), "кабинет"),
    "SQL that does not parse": ("alert-sql", put(_SQL, "SELECT FROM WHERE", _ROWS), "не разобрать"),
    "an unknown table": ("alert-sql", put(_SQL, "SELECT count(*) FROM core.nothing", _ROWS), "нет таблицы"),
    "the cabinet in SQL": ("alert-sql", put(_SQL, "SELECT count(cabinet) FROM core.clients", _ROWS), "cabinet"),
    "no mark": ("alert-labels", put("labels.smart", None), "не подходит"),
    "a Cyrillic К": ("alert-labels", put("labels.priority", "К1"), "не подходит"),
    "another severity": ("alert-labels", put("labels.severity", "warning"), "не подходит"),
    "another mailbox": ("alert-labels", put("labels.route", "all"), "не подходит"),
    "a name twice": ("alert-names", twice, "уже есть"),
    "a name with a space": ("alert-names", put("title", "Kodeks Tcp"), "имя не подходит"),
    "another uid": ("alert-names", put("uid", "smart-x"), "не по имени"),
    "no text": ("alert-texts", put("annotations.summary", None), "нет текста"),
    "a text in English": ("alert-texts", put("annotations.check", "Look there"), "нет текста"),
    "too often": ("alert-interval", often, "раз в 60 с"),
    "no page": ("alert-page", put("title", "KodeksUnknown"), "нет страницы"),
    "another page": ("alert-page", put("annotations.runbook_url", "https://x/Other.md"), "другая страница"),
    "a dashboard that is missing": ("alert-page", put("annotations.__dashboardUid__", "smart-x"), "нет дашборда"),
    "a panel without a dashboard": ("alert-page", put("annotations.__dashboardUid__", None), "панель без"),
}


def test_nothing_is_found_in_the_rules() -> None:
    """Every rule keeps the rules of the house."""
    assert list(lint_rules(GROUPS, UIDS, PAGES, CONTRACT)) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str) -> None:
    """By its rule, with words that describe it."""
    rule, change, words = BREACHES[breach]
    groups = {name: (interval, list(copy.deepcopy(rules))) for name, (interval, rules) in GROUPS.items()}
    change(groups)
    found = [one for one in lint_rules(groups, UIDS, PAGES, CONTRACT) if one.rule == rule]
    assert any(words in one.ru for one in found), found
    assert all(one.ru != one.en for one in found)


def test_every_rule_of_the_linter_has_a_breach_here() -> None:
    """No rule is untried, and each has a hint in both languages."""
    assert {rule for rule, _, _ in BREACHES.values()} == RULES.keys()
    assert all(ru != en for ru, en in RULES.values())


def test_the_command_finds_breaches_in_the_rules_of_cabinets() -> None:
    """A metric that the stores lack is a problem of `provision lint`, once for all cabinets; nothing else is."""
    cabinets = config.load(ROOT / "tenants.yaml").cabinets
    assert list(rule_lint.lint(cabinets)) == []
    metrics = dict(labels_by_metric())
    del metrics["kodeks_db_errors"]
    found = list(rule_lint.breaches(cabinets, Contract(metrics, columns_by_table(), periods_by_metric())))
    assert {(one.code, one.level, one.file) for one in found} == {("D26", "error", "dashboards/alerts")}
    assert len(found) == len({one.value for one in found}) == 6
    assert {code.code for code in rule_lint.codes()} == {f"D{number}" for number in range(24, 33)}
