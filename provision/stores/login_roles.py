"""A PostgreSQL login role for each cabinet and generation: limited, a member of its database's group and nothing else.

Its name says nothing of the customer, for every role may read the names of all roles (pg_roles). Its password reaches
the server as a SCRAM verifier only, computed here. A cabinet may change its own role's password and settings (any role
may); read() sees that and apply() puts it right. An administrator who is no superuser cannot read verifiers: then
read() logs in with each password, where the server lets it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from provision.credential import RootSecret
from provision.errors import SomeFailedError, StoreError
from provision.model import Ref, Resource, Spec, State
from provision.plan import Change
from provision.stores import cluster_fence
from provision.stores.access import Access, names
from provision.stores.catalogue import NAMED_LIKE_OURS, login_roles
from provision.stores.cluster import GUARDED_SETTINGS, Cluster, Connection, Rights, explain, side_by_side
from provision.stores.cluster_fence import OURS_SQL, role_of
from provision.stores.driver import psycopg, sql
from provision.stores.schema import OWNER

KIND = "events user"
CONNECTIONS = 5
SETTINGS: Mapping[str, str] = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "1min",
    "idle_session_timeout": "5s",  # what a Viewer SETs holds in the sessions that Grafana keeps for the data source
    # An error's statement may have megabytes, and all of it would go into the server's log.
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "search_path": "core",
    "statement_timeout": "30s",
    "temp_file_limit": "512MB",
}
_VERIFIER = re.compile(r"SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)")
_ITERATIONS = 4096  # PostgreSQL's own; any other number is not ours, and a large one would keep us busy
_PASSWORD_REFUSED = "28P01"  # noqa: S105 - an SQLSTATE


class _Live(NamedTuple):
    """A row of the catalogue's question."""

    name: str
    of: list[str]  # databases whose groups it is in
    limit: int
    verifier: str | None
    expires: bool
    attributes: list[str]
    groups: list[str]
    members: list[str]
    settings: list[str]
    holds_in: list[str]


def settings_for(rights: Rights) -> dict[str, str]:
    """The settings that an administrator with these rights can give to a role."""
    return {name: value for name, value in SETTINGS.items() if name not in GUARDED_SETTINGS or name in rights.settings}


def desired(cluster: Cluster, root: RootSecret, accesses: Iterable[Access]) -> State:
    """The roles these cabinets should have; a suspended one may not log in."""
    found = {}
    for access in accesses:
        ref = Ref(access.cabinet, KIND, root.credential("events", access.cabinet, access.generation).name)
        found[ref] = Resource(ref, _spec(cluster.rights, root, access), access.origin)
    return found


def read(cluster: Cluster, root: RootSecret, accesses: Iterable[Access]) -> State:
    """The roles they have, of whatever generation and root secret."""
    accesses = list(accesses)
    known = dict(names(root, "events", accesses))
    with cluster.connect() as connection:
        databases = {database: cabinet for cabinet, database in cluster_fence.registered(connection).items()}
        databases |= {root.database_name(access.cabinet): access.cabinet for access in accesses}
        asked = {"names": list(known), "groups": list(databases), "ours": OURS_SQL}
        question = login_roles(superuser=cluster.rights.superuser)
        rows = [_Live(*row) for row in connection.execute(question, asked)]
    cabinets = {access.cabinet for access in accesses}
    whose = {row.name: known.get(row.name) or _former(row, databases) for row in rows}
    right = _right_passwords(cluster, root, [(row, whose[row.name]) for row in rows])
    found = {}
    for row in rows:
        access = whose[row.name]
        if access.cabinet in cabinets:
            ref = Ref(access.cabinet, KIND, row.name)
            spec = _live_spec(cluster.rights, row, access, right=row.name in right)
            found[ref] = Resource(ref, spec, "postgresql")
    return found


