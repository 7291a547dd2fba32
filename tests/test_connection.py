"""Reaching a Grafana: ways to log in, proxies with a login of their own, TLS, and the messages when it fails."""

import base64
import re
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from provision.cli import main
from provision.errors import GrafanaError, ProvisionError
from provision.grafana import Connection, Grafana
from provision.sandbox import Sandbox, Settings
from tests.gate import Gate, gate, listening, unchanged
from tests.world import World

CYRILLIC = "Пароль-Ёж-7"
PYTHON = re.compile(
    r"[A-Z]\w+(Error|Exception|Refused|Timeout)\b|[Ee]rrno|urllib3|HTTPS?Connection|\bssl\b|0x[0-9a-f]{6}|_SSL"
)


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """An estate of two cabinets on a sandbox of its own."""
    folder = tmp_path / "estate"
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto")


@contextmanager
def serving(folder: Path, settings: Settings) -> Iterator[str]:
    """A sandbox of that kind; its address."""
    running = Sandbox(port=0, data=folder, settings=settings)
    running.start()
    try:
        yield running.url
    finally:
        running.close()


def failure(url: str, **more: Any) -> ProvisionError:
    """What connecting there ends with."""
    with pytest.raises(ProvisionError) as caught:
        Grafana(Connection(url, "admin", "admin", pause=0, timeout=5, **more))
    return caught.value


def said(error: ProvisionError) -> tuple[str, str]:
    """Text and hint in Russian, then in English. No text of a Python exception is in either."""
    assert error.hint is not None
    both = f"{error.text.ru}. {error.hint.ru}", f"{error.text.en}. {error.hint.en}"
    for text in both:
        assert not PYTHON.search(text), text
    assert re.search("[а-я]", both[0])
    assert not re.search("[а-яА-Я]", both[1]), both[1]
    return both


# Ways to log in


def test_a_cookie_that_does_not_come_back(tmp_path: Path) -> None:
    """With cookie_secure over http the login succeeds and its cookie is lost: basic auth is used instead."""
    with serving(tmp_path / "s", Settings(cookie_secure=True)) as url:
        assert Grafana(Connection(url, "admin", "admin")).self_login == "admin"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(cookie_secure=True, basic_auth=False), "cookie_secure.*basic auth is off"),
        (Settings(password_login=False, basic_auth=False), "disable_login_form.*basic auth is off"),
    ],
)
def test_no_way_to_log_in(tmp_path: Path, settings: Settings, says: str) -> None:
    """Both ways are off: the reason, and no advice to check a password that is right."""
    with serving(tmp_path / "s", settings) as url:
        english = said(failure(url))[1]
    assert re.search(says, english), english
    assert "GRAFANA_PASSWORD" not in english


@pytest.mark.parametrize("settings", [Settings(), Settings(password_login=False), Settings(cookie_secure=True)])
def test_a_password_in_cyrillic(tmp_path: Path, settings: Settings) -> None:
    """A password of any letters works by session and by basic auth."""
    with serving(tmp_path / "s", Settings()) as url:  # without a login form no password can be set
        body = {"password": CYRILLIC}
        requests.put(f"{url}/api/admin/users/1/password", json=body, auth=("admin", "admin"), timeout=30)
    with serving(tmp_path / "s", settings) as url:
        server = Grafana(Connection(url, "admin", CYRILLIC))
        assert server.probe("admin", CYRILLIC).ask("GET", "/api/user").status == 200


def test_an_admin_in_no_org(sandbox: Sandbox, world: World) -> None:
    """A server admin whose current org is gone gets what to do, before anything is written."""
    made = world.ask("POST", "/api/admin/users", {"login": "root2", "password": "Pw-Example-1", "OrgId": 1})
    world.ask("PUT", f"/api/admin/users/{made['id']}/permissions", {"isGrafanaAdmin": True})
    world.ask("DELETE", f"/api/orgs/1/users/{made['id']}")
    result = world.run("apply", "--yes", env={"GRAFANA_USER": "root2", "GRAFANA_PASSWORD": "Pw-Example-1"})
    assert result.exit_code == 1, result.output
    assert "Add root2 to any org" in result.output
    assert world.orgs() == []


# Variables


