"""Each cabinet's database in PostgreSQL."""

from collections.abc import Collection, Iterable

from provision.kinds.below.accesses import pairs
from provision.kinds.below.clusters import ClusterKind, OnClusters
from provision.model import Ref, Resource, State
from provision.plan import Change
from provision.stores import cluster_fence, databases
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.stores.dump import dump
from provision.text import Text


class DatabaseKind(OnClusters):
    """Its removal drops the rows, so they are saved first, in a file beside the backup of the cabinet's org."""

    name = databases.KIND
    title = Text("база событий", "events database")
    needs = (ClusterKind.name,)

    def desired_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return databases.desired(self.run.root, accesses)

    def read_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return databases.read(cluster, self.run.root, accesses)

    def write_on(self, cluster: Cluster, changes: list[Change]) -> None:
        databases.apply(cluster, pairs(changes), self._save)

    def orphans(self, cabinets: Collection[str]) -> Iterable[Resource]:
        """The registered databases of other cabinets. Their login roles are members of their groups."""
        for cluster in self._clusters.values():
            with cluster.connect() as connection:
                registry = cluster_fence.registered(connection)
            for cabinet, database in sorted(registry.items()):
                if cabinet not in cabinets:
                    yield Resource(Ref(cabinet, self.name, database), {"title": cabinet}, "postgresql")

    def _save(self, cluster: Cluster, cabinet: str, database: str) -> None:
        path = self.run.backup.path(cabinet, "dump")
        dump(cluster, database, path)
        self.run.backup.files[f"{cabinet} {self.name}"] = path
