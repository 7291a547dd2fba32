"""Whose an org is: any Admin of it can write the mark in its address, we alone can make the key in the mark.

On the server under test.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import SECRET, World, on_server


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied."""
    with on_server(grafana_url, tmp_path) as world:
        world.apply()
        yield world


def stranger(world: World, address: str, *, name: str = "") -> int:
    """Another org, with an Admin of its own, whose address says so."""
    login = f"boss{world.tag}"
    number = int(world.ask("POST", "/api/orgs", {"name": name or f"Чужая {world.tag}"})["orgId"])
    body = {"login": login, "email": f"{login}@example.com", "password": "Pw-Example-1", "OrgId": number}
    user = world.ask("POST", "/api/admin/users", body)["id"]
    world.ask("PATCH", f"/api/orgs/{number}/users/{user}", {"role": "Admin"})
    if address:
        world.ask("PUT", f"/api/orgs/{number}/address", {"address1": address})
    return number


def address(world: World, org: int) -> str:
    return str(world.ask("GET", f"/api/orgs/{org}")["address"]["address1"])


def as_before(world: World, *cabinets: str) -> dict[str, int]:
    """The marks of these cabinets as former versions wrote them, without a key; their orgs."""
    orgs = {cabinet: world.org(cabinet) for cabinet in cabinets}
    for cabinet, org in orgs.items():
        whole = world.ask("GET", f"/api/orgs/{org}")["address"]
        world.ask("PUT", f"/api/orgs/{org}/address", {**whole, "address1": f"smart cabinet={cabinet}"})
    return orgs


def test_a_forged_mark_takes_nothing(world: World) -> None:
    """A stranger's org that claims a cabinet is not changed, without a key or with one copied from the real org."""
    real = world.org(world.volga)
    for forged in (f"smart cabinet={world.volga}", address(world, real)):
        other = stranger(world, forged)
        world.change("tenants.yaml", f"title: Волга {world.tag}", f"title: Волга и Кама {world.tag}")
        world.apply()
        assert world.ask("GET", f"/api/orgs/{real}")["name"] == f"Волга и Кама {world.tag}"
        assert world.ask("GET", f"/api/orgs/{other}")["name"] == f"Чужая {world.tag}"
        assert world.ask("GET", "/api/datasources", org=other) == []
        orphans = json.loads(world.run("drift", "--format", "json").stdout)["orphans"]
        assert [one["key"] for one in orphans if one["cabinet"] == world.volga] == [str(other)]
        world.change("tenants.yaml", f"title: Волга и Кама {world.tag}", f"title: Волга {world.tag}")
        world.apply()
        world.ask("DELETE", f"/api/orgs/{other}")
        user = world.ask("GET", f"/api/users/lookup?loginOrEmail=boss{world.tag}")["id"]
        world.ask("DELETE", f"/api/admin/users/{user}")


def test_a_forged_mark_for_a_cabinet_to_come_is_no_cabinet(world: World) -> None:
    """The new cabinet is refused with the names of that org and its Admin; nothing is written there, and --adopt is the
    only way in.
    """
    world.ask("DELETE", f"/api/orgs/{world.org(world.volga)}")
    other = stranger(world, f"smart cabinet={world.volga}")
    for words in ((), ("--new-secret",)):
        result = world.apply(world.volga, *words, status=1)
        assert f"Org {other} " in result.output
        assert f"boss{world.tag}" in result.output
        assert f"--adopt {world.volga}" in result.output
        assert world.ask("GET", "/api/datasources", org=other) == []
        assert world.ask("GET", f"/api/orgs/{other}")["name"] == f"Чужая {world.tag}"


def test_the_name_of_an_unfinished_org_is_keyed(world: World) -> None:
    """An org that a stranger calls as an unfinished creation is not finished for him."""
    world.ask("DELETE", f"/api/orgs/{world.org(world.volga)}")
    other = stranger(world, "", name=f"smart cabinet={world.volga}")
    people = [world.login(name) for name in ("ivanova", "orlova")]  # whose record went with the org
    world.apply(world.volga, *(option for login in people for option in ("--adopt-login", login)))
    assert world.org(world.volga) != other
    assert world.ask("GET", "/api/datasources", org=other) == []
    world.ask("DELETE", f"/api/orgs/{other}")


