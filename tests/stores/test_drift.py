"""Changes by hand in PostgreSQL: seen under their names, and repaired by one apply."""

from collections.abc import Iterator

import pytest

from provision.credential import RootSecret
from provision.stores.cluster import Cluster, Connection
from provision.stores.local import EventsServer
from tests.stores.conftest import wipe
from tests.stores.drift import DRIFT, LEFT, named
from tests.stores.test_attempts import row_leaks
from tests.stores.test_login_roles import clients
from tests.stores.world import VOLGA, VOLGA_MARK, changes, fence_rows, plant_rows


@pytest.fixture(scope="module")
def applied(postgres: EventsServer, root: RootSecret) -> Cluster:
    """volga and ural as applied, with rows; every test of this module leaves them so."""
    wipe(postgres)
    cluster = Cluster(postgres.conninfo())
    fence_rows(cluster, root)
    plant_rows(cluster, root)
    return cluster


@pytest.fixture
def volga(applied: Cluster, root: RootSecret) -> Iterator[Connection]:
    """The administrator's connection to volga's database."""
    with applied.connect(root.database_name("volga")) as connection:
        yield connection
        for statement in LEFT:
            connection.execute(statement.encode())


@pytest.mark.parametrize("case", DRIFT)
def test_drift_is_seen_and_repaired(
    applied: Cluster, volga: Connection, postgres: EventsServer, root: RootSecret, case: str
) -> None:
    """The plan names it, an attempt gets through where one is known, and one apply ends both."""
    drift = DRIFT[case]
    for statement in named(drift.statements, root).split("; "):
        volga.execute(statement.encode())
    plan = changes(applied, root)
    if drift.attempt:
        assert row_leaks(root, postgres, drift.attempt)
    fence_rows(applied, root)

    shown = [f"{change.ref.key} {differing(change.before, change.after)}" for change in plan]
    assert any(named(drift.shown, root) in one for one in shown), shown
    assert changes(applied, root) == ()
    assert not drift.attempt or row_leaks(root, postgres, drift.attempt) == {}
    assert clients(postgres, root, VOLGA) == {VOLGA_MARK}


def differing(before: object, after: object) -> str:
    """The keys under which two specs differ, with those of their privileges."""
    old, new = getattr(before, "spec", {}), getattr(after, "spec", {})
    keys = [key for key in {*old, *new} if old.get(key) != new.get(key)]
    held, due = old.get("privileges", {}), new.get("privileges", {})
    return " ".join([*keys, *(target for target in {*held, *due} if held.get(target) != due.get(target))])
