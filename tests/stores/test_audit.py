"""The audit with real stores: as apply builds the fences nothing leaks, and a fence built wrongly is found.

Without GRAFANA_URL there is a sandbox, through which no store can be asked: then the attempts go past Grafana only.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from provision.credential import RootSecret
from provision.stores import local
from provision.stores.attempts import METRIC_ATTEMPTS, ROW_ATTEMPTS
from provision.stores.cluster import connect
from provision.stores.local import EventsServer, MetricsServer, VmauthServer
from provision.stores.wire import ask, basic
from tests.stores.conftest import wipe
from tests.stores.world import plant
from tests.test_audit import add_ural, audit, those
from tests.world import SECRET, World

ROOT = RootSecret(SECRET)
README = Path(__file__).parents[2] / "README.md"
THROUGH_GRAFANA = bool(os.environ.get("GRAFANA_URL"))


@dataclass
class Stage:
    """An applied estate with data in its stores."""

    world: World
    events: EventsServer
    metrics: MetricsServer
    proxy: VmauthServer

    def sql(self, text: str, cabinet: str = "") -> None:
        """Runs that as superuser in the database of volga or another cabinet; VOLGA is volga's role."""
        with connect(self.events.conninfo(ROOT.database_name(cabinet or self.world.volga))) as connection:
            connection.execute(text.replace("VOLGA", ROOT.credential("events", self.world.volga, 1).name).encode())

    def mislay(self, old: str, new: str, path: str) -> None:
        """Changes vmauth's file by hand and waits until volga is let in at that path, and its neighbour shown."""
        text = self.proxy.config.read_text(encoding="utf-8")
        assert old in text
        self.proxy.config.write_text(text.replace(old, new), encoding="utf-8")
        assert ask(f"{self.proxy.url}/-/reload?authKey={self.proxy.key}").status == 200
        who = (
            ROOT.credential("metrics", self.world.volga, 1).name,
            ROOT.credential("metrics", self.world.volga, 1).password,
        )
        while f"{self.world.tag}b" not in ask(f"{self.proxy.url}{path}", headers=basic(*who)).text:
            pass

    def restore(self) -> None:
        """Puts everything back: apply does, but for what lets nobody in, and the rows."""
        self.sql("DROP TABLE IF EXISTS core.map CASCADE; ALTER TABLE core.clients DISABLE ROW LEVEL SECURITY")
        for cabinet in clients(self.world):
            self.sql("DELETE FROM core.clients; DELETE FROM core.search_queries", cabinet)
        plant_rows(self.world, self.events)
        self.world.apply()


