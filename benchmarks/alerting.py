"""What evaluating the alert rules of many cabinets costs Grafana: run by hand on a Grafana with nothing else on it.

    GRAFANA_URL=… GRAFANA_PASSWORD=… python -m benchmarks.alerting PID [CABINETS] [MINUTES]

PID is Grafana's process on this machine: its processor time is read from /proc, so a busy machine changes nothing but
the delays. Each cabinet has an org with our data sources and our rules. The numbers lie in a VictoriaMetrics of this
program, twelve installations a cabinet, one of fifty down; the tables in its PostgreSQL are empty.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import estate
from benchmarks.bare import Bare
from benchmarks.processes import cpu, memory
from dashboards.alerts import rule_groups
from provision import config
from provision.kinds.dashboard import scope_of
from provision.kinds.data_source import EVENTS, METRICS
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet
from provision.stores import local
from provision.stores.cluster import connect
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.schema import migrate

CHECKS = ("tcp", "http200", "icmp")
INSTALLATIONS = 12
HOURS = 2  # for which there are samples: a late run does not meet an empty store
_LINES = 50_000  # in one request


def main(pid: int, cabinets: int = 500, minutes: float = 10) -> None:
    """Makes the orgs and prints what Grafana uses before and after. In ten minutes every rule is evaluated."""
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    server = Bare(os.environ["GRAFANA_URL"], user, password)
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="smart-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as a user of its own
        metrics = stack.enter_context(local.victoria_metrics(folder / "metrics"))
        events = stack.enter_context(local.postgresql(folder / "events"))
        with connect(events.conninfo()) as connection:
            migrate(connection)
        (folder / "estate").mkdir()
        path = estate.write(folder / "estate", cabinets, tag=f"e{os.getpid()}")
        ours = config.load(path).cabinets
        plant(metrics, ours)
        idle, before = cpu(pid), time.monotonic()
        time.sleep(60)
        print(f"without rules: {100 * (cpu(pid) - idle) / (time.monotonic() - before):.1f} % of a core", flush=True)
        began = time.monotonic()
        server.side_by_side(lambda cabinet: furnish(server, cabinet, metrics, events), ours)
        rules = sum(len(group.rules) for group in rule_groups(scope_of(ours[0])))
        print(f"{cabinets} orgs with {rules} rules each, made in {time.monotonic() - began:.0f} s", flush=True)
        time.sleep(120)  # until the orgs have their notification settings
        used, store, start = cpu(pid), cpu(metrics.pid), time.monotonic()
        time.sleep(minutes * 60)
        passed = time.monotonic() - start
        print(f"evaluated for {passed:.0f} s:")
        for who, number, then in (("Grafana", pid, used), ("VictoriaMetrics", metrics.pid, store)):
            print(f"  {who}: {100 * (cpu(number) - then) / passed:.1f} % of a core, {memory(number):.0f} MB")


def furnish(server: Bare, cabinet: Cabinet, metrics: MetricsServer, events: EventsServer) -> None:
    """The cabinet's org with its folder, data sources and rules."""
    org = server.ask("POST", "/api/orgs", {"name": cabinet.title})["orgId"]
    server.ask("POST", "/api/folders", {"uid": FOLDER, "title": cabinet.folder}, org)
    login: dict[str, Any] = {"basicAuth": True, "basicAuthUser": metrics.login.user}
    login["secureJsonData"] = {"basicAuthPassword": metrics.login.password}
    source = {"uid": METRICS, "name": METRICS, "type": "prometheus", "access": "proxy", "url": metrics.url}
    extra = {"jsonData": {"httpMethod": "POST", "customQueryParameters": f"extra_label=cabinet={cabinet.id}"}}
    server.ask("POST", "/api/datasources", {**source, **login, **extra}, org)
    database = {
        "uid": EVENTS,
        "name": EVENTS,
        "type": "grafana-postgresql-datasource",
        "access": "proxy",
        "url": f"{events.host}:{events.port}",
        "user": "postgres",
        "jsonData": {"database": events.database, "sslmode": "disable", "maxOpenConns": 1},
        "secureJsonData": {"password": events.password},
    }
    server.ask("POST", "/api/datasources", database, org)
    for group in rule_groups(scope_of(cabinet)):
        path = f"/api/v1/provisioning/folder/{FOLDER}/rule-groups/{group.name}"
        server.ask("PUT", path, {"interval": group.interval, "rules": list(group.rules)}, org)


def plant(metrics: MetricsServer, cabinets: tuple[Cabinet, ...]) -> None:
    """Checks of all installations, every five minutes from ten minutes ago on."""
    lines = _samples(cabinets)
    while some := list(islice(lines, _LINES)):
        answer = metrics.ask("/api/v1/import/prometheus", method="POST", body="\n".join(some).encode(), timeout=300)
        assert answer.status == 204, answer.text


def _samples(cabinets: tuple[Cabinet, ...]) -> Iterator[str]:
    now = int(time.time())
    times = range(now - 600, now + HOURS * 3600, 300)
    lines = [(one.id, line) for one in cabinets for line in one.installations[:INSTALLATIONS]]
    for number, (cabinet, line) in enumerate(lines):
        where = f'cabinet="{cabinet}",client="{line.client}",host="{line.host}",manager="{line.manager}"'
        for check in CHECKS:
            for at in times:
                yield f'kodeks_check_status{{{where},check="{check}"}} {int(number % 50 > 0)} {at}000'


if __name__ == "__main__":
    pid, *numbers = map(int, sys.argv[1:])
    main(pid, *numbers)
