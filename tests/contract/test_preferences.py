"""Org preferences."""

from typing import Any

import pytest

from tests.contract.caller import Caller
from tests.contract.conftest import MakeUser

PATH = "/api/org/preferences"
ALL = {"theme": "light", "timezone": "Europe/Samara", "weekStart": "monday", "language": "ru-RU"}


def test_put_resets_and_patch_keeps(admin: Caller, org: int) -> None:
    """Only what is set comes back; with PATCH an empty value clears its key."""
    admin.do("PUT", PATH, ALL, org=org)
    assert admin.get(PATH, org=org) == ALL
    admin.do("PATCH", PATH, {"weekStart": "sunday", "language": "", "timezone": None}, org=org)
    assert admin.get(PATH, org=org) == {"theme": "light", "timezone": "Europe/Samara", "weekStart": "sunday"}
    admin.do("PUT", PATH, {"timezone": "utc"}, org=org)
    assert admin.get(PATH, org=org) == {"timezone": "utc"}


def test_the_home_dashboard_has_to_be_there(admin: Caller, org: int) -> None:
    """404 for another; once set it stays, also when the dashboard goes."""
    for method in ("PUT", "PATCH"):
        answer = admin.ask(method, PATH, {"homeDashboardUID": "home"}, org=org)
        assert (answer.status_code, answer.json()["message"]) == (404, "Dashboard not found")
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "home", "title": "H"}}, org=org)
    admin.do("PATCH", PATH, {"homeDashboardUID": "home"}, org=org)
    admin.do("DELETE", "/api/dashboards/uid/home", org=org)
    assert admin.get(PATH, org=org) == {"homeDashboardUID": "home"}
    admin.do("PATCH", PATH, {"homeDashboardUID": ""}, org=org)
    assert admin.get(PATH, org=org) == {}


def test_an_empty_theme_clears_with_put_only(admin: Caller, org: int) -> None:
    """PATCH refuses it with 400."""
    admin.do("PUT", PATH, ALL, org=org)
    assert admin.ask("PATCH", PATH, {"theme": ""}, org=org).status_code == 400
    admin.do("PUT", PATH, {"theme": ""}, org=org)
    assert admin.get(PATH, org=org) == {}


@pytest.mark.parametrize("body", [{"theme": "pink"}, {"timezone": "Mars/Olympus"}])
def test_what_cannot_be_is_400(admin: Caller, org: int, body: dict[str, Any]) -> None:
    """A theme or a time zone that there is not."""
    assert admin.ask("PUT", PATH, body, org=org).status_code == 400
    assert admin.ask("PATCH", PATH, body, org=org).status_code == 400


def test_language_and_week_are_not_checked(admin: Caller, org: int) -> None:
    """Any language is taken as it is."""
    admin.do("PUT", PATH, {"language": "xx-YY"}, org=org)
    assert admin.get(PATH, org=org) == {"language": "xx-YY"}


def test_preferences_are_for_admins(org: int, make_user: MakeUser) -> None:
    """A Viewer neither reads nor writes those of the org."""
    viewer = make_user(org).caller
    assert viewer.ask("GET", PATH).status_code == 403
    assert viewer.ask("PUT", PATH, {}).status_code == 403
