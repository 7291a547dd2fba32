"""What a reader chooses is all that is shown, and how the queries are written; every answer is in test_ranges."""

import re
from datetime import timedelta

import pytest

import dashboards
from dashboards import Scope
from dashboards._today import NOBODY
from provision.stores.contract import METRICS
from tests.dashboards.conftest import Stores
from tests.dashboards.numbers import Labels
from tests.dashboards.reader import ALL, Choice, Json, panels, promql, sql, step, targets, time_range

SLUGS = dashboards.slugs()
RANGE = timedelta(days=30)
_METRIC = re.compile(r"\b((?:kodeks|kserver)_\w+)\b")
_READ = re.compile(r"(\w+)\{(?:\$\{[^}]*\}|[^}])*\}\[([^\]]+)\]")  # ${name:regex} has brackets of its own
_LOOK_BACK = {metric.name: metric.source.look_back for metric in METRICS}
_LAST_KNOWN = {"core.user_cards", "core.clients"}
# 30 days are added up by the hour, and an access is known for a day and a night.
_LONGER = {
    "kodeks_check_status": {"1h"},
    "kodeks_online_up": {"1h"},
    "kodeks_online_billing_left": {"26h"},
    "kodeks_licenses_used": {"$__interval"},
    "kserver_main_page": {"$__interval"},
    "kserver_product_control": {"$__interval"},
    "kodeks_user_activity_mtd": {"1d"},  # the last report of a day, a month ago
}
# What a reader may choose, dashboard by dashboard; each of them has data.
_CHOICES: dict[str, Choice] = {
    "all": ALL,
    "one host": {"host": ("203.0.113.5:80",)},
    "two hosts": {"host": ("203.0.113.5:80", "dc1.example:8080")},
    "a manager with an apostrophe": {"manager": ("o'neil",), "installation": ("dc1.example:8080",)},
    "one client": {"client": ("Фирма 3",), "login": ("login-7",)},
    "two managers": {"manager": ("petrova", "sidorov")},
    "what was found": {"status": ("success",), "searchtype": ("i",), "source": ("ksrv",)},
    "slow searches": {"threshold": ("2s",)},
    "warnings": {"response": ("warning",)},
    "two priorities": {"priority": ("K2", "K3")},
}


def _is_number(target: Json) -> bool:
    return bool(target["datasource"]["type"] == "prometheus")


@pytest.mark.parametrize("choice", _CHOICES)
@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_chosen_is_all_that_is_shown(slug: str, choice: str, scope: Scope, stores: Stores) -> None:
    """Whatever is chosen, every query is understood and no answer has another installation, client or manager."""
    spec = dashboards.render(slug, scope)
    now = stores.numbers.moment()
    chosen = {name: values for name, values in _CHOICES[choice].items() if name in _names(spec)}
    seen = 0
    for panel, target in targets(spec):
        if _is_number(target):
            every = [_by_variable(dict(labels)) for labels in _labels(panel, target, spec, chosen, stores)]
            found = [answer for answer in every if answer.get("manager") != NOBODY]  # a row that the panel drops
        else:
            times = time_range(panel, spec, now - RANGE, now)
            cursor = stores.rows.execute(sql(target["rawSql"], spec, chosen, *times).encode())
            titles = [column.name for column in cursor.description or ()]
            found = [_by_variable(dict(zip(titles, row, strict=True))) for row in cursor.fetchall()]
        seen += len(found)
        for name, values in chosen.items():
            for answer in found:
                assert answer.get(name, values[0]) in values, f"{panel['title']}: {answer}"
    assert seen, f"{slug} is empty when {choice} is chosen"


def _labels(panel: Json, target: Json, spec: Json, choice: Choice, stores: Stores) -> list[Labels]:
    expr = promql(target["expr"], spec, choice, step="6h")
    if target["instant"]:
        return [labels for labels, _ in stores.numbers.instant(expr, _end(panel, spec, stores))]
    found = stores.numbers.over_time(expr, seconds=int(RANGE.total_seconds()), step=6 * 3600)
    return [labels for labels, _ in found]


def _end(panel: Json, spec: Json, stores: Stores) -> float:
    """The unix seconds at which the panel asks for a figure."""
    now = stores.numbers.moment()
    return time_range(panel, spec, now - RANGE, now)[1].timestamp()


def _by_variable(answer: dict[str, object]) -> dict[str, object]:
    """The answer under the names of the variables that choose it."""
    called = {
        "user": ["user", "login"],
        "Клиент": ["client", "host"],
        "Логин": ["login", "user"],
        "Пользователь": ["login", "user"],
        "Менеджер": ["manager"],
        "Адрес": ["host"],  # where «Клиент» is the legal name
        "адрес": ["host"],
        "Пр-т": ["priority"],
        "Успех": ["status"],
        "Ответ сервера": ["response"],
        "Тип поиска": ["searchtype"],
    }
    return {name: value for title, value in answer.items() for name in called.get(title, [title])}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_variable_offers_values_within_what_is_chosen(slug: str, scope: Scope, stores: Stores) -> None:
    """A variable lists values; one that depends on others lists fewer when those are narrowed, and never none."""
    spec = dashboards.render(slug, scope)
    petrova: Choice = {"manager": ("petrova",)}
    for variable in spec["templating"]["list"]:
        if variable["type"] != "query":
            continue
        query = variable["definition"]
        everything = _offered(query, spec, ALL, stores)
        assert everything, f"{slug}: {query}"
        if "${manager:regex}" in query:
            narrowed = _offered(query, spec, petrova, stores)
            assert 0 < len(narrowed) <= len(everything), f"{slug}: {query}"
            if variable["name"] in ("host", "client", "legal"):
                assert len(narrowed) < len(everything), f"{slug}: {query}"


