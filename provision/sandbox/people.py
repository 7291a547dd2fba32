"""Names of the users that wrote something."""

from provision.sandbox.access import database


def login_of(uid: str) -> str:
    """The login of the user with that uid; "Anonymous" for nobody."""
    row = database().execute("SELECT login FROM user WHERE uid = ?", (uid,)).fetchone() if uid else None
    return str(row["login"]) if row else "Anonymous"
