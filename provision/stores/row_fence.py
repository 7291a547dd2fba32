"""The fence inside PostgreSQL that all cabinets share: group roles, forced row policies, and who holds which privilege.

A cabinet's login role (row_roles.py) is a member of cabinet_reader and of nothing else. One policy a table maps
`current_user` to its cabinet through core.cabinet_role; the scalar subquery lets the index (cabinet, time) be used. A
policy on a setting would be no fence, for any SQL can change a setting.

The planner's statistics are kept of few columns only, for its estimates tell of others' rows.

read() looks at what there is to hold, not only at our own objects: each privilege on anything that PUBLIC,
cabinet_reader, reports_writer or a cabinet's role has, beyond what initdb gave. So a view, a function or a grant that
opens a way round is seen, whatever it is called, and apply() takes the privilege away (it drops nothing but policies).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql

from provision.errors import StoreError
from provision.model import Ref, Resource, Spec, State
from provision.stores.catalogue import POLICIES, PRIVILEGES, ROLES, TABLE_FLAGS
from provision.stores.contract import TABLES
from provision.stores.schema import OWNER, READER, WRITER, Connection
from provision.text import Text

KIND = "events fence"
MAP = "cabinet_role"
Change = tuple[Resource | None, Resource | None]
_OWN_CABINET = "cabinet = (SELECT m.cabinet FROM core.cabinet_role m WHERE m.role_name = CURRENT_USER)"
_OWN_ROLE = "role_name = CURRENT_USER"
_WRITES = ("DELETE", "INSERT", "SELECT", "UPDATE")
_FENCED = [MAP, *(table.name for table in TABLES)]  # other tables of core are granted to nobody


def desired(database: str) -> State:
    """What the fence should be in that database."""
    nothing: dict[str, Any] = {"attributes": ["INHERIT"], "member_of": [], "strange_members": [], "settings": []}
    specs: dict[str, Spec] = {f"role {role}": nothing for role in (OWNER, WRITER, READER)}
    specs['DATABASE "' + database.replace('"', '""') + '"'] = {READER: ["CONNECT"], WRITER: ["CONNECT"]}
    specs["SCHEMA core"] = {READER: ["USAGE"], WRITER: ["USAGE"]}
    for table in TABLES:
        reads = sorted(f"SELECT({column})" for column in table.readable)
        specs[f"TABLE core.{table.name}"] = {READER: reads, WRITER: list(_WRITES)}
        estimated = sorted({"cabinet", table.time} - {""})
        specs[f"rows of core.{table.name}"] = _rows(estimated, cabinet_reads=_OWN_CABINET, writer_does_all=True)
    specs[f"TABLE core.{MAP}"] = {READER: ["SELECT(cabinet)", "SELECT(role_name)"]}
    specs[f"rows of core.{MAP}"] = _rows(["role_name"], cabinet_reads=_OWN_ROLE, writer_does_all=False)
    return {_ref(key): Resource(_ref(key), spec, "fence") for key, spec in specs.items()}


def read(connection: Connection, known_roles: Iterable[str] = ()) -> State:
    """What it is. `known_roles` are cabinets' roles besides those that core.cabinet_role names."""
    if connection.execute("SELECT to_regclass('core.cabinet_role')").fetchone() == (None,):
        raise StoreError(Text("в базе нет схемы core", "the database lacks the schema core"))
    known = list(known_roles)
    specs: dict[str, dict[str, Any]] = {}
    for role, attributes, member_of, members, settings in connection.execute(ROLES, {"known": known}):
        specs[f"role {role}"] = {
            "attributes": attributes,
            "member_of": member_of,
            "strange_members": members if role != WRITER else [],  # importers have roles of their own
            "settings": settings,
        }
    for table, owner, enabled, forced, estimated in connection.execute(TABLE_FLAGS, [_FENCED]):
        flags = {"owner": owner, "enabled": enabled, "forced": forced, "estimated": estimated, "policies": {}}
        specs[f"rows of core.{table}"] = flags
    for table, policy, permissive, command, roles, using, check in connection.execute(POLICIES, [_FENCED]):
        specs[f"rows of core.{table}"]["policies"][policy] = {
            "permissive": permissive,
            "command": command,
            "roles": roles,
            "using": _canonical(str(using)),
            "check": _canonical(str(check)),
        }
    for target, grantee, privileges in connection.execute(PRIVILEGES, {"known": known}):
        specs.setdefault(str(target), {})[str(grantee)] = privileges
    return {_ref(key): Resource(_ref(key), spec, "postgresql") for key, spec in specs.items()}


def apply(connection: Connection, changes: Sequence[Change]) -> None:
    """Carries out all changes in one transaction. Without changes nothing is sent."""
    if not changes:
        return
    with connection.transaction():
        for before, after in changes:
            _put(connection, before, after)


def _put(connection: Connection, before: Resource | None, after: Resource | None) -> None:
    resource = after or before
    assert resource is not None  # noqa: S101 - a change has at least one side
    key = resource.ref.key
    old, new = (before.spec if before else {}), (after.spec if after else {})
    if key.startswith("role "):
        _put_role(connection, key.removeprefix("role "), old)
    elif key.startswith("rows of "):
        _put_rows(connection, key.removeprefix("rows of "), old, new)
    else:
        _put_privileges(connection, key, old, new)


