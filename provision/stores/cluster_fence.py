"""What all cabinets of one PostgreSQL server share: group roles, the registry of databases, and no way in for PUBLIC.

reports_owner    owns the cabinets' databases and all in them; cannot log in
reports_writer   importers are members of it: may connect to every cabinet's database and change its rows
cabinet_reader   every cabinet's role is a member of it, indirectly: for pg_hba.conf; holds nothing

The registry is the table smart.cabinet_database of the administration database: it says which cabinet a database
belongs to, for importers, and for us after a change of the root secret. Cabinets cannot connect to that database.
"""

from collections.abc import Sequence
from typing import Any

from provision.model import Ref, Resource, Spec, State
from provision.plan import Change
from provision.stores import privileges
from provision.stores.access import OURS
from provision.stores.catalogue import DATABASES, ROLES, SHARED_PRIVILEGES
from provision.stores.cluster import ADMINISTRATOR, Cluster, Connection
from provision.stores.driver import sql
from provision.stores.schema import OWNER, READER, WRITER

KIND = "events server"
GROUPS = (OWNER, WRITER, READER)
BEYOND = "what this administrator cannot change"
OURS_SQL = f"^{OURS.pattern}$"
_REGISTRY = "registry"
_SYSTEM = ("postgres", "template1")  # initdb makes them open to PUBLIC
_PLAIN: dict[str, Any] = {"attributes": ["INHERIT"], "member_of": [], "members": [], "settings": []}
_REGISTRY_PRIVILEGES = {
    "SCHEMA smart": {WRITER: ["USAGE"]},
    "TABLE smart.cabinet_database": {WRITER: ["SELECT"]},
}
_MAKE_REGISTRY = """
CREATE SCHEMA IF NOT EXISTS smart AUTHORIZATION {owner};
SET LOCAL ROLE {owner};
CREATE TABLE IF NOT EXISTS smart.cabinet_database (cabinet text PRIMARY KEY, database name NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS smart.sample_data (cabinet text PRIMARY KEY, rows bigint);
RESET ROLE
"""


def desired(cluster: Cluster) -> State:
    """What the server should have."""
    specs: dict[str, Spec] = {f"role {role}": _PLAIN for role in GROUPS}
    specs[f"role {OWNER}"] = {**_PLAIN, "administrator is a member": True}
    specs[_REGISTRY] = _REGISTRY_PRIVILEGES
    with cluster.connect() as connection:
        own = connection.info.dbname
        for database, *_, ours, _settings, _held in connection.execute(DATABASES, {"names": None}):
            if ours and database in (own, *_SYSTEM):
                specs[_database(str(database))] = {WRITER: ["CONNECT"]} if database == own else {}
    return {_ref(cluster, key): Resource(_ref(cluster, key), spec, "provision/stores") for key, spec in specs.items()}


def read(cluster: Cluster) -> State:
    """What it has; as unmanaged, what its administrator cannot change."""
    specs: dict[str, Spec] = {}
    beyond: dict[str, Any] = {}
    with cluster.connect() as connection:
        own = connection.info.dbname
        roles = connection.execute(ROLES, {"names": list(GROUPS)})
        for role, attributes, member_of, members, settings, _, ours in roles:
            strange = [one for one in members if not (role == READER and OURS.fullmatch(one))]
            # Importers have roles of their own.
            specs[f"role {role}"] = {
                "attributes": attributes,
                "member_of": member_of,
                "members": strange if role != WRITER else [],
                "settings": settings,
                **({"administrator is a member": ours} if role == OWNER else {}),
            }
        held, others = privileges.read(connection)
        if system := sorted(one for one in others if one.startswith(("LANGUAGE ", "ROUTINE pg_catalog."))):
            beyond["open to PUBLIC in every database"] = system
        if connection.execute("SELECT to_regclass('smart.cabinet_database') IS NOT NULL").fetchone() == (True,):
            specs[_REGISTRY] = {key: spec for key, spec in held.items() if key.split()[1].split(".")[0] == "smart"}
        for database, _owner, _comment, ours, _settings, holders in connection.execute(DATABASES, {"names": None}):
            found = {who: what for who, what in (holders or {}).items() if _concerns_us(who)}
            if OURS.fullmatch(str(database)):
                continue  # its cabinet's affair
            if not ours or database not in (own, *_SYSTEM):
                beyond |= {_database(str(database)): found} if found else {}
            else:
                specs[_database(str(database))] = found
        shared = {"ours": OURS_SQL, "groups": [*GROUPS]}
        for target, holder, what, ours in connection.execute(SHARED_PRIVILEGES, shared):
            place = specs if ours else beyond
            place[str(target)] = {**place.get(str(target), {}), str(holder): what}
    state = {_ref(cluster, key): Resource(_ref(cluster, key), spec, "postgresql") for key, spec in specs.items()}
    if beyond:
        ref = _ref(cluster, BEYOND)
        state[ref] = Resource(ref, beyond, "postgresql", managed=False)
    return state


