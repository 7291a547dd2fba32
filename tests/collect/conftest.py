"""The engines of collection, each test its own: probes of one test must not be seen by another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from provision.collect.blackbox import blackbox
from provision.collect.folder import CollectionFolder
from provision.collect.scraping import relabelling, scraping
from provision.stores import local
from provision.stores.collectors import Exporter, blackbox_exporter
from provision.stores.local import MetricsServer
from tests.collect.product import SMARTLOGIN
from tests.collect.series import Series


@dataclass(frozen=True, slots=True)
class Engines:
    """A store that probes every second by the files of `folder`, through an exporter of its own."""

    folder: CollectionFolder
    hosts: Path
    metrics: MetricsServer
    exporter: Exporter

    def resolve(self, *names: str) -> None:
        """Makes these names lead to this machine, for the exporter alone."""
        self.hosts.write_text("".join(f"127.0.0.1 {name}\n" for name in names))

    @property
    def series(self) -> Series:
        return Series(self.metrics)


@contextmanager
def probing(path: Path) -> Iterator[Engines]:
    """The exporter and the store, on files in `path`."""
    folder = CollectionFolder(path / "collection")
    password = path / "smartlogin"
    password.write_text(SMARTLOGIN)
    folder.write("blackbox.yml", blackbox(str(password)).replace("timeout: 10s", "timeout: 1s"))
    folder.write("relabel.yml", relabelling())
    hosts = path / "hosts"
    hosts.touch()
    # The exporter asks the C library (netdns=cgo), which the wrapper gives our file in the place of /etc/hosts and DNS.
    names = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(hosts), "GODEBUG": "netdns=cgo"}
    with blackbox_exporter(folder.path / "blackbox.yml", path / "exporter.log", environment=names) as exporter:
        folder.write("scrape.yml", scraping(exporter.address, interval=2))
        with local.victoria_metrics(path / "metrics", collection=folder.path) as metrics:
            yield Engines(folder, hosts, metrics, exporter)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    """Running engines with files of their own."""
    with probing(tmp_path) as running:
        yield running
