"""The audit of what is Grafana's own, on the server under test: what is closed holds, what was opened is found."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from provision.audit import Audit, Finding, Report
from provision.cli.audit import of_the_day
from provision.config import load
from provision.credential import RootSecret
from provision.grafana import Connection, Grafana
from provision.sandbox import Sandbox, Settings
from provision.text import Text
from tests.world import SECRET, World, on_server

APART = """\
  e{tag}:
    title: ООО «Копыта {tag}»
    cabinets:
      {tag}-ural:
        profile: company
        title: Урал {tag}
        lists: {{managers: [ural_manager_20260417.csv]}}
        mail: {{high_priority: sos-ural@example.ru, usage: usage-ural@example.ru}}
        heads: [{{login: demidova{tag}, email: demidova{tag}@example.ru}}]
"""


def add_ural(world: World) -> None:
    """A third cabinet, of another distributor."""
    estate = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    world.write("tenants.yaml", estate + APART.format(tag=world.tag))
    world.write("ural_manager_20260417.csv", world.manager_line("uralov", f"{world.tag}c.example.ru:80"))


def audit(world: World, *names: str, status: int) -> list[dict[str, str]]:
    """The findings of an audit that ends with that status."""
    result = world.run("audit", *names, "--format", "json")
    assert result.exit_code == status, result.output
    return list(json.loads(result.stdout)["findings"])


def those(findings: list[dict[str, str]], verdict: str, way: str = "") -> set[str]:
    """The attempts of that way with that verdict."""
    return {one["attempt"] for one in findings if one["verdict"] == verdict and way in one["way"]}


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """Three cabinets, applied; at their stores' addresses nobody answers."""
    with on_server(grafana_url, tmp_path) as world:
        world.change("tenants.yaml", "127.0.0.1:8427", "127.0.0.1:1")
        world.change("tenants.yaml", "127.0.0.1:5432", "127.0.0.1:1")
        add_ural(world)
        world.apply()
        yield world


def viewers(world: World) -> list[str]:
    """The audits' Viewers that are on the server."""
    users = world.ask("GET", "/api/users?perpage=1000")
    return [str(user["login"]) for user in users if str(user["name"]).startswith(f"smart-audit-{world.tag}")]


def test_grafana_holds(world: World) -> None:
    """In a cabinet as applied nothing of Grafana's own leaks, each other realm is tried, and no Viewer is left.

    The audit fails all the same: with nobody at the stores nothing is known about numbers and rows.
    """
    findings = audit(world, world.volga, status=1)
    assert those(findings, "leaked") == set()
    held = [one for one in findings if one["verdict"] == "held"]
    assert {one["victim"] for one in held} == {"", world.don, f"{world.tag}-ural"}
    assert len(those(findings, "held", "Grafana itself")) > 45
    assert len(those(findings, "held", "without a login")) == 16
    assert len(those(findings, "held", "Grafana itself, as an Editor")) > 25
    assert "auth.anonymous.enabled" in those(findings, "held", "server settings")
    assert {"the org has none but the cabinet's people", "the credentials at the stores are its own"} <= those(
        findings, "held", "check"
    )
    assert viewers(world) == []


def test_a_manager_without_a_mailbox_is_no_leak(world: World) -> None:
    """His empty address is in every answer, so it is not sought in the answers to those who have no login."""
    lists = world.folder / "volga_manager_20260417.csv"
    line = world.manager_line("bezpochty", f"{world.tag}x.example.ru:80")
    lists.write_text(lists.read_text(encoding="utf-8") + line.replace(f"bezpochty{world.tag}@example.ru", ""))
    findings = audit(world, world.volga, status=1)
    assert len(those(findings, "held", "without a login")) == 16
    assert those(findings, "leaked") == set()


