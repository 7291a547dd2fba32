"""One PostgreSQL login role a cabinet and generation: limited, in cabinet_reader only, mapped to its cabinet.

Its name tells nothing of the customer, for every role may read the names of all roles (pg_roles). Its password reaches
the server as a SCRAM verifier only, computed here. A cabinet may change its own role's password and settings (any role
may); read() sees that and apply() puts it right.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

import psycopg
from psycopg import sql

from provision.credential import RootSecret
from provision.model import Ref, Resource, Spec, State
from provision.stores.access import OURS, Access, names
from provision.stores.row_fence import MAP, Change
from provision.stores.schema import OWNER, READER, Connection

KIND = "events user"
CONNECTIONS = 5
SETTINGS: Mapping[str, str] = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "1min",
    "search_path": "core",
    "statement_timeout": "30s",
    "temp_file_limit": "512MB",
}
_VERIFIER = re.compile(r"SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)")
_ITERATIONS = 4096  # PostgreSQL's own; any other number is not ours, and a large one would keep us busy

_LIVE = """
SELECT r.rolname, coalesce(m.cabinet, ''), coalesce(m.generation, 0), r.rolconnlimit, r.rolpassword,
       coalesce(isfinite(r.rolvaliduntil), false),
       array_remove(ARRAY[
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolinherit THEN 'INHERIT' END,
           CASE WHEN r.rolcanlogin THEN 'LOGIN' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolsuper THEN 'SUPERUSER' END], NULL),
       ARRAY(SELECT DISTINCT g.rolname || CASE WHEN a.admin_option THEN '*' ELSE '' END
             FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid WHERE a.member = r.oid ORDER BY 1),
       ARRAY(SELECT DISTINCT u.rolname::text FROM pg_auth_members a JOIN pg_roles u ON u.oid = a.member
             WHERE a.roleid = r.oid ORDER BY 1),
       ARRAY(SELECT CASE WHEN s.setdatabase = 0 THEN '' ELSE 'in database: ' END || setting
             FROM pg_db_role_setting s, unnest(s.setconfig) setting WHERE s.setrole = r.oid
             AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) ORDER BY 1),
       (SELECT count(*) FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
        AND d.deptype = 'o')
