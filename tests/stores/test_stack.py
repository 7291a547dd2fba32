"""`provision stack`: the stores and what collects, in the background, started once, stopped for sure."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values

from provision.collect.checks import CHECKS
from provision.collect.folder import CollectionFolder
from provision.collect.recording import rules
from provision.collect.targets import dump, groups
from provision.credential import RootSecret
from provision.model import Installation
from provision.stores.access import Access
from provision.stores.cluster import connect
from provision.stores.number_stores import VictoriaMetrics
from provision.stores.stack import Stack
from provision.stores.vmauth_client import VmauthClient
from provision.stores.vmauth_users import UserFile
from provision.stores.wire import Login, ask
from tests.stores.world import seen, user_changes
from tests.world import SECRET

FREE = tuple(
    word
    for name in ("metrics", "vmauth", "exporter", "recorder", "receiver", "events")
    for word in (f"--{name}-port", "0")
)


def provision(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`provision --lang en stack …` in a process of its own, as a user runs it."""
    code = "from provision.cli import main; main(prog_name='provision')"
    command = [sys.executable, "-c", code, "--lang", "en", "stack", *words]
    whole = {**os.environ, **env}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=whole)


@pytest.fixture
def folder(ground: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder of the test's own; whatever still runs there is stopped."""
    path = ground / f"stack-{request.node.name}"
    yield path
    if (path / "lock").exists():
        Stack(path).stop()


def start(folder: Path) -> Mapping[str, str]:
    """Starts the stores on free ports; what the file to source says."""
    done = provision("start", "--data", str(folder), *FREE)
    assert done.returncode == 0, done.stderr
    return environment(folder)


def environment(folder: Path) -> Mapping[str, str]:
    return {name: str(value) for name, value in dotenv_values(folder / "env", interpolate=False).items()}


def ports_of(env: Mapping[str, str]) -> list[int]:
    """The ports of all servers."""
    events = next(word for word in env["SMART_EVENTS_ADMIN"].split() if word.startswith("port="))
    urls = (env[f"SMART_{name}_URL"] for name in ("VM", "VMAUTH", "BLACKBOX", "VMALERT"))
    return [*(int(url.rpartition(":")[2]) for url in urls), int(events.removeprefix("port="))]


def listening(ports: list[int]) -> list[bool]:
    found = []
    for port in ports:
        with socket.socket() as probe:
            found.append(probe.connect_ex(("127.0.0.1", port)) == 0)
    return found


def test_the_stores_start_once_and_stop(folder: Path) -> None:
    """Started, all answer; a second start leaves them as they are; stopped, all ports are free and it says so."""
    env = start(folder)
    pid = Stack(folder).pid()
    assert listening(ports_of(env)) == [True] * 5
    assert start(folder) == env
    assert Stack(folder).pid() == pid
    assert provision("status", "--data", str(folder)).returncode == 0
    assert "are stopped" in provision("stop", "--data", str(folder)).stdout
    assert listening(ports_of(env)) == [False] * 5
    assert not (folder / "env").exists()
    assert "do not run" in provision("stop", "--data", str(folder)).stdout
    assert provision("status", "--data", str(folder)).returncode == 1


def test_secrets_are_in_a_private_file_alone(folder: Path) -> None:
    """The file to source is for its owner alone, a shell reads it, and the terminal shows none of its secrets."""
    done = provision("start", "--data", str(folder), *FREE)
    env = environment(folder)
    assert stat.S_IMODE((folder / "env").stat().st_mode) == 0o600
    sourced = subprocess.run(
        ["sh", "-c", f'. "{folder / "env"}" && printf %s "$SMART_EVENTS_ADMIN"'],
        check=True,
        capture_output=True,
        text=True,
    )
    assert sourced.stdout == env["SMART_EVENTS_ADMIN"]
    with connect(env["SMART_EVENTS_ADMIN"]) as connection:
        password = connection.info.password
    for secret in (env["SMART_VM_KEY"], env["SMART_VM_PASSWORD"], env["SMART_VMAUTH_RELOAD_KEY"], password):
        assert secret
        assert secret not in done.stdout + done.stderr
    assert str(folder / "env") in done.stdout


def test_vmauth_takes_the_users_that_come(folder: Path, root: RootSecret) -> None:
    """Its first user file lets nobody in; users written later get in through the reload."""
    env = start(folder)
    login = Login(env["SMART_VM_USER"], env["SMART_VM_PASSWORD"])
    file = UserFile(Path(env["SMART_VMAUTH_FILE"]), VictoriaMetrics(env["SMART_VM_URL"], login), root)
    proxy = VmauthClient(env["SMART_VMAUTH_URL"], key=env["SMART_VMAUTH_RELOAD_KEY"])
    access = Access("volga")
    assert ask(f"{env['SMART_VMAUTH_URL']}/api/v1/query?query=1").status == 401
    assert seen(env["SMART_VMAUTH_URL"], access, root) is None
    file.apply(user_changes(file, [access]))
    proxy.reload(file)
    proxy.verify_isolation(file)
    assert seen(env["SMART_VMAUTH_URL"], access, root) == set()


def test_data_and_users_outlive_a_restart(folder: Path) -> None:
    """Stopped and started again, the stores have what they had."""
    env = start(folder)
    users = (folder / "auth.yml").read_text(encoding="utf-8")
    with connect(env["SMART_EVENTS_ADMIN"]) as connection:
        connection.execute("CREATE TABLE public.kept AS SELECT 7 AS x")
    provision("stop", "--data", str(folder))
    with connect(start(folder)["SMART_EVENTS_ADMIN"]) as connection:
        assert connection.execute("SELECT x FROM public.kept").fetchall() == [(7,)]
    assert (folder / "auth.yml").read_text(encoding="utf-8") == users


def test_killed_it_leaves_no_server_and_starts_again(folder: Path) -> None:
    """SIGKILL leaves nothing running and nothing that keeps the next start away."""
    env = start(folder)
    pid = Stack(folder).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(listening(ports_of(env))) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(listening(ports_of(env)))
    assert Stack(folder).pid() is None
    assert "do not run" in provision("stop", "--data", str(folder)).stdout
    assert all(listening(ports_of(start(folder))))


def test_the_engines_take_the_files_of_collection(folder: Path) -> None:
    """The status counts what the exporter, the scraper and vmalert work by; a new target file is taken at once."""
    env = start(folder)
    files = CollectionFolder(Path(env["SMART_TARGETS_DIR"]))
    before = Stack(folder).taken()
    line = Installation(f"127.0.0.1:{ports_of(env)[0]}", "ivanova", "ivanova@example.ru", "http", -1, "x.csv", 1)
    files.write("targets/romashka.json", dump("romashka", groups("romashka", [line], ())))
    deadline = time.monotonic() + 60
    while Stack(folder).taken().targets < 3 and time.monotonic() < deadline:
        time.sleep(0.1)

    assert (before.modules, before.targets, before.rules) == (len(CHECKS), 0, len(list(rules())))
    said = provision("status", "--data", str(folder)).stdout
    assert f"{len(CHECKS)} kinds of checks, 3 targets, {before.rules} recorded series" in said


def test_the_receiver_runs_where_the_root_secret_is_set(folder: Path) -> None:
    """It answers, and the file to source has all that `provision` needs of it; without the secret it is left out."""
    done = provision("start", "--data", str(folder), *FREE, SMART_SECRET=SECRET)
    env = environment(folder)

    assert ask(f"{env['SMART_RECEIVER_URL']}/health").status == 200
    assert env["SMART_LOG_URL"] == f"{env['SMART_RECEIVER_URL']}/alerts"
    headers = {"Authorization": f"Bearer {env['SMART_RECEIVER_KEY']}"}
    assert "smart_receiver_estate_valid 1.0" in ask(f"{env['SMART_RECEIVER_URL']}/metrics", headers=headers).text
    assert "is not started" not in done.stderr
    provision("stop", "--data", str(folder))
    assert ask(f"{env['SMART_RECEIVER_URL']}/health").status == 0
    assert "SMART_RECEIVER_URL" not in start(folder)


def test_a_taken_port_is_named(folder: Path) -> None:
    """Whose port is taken, and which option takes another; nothing is left running."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = provision("start", "--data", str(folder), *FREE[:-2], "--events-port", port)
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "--events-port" in done.stderr
    assert "Traceback" not in done.stderr
    assert Stack(folder).pid() is None
