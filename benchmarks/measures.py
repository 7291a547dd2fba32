"""What is measured: each function does a piece of work with the program and the same piece without it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from grafanalib._gen import DashboardEncoder

from benchmarks import estate
from dashboards.alerts import rule_groups
from provision import config
from provision.kinds.dashboard import scope_of
from provision.model import Cabinet

PROGRAM = Path(sys.executable).with_name("provision")
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


@dataclass(frozen=True, slots=True)
class Run:
    """A command that ran in a process of its own: seconds, seconds of processor time, megabytes at most."""

    wall: float
    processor: float
    memory: float


def run(*words: str | Path, environment: Mapping[str, str] | None = None) -> Run:
    """`provision` with these words, as a user runs it. Raises CalledProcessError unless it ends with 0."""
    command = [str(PROGRAM), *map(str, words)]
    start = time.perf_counter()
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})}) as running,
    ):
        _, status, used = os.wait4(running.pid, 0)
        wall = time.perf_counter() - start
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            output.seek(0)
            raise subprocess.CalledProcessError(running.returncode, command, output.read().decode())
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def made(cabinets: int, tag: str) -> tuple[Path, tuple[Cabinet, ...]]:
    """A fresh estate of that size: its tenants.yaml and its cabinets."""
    path = estate.write(Path(tempfile.mkdtemp(prefix="bench-")), cabinets, tag=tag)
    return path, config.load(path).cabinets


def rendering() -> Measure:
    """`provision render` of 500 cabinets, against a loop that builds, encodes and writes each dashboard and rule."""
    path, cabinets = made(MANY, "render")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ours = run("-f", path, "render", "-o", folder)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bare = seconds(lambda: _render_plainly(cabinets, Path(folder)))
    return Measure(f"render {MANY} cabinets to files", f"{ours.wall:.1f} s", f"{bare:.1f} s", bare / ours.wall, "≥", 3)


def _render_plainly(cabinets: Iterable[Cabinet], folder: Path) -> None:
    for cabinet in cabinets:
        scope = scope_of(cabinet)
        for slug in scope.slugs:
            board = import_module(f"dashboards.{slug.replace('-', '_')}").build(scope).auto_panel_ids()
            text = json.dumps(board.to_json_data(), sort_keys=True, cls=DashboardEncoder)
            (folder / f"{cabinet.id}-{slug}.json").write_text(text)
        for group in rule_groups.__wrapped__(scope):  # made anew, not taken from its cache
            (folder / f"{cabinet.id}-{group.name}.json").write_text(json.dumps(group.rules, sort_keys=True))


def loading() -> Measure:
    """Reading and checking an estate of 500 cabinets with 20,000 lines of lists."""
    path, _cabinets = made(MANY, "load")
    took = seconds(lambda: config.load(path))
    return Measure("load and check 500 cabinets, seconds", f"{took:.2f} s", "–", took, "≤", 2)


def starting() -> Measure:
    """`provision --help` against an interpreter that does nothing; the best of ten."""
    ours = min(seconds(lambda: subprocess.run([PROGRAM, "--help"], check=True, capture_output=True)) for _ in range(10))
    bare = min(seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(10))
    return Measure("start `provision --help`", f"{ours * 1000:.0f} ms", f"{bare * 1000:.0f} ms", ours / bare, "≤", 6)
