"""The registry of clients in each cabinet's database: one object a cabinet, a line of its spec a client."""

import json
from collections.abc import Iterable, Iterator, Sequence

from provision.errors import SomeFailedError, StoreError
from provision.kinds.below.clusters import SERVER, WithClusters, collected, write_on_each
from provision.kinds.below.databases import DatabaseKind
from provision.model import Cabinet, Ref, Resource, State
from provision.plan import Change
from provision.stores import registry, schema
from provision.stores.cluster import Cluster, side_by_side
from provision.stores.registry import Client
from provision.text import Text


class ClientRegistryKind(WithClusters):
    """A client that leaves the lists is closed: an update of the registry, no deletion. A suspended cabinet keeps its
    registry, that of an absent one is not read: it goes with the database.
    """

    name = "client registry"
    title = Text("реестр клиентов", "client registry")
    needs = (DatabaseKind.name,)

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        wanted = (
            _resource(cabinet.id, registry.clients(cabinet), cabinet.origin, variable)
            for variable in self._clusters
            for cabinet in _present(cabinets, variable)
        )
        return {one.ref: one for one in wanted if one.spec["clients"]}

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        found: list[Resource] = []
        failed: dict[str, StoreError] = {}
        for variable, cluster in self._clusters.items():
            present = _present(cabinets, variable)
            with collected(failed, [cabinet.id for cabinet in present]):
                registries = self._registries(cluster, present)
                found += [_resource(one, clients, "postgresql", variable) for one, clients in registries.items()]
        if failed:
            raise SomeFailedError(failed)
        return {one.ref: one for one in found if one.spec["clients"]}

    def write(self, changes: Sequence[Change]) -> None:
        """Writes the rows that differ between the two sides of each change, a transaction a cabinet."""

        def work(cluster: Cluster, change: Change) -> None:
            with cluster.connect(self.run.root.database_name(change.ref.cabinet)) as connection:
                before, after = (_clients(side) for side in (change.before, change.after))
                registry.write(connection, change.ref.cabinet, before, after)

        def write(cluster: Cluster, its: list[Change]) -> None:
            by_cabinet = {change.ref.cabinet: change for change in its}
            side_by_side(by_cabinet, lambda cabinet: work(cluster, by_cabinet[cabinet]))

        write_on_each(self._clusters, changes, write)

    def _registries(self, cluster: Cluster, cabinets: Iterable[Cabinet]) -> dict[str, list[Client]]:
        """The active rows of those cabinets that have a database which is up to date."""
        names = {self.run.root.database_name(cabinet.id): cabinet.id for cabinet in cabinets}
        if not names:
            return {}
        with cluster.connect() as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [list(names)])
            there = [str(name) for (name,) in rows]

        def work(cabinet: str) -> list[Client]:
            with cluster.connect(self.run.root.database_name(cabinet)) as connection:
                return [] if schema.pending(connection) else registry.read(connection, cabinet)

        return side_by_side([names[database] for database in there], work)


def _present(cabinets: Iterable[Cabinet], variable: str) -> list[Cabinet]:
    """Those on that server that are not absent."""
    return [one for one in cabinets if one.state != "absent" and one.events.administrator == variable]


def _resource(cabinet: str, clients: Iterable[Client], origin: str, variable: str) -> Resource:
    lines = {one.label: json.dumps(one, ensure_ascii=False) for one in clients}
    ref = Ref(cabinet, ClientRegistryKind.name, "clients")
    return Resource(ref, {"clients": lines}, origin, {SERVER: variable})


def _clients(side: Resource | None) -> Iterator[Client]:
    return (Client(*json.loads(line)) for line in side.spec["clients"].values()) if side else iter(())
