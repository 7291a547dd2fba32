"""Each cabinet's login role in PostgreSQL."""

from collections.abc import Iterable

from provision.kinds.below.clusters import OnClusters
from provision.kinds.below.databases import DatabaseKind
from provision.model import Resource, State
from provision.plan import Change
from provision.stores import login_roles
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.text import Text


class LoginRoleKind(OnClusters):
    name = login_roles.KIND
    title = Text("пользователь событий", "events user")
    needs = (DatabaseKind.name,)

    def desired_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return login_roles.desired(cluster, self.run.root, accesses)

    def read_on(self, cluster: Cluster, accesses: list[Access]) -> State:
        return login_roles.read(cluster, self.run.root, accesses)

    def orphans_on(self, cluster: Cluster, accesses: list[Access]) -> Iterable[Resource]:
        return login_roles.orphans(cluster, self.run.root, accesses)

    def write_on(self, cluster: Cluster, changes: list[Change]) -> None:
        login_roles.apply(cluster, self.run.root, changes)
