"""`provision scripts`: what is written for a client, and the scripts of Linux run by real bash and curl."""

import base64
import os
import re
import shutil
import stat
import subprocess
import threading
import time
import xml.etree.ElementTree as Xml
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.receive.stage import PATIENCE, Receiver, eventually, points, write_estate, zipped
from tests.world import World

LOGIN = "p%a&s^s!w\"or'd|<x>"
PROXY = "us%er:p&w^!@proxy.example.ru:3128"
METRICS = b'# Sysinfo metrics\nkserver_main_page{service="kodweb",path="/docs"} 0\n# End\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An estate with clients that have scripts; its Grafana is never asked."""
    (tmp_path / "estate").mkdir()
    world = World("http://127.0.0.1:1", "admin", "admin", folder=tmp_path / "estate", api="auto")
    write_estate(world)
    world.change(
        "tenants.yaml",
        f"        title: Волга {world.tag}",
        f"        air_gapped: [Fabrika]\n        title: Волга {world.tag}",
    )
    return world


def make(world: World, out: Path, *words: str, **env: str) -> tuple[int, str]:
    """Exit code and output of the command for Volga."""
    secrets = {"SMART_RECEIVER_URL": "https://smart.example.ru", "SMART_METRICS_PASSWORD": LOGIN, **env}
    result = world.run("scripts", world.volga, *words, "-o", str(out), env=secrets)
    return result.exit_code, result.output


def files(out: Path) -> dict[str, bytes]:
    return {str(one.relative_to(out)): one.read_bytes() for one in sorted(out.rglob("*")) if one.is_file()}


def test_what_is_written(world: World, tmp_path: Path) -> None:
    """A folder a client, all of mode 0600 in folders of 0700; one that is air-gapped gets nothing that sends."""
    code, said = make(world, tmp_path / "out")
    found = files(tmp_path / "out")

    assert code == 0, said
    assert set(found) == {
        *(
            f"Zavod/windows/{one}"
            for one in ("smartupload.bat", "smartstatus.bat", "smartupload.xml", "smartstatus.xml")
        ),
        *(f"Zavod/linux/{one}" for one in ("smartupload.sh", "smartstatus.sh", "crontab")),
        *("Zavod/checklist.txt", "Zavod/security.txt"),
        *("Fabrika/windows/smartreport.bat", "Fabrika/linux/smartreport.sh", "Fabrika/checklist.txt"),
    }
    modes = {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "out").rglob("*") if one.is_file()}
    assert modes == {0o600}
    folders = {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "out").rglob("*") if one.is_dir()}
    assert folders == {0o700}
    assert not re.search(
        rb"token|upload\?", b"".join(text for name, text in found.items() if name.startswith("Fabrika/linux"))
    )
    checklist = found["Zavod/checklist.txt"].decode("utf-8-sig")
    assert "Клиент Zavod" in checklist
    assert "smart.example.ru" in checklist
    assert not [name for name, text in found.items() if re.search(rb"@[A-Z_]+@", text)]


def test_a_second_run_changes_nothing_and_nothing_is_overwritten_unasked(world: World, tmp_path: Path) -> None:
    """A file that differs stays, and is named; with --overwrite it is replaced; a loose mode is corrected."""
    out = tmp_path / "out"
    make(world, out)
    before = {one: one.stat().st_mtime_ns for one in out.rglob("*")}
    code, said = make(world, out)
    assert (code, said) == (0, "12 unchanged files\n")
    assert {one: one.stat().st_mtime_ns for one in out.rglob("*")} == before

    script = out / "Zavod/linux/smartupload.sh"
    script.write_text("mine", encoding="ascii")
    code, said = make(world, out)
    assert (code, str(script) in said, script.read_text(encoding="ascii")) == (1, True, "mine")
    assert make(world, out, "--overwrite")[0] == 0
    assert script.read_text(encoding="ascii") != "mine"
    script.chmod(0o644)
    assert make(world, out, "--overwrite")[0] == 0
    assert stat.S_IMODE(script.stat().st_mode) == 0o600


