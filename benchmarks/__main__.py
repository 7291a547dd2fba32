"""`make bench`: ratios of one run, on the sandbox or on the Grafana that GRAFANA_URL names.

`make bench ONLY=grafana` runs one part. CABINETS=N makes the large estate smaller, PEERS=1 adds other programs. Exit
code 1 when a bound does not hold.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from benchmarks import lists, measures, queries, stores
from benchmarks.grafana import Server
from benchmarks.measures import Measure
from benchmarks.peers import run as run_peers


@contextmanager
def server(*options: str) -> Iterator[Server]:
    """The Grafana of the environment, else a sandbox in a process of its own."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    if url := os.environ.get("GRAFANA_URL"):
        yield Server(url.rstrip("/"), user, password)
        return
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "provision.sandbox", "--port", "0", "--data", data, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            try:
                yield Server(running.stdout.readline().strip(), "admin", "admin")
            finally:
                running.terminate()


def local() -> Iterator[Measure]:
    """The commands that ask no server."""
    yield measures.starting()
    yield measures.loading()
    yield measures.rendering()


def grafana() -> Iterator[Measure]:
    """Without alerts and with them; a server of the environment as it is."""
    for options in ((),) if os.environ.get("GRAFANA_URL") else (("--no-alerting",), ()):
        with server(*options) as under_test:
            yield from under_test.measure()
            if os.environ.get("PEERS"):
                yield from run_peers(under_test)


PARTS: Mapping[str, Callable[[], Iterator[Measure]]] = {
    "local": local,
    "lists": lists.run,
    "stores": stores.run,
    "queries": queries.run,
    "grafana": grafana,
}


def run() -> Iterator[Measure]:
    """Every measure, as soon as it is there."""
    only = os.environ.get("ONLY", "")
    for name in only.split(",") if only else PARTS:
        yield from PARTS[name]()


def main() -> int:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's modules are compiled once
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
