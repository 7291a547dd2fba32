"""`provision sample-data`: from the lists to both stores, and never among real data unasked."""

import json
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provision.cli import main
from provision.credential import RootSecret
from provision.stores import local
from provision.stores.access import Access
from provision.stores.cluster import Cluster, connect
from provision.stores.cluster_fence import registered
from provision.stores.local import EventsServer, MetricsServer
from tests.stores.world import fence_rows
from tests.world import SECRET

ESTATE = """\
defaults: {timezone: Europe/Samara}
stores:
  metrics: {kind: victoriametrics, url: "http://127.0.0.1:8427"}
  events: {kind: postgresql, address: "127.0.0.1:5432", sslmode: disable}
profiles:
  company: {dashboards: ["*"], home: kodeks-analytics}
distributors:
  romashka:
    title: ООО «Ромашка»
    cabinets:
      volga:
        profile: company
        title: Волга
        lists: {managers: [volga_manager_20260417.csv], online: [volga_online_20260417.csv]}
        mail: {high_priority: sos@example.ru, usage: usage@example.ru}
      don:
        profile: company
        title: Дон
        lists: {managers: [don_manager_20260417.csv]}
        mail: {high_priority: sos-don@example.ru, usage: usage-don@example.ru}
"""
_ZONE = "-1,3600,604800"
VOLGA = (
    f"100201.te-cloud.example.ru:80,ivanova,ivanova@example.ru,http,download,upload,process,ping,{_ZONE}\n"
    f"docs.example.com:443,petrov,petrov@example.ru,https,download,upload,process,ping,{_ZONE}\n"
)
DON = f"dc.example.com:80,sidorov,sidorov@example.ru,http,download,upload,process,ping,{_ZONE}\n"
ONLINE = "ООО Лютик,u20101,Pw-Example-1,online1.example.ru,docs,https,ivanova,ivanova@example.ru\n"


@pytest.fixture
def metrics(tmp_path: Path) -> Iterator[MetricsServer]:
    """An empty VictoriaMetrics of the test's own."""
    with local.victoria_metrics(tmp_path / "metrics") as server:
        yield server


class Shop:
    """An estate in a folder, and a way to run the command on it."""

    def __init__(self, folder: Path, metrics: MetricsServer, events: EventsServer) -> None:
        self.folder, self.metrics, self.events = folder, metrics, events
        self.write("tenants.yaml", ESTATE)
        self.write("volga_manager_20260417.csv", VOLGA)
        self.write("volga_online_20260417.csv", ONLINE)
        self.write("don_manager_20260417.csv", DON)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *words: str, **env: str) -> Result:
        """`provision sample-data --days 2 …`."""
        stores = {
            "SMART_VM_PASSWORD": self.metrics.login.password,
            "SMART_VM_URL": self.metrics.url,
            "SMART_VM_KEY": self.metrics.key,
            "SMART_EVENTS_ADMIN": self.events.conninfo(),
            "SMART_SECRET": SECRET,
        }
        arguments = ["--lang", "en", "-f", str(self.folder / "tenants.yaml"), "sample-data", "--days", "2", *words]
        return CliRunner(env={**stores, **env}).invoke(main, arguments, catch_exceptions=False)

    def fill(self, *words: str) -> None:
        result = self.run(*words)
        assert result.exit_code == 0, result.output

    def refuse(self, *words: str, **env: str) -> str:
        """What the command says when it does not do it; nothing may have changed."""
        before = self.rows(), self.numbers()
        result = self.run(*words, **env)
        assert result.exit_code != 0
        assert "Traceback" not in result.output
        assert (self.rows(), self.numbers()) == before
        return result.output

    def databases(self) -> dict[str, str]:
        """The connection string of each cabinet's database that is there."""
        with connect(self.events.conninfo()) as admin:
            return {cabinet: self.events.conninfo(name) for cabinet, name in registered(admin).items()}

    def rows(self) -> dict[str, int]:
        """Searches and clients of the cabinets that have some."""
        text = "SELECT (SELECT count(*) FROM core.clients) + (SELECT count(*) FROM core.search_queries)"
        found = {}
        for cabinet, conninfo in self.databases().items():
            with connect(conninfo) as connection:
                found[cabinet] = int((connection.execute(text).fetchone() or [0])[0])
        return {cabinet: count for cabinet, count in found.items() if count}

    def numbers(self) -> dict[str, int]:
        """Series by cabinet."""
        query = urllib.parse.quote('count by (cabinet) (last_over_time({cabinet!=""}[100d]))')
        answer = json.loads(self.metrics.ask(f"/api/v1/query?query={query}").text)
        return {row["metric"]["cabinet"]: int(row["value"][1]) for row in answer["data"]["result"]}

    def real_number(self, cabinet: str) -> None:
        past = int(time.time() - 60) * 1000
        body = f'kodeks_online_up{{cabinet="{cabinet}",client="c",manager="m"}} 1 {past}'.encode()
        assert self.metrics.ask("/api/v1/import/prometheus", method="POST", body=body).status == 204
        assert self.metrics.ask(f"/internal/force_flush?authKey={self.metrics.key}").status == 200

    def real_row(self, cabinet: str) -> None:
        text = (
            "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, query_text, status)"
            " VALUES (now(), %s, 'online', 'c', 'm', 'q', 'empty')"
        )
        with connect(self.databases()[cabinet]) as connection:
            connection.execute(text, [cabinet])