def test_marks_of_a_former_version_get_their_key_in_one_step(world: World) -> None:
    """A plain apply refuses them and writes nothing; --new-secret changes the marks and records the accounts anew."""
    orgs = as_before(world, world.volga, world.don)
    writes = world.writes()
    refused = world.apply(status=1)
    assert "--new-secret" in refused.output
    assert world.writes() == writes
    changes = world.plan("--new-secret")["changes"]
    assert {(one["cabinet"], one["kind"], one["action"]) for one in changes} == {
        (cabinet, *change) for cabinet in orgs for change in (("org", "update"), ("accounts", "create"))
    }
    world.apply("--new-secret")
    assert {cabinet: world.org(cabinet) for cabinet in orgs} == orgs
    assert world.run("drift").exit_code == 0
    writes = world.writes()
    world.apply()
    assert world.writes() == writes


def test_marks_of_another_secret_are_no_marks(world: World) -> None:
    """With another SMART_SECRET both cabinets are refused; the explicit word takes the same orgs over."""
    orgs = {cabinet: world.org(cabinet) for cabinet in (world.volga, world.don)}
    other = {"SMART_SECRET": SECRET[::-1]}
    refused = world.run("apply", "--yes", env=other)
    assert refused.exit_code == 1, refused.output
    assert "--new-secret" in refused.output
    assert world.run("apply", "--yes", "--new-secret", env=other).exit_code == 0
    assert {cabinet: world.org(cabinet) for cabinet in orgs} == orgs
    assert world.run("drift", env=other).exit_code == 0


def test_two_orgs_that_claim_one_cabinet_refuse_it(world: World) -> None:
    """Where no key shows which is right, neither is taken; the message names both, and the other cabinet is done."""
    orgs = as_before(world, world.volga, world.don)
    other = stranger(world, f"smart cabinet={world.volga}")
    result = world.apply("--new-secret", status=4)
    assert f"{orgs[world.volga]} " in result.output
    assert f"{other} " in result.output
    assert address(world, orgs[world.volga]) == address(world, other) == f"smart cabinet={world.volga}"
    assert world.org(world.don) == orgs[world.don]


def test_an_org_with_an_unknown_admin_requires_adopt(world: World) -> None:
    """--new-secret does not take it over, --adopt does; the Admin stays and is listed."""
    org = as_before(world, world.volga)[world.volga]
    login = f"chief{world.tag}"
    body = {"login": login, "email": f"{login}@example.com", "password": "Pw-Example-1", "OrgId": org}
    user = world.ask("POST", "/api/admin/users", body)["id"]
    world.ask("PATCH", f"/api/orgs/{org}/users/{user}", {"role": "Admin"})
    refused = world.apply(world.volga, "--new-secret", status=1)
    assert login in refused.output
    world.apply(world.volga, "--adopt", world.volga)
    assert world.org(world.volga) == org
    assert world.member(org, login)["role"] == "Admin"


def test_a_server_admin_who_is_no_member_gets_what_to_do(world: World) -> None:
    """Another login for the program than the one that made the orgs: refused with the remedy, which works."""
    login = f"boss{world.tag}"
    body = {"login": login, "email": f"{login}@example.com", "password": "Pw-Example-1", "OrgId": 1}
    number = world.ask("POST", "/api/admin/users", body)["id"]
    world.ask("PUT", f"/api/admin/users/{number}/permissions", {"isGrafanaAdmin": True})
    other = {"GRAFANA_USER": login, "GRAFANA_PASSWORD": "Pw-Example-1"}
    result = world.run("plan", env=other)
    assert result.exit_code == 1, result.output
    for cabinet in (world.volga, world.don):
        org = world.org(cabinet)
        assert re.search(rf"{login} is no member of org .*\({org}\)\. Hint: Add {login} there", result.output)
        world.ask("POST", f"/api/orgs/{org}/users", {"loginOrEmail": login, "role": "Admin"})
    deadline = time.monotonic() + 90  # Grafana keeps what somebody may do for up to half a minute (12.4)
    while world.run("plan", "--exit-code", env=other).exit_code != 0:
        assert time.monotonic() < deadline, world.run("plan", env=other).output
