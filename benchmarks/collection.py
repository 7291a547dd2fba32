"""What probing 6,000 installations costs, and how long the target files of 500 cabinets take: run by hand.

    python -m benchmarks.collection [INSTALLATIONS] [MINUTES]

All installations are one server on loopback: the cost is that of our engines, and of a network without delay.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from benchmarks.processes import cpu, memory
from provision.collect.blackbox import blackbox
from provision.collect.folder import CollectionFolder
from provision.collect.recording import recording
from provision.collect.scraping import INTERVAL, relabelling, scraping
from provision.collect.targets import dump, file_of, groups
from provision.model import Installation
from provision.stores import local
from provision.stores.collectors import blackbox_exporter, vmalert

CABINETS = 500


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


def main(installations: int = 6000, minutes: float = 6) -> None:
    """Prints processor time and memory of each engine."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = CollectionFolder(Path(name) / "collection")
        page = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        page.daemon_threads = True
        Thread(target=page.serve_forever, daemon=True).start()
        port = page.server_address[1]
        began = time.perf_counter()
        for number in range(CABINETS):
            mine = range(number * installations // CABINETS, (number + 1) * installations // CABINETS)
            # 127.x.y.z are all this machine: each installation has an address of its own
            lines = [
                Installation(
                    f"127.{one >> 14 & 63}.{one >> 7 & 127}.{one & 127 | 128}:{port}",
                    "m",
                    "m@example.ru",
                    "http",
                    -1,
                    "x",
                    one,
                )
                for one in mine
            ]
            folder.write(file_of(f"c{number}"), dump(f"c{number}", groups(f"c{number}", lines, ())))
        print(f"{CABINETS} target files: {time.perf_counter() - began:.2f} s")
        folder.write("blackbox.yml", blackbox("/nowhere"))
        folder.write("relabel.yml", relabelling())
        folder.write("rules.yml", recording())
        log = Path(name)
        exporter = stack.enter_context(blackbox_exporter(folder.path / "blackbox.yml", log / "exporter.log"))
        folder.write("scrape.yml", scraping(exporter.address))
        metrics = stack.enter_context(local.victoria_metrics(log / "metrics", collection=folder.path))
        recorder = stack.enter_context(vmalert(folder.path / "rules.yml", metrics, log / "vmalert.log"))
        pids = {"blackbox exporter": exporter.pid, "vmalert": recorder.pid, "VictoriaMetrics": metrics.pid}
        time.sleep(INTERVAL)  # until every target has been probed once
        before, start = {who: cpu(pid) for who, pid in pids.items()}, time.monotonic()
        time.sleep(minutes * 60)
        passed = time.monotonic() - start
        print(f"{installations} installations, {3 * installations} probes every {INTERVAL} s, {passed:.0f} s:")
        for who, pid in pids.items():
            print(f"  {who}: {100 * (cpu(pid) - before[who]) / passed:.1f} % of a core, {memory(pid):.0f} MB")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
