"""Checking lists of a million lines: `provision check` against csv.reader alone, in processor time, and its memory."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measures import Measure

LINES = 1_000_000
_CSV = "import csv, sys\nfor _ in csv.reader(open(sys.argv[1], encoding='utf-8', newline='')): pass"
_TURNS = 2  # the better one counts


def run() -> Iterator[Measure]:
    """Lines of which no two have a firm, login or password in common, and of as many installations."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for path, what in ((_online(Path(folder)), "online"), (_managers(Path(folder)), "managers")):
            command = [str(Path(sys.executable).with_name("provision")), "--lang", "en", "check", str(path)]
            ours, memory = _cost(command)
            bare, _ = _cost([sys.executable, "-c", _CSV, str(path)])
            rate, plain = (f"{LINES / seconds / 1000:.0f} k/s" for seconds in (ours, bare))
            yield Measure(f"check {LINES:,} {what} lines", rate, plain, ours / bare, "≤", 8)
            yield Measure("  … in seconds of one core", f"{ours:.1f} s", f"{bare:.1f} s", ours, "≤", 10)
            yield Measure("  … memory, MB", f"{memory:.0f} MB", "–", memory, "≤", 400)


def _cost(command: list[str]) -> tuple[float, float]:
    """Processor seconds of the command, the least of some turns, and peak megabytes, the most of them."""
    costs = []
    for _turn in range(_TURNS):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            _pid, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        costs.append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    seconds, memory = zip(*costs, strict=True)
    return min(seconds), max(memory)


def _online(folder: Path) -> Path:
    path = folder / "bench_online_20260417.csv"
    with path.open("w", encoding="utf-8") as file:
        for n in range(LINES):
            access = f"ООО Клиент номер {n},u{n:07},Pw-{n * 7919 % 99999989:08},online{n % 9}.example.ru,docs,https"
            file.write(f"{access},manager{n % 40}x,m{n % 40}@example.ru\n")
    return path


def _managers(folder: Path) -> Path:
    path = folder / "bench_manager_20260417.csv"
    with path.open("w", encoding="utf-8") as file:
        for n in range(LINES):
            who = f"person{n % 40}x,m{n % 40}@example.ru"
            file.write(f"h{n:07}.example.ru:80,{who},http,download,upload,process,ping,-1,3600,604800\n")
    return path
