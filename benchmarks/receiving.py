"""The load that the receiver holds: uploads at a fixed rate; its latency, processor time, memory. By hand:

    python -m benchmarks.receiving [REQUESTS_A_SECOND] [SECONDS] [ZIP_KB]

One request in five is a report (a zip of ZIP_KB random bytes), the others are status files of 15 KB: 500 cabinets of 12
installations send 8 requests a second. Each request has a connection of its own, as curl makes it. Status files come
from 600 clients whose series the store knows already, as in operation: it costs a store far more to register 300 series
than to take 300 samples. Sender, receiver and store share the processor; the time of each is shown.
"""

import io
import os
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles

import requests

from benchmarks.processes import cpu, proportional_memory
from provision.credential import RootSecret
from provision.stores import local
from provision.stores.local import MetricsServer
from provision.stores.process import serving

CLIENTS, CABINETS, SENDERS, STATUS_CLIENTS = 6000, 500, 32, 600
SECRET = "only for benchmarks: otter plinth wrangle mosaic dune"
_HEAD = """\
stores:
  metrics: {kind: victoriametrics, url: "http://127.0.0.1:8427"}
  events: {kind: postgresql, address: "127.0.0.1:5432", sslmode: disable}
profiles: {company: {}}
distributors:
  big:
    title: Большой
    cabinets:
"""
_CABINET = """\
      c{0}: {{profile: company, title: Кабинет {0}, lists: {{managers: [c{0}_manager_20260417.csv]}},
             mail: {{high_priority: sos@c{0}.example.ru, usage: usage@c{0}.example.ru}}}}
"""


def write_estate(folder: Path) -> Path:
    """6,000 clients with scripts in 500 cabinets of one distributor."""
    (folder / "tenants.yaml").write_text(_HEAD + "".join(map(_CABINET.format, range(CABINETS))), encoding="utf-8")
    each = CLIENTS // CABINETS
    for number in range(CABINETS):
        lines = (
            f"K{number * each + one},m{number},m{number}@c{number}.example.ru,smartupload,download,upload,process,"
            "donotping,-1,3600,604800\n"
            for one in range(each)
        )
        (folder / f"c{number}_manager_20260417.csv").write_text("".join(lines), encoding="utf-8")
    return folder / "tenants.yaml"


_METRICS = "".join(f'kserver_metric_{number}{{service="kodweb",path="/docs"}} {number % 7}\n' for number in range(300))


def status_file(at: float) -> bytes:
    """15 KB of metrics, as version 6.4.5.127 sends them."""
    return f"date: {format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)}\n{_METRICS}".encode()


def report_file(kilobytes: int) -> bytes:
    """A zip that cannot be packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", random.randbytes(kilobytes * 1024))
    return packed.getvalue()


@dataclass
class Sender:
    """Sends uploads of known clients and notes how long each took, counted from the moment at which it was due."""

    port: int
    token: str = field(repr=False)
    reports: list[bytes] = field(repr=False)
    codes: set[int] = field(default_factory=set)
    times: list[float] = field(default_factory=list)

    def send(self, rate: float, count: int, make: Callable[[int], tuple[str, bytes]]) -> float:
        """Sends `count` files, `rate` a second; returns the seconds that it took."""
        began = time.perf_counter()

        def one(number: int) -> None:
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            self.codes.add(self._post(*make(number)))
            self.times.append(time.perf_counter() - due)

        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(one, range(count)))
        return time.perf_counter() - began

    def _post(self, name: str, content: bytes) -> int:
        head = f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        headers = {"upload": "yes", "dealer": "big", "Content-Type": "multipart/form-data; boundary=limit"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = head.encode() + content + b"\r\n--limit--\r\n"
        connection.request("POST", f"/upload?token={self.token}", body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


@contextmanager
def receiver(folder: Path, metrics: MetricsServer) -> Iterator[tuple[int, list[int]]]:
    """A running receiver: its port and its processes."""
    estate = write_estate(folder)
    code = "from provision.cli import main; main(prog_name='provision')"
    environment = {
        "SMART_SECRET": SECRET,
        "SMART_VM_URL": metrics.url,
        "SMART_VM_KEY": metrics.key,
        "SMART_VM_PASSWORD": metrics.login.password,
        "SMART_EVENTS_ADMIN": "host=127.0.0.1 port=1 dbname=none",
    }

    def command(port: int) -> list[str]:
        where = ["--listen", f"127.0.0.1:{port}", "--spool", str(folder / "spool"), "--reserve", "1"]
        return [sys.executable, "-c", code, "-f", str(estate), "receive", *where]

    def answers(port: int) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{port}/health", timeout=2).ok
        except requests.RequestException:
            return False

    with serving(command, 0, folder / "receiver.log", answers, environment=environment) as (port, pid):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        yield port, [pid, *map(int, children)]


def main(rate: int = 80, seconds: int = 60, kilobytes: int = 256) -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        metrics = stack.enter_context(local.victoria_metrics(folder / "metrics"))
        port, pids = stack.enter_context(receiver(folder, metrics))
        sender = Sender(port, RootSecret(SECRET).upload_token("big", 1), [report_file(kilobytes) for _ in range(8)])
        start = time.time() - 1500

        def file(number: int) -> tuple[str, bytes]:
            if number % 5 == 4:
                return f"K{number * 7 % CLIENTS}.zip", sender.reports[number // 5 % 8]
            turn, client = divmod(number - number // 5, STATUS_CLIENTS)
            return f"K{client}.status", status_file(start + 60 * (turn + 1))

        def delivered() -> float:
            began = time.perf_counter()
            while list((folder / "spool" / "status").glob("*/*/*")):
                time.sleep(0.1)
            return time.perf_counter() - began

        sender.send(rate, STATUS_CLIENTS, lambda number: (f"K{number}.status", status_file(start)))
        delivered()
        sender.times.clear()
        before = [sum(map(cpu, pids)), cpu(metrics.pid), time.process_time()]
        took = sender.send(rate, rate * seconds, file)
        late = delivered()
        after = [sum(map(cpu, pids)), cpu(metrics.pid), time.process_time()]
        megabytes = sum(map(proportional_memory, pids))
    count, cuts = rate * seconds, quantiles(sender.times, n=100)
    print(f"{count} requests in {took:.1f} s: {count / took:.1f} a second, codes {sorted(sender.codes)}")
    longest = max(sender.times)
    print(f"latency: median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, longest {longest * 1000:.0f} ms")
    for what, one, other in zip(("receiver", "store", "sender"), before, after, strict=True):
        print(f"{what}: {(other - one) / count * 1000:.1f} ms a request, {(other - one) / took * 100:.0f} % of a core")
    print(f"receiver: {megabytes:.0f} MB; all status files are in the store {late:.1f} s after the last request")
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
