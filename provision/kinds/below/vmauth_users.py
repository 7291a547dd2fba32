"""Each cabinet's user in vmauth's user file."""

from collections.abc import Collection, Iterable, Sequence

from provision.kinds.base import Batch
from provision.kinds.below.accesses import accesses_of
from provision.kinds.context import RunContext
from provision.model import Cabinet, Resource, State
from provision.plan import Change
from provision.stores.vmauth_client import VmauthClient
from provision.stores.vmauth_users import KIND, NOBODY, UserFile
from provision.text import Text


class VmauthUserKind(Batch):
    name = KIND
    title = Text("пользователь метрик", "metrics user")

    def __init__(self, run: RunContext) -> None:
        super().__init__(run)
        assert run.admin.users_file is not None  # noqa: S101 - is_configured
        assert run.admin.backend is not None  # noqa: S101 - comes with the file
        self._file = UserFile(run.admin.users_file, run.admin.backend, run.root)
        self._vmauth = VmauthClient(run.admin.vmauth_url, key=run.admin.reload_key)

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return run.admin.users_file is not None

    def is_safe_when_blocked(self, change: Change) -> bool:
        return True

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        present = accesses_of(one for one in cabinets if one.state != "absent")
        return {ref: self._in_force(wanted, True) for ref, wanted in self._file.desired(present).items()}

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        in_force = self._vmauth.in_force(self._file)
        seen = self._file.read(accesses_of(cabinets))
        return {ref: self._in_force(one, in_force) for ref, one in seen.items()}

    def orphans(self, cabinets: Collection[str]) -> Iterable[Resource]:
        return self._file.orphans(cabinets)

    def write(self, changes: Sequence[Change]) -> None:
        """Writes the file and has vmauth read it. Raises StoreError unless it is in force then."""
        self._file.apply(changes)
        self._vmauth.reload(self._file)
        self._vmauth.verify_isolation(self._file)

    @staticmethod
    def _in_force(resource: Resource, in_force: bool) -> Resource:
        """The file's seal, and whether vmauth has taken the file as it is."""
        if resource.ref.key != NOBODY:
            return resource
        return Resource(resource.ref, {**resource.spec, "in force": in_force}, resource.origin)
