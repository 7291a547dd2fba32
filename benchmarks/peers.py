"""`PEERS=1`: other programs on the same work, in the same run: folder, data source and dashboards of 50 orgs each.

grafana-client is installed from PyPI into a folder of its own. A program that keeps no state writes everything each
time; that is what is compared.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from benchmarks.grafana import SMALL, Server
from benchmarks.measures import Measure, made, seconds
from provision.kinds.dashboard import render, scope_of

_GRAFANA_CLIENT = "grafana-client==5.1.4"
_SCRIPT = Path(__file__).with_name("peer_grafana_client.py")


def run(server: Server) -> Iterator[Measure]:
    """First, with nothing changed, and with one title changed in all orgs: the peer's seconds beside ours."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        python = _installed(Path(folder))
        tag = f"p{os.getpid()}"
        work = Path(folder) / "work.json"
        _path, cabinets = made(SMALL, tag)
        scope = scope_of(cabinets[0])
        boards = [{**render(slug, scope), "uid": f"smart-{slug}"} for slug in scope.slugs]
        estate, _cabinets = made(SMALL, f"o{tag}")
        for what, title in (("first apply", ""), ("no change", ""), ("one title changed", "changed")):
            if title:
                boards[0] = {**boards[0], "title": title}
            work.write_text(json.dumps({"titles": [one.title for one in cabinets], "dashboards": boards}))
            command = [python, _SCRIPT, server.url, work]
            theirs = seconds(lambda command=command: subprocess.run(command, check=True))  # type: ignore[misc]
            ours = server.edited(estate) if title else server.apply(estate)
            name = f"{SMALL} cabinets, {what}: grafana-client"
            yield Measure(name, f"{ours.wall:.1f} s", f"{theirs:.1f} s", ours.wall / theirs, "≤", 1)


def _installed(folder: Path) -> Path:
    """The interpreter of a virtual environment that has grafana-client."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv/bin/python"
    subprocess.run([python, "-m", "pip", "install", "-q", _GRAFANA_CLIENT], check=True, stdout=sys.stderr)
    return python