@pytest.mark.parametrize("slug", SLUGS)
def test_reads_look_back_as_far_as_their_source_reports(slug: str, scope: Scope) -> None:
    """Each metric is one of the contract, and is read with the look-back of its source.

    Or over a longer time: what is summed or compared over a step, and lists of last known values. `_mtd` restarts by
    itself: no rate and no increase. Capital letters in a duration end VictoriaMetrics 1.79.5.
    """
    for panel, target in targets(dashboards.render(slug, scope)):
        if not _is_number(target):
            continue
        expr, where = target["expr"], f"{slug}: {panel['title']}"
        assert set(_METRIC.findall(expr)) <= set(_LOOK_BACK), where
        assert not re.search(r"\b(rate|irate|increase|delta)\b", expr), where
        reads = _READ.findall(expr)
        assert len(reads) == len(_METRIC.findall(expr)), f"{where}: a metric is read without a look-back"
        for metric, window in reads:
            allowed = {_LOOK_BACK[metric]} | _LONGER.get(metric, set())
            if "timeShift" in panel and _LOOK_BACK[metric] == "2h":  # all of a month but its first day
                allowed |= {"27d", "29d", "30d"}
            if metric.endswith("_hour") or _LOOK_BACK[metric] == "10m":
                allowed |= {"24h", "$__interval"}
            if target.get("interval") == "1h":  # then no step is shorter than the time between two reports
                allowed |= {"$__interval"}
            if target["instant"]:
                allowed |= {"$__range"}
            assert window in allowed, f"{where}: {metric}[{window}]"
            assert window.startswith("$") or re.fullmatch(r"\d+[smhdw]", window), where


@pytest.mark.parametrize("slug", SLUGS)
def test_rows_are_read_by_name_and_without_the_cabinet(slug: str, scope: Scope) -> None:
    """Tables are named with their schema, columns by name; the cabinet, which no reader may read, is not among them.

    What grows with time is read for the time range alone; the last known state of each account and client is not long.
    """
    spec = dashboards.render(slug, scope)
    statements = [target["rawSql"] for _, target in targets(spec) if not _is_number(target)]
    offers = [one["definition"] for one in spec["templating"]["list"] if one["type"] == "query"]
    for statement in [*statements, *(one for one in offers if one.startswith("SELECT"))]:
        tables = set(re.findall(r"(?:FROM|JOIN) ([a-z]\S+)", statement)) - {"interval"}
        assert "*" not in statement.replace("count(*)", "")
        assert "cabinet" not in statement
        assert tables
        assert all(table.startswith("core.") for table in tables), tables
        assert "$__timeFilter(" in statement or "$__timeTo()" in statement or tables <= _LAST_KNOWN
        assert re.search(r"\bLIMIT \d+\b", statement)


def _names(spec: Json) -> set[str]:
    return {variable["name"] for variable in spec["templating"]["list"]}


def _offered(query: str, spec: Json, choice: Choice, stores: Stores) -> list[str]:
    """The values of a variable."""
    if not query.startswith("label_values("):
        now = stores.numbers.moment()
        return [str(row[-1]) for row in stores.rows.execute(sql(query, spec, choice, now - RANGE, now).encode())]
    match = re.fullmatch(r"label_values\((.+), (\w+)\)", promql(query, spec, choice))
    assert match, query
    return stores.numbers.values_of(match[2], match[1])


def test_the_emulated_grafana_finds_every_panel(scope: Scope) -> None:
    """Folded rows hide no panel from these tests."""
    spec = dashboards.render("billing-online-statistics", scope)
    assert 'Осталось "Поиск"' in [panel["title"] for panel in panels(spec) if panel["type"] == "timeseries"]


@pytest.mark.parametrize(
    ("days", "points", "shortest", "seconds"),
    [
        (1, 1500, "", 300),
        (1, 1500, "15m", 900),
        (7, 1500, "", 300),
        (30, 1500, "", 1800),
        (30, 750, "", 3600),
        (90, 1500, "1h", 3600),
        (396, 1500, "", 6 * 3600),
        (396, 750, "", 12 * 3600),
        (396, 250, "", 24 * 3600),
    ],
)
def test_the_emulated_grafana_rounds_steps(days: int, points: int, shortest: str, seconds: int) -> None:
    """The steps that Grafana 12.4 takes, by the width of the panel or by its largest number of points."""
    for panel in ({"gridPos": {"w": points * 24 // 1500}}, {"gridPos": {"w": 24}, "maxDataPoints": points}):
        assert step(timedelta(days=days), panel, {"interval": shortest}) == seconds
