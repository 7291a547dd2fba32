"""Access to the stores below Grafana: vmauth's users, PostgreSQL's fence and login roles.

These are written for all cabinets in one go: before Grafana gets to know a credential, and, for what goes, after
Grafana has let go of it. A kind whose store we do not administer (no file, no superuser's connection) is left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from provision.kinds.base import Run
from provision.model import Cabinet, Ref, Resource, State
from provision.stores import row_fence, row_roles, schema
from provision.stores.access import Access, names
from provision.stores.door import Door
from provision.stores.metric_fence import KIND as METRICS_USER
from provision.stores.metric_fence import NOBODY, UserFile
from provision.text import Text

Changes = Sequence[tuple[Resource | None, Resource | None]]


class StoreKind(ABC):
    """One kind of resource in a store. Methods raise StoreError."""

    name: ClassVar[str]
    title: ClassVar[Text]

    def __init__(self, run: Run) -> None:
        self.run = run

    @staticmethod
    @abstractmethod
    def is_ours(run: Run) -> bool:
        """Whether we administer this store."""

    @abstractmethod
    def desired(self, accesses: Sequence[Access]) -> State:
        """What these cabinets should have; what all cabinets share has "" for a cabinet."""

    @abstractmethod
    def read(self, accesses: Sequence[Access]) -> State:
        """What is there."""

    @abstractmethod
    def write(self, changes: Changes) -> None:
        """Carries out all changes (before, after)."""


class MetricsUserKind(StoreKind):
    name = METRICS_USER
    title = Text("пользователь метрик", "metrics user")

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        assert run.admin.users_file is not None  # noqa: S101 - is_ours
        self._file = UserFile(run.admin.users_file, run.admin.backend, run.root)
        self._door = Door(run.admin.door, key=run.admin.reload_key)

    @staticmethod
    def is_ours(run: Run) -> bool:
        return run.admin.users_file is not None

    def desired(self, accesses: Sequence[Access]) -> State:
        return {ref: self._in_force(wanted, True) for ref, wanted in self._file.desired(accesses).items()}

    def read(self, accesses: Sequence[Access]) -> State:
        in_force = self._door.in_force(self._file)
        return {ref: self._in_force(seen, in_force) for ref, seen in self._file.read(accesses).items()}

    def write(self, changes: Changes) -> None:
        self._file.apply(changes)
        self._door.open(self._file)
        self._door.prove(self._file)

    @staticmethod
    def _in_force(resource: Resource, in_force: bool) -> Resource:
        """The file's seal also tells whether vmauth works by the file as it is."""
        if resource.ref.key != NOBODY:
            return resource
        return Resource(resource.ref, {**resource.spec, "in force": in_force}, resource.origin)


class EventsFenceKind(StoreKind):
    name = row_fence.KIND
    title = Text("ограда строк", "events fence")
    _schema = Ref("", name, "schema core")

    @staticmethod
    def is_ours(run: Run) -> bool:
        return bool(run.admin.events)

    def desired(self, accesses: Sequence[Access]) -> State:
        steps = [step.name for step in schema.migrations()]
        wanted = Resource(self._schema, {"migrations": steps}, "provision/stores/migrations")
        return {self._schema: wanted, **row_fence.desired(self._database())}

    def read(self, accesses: Sequence[Access]) -> State:
        with schema.connect(self.run.admin.events) as connection:
            lacking = [step.name for step in schema.pending(connection)]
            done = [step.name for step in schema.migrations() if step.name not in lacking]
            if not done:
                return {}
            roles = [name for name, _ in names(self.run.root, "events", accesses)]
            seen = Resource(self._schema, {"migrations": done}, "postgresql")
            return {self._schema: seen, **row_fence.read(connection, roles)}

    def write(self, changes: Changes) -> None:
        """Migrates first: a new table brings its own fence, and what still differs after that is put right."""
        with schema.connect(self.run.admin.events) as connection:
            schema.migrate(connection)
            roles = [key for before, after in changes for key in _keys(before, after)]
            live, wanted = row_fence.read(connection, roles), row_fence.desired(self._database())
            refs = sorted({*live, *wanted})
            pairs = [(live.get(ref), wanted.get(ref)) for ref in refs]
            row_fence.apply(connection, [(old, new) for old, new in pairs if _spec(old) != _spec(new)])

    def _database(self) -> str:
        with schema.connect(self.run.admin.events) as connection:
            return connection.info.dbname


class EventsUserKind(StoreKind):
    name = row_roles.KIND
    title = Text("пользователь событий", "events user")

    @staticmethod
    def is_ours(run: Run) -> bool:
        return bool(run.admin.events)

    def desired(self, accesses: Sequence[Access]) -> State:
        return row_roles.desired(self.run.root, accesses)

    def read(self, accesses: Sequence[Access]) -> State:
        with schema.connect(self.run.admin.events) as connection:
            if len(schema.pending(connection)) == len(schema.migrations()):
                return {}
            return row_roles.read(connection, self.run.root, accesses)

    def write(self, changes: Changes) -> None:
        with schema.connect(self.run.admin.events) as connection:
            row_roles.apply(connection, self.run.root, changes)


STORE_KINDS: tuple[type[StoreKind], ...] = (MetricsUserKind, EventsFenceKind, EventsUserKind)


def accesses_of(cabinets: Iterable[Cabinet]) -> list[Access]:
    """How each cabinet reaches the stores."""
    return [
        Access(cabinet.id, cabinet.generation, suspended=cabinet.state == "suspended", origin=cabinet.origin)
        for cabinet in cabinets
    ]


def _keys(*resources: Resource | None) -> list[str]:
    return [resource.ref.key for resource in resources if resource]


def _spec(resource: Resource | None) -> object:
    return resource and resource.spec
