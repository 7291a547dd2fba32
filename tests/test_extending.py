"""A dashboard, a kind of cabinet and a kind of resource are each added in their one place, and nowhere else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from provision.sandbox import Sandbox
from tests.world import SECRET, World

ROOT = Path(__file__).parent.parent

DASHBOARD = '''
"""Мой дашборд: one panel."""

from dashboards import kodeks_analytics
from dashboards._scope import Scope

NEEDS = ("installations",)


def build(scope: Scope):
    whole = kodeks_analytics.build(scope)
    whole.title = "Мой дашборд"
    return whole
'''

KIND = '''
"""The city in an org's address."""

from provision.kinds.base import One
from provision.text import Text


class CityKind(One):
    name = "city"
    title = Text("город", "city")

    def desired(self, cabinet):
        return [self.resource(cabinet, "city", {"city": "Самара"}, cabinet.origin)]

    def read(self, context):
        city = context.org.address.get("city", "")
        return [self.seen(context, "city", {"city": city})] if city else []

    def create(self, context, new):
        address = {**context.org.address, "city": new.spec["city"]}
        self.run.server.request("PUT", f"/api/orgs/{context.org.number}/address", json=address)

    def update(self, context, old, new):
        self.create(context, new)
'''


def project(folder: Path) -> Path:
    """A copy of the two packages, to be changed."""
    for package in ("provision", "dashboards"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(project: Path, world: World, *words: str) -> "subprocess.CompletedProcess[str]":
    """The copy's `provision` on the world's estate."""
    ours = {"GRAFANA_URL": world.url, "GRAFANA_PASSWORD": "admin", "SMART_SECRET": SECRET, "PYTHONPATH": str(project)}
    code = "import provision, sys; assert provision.__file__.startswith(sys.argv.pop()); provision.cli.main()"
    command = [sys.executable, "-c", code.replace("import provision,", "import provision.cli,")]
    command += ["--lang", "en", "-f", str(world.folder / "tenants.yaml"), *words, str(project)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **ours}, cwd=project
    )
    assert done.returncode in (0, 3), done.stderr
    return done


def world_on(sandbox: Sandbox, folder: Path) -> World:
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto")


def test_a_dashboard_is_one_new_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Dropped into dashboards/, it is planned for every cabinet whose patterns fit, under the uid of its file."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "dashboards" / "my_own.py").write_text(DASHBOARD, encoding="utf-8")
    plan = json.loads(run(copy, world, "plan", "--format", "json").stdout)
    (one, other) = (change for change in plan["changes"] if change["key"] == "smart-my-own")
    assert {one["cabinet"], other["cabinet"]} == {world.volga, world.don}
    assert one["origin"] == "dashboards/my_own.py"
    assert one["after"]["spec"]["title"] == "Мой дашборд"


def test_a_kind_of_resource_is_one_new_file_and_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """With the file and its line in KINDS it is planned, written, read back and named in the reader's language."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "provision" / "kinds" / "city.py").write_text(KIND, encoding="utf-8")
    listed = copy / "provision" / "kinds" / "__init__.py"
    text = listed.read_text(encoding="utf-8").replace(
        "    PreferencesKind,\n)", "    PreferencesKind,\n    CityKind,\n)"
    )
    text = text.replace(
        "from provision.kinds.dashboard", "from provision.kinds.city import CityKind\nfrom provision.kinds.dashboard"
    )
    listed.write_text(text, encoding="utf-8")
    handover = ("--handover", str(tmp_path / "handover"))
    run(copy, world, "apply", "--yes", *handover)
    assert world.ask("GET", f"/api/orgs/{world.org(world.volga)}")["address"]["city"] == "Самара"
    assert json.loads(run(copy, world, "drift", "--format", "json", *handover).stdout)["changes"] == []
    org = world.org(world.don)
    address = world.ask("GET", f"/api/orgs/{org}")["address"]
    world.ask("PUT", f"/api/orgs/{org}/address", {**address, "city": "Омск"})
    drift = run(copy, world, "--lang", "ru", "drift", *handover)
    assert "город" in drift.stdout
    assert drift.returncode == 3


def test_a_profile_of_cabinets_is_a_block_of_data(sandbox: Sandbox, tmp_path: Path) -> None:
    """A new block under `profiles` is all it takes."""
    world = world_on(sandbox, tmp_path / "estate")
    world.change(
        "tenants.yaml", "profiles:\n", "profiles:\n  heads-only: {dashboards: [for-managers], home: for-managers}\n"
    )
    world.change("tenants.yaml", "profile: company\n        title: Дон", "profile: heads-only\n        title: Дон")
    world.apply()
    found = world.ask("GET", "/api/search?type=dash-db", org=world.org(world.don))
    assert [row["uid"] for row in found] == ["smart-for-managers"]