FROM pg_authid r LEFT JOIN core.cabinet_role m ON m.role_name = r.rolname
WHERE r.rolname = ANY(%(names)s) OR m.cabinet = ANY(%(cabinets)s)
"""
_ORPHANS = """
SELECT m.role_name, m.cabinet FROM core.cabinet_role m
WHERE m.cabinet = ANY(%(cabinets)s) AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = m.role_name)
"""


def desired(root: RootSecret, accesses: Iterable[Access]) -> State:
    """The roles these cabinets should have; a suspended one may not log in."""
    found = {}
    for access in accesses:
        ref = Ref(access.cabinet, KIND, root.credential("events", access.cabinet, access.generation).name)
        found[ref] = Resource(ref, _spec(access), access.origin)
    return found


def read(connection: Connection, root: RootSecret, accesses: Iterable[Access]) -> State:
    """The roles they have, of whatever generation; as unmanaged, roles that somebody else mapped to them."""
    accesses = list(accesses)
    known = dict(names(root, "events", accesses))
    cabinets = list({access.cabinet for access in accesses})
    found = {}
    for name, *live in connection.execute(_LIVE, {"names": list(known), "cabinets": cabinets}):
        mapped, generation, limit, verifier, expires, attributes, groups, members, settings, owned = live
        access = known.get(str(name)) or Access(str(mapped), int(str(generation)))
        ours = OURS.fullmatch(str(name)) is not None
        ref = Ref(access.cabinet, KIND, str(name))
        password = root.credential("events", access.cabinet, access.generation).password
        spec = {
            "cabinet": mapped,
            "generation": generation,
            "attributes": attributes,
            "connections": limit,
            "member_of": groups,
            "members": members,
            "settings": settings,
            "owned": owned,
            "expires": expires,
            "credential": "current" if _fits(str(verifier or ""), password) else "unknown",
        }
        found[ref] = Resource(ref, spec, "postgresql", managed=ours)
    for name, cabinet in connection.execute(_ORPHANS, {"cabinets": cabinets}):
        ref = Ref(str(cabinet), KIND, str(name))
        found[ref] = Resource(ref, {"cabinet": cabinet, "role": "missing"}, "postgresql")
    return found


def apply(connection: Connection, root: RootSecret, changes: Sequence[Change]) -> None:
    """Carries out the changes, each in a transaction of its own. Without changes nothing is sent."""
    for before, after in changes:
        exists = before is not None and "role" not in before.spec
        if exists and before is not None and (after is None or "LOGIN" not in after.spec["attributes"]):
            _shut_out(connection, before.ref.key)
        with connection.transaction():
            if after is not None:
                _put(connection, root, after, exists=exists)
            elif before is not None:
                _drop(connection, before.ref.key, exists=exists)


def _spec(access: Access) -> Spec:
    return {
        "cabinet": access.cabinet,
        "generation": access.generation,
        "attributes": ["INHERIT"] if access.suspended else ["INHERIT", "LOGIN"],
        "connections": CONNECTIONS,
        "member_of": [READER],
        "members": [],
        "settings": [f"{name}={value}" for name, value in SETTINGS.items()],
        "owned": 0,
        "expires": False,
        "credential": "current",
    }


def _put(connection: Connection, root: RootSecret, wanted: Resource, *, exists: bool) -> None:
    """Makes the role what it should be, whatever it is."""
    spec, role = wanted.spec, sql.Identifier(wanted.ref.key)
    if not exists:
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    password = root.credential("events", spec["cabinet"], spec["generation"]).password
    verifier = connection.pgconn.encrypt_password(password.encode(), wanted.ref.key.encode(), b"scram-sha-256")
    plain = (
        f"{'LOGIN' if 'LOGIN' in spec['attributes'] else 'NOLOGIN'} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
        f" NOBYPASSRLS INHERIT CONNECTION LIMIT {CONNECTIONS} VALID UNTIL 'infinity' PASSWORD "
    )
    here = sql.Identifier(connection.info.dbname)
    commands = [
        sql.SQL("ALTER ROLE {} " + plain).format(role) + sql.Literal(verifier.decode()),
        sql.SQL("ALTER ROLE {} RESET ALL").format(role),
        sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(role, here),
        *(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(name), sql.Literal(value))
            for name, value in SETTINGS.items()
        ),
    ]
    connection.execute(sql.SQL("; ").join(commands))
    if exists:
        _part_from_all(connection, wanted.ref.key)
        _disown(connection, wanted.ref.key)
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(READER), role))
    connection.execute(
        sql.SQL(
            "INSERT INTO core.{} (role_name, cabinet, generation) VALUES (%s, %s, %s) ON CONFLICT (role_name)"
            " DO UPDATE SET cabinet = EXCLUDED.cabinet, generation = EXCLUDED.generation"
        ).format(sql.Identifier(MAP)),
        [wanted.ref.key, spec["cabinet"], spec["generation"]],
    )


def _part_from_all(connection: Connection, role: str) -> None:
    """Ends every membership of the role, and in the role."""
    query = """
        SELECT g.rolname, u.rolname FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid
        JOIN pg_roles u ON u.oid = a.member WHERE %(role)s IN (g.rolname, u.rolname)"""
    for group, member in connection.execute(query, {"role": role}).fetchall():
        names_ = (sql.Identifier(str(group)), sql.Identifier(str(member)))
        connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(*names_))


def _disown(connection: Connection, role: str) -> None:
    """Gives what the role owns in this database to reports_owner; to us what only a superuser may own."""
    reassign = sql.SQL("REASSIGN OWNED BY {} TO {}")
    try:
        with connection.transaction():
            connection.execute(reassign.format(sql.Identifier(role), sql.Identifier(OWNER)))
    except psycopg.errors.InsufficientPrivilege:
        connection.execute(reassign.format(sql.Identifier(role), sql.SQL("CURRENT_USER")))


def _drop(connection: Connection, role: str, *, exists: bool) -> None:
    """Removes the role; what it owns in this database goes to reports_owner."""
    delete = sql.SQL("DELETE FROM core.{} WHERE role_name = %s").format(sql.Identifier(MAP))
    connection.execute(delete, [role])
    if not exists:
        return
    _disown(connection, role)
    name = sql.Identifier(role)
    connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(name))
    connection.execute(sql.SQL("DROP ROLE {}").format(name))


def _shut_out(connection: Connection, role: str) -> None:
    """Lets nobody in as that role and ends its sessions: neither NOLOGIN nor DROP ROLE would."""
    connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(role)))
    connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [role])


def _fits(verifier: str, password: str) -> bool:
    """Whether the SCRAM verifier was made of that password (RFC 5802; our passwords are ASCII)."""
    match = _VERIFIER.fullmatch(verifier)
    if match is None or int(match[1]) != _ITERATIONS:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(match[2]), _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return hmac.compare_digest(base64.b64encode(stored) + base64.b64encode(server), (match[3] + match[4]).encode())
