"""A PostgreSQL database for each cabinet: nothing but its own rows is in reach of its credentials.

The database and a group role of the same name, which says nothing of the customer, belong together: the group may
connect to this database and to no other, and read the columns that dashboards need. The cabinet's login roles
(login_roles.py) are members of the group, so a new generation needs no change in the database. pg_hba.conf can repeat
the fence in one line (`samerole`).

Row policies over shared tables are no fence: conditions that cost less than the policy's run first, on everybody's
rows, and EXPLAIN ANALYZE or the time taken shows whether one was true (tried on PostgreSQL 15).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from provision.credential import RootSecret
from provision.errors import SomeFailedError
from provision.model import Ref, Resource, Spec, State
from provision.plan import Change
from provision.stores import cluster_fence, privileges, schema
from provision.stores.access import OURS, Access
from provision.stores.catalogue import DATABASES, OWNERS, ROLES
from provision.stores.cluster import Cluster, Connection, side_by_side
from provision.stores.contract import INTERNAL_TABLES, TABLES
from provision.stores.driver import sql
from provision.stores.login_roles import disown, end_sessions
from provision.stores.schema import OWNER, READER, WRITER

KIND = "events database"
KEY = "core"
T = TypeVar("T")
Save = Callable[[Cluster, str, str], None]  # of a cabinet's database, before it is dropped
_READERS = "readers"  # what a spec calls the group, whose name a new root secret changes
_WRITES = ("DELETE", "INSERT", "SELECT", "UPDATE")
_LOCK = "LOCK TABLE smart.cabinet_database IN SHARE ROW EXCLUSIVE MODE"


def desired(root: RootSecret, accesses: Iterable[Access]) -> State:
    """The databases these cabinets should have; to that of a suspended one the readers cannot connect."""
    return {_ref(one): Resource(_ref(one), _wanted(root, one), one.origin) for one in accesses}


def read(cluster: Cluster, root: RootSecret, accesses: Iterable[Access]) -> State:
    """The databases they have, each looked into, several side by side. Raises SomeFailedError, by cabinet."""
    accesses = list(accesses)
    with cluster.connect() as connection:
        registry = cluster_fence.registered(connection)
        there = {str(row[0]): row for row in connection.execute(DATABASES, {"names": None})}
        names = {access: _name(root, access, registry, there) for access in accesses}
        asked = {"names": [name for name in names.values() if name]}
        groups = {str(role): _group(str(role), *rest) for role, *rest in connection.execute(ROLES, asked)}
    inside = _by_cabinet(names, lambda: cluster.each([name for name in names.values() if name], _inside))
    found = {}
    for access, name in names.items():
        if name:
            _, owner, comment, _, settings, held = there[name]
            spec = {
                "name": name,
                "owner": owner,
                "schema": schema.version_of(str(comment)),
                "registered": registry.get(access.cabinet) == name,
                "settings": settings,
                _READERS: groups.get(name, {}),
                **inside[name],
            }
            spec["privileges"] = {"DATABASE": _as_readers(name, held), **inside[name]["privileges"]}
            found[_ref(access)] = Resource(_ref(access), spec, "postgresql")
    return found


def orphans(cluster: Cluster, root: RootSecret, accesses: Iterable[Access]) -> Iterable[Resource]:
    """The databases named as ours are, and those in the registry, that belong to none of these cabinets."""
    with cluster.connect() as connection:
        registry = cluster_fence.registered(connection)
        there = [str(row[0]) for row in connection.execute(DATABASES, {"names": None})]
    claimed = {access.cabinet for access in accesses}
    whose = dict.fromkeys((name for name in there if OURS.fullmatch(name)), "")
    whose |= {root.database_name(cabinet): cabinet for cabinet in claimed}
    whose |= {database: cabinet for cabinet, database in registry.items()}
    for database, cabinet in sorted(whose.items()):
        if cabinet not in claimed:
            yield Resource(Ref(cabinet, KIND, database), {"title": cabinet}, "postgresql")


def apply(cluster: Cluster, changes: Sequence[Change], save: Save) -> None:
    """Carries out the changes, several databases side by side; `save` is called before a database is dropped.

    Another run at the same time waits until this one is done. Raises SomeFailedError, by cabinet, after all are tried.
    """
    by_cabinet = {change.ref.cabinet: change for change in changes}
    if not by_cabinet:
        return
    with cluster.connect() as admin, admin.transaction():
        admin.execute("SET LOCAL lock_timeout = '15min'")
        admin.execute(_LOCK)

        def work(cabinet: str) -> None:
            before, after = by_cabinet[cabinet].before, by_cabinet[cabinet].after
            if after is not None:
                _put(cluster, before.spec if before else {}, after.spec)
            elif before is not None:
                _close(cluster, before.spec["name"])
                save(cluster, cabinet, before.spec["name"])
                _drop(cluster, before.spec["name"])

        failed = None
        try:
            side_by_side(by_cabinet, work)
        except SomeFailedError as error:
            failed = error
        done = [change for one, change in by_cabinet.items() if failed is None or one not in failed.errors]
        _register(admin, {one.ref.cabinet: one.after.spec["name"] if one.after else "" for one in done})
    if failed is not None:
        raise failed


def _by_cabinet(names: Mapping[Access, str], work: Callable[[], T]) -> T:
    """What `work` gives; its errors by database become errors by cabinet."""
    try:
        return work()
    except SomeFailedError as some:
        failed = {one.cabinet: some.errors[name] for one, name in names.items() if name in some.errors}
        raise SomeFailedError(failed) from None


def _ref(access: Access) -> Ref:
    return Ref(access.cabinet, KIND, KEY)


def _wanted(root: RootSecret, access: Access) -> Spec:
    connect = {WRITER: ["CONNECT"]} if access.suspended else {_READERS: ["CONNECT"], WRITER: ["CONNECT"]}
    held: dict[str, Mapping[str, list[str]]] = {"DATABASE": connect}
    held["SCHEMA core"] = {_READERS: ["USAGE"], WRITER: ["USAGE"]}
    for table in TABLES:
        reads = sorted(f"SELECT({column})" for column in table.readable)
        held[f"TABLE core.{table.name}"] = {_READERS: reads, WRITER: list(_WRITES)}
    held |= {f"TABLE core.{name}": {WRITER: list(_WRITES)} for name in INTERNAL_TABLES}
    return {
        "name": root.database_name(access.cabinet),
        "owner": OWNER,
        "schema": schema.newest(),
        "registered": True,
        "settings": [],
        _READERS: {"attributes": ["INHERIT"], "member_of": [READER], "members": [], "settings": [], "elsewhere": []},
        "owners": {},
        "privileges": held,
    }


def _name(root: RootSecret, access: Access, registry: Mapping[str, str], there: Mapping[str, object]) -> str:
    """The database that the cabinet has: the one it should have, else the registered one; "" for none."""
    known = (root.database_name(access.cabinet), registry.get(access.cabinet, ""))
    return next((name for name in known if name in there and OURS.fullmatch(name)), "")


def _group(
    name: str, attributes: object, member_of: object, members: Any, settings: object, holds_in: Any, _: Any
) -> Spec:
    return {
        "attributes": attributes,
        "member_of": member_of,
        "members": [member for member in members if not OURS.fullmatch(member)],
        "settings": settings,
        "elsewhere": [database for database in holds_in if database not in ("", name)],
    }


def _inside(name: str, connection: Connection) -> dict[str, Any]:
    held, _ = privileges.read(connection)
    return {
        "owners": {str(table): owner for table, owner in connection.execute(OWNERS, [OWNER])},
        "privileges": {target: _as_readers(name, holders) for target, holders in held.items()},
    }


def _as_readers(name: str, holders: Any) -> dict[str, list[str]]:
    return {_READERS if holder == name else holder: what for holder, what in (holders or {}).items()}


def _as_group(name: str, wanted: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    return {
        target: {name if holder == _READERS else holder: what for holder, what in holders.items()}
        for target, holders in wanted.items()
    }


def _put(cluster: Cluster, live: Spec, wanted: Spec) -> None:
    """Makes the database and its group what they should be, whatever is there."""
    name, group = wanted["name"], sql.Identifier(wanted["name"])
    with cluster.connect() as admin:
        if live and live["name"] != name:
            _rename(cluster, admin, live["name"], name)
        live_group = dict(live.get(_READERS) or {})
        strange = [one for one in live_group.get("member_of", ()) if one != READER]
        cluster_fence.put_role(admin, name, {**live_group, "member_of": strange})
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(READER), group))
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            make = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
            admin.execute(sql.SQL(make).format(group, sql.Identifier(OWNER)))
        elif live.get("owner") != OWNER:
            admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(group, sql.Identifier(OWNER)))
        if live.get("settings"):
            admin.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(group))
        _let_in(admin, name, _as_group(name, wanted["privileges"])["DATABASE"])
        for database in live_group.get("elsewhere", ()):
            disown(cluster, name, database)
    with cluster.connect(name) as connection:
        schema.migrate(connection)
        for table, _ in connection.execute(OWNERS, [OWNER]).fetchall():
            where, owner = sql.Identifier("core", str(table)), sql.Identifier(OWNER)
            connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(where, owner))
            connection.execute(sql.SQL("GRANT ALL ON TABLE {} TO {}").format(where, owner))
        due = _as_group(name, {key: value for key, value in wanted["privileges"].items() if key != "DATABASE"})
        privileges.run(connection, privileges.change(privileges.read(connection)[0], due))


def _let_in(admin: Connection, name: str, wanted: Mapping[str, list[str]]) -> None:
    """Gives privileges on the database to these holders and to nobody else."""
    target = f'DATABASE "{name}"'
    held = next((row[-1] or {} for row in admin.execute(DATABASES, {"names": [name]})), {})
    privileges.run(admin, privileges.change({target: held}, {target: wanted}))


def _rename(cluster: Cluster, admin: Connection, old: str, new: str) -> None:
    """The same rows under another name: the root secret was changed."""
    end_sessions(cluster, admin, database=old)
    for what in ("DATABASE", "ROLE"):
        admin.execute(sql.SQL("ALTER " + what + " {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def _close(cluster: Cluster, name: str) -> None:
    """Lets nobody in any more, importers neither, so that what is saved is all there was."""
    with cluster.connect() as admin:
        _let_in(admin, name, {})
        end_sessions(cluster, admin, database=name)


def _drop(cluster: Cluster, name: str) -> None:
    """Removes the database and its group."""
    with cluster.connect() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _register(admin: Connection, databases: Mapping[str, str]) -> None:
    """Notes the database of each cabinet, "" for none."""
    admin.execute("DELETE FROM smart.cabinet_database WHERE cabinet = ANY(%s)", [list(databases)])
    made = {cabinet: name for cabinet, name in databases.items() if name}
    insert = "INSERT INTO smart.cabinet_database SELECT * FROM unnest(%s::text[], %s::name[]) ON CONFLICT DO NOTHING"
    admin.execute(insert, [list(made), list(made.values())])
