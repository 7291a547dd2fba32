"""A receiver as it runs in production: gunicorn in a process of its own, real stores, and an applied estate."""

import io
import json
import os
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from provision.credential import RootSecret
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.process import serving
from tests.collect.series import Series
from tests.world import SECRET, World

KEY = "key-of-the-receiver-for-tests"
PATIENCE = 60.0  # seconds; a busy machine may take long
SCRIPT = "smartupload,download,upload,process,donotping,-1,3600,604800"
OTHERS = """\
  o{tag}:
    title: ООО «Другие {tag}»
    cabinets:
      {tag}-other:
        profile: company
        title: Другие {tag}
        lists: {{managers: [other_manager_20260417.csv]}}
        mail: {{high_priority: sos-o@example.ru, usage: usage-o@example.ru}}
"""


@dataclass
class Receiver:
    """A running receiver; `env` is that of `provision`."""

    world: World
    url: str
    pid: int
    spool: Path
    log: Path
    metrics: MetricsServer
    root: RootSecret = field(default_factory=lambda: RootSecret(SECRET), repr=False)

    @property
    def dealer(self) -> str:
        return f"d{self.world.tag}"

    @property
    def token(self) -> str:
        return self.root.upload_token(self.dealer, 1)

    @property
    def series(self) -> Series:
        return Series(self.metrics)

    def send(
        self, name: str, content: bytes, token: str | None = None, headers: Mapping[str, str | None] | None = None
    ) -> requests.Response:
        """One upload; without words to the contrary a right one."""
        whole = {"upload": "yes", "dealer": self.dealer, **(headers or {})}
        return requests.post(
            f"{self.url}/upload",
            params={"token": self.token if token is None else token},
            headers={key: value for key, value in whole.items() if value is not None},
            files={"file": (name, content)},
            timeout=PATIENCE,
        )

    def head(self, name: str) -> int:
        headers = {"upload": "yes", "dealer": self.dealer}
        return requests.head(
            f"{self.url}/files/{name}", params={"token": self.token}, headers=headers, timeout=PATIENCE
        ).status_code

    def said(self) -> str:
        """All that it has logged."""
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Ends it and its worker at once."""
        os.killpg(self.pid, signal.SIGKILL)

    def kill_worker(self) -> None:
        """Ends the process that serves and delivers; gunicorn starts another, which knows only what is on disk."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)


def write_estate(world: World) -> None:
    """Volga has two clients with scripts, one of them with two managers; another distributor has one."""
    world.write("tenants.yaml", (world.folder / "tenants.yaml").read_text() + OTHERS.format(tag=world.tag))
    world.write("other_manager_20260417.csv", script_line(world, "Strannik", "kuznetsov"))
    lines = [world.manager_line("ivanova", f"{world.tag}a.example.ru:80"), "\n", script_line(world, "Zavod", "ivanova")]
    lines += [script_line(world, "Fabrika", name) for name in ("ivanova", "sidorova")]
    world.write("volga_manager_20260417.csv", "".join(lines))
    lines = [
        world.manager_line("petrov", f"{world.tag}b.example.ru:80"),
        "\n",
        script_line(world, "Kombinat", "petrov"),
    ]
    world.write("don_manager_20260417.csv", "".join(lines))


def script_line(world: World, client: str, manager: str) -> str:
    login = world.login(manager)
    return f"{client},{login},{login}@example.ru,{SCRIPT}\n"


def environment(world: World, metrics: MetricsServer, postgres: EventsServer) -> dict[str, str]:
    """The variables of `provision` for these stores."""
    return {
        "SMART_SECRET": SECRET,
        "SMART_VM_URL": metrics.url,
        "SMART_VM_KEY": metrics.key,
        "SMART_VM_PASSWORD": metrics.login.password,
        "SMART_EVENTS_ADMIN": postgres.conninfo(),
        "SMART_RECEIVER_KEY": KEY,
    }


@contextmanager
def receiving(
    world: World,
    folder: Path,
    metrics: MetricsServer,
    postgres: EventsServer,
    *options: str,
    port: int = 0,
    wrapper: tuple[str, ...] = (),
    **other: str,
) -> Iterator[Receiver]:
    """`provision receive` on a free port, with its spool in `folder`; ended on leaving."""
    folder.mkdir(exist_ok=True, parents=True)
    code = "from provision.cli import main; main(prog_name='provision')"

    def command(chosen: int) -> list[str]:
        estate = ["--lang", "en", "-f", str(world.folder / "tenants.yaml")]
        listen = ["--listen", f"127.0.0.1:{chosen}", "--spool", str(folder / "spool"), "--reserve", "0"]
        return [*wrapper, sys.executable, "-c", code, *estate, "receive", *listen, *options]

    def answers(chosen: int) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{chosen}/health", timeout=2).ok
        except requests.RequestException:
            return False

    env = {**environment(world, metrics, postgres), **other}
    log = folder / f"receiver{len(list(folder.glob('*.log')))}.log"
    with serving(command, port, log, answers, environment=env) as (chosen, pid):
        yield Receiver(world, f"http://127.0.0.1:{chosen}", pid, folder / "spool", log, metrics)


def status(
    age: float = 0, *, at: float = 0, word: str = "date: ", zone: str = "GMT", value: int = 0, more: str = ""
) -> bytes:
    """A smartstatus file that was made `age` seconds ago, or at a time in unix seconds."""
    moment = datetime.fromtimestamp(at or time.time() - age, UTC)
    date = format_datetime(moment.replace(tzinfo=UTC), usegmt=True).removesuffix("GMT") + zone
    lines = [
        f"{word}{date}",
        "# Sysinfo metrics",
        "# Path /docs",
        f'kserver_main_page{{service="kodweb",path="/docs"}} {value}',
        f'kserver_product_control{{service="kodweb",path="/docs"}} {value}',
        *([more] if more else []),
        "# End",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def zipped(**files: bytes) -> bytes:
    """A zip with these files; `_` in a name means a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


def eventually(fact: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Waits for the fact."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.2)


def points(receiver: Receiver, selector: str) -> list[dict[str, Any]]:
    """What the store holds of these series: labels, values and times in milliseconds."""
    receiver.series.flush()
    answer = receiver.metrics.ask(
        "/api/v1/export",
        method="POST",
        body=f"match[]={quote(selector)}".encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]