def test_a_client_called_like_another_cabinet_is_no_leak(world: World) -> None:
    """The firm of Don's cabinet is known to Volga as a client of its own: its name in Volga's org shows nothing."""
    name = f"Дон {world.tag}"
    world.change("volga_online_20260417.csv", "ООО Ромашка", name)
    world.ask("POST", "/api/folders", {"title": name}, org=world.org(world.volga))
    findings = audit(world, world.volga, status=1)
    assert those(findings, "leaked") == set()
    assert len(those(findings, "held", "Grafana itself")) > 45


def test_formats_tell_the_same(world: World) -> None:
    """Text folds what could not be tried and warns of it; JUnit has one case a finding, in Russian as in English."""
    text = world.run("audit", world.volga)
    assert text.exit_code == 1, text.output
    assert "could not be tried" in text.stdout
    assert "WARNING" in text.stdout
    assert text.stdout.count("\n") < 60
    assert max(map(len, text.stdout.splitlines())) < 600
    assert re.search(r": all \d+: |; .* and \d+ more: ", text.stdout)  # whole ways where Grafana is real
    out = world.folder / "audit.xml"
    assert world.run("audit", world.volga, "--format", "junit", "--out", str(out)).exit_code == 1
    shared, suite = ElementTree.parse(out).getroot()
    everything = audit(world, world.volga, status=1)
    findings = [one for one in everything if one["cabinet"] == world.volga]
    assert (shared.get("name"), int(shared.get("tests", 0))) == ("Grafana", len(everything) - len(findings))
    assert (suite.get("name"), int(suite.get("tests", 0))) == (world.volga, len(findings))
    assert int(suite.get("skipped", 0)) == len(suite.findall("testcase/skipped")) > 100
    assert (suite.get("failures"), suite.findall("testcase/failure")) == ("0", [])


def test_what_cannot_be_tried_is_never_held(world: World) -> None:
    """With nobody at the stores no attempt there counts as held, whatever was refused."""
    findings = audit(world, world.volga, status=1)
    for way in ("numbers", "rows", "X-DS-Authorization"):
        assert those(findings, "held", way) == those(findings, "leaked", way) == set()
        assert those(findings, "untried", way)


def test_a_cabinet_that_is_not_there(world: World) -> None:
    """Where nothing could be tried the audit fails, and says why."""
    world.ask("DELETE", f"/api/orgs/{world.org(world.don)}")
    result = world.run("audit", world.don)
    assert result.exit_code == 1
    assert "Grafana has no org of this cabinet" in result.stdout


def a_stranger(world: World) -> str:
    login = f"stranger{world.tag}"
    body = {"login": login, "email": login, "password": "Pw-Example-1", "OrgId": world.org(world.volga)}
    world.ask("POST", "/api/admin/users", body)
    return f"a stranger: {login} (Viewer)"


def anothers_login(world: World) -> str:
    login = f"demidova{world.tag}"
    world.ask("POST", f"/api/orgs/{world.org(world.volga)}/users", {"loginOrEmail": login, "role": "Editor"})
    return f"a stranger: {login} (Editor)"


def shared_credential(world: World) -> str:
    theirs = world.ask("GET", "/api/datasources/uid/smart-metrics", org=world.org(world.don))
    path = "/api/datasources/uid/smart-metrics"
    own = world.ask("GET", path, org=world.org(world.volga))
    world.ask("PUT", path, {**own, "basicAuthUser": theirs["basicAuthUser"]}, org=world.org(world.volga))
    return f"smart-metrics has the credentials of cabinet {world.don}"


def no_credential(world: World) -> str:
    extra = {
        "customQueryParameters": f"extra_label=cabinet={world.volga}",
    }
    body = {"name": "direct", "type": "prometheus", "url": "http://127.0.0.1:1", "access": "proxy", "jsonData": extra}
    made = world.ask("POST", "/api/datasources", body, org=world.org(world.volga))
    return f"{made['datasource']['uid']} has no credentials of the cabinet's own"


