"""Two cabinets with different data in both stores, and the fences built as apply builds them."""

import json
import time
import urllib.parse
from collections.abc import Iterable
from pathlib import Path

from provision.credential import RootSecret
from provision.plan import Change, diff
from provision.stores import cluster_fence, databases, login_roles
from provision.stores.access import Access
from provision.stores.attempts import Victim
from provision.stores.cluster import Cluster, Connection
from provision.stores.local import MetricsServer
from provision.stores.vmauth_users import KIND as METRIC_KIND
from provision.stores.vmauth_users import UserFile
from provision.stores.wire import ask, basic

VOLGA, URAL = Access("volga"), Access("ural")
BOTH = (VOLGA, URAL)
MARKS = ("zavod-ural", "fabrika-ural")  # occur in the data of ural alone
VOLGA_MARK = "zavod-volga"


def victim(root: RootSecret) -> Victim:
    """ural, as volga sees it."""
    return Victim("ural", MARKS[0], root.credential("events", "ural", 1).name, root.database_name("ural"))


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


def plant_rows(cluster: Cluster, root: RootSecret) -> None:
    """Puts rows of each cabinet into two tables of its database; ural has many more."""
    for cabinet, client, count in (("volga", VOLGA_MARK, 3), ("ural", MARKS[0], 2000), ("ural", MARKS[1], 10)):
        with cluster.connect(root.database_name(cabinet)) as connection:
            plant(connection, cabinet, client, count)


def plant(connection: Connection, cabinet: str, client: str, count: int) -> None:
    """One client of that cabinet, with so many searches."""
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


def server_changes(cluster: Cluster) -> tuple[Change, ...]:
    """What apply would do to what all cabinets of the server share."""
    return diff(cluster_fence.desired(cluster), cluster_fence.read(cluster), [cluster_fence.KIND])


def database_changes(cluster: Cluster, root: RootSecret, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do to these cabinets' databases now."""
    accesses = list(accesses)
    live = databases.read(cluster, root, accesses)
    return diff(databases.desired(root, accesses), live, [databases.KIND])


def role_changes(cluster: Cluster, root: RootSecret, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do to these cabinets' roles now."""
    accesses = list(accesses)
    live = login_roles.read(cluster, root, accesses)
    return diff(login_roles.desired(cluster, root, accesses), live, [login_roles.KIND])


def changes(cluster: Cluster, root: RootSecret, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do in PostgreSQL now."""
    accesses = list(accesses)
    own = (*database_changes(cluster, root, accesses), *role_changes(cluster, root, accesses))
    return (*server_changes(cluster), *own)


def fence_rows(cluster: Cluster, root: RootSecret, accesses: Iterable[Access] = BOTH) -> None:
    """Applies what is shared, the databases and the roles."""
    accesses = list(accesses)
    cluster_fence.apply(cluster, server_changes(cluster))
    databases.apply(cluster, database_changes(cluster, root, accesses), keep_nothing)
    login_roles.apply(cluster, root, role_changes(cluster, root, accesses))


def keep_nothing(_cluster: Cluster, _cabinet: str, _database: str) -> None:
    """For databases of tests: they are dropped without a dump."""


def user_changes(file: UserFile, accesses: Iterable[Access] = BOTH) -> tuple[Change, ...]:
    """What apply would do to vmauth's file now."""
    accesses = list(accesses)
    return diff(file.desired(accesses), file.read(accesses), [METRIC_KIND])


def write_users(path: Path, server: MetricsServer, root: RootSecret, accesses: Iterable[Access] = BOTH) -> UserFile:
    """vmauth's file with these cabinets' users, as apply writes it."""
    file = UserFile(path, server.backend, root)
    file.apply(user_changes(file, accesses))
    return file


def seen(vmauth: str, access: Access, root: RootSecret) -> set[str] | None:
    """The cabinets whose series this access can see through vmauth now; None when it is refused."""
    ours = root.credential("metrics", access.cabinet, access.generation)
    query = urllib.parse.urlencode({"query": 'count by (cabinet) (last_over_time({__name__!=""}[1d]))'})
    answer = ask(f"{vmauth}/api/v1/query?{query}", headers=basic(ours.name, ours.password))
    if answer.status != 200:
        return None
    return {str(row["metric"].get("cabinet", "")) for row in json.loads(answer.text)["data"]["result"]}
