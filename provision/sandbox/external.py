"""People who come from a directory: made at their first login, and changed by the directory alone (12.4)."""

import secrets
import sqlite3

from provision.sandbox.clock import now
from provision.sandbox.refusals import Refused
from provision.sandbox.sessions import hash_password, user_named

PROXY, DIRECTORY = "authproxy", "jwt"
_LABELS = {PROXY: "Auth Proxy", DIRECTORY: "JWT"}


def person(db: sqlite3.Connection, name: str, module: str) -> sqlite3.Row:
    """The person of that login, who comes from there from then on. A new one becomes a Viewer of org 1."""
    found = user_named(db, name)
    if found is None:
        at, login = now(), name.lower()
        number = db.execute(
            "INSERT INTO user (uid, login, email, name, password, created, updated, org_id)"
            " VALUES (?, ?, ?, '', ?, ?, ?, 1)",
            (secrets.token_hex(7), login, login, hash_password(secrets.token_hex()), at, at),
        ).lastrowid
        db.execute("INSERT INTO member VALUES (1, ?, 'Viewer')", (number,))
    else:
        number = found["id"]
    db.execute("UPDATE user SET auth_module = ? WHERE id = ?", (module, number))
    made: sqlite3.Row = db.execute("SELECT * FROM user WHERE id = ?", (number,)).fetchone()
    return made


def require_internal(user: sqlite3.Row) -> None:
    """403 for a person from a directory; those of auth.proxy count as ordinary ones."""
    if is_external(user):
        raise Refused(403, "Cannot update external User")


def is_external(user: sqlite3.Row) -> bool:
    """Whether the person comes from a directory."""
    return bool(user["auth_module"] == DIRECTORY)


def labels(user: sqlite3.Row) -> list[str]:
    """Where the person logs in, as lists show it."""
    return [_LABELS[user["auth_module"]]] if user["auth_module"] else []