@pytest.fixture
def shop(tmp_path: Path, metrics: MetricsServer, empty: EventsServer) -> Shop:
    """Empty stores with the databases of three cabinets, of which the estate has two."""
    accesses = [Access(cabinet) for cabinet in ("volga", "don", "ural")]
    fence_rows(Cluster(empty.conninfo()), RootSecret(SECRET), accesses)
    return Shop(tmp_path, metrics, empty)


def test_the_lists_become_history(shop: Shop) -> None:
    """Every line of every list has its numbers and rows; kinds follow the addresses; again gives as much."""
    shop.fill()
    listed = []
    for cabinet in ("don", "volga"):
        with connect(shop.databases()[cabinet]) as connection:
            query = "SELECT cabinet, client, manager, kind FROM core.clients ORDER BY 1, 2"
            listed += connection.execute(query).fetchall()
    assert listed == [
        ("don", "dc.example.com:80", "sidorov", "own_dc"),
        ("volga", "100201.te-cloud.example.ru:80", "ivanova", "cloud"),
        ("volga", "docs.example.com:443", "petrov", "own_dc"),
        ("volga", "ООО Лютик", "ivanova", "online"),
    ]
    before = shop.rows()
    assert shop.numbers().keys() == before.keys() == {"volga", "don"}
    shop.fill()
    assert shop.rows().keys() == before.keys()


def test_what_apply_has_written_is_no_real_data(shop: Shop) -> None:
    """The registry is of the lists: a cabinet that was applied first is filled all the same, and again."""
    text = "INSERT INTO core.clients (cabinet, dealer, client, manager, kind) VALUES ('don', 'd', 'c', 'm', 'cloud')"
    with connect(shop.databases()["don"]) as connection:
        connection.execute(text)
    shop.fill("don")
    shop.fill("don")
    assert shop.rows().keys() == {"don"}


def test_only_the_named_cabinet(shop: Shop) -> None:
    """A named cabinet is filled and no other; the next one may be filled beside it."""
    shop.fill("don")
    assert shop.rows().keys() == shop.numbers().keys() == {"don"}
    shop.fill("volga")
    assert shop.rows().keys() == shop.numbers().keys() == {"volga", "don"}


@pytest.mark.parametrize("store", ["real_row", "real_number"])
def test_real_data_of_others_need_a_word(shop: Shop, store: str) -> None:
    """A store with real data of another cabinet is left alone; with --yes it is filled, and the real data stay."""
    getattr(shop, store)("ural")
    assert "real data of other cabinets: ural" in shop.refuse()
    shop.fill("--yes")
    assert shop.rows().get("ural", 0) + shop.numbers().get("ural", 0) == 1


@pytest.mark.parametrize("store", ["real_row", "real_number"])
def test_a_cabinets_real_data_are_never_replaced(shop: Shop, store: str) -> None:
    """Not even with --yes."""
    getattr(shop, store)("volga")
    assert "holds real data of volga" in shop.refuse("--yes")


def test_rows_that_came_after_made_up_ones_are_real(shop: Shop) -> None:
    """What an importer has added since to a cabinet of made-up history is not replaced."""
    shop.fill()
    shop.real_row("volga")
    assert "holds real data of volga" in shop.refuse("--yes")


def test_what_is_missing_is_reported(shop: Shop, tmp_path: Path) -> None:
    """No administrator, no VictoriaMetrics, a wrong key, an unknown cabinet: a sentence each, and nothing written."""
    assert "SMART_EVENTS_ADMIN is not set" in shop.refuse(SMART_EVENTS_ADMIN="")
    assert "does not answer properly. VictoriaMetrics: " in shop.refuse(SMART_VM_URL="http://127.0.0.1:1")
    assert "SMART_VM_KEY" in shop.refuse(SMART_VM_KEY="not-it")
    assert "There is no cabinet 'kama'" in shop.refuse("kama")
    (tmp_path / "don_manager_20260417.csv").unlink()
    assert "don" in shop.refuse()


def test_expire_deletes_what_is_too_old(shop: Shop) -> None:
    """Rows of 14 months ago go, those of 12 stay; without an administrator it says so."""
    text = (
        "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, query_text, status)"
        " SELECT now() - n * interval '1 month', 'volga', 'installation', 'c', 'm', 'q', 'empty' FROM"
        " unnest(ARRAY[12, 14]) n"
    )
    with connect(shop.databases()["volga"]) as connection:
        connection.execute(text.encode())
    environment = {"SMART_EVENTS_ADMIN": shop.events.conninfo()}
    words = ["--lang", "en", "-f", str(shop.folder / "tenants.yaml"), "expire"]
    done = CliRunner(env=environment).invoke(main, words, catch_exceptions=False)
    assert (done.exit_code, done.output) == (0, "1 rows deleted\n")
    assert shop.rows() == {"volga": 1}
    assert CliRunner(env={"SMART_EVENTS_ADMIN": ""}).invoke(main, words, catch_exceptions=False).exit_code == 2


def test_without_tables_it_says_who_makes_them(tmp_path: Path, metrics: MetricsServer, empty: EventsServer) -> None:
    """A server without the cabinet's database: said before anything is written, with the way to make it."""
    result = Shop(tmp_path, metrics, empty).run()
    assert result.exit_code == 1
    assert "provision apply volga makes it" in result.output
