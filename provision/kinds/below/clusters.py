"""What all cabinets of a PostgreSQL server share, and the form of every kind on such servers."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from provision.errors import SomeFailedError, StoreError
from provision.kinds.base import Batch
from provision.kinds.below.accesses import accesses_of
from provision.kinds.context import RunContext
from provision.model import Cabinet, Resource, State
from provision.plan import Change
from provision.stores import cluster_fence
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.text import Text

SERVER = "server"  # of the handle


class WithClusters(Batch):
    """A kind that knows the PostgreSQL servers by the variable with the administrator's connection of each."""

    def __init__(self, run: RunContext) -> None:
        super().__init__(run)
        self._clusters = {variable: Cluster(conninfo, variable) for variable, conninfo in run.admin.events.items()}

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return bool(run.admin.events)


class OnClusters(WithClusters):
    """A kind whose objects are on these servers, each server by itself."""

    def depends(self, change: Change, failed: Change) -> bool:
        """Nothing depends on what failed on another server."""
        return super().depends(change, failed) and server_of(change) == server_of(failed)

    def is_safe_when_blocked(self, change: Change) -> bool:
        return True

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        present = {one.id for one in cabinets if one.state != "absent"}
        found: State = {}
        for cluster, its in self._by_cluster(cabinets):
            found |= _on(cluster, self.desired_on(cluster, [access for access in its if access.cabinet in present]))
        return found

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        found: State = {}
        failed: dict[str, StoreError] = {}
        for cluster, its in self._by_cluster(cabinets):
            with collected(failed, [access.cabinet for access in its]):
                found |= _on(cluster, self.read_on(cluster, its))
        if failed:
            raise SomeFailedError(failed)
        return found

    def orphans(self, cabinets: Collection[str]) -> Iterator[Resource]:
        """What is on a server and belongs to none of its cabinets. A cabinet that moved has left its old server."""
        estate = [one for one in self.run.cabinets.values() if one.id in cabinets]
        accesses = accesses_of(estate)
        for variable, cluster in self._clusters.items():
            yield from self.orphans_on(cluster, [one for one in accesses if one.administrator == variable])

    def write(self, changes: Sequence[Change]) -> None:
        write_on_each(self._clusters, changes, self.write_on)

    @abstractmethod
    def desired_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        """What that server should have for these cabinets."""

    @abstractmethod
    def read_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        """What it has."""

    def orphans_on(self, cluster: Cluster, accesses: list[Access]) -> Iterable[Resource]:
        """What it has with our mark for none of these cabinets, which are all that belong there."""
        return ()

    @abstractmethod
    def write_on(self, cluster: Cluster, changes: list[Change]) -> None:
        """Carries out these changes there."""

    def _by_cluster(self, cabinets: Iterable[Cabinet]) -> Iterator[tuple[Cluster, list[Access]]]:
        accesses = accesses_of(cabinets)
        for variable, cluster in self._clusters.items():
            if its := [access for access in accesses if access.administrator == variable]:
                yield cluster, its


class ClusterKind(OnClusters):
    name = cluster_fence.KIND
    title = Text("сервер событий", "events server")

    def desired_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return cluster_fence.desired(cluster)

    def read_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return cluster_fence.read(cluster)

    def write_on(self, cluster: Cluster, changes: list[Change]) -> None:
        cluster_fence.apply(cluster, changes)


def _on(cluster: Cluster, state: State) -> State:
    """The state with a note on each resource of which server it is on."""
    return {ref: replace(one, handle={SERVER: cluster.variable}) for ref, one in state.items()}


def server_of(change: Change) -> str:
    """The variable with the connection of the administrator of the server that the change is on."""
    return str(change.resource.handle[SERVER])


@contextmanager
def collected(errors: dict[str, StoreError], names: Iterable[str]) -> Iterator[None]:
    """Puts the errors of the work into `errors`: each by its name, one without a name by all these `names`."""
    try:
        yield
    except SomeFailedError as some:
        errors |= some.errors
    except StoreError as error:
        errors |= dict.fromkeys(names, error)


def write_on_each(
    clusters: Mapping[str, Cluster], changes: Sequence[Change], write: Callable[[Cluster, list[Change]], None]
) -> None:
    """Carries out the changes, server by server. `write` raises SomeFailedError by cabinet; this one by str(Ref)."""
    failed: dict[str, StoreError] = {}
    for variable, cluster in clusters.items():
        its = [change for change in changes if server_of(change) == variable]
        errors: dict[str, StoreError] = {}
        with collected(errors, {change.ref.cabinet for change in its}):
            write(cluster, its)
        failed |= {str(one.ref): errors[one.ref.cabinet] for one in its if one.ref.cabinet in errors}
    if failed:
        raise SomeFailedError(failed)