def test_what_cannot_be_made_is_said(world: World, tmp_path: Path) -> None:
    """Unknown and polled clients, addresses that are none; without the password there is no smartstatus."""
    for words, env, says in (
        (("Nobody",), {}, "no smartupload client"),
        ((f"{world.tag}a.example.ru:80",), {}, "is polled"),
        (("Zavod", "--address", "here"), {}, "Not an address of the product"),
        (("Zavod", "--address", "10.0.0.7:80000"), {}, "Not an address of the product"),
        (("Zavod", "--address", "Nobody=127.0.0.1:80"), {}, "no such client"),
        (("Zavod", "--receiver", "https://u:p@x.example.ru"), {}, "Not an address of a receiver"),
        (("Zavod",), {"SMART_CLIENT_PROXY": "u:secret-of-proxy@x"}, "SMART_CLIENT_PROXY is no proxy"),
    ):
        code, said = make(world, tmp_path / "out", *words, **env)
        assert (code, says in said) == (2, True), said
        assert "secret-of-proxy" not in said
    assert not (tmp_path / "out").exists()
    code, said = make(world, tmp_path / "out", "Zavod", SMART_METRICS_PASSWORD="")
    assert (code, "SMART_METRICS_PASSWORD is not set" in said) == (0, True)
    assert not [name for name in files(tmp_path / "out") if "smartstatus" in name]
    assert b"smartstatus" not in files(tmp_path / "out")["Zavod/linux/crontab"]


def test_batch_files_byte_by_byte(world: World, tmp_path: Path) -> None:
    """ASCII, CRLF, and values that cmd reads as they are: `%` is doubled, `&`, `^`, `!` are encoded or in quotes.

    No cmd runs here: this reads the file by cmd's rules for `set "NAME=value"` under DisableDelayedExpansion.
    """
    make(world, tmp_path / "out", "--address", "10.0.0.7:81", SMART_CLIENT_PROXY=PROXY)
    for script in ("smartupload", "smartstatus"):
        content = (tmp_path / "out" / f"Zavod/windows/{script}.bat").read_bytes()
        assert max(content) < 128
        assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
        assert content.startswith(b"@echo off\r\n")
        assert content.endswith(b"\r\n")
        text = content.decode("ascii")
        assert text.index("setlocal DisableDelayedExpansion") < text.index("set ")
        lines = [line for line in text.split("\r\n") if line.startswith('set "')]
        assert all(re.fullmatch(r'set "[A-Z_]+=([^"%]|%%)*"', line) for line in lines), lines
        values = dict(line[5:-1].replace("%%", "%").split("=", 1) for line in lines)
        assert values["CLIENT"] == "Zavod"
        assert values["ADDRESS"] == "10.0.0.7:81"
        assert values["PROXY"] == "http://us%25er:p%26w%5E%21@proxy.example.ru:3128"
        assert re.fullmatch(r"[A-Za-z0-9_-]{32}", values["TOKEN"])
        if script == "smartstatus":
            assert base64.b64decode(values["SIGN_IN"]).decode() == f"smartlogin:{LOGIN}"
        # Outside of `set` and of variables a percent sign is doubled, too.
        rest = re.sub(
            r"%[A-Z_]+%|%~dp0|%~1|%%", "", "\n".join(line for line in text.split("\r\n") if line not in lines)
        )
        assert "%" not in rest
        # Whatever runs curl has neither token nor password among its arguments.
        assert not [
            line for line in text.split("\r\n") if "curl.exe" in line and re.search("TOKEN|SIGN_IN|PROXY", line)
        ]


def test_the_task_of_windows(world: World, tmp_path: Path) -> None:
    """UTF-16 as Task Scheduler exports it: absolute paths, every hour or 15 minutes without end, never two at once."""
    make(world, tmp_path / "out")
    for script, interval in (("smartupload", "PT1H"), ("smartstatus", "PT15M")):
        content = (tmp_path / "out" / f"Zavod/windows/{script}.xml").read_bytes()
        assert content.startswith(b"\xff\xfe")
        found = {one.tag.partition("}")[2]: one.text for one in Xml.fromstring(content).iter()}
        assert found["Interval"] in (interval, "PT5M")
        assert f"<Interval>{interval}</Interval>" in content.decode("utf-16")
        assert found["Command"] == f"C:\\SMART\\{script}.bat"
        assert found["WorkingDirectory"] == "C:\\SMART"
        assert found["MultipleInstancesPolicy"] == "IgnoreNew"
        assert found["StartWhenAvailable"] == "true"
        assert found["RunLevel"] == "HighestAvailable"
        assert "Duration" not in found
        (trigger,) = (one for one in Xml.fromstring(content).iter() if one.tag.endswith("}CalendarTrigger"))
        names = [one.tag.partition("}")[2] for one in trigger]
        assert names == ["Enabled", "StartBoundary", "Repetition", "ScheduleByDay"]  # a sequence in the schema


@dataclass
class Product:
    """A stand-in for the product: its report, its metrics, and the login of each request."""

    address: str
    report: bytes = zipped(report_xml=b"<sysinfo/>")
    asked: list[tuple[str, str, str, bytes]] = field(default_factory=list)


