"""The schema of PostgreSQL and the fence around its rows; all cabinets share it."""

from collections.abc import Sequence

from provision.kinds.base import Batch
from provision.kinds.below.accesses import accesses_of
from provision.kinds.context import RunContext
from provision.model import Cabinet, Ref, Resource, State
from provision.plan import Change
from provision.stores import row_fence, schema
from provision.stores.access import names
from provision.text import Text


class DatabaseKind(Batch):
    name = row_fence.KIND
    title = Text("ограда строк", "events fence")
    _schema = Ref("", name, "schema core")

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return bool(run.admin.events)

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        steps = [step.name for step in schema.migrations()]
        wanted = Resource(self._schema, {"migrations": steps}, "provision/stores/migrations")
        return {self._schema: wanted, **row_fence.desired(self._database())}

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        with schema.connect(self.run.admin.events) as connection:
            lacking = [step.name for step in schema.pending(connection)]
            done = [step.name for step in schema.migrations() if step.name not in lacking]
            if not done:
                return {}
            roles = [name for name, _ in names(self.run.root, "events", accesses_of(cabinets))]
            seen = Resource(self._schema, {"migrations": done}, "postgresql")
            return {self._schema: seen, **row_fence.read(connection, roles)}

    def write(self, changes: Sequence[Change]) -> None:
        """Migrates, then reads the fence again: a migration brings new tables with a fence of their own, so only what
        still differs is written.
        """
        with schema.connect(self.run.admin.events) as connection:
            schema.migrate(connection)
            roles = [change.ref.key for change in changes]
            live, wanted = row_fence.read(connection, roles), row_fence.desired(self._database())
            refs = sorted({*live, *wanted})
            found = [(live.get(ref), wanted.get(ref)) for ref in refs]
            row_fence.apply(connection, [(old, new) for old, new in found if _spec(old) != _spec(new)])

    def _database(self) -> str:
        with schema.connect(self.run.admin.events) as connection:
            return connection.info.dbname


def _spec(resource: Resource | None) -> object:
    return resource and resource.spec
