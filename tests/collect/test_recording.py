"""Recorded series: the rules keep the data contract, and vmalert makes of stored samples what they promise."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.collect import recording_lint
from provision.collect.recording import Rule, recording
from provision.stores import local
from provision.stores.collectors import vmalert
from provision.stores.contract import labels_by_metric
from tests.collect.product import until
from tests.collect.series import Series

HOUR, DAY = 3600, 86400
CABINET = "romashka"


@pytest.fixture
def series(tmp_path: Path) -> Iterator[Series]:
    """A store with vmalert at work on our rules, every second."""
    often = tmp_path / "rules.yml"
    often.write_text(re.sub(r"interval: \d+s", "interval: 1s", recording()), encoding="utf-8")
    with (
        local.victoria_metrics(tmp_path / "metrics") as metrics,
        vmalert(often, metrics, tmp_path / "vmalert.log"),
    ):
        yield Series(metrics)


def labels(host: str, manager: str = "ivanova", cabinet: str = CABINET, **more: str) -> dict[str, str]:
    return {"cabinet": cabinet, "client": host, "host": host, "manager": manager, **more}


def probe(series: Series, host: str, check: str, status: int, code: int | None = None) -> None:
    """A check's samples of the last minutes."""
    times = [time.time() - age for age in (120, 60, 1)]
    series.put("kodeks_check_status", labels(host, check=check), dict.fromkeys(times, status))
    if code is not None:
        series.put("kodeks_check_http_code", labels(host, check=check), dict.fromkeys(times, code))


def test_our_rules_keep_the_contract() -> None:
    """`provision lint` finds nothing in them."""
    assert list(recording_lint.lint()) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("kodeks_nothing", "max by (cabinet) (kodeks_online_up)", {}), "the contract has no such metric"),
        (Rule("kodeks_abnormal_state_code", "kodeks_online_up", {"status": "x"}), "the metric has no label status"),
        (Rule("kodeks_abnormal_state_code", "kodeks_nothing == 0", {}), "the query reads unknown kodeks_nothing"),
        (
            Rule("kodeks_abnormal_state_code", 'kodeks_online_up{check="tcp"}', {}),
            "kodeks_online_up has no label check",
        ),
        (Rule("kodeks_abnormal_state_code", "last_over_time(kodeks_online_up[1M])", {}), "ends the store"),
        (Rule("kodeks_abnormal_state_code", "sum by (", {}), "the query cannot be parsed"),
    ],
)
def test_a_rule_that_breaks_it_is_found(rule: Rule, said: str) -> None:
    """With its code, the rule's file and what is wrong."""
    (problem, *_) = recording_lint.breaches([rule], labels_by_metric())
    assert (problem.code, problem.file) == ("D33", "provision/collect/recording.py")
    assert said in problem.message.en


def test_states_are_distinguished(series: Series) -> None:
    """Each state from the checks that show it, with its HTTP code; an installation that is well gets none."""
    for host, tcp, page in (("well", 1, 200), ("down", 0, 0), ("busy", 1, 503), ("broken", 1, 500), ("stuck", 1, 0)):
        probe(series, host, "tcp", tcp)
        probe(series, host, "http200", int(page == 200), page)
    read_off = (("support", "need_support"), ("key", "no_key"), ("warning", "server_errors"), ("limit", "no_seats"))
    for check, _ in read_off:
        probe(series, "well", check, 1, 200)
        probe(series, f"lost {check}", check, 0, 200)
        probe(series, f"refused {check}", check, 0, 401)
    probe(series, "planned", "Maintenance", 0, 200)
    wanted = {
        ("down", "down"): 0,
        ("busy", "maintenance"): 503,
        ("planned", "maintenance"): 200,
        ("broken", "not_started"): 500,
        ("stuck", "not_started"): 0,
        **{(f"lost {check}", state): 200 for check, state in read_off},
    }

    def seen() -> dict[tuple[str, str], float]:
        return {(one["host"], one["state"]): value for one, value in series.ask("kodeks_abnormal_state_code")}

    until(lambda: seen() == wanted)
    for one, _ in series.ask("kodeks_abnormal_state_code"):
        assert one.keys() - {"__name__"} == labels_by_metric()["kodeks_abnormal_state_code"]
        assert one["cabinet"] == CABINET


def test_a_state_that_is_over_ends(series: Series) -> None:
    """The samples stop with the first check that passes again."""
    probe(series, "zavod", "tcp", 0)
    until(lambda: series.ask('kodeks_abnormal_state_code{state="down"}'))
    series.put("kodeks_check_status", labels("zavod", check="tcp"), {time.time(): 1})
    until(lambda: not series.ask('last_over_time(kodeks_abnormal_state_code{state="down"}[3s])'))


def test_requests_are_added_up_over_managers(series: Series) -> None:
    """60 and 30 days from the hourly reports: zeros are there, a change of manager makes nobody idle, nor a neighbour's
    user of the same name; a user who was deleted is not counted.
    """
    now = time.time()
    metric = "kodeks_user_db_requests_hour"

    def requests(user: str, samples: dict[float, float], manager: str = "ivanova", cabinet: str = CABINET) -> None:
        kept = {now - age: value for age, value in samples.items()}
        series.put(metric, labels("zavod", manager, cabinet, user=user, domain=""), kept)

    requests("busy", {40 * DAY: 7, 20 * DAY: 2, 600: 1})
    requests("idle", {40 * DAY: 3, 20 * DAY: 0, 600: 0})
    requests("moved", {20 * DAY: 5}, "petrov")
    requests("moved", {600: 0})
    requests("never", {600: 0})
    requests("gone", {40 * DAY: 9})
    requests("never", {600: 8}, cabinet="gorod")

    def recorded(cabinet: str) -> dict[str, float]:
        return series.by("user", f'kodeks_user_db_requests_60d{{cabinet="{cabinet}"}}')

    def zero(cabinet: str) -> list[float]:
        return [value for _, value in series.ask(f'kodeks_users_zero_requests_30d{{cabinet="{cabinet}"}}')]

    until(lambda: recorded(CABINET) == {"busy": 10, "idle": 3, "moved": 5, "never": 0})
    until(lambda: zero(CABINET) == [2])
    until(lambda: (recorded("gorod"), zero("gorod")) == ({"never": 8}, [0]))
    for name in ("kodeks_user_db_requests_60d", "kodeks_users_zero_requests_30d"):
        for one, _ in series.ask(name):
            assert one.keys() - {"__name__", "domain"} == labels_by_metric()[name] - {"domain"}
            assert one["manager"] == "ivanova"
