"""The sandbox as a Flask application."""

from contextlib import ExitStack
from typing import Any, cast

from flask import Flask, Response, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from provision.sandbox import (
    access,
    admin_settings,
    alerting,
    alerting_members,
    alerting_points,
    alerting_rules,
    alerting_state,
    alerting_whole,
    apis,
    counting,
    dashboards,
    data_sources,
    faults,
    folders,
    info,
    members,
    orgs,
    pages,
    preferences,
    search,
    users,
    ways_in,
)
from provision.sandbox.counting import Requests
from provision.sandbox.faults import Faults
from provision.sandbox.refusals import Refused, bad_request, unauthorized
from provision.sandbox.settings import Settings
from provision.sandbox.store import Store

_BLUEPRINTS = (
    *(
        info.blueprint,
        admin_settings.blueprint,
        orgs.blueprint,
        users.blueprint,
        members.blueprint,
        preferences.blueprint,
    ),
    *(data_sources.blueprint, folders.blueprint, dashboards.blueprint, search.blueprint, ways_in.blueprint),
    counting.blueprint,
    faults.blueprint,
    pages.blueprint,
)
_ALERTING = (
    *(alerting.blueprint, alerting_points.blueprint, alerting_rules.blueprint),
    *(alerting_members.blueprint, alerting_whole.blueprint),
)


def make_app(store: Store, settings: Settings) -> Flask:
    """The application over that state. An empty state gets org 1, "Main Org.", and the server admin admin/admin."""
    app = Flask(__name__)
    provider = cast(DefaultJSONProvider, app.json)
    provider.compact, provider.sort_keys, provider.ensure_ascii = True, False, False
    app.url_map.merge_slashes = False
    app.extensions.update(store=store, settings=settings, requests=Requests(), faults=Faults())
    blueprints = (alerting_state.hooks, *_BLUEPRINTS, *(_ALERTING if settings.alerting else ()))
    for blueprint in blueprints if settings.api == "legacy" else (*blueprints, apis.blueprint):
        app.register_blueprint(blueprint)
    app.before_request(faults.strike_before)
    app.before_request(_begin)
    app.after_request(faults.strike_after)  # these run last to first: once the work is stored
    app.after_request(_end)
    app.teardown_request(_abandon)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _unknown)
    for impossible in (OverflowError, UnicodeEncodeError):  # numbers and characters that SQLite cannot hold
        app.register_error_handler(impossible, lambda _error: _refused(bad_request()))
    with app.app_context():
        _furnish(store)
    return app


def _furnish(store: Store) -> None:
    with store.transaction() as db:
        if db.execute("SELECT 1 FROM org").fetchone() is None:
            admin = users.insert(db, login="admin", email="admin@localhost", name="", password="admin")  # noqa: S106 — Grafana's own
            org = orgs.insert(db, "Main Org.", int(admin["id"]))
            db.execute("UPDATE user SET is_admin = 1, org_id = ? WHERE id = ?", (org, admin["id"]))


def _begin() -> None:
    """Find out who calls, then hold the state until the answer is made.

    Finding out is a transaction of its own: a wrong password is remembered although the request is refused.
    """
    if request.path.startswith("/sandbox/"):
        return
    store = access.store()
    with store.transaction() as db:
        access.identify(db)
    g.stack = ExitStack()
    g.db = g.stack.enter_context(store.transaction())


def _end(response: Response) -> Response:
    """Keep what a successful request did, and nothing of a refused one."""
    stack: ExitStack | None = g.pop("stack", None)
    if stack is not None:
        if response.status_code < 400 or request.path == "/login":
            stack.close()
        else:
            _roll_back(stack)
    response.headers.setdefault("Cache-Control", "no-store")
    counting.requests_so_far().add(response.status_code)
    return response


def _abandon(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("stack", None)
    if stack is not None:
        _roll_back(stack)


class _Discarded(Exception):  # noqa: N818 — never leaves this module
    """Makes a transaction end without keeping anything."""


def _roll_back(stack: ExitStack) -> None:
    try:
        with stack:
            raise _Discarded
    except _Discarded:
        pass


def _refused(refused: Refused) -> tuple[Response, int]:
    is_new = request.path.startswith("/apis") and not refused.plain
    return jsonify(refused.status_body if is_new else refused.legacy_body), refused.status


def _unknown(error: HTTPException) -> Any:
    """Grafana's answer to a path that it does not have; to strangers it says 401 first."""
    if (error.code or 0) >= 500:
        return jsonify({"message": "Internal server error"}), error.code
    if request.path.startswith("/api") and g.get("caller") is None:
        return _refused(g.get("refusal") or unauthorized())
    if request.path.startswith("/apis/") and access.settings().api == "apis":
        return Response("404 page not found\n", status=404, mimetype="text/plain")
    if not request.path.startswith(("/api", "/sandbox")) and "db" in g:
        return pages.missing()
    return jsonify({"message": "Not found"}), 404
