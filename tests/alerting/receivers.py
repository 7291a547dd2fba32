"""Where messages arrive in a test: a mail server, Telegram's API and the operator's log, each on loopback."""

import json
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller

TELEGRAM = "api.telegram.org"


@dataclass(frozen=True)
class Mail:
    """One message in one mailbox."""

    mailbox: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The text of all its parts."""
        parts = [part for part in self.message.walk() if part.get_content_maintype() == "text"]
        return "\n".join(str(part.get_content()) for part in parts)


@dataclass
class Mailboxes:
    """A mail server that keeps what it gets."""

    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = BytesParser(policy=default).parsebytes(envelope.content)
        self.mails += [Mail(mailbox, message) for mailbox in envelope.rcpt_tos]
        return "250 OK"

    def of(self, mailbox: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.mailbox == mailbox]


def free_port() -> int:
    """A port of loopback that nothing listens at."""
    with closing(socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def mail_server() -> Iterator[tuple[Mailboxes, int]]:
    """A running one, and its port."""
    boxes = Mailboxes()
    port = free_port()
    controller = Controller(boxes, hostname="127.0.0.1", port=port)  # it looks for itself at that port: 0 does not do
    controller.start()
    try:
        yield boxes, port
    finally:
        controller.stop()


@dataclass
class Posts:
    """What was posted to a stand-in: path, headers, body."""

    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.got]


class _Handler(BaseHTTPRequestHandler):
    """Keeps what is posted. A CONNECT is answered by this server itself, in TLS, whatever host is asked for."""

    posts: Posts
    context: ssl.SSLContext | None = None

    def do_CONNECT(self) -> None:
        assert self.context is not None
        self.send_response(200, "Connection established")
        self.end_headers()
        with (
            suppress(ssl.SSLError, OSError),  # whoever asks for another host does not trust the certificate
            self.context.wrap_socket(self.connection, server_side=True) as connection,
        ):
            self.connection = connection
            self.rfile, self.wfile = connection.makefile("rb"), connection.makefile("wb", buffering=0)  # type: ignore[assignment]
            self.close_connection = False
            while not self.close_connection:
                self.handle_one_request()
        self.close_connection = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.posts.got.append((self.path, dict(self.headers), body))
        answer = b'{"ok": true, "result": {"message_id": 1}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
        """Nothing: a test prints nothing."""


@contextmanager
def http_server(context: ssl.SSLContext | None = None) -> Iterator[tuple[Posts, int]]:
    """A stand-in that takes any POST; with `context` it is a proxy that answers for every host."""
    posts = Posts()
    handler = type("Handler", (_Handler,), {"posts": posts, "context": context, "protocol_version": "HTTP/1.1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield posts, server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for Telegram's API, and its key. The certificate is also the authority to trust."""
    key, made = folder / "telegram.key", folder / "telegram.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={TELEGRAM} -addext subjectAltName=DNS:{TELEGRAM}"
    subprocess.run(["openssl", *words.split(), "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


def tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a stand-in for Telegram's API needs, and the file of the authority that its client is to trust."""
    made, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context, made


def wait_until(fact: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits for the fact; a failure says what was waited for."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.5)
