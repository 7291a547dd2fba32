"""Privileges as data: what holders have of each object of a database, and the statements that change it.

An object is named as SQL does after ON: `TABLE core.clients`, `SCHEMA core`, `DEFAULT FOR ROLE x ON TABLES`. A
privilege is its SQL word, with a column in brackets (`SELECT(client)`) and with `*` where it may be passed on.
"""

from collections.abc import Iterable, Mapping

from provision.stores.catalogue import PRIVILEGES
from provision.stores.cluster import Connection
from provision.stores.driver import sql

Privileges = Mapping[str, Mapping[str, list[str]]]  # by object, then by holder


def read(connection: Connection) -> tuple[dict[str, dict[str, list[str]]], set[str]]:
    """What others than the owners hold in this database, and the objects of which we cannot change that.

    Those objects are left out of the first.
    """
    found: dict[str, dict[str, list[str]]] = {}
    beyond: set[str] = set()
    for target, holder, privileges, ours in connection.execute(PRIVILEGES, []):
        if ours:
            found.setdefault(str(target), {})[str(holder)] = privileges
        else:
            beyond.add(str(target))
    return found, beyond


def change(live: Privileges, wanted: Privileges) -> "list[sql.Composed]":
    """The statements that turn what is held into what is wanted."""
    found: list[sql.Composed] = []
    for target in sorted({*live, *wanted}):
        found += _of_object(target, live.get(target, {}), wanted.get(target, {}))
    return found


def run(connection: Connection, statements: "Iterable[sql.Composable]") -> None:
    """Sends all statements in one go, as one transaction; nothing without any."""
    statements = list(statements)
    if statements:
        connection.execute(sql.SQL("; ").join(statements))


def _of_object(
    target: str, live: Mapping[str, Iterable[str]], wanted: Mapping[str, Iterable[str]]
) -> "Iterable[sql.Composed]":
    for holder in sorted({*live, *wanted}):
        held, due = set(live.get(holder, ())), set(wanted.get(holder, ()))
        who = sql.SQL("PUBLIC") if holder == "PUBLIC" else sql.Identifier(holder)
        for privilege in sorted(held - due):
            command = _privilege("REVOKE", privilege.rstrip("*"), target, "FROM")
            yield command + who + sql.SQL("" if target.startswith("DEFAULT") else " CASCADE")
        # Revoking a privilege on a whole table revokes it on each column too.
        for privilege in sorted(due if held - due else due - held):
            yield _privilege("GRANT", privilege, target, "TO") + who


def _privilege(verb: str, privilege: str, target: str, preposition: str) -> "sql.Composed":
    word, bracket, column = privilege.partition("(")
    what = sql.SQL(word).format()
    if bracket:
        what = sql.SQL(word + " ({})").format(sql.Identifier(column.removesuffix(")")))
    if target.startswith("DEFAULT "):  # `DEFAULT FOR ROLE x IN SCHEMA y ON TABLES`
        scope, _, objects = target.removeprefix("DEFAULT ").partition(" ON ")
        start = sql.SQL("ALTER DEFAULT PRIVILEGES " + scope + " " + verb + " ")
        return start + what + sql.SQL(f" ON {objects} {preposition} ")
    return sql.SQL(verb + " ") + what + sql.SQL(f" ON {target} {preposition} ")
