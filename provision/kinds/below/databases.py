"""Each cabinet's database in PostgreSQL."""

from collections.abc import Iterable

from provision.kinds.below.clusters import ClusterKind, OnClusters
from provision.model import Resource, State
from provision.plan import Change
from provision.stores import databases
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
        databases.apply(cluster, changes, self._save)

    def orphans_on(self, cluster: Cluster, accesses: list[Access]) -> Iterable[Resource]:
        return databases.orphans(cluster, self.run.root, accesses)

    def _save(self, cluster: Cluster, cabinet: str, database: str) -> None:
        path = self.run.backup.path(cabinet, "dump")
        dump(cluster, database, path)
        self.run.backup.files[f"{cabinet} {self.name}"] = path