def _put_role(connection: Connection, role: str, old: Spec) -> None:
    """Makes a group role what all three should be: able to nothing, in no other role."""
    name = sql.Identifier(role)
    if not old:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    plain = "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT PASSWORD NULL"
    connection.execute(sql.SQL("ALTER ROLE {} " + plain).format(name))
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
    here = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(name, here))
    for group in old.get("member_of", ()):
        connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(_role(group), name))
    for member in old.get("strange_members", ()):
        connection.execute(sql.SQL("REVOKE {} FROM {} CASCADE").format(name, _role(member)))


def _put_rows(connection: Connection, table: str, old: Spec, new: Spec) -> None:
    name = sql.Identifier(*table.split("."))
    if old.get("owner") != new["owner"]:
        owner = sql.Identifier(new["owner"])
        connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(name, owner))
        # What was taken away from a strange owner would be lacking to ours, and to the migrations.
        connection.execute(sql.SQL("GRANT ALL ON TABLE {} TO {}").format(name, owner))
    if not (old.get("enabled") and old.get("forced")):
        both = "ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        connection.execute(sql.SQL(both).format(name))
    _put_estimates(connection, name, old.get("estimated", ()), new["estimated"])
    there, wanted = old.get("policies", {}), new["policies"]
    for policy in sorted(there):
        if there[policy] != wanted.get(policy):
            connection.execute(sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy), name))
    for policy in sorted(wanted):
        if there.get(policy) != wanted[policy]:
            connection.execute(_create_policy(policy, name, table))


def _put_estimates(connection: Connection, name: sql.Identifier, old: Iterable[str], new: Iterable[str]) -> None:
    """Keeps statistics of the `new` columns only.

    Estimates (EXPLAIN) are made from all rows, below the policies: a value frequent in another cabinet would be told
    from one that does not exist.
    """
    for column in sorted({*old} ^ {*new}):
        target = sql.Literal(-1 if column in new else 0)
        command = sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET STATISTICS {}")
        connection.execute(command.format(name, sql.Identifier(column), target))
        # A target of 0 stops the collecting; what was collected would stay.
        connection.execute(
            "DELETE FROM pg_statistic s USING pg_attribute a WHERE a.attrelid = %s::regclass AND a.attname = %s"
            " AND (s.starelid, s.staattnum) = (a.attrelid, a.attnum)",
            [name.as_string(), column],
        )


def _create_policy(policy: str, name: sql.Identifier, table: str) -> sql.Composed:
    using = _OWN_ROLE if table == f"core.{MAP}" else _OWN_CABINET
    body = f"FOR SELECT TO {READER} USING ({using})"
    if policy == "writer_does_all":
        body = f"FOR ALL TO {WRITER} USING (true) WITH CHECK (true)"
    return sql.SQL("CREATE POLICY {} ON {} ").format(sql.Identifier(policy), name) + sql.SQL(body)


def _put_privileges(connection: Connection, target: str, old: Spec, new: Spec) -> None:
    """Takes away and grants what differs. `target` is as SQL names it, made by format('%I') on the server."""
    for grantee in sorted({*old, *new}):
        held, wanted = set(old.get(grantee, ())), set(new.get(grantee, ()))
        who = sql.SQL("PUBLIC") if grantee == "PUBLIC" else sql.Identifier(grantee)
        for privilege in sorted(held - wanted):
            command = _privilege("REVOKE", privilege.rstrip("*"), target, "FROM")
            connection.execute(command + who + sql.SQL("" if target.startswith("DEFAULT") else " CASCADE"))
        # Taking a privilege on a whole table away takes it away from each column too.
        for privilege in sorted(wanted if held - wanted else wanted - held):
            connection.execute(_privilege("GRANT", privilege, target, "TO") + who)


def _privilege(verb: str, privilege: str, target: str, preposition: str) -> sql.Composed:
    word, bracket, column = privilege.partition("(")
    what = sql.SQL(word).format()
    if bracket:
        what = sql.SQL(word + " ({})").format(sql.Identifier(column.removesuffix(")")))
    if target.startswith("DEFAULT "):  # `DEFAULT FOR ROLE x IN SCHEMA y ON TABLES`
        scope, _, objects = target.removeprefix("DEFAULT ").partition(" ON ")
        start = sql.SQL("ALTER DEFAULT PRIVILEGES " + scope + " " + verb + " ")
        return start + what + sql.SQL(f" ON {objects} {preposition} ")
    return sql.SQL(verb + " ") + what + sql.SQL(f" ON {target} {preposition} ")


def _rows(estimated: list[str], *, cabinet_reads: str, writer_does_all: bool) -> Spec:
    policies = {"cabinet_reads": _policy("SELECT", READER, cabinet_reads, "")}
    if writer_does_all:
        policies["writer_does_all"] = _policy("ALL", WRITER, "true", "true")
    return {"owner": OWNER, "enabled": True, "forced": True, "estimated": estimated, "policies": policies}


def _policy(command: str, role: str, using: str, check: str) -> Mapping[str, Any]:
    conditions = {"using": _canonical(using), "check": _canonical(check)}
    return {"permissive": True, "command": command, "roles": [role], **conditions}


def _canonical(condition: str) -> str:
    """The condition without brackets and spaces, in lower case.

    PostgreSQL gives it back with more of both. Our conditions have one comparison in one SELECT, so bracketing cannot
    change what they mean, and no other condition has the same words in the same order.
    """
    return " ".join(re.sub(r"[()\s]+", " ", condition).split()).lower()


def _ref(key: str) -> Ref:
    return Ref("", KIND, key)


def _role(name: str) -> sql.Identifier:
    return sql.Identifier(name.rstrip("*"))
