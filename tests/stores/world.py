"""Two cabinets whose data tell them apart, in both stores, and the fences built as apply builds them."""

import time
from collections.abc import Iterable
from pathlib import Path

from provision.credential import RootSecret
from provision.plan import Change, diff
from provision.stores import row_fence, row_roles
from provision.stores.access import Access, names
from provision.stores.attempts import Victim
from provision.stores.local import MetricsServer
from provision.stores.schema import Connection
from provision.stores.vmauth_users import KIND as METRIC_KIND
from provision.stores.vmauth_users import UserFile

VOLGA, URAL = Access("volga"), Access("ural")
BOTH = (VOLGA, URAL)
MARKS = ("zavod-ural", "fabrika-ural")  # stand in the data of ural and nowhere else
VOLGA_MARK = "zavod-volga"


def victim(root: RootSecret) -> Victim:
    """ural, as volga sees it."""
    return Victim("ural", MARKS[0], root.credential("events", "ural", 1).name)


def plant_series(server: MetricsServer) -> None:
    """Puts series of both cabinets into the store, fresh, and makes them visible."""
    now = int(time.time())
    lines = [
        f'{name}{{cabinet="{cabinet}",client="{client}",host="{client}",manager="ivanova"}} 5 {now - age}000'
        for cabinet, client in (("volga", VOLGA_MARK), ("ural", MARKS[0]), ("ural", MARKS[1]))
        for name in ("kodeks_licenses_registered", "kodeks_online_up")
        for age in (3600, 120, 60)
    ]
    sent = server.ask("/api/v1/import/prometheus", method="POST", body="\n".join(lines).encode())
    assert sent.status == 204
    assert server.ask(f"/internal/force_flush?authKey={server.key}").status == 200


def plant_rows(connection: Connection) -> None:
    """Puts rows of both cabinets into two tables; ural has many more."""
    for cabinet, client, count in (("volga", VOLGA_MARK, 3), ("ural", MARKS[0], 2000), ("ural", MARKS[1], 10)):
        connection.execute(
            "INSERT INTO core.clients (cabinet, dealer, client, manager, kind) VALUES (%s, 'd', %s, 'm', 'cloud')",
            [cabinet, client],
        )
        connection.execute(
            "INSERT INTO core.search_queries (ts, cabinet, scope, client, manager, user_login, query_text, status)"
            " SELECT now() - n * interval '1 minute', %s, 'installation', %s, 'm', %s, 'q' || n, 'success'"
            " FROM generate_series(1, %s) n",
            [cabinet, client, f"user of {client}", count],
        )
    connection.execute("ANALYZE core.search_queries, core.clients")


def fence_changes(connection: Connection, root: RootSecret, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do to the shared fence now."""
    known = [name for name, _ in names(root, "events", accesses)]
    return diff(row_fence.desired("smart"), row_fence.read(connection, known), [row_fence.KIND])


def role_changes(connection: Connection, root: RootSecret, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do to these cabinets' roles now."""
    accesses = list(accesses)
    live = row_roles.read(connection, root, accesses)
    return diff(row_roles.desired(root, accesses), live, [row_roles.KIND])


def changes(connection: Connection, root: RootSecret, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do in PostgreSQL now."""
    accesses = list(accesses)
    return (*fence_changes(connection, root, accesses), *role_changes(connection, root, accesses))


def fence_rows(connection: Connection, root: RootSecret, accesses: Iterable[Access] = BOTH) -> None:
    """Applies the shared fence and the roles."""
    accesses = list(accesses)
    shared, roles = fence_changes(connection, root, accesses), role_changes(connection, root, accesses)
    row_fence.apply(connection, [(change.before, change.after) for change in shared])
    row_roles.apply(connection, root, [(change.before, change.after) for change in roles])


def user_changes(file: UserFile, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do to vmauth's file now."""
    accesses = list(accesses)
    return diff(file.desired(accesses), file.read(accesses), [METRIC_KIND])


def write_users(path: Path, server: MetricsServer, root: RootSecret, accesses: Iterable[Access] = BOTH) -> UserFile:
    """vmauth's file with these cabinets' users, as apply writes it."""
    file = UserFile(path, server.backend, root)
    file.apply([(change.before, change.after) for change in user_changes(file, accesses)])
    return file
