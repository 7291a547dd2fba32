"""The pages: POST /upload, HEAD /files/…, POST /alerts, GET /metrics, GET /health. Every answer is JSON or empty."""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from flask import Flask, Request, Response, g, jsonify, request
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from provision.os_errors import reason
from provision.receive import archive, events, status
from provision.receive.estate import LiveEstate
from provision.receive.former import FormerTokens
from provision.receive.journal import Journal
from provision.receive.notes import Notes
from provision.receive.refusal import Refusal
from provision.receive.senders import Client, Distributor
from provision.receive.slow import HURRY, LATE
from provision.receive.spool import CLOSED, FULL, Item, Spool, SpoolFullError
from provision.receive.status import Status

LARGEST_ZIP = 64 << 20  # bytes
_OVERHEAD = 64 << 10  # of a request beside its file
_PARSED = 1 << 20  # bytes that the parser may hold; it reads 64 KB at a time (werkzeug 3.1)
_LARGEST_ALERTS = 8 << 20
_MOST_PARTS = 10
_EXTENSIONS = ("zip", "status")
# Stage and item, which a courier is to take; what the file says, if it is a status.
Accepted = Callable[[str, Item, Status | None], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages work with. `key` opens /metrics, "" closes it."""

    estate: LiveEstate
    spool: Spool
    notes: Notes
    former: FormerTokens
    journal: Journal
    accepted: Accepted
    key: str = field(default="", repr=False)


def make_app(desk: Desk) -> Flask:
    """The application."""

    class Upload(Request):
        """A request whose file goes straight to the spool."""

        max_form_parts = _MOST_PARTS
        max_form_memory_size = _PARSED

        def _get_file_stream(self, *_about: object, **_more: object) -> IO[bytes]:
            part = desk.spool.incoming()
            g.parts.append(part)
            return part

    app = Flask("receiver", static_folder=None)
    app.request_class = Upload

    @app.before_request
    def begin() -> None:
        g.began, g.parts, g.about = time.monotonic(), [], {}

    @app.post("/upload")
    def upload() -> Response:
        request.max_content_length = LARGEST_ZIP + _OVERHEAD
        return _upload(desk)

    @app.route("/files/<name>", methods=["HEAD"], provide_automatic_options=False)
    def there(name: str) -> Response:
        distributor = _distributor(desk)
        client, _, ext = name.rpartition(".")
        if client in distributor.clients and ext in _EXTENSIONS and desk.spool.has(distributor.id, client, ext):
            return Response(status=200)
        return Response(status=404)

    @app.post("/alerts")
    def alerts() -> Response:
        request.max_content_length = _LARGEST_ALERTS
        return _alerts(desk)

    @app.get("/metrics")
    def metrics() -> Response:
        if not desk.key or not hmac.compare_digest(_bearer().encode(), desk.key.encode()):
            raise Refusal(401, "", "the key is missing or wrong")
        return Response(desk.journal.metrics(), mimetype="text/plain; version=0.0.4")

    @app.get("/health")
    def health() -> Response:
        return jsonify(ok=True)

    _answer_refusals(app, desk)

    @app.after_request
    def log(response: Response) -> Response:
        for part in g.parts:
            desk.spool.drop(part)
        kind = request.endpoint or "other"
        took = time.monotonic() - g.began
        desk.journal.requests.labels(kind, response.status_code).inc()
        desk.journal.seconds.labels(kind).observe(took)
        if kind not in ("health", "metrics"):
            about = {"status": response.status_code, "ms": round(took * 1000), "from": request.remote_addr or ""}
            desk.journal.write(kind, **about, **g.about)
        return response

    return app


def _upload(desk: Desk) -> Response:
    distributor = _distributor(desk)
    if request.headers.get("upload", "").lower() != "yes":
        raise Refusal(400, "", "the header `upload: yes` is missing")
    if not (request.mimetype == "multipart/form-data"):
        raise Refusal(415, "", "the request is not multipart/form-data")
    files = request.files.getlist("file")
    if LATE in request.environ:  # the parser takes an end in the middle for a request without parts
        raise Refusal(408, "", "the upload took too long")
    if len(files) != 1 or len(list(request.files)) != 1:
        raise Refusal(400, "", "the request must have one file, in the part `file`")
    name, part = files[0].filename or "", g.parts[0]
    client_name, _, ext = name.rpartition(".")
    g.about |= {"file": name, "bytes": part.seek(0, 2)}
    if ext not in _EXTENSIONS:
        raise Refusal(415, "", "the file is neither a .zip nor a .status")
    client = distributor.clients.get(client_name)
    if client is None:
        desk.notes.unknown(distributor, client_name)
        raise Refusal(404, "client", f"the lists of {distributor.dealer} have no client of that name")
    g.about |= {"cabinet": client.cabinet.id, "client": client_name}
    try:
        found, identity = _checked_status(part) if ext == "status" else (None, _checked_zip(part))
    except Refusal as refusal:
        desk.notes.refused(client, refusal.reason)
        raise
    item = Item(distributor.id, client_name, identity, ext)
    stage = "status" if found else "reports"
    new = desk.spool.accept(stage, item, part)
    g.about["new"] = new
    if new:
        desk.accepted(stage, item, found)
    return jsonify(ok=True, path=f"/files/{name}")


def _checked_status(part: IO[bytes]) -> tuple[Status, str]:
    """The status file and what identifies it: its time. Raises Refusal."""
    if part.seek(0, 2) > status.LARGEST:
        raise Refusal(413, "status", f"a status file has at most {status.LARGEST} bytes")
    part.seek(0)
    content = part.read()
    if archive.is_zip(content) or b"\0" in content:
        raise Refusal(415, "status", "the file is no status file")
    found = status.parse(content)
    status.check_clock(found, time.time())
    return found, str(found.time)


def _checked_zip(part: IO[bytes]) -> str:
    """What identifies the zip: its content. Raises Refusal."""
    if part.seek(0, 2) > LARGEST_ZIP:
        raise Refusal(413, "zip", f"a zip has at most {LARGEST_ZIP} bytes")
    part.seek(0)
    if not archive.is_zip(part.read(4)):
        raise Refusal(415, "zip", "the file is no zip")
    archive.check(part)
    part.seek(0)
    return hashlib.file_digest(part, hashlib.sha256).hexdigest()[:32]  # type: ignore[arg-type]  # a file, not its type


def _alerts(desk: Desk) -> Response:
    found = desk.estate.senders.cabinet_of(_bearer())
    if found is None:
        raise Refusal(401, "", "the token is wrong")
    cabinet, is_present = found
    g.about["cabinet"] = cabinet.id
    if is_present:
        desk.former.used(cabinet.id, cabinet.generation)
    elif not desk.former.is_open(cabinet.id, cabinet.generation):
        raise Refusal(401, "", "the token is that of a former generation")
    body = request.get_data(cache=False)
    g.about["alerts"] = len(events.parse(body))
    part = desk.spool.incoming()
    g.parts.append(part)
    part.write(body)
    item = Item(cabinet.id, "grafana", hashlib.sha256(body).hexdigest()[:32], "json")
    if desk.spool.accept("alerts", item, part):
        desk.accepted("alerts", item, None)
    return jsonify(ok=True)


def _distributor(desk: Desk) -> Distributor:
    """Whose token the request has. Raises Refusal 401, and 403 when the header names another dealer."""
    senders = desk.estate.senders
    dealer = request.headers.get("dealer", "")
    named = senders.of_dealer(dealer)
    found = senders.of_token(request.args.get("token", ""))
    g.about["dealer"] = dealer if named else ""
    if found and found is named:
        return found
    if named and request.method == "POST":
        _note_token(desk, named)
    if found is None:
        raise Refusal(401, "token", "the token is wrong")
    raise Refusal(403, "token", "the token belongs to another dealer")


def _note_token(desk: Desk, named: Distributor) -> None:
    """Notes for verify that a script has a wrong token. The client is said by the file's name: `?client=` is no part
    of the protocol, so the body's head is looked at, no more of it is read, and not long waited for.
    """
    request.environ[HURRY]()
    client = _client_in_head(named)
    if client:
        desk.notes.refused(client, "token")


def _client_in_head(named: Distributor) -> Client | None:
    head = request.stream.read(2048)
    start = head.find(b'filename="')
    if start < 0:
        return None
    name = head[start + 10 :].partition(b'"')[0].decode("utf-8", errors="replace")
    return named.clients.get(name.rpartition(".")[0])


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _answer_refusals(app: Flask, desk: Desk) -> None:
    def said(code: int, error: str, message: str) -> Response:
        g.about["reason"] = message
        response = jsonify(ok=False, error=error, message=message)
        response.status_code = code
        if code in (401, 403, 413):  # the rest of the body is not read
            response.headers["Connection"] = "close"
        return response

    @app.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> Response:
        return said(refusal.status, refusal.reason, refusal.message)

    @app.errorhandler(SpoolFullError)
    def full(_error: SpoolFullError) -> Response:
        return said(507, "", "the receiver has no room; send it again later")

    @app.errorhandler(OSError)
    def failed(error: OSError) -> Response:
        if error.errno in FULL:
            return full(SpoolFullError())
        if error.errno in CLOSED:
            desk.journal.write("spool", reason=f"the spool cannot be written: {reason(error).en}")
            return said(503, "", "the receiver cannot write its spool; send it again later")
        return unexpected(error)

    @app.errorhandler(InvalidChunkSize)
    @app.errorhandler(ChunkMissingTerminator)
    def garbled(_error: Exception) -> Response:
        return said(408 if LATE in request.environ else 400, "", "the body is no valid HTTP")

    @app.errorhandler(RequestEntityTooLarge)
    def large(_error: RequestEntityTooLarge) -> Response:
        return said(413, "", "the request is too large or has too many parts")

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Response:
        if LATE in request.environ:
            return said(408, "", "the upload took too long")
        return said(error.code or 500, "", error.name)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        place: Any = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        desk.journal.write("defect", error=type(error).__name__, where=where)
        return said(500, "", "the receiver failed; the file was not taken")