def apply(cluster: Cluster, changes: Sequence[Change]) -> None:
    """Carries out all changes in one transaction. Without changes nothing is sent."""
    if not changes:
        return
    with cluster.connect() as connection, connection.transaction():
        for change in sorted(changes, key=lambda change: not _key(cluster, change).startswith("role ")):
            _put(cluster, connection, change)


def registered(connection: Connection) -> dict[str, str]:
    """Cabinet to database, as the registry of the administration database says; empty before the first apply."""
    there = connection.execute("SELECT to_regclass('smart.cabinet_database') IS NOT NULL").fetchone() == (True,)
    rows = connection.execute("SELECT cabinet, database::text FROM smart.cabinet_database") if there else ()
    return {str(cabinet): str(database) for cabinet, database in rows}


def put_role(connection: Connection, role: str, live: Spec) -> None:
    """Creates or corrects a role without login: no rights of its own, no memberships, no settings."""
    name = sql.Identifier(role)
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    if strip := [word for word in live.get("attributes", ()) if word != "INHERIT"]:
        connection.execute(sql.SQL("ALTER ROLE {} " + " ".join(f"NO{word}" for word in strip)).format(name))
    if live and "INHERIT" not in live.get("attributes", ()):
        connection.execute(sql.SQL("ALTER ROLE {} INHERIT").format(name))
    reset_settings(connection, role)
    for group in live.get("member_of", ()):
        connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(role_of(group), name))
    for member in live.get("members", ()):
        connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(name, role_of(member)))


def reset_settings(connection: Connection, role: str) -> None:
    """Takes every setting of the role away, on the whole server and in single databases."""
    query = """
        SELECT d.datname FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase
        WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = %s)"""
    for (database,) in connection.execute(query, [role]).fetchall():
        where = sql.SQL("IN DATABASE {} ").format(sql.Identifier(str(database))) if database else sql.SQL("")
        connection.execute(sql.SQL("ALTER ROLE {} {}RESET ALL").format(sql.Identifier(role), where))


def _put(cluster: Cluster, connection: Connection, change: Change) -> None:
    key = _key(cluster, change)
    old, new = (side.spec if side else {} for side in (change.before, change.after))
    if key.startswith("role "):
        put_role(connection, key.removeprefix("role "), old)
        if key == f"role {OWNER}" and not cluster.rights.superuser:  # what belongs to it must be ours to change
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    elif key == _REGISTRY:
        connection.execute(sql.SQL(_MAKE_REGISTRY).format(owner=sql.Identifier(OWNER)))
        privileges.run(connection, privileges.change(old, new))
    else:
        privileges.run(connection, privileges.change({key: old}, {key: new}))


def _key(cluster: Cluster, change: Change) -> str:
    return change.ref.key.removeprefix(_prefix(cluster))


def _ref(cluster: Cluster, key: str) -> Ref:
    return Ref("", KIND, _prefix(cluster) + key)


def _prefix(cluster: Cluster) -> str:
    """Tells the servers apart; the default one has none."""
    return "" if cluster.variable == ADMINISTRATOR else f"{cluster.variable}: "


def _database(name: str) -> str:
    return 'DATABASE "' + name.replace('"', '""') + '"'


def _concerns_us(holder: str) -> bool:
    return holder in ("PUBLIC", *GROUPS) or OURS.fullmatch(holder) is not None


def role_of(name: str) -> "sql.Identifier":
    """The role of a membership, which has `*` behind it where it may be passed on."""
    return sql.Identifier(name.rstrip("*"))