def orphans(cluster: Cluster, root: RootSecret, accesses: Iterable[Access]) -> Iterable[Resource]:
    """The roles named as ours are, groups among them, that belong to none of these cabinets."""
    accesses = list(accesses)
    claimed = {access.cabinet for access in accesses}
    known = dict(names(root, "events", accesses))
    with cluster.connect() as connection:
        databases = {database: cabinet for cabinet, database in cluster_fence.registered(connection).items()}
        rows = connection.execute(NAMED_LIKE_OURS, [OURS_SQL]).fetchall()
    databases |= {root.database_name(cabinet): cabinet for cabinet in claimed}
    for role, groups in rows:
        cabinet = next((databases[group] for group in (role, *groups) if group in databases), "")
        if role not in known and cabinet not in claimed:
            yield Resource(Ref(cabinet, KIND, str(role)), {"title": cabinet}, "postgresql")


def apply(cluster: Cluster, root: RootSecret, changes: Sequence[Change]) -> None:
    """Carries out the changes, each role in a transaction of its own. Without changes nothing is sent.

    Raises SomeFailedError, by cabinet, after all are tried.
    """
    if not changes:
        return
    failed: dict[str, StoreError] = {}
    with cluster.connect() as connection:
        for change in changes:
            try:
                _change(cluster, connection, root, change)
            except StoreError as error:
                failed.setdefault(change.ref.cabinet, error)
            except psycopg.Error as error:
                failed.setdefault(change.ref.cabinet, explain(error))
    if failed:
        raise SomeFailedError(failed)


def _change(cluster: Cluster, connection: Connection, root: RootSecret, change: Change) -> None:
    role, after, live = change.ref.key, change.after, change.before.spec if change.before else {}
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
    if exists and (after is None or "LOGIN" not in after.spec["attributes"]):
        _shut_out(cluster, connection, role)
    if after is not None:
        with connection.transaction():
            _put(cluster, connection, root, after, live, exists=exists)
    for database in live.get("holds in", ()):
        disown(cluster, role, database)
    if after is None and exists:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def disown(cluster: Cluster, role: str, database: str) -> None:
    """Gives what the role owns in that database to reports_owner, and takes every privilege in it away from the role.

    With "" for the database it is about what belongs to the whole server.
    """
    reassign, name = sql.SQL("REASSIGN OWNED BY {} TO {}"), sql.Identifier(role)
    with cluster.connect(database) as connection, _as_member(cluster, connection, role):
        try:
            connection.execute(reassign.format(name, sql.Identifier(OWNER)))
        except psycopg.errors.InsufficientPrivilege:  # what only a superuser may own
            connection.execute(reassign.format(name, sql.SQL("CURRENT_USER")))
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(name))


def end_sessions(cluster: Cluster, connection: Connection, *, role: str = "", database: str = "") -> None:
    """Ends the sessions of the role, or in the database, but for our own."""
    asked = {"role": role, "database": database}
    users = connection.execute(
        "SELECT DISTINCT usename FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND (usename = %(role)s OR datname = %(database)s)",
        asked,
    )
    for (user,) in users.fetchall():
        with _as_member(cluster, connection, str(user)):
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %(user)s"
                " AND pid <> pg_backend_pid() AND (usename = %(role)s OR datname = %(database)s)",
                {**asked, "user": user},
            )


@contextmanager
def _as_member(cluster: Cluster, connection: Connection, role: str) -> Iterator[None]:
    """For an administrator who is no superuser: a member of the role meanwhile, as some commands require."""
    me, name = sql.SQL("CURRENT_USER"), sql.Identifier(role)
    joined = not cluster.rights.superuser and role != connection.info.user
    if joined:
        connection.execute(sql.SQL("GRANT {} TO {}").format(name, me))
    try:
        yield
    finally:
        if joined:
            connection.execute(sql.SQL("REVOKE {} FROM {}").format(name, me))


def _former(row: _Live, databases: Mapping[str, str]) -> Access:
    """A role named by another root secret: it belongs to the cabinet whose database it reads."""
    return Access(databases[row.of[0]], 0)


