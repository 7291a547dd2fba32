"""Whatever a user can get wrong ends in a sentence that says what to do: never in a traceback, never with a secret."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from provision.sandbox import Sandbox, Settings
from tests.world import SECRET, World

COMMAND = [sys.executable, "-c", "from provision.cli import main; main()"]


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """An estate of two cabinets on a sandbox of its own."""
    folder = tmp_path / "estate"
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto")


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def web_site() -> Iterator[str]:
    """A web server that answers everything with a friendly page: no Grafana."""
    import threading

    def page(environ: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])  # type: ignore[operator]  # WSGI
        return [b"<h1>Hello</h1>"]

    server = make_server("127.0.0.1", 0, page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fails(world: World, *words: str, says: str, status: int = 1, env: dict[str, str] | None = None) -> None:
    """The command ends with that status and a message that says so, with a hint."""
    result = world.run(*words, env=env)
    assert result.exit_code == status, result.output
    assert re.search(says, result.output), result.output
    assert "Traceback" not in result.output


def test_no_server(world: World) -> None:
    """Nobody answers at the address."""
    url = f"http://127.0.0.1:{closed_port()}"
    fails(world, "plan", "--pause", "0", says="No answer from .*refused", env={"GRAFANA_URL": url})


def test_no_such_host(world: World) -> None:
    """The host's name is unknown."""
    url = "http://grafana.invalid"
    fails(world, "plan", "--pause", "0", says="No answer from .*grafana.invalid", env={"GRAFANA_URL": url})


@pytest.mark.parametrize("url", ["grafana", "http://", "ftp://x", "http://127.0.0.1:99999", "http://[::1", ""])
def test_no_url(world: World, url: str) -> None:
    """What was given is no address."""
    result = world.run("plan", env={"GRAFANA_URL": url})
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    assert "GRAFANA_URL" in result.output or "--url" in result.output


def test_not_grafana(world: World, web_site: str) -> None:
    """Something answers, but it is no Grafana."""
    fails(world, "plan", says="is not a Grafana", env={"GRAFANA_URL": web_site})


def test_wrong_path(world: World) -> None:
    """A Grafana answers, but not at this path."""
    fails(world, "plan", says="is not a Grafana", env={"GRAFANA_URL": f"{world.url}/monitoring"})


def test_wrong_password_is_tried_once(world: World) -> None:
    """A refused login is said and never repeated: four runs leave the admin unlocked."""
    for _run in range(4):
        fails(world, "apply", "--yes", says="refused the login admin", env={"GRAFANA_PASSWORD": "wrong-password"})
    assert world.run("plan").exit_code == 0


def test_no_rights(world: World) -> None:
    """An ordinary user cannot make orgs: said before anything is written."""
    body = {"login": "someone", "email": "someone@example.com", "password": "Pw-Example-1", "OrgId": 1}
    world.ask("POST", "/api/admin/users", body)
    env = {"GRAFANA_USER": "someone", "GRAFANA_PASSWORD": "Pw-Example-1"}
    fails(world, "apply", "--yes", says="not a Grafana server admin", env=env)
    assert world.orgs() == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(version="9.4.7", api="legacy"), "9.4.7 is too old"),
        (Settings(auto_assign_org=False), "auto_assign_org"),
    ],
)
def test_unsuitable_server(world: World, tmp_path: Path, settings: Settings, says: str) -> None:
    """A server that is too old or has something switched off is reported before anything is written."""
    server = Sandbox(port=0, data=tmp_path / "other", settings=settings)
    server.start()
    world.url = server.url
    fails(world, "apply", "--yes", says=says)
    assert world.writes() == 0
    server.close()


@pytest.mark.parametrize(
    "settings",
    [
        Settings(version="9.5.21", api="legacy"),
        Settings(password_login=False),
        Settings(clock=lambda: time.time() * 3000),
    ],
)
def test_unusual_but_suitable_server(world: World, tmp_path: Path, settings: Settings) -> None:
    """A 9.5 without /apis, one without password login, one whose 10-minute sessions end every 0.2 s: all work."""
    server = Sandbox(port=0, data=tmp_path / "other", settings=settings)
    server.start()
    world.url = server.url
    world.apply()
    assert world.run("drift").exit_code == 0
    server.close()


def test_more_folders_than_a_page_holds(world: World) -> None:
    """A thousand folders made by hand hide neither ours nor each other, on the old API either."""
    world.apply()
    org = world.org(world.volga)
    for number in range(1001):
        world.ask("POST", "/api/folders", {"uid": f"f{number}", "title": f"A {number}"}, org=org)
    for world.api in ("auto", "legacy"):
        drift = world.run("drift", world.volga, "--format", "json")
        assert drift.exit_code == 0, drift.output
        assert sum(row["kind"] == "folder" for row in json.loads(drift.stdout)["unmanaged"]) == 1001


@pytest.mark.parametrize("secret", ["", "short"])
def test_no_root_secret(world: World, secret: str) -> None:
    """Without a root secret, or with a short one, nothing begins."""
    fails(world, "plan", says="SMART_SECRET", env={"SMART_SECRET": secret})


def test_open_file_of_secrets(world: World) -> None:
    """A file of secrets that others may read is refused; closed, it serves."""
    path = world.folder / "secrets"
    path.write_text(f"SMART_SECRET={SECRET}\nGRAFANA_PASSWORD=admin\n", encoding="utf-8")
    path.chmod(0o644)
    env = {"SMART_SECRETS": str(path), "SMART_SECRET": "", "GRAFANA_PASSWORD": ""}
    fails(world, "plan", says="chmod 600", env=env)
    path.chmod(0o600)
    assert world.run("plan", env=env).exit_code == 0


