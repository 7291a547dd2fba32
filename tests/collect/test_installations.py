"""From the example lists to series: apply, the real engines, and a small fake of the product's pages."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from provision.cli import main
from provision.sandbox import Sandbox
from tests.collect.conftest import Engines
from tests.collect.product import Installation, closed_port, installation, until
from tests.dashboards.asked import Board
from tests.dashboards.boards import EVERYTHING
from tests.dashboards.numbers import Numbers
from tests.world import SECRET

SHIPPED = Path(__file__).parents[2]
CABINET, OTHER = "romashka", "vektor-siberia"
LIST = "lists/romashka_manager_20261103.csv"
UP, SLOW, BUSY, DOWN = (
    "100201.te-cloud.example.ru",
    "100203.te-cloud.example.ru",
    "docs.zavod-luch.example.com",
    "kodeks.most-proekt.example.com",
)
THEIRS = "310501.te-cloud.example.ru"  # an installation of the other cabinet


@dataclass
class Runner:
    """`provision` on a copy of the shipped estate."""

    estate: Path
    env: dict[str, str]

    def apply(self, *cabinets: str) -> None:
        """An apply that succeeds."""
        folder = self.estate.parent
        words = ["--lang", "en", "-f", str(self.estate), "apply", "--yes", *cabinets]
        words += ["--handover", str(folder / "handover"), "--backup", str(folder / "backup")]
        result = CliRunner(env=self.env).invoke(main, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output


@dataclass
class Place:
    """The shipped estate with the fake installations under their names, applied on a sandbox."""

    runner: Runner
    engines: Engines
    installations: dict[str, Installation]

    def host(self, name: str) -> str:
        """The label host: its name and the port that it has here."""
        return f"{name}:{self.installations[name].port}"

    def status(self, cabinet: str) -> dict[tuple[str, str], float]:
        """By name and check, what the last probes found."""
        found = self.engines.series.ask(f'kodeks_check_status{{cabinet="{cabinet}"}}')
        return {(labels["host"].rpartition(":")[0], labels["check"]): value for labels, value in found}

    def change(self, name: str, old: str, new: str) -> None:
        path = self.runner.estate.parent / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox, engines: Engines) -> Iterator[Place]:
    """Ports of the example lists are replaced by those that the fake installations have."""
    estate = tmp_path / "estate"
    estate.mkdir()
    shutil.copy(SHIPPED / "tenants.yaml", estate)
    shutil.copytree(SHIPPED / "lists", estate / "lists")
    with ExitStack() as stack:
        found = {name: stack.enter_context(installation()) for name in (UP, THEIRS)}
        found[SLOW] = stack.enter_context(installation(seconds=20))
        found[BUSY] = stack.enter_context(installation(code=503))
        found[DOWN] = Installation(stack.enter_context(closed_port()))
        engines.resolve(*found)
        env = {
            "GRAFANA_URL": sandbox.url,
            "GRAFANA_PASSWORD": "admin",
            "SMART_SECRET": SECRET,
            "SMART_TARGETS_DIR": str(engines.folder.path),
            "SMART_BLACKBOX_ADDRESS": engines.exporter.address,
            "SMART_PROBE_INTERVAL": "2",
        }
        place = Place(Runner(estate / "tenants.yaml", env), engines, found)
        for name, one in found.items():
            path = LIST if name != THEIRS else "lists/vektor-siberia_manager_20261103.csv"
            port, protocol = ("443", "https") if name == BUSY else ("80", "http")
            place.change(path, f"{name}:{port}", f"{name}:{one.port}")
            if protocol == "https":
                lines = (estate / path).read_text(encoding="utf-8").splitlines()
                plain = [line.replace(",https,", ",http,") if line.startswith(name) else line for line in lines]
                (estate / path).write_text("\n".join(plain) + "\n", encoding="utf-8")
        place.runner.apply(CABINET, OTHER)
        yield place


def test_each_cabinet_sees_its_own_installations_as_they_are(place: Place) -> None:
    """Up, slow, in maintenance, down: the checks of the dashboards, with the cabinet of the list that names them."""
    checks = [(name, check) for name in (UP, SLOW, BUSY, DOWN) for check in ("icmp", "tcp", "http200")]
    until(lambda: {*checks} <= place.status(CABINET).keys())
    until(lambda: (THEIRS, "http200") in place.status(OTHER))
    mine, theirs = place.status(CABINET), place.status(OTHER)

    assert [mine[UP, check] for check in ("icmp", "tcp", "http200")] == [1, 1, 1]
    assert [mine[SLOW, check] for check in ("icmp", "tcp", "http200")] == [1, 1, 0]
    assert [mine[BUSY, check] for check in ("icmp", "tcp", "http200")] == [1, 1, 0]
    assert [mine[DOWN, check] for check in ("icmp", "tcp", "http200")] == [1, 0, 0]
    assert theirs[THEIRS, "http200"] == 1
    assert not {name for name, _ in mine} & {name for name, _ in theirs}
    assert "MostStroy" not in {name for name, _ in mine}  # a client with donotping


def test_the_dashboards_are_answered_by_the_probes(place: Place) -> None:
    """Checks over time and availability in percent, panel by panel, as Grafana asks them."""
    hosts = [place.host(name) for name in (UP, BUSY, DOWN)]

    def shown() -> Mapping[str, object]:
        checks = Board("kodeks-server-metrics", EVERYTHING, Numbers(place.engines.metrics, datetime.now(UTC)))
        return checks.now("Статусы on-line проверок", step="5m")

    until(lambda: shown().keys() >= {f"http200 {host}" for host in hosts})  # a store hides the last 30 seconds
    now = datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)  # availability is added up by the hour
    available = Board("server-availability", EVERYTHING, Numbers(place.engines.metrics, hour))
    statuses = shown()
    pages = available.now("Доступность интерфейса ПК в % за последние 30 дней")
    ports = available.now("Доступность открытого порта к ПК в % за последние 30 дней")

    assert [statuses[f"http200 {host}"] for host in hosts] == [1, 0, 0]
    up, busy, down = hosts  # a first probe may fail while a machine is busy: hence no 100
    assert (pages[up] > 0, pages[busy], pages[down]) == (True, 0, 0)
    assert (ports[up] > 0, ports[busy] > 0, ports[down]) == (True, True, 0)


def test_a_removed_line_is_probed_no_more(place: Place) -> None:
    """The target goes with the line, no further sample comes, and what was measured stays."""
    until(lambda: (UP, "http200") in place.status(CABINET))
    series = f'kodeks_check_status{{host="{place.host(UP)}"}}'
    lines = (place.runner.estate.parent / LIST).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(UP)]
    (place.runner.estate.parent / LIST).write_text("".join(kept), encoding="utf-8")
    place.runner.apply(CABINET)
    until(lambda: not place.engines.series.ask(series))
    asked, kept_samples = dict(place.installations[UP].asked), f"count_over_time({series}[1h])"
    before = place.engines.series.ask(kept_samples)
    until(lambda: place.status(CABINET).get((BUSY, "tcp")) == 1)

    assert place.engines.series.ask(kept_samples) == before
    assert len(before) == 3
    assert place.installations[UP].asked == asked


def test_a_suspended_cabinet_is_probed_no_more(place: Place) -> None:
    """The probes of all its installations stop; those of the other go on."""
    until(lambda: (UP, "http200") in place.status(CABINET) and (THEIRS, "http200") in place.status(OTHER))
    place.change("tenants.yaml", "        title: Ромашка\n", "        title: Ромашка\n        state: suspended\n")
    place.runner.apply(CABINET)
    until(lambda: not place.status(CABINET))
    asked, theirs = dict(place.installations[UP].asked), dict(place.installations[THEIRS].asked)
    until(lambda: place.installations[THEIRS].asked != theirs)

    assert place.installations[UP].asked == asked