@contextmanager
def product() -> Iterator[Product]:
    """A web server that answers as the product does: a redirect with a cookie, a date header in lower case."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            running.asked.append((self.command, self.path, self.headers.get("Authorization", ""), body))
            if self.path == "/sysinfo/si_save_request":
                self.send_response_only(302)
                self.send_header("Location", "/sysinfo/report")
                self.send_header("Set-Cookie", "session=1; path=/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            found = {"/sysinfo/report": running.report, "/sysmon/metrics": METRICS}.get(self.path)
            is_open = self.path != "/sysmon/metrics" or self.headers.get("Authorization") == BASIC
            self.send_response_only(404 if found is None else 200 if is_open else 401)
            self.send_header("date", formatdate(usegmt=True))
            self.send_header("Content-Length", str(len(found or b"") if is_open else 0))
            self.end_headers()
            if found and is_open:
                self.wfile.write(found)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
            """Nothing: a test prints nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Product(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


BASIC = "Basic " + base64.b64encode(f"smartlogin:{LOGIN}".encode()).decode()


def run_script(path: Path, *secrets: str) -> subprocess.CompletedProcess[str]:
    """bash runs it with the real curl, whose arguments and environment are noted: other users see the arguments."""
    noted, curl = path.with_name("curl.noted"), shutil.which("curl")
    wrapper = path.parent / "bin" / "curl"
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(f'#!/bin/bash\n{{ printf "%s\\n" "$@"; env; }} >>"{noted}"\nexec "{curl}" "$@"\n')
    wrapper.chmod(0o700)
    env = {**os.environ, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", path], capture_output=True, text=True, timeout=PATIENCE, check=False, env=env)
    text = noted.read_text()
    noted.unlink()
    assert "--config" in text or "--silent" in text
    assert not [one for one in (*secrets, LOGIN, BASIC.partition(" ")[2]) if one in text]
    return done


def test_the_scripts_bring_their_files_to_the_store(receiver: Receiver, tmp_path: Path) -> None:
    """Real bash and curl: the report is accepted and found (HEAD 200), the metrics are in the store at their time."""
    with product() as software:
        out = tmp_path / "out"
        address = ("--receiver", receiver.url, "--address", software.address)
        result = receiver.world.run(
            "scripts", receiver.world.volga, "Zavod", "-o", str(out), *address, env={"SMART_METRICS_PASSWORD": LOGIN}
        )
        assert result.exit_code == 0, result.output
        assert receiver.token not in result.output
        began = int(time.time())
        for script in ("smartupload", "smartstatus"):
            done = run_script(out / "Zavod" / "linux" / f"{script}.sh", receiver.token)
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            assert re.fullmatch(rf"[-0-9: ]+ {script}: sent\n", done.stdout)
        ended = int(time.time())

    assert ("POST", "/sysinfo/si_save_request", "", b"type=zip") in software.asked
    assert receiver.head("Zavod.zip") == receiver.head("Zavod.status") == 200
    assert (out / "Zavod/linux/Zavod.zip").read_bytes() == software.report
    selector = f'{{__name__="kserver_main_page",cabinet="{receiver.world.volga}",client="Zavod"}}'

    def arrived() -> list[int]:
        times = [int(one) // 1000 for series in points(receiver, selector) for one in series["timestamps"]]
        return [one for one in times if began <= one <= ended]

    eventually(lambda: bool(arrived()), "the metrics are in the store at the time of the product's date")
    assert len(arrived()) == 1


def test_a_script_says_what_went_wrong(receiver: Receiver, tmp_path: Path) -> None:
    """The product does not answer; the receiver refuses: the answer is shown, the token is not."""
    with product() as software:
        out = tmp_path / "out"
        world = receiver.world
        common = ("scripts", world.volga, "Zavod", "-o", str(out), "--receiver", receiver.url, "--overwrite")
        env = {"SMART_METRICS_PASSWORD": "wrong-password-of-metrics"}
        world.run(*common, "--address", software.address, env=env)
        done = run_script(out / "Zavod/linux/smartstatus.sh", receiver.token)
        assert (done.returncode, "gave no metrics" in done.stderr) == (1, True)
        software.report = b"no zip"
        done = run_script(out / "Zavod/linux/smartupload.sh", receiver.token)
        assert (done.returncode, "not accepted: 415" in done.stderr) == (1, True), done.stderr
        assert receiver.token not in done.stderr + done.stdout
        world.run(*common, "--address", "127.0.0.1:9", env=env)
        done = run_script(out / "Zavod/linux/smartupload.sh", receiver.token)
        assert (done.returncode, "gave no report" in done.stderr) == (1, True)