def another_plugin(world: World) -> str:
    body = {"name": "charts", "type": "graphite", "url": "http://127.0.0.1:1", "access": "proxy"}
    made = world.ask("POST", "/api/datasources", body, org=world.org(world.volga))
    return f"{made['datasource']['uid']} has no credentials of the cabinet's own"


def somebody_elsewhere(world: World) -> str:
    login = world.login("ivanova")
    world.ask("POST", "/api/orgs/1/users", {"loginOrEmail": login, "role": "Viewer"})
    return f"{login} is in 'Main Org.', too"


@pytest.mark.parametrize(
    "wrong", [a_stranger, anothers_login, shared_credential, no_credential, another_plugin, somebody_elsewhere]
)
def test_wrong_settings_are_found(world: World, wrong: Callable[[World], str]) -> None:
    """A change that somebody else made, and that opens a cabinet, is reported as a leak, with exit code 1."""
    hole = wrong(world)
    findings = audit(world, world.volga, status=1)
    assert [one["why"] for one in findings if one["verdict"] == "leaked"] == [hole]


@pytest.fixture
def deaf() -> Iterator[int]:
    """The port of a store that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def begun(world: World, port: int) -> "subprocess.Popen[str]":
    """An audit in a process of its own that waits for the deaf store, its Viewer made."""
    world.change("tenants.yaml", "http://127.0.0.1:1", f"http://127.0.0.1:{port}")
    env = {**os.environ, "GRAFANA_PASSWORD": world.password, "SMART_SECRET": SECRET}
    command = [sys.executable, "-c", "from provision.cli import main; main()", "-f", str(world.folder / "tenants.yaml")]
    command += ["audit", world.volga, "--url", world.url, "--user", world.user]
    running = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not viewers(world):
        assert running.poll() is None, running.communicate()[0]
    return running


def test_a_killed_audit_is_cleaned_up_by_the_next(world: World, deaf: int) -> None:
    """SIGKILL leaves the Viewer; the next audit, of another cabinet even, removes him."""
    running = begun(world, deaf)
    running.kill()
    running.communicate()
    assert len(viewers(world)) == 1
    world.change("tenants.yaml", f"http://127.0.0.1:{deaf}", "http://127.0.0.1:1")
    audit(world, world.don, status=1)
    assert viewers(world) == []


def test_a_viewer_left_behind_is_drift_and_goes_with_apply(world: World, deaf: int) -> None:
    """plan takes him for what is to be deleted, without a word on mass deletion; apply deletes the login itself."""
    running = begun(world, deaf)
    running.kill()
    running.communicate()
    world.change("tenants.yaml", f"http://127.0.0.1:{deaf}", "http://127.0.0.1:1")
    assert world.plan(world.don)["summary"]["delete"] == 0
    changes = world.plan(world.volga)["changes"]
    assert (viewers(world)[0], "delete") in {(one["key"], one["action"]) for one in changes}
    world.apply()
    assert viewers(world) == []


def test_a_login_like_an_audits_own_is_refused(world: World) -> None:
    """A list cannot name one: the next audit would delete it. The other cabinets are left alone."""
    login = f"smart-audit-{world.tag}"
    world.change("don_manager_20260417.csv", world.login("petrov") + ",", login + ",")
    result = world.apply(status=4)
    assert f"The login {login}" in result.output
    assert viewers(world) == []


def test_nobody_can_lock_the_audit_out(world: World) -> None:
    """Five wrong passwords for a login lock it for five minutes; the login of the audit is random."""
    for _ in range(5):
        body = {"user": f"smart-audit-{world.volga}", "password": "Wrong-Password-1"}
        world.http.post(f"{world.url}/login", json=body, auth=("nobody", "x"), timeout=60)
    findings = audit(world, world.volga, status=1)
    assert len(those(findings, "held", "Grafana itself")) > 45


def test_strict_fails_when_an_attempt_could_not_be_tried() -> None:
    """By default a way that could not be used at all fails, with --strict a single attempt does; a leak always does."""
    what = Text("что", "what")
    held, untried, leaked = (
        Finding("volga", "don", what, what, verdict, subject="numbers") for verdict in ("held", "untried", "leaked")
    )
    other = replace(untried, subject="rows")
    for findings, failed, strictly in (
        ([held], False, False),
        ([held, untried], False, True),
        ([held, other], True, True),
        ([held, replace(untried, victim="ural")], True, True),
        ([held, replace(held, subject="rows"), other], False, True),
        ([held, leaked], True, True),
        ([], True, True),
    ):
        assert (Report(findings).failed(), Report(findings).failed(strict=True)) == (failed, strictly)


def test_ctrl_c_leaves_no_viewer(world: World, deaf: int) -> None:
    """SIGINT ends the audit without a traceback, its Viewer gone."""
    running = begun(world, deaf)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=120)
    assert running.returncode == 1, output
    assert "Traceback" not in output
    assert viewers(world) == []


@pytest.mark.parametrize("server", [Settings(rotation_seconds=5), Settings(password_login=False)])
def test_a_probe_session_stays_known(server: Settings, tmp_path: Path) -> None:
    """Whether his session has come to its end or there are no sessions, he is not taken for nobody."""
    past = [0.0]
    running = Sandbox(port=0, data=tmp_path, settings=replace(server, clock=lambda: time.time() + past[0]))
    running.start()
    try:
        probe = Grafana(Connection(running.url, "admin", "admin")).probe("admin", "admin")
        first = probe.ask("GET", "/api/user")
        past[0] = 60
        second = probe.ask("GET", "/api/user")
        nobody = probe.ask("GET", "/api/user", login=False)
    finally:
        running.close()
    assert (first.status, second.status, nobody.status) == (200, 200, 401)


@pytest.mark.parametrize(("cabinets", "number"), [(500, 72), (7, 1), (3, 2), (2, 5), (1, 1)])
def test_a_sample_of_a_seventh_covers_all_within_a_week(cabinets: int, number: int) -> None:
    """Whatever day the week begins on; a day has each cabinet once."""
    every = range(cabinets)
    for start in (date(2026, 11, 29), date(2026, 12, 31)):
        days = [of_the_day(every, number, start + timedelta(days)) for days in range(7)]
        assert {one for day in days for one in day} == {*every}
        assert all(len({*day}) == min(number, cabinets) for day in days)


def test_a_sample_is_audited_alone(world: World) -> None:
    """One of three cabinets; the next day it is the next."""
    findings = audit(world, "--sample", "1", status=1)
    assert len({finding["cabinet"] for finding in findings} & {world.volga, world.don, f"{world.tag}-ural"}) == 1


def test_many_cabinets_are_tried_against_one_other_each(world: World) -> None:
    """By turns one of the same distributor and one of another: an audit of hundreds takes half the time."""
    estate = load(world.folder / "tenants.yaml")
    server = Grafana(Connection(world.url, world.user, world.password))
    report = Audit(server, RootSecret(SECRET), estate.cabinets, few=2).run(estate.cabinets, lambda _cabinet: None)
    tried = {(one.cabinet, one.victim) for one in report.findings if one.victim}
    apart = {f"{world.tag}-ural": {world.volga, world.don}}
    assert len(tried) == len({cabinet for cabinet, _victim in tried}) == len(estate.cabinets)
    assert all(victim in apart.get(cabinet, {victim}) for cabinet, victim in tried)
    ways = {
        cabinet: {one.way.en for one in report.findings if one.cabinet == cabinet and "numbers through" in one.way.en}
        for cabinet, _victim in tried
    }
    assert all(len(each) == 2 and any("/api/ds/query" in way for way in each) for each in ways.values())
    assert len({way for each in ways.values() for way in each}) == 3  # of three cabinets the third has another way
