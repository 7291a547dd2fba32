"""Each cabinet's login role in PostgreSQL."""

from collections.abc import Sequence

from provision.kinds.base import Batch
from provision.kinds.below.accesses import accesses_of, pairs
from provision.kinds.context import RunContext
from provision.model import Cabinet, State
from provision.plan import Change
from provision.stores import row_fence, row_roles, schema
from provision.text import Text


class LoginRoleKind(Batch):
    name = row_roles.KIND
    title = Text("пользователь событий", "events user")
    needs = (row_fence.KIND,)

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return bool(run.admin.events)

    def is_safe_when_blocked(self, change: Change) -> bool:
        return True

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        return row_roles.desired(self.run.root, accesses_of(one for one in cabinets if one.state != "absent"))

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        with schema.connect(self.run.admin.events) as connection:
            if len(schema.pending(connection)) == len(schema.migrations()):
                return {}
            return row_roles.read(connection, self.run.root, accesses_of(cabinets))

    def write(self, changes: Sequence[Change]) -> None:
        with schema.connect(self.run.admin.events) as connection:
            row_roles.apply(connection, self.run.root, pairs(changes))
