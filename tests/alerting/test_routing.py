"""Which alert reaches which mailbox, decided as Alertmanager decides it: by the matchers of the routes."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.kinds.alerting import routing
from provision.model import Alerting, Cabinet, QuietHours
from tests.alerting.cabinets import make_cabinet

URL = "http://127.0.0.1:9"
DOWN = {"alertname": "KodeksTcpStatus", "route": "high_priority", "severity": "critical", "manager": "ivanova"}
EMPTY = {"alertname": "KodeksSearchIsEmpty", "route": "usage", "severity": "info", "manager": "ivanova"}
MASS = {"alertname": "KodeksTcpStatusCount", "route": "high_priority", "severity": "critical"}


def matches(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether all matchers of the route take the alert."""
    for label, operator, value in route.get("object_matchers", ()):
        given_value = labels.get(label, "")
        fits = given_value == value if operator in ("=", "!=") else re.fullmatch(value, given_value) is not None
        if fits == operator.startswith("!"):
            return False
    return True


def notified(cabinet: Cabinet, labels: Mapping[str, str], log_url: str = "") -> list[str]:
    """The receivers of an alert, each as often as it gets it. All children continue, so the order decides nothing."""
    policy = routing.policy(cabinet, log_url)
    assert policy is not None
    assert matches(policy, {**labels, "smart": "1"})
    assert all(child["continue"] for child in policy["routes"])
    return sorted(child["receiver"].removeprefix("smart-") for child in policy["routes"] if matches(child, labels))


def test_each_route_has_its_mailbox_and_the_manager_hears_of_his_own() -> None:
    cabinet = make_cabinet()
    assert notified(cabinet, DOWN) == ["ivanova@example.ru", "sos@example.ru"]
    assert notified(cabinet, EMPTY) == ["ivanova@example.ru", "usage@example.ru"]
    assert notified(cabinet, {**DOWN, "manager": "petrov"}) == ["petrov@example.ru", "sos@example.ru"]
    assert notified(cabinet, MASS) == ["sos@example.ru"]  # of the cabinet as a whole: of no manager


def test_a_client_with_two_managers_reaches_both() -> None:
    """Its data have each manager's name, and so have the alerts."""
    cabinet = make_cabinet()
    both = [notified(cabinet, {**DOWN, "manager": manager}) for manager in ("ivanova", "petrov")]
    assert [boxes[0] for boxes in both] == ["ivanova@example.ru", "petrov@example.ru"]


def test_one_mailbox_for_everything_hears_once() -> None:
    """Also when it is a manager's."""
    address = "Support@example.ru"
    cabinet = make_cabinet(
        mail={"high_priority": address, "usage": address.lower()}, managers=(("ivanova", "support@Example.ru"),)
    )
    for labels in (DOWN, EMPTY, MASS):
        assert notified(cabinet, labels) == ["support@example.ru"]
    (point,) = routing.contact_points(cabinet, "")
    assert point.settings["addresses"] == "support@example.ru"


def test_a_manager_whose_address_is_the_mailbox_for_high_priority() -> None:
    """All of that route, and of the other what concerns him."""
    cabinet = make_cabinet(managers=(("ivanova", "sos@example.ru"), ("petrov", "petrov@example.ru")))
    assert notified(cabinet, {**DOWN, "manager": "petrov"}) == ["petrov@example.ru", "sos@example.ru"]
    assert notified(cabinet, EMPTY) == ["sos@example.ru", "usage@example.ru"]
    assert notified(cabinet, {**EMPTY, "manager": "petrov"}) == ["petrov@example.ru", "usage@example.ru"]


def test_managers_of_one_address_share_one_route() -> None:
    """A name is taken literally: `i.anova` is not `ivanova`."""
    cabinet = make_cabinet(managers=(("i.anova", "team@example.ru"), ("petrov+1", "team@example.ru")))
    for manager in ("i.anova", "petrov+1"):
        assert notified(cabinet, {**DOWN, "manager": manager}) == ["sos@example.ru", "team@example.ru"]
    assert notified(cabinet, DOWN) == ["sos@example.ru"]


def test_heads_hear_of_what_is_important_where_they_should() -> None:
    assert notified(make_cabinet(alerting=Alerting(heads=True)), MASS) == ["orlova@example.ru", "sos@example.ru"]
    assert notified(make_cabinet(alerting=Alerting(heads=True)), EMPTY) == ["ivanova@example.ru", "usage@example.ru"]
    assert notified(make_cabinet(), MASS) == ["sos@example.ru"]


