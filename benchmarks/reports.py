"""What importing reports of installations costs: run by hand.

    python -m benchmarks.reports [REPORTS] [USERS]

One cabinet, one report an installation with so many users each, into a VictoriaMetrics and a PostgreSQL on loopback.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.processes import cpu, memory
from provision.credential import RootSecret
from provision.model import Installation
from provision.reports import Stores, take_upload
from provision.reports.form import SAMPLES
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.stores.local import postgresql, victoria_metrics
from provision.stores.writing import NumbersWriter, RowsWriter
from tests.alerting.cabinets import make_cabinet
from tests.reports.estate import report
from tests.stores.world import fence_rows

_OF_USERS = [
    name for name, schema in SAMPLES.items() if {*schema["properties"]} == {"metric", "user", "domain", "value"}
]
_OF_HOST = [name for name, schema in SAMPLES.items() if {*schema["properties"]} == {"metric", "value"}]


def lines(users: int) -> Iterator[Mapping[str, Any]]:
    """A report of one hour: every number of each user, his card, a seat and a search of every third one."""
    for name in _OF_HOST:
        yield {"metric": name, "value": 1}
    for number in range(users):
        who = f"user{number}"
        for name in _OF_USERS:
            yield {"metric": name, "user": who, "domain": "OFFICE", "value": number}
        yield {"row": "user_cards", "user_login": who, "fullname": f"Имя {number}"}
        if number % 3 == 0:
            yield {"row": "connected_users", "user_login": who, "ip": "192.0.2.7"}
            yield {"row": "search_queries", "ts": "2026-01-01T10:00:00", "query_text": who, "status": "success"}


def main(reports: int = 300, users: int = 30) -> None:
    """Prints the time and processor time of all of them."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        metrics = stack.enter_context(victoria_metrics(folder / "metrics"))
        events = stack.enter_context(postgresql(folder / "events"))
        cluster = Cluster(events.conninfo())
        fence_rows(cluster, RootSecret("otter plinth wrangle mosaic dune cobalt"), [Access("bench")])
        stores = Stores(NumbersWriter(metrics), RowsWriter({cluster.variable: cluster}))
        now, body, mine = datetime.now(UTC), list(lines(users)), make_cabinet(id="bench")
        files = []
        for number in range(reports):
            files.append(folder / f"{number}")
            files[-1].write_text(report(f"c{number}", now.isoformat(), body), encoding="utf-8")
        wall, own, store = time.perf_counter(), time.process_time(), cpu(metrics.pid)
        for number, file in enumerate(files):
            line = Installation(f"c{number}", "m", "m@example.ru", "smartupload", -1, "x", number)
            assert take_upload(file, mine, line, stores, now).imported
        wall, own, store = time.perf_counter() - wall, time.process_time() - own, cpu(metrics.pid) - store
        print(
            f"{reports} reports of {users} users, {len(body)} lines each: {wall:.1f} s, {reports / wall:.1f} a second"
        )
        print(f"  importer: {1000 * own / reports:.1f} ms of processor time a report")
        print(f"  VictoriaMetrics: {1000 * store / reports:.1f} ms a report, {memory(metrics.pid):.0f} MB")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
