"""The audit with real stores: as apply builds the fences nothing leaks, and a fence built wrongly is found.

Without GRAFANA_URL there is a sandbox, through which no store can be asked: then the attempts go past Grafana only.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provision.credentials import Root
from provision.stores import local
from provision.stores.attempts import METRIC_ATTEMPTS, ROW_ATTEMPTS
from provision.stores.local import DoorServer, EventsServer, MetricsServer
from provision.stores.schema import connect
from provision.stores.wire import ask, basic
from tests.test_audit import add_ural, audit, those
from tests.world import SECRET, World

ROOT = Root(SECRET)
THROUGH_GRAFANA = bool(os.environ.get("GRAFANA_URL"))


@dataclass
class Stage:
    """An applied estate with data in its stores."""

    world: World
    events: EventsServer
    metrics: MetricsServer
    door: DoorServer

    def sql(self, text: str) -> None:
        """Runs that as superuser; VOLGA is the role of the cabinet volga."""
        with connect(self.events.conninfo()) as connection:
            connection.execute(text.replace("VOLGA", ROOT.name("events", self.world.volga, 1)).encode())


@pytest.fixture
def stage(
    grafana_url: str, metrics_server: MetricsServer, empty: EventsServer, ground: Path, tmp_path: Path
) -> Iterator[Stage]:
    """Three cabinets, each with its client's data in both stores."""
    users = tmp_path / "auth.yml"
    users.write_text("users:\n- {username: writer, password: Pw-Example-9, url_prefix: 'http://127.0.0.1:1/'}\n")
    folder = tmp_path / "estate"
    folder.mkdir()
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    with local.vmauth(users) as door:
        world = World(grafana_url, user, password, folder=folder, api="auto")
        world.change("tenants.yaml", "http://127.0.0.1:8427", door.url)
        world.change("tenants.yaml", "127.0.0.1:5432", f"127.0.0.1:{empty.port}")
        add_ural(world)
        world.env = {
            "SMART_VMAUTH_FILE": str(users),
            "SMART_VMAUTH_URL": door.url,
            "SMART_VMAUTH_RELOAD_KEY": door.key,
            "SMART_VM_URL": metrics_server.url,
            "SMART_EVENTS_ADMIN": empty.conninfo(),
        }
        world.apply()
        plant(world, metrics_server, empty)
        yield Stage(world, empty, metrics_server, door)
        world.remove()


def plant(world: World, metrics: MetricsServer, events: EventsServer) -> None:
    """Numbers and rows of one client a cabinet, named as its list does."""
    lines, now = [], int(time.time())
    with connect(events.conninfo()) as connection:
        for cabinet, sign in ((world.volga, "a"), (world.don, "b"), (f"{world.tag}-ural", "c")):
            client = f"{world.tag}{sign}.example.ru:80"
            lines.append(
                f'kodeks_licenses_registered{{cabinet="{cabinet}",client="{client}",host="{client}"}} 5 {now - 60}000'
            )
            connection.execute(
                "INSERT INTO core.clients (cabinet, dealer, client, manager, kind) VALUES (%s, 'd', %s, 'm', 'cloud')",
                [cabinet, client],
            )
    assert ask(f"{metrics.url}/api/v1/import/prometheus", method="POST", body="\n".join(lines).encode()).status == 204
    assert ask(f"{metrics.url}/internal/force_flush?authKey={metrics.key}").status == 200


def test_fences_hold(stage: Stage) -> None:
    """Every attempt is tried past Grafana, and through it where it is real; none gets through, no secret is shown."""
    findings = audit(stage.world, stage.world.volga, status=0)
    assert those(findings, "leaked") == set()
    assert those(findings, "held", "numbers past") == {attempt.what.en for attempt in METRIC_ATTEMPTS}
    assert those(findings, "held", "rows past") == {attempt.what.en for attempt in ROW_ATTEMPTS}
    assert (those(findings, "untried") == set()) == THROUGH_GRAFANA
    shown = json.dumps(findings)
    for store in ("metrics", "events"):
        assert ROOT.password(store, stage.world.volga, 1) not in shown
    assert "Basic " not in shown


