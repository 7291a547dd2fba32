"""What is measured: each function does a piece of work with the program and the same piece without it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from grafanalib._gen import DashboardEncoder

import dashboards
from benchmarks import estate
from benchmarks.bare import Bare
from provision import config
from provision.applying import apply_plan
from provision.backup import Backup
from provision.credential import RootSecret
from provision.directory import Directory
from provision.grafana import Connection, Grafana
from provision.handover import Handover
from provision.kinds import RunContext
from provision.kinds.dashboard import DashboardKind, home_title, render, scope_of
from provision.model import Cabinet
from provision.planning import make_plan

SECRET = "only for benchmarks: otter plinth wrangle mosaic"
MANY = 500


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table. `ratio` is judged against `bound`: at least or at most, as `sense` says."""

    what: str
    ours: str
    bare: str
    ratio: float
    sense: str
    bound: float

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.sense == "≥" else self.ratio <= self.bound


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def made(cabinets: int, tag: str) -> tuple[Path, tuple[Cabinet, ...]]:
    """A fresh estate of that size: its tenants.yaml and its cabinets."""
    path = estate.write(Path(tempfile.mkdtemp(prefix="bench-")), cabinets, tag=tag)
    return path, config.load(path).cabinets


def rendering() -> Measure:
    """All dashboards of 500 cabinets against a loop that builds and encodes each with grafanalib."""
    _path, cabinets = made(MANY, "render")

    def plainly() -> None:
        for cabinet in cabinets:
            scope = scope_of(cabinet)
            for slug in scope.slugs:
                board = import_module(f"dashboards.{slug.replace('-', '_')}").build(scope).auto_panel_ids()
                json.dumps(board.to_json_data(), sort_keys=True, cls=DashboardEncoder)

    def ours() -> None:
        render.cache_clear()
        for cabinet in cabinets:
            for wanted in kind.desired(cabinet):
                assert wanted.spec

    kind = DashboardKind.__new__(DashboardKind)  # rendering needs no run
    mine, bare = seconds(ours), seconds(plainly)
    count = MANY * len(dashboards.slugs())
    return Measure(f"render {count} dashboards", f"{mine:.2f} s", f"{bare:.2f} s", bare / mine, "≥", 15)


def loading() -> Measure:
    """Reading and checking an estate of 500 cabinets with 20,000 lines of lists."""
    path, _cabinets = made(MANY, "load")
    took = seconds(lambda: config.load(path))
    return Measure("load and check 500 cabinets, seconds", f"{took:.2f} s", "–", took, "≤", 2)


def starting() -> Measure:
    """`provision --help` against an interpreter that does nothing; the best of ten."""
    command = Path(sys.executable).with_name("provision")
    ours = min(seconds(lambda: subprocess.run([command, "--help"], check=True, capture_output=True)) for _ in range(10))
    bare = min(seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(10))
    return Measure("start `provision --help`", f"{ours * 1000:.0f} ms", f"{bare * 1000:.0f} ms", ours / bare, "≤", 6)


@contextmanager
def one_dashboard_changed() -> Iterator[None]:
    """As if somebody had edited one dashboard's file."""
    original = dashboards.render
    first = dashboards.slugs()[0]

    def changed(slug: str, scope: dashboards.Scope) -> dict[str, Any]:
        return {**original(slug, scope), **({"description": "changed"} if slug == first else {})}

    dashboards.render = changed
    render.cache_clear()
    yield
    dashboards.render = original
    render.cache_clear()


class Server:
    """The server under test, and what is asked of it. `sent` is the number of requests of the last apply()."""

    sent = 0

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url, self.user, self.password = url, user, password
        self.bare = Bare(url, user, password)

    def run(self, server: Grafana, cabinets: tuple[Cabinet, ...]) -> RunContext:
        root = RootSecret(SECRET)
        return RunContext(
            server=server,
            directory=Directory(server, root),
            root=root,
            handover=Handover(Path(tempfile.mkdtemp(prefix="bench-")), self.url, home_title),
            backup=Backup(Path(tempfile.mkdtemp(prefix="bench-"))),
            cabinets={cabinet.id: cabinet for cabinet in cabinets},
        )

    def apply(self, cabinets: tuple[Cabinet, ...]) -> int:
        """Plans and applies; the number of writes. Fails when a cabinet does."""
        server = Grafana(Connection(self.url, self.user, self.password))
        run = self.run(server, cabinets)
        plan = make_plan(run, cabinets, lambda _name: None)
        outcomes = apply_plan(run, plan, lambda _name: None)
        self.sent = server.sent
        assert all(outcome.status in ("done", "unchanged") for outcome in outcomes.cabinets), "a cabinet failed"
        return len(plan.changes)

    def writing(self) -> Measure:
        """The first apply of 50 cabinets against bare writers in as many threads; the better of two each."""
        ours, bare = [], []
        for turn in range(2):
            tag = f"w{turn}x{os.getpid()}"
            _path, theirs = made(50, f"b{tag}")
            bare.append(seconds(lambda theirs=theirs: self.bare.make(theirs)))  # type: ignore[misc]
            _path, mine = made(50, f"a{tag}")
            ours.append(seconds(lambda mine=mine: self.apply(mine)))  # type: ignore[misc]
        one, other = min(ours), min(bare)
        return Measure(
            "first apply of 50 cabinets with alerts", f"{one:.1f} s", f"{other:.1f} s", other / one, "≥", 0.9
        )

    def large(self, cabinets: int) -> Iterator[Measure]:
        """A large estate: nothing to do, then one dashboard changed in all, and the memory of a plan."""
        path, whole = made(cabinets, f"l{os.getpid()}")
        self.apply(whole)
        titles = {cabinet.title: cabinet for cabinet in whole}
        orgs = self.bare.orgs(titles)
        bare = seconds(lambda: self.bare.side_by_side(self.bare.read, orgs))
        ours = seconds(lambda: self.apply(whole))
        yield Measure(
            f"plan of {cabinets} cabinets, no change", f"{ours:.1f} s", f"{bare:.1f} s", ours / bare, "≤", 1.3
        )
        each = self.sent / cabinets
        yield Measure("  … requests a cabinet", f"{each:.1f}", "14", each, "≤", 15)
        yield self.memory(path, cabinets)
        with one_dashboard_changed():
            took: list[int] = []
            ours = seconds(lambda: took.append(self.apply(whole)))
        writes = took[0]
        yield Measure(
            f"one dashboard changed in {cabinets} cabinets", f"{writes} writes", "–", writes / cabinets, "≤", 1
        )

    def memory(self, path: Path, cabinets: int) -> Measure:
        """The most memory that a plan in a process of its own takes."""
        words = ["-v", Path(sys.executable).with_name("provision"), "-f", path, "plan"]
        ours = {"GRAFANA_URL": self.url, "GRAFANA_USER": self.user, "GRAFANA_PASSWORD": self.password}
        environment = {**os.environ, **ours, "SMART_SECRET": SECRET}
        code = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL,"
            " stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words[1:])],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        megabytes = int(re.findall(r"\d+", done.stdout)[-1]) / 1024
        return Measure(f"memory of a plan of {cabinets} cabinets, MB", f"{megabytes:.0f} MB", "–", megabytes, "≤", 300)