def test_an_unset_password_is_refused_before_anything_is_sent(world: World) -> None:
    """An empty password would be one of the five tries."""
    before = requests.get(f"{world.url}/sandbox/requests", timeout=30).json()
    result = world.run("plan", env={"GRAFANA_PASSWORD": ""})
    assert result.exit_code == 1
    assert "GRAFANA_PASSWORD is not set" in result.output
    assert requests.get(f"{world.url}/sandbox/requests", timeout=30).json() == before


def test_a_missing_address_names_its_variable(world: World) -> None:
    """Whoever sets variables reads the variable's name, not the option's alone."""
    result = world.run("plan", env={"GRAFANA_URL": ""})
    assert result.exit_code == 2
    assert "GRAFANA_URL" in result.output


def test_help_shows_each_variable(world: World) -> None:
    """Every option that a variable sets says so."""
    text = CliRunner().invoke(main, ["plan", "--help"]).output
    for name in ("GRAFANA_URL", "GRAFANA_USER", "GRAFANA_PASSWORD", "GRAFANA_HEADER", "GRAFANA_CA_FILE"):
        assert name in text, name
    for name in ("GRAFANA_CLIENT_CERT", "GRAFANA_CLIENT_KEY", "SMART_VMAUTH_FILE", "SMART_VMAUTH_URL", "SMART_VM_URL"):
        assert name in text, name


@pytest.mark.parametrize(
    "hint", ["0.5", "1m0s", "soon", "-1", "Wed, 99 Foo 2026 99:99:99 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", "1e3"]
)
def test_an_unreadable_retry_after_is_no_hint(sandbox: Sandbox, hint: str) -> None:
    """A server that is busy twice is asked again after the usual pause."""
    fault = {"kind": "busy", "times": 2, "path": "^/api/health$", "retry_after": hint}
    requests.put(f"{sandbox.url}/sandbox/faults", json={"faults": [fault]}, timeout=30).raise_for_status()
    assert Grafana(Connection(sandbox.url, "admin", "admin", pause=0.01)).self_login == "admin"


@pytest.mark.parametrize("path", ["/api/orgs/..", "/api/orgs/%2e%2e/users", "/api/./orgs", "/api/orgs/.%2E"])
def test_dots_are_no_part_of_a_path(sandbox: Sandbox, path: str) -> None:
    """Written out or encoded they would lead elsewhere: refused before anything is sent."""
    server = Grafana(Connection(sandbox.url, "admin", "admin"))
    before = server.sent
    with pytest.raises(GrafanaError, match="Dots cannot be a name"):
        server.get(path)
    assert server.sent == before


# Proxies


BASIC = "Basic " + base64.b64encode(b"office:Gate-Pw-1").decode()


@pytest.mark.parametrize(("name", "value"), [("X-Gate-Token", "gate-token-1"), ("Authorization", BASIC)])
def test_a_proxy_with_a_login_of_its_own(world: World, name: str, value: str) -> None:
    """Every request carries the header, an audit's too; its value is in no output."""
    with gate(world.url, name=name, value=value) as url:
        env = {"GRAFANA_URL": url, "GATE": value}
        applied = world.run("apply", "--yes", "--header", f"{name}=env:GATE", env=env)
        assert applied.exit_code == 0, applied.output
        audited = world.run("audit", world.don, "--header", f"{name}=env:GATE", env=env)
    assert value not in applied.output + audited.output
    assert re.search(r"LEAKED\s+0|leaked 0|0 leaked", audited.output, re.IGNORECASE), audited.output


def test_a_proxys_refusal_names_the_proxy(world: World) -> None:
    """Without the header, or with a wrong one, it is the proxy that refuses, not Grafana."""
    with gate(world.url, name="X-Gate-Token", value="gate-token-1") as url:
        russian, english = said(failure(url))
        assert "The proxy before Grafana" in english
        assert "gate/1.0, office" in english
        assert "--header" in english
        assert "--header" in russian
        wrong = said(failure(url, headers={"X-Gate-Token": "other"}))[1]
    assert "X-Gate-Token" in wrong
    assert "other" not in wrong


@pytest.mark.parametrize("given", ["X-Token", "X-Token=secret-value", "=env:GATE", "X Y=env:GATE", "X-Token=env:"])
def test_a_header_is_given_by_variable(world: World, given: str) -> None:
    """A value on the command line would be seen by others: refused, and not repeated."""
    result = world.run("plan", "--header", given)
    assert result.exit_code == 2
    assert "NAME=env:VAR" in result.output
    assert "secret-value" not in result.output


