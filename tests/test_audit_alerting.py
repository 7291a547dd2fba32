"""What the audit tries through alerting, on the server under test: refused as built, found once a fence is down."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provision.audit.findings import Finding
from provision.audit.parties import Party
from provision.audit.server import way_as_editor, way_to_grafana
from provision.audit.viewer import Viewer, viewer
from provision.audit.ways import Memory, Way, go
from provision.config import load
from provision.credential import RootSecret
from provision.directory import Directory
from provision.grafana import Connection, Grafana
from provision.model import Role
from tests.world import SECRET, World

WRITES = {
    "DELETE /api/ruler/grafana/api/v1/rules/smart-dashboards/smart-audit",
    "DELETE /api/v1/provisioning/contact-points/smart-audit",
    "DELETE /api/v1/provisioning/templates/smart-audit",
    "DELETE /api/v1/provisioning/mute-timings/smart-audit",
    "POST /api/alertmanager/grafana/api/v2/silences",
}
TEST = "POST /api/alertmanager/grafana/config/api/v1/receivers/test"
READS = {
    "GET /api/prometheus/grafana/api/v1/rules",
    "GET /api/ruler/grafana/api/v1/rules",
    "GET /api/alertmanager/grafana/config/api/v1/alerts",
    "GET /api/v1/provisioning/alert-rules",
    "GET /api/v1/provisioning/contact-points",
    "GET /api/v1/provisioning/policies",
    "GET /api/v1/provisioning/templates",
    "GET /api/v1/provisioning/mute-timings",
    "GET /api/alertmanager/grafana/api/v2/silences",
}
EXPORT = "GET /api/v1/provisioning/contact-points/export"
CLOSED, THEIRS = "closed: ", "another org's header: "


@dataclass
class Stage:
    """Two applied cabinets, as the audit sees them."""

    world: World
    server: Grafana
    own: Party
    victim: Party


@pytest.fixture(scope="module")
def stage(grafana_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """At their stores' addresses nobody answers."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    world = World(grafana_url, user, password, folder=tmp_path_factory.mktemp("estate"), api="auto")
    world.change("tenants.yaml", "127.0.0.1:8427", "127.0.0.1:1")
    world.apply()
    server = Grafana(Connection(grafana_url, user, password))
    directory, root = Directory(server, RootSecret(SECRET)), RootSecret(SECRET)
    cabinets = {one.id: one for one in load(Path(world.folder) / "tenants.yaml").cabinets}
    parties = []
    for name in (world.volga, world.don):
        org = directory.org(world.org(name), name)
        parties.append(Party(cabinets[name], frozenset(), org, org.get("/api/datasources"), root))
    yield Stage(world, server, *parties)
    world.remove()


def tried(stage: Stage, someone: Viewer, *, editor: bool = False) -> dict[str, str]:
    """The verdict of each attempt by that login."""
    make = way_as_editor if editor else way_to_grafana
    way: Way = make(stage.own, stage.victim, someone, Memory())
    found: list[Finding] = list(go(way, stage.own.cabinet.id, stage.victim.cabinet.id))
    return {one.what.en: one.verdict for one in found}


def admit(stage: Stage, someone: Viewer, org: int, role: Role) -> None:
    """Takes a fence down: the login gets that role in that org."""
    members = stage.world.ask("GET", f"/api/orgs/{org}/users")
    if someone.number in {one["userId"] for one in members}:
        stage.world.ask("PATCH", f"/api/orgs/{org}/users/{someone.number}", {"role": role})
    else:
        stage.world.ask("POST", f"/api/orgs/{org}/users", {"loginOrEmail": someone.login, "role": role})


@pytest.mark.parametrize("role", ["Viewer", "Editor"])
def test_alerting_of_another_org_is_closed(stage: Stage, role: Role) -> None:
    """For an Editor too; once the login is a member there, all of it is found."""
    attempts = {f"{THEIRS}{one}" for one in (*READS, *WRITES, TEST)}
    with viewer(stage.server, stage.own.org, role) as someone:
        found = tried(stage, someone, editor=role == "Editor")
        assert {name: found[name] for name in attempts} == dict.fromkeys(attempts, "held")
        admit(stage, someone, stage.victim.org.number, "Editor")
        found = tried(stage, someone, editor=role == "Editor")
        assert {name: found[name] for name in attempts} == dict.fromkeys(attempts, "leaked")


def test_a_viewer_changes_no_alerting_of_his_own_org(stage: Stage) -> None:
    """An Editor may, and that is found in a Viewer who is one."""
    attempts = {f"{CLOSED}{one}" for one in (*WRITES, TEST)}
    with viewer(stage.server, stage.own.org) as someone:
        found = tried(stage, someone)
        assert {name: found[name] for name in attempts} == dict.fromkeys(attempts, "held")
        admit(stage, someone, stage.own.org.number, "Editor")
        found = tried(stage, someone)
        assert {name: found[name] for name in attempts} == dict.fromkeys(attempts, "leaked")


@pytest.mark.parametrize("role", ["Viewer", "Editor"])
def test_secrets_of_contact_points_are_exported_to_an_admin_only(stage: Stage, role: Role) -> None:
    """Neither to a Viewer nor to an Editor of the org."""
    with viewer(stage.server, stage.own.org, role) as someone:
        assert tried(stage, someone, editor=role == "Editor")[f"{CLOSED}{EXPORT}"] == "held"
        admit(stage, someone, stage.own.org.number, "Admin")
        assert tried(stage, someone, editor=role == "Editor")[f"{CLOSED}{EXPORT}"] == "leaked"