def _spec(rights: Rights, root: RootSecret, access: Access) -> Spec:
    return {
        "generation": access.generation,
        "attributes": ["INHERIT"] if access.suspended else ["INHERIT", "LOGIN"],
        "connections": CONNECTIONS,
        "member_of": [root.database_name(access.cabinet)],
        "members": [],
        "settings": [f"{name}={value}" for name, value in settings_for(rights).items()],
        "holds in": [],
        "expires": False,
        "credential": "current",
    }


def _live_spec(rights: Rights, row: _Live, access: Access, *, right: bool) -> Spec:
    beyond = {*GUARDED_SETTINGS} - rights.settings
    return {
        "generation": access.generation,
        "attributes": row.attributes,
        "connections": row.limit,
        "member_of": row.groups,
        "members": row.members,
        "settings": [setting for setting in row.settings if setting.partition("=")[0] not in beyond],
        "holds in": row.holds_in,
        "expires": row.expires,
        "credential": "current" if right else "unknown",
    }


def _put(
    cluster: Cluster, connection: Connection, root: RootSecret, wanted: Resource, live: Spec, *, exists: bool
) -> None:
    """Makes the role what it should be, whatever it is."""
    spec, role, name = wanted.spec, sql.Identifier(wanted.ref.key), wanted.ref.key
    if not exists:
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    password = root.credential("events", wanted.ref.cabinet, spec["generation"]).password
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    strip = [f"NO{word}" for word in live.get("attributes", ()) if word not in ("INHERIT", "LOGIN")]
    login = "LOGIN" if "LOGIN" in spec["attributes"] else "NOLOGIN"
    words = " ".join([login, *strip, f"INHERIT CONNECTION LIMIT {CONNECTIONS} VALID UNTIL 'infinity' PASSWORD "])
    connection.execute(sql.SQL("ALTER ROLE {} " + words).format(role) + sql.Literal(verifier))
    cluster_fence.reset_settings(connection, name)
    settings = (
        sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), sql.Literal(value))
        for setting, value in settings_for(cluster.rights).items()
    )
    connection.execute(sql.SQL("; ").join(settings))
    for group in live.get("member_of", ()):
        if group not in spec["member_of"]:
            connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(role_of(group), role))
    for member in live.get("members", ()):
        connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(role, role_of(member)))
    for group in spec["member_of"]:
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))


def _shut_out(cluster: Cluster, connection: Connection, role: str) -> None:
    """Lets nobody in as that role and ends its sessions: neither NOLOGIN nor DROP ROLE would."""
    connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(role)))
    end_sessions(cluster, connection, role=role)


def _right_passwords(cluster: Cluster, root: RootSecret, rows: Sequence[tuple[_Live, Access]]) -> set[str]:
    """The roles whose password is the one of their generation, as far as that can be found out."""

    def password(access: Access) -> str:
        return root.credential("events", access.cabinet, access.generation).password

    if cluster.rights.superuser:
        return {row.name for row, access in rows if _fits(row.verifier or "", password(access))}
    known = {row.name: access for row, access in rows if access.generation}
    may_log_in = [row.name for row, _ in rows if row.name in known and "LOGIN" in row.attributes and row.of]
    of = {row.name: row.of for row, _ in rows}
    seen = side_by_side(
        may_log_in, lambda name: _lets_in(cluster.conninfo(of[name][0], user=name, password=password(known[name])))
    )
    return {name for name in known if seen.get(name, True)}


def _lets_in(conninfo: str) -> bool:
    """Whether the server takes that password; also where it does not let us ask."""
    try:
        psycopg.connect(conninfo, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        return not (error.sqlstate == _PASSWORD_REFUSED or "password authentication failed" in str(error))
    return True


def _fits(verifier: str, password: str) -> bool:
    """Whether the SCRAM verifier was made of that password (RFC 5802; our passwords are ASCII)."""
    match = _VERIFIER.fullmatch(verifier)
    if match is None or int(match[1]) != _ITERATIONS:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(match[2]), _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return hmac.compare_digest(base64.b64encode(stored) + base64.b64encode(server), (match[3] + match[4]).encode())
