"""What all cabinets of a PostgreSQL server share, and the form of every kind on such servers."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from provision.kinds.base import Batch
from provision.kinds.below.accesses import accesses_of, pairs
from provision.kinds.context import RunContext
from provision.model import Cabinet, Resource, State
from provision.plan import Change
from provision.stores import cluster_fence
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.text import Text

_SERVER = "server"


class OnClusters(Batch):
    """A kind on PostgreSQL servers. A server is known by the variable with its administrator's connection."""

    def __init__(self, run: RunContext) -> None:
        super().__init__(run)
        self._clusters = {variable: Cluster(conninfo, variable) for variable, conninfo in run.admin.events.items()}

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return bool(run.admin.events)

    def is_safe_when_blocked(self, change: Change) -> bool:
        return True

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        present = [one for one in cabinets if one.state != "absent"]
        return _merged(_on(cluster, self.desired_on(cluster, its)) for cluster, its in self._by_cluster(present))

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        return _merged(_on(cluster, self.read_on(cluster, its)) for cluster, its in self._by_cluster(cabinets))

    def orphans(self, cabinets: Collection[str]) -> Iterator[Resource]:
        """What is on a server and belongs to none of its cabinets. A cabinet that moved has left its old server."""
        estate = [one for one in self.run.cabinets.values() if one.id in cabinets]
        for cluster, accesses in self._by_cluster(estate):
            yield from self.orphans_on(cluster, accesses)

    def write(self, changes: Sequence[Change]) -> None:
        for variable, cluster in self._clusters.items():
            self.write_on(cluster, [change for change in changes if _server_of(change) == variable])

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
            yield cluster, [access for access in accesses if access.administrator == variable]


class ClusterKind(OnClusters):
    name = cluster_fence.KIND
    title = Text("сервер событий", "events server")

    def desired_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return cluster_fence.desired(cluster)

    def read_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return cluster_fence.read(cluster)

    def write_on(self, cluster: Cluster, changes: list[Change]) -> None:
        cluster_fence.apply(cluster, pairs(changes))


def _on(cluster: Cluster, state: State) -> State:
    """The state with a note on each resource of which server it is on."""
    return {ref: replace(one, handle={_SERVER: cluster.variable}) for ref, one in state.items()}


def _server_of(change: Change) -> str:
    resource = change.after or change.before
    return str(resource.handle[_SERVER]) if resource else ""


def _merged(states: Iterable[State]) -> State:
    return {ref: resource for state in states for ref, resource in state.items()}
