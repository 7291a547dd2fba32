"""What the server says about itself, and logging in and out."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from provision.sandbox import sessions
from provision.sandbox.access import caller, database, settings
from provision.sandbox.refusals import Refused
from provision.sandbox.sessions import Token

blueprint = Blueprint("info", __name__)


@blueprint.get("/api/health")
def health() -> dict[str, Any]:
    """Needs no login."""
    return {"database": "ok", "version": settings().version, "commit": "sandbox"}


@blueprint.get("/api/frontend/settings")
def frontend_settings() -> dict[str, Any]:
    caller()
    kind = settings()
    build = {"version": kind.version, "commit": "sandbox", "edition": "Open Source", "env": "sandbox"}
    return {
        "buildInfo": {**build, "versionString": f"Grafana v{kind.version} (sandbox)", "hideVersion": False},
        "disableLoginForm": not kind.password_login,
        "minRefreshInterval": f"{kind.min_refresh_seconds:g}s",
        "unifiedAlertingEnabled": kind.alerting,
        "anonymousEnabled": bool(kind.anonymous_org),
        "featureToggles": {},
        "datasources": {},
        "panels": {},
    }


@blueprint.post("/login")
def login() -> Response:
    """Two cookies: the session, and when it has to be renewed."""
    if not settings().password_login:
        more = {"statusCode": 400, "messageId": "auth.client.notConfigured"}
        raise Refused(400, "BadRequest", more=more)
    sent = request.get_json(silent=True)
    name, password = (sent.get("user"), sent.get("password")) if isinstance(sent, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(password, str) or not name or not password:
        raise Refused(400, "bad login data", more={"statusCode": 400, "messageId": "form-auth.invalid"})
    user = sessions.user_with_password(database(), name, password, settings().clock())
    if user is None:
        message_id, message = sessions.WRONG_PASSWORD
        raise Refused(401, message, more={"statusCode": 401, "messageId": message_id})
    if user["is_disabled"]:
        raise Refused(401, "Invalid username or password", more={"statusCode": 401, "messageId": sessions.DISABLED})
    token = sessions.open_session(database(), user["id"], settings().clock(), settings().rotation_seconds)
    return with_cookies(jsonify({"message": "Logged in", "redirectUrl": "/"}), token)


@blueprint.get("/logout")
def logout() -> AnyResponse:
    sessions.close_session(database(), request.cookies.get(sessions.COOKIE, ""))
    return _without_cookies(redirect("/login"))


@blueprint.post("/api/user/auth-tokens/rotate")
def rotate() -> AnyResponse:
    """Renews the session; within five seconds of the last time it changes nothing and says 200 all the same."""
    cookie = request.cookies.get(sessions.COOKIE)
    if not cookie:
        return _without_cookies(make_response(jsonify({"message": "Unauthorized"}), 401))
    try:
        token = sessions.rotate(database(), cookie, settings().clock(), settings().rotation_seconds)
    except Refused:
        raise Refused(401, "Unauthorized") from None
    answer = jsonify({})
    return with_cookies(answer, token) if token else answer


def with_cookies(answer: Response, token: Token) -> Response:
    """The answer with that session's cookies."""
    age, secure = sessions.LIFETIME_SECONDS, settings().cookie_secure
    answer.set_cookie(sessions.COOKIE, token.value, max_age=age, secure=secure, httponly=True, samesite="Lax")
    answer.set_cookie(sessions.EXPIRY_COOKIE, str(token.expires), max_age=age, secure=secure, samesite="Lax")
    return answer


def _without_cookies(answer: AnyResponse) -> AnyResponse:
    answer.delete_cookie(sessions.COOKIE, path="/", httponly=True, samesite="Lax")
    answer.delete_cookie(sessions.EXPIRY_COOKIE, path="/", samesite="Lax")
    return answer