@pytest.mark.parametrize("value", ["", "two\nlines"])
def test_a_headers_variable_must_be_usable(world: World, value: str) -> None:
    """Unset, or of several lines."""
    result = world.run("plan", "--header", "X-Token=env:GATE", env={"GATE": value})
    assert result.exit_code == 1
    assert "GATE" in result.output


# Connections that fail


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout key.pem -out cert.pem"
    command = [*words.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text(), encoding="utf-8")
    return both


@contextmanager
def secure(certificate: Path, target: str) -> Iterator[int]:
    """Grafana behind TLS; the port."""
    handler = type("SecureGate", (Gate,), {"target": target, "edit": staticmethod(unchanged)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # failed handshakes are the point
    with listening(server) as port:
        yield port


@contextmanager
def raw(answer: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server that treats each connection like this; the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            answer(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with listening(Server(("127.0.0.1", 0), Handler)) as port:
        yield port


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    russian, english = said(failure(f"http://127.0.0.1:{port}"))
    assert "соединение отклонено" in russian
    assert "refused" in english


@pytest.mark.parametrize("host", ["grafana.invalid", f"{'x' * 70}.example.ru"])
def test_an_unknown_host(host: str) -> None:
    assert re.search("host name", said(failure(f"http://{host}"))[1])


def test_https_on_an_http_server(sandbox: Sandbox) -> None:
    russian, english = said(failure(sandbox.url.replace("http://", "https://")))
    assert "по http, а не по https" in russian
    assert "speaks http, not https" in english


def test_http_on_an_https_server(sandbox: Sandbox, certificate: Path) -> None:
    with secure(certificate, sandbox.url) as port:
        assert "https" in said(failure(f"http://127.0.0.1:{port}"))[1]


def test_http_on_a_server_that_says_it_requires_https() -> None:
    """As Go's servers, Grafana's own too, and nginx do it: 400 with a sentence."""
    body = b"Client sent an HTTP request to an HTTPS server.\n"

    def answer(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n" + body)

    with raw(answer) as port:
        russian, english = said(failure(f"http://127.0.0.1:{port}"))
    assert "https" in russian
    assert "speaks https, not http" in english


def test_a_certificate_of_nobody_known(sandbox: Sandbox, certificate: Path) -> None:
    """Refused with the reason; accepted once the file is named."""
    with secure(certificate, sandbox.url) as port:
        russian, english = said(failure(f"https://127.0.0.1:{port}"))
        assert "самоподписанный" in russian
        assert re.search("self-signed.*GRAFANA_CA_FILE", english)
        assert "another host name" in said(failure(f"https://localhost:{port}", ca_file=str(certificate)))[1]


@pytest.mark.parametrize("role", ["ca_file", "client_certificate", "client_key"])
def test_files_that_are_no_certificates(sandbox: Sandbox, certificate: Path, tmp_path: Path, role: str) -> None:
    """Garbage in one of the three files."""
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("garbage\n", encoding="utf-8")
    files = {"client_certificate": str(certificate)} if role == "client_key" else {}
    with secure(certificate, sandbox.url) as port:
        english = said(failure(f"https://127.0.0.1:{port}", **files, **{role: str(garbage)}))[1]
    assert "GRAFANA_CA_FILE" in english if role == "ca_file" else "GRAFANA_CLIENT_CERT" in english


def test_a_server_that_hangs_up() -> None:
    with raw(lambda client: client.close()) as port:
        assert "cut" in said(failure(f"http://127.0.0.1:{port}"))[1]


def test_a_server_that_speaks_another_protocol() -> None:
    with raw(lambda client: client.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")) as port:
        said(failure(f"http://127.0.0.1:{port}"))


def test_a_server_that_says_nothing() -> None:
    event = threading.Event()
    with raw(lambda _client: event.wait(60)) as port:
        with pytest.raises(ProvisionError) as caught:
            Grafana(Connection(f"http://127.0.0.1:{port}", "admin", "admin", pause=0, timeout=0.2))
        event.set()
    assert "none within 0.2 s" in said(caught.value)[1]


def test_a_proxy_that_does_not_answer(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that HTTP_PROXY or HTTPS_PROXY names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")
    assert "HTTP_PROXY" in said(failure("http://grafana.example.ru"))[1]