@pytest.fixture(scope="module")
def built(
    grafana_url: str,
    metrics_server: MetricsServer,
    postgres: EventsServer,
    ground: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Three cabinets, each with its client's data in both stores; the tests of this module share them."""
    folder = tmp_path_factory.mktemp("estate")
    users = folder / "auth.yml"
    users.write_text("users:\n- {username: writer, password: Pw-Example-9, url_prefix: 'http://127.0.0.1:1/'}\n")
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    wipe(postgres)
    with local.vmauth(users) as proxy:
        world = World(grafana_url, user, password, folder=folder, api="auto")
        world.change("tenants.yaml", "http://127.0.0.1:8427", proxy.url)
        world.change("tenants.yaml", "127.0.0.1:5432", f"127.0.0.1:{postgres.port}")
        add_ural(world)
        world.env = {
            "SMART_VMAUTH_FILE": str(users),
            "SMART_VMAUTH_URL": proxy.url,
            "SMART_VMAUTH_RELOAD_KEY": proxy.key,
            "SMART_VM_PASSWORD": metrics_server.login.password,
            "SMART_VM_URL": metrics_server.url,
            "SMART_EVENTS_ADMIN": postgres.conninfo(),
        }
        world.apply()
        plant_series(world, metrics_server)
        plant_rows(world, postgres)
        yield Stage(world, postgres, metrics_server, proxy)
        world.remove()


@pytest.fixture
def stage(built: Stage) -> Iterator[Stage]:
    """The estate as applied; what the test does to it is put right."""
    yield built
    built.restore()


def clients(world: World) -> dict[str, str]:
    """The client of each cabinet, named as its list does."""
    cabinets = {world.volga: "a", world.don: "b", f"{world.tag}-ural": "c"}
    return {cabinet: f"{world.tag}{sign}.example.ru:80" for cabinet, sign in cabinets.items()}


def plant_series(world: World, metrics: MetricsServer) -> None:
    """Numbers of one client a cabinet."""
    now = int(time.time())
    lines = [
        f'kodeks_licenses_registered{{cabinet="{cabinet}",client="{client}",host="{client}"}} 5 {now - 60}000'
        for cabinet, client in clients(world).items()
    ]
    assert metrics.ask("/api/v1/import/prometheus", method="POST", body="\n".join(lines).encode()).status == 204
    assert metrics.ask(f"/internal/force_flush?authKey={metrics.key}").status == 200


def plant_rows(world: World, events: EventsServer) -> None:
    """A row of one client in each cabinet's database."""
    for cabinet, client in clients(world).items():
        with connect(events.conninfo(ROOT.database_name(cabinet))) as connection:
            plant(connection, cabinet, client, 1)


def test_fences_hold(stage: Stage) -> None:
    """Every attempt is tried past Grafana, and through it where it is real; none gets through, no secret is shown."""
    findings = audit(stage.world, stage.world.volga, status=0)
    assert those(findings, "leaked") == set()
    assert those(findings, "held", "numbers past") == {attempt.what.en for attempt in METRIC_ATTEMPTS}
    assert those(findings, "held", "rows past") == {attempt.what.en for attempt in ROW_ATTEMPTS}
    assert (those(findings, "untried") == set()) == THROUGH_GRAFANA
    shown = json.dumps(findings)
    for store in ("metrics", "events"):
        assert ROOT.credential(store, stage.world.volga, 1).password not in shown
    assert "Basic " not in shown


def test_a_store_without_the_neighbours_data_proves_nothing(stage: Stage) -> None:
    """Where no data of the victim are there to leak, what would show them was not tried; what is closed was."""
    stage.sql("DELETE FROM core.clients; DELETE FROM core.search_queries", stage.world.don)
    findings = [one for one in audit(stage.world, stage.world.volga, status=0) if one["victim"] == stage.world.don]
    own = {attempt.what.en for attempt in ROW_ATTEMPTS if attempt.expected == "own" and not attempt.tells}
    assert those(findings, "untried", "rows past") == own
    assert those(findings, "held", "numbers past") == {attempt.what.en for attempt in METRIC_ATTEMPTS}


def public_may_connect(stage: Stage) -> str:
    stage.sql(f"GRANT CONNECT ON DATABASE {ROOT.database_name(stage.world.don)} TO PUBLIC")
    return "any other database"


def plpgsql_is_usable(stage: Stage) -> str:
    stage.sql("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC")
    return "DO"


def table_granted_by_hand(stage: Stage) -> str:
    stage.sql("GRANT SELECT ON core.clients TO VOLGA")
    return "SELECT * FROM core.clients"


def group_of_the_neighbour(stage: Stage) -> str:
    stage.sql(f"GRANT {ROOT.database_name(stage.world.don)} TO VOLGA")
    return "SET ROLE … (group)"


def row_policies(stage: Stage) -> str:
    for cabinet, client in clients(stage.world).items():
        if cabinet != stage.world.volga:
            stage.sql(
                "INSERT INTO core.clients (cabinet, dealer, client, manager, kind)"
                f" VALUES ('{cabinet}', 'd', '{client}', 'm', 'cloud')"
            )
    stage.sql(
        "CREATE TABLE core.map (role_name name PRIMARY KEY, cabinet text);"
        f" INSERT INTO core.map VALUES ('VOLGA', '{stage.world.volga}'); GRANT SELECT ON core.map TO VOLGA;"
        " ALTER TABLE core.clients ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON core.clients"
        " USING (cabinet = (SELECT cabinet FROM core.map WHERE role_name = current_user))"
    )
    return "an error: whether one's own subquery was executed"


def right_to_write(stage: Stage) -> str:
    stage.sql("GRANT SELECT, DELETE ON core.search_queries TO VOLGA")
    return "DELETE FROM core.search_queries"


def every_path(stage: Stage) -> str:
    stage.mislay("- /api/v1/series\n", "- /api/v1/series\n    - /.*\n", "/metrics/find?query=*&label=client")
    return "GET /metrics/find"


def extra_filters_alone(stage: Stage) -> str:
    narrow = quote(f'{{cabinet="{stage.world.volga}"}}')
    everything = quote('count by (client) (last_over_time({__name__!=""}[1d]))')
    path = f"/api/v1/query?query={everything}&extra_filters=" + quote('{cabinet=~".*"}')
    stage.mislay(f"extra_label=cabinet={stage.world.volga}&extra_filters={narrow}&", "", path)
    return "extra_filters in the URL"


@pytest.mark.parametrize(
    "wrong",
    [
        extra_filters_alone,
        every_path,
        public_may_connect,
        plpgsql_is_usable,
        table_granted_by_hand,
        group_of_the_neighbour,
        row_policies,
        right_to_write,
    ],
)
def test_wrong_fences_are_found(stage: Stage, wrong: Callable[[Stage], str]) -> None:
    """A hole made on purpose is reported as a leak by the attempt meant for it, whichever way that attempt takes."""
    finder = wrong(stage)
    findings = audit(stage.world, stage.world.volga, status=1)
    ways = {one["way"] for one in findings if one["verdict"] == "leaked" and one["attempt"] == finder}
    assert "leaked" not in {one["verdict"] for one in findings if "check of the settings" in one["way"]}
    assert {way.split(",")[0] for way in ways if "past" in way} in ({"numbers past Grafana"}, {"rows past Grafana"})
    assert any("through /api/d" in way for way in ways) == THROUGH_GRAFANA


def test_attempts_that_get_through_change_nothing(stage: Stage) -> None:
    """Even a superuser's attempts are undone: rows, roles and databases are what they were."""
    stage.sql("ALTER ROLE VOLGA SUPERUSER")
    findings = audit(stage.world, stage.world.volga, status=1)
    assert {"DELETE FROM core.search_queries", "CREATE ROLE smart_attempt"} <= those(findings, "leaked", "rows past")
    with connect(stage.events.conninfo()) as connection:
        assert connection.execute("SELECT count(*) FROM pg_database WHERE datname ~ '^smart_att'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM pg_roles WHERE rolname ~ '^smart_att'").fetchone() == (0,)
    stage.sql("ALTER ROLE VOLGA NOSUPERUSER")
    assert stage.world.run("drift").exit_code == 0


def test_a_data_source_past_vmauth_is_found(stage: Stage) -> None:
    """A data source that reaches the store itself, with the filter as a parameter, is reported for its credential."""
    world, path = stage.world, "/api/datasources/uid/smart-metrics"
    org = world.org(world.volga)
    json_data = {"customQueryParameters": f"extra_label=cabinet={world.volga}"}
    login = stage.metrics.login
    direct = {"url": stage.metrics.url, "basicAuthUser": login.user, "jsonData": json_data}
    body = {**world.ask("GET", path, org=org), **direct, "secureJsonData": {"basicAuthPassword": login.password}}
    world.ask("PUT", path, body, org=org)
    proxy, who = f"{world.url}/api/datasources/proxy/uid/smart-metrics/tags", {"X-Grafana-Org-Id": str(org)}
    while THROUGH_GRAFANA and not world.http.get(proxy, headers=who, timeout=60).ok:
        pass  # Grafana goes by what it knew of a data source for five seconds (12.4)
    findings = audit(world, world.volga, status=1)
    assert "smart-metrics has no credentials of the cabinet's own" in {one["why"] for one in findings}
    proxied = those(findings, "leaked", "numbers through /api/datasources/proxy")
    assert ("a plain query" in proxied) == THROUGH_GRAFANA
    said = as_in_the_guide(world, world.run("audit", world.volga).stdout)
    shown = as_in_the_guide(world, README.read_text(encoding="utf-8"))
    lines = [
        line for line in shown if line.startswith(("rogaikopyta-volga: held", "Total: held", "  LEAKED", "  could not"))
    ]
    assert len(lines) == 6
    assert [line for line in lines if line not in said and (THROUGH_GRAFANA or "through" not in line)] == []


def as_in_the_guide(world: World, text: str) -> list[str]:
    """The lines with the cabinets of the example estate for ours, and no numbers."""
    text = text.replace(f"{world.tag}-ural", "romashka").replace(world.don, "rogaikopyta-ural")
    return [re.sub(r"\d+", "0", line) for line in text.replace(world.volga, "rogaikopyta-volga").splitlines()]