def test_telegram_gets_what_is_critical_and_not_the_count_of_it() -> None:
    cabinet = make_cabinet(telegram="-1001234567890", managers=())
    assert notified(cabinet, DOWN) == ["sos@example.ru", "telegram"]
    assert notified(cabinet, MASS) == ["sos@example.ru"]
    assert notified(cabinet, {**DOWN, "severity": "info"}) == ["sos@example.ru"]
    assert notified(cabinet, {**DOWN, "route": "usage"}) == ["telegram", "usage@example.ru"]
    assert "telegram" not in notified(cabinet, {**DOWN, "route": "operator"})
    assert notified(cabinet, EMPTY) == ["usage@example.ru"]


def test_the_log_gets_everything() -> None:
    cabinet = make_cabinet(managers=())
    assert notified(cabinet, EMPTY, URL) == ["log", "usage@example.ru"]
    assert notified(cabinet, {**DOWN, "route": "operator"}, URL) == ["log"]


def test_what_concerns_smart_itself_goes_to_the_operator_alone() -> None:
    cabinet = make_cabinet(alerting=Alerting(operator="ops@example.ru"))
    assert notified(cabinet, {**DOWN, "route": "operator"}) == ["ops@example.ru"]


def test_without_a_mailbox_of_the_operator_that_for_high_priority_hears_of_it() -> None:
    """No child takes such an alert, so it stays with our route; never with a manager's mailbox."""
    cabinet = make_cabinet()
    assert notified(cabinet, {**DOWN, "route": "operator"}) == []
    policy = routing.policy(cabinet, "")
    assert policy is not None
    assert policy["receiver"] == "smart-sos@example.ru"


def test_nobody_to_tell() -> None:
    assert routing.policy(make_cabinet(mail={}, managers=(), people=()), "") is None


def test_a_suspended_cabinet_tells_nobody() -> None:
    """Every route is muted at all times, the log's too."""
    policy = routing.policy(make_cabinet(state="suspended", telegram="-1001234567890"), URL)
    assert policy is not None
    routes = [policy, *policy["routes"]]
    assert {tuple(route["mute_time_intervals"]) for route in routes} == {("smart-suspended",)}


def test_quiet_hours_spare_the_mailbox_for_high_priority() -> None:
    """Maintenance spares nobody but the log."""
    alerting = Alerting(
        quiet_hours=(QuietHours("22:00", "08:00"),), maintenance=(("2026-12-30 20:00", "2026-12-31 06:00"),)
    )
    policy = routing.policy(make_cabinet(alerting=alerting, telegram="-1001234567890"), URL)
    assert policy is not None
    muted = {
        (route["receiver"], str(route.get("object_matchers", [["", "", ""]])[0][2])): route.get("mute_time_intervals")
        for route in policy["routes"]
    }
    both, maintenance = ["smart-quiet-hours", "smart-maintenance"], ["smart-maintenance"]
    assert muted == {
        ("smart-log", ""): None,
        ("smart-telegram", "critical"): both,
        ("smart-sos@example.ru", "high_priority"): maintenance,
        ("smart-usage@example.ru", "usage"): both,
        ("smart-ivanova@example.ru", "high_priority"): both,
        ("smart-ivanova@example.ru", "usage"): both,
        ("smart-petrov@example.ru", "high_priority"): both,
        ("smart-petrov@example.ru", "usage"): both,
    }


names = st.text("абвabc.+*?()|[]{}^$\\-_ ", min_size=1, max_size=8)
addresses = st.sampled_from(["a@x.ru", "A@X.ru", "b@x.ru", "c@x.ru"])


@given(
    managers=st.lists(st.tuples(names, addresses), max_size=5),
    mail=st.fixed_dictionaries({}, optional={"high_priority": addresses, "usage": addresses}),
    route=st.sampled_from(["high_priority", "usage"]),
    manager=names,
)
def test_a_mailbox_hears_of_an_alert_once_and_only_if_it_should(
    managers: list[tuple[str, str]], mail: dict[str, str], route: str, manager: str
) -> None:
    """Whatever addresses are the same, and whatever characters a name has."""
    cabinet = make_cabinet(managers=tuple(managers), mail=mail, people=())
    if routing.policy(cabinet, "") is None:
        assert not managers
        assert not mail
        return
    right = {address.lower() for name, address in managers if name == manager}
    right |= {mail[route].lower()} if route in mail else set()
    assert notified(cabinet, {"alertname": "A", "route": route, "manager": manager}) == sorted(right)


@pytest.mark.parametrize("telegram", ["", "-1001234567890"])
def test_every_receiver_of_a_route_is_a_contact_point(telegram: str) -> None:
    cabinet = make_cabinet(telegram=telegram, alerting=Alerting(heads=True, operator="ops@example.ru"))
    points = routing.contact_points(cabinet, URL)
    policy = routing.policy(cabinet, URL)
    assert policy is not None
    assert {point.name for point in points} == {route["receiver"] for route in policy["routes"]}
    assert len({point.uid for point in points}) == len(points)
    assert all(len(point.uid) <= 40 and re.fullmatch(r"smart-[a-z0-9-]+", point.uid) for point in points)