def test_a_store_without_the_neighbours_data_proves_nothing(stage: Stage) -> None:
    """Where no data of the victim are there to leak, what would show them was not tried; what is closed was."""
    stage.sql("DELETE FROM core.clients WHERE cabinet LIKE '%-don'")
    findings = [one for one in audit(stage.world, stage.world.volga, status=0) if one["victim"] == stage.world.don]
    own = {attempt.what.en for attempt in ROW_ATTEMPTS if attempt.expected == "own"}
    assert those(findings, "untried", "rows past") == own
    assert those(findings, "held", "numbers past") == {attempt.what.en for attempt in METRIC_ATTEMPTS}


def own_table_without_force(stage: Stage) -> str:
    stage.sql("ALTER TABLE core.clients OWNER TO VOLGA")
    stage.sql("ALTER TABLE core.clients NO FORCE ROW LEVEL SECURITY")
    return "reading without a condition"


def view_of_a_superuser(stage: Stage) -> str:
    stage.sql("CREATE VIEW core.peek AS SELECT client FROM core.clients")
    stage.sql("GRANT SELECT ON core.peek TO cabinet_reader")
    return "all that can be read"


def right_to_write(stage: Stage) -> str:
    stage.sql("GRANT SELECT, DELETE ON core.search_queries TO VOLGA")
    return "DELETE FROM core.search_queries"


def every_path(stage: Stage) -> str:
    text = stage.door.config.read_text(encoding="utf-8")
    assert "- /api/v1/series\n" in text
    stage.door.config.write_text(text.replace("- /api/v1/series\n", "- /api/v1/series\n    - /.*\n"), encoding="utf-8")
    who = ROOT.name("metrics", stage.world.volga, 1), ROOT.password("metrics", stage.world.volga, 1)
    assert ask(f"{stage.door.url}/-/reload?authKey={stage.door.key}").status == 200
    while ask(f"{stage.door.url}/tags", headers=basic(*who)).status != 200:
        pass
    return "GET /metrics/find"


@pytest.mark.parametrize("wrong", [own_table_without_force, view_of_a_superuser, right_to_write, every_path])
def test_wrong_fences_are_found(stage: Stage, wrong: Callable[[Stage], str]) -> None:
    """A hole made on purpose is told as a leak by the attempt that is meant for it, whichever way it goes."""
    finder = wrong(stage)
    findings = audit(stage.world, stage.world.volga, status=1)
    ways = {one["way"] for one in findings if one["verdict"] == "leaked" and one["attempt"] == finder}
    assert {way.split(",")[0] for way in ways if "past" in way} in ({"numbers past Grafana"}, {"rows past Grafana"})
    assert any("through /api/d" in way for way in ways) == THROUGH_GRAFANA


def test_attempts_that_get_through_change_nothing(stage: Stage) -> None:
    """Even a superuser's attempts are undone: rows, roles and policies are what they were."""
    stage.sql("ALTER ROLE VOLGA SUPERUSER")
    findings = audit(stage.world, stage.world.volga, status=1)
    assert {"DELETE FROM core.search_queries", "CREATE ROLE smart_attempt"} <= those(findings, "leaked", "rows past")
    with connect(stage.events.conninfo()) as connection:
        assert connection.execute("SELECT count(*) FROM core.clients").fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM pg_roles WHERE rolname ~ '^smart_att'").fetchone() == (0,)
    stage.sql("ALTER ROLE VOLGA NOSUPERUSER")
    assert stage.world.run("drift").exit_code == 0


def test_a_data_source_past_the_door_is_found(stage: Stage) -> None:
    """One straight at the store with the filter as a parameter: told by its credential, and by the proxy if real."""
    world, path = stage.world, "/api/datasources/uid/smart-metrics"
    org = world.org(world.volga)
    json_data = {"customQueryParameters": f"extra_label=cabinet={world.volga}"}
    body = {**world.ask("GET", path, org=org), "url": stage.metrics.url, "basicAuth": False, "jsonData": json_data}
    world.ask("PUT", path, body, org=org)
    findings = audit(world, world.volga, status=1)
    assert "smart-metrics has no credentials of the cabinet's own" in {one["why"] for one in findings}
    proxied = those(findings, "leaked", "numbers through /api/datasources/proxy")
    assert ("a plain query" in proxied) == THROUGH_GRAFANA
