"""One fault at one place: real HTTP against the sandbox and its faults."""

import re
import time
from typing import Any

import pytest
import requests

from tests.faults.faults import FAULTS, QUICK, state, strike
from tests.world import World

PLACES = {
    "org": {"method": "POST", "path": "^/api/orgs$"},
    "mark": {"method": "PUT", "path": "^/api/orgs/[0-9]+/address$"},
    "title": {"method": "PUT", "path": "^/api/orgs/[0-9]+$"},
    "user": {"method": "POST", "path": "^/api/admin/users"},
    "role": {"method": "PATCH", "path": "^/api/orgs/[0-9]+/users/"},
    "folder": {"method": "POST", "path": "folder"},
    "data source": {"method": "POST", "path": "^/api/datasources$"},
    "data source once more": {"method": "PUT", "path": "^/api/datasources/uid/"},
    "dashboard": {"method": "POST", "path": "dashboards"},
    "preferences": {"method": "PATCH", "path": "^/api/org/preferences$"},
    "message template": {"method": "PUT", "path": "^/api/v1/provisioning/templates/"},
    "contact point": {"method": "POST", "path": "^/api/v1/provisioning/contact-points$"},
    "notification policy": {"method": "PUT", "path": "^/api/v1/provisioning/policies$"},
    "rule group": {"method": "PUT", "path": "^/api/v1/provisioning/folder/.*/rule-groups/"},
    "login": {"method": "POST", "path": "^/login$"},
    "reads": {"method": "GET", "path": ""},
    "lists": {"method": "GET", "path": "^/(apis|api/org|api/orgs|api/org/users)$"},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_one_place(world: World, undisturbed: dict[str, Any], fault: str, place: str) -> None:
    """Whatever goes wrong twice at one place, the apply ends as if nothing had, and nothing is made twice."""
    strike(world, {**FAULTS[fault], **PLACES[place]})
    world.apply(*QUICK)
    struck = requests.get(f"{world.url}/sandbox/faults", timeout=60).json()
    assert struck[0]["struck"] in (1, 2)  # once where the second look shows that the write was done
    strike(world)
    assert state(world) == undisturbed
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("path", ["^/api/health$", "^/login$", "^/apis$"])
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("gateway", "proxy before it answered .* 502 Bad Gateway.*\n?.*repeat later"),
        ("busy", "429"),
        ("drop_before", "No answer"),
    ],
)
def test_a_fault_at_the_door_is_told_as_such(world: World, path: str, kind: str, says: str) -> None:
    """After some repeats; it makes neither a stranger's site of a Grafana nor an old Grafana of a new one."""
    strike(world, {"kind": kind, "path": path})
    result = world.run("plan", *QUICK)
    assert result.exit_code == 1, result.output
    assert re.search(says, result.output), result.output
    assert "is not a Grafana" not in result.output
    struck = requests.get(f"{world.url}/sandbox/faults", timeout=60).json()
    assert struck[0]["struck"] > 4


def test_retry_after_is_heeded(world: World) -> None:
    """429 with `Retry-After: 1` is answered by a wait of that second, not by hammering."""
    strike(world, {"kind": "busy", "times": 1, "seconds": 1, "method": "POST", "path": "^/api/orgs$"})
    before = time.monotonic()
    world.apply(*QUICK)
    assert time.monotonic() - before >= 1


def test_an_update_whose_answer_was_lost_is_not_repeated(world: World) -> None:
    """The object is looked at first: it already is as wanted, so it is written once."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    requests.delete(f"{world.url}/sandbox/requests", timeout=60)
    strike(world, {"kind": "drop_after", "method": "PATCH", "path": "preferences", "times": 1})
    world.apply(world.volga, *QUICK)
    rows = requests.get(f"{world.url}/sandbox/requests", timeout=60).json()["requests"]
    assert sum(row["count"] for row in rows if row["method"] == "PATCH" and "preferences" in row["path"]) == 1
