"""`verify --wait` and `new`, which ends with verify: data that come while it waits end the waiting, on real stores."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from provision.credential import RootSecret
from provision.sandbox import Sandbox
from provision.stores import local
from provision.stores.local import EventsServer, MetricsServer
from tests.collect.series import Series
from tests.stores.conftest import wipe
from tests.world import SECRET, World

LONGEST = 240  # seconds, on a busy machine


@dataclass(frozen=True, slots=True)
class Stage:
    """An estate whose stores are ours to administer."""

    world: World
    series: Series
    events: EventsServer

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        """A command in a process of its own."""
        world = self.world
        settings = {
            "GRAFANA_URL": world.url,
            "GRAFANA_USER": world.user,
            "GRAFANA_PASSWORD": world.password,
            "SMART_SECRET": SECRET,
            **world.env,
        }
        command = [sys.executable, "-c", "from provision.cli import main; main()", "--lang", "en"]
        command += ["-f", str(world.folder / "tenants.yaml"), *words]
        env = {**os.environ, **settings}
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def checks(self, cabinet: str, manager: str, host: str) -> None:
        """The probes of an installation begin, and all pass."""
        for check in ("icmp", "tcp", "http200"):
            self.put("kodeks_check_status", cabinet, manager, host, 1, check=check)

    def put(self, metric: str, cabinet: str, manager: str, host: str, value: float, **more: str) -> None:
        """One sample of now."""
        labels = {"cabinet": cabinet, "client": host, "host": host, "manager": manager, **more}
        self.series.put(metric, labels, {time.time() - 1: value})

    def registered(self, ago: str) -> None:
        """Volga's lines have been in the registry for so long."""
        database = RootSecret(SECRET).database_name(self.world.volga)
        with psycopg.connect(self.events.conninfo(database), autocommit=True) as connection:
            connection.execute("UPDATE core.clients SET registered_at = now() - %s::interval", [ago])


@pytest.fixture
def stage(sandbox: Sandbox, metrics_server: MetricsServer, postgres: EventsServer, tmp_path: Path) -> Iterator[Stage]:
    """Two cabinets, not yet applied."""
    wipe(postgres)
    users = tmp_path / "auth.yml"
    users.write_text("users:\n- {username: writer, password: Pw-Example-9, url_prefix: 'http://127.0.0.1:1/'}\n")
    (tmp_path / "estate").mkdir()
    with local.vmauth(users) as door:
        world = World(sandbox.url, "admin", "admin", folder=tmp_path / "estate", api="auto")
        world.env = {
            "SMART_VMAUTH_FILE": str(users),
            "SMART_VMAUTH_URL": door.url,
            "SMART_VMAUTH_RELOAD_KEY": door.key,
            "SMART_VM_URL": metrics_server.url,
            "SMART_VM_PASSWORD": metrics_server.login.password,
            "SMART_EVENTS_ADMIN": postgres.conninfo(),
            "SMART_TARGETS_DIR": str(tmp_path / "collection"),
        }
        yield Stage(world, Series(metrics_server), postgres)
    wipe(postgres)


def awaited(running: "subprocess.Popen[str]") -> str:
    """The first line that says that data are awaited; fails when the command ends without one."""
    assert running.stderr is not None
    said = []
    for line in running.stderr:
        said.append(line)
        if line.startswith("Awaiting data"):
            return line
    raise AssertionError(f"it did not wait: {''.join(said)}")


def test_data_that_come_end_the_waiting(stage: Stage) -> None:
    """Nothing is there at first, and it says for how much it waits; exit code 0 once the probes arrive."""
    world = stage.world
    world.apply()
    running = stage.begin("verify", world.volga, "--only", "checks", "--wait", "--verbose")
    assert awaited(running).startswith("Awaiting data: 1 of 2, at most ")
    stage.checks(world.volga, world.login("ivanova"), f"{world.tag}a.example.ru:80")
    output, _ = running.communicate(timeout=LONGEST)
    assert running.returncode == 0, output
    assert f"{world.tag}a.example.ru:80" in output


def test_what_does_not_come_is_overdue_at_last(stage: Stage) -> None:
    """It stops waiting by itself when the time is over: exit code 1, with the reason."""
    world = stage.world
    world.apply()
    stage.registered("4 minutes 40 seconds")
    running = stage.begin("verify", world.volga, "--only", "checks", "--wait")
    awaited(running)
    output, _ = running.communicate(timeout=LONGEST)
    assert running.returncode == 1, output
    assert "the probes do not run" in output


def test_new_ends_with_verify(stage: Stage) -> None:
    """With --wait it stays until the new cabinet's data are there; without, it says which command shows them later."""
    world = stage.world
    for name, person in (("kama", "kamina"), ("ural", "uralova")):
        world.write(f"{name}_manager_20260417.csv", world.manager_line(person, f"{world.tag}{name}.example.ru:80"))

    def words(name: str) -> list[str]:
        options = {
            "profile": "company",
            "distributor": f"d{world.tag}",
            "title": f"{name} {world.tag}",
            "managers": str(world.folder / f"{name}_manager_20260417.csv"),
            "high-priority": f"sos-{name}@example.ru",
            "usage": f"usage-{name}@example.ru",
        }
        pairs = [text for key, value in options.items() for text in (f"--{key}", value)]
        folders = ["--handover", str(world.folder / "handover"), "--backup", str(world.folder / "backup")]
        return ["new", f"{world.tag}-{name}", *pairs, *folders, "--yes"]

    result = world.run(*words("ural"))
    assert result.exit_code == 0, result.output
    assert f"provision verify {world.tag}-ural" in result.output
    assert "awaited 1" in result.output

    running = stage.begin(*words("kama"), "--wait")
    awaited(running)
    cabinet, manager, host = f"{world.tag}-kama", world.login("kamina"), f"{world.tag}kama.example.ru:80"
    stage.checks(cabinet, manager, host)
    stage.put("kodeks_sysinfo_timestamp_seconds", cabinet, manager, host, time.time() - 60)
    output, _ = running.communicate(timeout=LONGEST)
    assert running.returncode == 0, output
