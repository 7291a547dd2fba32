"""Two cabinets for thirteen months: some of their names are equal, all others and every figure differ."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from provision.credential import RootSecret
from provision.stores.access import Access
from provision.stores.cluster import Cluster, Connection
from provision.stores.contract import TABLES
from provision.stores.local import postgresql, victoria_metrics, vmauth
from provision.stores.sample_data import SampleCabinet, fill
from tests.dashboards.conftest import NOW
from tests.dashboards.ways import Way, by_hand, own
from tests.samples import access, installation
from tests.stores.world import fence_rows, write_users

DAYS = 396  # thirteen months
_ROOT = RootSecret("a root secret of more than 32 characters")
# In both cabinets: what a reader of one might take for his own if the fence let it through.
_SHARED = installation("203.0.113.5:80", "petrova")
_SHARED_ACCESS = access("Фирма 3", "login-7", "online.example.ru", "petrova")
# Texts that fill() makes of the same words for every cabinet.
_MARKED = {"user_login", "query_text", "fullname", "email", "text", "upload_number", "build"}


def cabinet(name: str, *, installations: int, accesses: int) -> SampleCabinet:
    """A cabinet whose clients, managers, logins and servers have its name, except one shared of each."""
    own_ones = tuple(
        installation(
            f"{name}-{number}.example{':80' if number % 5 != 4 else ''}",
            f"{name}-manager-{number % 3}",
            number % 4 - 1,
        )
        for number in range(installations - 1)
    )
    own_accesses = tuple(
        access(
            f"{name} {number // 2}",
            f"{name}-{number}",
            f"{name}{number % 3}.example.ru",
            f"{name}-manager-{number % 3}",
        )
        for number in range(accesses - 1)
    )
    return SampleCabinet(
        id=name,
        timezone="Europe/Samara",
        installations=(_SHARED, *own_ones),
        accesses=(_SHARED_ACCESS, *own_accesses),
    )


VOLGA = cabinet("volga", installations=6, accesses=40)
URAL = cabinet("ural", installations=4, accesses=12)


@dataclass(frozen=True, slots=True)
class Ways:
    """How a cabinet asks, how its administrator does, and the word that only names of the other cabinet contain."""

    own: Way
    by_hand: Way
    strange: str


@contextmanager
def asked(folder: Path) -> Iterator[dict[str, Ways]]:
    """Stores with both cabinets behind their fences: the ways of each."""
    accesses = [Access(one.id) for one in (VOLGA, URAL)]
    users = folder / "two.yml"
    with ExitStack() as stack:
        metrics = stack.enter_context(victoria_metrics(folder / "two"))
        events = stack.enter_context(postgresql(folder / "two-rows"))
        cluster = Cluster(events.conninfo())
        fence_rows(cluster, _ROOT, accesses)
        for one in (VOLGA, URAL):
            with cluster.connect(_ROOT.database_name(one.id)) as admin:
                fill([one], metrics=metrics, events=admin, now=NOW, days=DAYS)
                _mark(admin, one.id)
                admin.execute("ANALYZE")
        write_users(users, metrics, _ROOT, accesses)
        proxy = stack.enter_context(vmauth(users))
        yield {
            one.id: Ways(
                stack.enter_context(own(one.id, _ROOT, proxy, events)),
                stack.enter_context(by_hand(one.id, _ROOT, metrics, events)),
                other.id,
            )
            for one, other in ((VOLGA, URAL), (URAL, VOLGA))
        }


def _mark(connection: Connection, name: str) -> None:
    """Writes the cabinet's name into its texts."""
    for table in TABLES:
        marked = [column.name for column in table.columns if column.name in _MARKED]
        if marked:
            values = sql.SQL(", ").join(
                sql.SQL("{0} = {0} || {1}").format(sql.Identifier(one), sql.Literal(f" {name}")) for one in marked
            )
            query = sql.SQL("UPDATE core.{} SET {} WHERE cabinet = {}")
            connection.execute(query.format(sql.Identifier(table.name), values, sql.Literal(name)))
