"""What every kind of resource has in common, and its two forms: One and Batch."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from provision.errors import ProvisionError
from provision.grafana import Json
from provision.kinds.context import CabinetContext, RunContext
from provision.model import Cabinet, Code, Problem, Ref, Resource, Spec, State
from provision.plan import Change, Stage
from provision.text import Text


class Kind(ABC):
    """One kind of resource: what cabinets should have of it, what they have, and how to write the difference.

    `stage` is when its creates and updates are written. `needs` names the kinds whose objects must be in place before
    an object of this kind can be written.
    """

    name: ClassVar[str]
    title: ClassVar[Text]
    stage: ClassVar[Stage]
    needs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, run: RunContext) -> None:
        self.run = run

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        """Whether this run manages objects of this kind. Where not, nothing of it is planned, read or written."""
        return True

    @classmethod
    def stage_of(cls, change: Change) -> Stage:
        """When the change is carried out."""
        return cls.stage

    def depends(self, change: Change, failed: Change) -> bool:
        """Whether `change`, of this kind, must not be carried out because `failed` was not. Both are of one cabinet,
        or `failed` is of what all cabinets share.
        """
        return failed.ref.kind in self.needs

    def note(self, change: Change) -> Text | None:
        """What the change brings with it beyond the object itself, for whoever reads the plan."""
        return None

    def is_safe_when_blocked(self, change: Change) -> bool:
        """Whether the change is right for a suspended cabinet whose lists are unusable.

        The rest of its desired state is unknown then. Revoking access is safe.
        """
        return False

    def deletion_guard(self, context: CabinetContext, deleted: Sequence[Resource]) -> Text | None:
        """Why these deletions of this kind in one cabinet require an explicit word; None when they do not."""
        return None

    @staticmethod
    def check(cabinet: Cabinet) -> Iterable[Problem]:
        """What is wrong with the cabinet's description for this kind, found without a server."""
        return ()

    @staticmethod
    def codes() -> Iterable[Code]:
        """The codes that check() and lint() give, with their meanings."""
        return ()

    @staticmethod
    def lint(cabinets: Sequence[Cabinet]) -> Iterable[Problem]:
        """Breaches of the house rules in what these cabinets get, found without a server; slower than check()."""
        return ()

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        """Name and content of the files that `provision render` writes for the cabinet."""
        return ()


class One(Kind):
    """A kind that is read cabinet by cabinet and written object by object, inside the cabinet's org.

    Methods that talk to the server raise ProvisionErrors. `read` is called only where the cabinet's org exists, unless
    `needs_org` is False. After a failure that may pass, the object is read again before the write is repeated.
    """

    stage: ClassVar[Stage] = "grafana"
    needs_org: ClassVar[bool] = True

    @abstractmethod
    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        """What the cabinet should have. Not called for an absent cabinet."""

    @abstractmethod
    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """What exists, ours or not."""

    @abstractmethod
    def create(self, context: CabinetContext, new: Resource) -> None:
        """Makes `new`."""

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        """Turns `old` into `new`, by default as `new` is made; raises ConflictError when `old` is not what exists."""
        self.create(context, new)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        """Removes `old`. Kinds of which every cabinet always has exactly one are never deleted alone."""
        raise NotImplementedError(f"{self.name} is never deleted")

    def obstacle(self, context: CabinetContext, change: Change) -> ProvisionError | None:
        """Why the change will be refused, where that can be seen before any write. Makes few requests or none."""
        return None

    def is_ready(self, context: CabinetContext) -> bool:
        """Whether the org accepts objects of this kind by now. Asked before the first write of the stage
        "notifications", and again until it is True, for all orgs side by side.
        """
        return True

    def normalise(self, spec: Spec) -> Spec:
        """The one form in which both sides are compared: without what only the server knows."""
        return spec

    def resource(self, cabinet: Cabinet, key: str, spec: Spec, origin: str) -> Resource:
        """A desired resource of this kind."""
        return Resource(Ref(cabinet.id, self.name, key), self.normalise(spec), origin)

    def seen(
        self,
        context: CabinetContext,
        key: str,
        spec: Spec,
        *,
        managed: bool = True,
        handle: Mapping[str, Json] | None = None,
    ) -> Resource:
        """A resource of this kind as it is on the server."""
        ref = Ref(context.cabinet.id, self.name, key)
        return Resource(ref, self.normalise(spec), "grafana", handle or {}, managed)


class Batch(Kind):
    """A kind in the stores and engines below Grafana, read and written for all cabinets in one go.

    Methods raise StoreError, and SomeFailedError where the rest can go on: `read` by cabinet, `write` by str(Ref) after
    all changes are tried. Suspended and absent cabinets are among those given. "" as the cabinet of a Ref means that
    all cabinets share the object.
    """

    stage: ClassVar[Stage] = "open below"

    @staticmethod
    @abstractmethod
    def is_configured(run: RunContext) -> bool:
        """Whether we administer this engine."""

    @classmethod
    def stage_of(cls, change: Change) -> Stage:
        return "close below" if change.after is None else cls.stage

    @abstractmethod
    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        """What should exist for these cabinets, and what all of them share."""

    @abstractmethod
    def read(self, cabinets: Sequence[Cabinet]) -> State:
        """What exists."""

    def orphans(self, cabinets: Collection[str]) -> Iterable[Resource]:
        """What has our mark and belongs to none of these cabinets, which are all of the estate."""
        return ()

    @abstractmethod
    def write(self, changes: Sequence[Change]) -> None:
        """Carries out exactly these changes."""
