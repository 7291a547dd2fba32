"""The load that the receiver holds: uploads at a fixed rate; its latency, processor time, memory. By hand:

    python -m benchmarks.receiving [REQUESTS_A_SECOND] [SECONDS] [ZIP_KB]

One request in five is a report (a zip of ZIP_KB random bytes), the others are status files of 16 KB, as 500 cabinets of
12 installations send them (8 requests a second). The sender shares the processor with receiver and store.
"""

import io
import os
import random
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import requests

from provision.credential import RootSecret
from provision.stores import local
from provision.stores.process import serving

CLIENTS, CABINETS, SENDERS = 6000, 500, 32
SECRET = "only for benchmarks: otter plinth wrangle mosaic dune"
_TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
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


def status_file(at: float) -> bytes:
    """16 KB of metrics, as version 6.4.5.127 sends them."""
    date = format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)
    lines = [f'kserver_metric_{number}{{service="kodweb",path="/docs"}} {number % 7}' for number in range(300)]
    return "\n".join([f"date: {date}", *lines, ""]).encode()


def report_file(kilobytes: int) -> bytes:
    """A zip that cannot be packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", random.randbytes(kilobytes * 1024))
    return packed.getvalue()


def used(pids: list[int]) -> tuple[float, float]:
    """Processor seconds and MB of these processes."""
    seconds = megabytes = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / _TICK
        megabytes += int(fields[21]) * _PAGE / 2**20
    return seconds, megabytes


def main(rate: int = 80, seconds: int = 60, kilobytes: int = 256) -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        estate = write_estate(folder)
        metrics = stack.enter_context(local.victoria_metrics(folder / "metrics"))
        code = "from provision.cli import main; main(prog_name='provision')"
        environment = {
            "SMART_SECRET": SECRET,
            "SMART_VM_URL": metrics.url,
            "SMART_VM_KEY": metrics.key,
            "SMART_VM_PASSWORD": metrics.login.password,
            "SMART_EVENTS_ADMIN": "host=127.0.0.1 port=1 dbname=none",
        }

        def command(port: int) -> list[str]:
            where = ["--listen", f"127.0.0.1:{port}", "--spool", str(folder / "spool"), "--reserve", "0"]
            return [sys.executable, "-c", code, "-f", str(estate), "receive", *where]

        def answers(port: int) -> bool:
            try:
                return requests.get(f"http://127.0.0.1:{port}/health", timeout=2).ok
            except requests.RequestException:
                return False

        log = folder / "receiver.log"
        port, pid = stack.enter_context(serving(command, 0, log, answers, environment=environment))
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pids = [pid, *map(int, children)]
        token = RootSecret(SECRET).upload_token("big", 1)
        began = time.time()
        url = f"http://127.0.0.1:{port}/upload"
        where: dict[str, Any] = {
            "params": {"token": token},
            "headers": {"upload": "yes", "dealer": "big"},
            "timeout": 60,
        }
        reports = [report_file(kilobytes) for _ in range(8)]

        def send(number: int) -> tuple[float, int]:
            time.sleep(max(0.0, began + number / rate - time.time()))
            client = f"K{number * 7 % CLIENTS}"
            if number % 5:
                file = (f"{client}.status", status_file(began - number % 1200))
            else:
                file = (f"{client}.zip", reports[number // 5 % 8])
            start = time.perf_counter()
            answer = requests.post(url, files={"file": file}, **where)
            return time.perf_counter() - start, answer.status_code

        before, _ = used(pids)
        with ThreadPoolExecutor(SENDERS) as pool:
            found = list(pool.map(send, range(rate * seconds)))
        took = time.time() - began
        after, megabytes = used(pids)
        store, _ = used([metrics.pid])
        while list((folder / "spool" / "status").glob("*/*/*")):
            time.sleep(0.1)
        delivered = time.time() - began - took
    times = [one for one, _ in found]
    cuts = quantiles(times, n=100)
    codes = sorted({code for _, code in found})
    print(f"{len(found)} requests in {took:.1f} s: {len(found) / took:.1f} a second, codes {codes}")
    print(f"latency: median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms")
    share = (after - before) / took * 100
    print(f"receiver: {share:.0f} % of a core, {megabytes:.0f} MB; store {store / took * 100:.0f} % of a core")
    load = os.getloadavg()[0]
    print(f"all status files are in the store {delivered:.1f} s after the last request; load average {load:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