def test_broken_yaml(world: World) -> None:
    """tenants.yaml is no YAML: file, line and column."""
    world.write("tenants.yaml", "defaults: {timezone: [\n")
    for command in (["check"], ["plan"], ["render", "-o", str(world.folder / "out")]):
        fails(world, *command, says=r"tenants.yaml[:,] ?(line )?\d")


def test_missing_files(world: World) -> None:
    """No tenants.yaml; a list that is not there; a list that is a folder."""
    (world.folder / "don_manager_20260417.csv").unlink()
    fails(world, "check", says="don_manager")
    (world.folder / "don_manager_20260417.csv").mkdir()
    fails(world, "check", says="don_manager")
    fails(world, "check", str(world.folder / "nowhere.csv"), says="nowhere.csv")
    (world.folder / "tenants.yaml").unlink()
    fails(world, "check", says="tenants.yaml")


def test_unknown_cabinet(world: World) -> None:
    """A cabinet that does not exist is wrong usage; the known ones are named."""
    fails(world, "plan", "nowhere", says=f"nowhere(.|\n)*{world.volga}", status=2)
    fails(world, "check", "nowhere", says="nowhere", status=2)


@pytest.mark.parametrize("command", [["plan", "--out", "/dev/full"], ["render", "-o", "/dev/full/x"]])
def test_full_disk(world: World, command: list[str]) -> None:
    """No room left where the output should go."""
    fails(world, *command, says="/dev/full")


def run(world: World, *words: str, **more: object) -> "subprocess.CompletedProcess[str]":
    """`provision` in a process of its own."""
    ours = {"GRAFANA_URL": world.url, "GRAFANA_USER": "admin", "GRAFANA_PASSWORD": "admin", "SMART_SECRET": SECRET}
    command = [*COMMAND, "--lang", "en", "-f", str(world.folder / "tenants.yaml"), *words]
    options = {"stderr": subprocess.PIPE, "text": True, "timeout": 60, "env": {**os.environ, **ours}, **more}
    return subprocess.run(command, check=False, **options)  # type: ignore[call-overload,no-any-return]  # as given


def test_full_standard_output(world: World) -> None:
    """Standard output cannot take any more."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = run(world, "plan", stdout=full)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "No space left" in done.stderr


def test_closed_pipe() -> None:
    """`provision schema | head -1` ends quietly."""
    command = f"'{sys.executable}' -c 'from provision.cli import main; main()' schema | head -1"
    done = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_russian_messages(world: World) -> None:
    """With --lang ru, or a Russian locale, errors come in Russian."""
    done = run(world, "plan", "nowhere", stdout=subprocess.PIPE)
    assert "There is no cabinet" in done.stderr
    command = [*COMMAND, "-f", str(world.folder / "tenants.yaml"), "check", "nowhere"]
    env = {key: value for key, value in os.environ.items() if key not in ("LC_ALL", "LC_MESSAGES")}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, env={**env, "LANG": "ru_RU.UTF-8"}
    )
    assert "Нет кабинета" in done.stderr


def test_no_secret_in_any_output(world: World) -> None:
    """No command, format or verbosity shows a derived, root, admin's or list's password, or a session cookie."""
    admin = "Admin-Password-1"
    world.ask("PUT", "/api/admin/users/1/password", {"password": admin})
    world.password = admin
    world.http.auth = ("admin", admin)
    world.write("don_online_20260417.csv", "ООО Ромашка,u1,Pw-Broken,1,online1.example.ru,docs,https,x,x@example.ru\n")
    world.change(
        "tenants.yaml", "[don_manager_20260417.csv]", "[don_manager_20260417.csv], online: [don_online_20260417.csv]"
    )
    shapes = ("text", "json", "markdown")
    outputs = [world.run("plan", "--format", shape, "--diff").output for shape in shapes]
    outputs.append(world.run("apply", "--yes", "--diff").output)
    org = world.org(world.volga)
    source = world.ask("GET", "/api/datasources/uid/smart-metrics", org=org)
    body = {**source, "secureJsonData": {"basicAuthPassword": "Pw-By-Hand"}}
    world.ask("PUT", "/api/datasources/uid/smart-metrics", body, org=org)
    outputs += [world.run("drift", "--format", shape, "--diff").output for shape in shapes]
    outputs.append(world.run("apply", "--yes", "--format", "json", "--diff").output)
    outputs += [world.run("check", "-v", "--format", shape).output for shape in ("text", "json")]
    outputs.append(world.run("render", "-o", str(world.folder / "out")).output)
    outputs += [path.read_text(encoding="utf-8") for path in (world.folder / "out").rglob("*.json")]
    outputs.append(world.run("plan", env={"GRAFANA_PASSWORD": "Pw-Wrong-One"}).output)
    notes = "".join(path.read_text(encoding="utf-8") for path in (world.folder / "handover").glob("*.txt"))
    derived = re.findall(r"\w{5}(?:-\w{5}){3}", notes)
    assert len(derived) == 3
    secrets = [*derived, SECRET, admin, "Pw-Example-1", "Pw-Broken", "Pw-By-Hand", "Pw-Wrong-One", "grafana_session"]
    for secret in secrets:
        assert not any(secret in output for output in outputs), secret
    shutil.rmtree(world.folder / "handover")


def test_a_login_in_the_address_is_refused_unseen(world: World) -> None:
    """A password in GRAFANA_URL would appear in messages and hand-over notes: it is refused and not repeated."""
    url = world.url.replace("http://", "http://admin:Pw-In-Url@")
    result = world.run("plan", env={"GRAFANA_URL": url})
    assert result.exit_code == 2
    assert "GRAFANA_PASSWORD" in result.output
    assert "Pw-In-Url" not in result.output
