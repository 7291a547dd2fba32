"""Who is calling: sessions with rotation, basic auth and the lock-out, as in Grafana 12.4. `now` is in seconds."""

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass

from provision.sandbox.refusals import Refused, unauthorized

COOKIE = "grafana_session"
EXPIRY_COOKIE = "grafana_session_expiry"
LIFETIME_SECONDS = 30 * 24 * 3600

_FAILURES_ALLOWED = 5
_FAILURE_WINDOW_SECONDS = 300
_NOT_AGAIN_SECONDS = 5  # a session rotated this recently is not rotated again
_URGENT_SECONDS = 60  # see _use_old_token
_HASH_ROUNDS = 2_000  # a real Grafana takes 10,000; this one guards made-up passwords
_EXPIRY_LEEWAY_SECONDS = 5

WRONG_PASSWORD = ("password-auth.failed", "Invalid username or password")
DISABLED = "identity.disabled"


@dataclass(frozen=True, slots=True)
class Token:
    """What the cookies of a session say; `expires` is when the browser shall rotate it (seconds since 1970)."""

    value: str
    expires: int


def hash_password(password: str, salt: str = "") -> str:
    """`salt$hash`, with a new salt unless one is given."""
    salt = salt or secrets.token_hex(8)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), _HASH_ROUNDS)
    return f"{salt}${digest.hex()}"


def user_named(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    """The user of that login, or, if it has an `@`, first of that email; in any letters (12.4)."""
    for field in ("email", "login") if "@" in name else ("login",):
        select = f"SELECT * FROM user WHERE {field} = ?"  # noqa: S608 — one of these two
        found: sqlite3.Row | None = db.execute(select, (name.lower(),)).fetchone()
        if found is not None:
            return found
    return None


def user_with_password(db: sqlite3.Connection, name: str, password: str, now: float) -> sqlite3.Row | None:
    """The user of that login or email (letters' case does not matter), or None: wrong password, unknown or locked out.

    Five wrong passwords within five minutes lock a user out: the right one is refused too, whatever is asked.
    A right one does not forget the wrong ones (12.4); only a password set by an admin does.
    """
    name = name.lower()
    since = now - _FAILURE_WINDOW_SECONDS
    (failures,) = db.execute("SELECT count(*) FROM attempt WHERE login = ? AND at > ?", (name, since)).fetchone()
    user = user_named(db, name)
    if failures >= _FAILURES_ALLOWED or user is None:
        return None
    if hmac.compare_digest(hash_password(password, user["password"].partition("$")[0]), user["password"]):
        return user
    db.execute("INSERT INTO attempt (login, at) VALUES (?, ?)", (name, now))
    return None


def end_sessions(db: sqlite3.Connection, user_id: int) -> None:
    """Log the user out everywhere."""
    db.execute("DELETE FROM session WHERE user_id = ?", (user_id,))


def forget_failures(db: sqlite3.Connection, user: sqlite3.Row) -> None:
    """Unlock the user and end all sessions: what setting a password does."""
    db.execute("DELETE FROM attempt WHERE login IN (?, ?)", (user["login"], user["email"]))
    end_sessions(db, user["id"])


def open_session(db: sqlite3.Connection, user_id: int, now: float, rotation_seconds: float) -> Token:
    """A new session's token."""
    value = secrets.token_hex(16)
    db.execute(
        "INSERT INTO session (user_id, token, previous, rotated) VALUES (?, ?, ?, ?)",
        (user_id, _hashed(value), _hashed(value), now),
    )
    return _token(value, now, rotation_seconds)


def close_session(db: sqlite3.Connection, value: str) -> None:
    """Forget the session."""
    db.execute("DELETE FROM session WHERE token = ? OR previous = ?", (_hashed(value), _hashed(value)))


def session_user(db: sqlite3.Connection, value: str, now: float, rotation_seconds: float) -> int:
    """The id of the session's user. 401 `session.token.rotate` when the session has to be renewed first."""
    session = _lookup(db, value, now)
    due = rotation_seconds if session["seen"] else _URGENT_SECONDS
    if session["rotated"] < now - due:
        raise unauthorized("session.token.rotate")
    return int(session["user_id"])


def rotate(db: sqlite3.Connection, value: str, now: float, rotation_seconds: float) -> Token | None:
    """The session's next token; None where it was rotated less than five seconds ago and stays as it is."""
    session = _lookup(db, value, now)
    if session["rotated"] + _NOT_AGAIN_SECONDS > now:
        return None
    fresh = secrets.token_hex(16)
    db.execute(
        "UPDATE session SET previous = token, token = ?, seen = 0, rotated = ? WHERE id = ?",
        (_hashed(fresh), now, session["id"]),
    )
    return _token(fresh, now, rotation_seconds)


def _lookup(db: sqlite3.Connection, value: str, now: float) -> sqlite3.Row:
    """The session of a token, the present or the one before; 401 without a message id when there is none."""
    hashed = _hashed(value)
    select = "SELECT * FROM session WHERE token = ? OR previous = ?"
    session: sqlite3.Row | None = db.execute(select, (hashed, hashed)).fetchone()
    if session is None:
        raise Refused(401, "Unauthorized", more={"traceID": ""}, plain=True)
    if session["token"] == hashed and not session["seen"]:
        db.execute("UPDATE session SET seen = 1 WHERE id = ?", (session["id"],))
    elif session["token"] != hashed and session["seen"]:
        # The old token after the new one was in use: the new one may have been lost, so the server asks for a rotation.
        db.execute(
            "UPDATE session SET seen = 0, rotated = min(rotated, ?) WHERE id = ?",
            (now - _URGENT_SECONDS - 1, session["id"]),
        )
    found: sqlite3.Row = db.execute("SELECT * FROM session WHERE id = ?", (session["id"],)).fetchone()
    return found


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _token(value: str, rotated: float, rotation_seconds: float) -> Token:
    return Token(value, int(rotated + rotation_seconds - _EXPIRY_LEEWAY_SECONDS))
