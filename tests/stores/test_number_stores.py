"""Stores of numbers by kind: what each needs from vmauth and Grafana. A recorder of requests plays the cluster."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from provision.credential import RootSecret
from provision.schema import SCHEMA
from provision.stores import local
from provision.stores.number_stores import NUMBER_STORES, PATHS, VictoriaMetricsCluster
from provision.stores.vmauth_users import UserFile
from provision.stores.wire import Login, ask, basic
from tests.stores.world import BOTH, VOLGA, user_changes

LOGIN = Login("smart", "the-store's-own")


class Recorder:
    """A store that answers everything and remembers path, query and login of each request."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, list[str]], str]] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                login = self.headers.get("Authorization", "")
                recorder.seen.append((asked.path, parse_qs(asked.query), login))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"status":"success","data":{"resultType":"vector","result":[]}}')

            do_POST = do_GET  # noqa: N815 - the library's name

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Prints nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    running = Recorder()
    yield running
    running.close()


def test_a_cabinet_of_a_cluster_reaches_its_own_tenant(recorder: Recorder, tmp_path: Path, root: RootSecret) -> None:
    """vmauth puts the tenant into the path and adds the label and the store's login; nothing else is passed on."""
    path = tmp_path / "auth.yml"
    file = UserFile(path, VictoriaMetricsCluster(recorder.url, LOGIN), root)
    file.apply(user_changes(file))
    assert user_changes(file) == ()
    with local.vmauth(path) as server:
        ours = root.credential("metrics", "volga", 1)
        who = basic(ours.name, ours.password)
        assert ask(f"{server.url}/api/v1/query?query=1&extra_label=cabinet=ural", headers=who).status == 200
        for attempt in VictoriaMetricsCluster.attempts:
            if "tenant" in attempt.what.en:
                assert ask(server.url + attempt.path, headers=who).status == 400, attempt.path

    tenant = root.tenant("volga")
    ((asked, query, login),) = recorder.seen
    assert asked == f"/select/{tenant}/prometheus/api/v1/query"
    assert query["extra_label"] == ["cabinet=volga"]
    assert login == LOGIN.headers["Authorization"]


def test_tenants_differ_and_stay(root: RootSecret) -> None:
    """Two numbers of 32 bits; a cabinet keeps its tenant through every rotation, another root secret gives another."""
    tenants = {root.tenant(f"cabinet-{number}") for number in range(1000)}
    assert len(tenants) == 1000
    for tenant in tenants:
        account, project = map(int, tenant.split(":"))
        assert 0 <= account < 2**32
        assert 0 <= project < 2**32
    assert root.tenant("volga") == RootSecret("a root secret of more than 32 characters").tenant("volga")


def test_the_plan_names_the_tenant_and_no_secret(recorder: Recorder, tmp_path: Path, root: RootSecret) -> None:
    """Importers have to know it: it is part of the user's address, which the plan shows."""
    file = UserFile(tmp_path / "auth.yml", VictoriaMetricsCluster(recorder.url, LOGIN), root)
    shown = repr(user_changes(file, [VOLGA]))
    assert f"/select/{root.tenant('volga')}/prometheus" in shown
    assert LOGIN.password not in shown
    assert LOGIN.headers["Authorization"] not in shown


def test_users_of_both_kinds_differ_in_the_address_alone(tmp_path: Path, root: RootSecret) -> None:
    """Paths, headers and credentials are the same, so Grafana's data source is the same for both."""
    users = []
    for kind, store in NUMBER_STORES.items():
        path = tmp_path / f"{kind}.yml"
        file = UserFile(path, store("http://127.0.0.1:1", LOGIN), root)
        file.apply(user_changes(file, BOTH))
        users.append([one for one in yaml.safe_load(path.read_text())["users"] if one["username"].startswith("c_")])
    for single, cluster in zip(*users, strict=True):
        assert single["url_map"][0]["src_paths"] == list(PATHS)
        assert single["url_map"][0].pop("url_prefix") != cluster["url_map"][0].pop("url_prefix")
        assert single == cluster
    credential = root.credential("metrics", "volga", 1)
    specs = [store.data_source("http://vmauth:8427", credential) for store in NUMBER_STORES.values()]
    assert specs[0] == specs[1]
    assert specs[0]["basicAuthUser"] == credential.name


def test_tenants_yaml_offers_every_kind() -> None:
    """The choice in the schema is made from the table."""
    metrics = SCHEMA["properties"]["stores"]["properties"]["metrics"]
    assert metrics["properties"]["kind"]["enum"] == list(NUMBER_STORES)
