"""`make bench`: ratios of one run, on the sandbox or on the Grafana that GRAFANA_URL names.

CABINETS=N makes the large estate smaller. Exit code 1 when a bound does not hold.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import lists, measures, queries, stores
from benchmarks.measures import MANY, Measure, Server


@contextmanager
def server() -> Iterator[Server]:
    """The Grafana of the environment, else a sandbox in a process of its own."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    if url := os.environ.get("GRAFANA_URL"):
        yield Server(url, user, password)
        return
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "provision.sandbox", "--port", "0", "--data", data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            try:
                yield Server(running.stdout.readline().strip(), "admin", "admin")
            finally:
                running.terminate()


def run() -> Iterator[Measure]:
    """Every measure, as soon as it is there."""
    yield measures.starting()
    yield measures.loading()
    yield measures.rendering()
    yield from lists.run()
    yield from stores.run()
    yield from queries.run()
    with server() as grafana:
        yield grafana.writing()
        yield from grafana.large(int(os.environ.get("CABINETS", MANY)))


def main() -> int:
    print(f"{'':64} {'ours':>14} {'bare':>10} {'ratio':>8}  bound")
    failed = 0
    for one in run():
        failed += not one.holds
        sign = "" if one.holds else "  !"
        print(
            f"{one.what:64} {one.ours:>14} {one.bare:>10} {one.ratio:8.2f}  {one.sense} {one.bound:g}{sign}", flush=True
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
