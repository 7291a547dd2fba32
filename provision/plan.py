"""What would be done and what became of it, as values: Change, Plan, Outcomes, and diff()."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from provision.errors import ProvisionError
from provision.model import Condition, Ref, Resource, State
from provision.text import Text

Action = Literal["create", "update", "delete"]
# When a change is carried out. "open below": what must exist in the stores and engines before Grafana refers to it;
# "notifications": what a new org accepts only after the server's next alerting sync; "close below": what is removed
# from the stores and engines once Grafana no longer refers to it.
Stage = Literal["open below", "grafana", "notifications", "close below"]
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class Change:
    """One write: `before` is None for a create, `after` is None for a delete."""

    ref: Ref
    before: Resource | None
    after: Resource | None
    stage: Stage = "grafana"
    note: Text | None = None

    @property
    def action(self) -> Action:
        if self.before is None:
            return "create"
        return "update" if self.after is not None else "delete"

    @property
    def resource(self) -> Resource:
        """What it is about: as it is to be; for a delete, as it is."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a change has at least one side
        return found

    @property
    def origin(self) -> str:
        """Where the desired state comes from; for a delete, where the object was found."""
        return self.resource.origin


@dataclass(frozen=True, slots=True)
class SharedPlan:
    """What the engines below Grafana need for all cabinets together."""

    changes: tuple[Change, ...] = ()
    unmanaged: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True)
class CabinetPlan:
    """What one cabinet needs. With `refused` nothing of it is written; the text is the reason and `hint` what to do.

    A refused plan may hold changes: those that would have been made. `changes` are in the order of STAGES.
    `unmanaged` are the objects in the cabinet's org that do not have our mark. `state` is the cabinet's. `org` is the
    number of its org, None while there is none. `excluded_lines` of its lists have errors and were left out.
    """

    cabinet: str
    title: str
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[Resource, ...] = ()
    refused: Text | None = None
    hint: Text | None = None
    state: Condition = "active"
    org: int | None = None
    excluded_lines: int = 0

    def in_stage(self, *stages: Stage) -> tuple[Change, ...]:
        """Its changes of these stages."""
        return tuple(change for change in self.changes if change.stage in stages)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all chosen cabinets need, in the order of tenants.yaml, and what they share. Made before any write.

    It is complete: apply needs nothing else that was read. `orphans` have our mark for a cabinet that the file does not
    know; only a plan for drift looks for them. `server` is the address of the Grafana that it was made for.
    """

    cabinets: tuple[CabinetPlan, ...]
    shared: SharedPlan = SharedPlan()
    orphans: tuple[Resource, ...] = ()
    server: str = ""

    @property
    def excluded_lines(self) -> Mapping[str, int]:
        """The number of list lines that errors exclude, by cabinet; without cabinets that have none."""
        return {one.cabinet: one.excluded_lines for one in self.cabinets if one.excluded_lines}

    @property
    def parts(self) -> Iterator[SharedPlan | CabinetPlan]:
        """The shared part, if it holds anything, then the cabinets."""
        if self.shared.changes or self.shared.unmanaged:
            yield self.shared
        yield from self.cabinets

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for part in self.parts for change in part.changes)

    @property
    def writable(self) -> Iterator[Change]:
        """The changes that would be written: without those of refused cabinets."""
        yield from self.shared.changes
        for cabinet in self.cabinets:
            if not cabinet.refused:
                yield from cabinet.changes

    def in_stage(self, stage: Stage) -> tuple[Change, ...]:
        """The changes to be written in that stage, cabinet by cabinet."""
        return tuple(change for change in self.writable if change.stage == stage)

    @property
    def digest(self) -> str:
        """`sha256:…` over every change and every refusal: equal digests do the same thing to the same objects."""
        total = hashlib.sha256()
        texts: dict[int, str] = {}  # by id of the spec: hundreds of cabinets have the same dashboard

        def text(resource: Resource | None) -> str:
            if resource is None:
                return "null"
            spec = resource.spec
            if id(spec) not in texts:
                texts[id(spec)] = json.dumps(spec, sort_keys=True, default=list)
            return texts[id(spec)]

        for part in self.parts:
            name, refused = (part.cabinet, part.refused) if isinstance(part, CabinetPlan) else ("", None)
            total.update(json.dumps([name, refused.en if refused else ""]).encode())
            for change in part.changes:
                total.update(f"[{json.dumps(str(change.ref))}, {text(change.before)}, {text(change.after)}]".encode())
        return f"sha256:{total.hexdigest()}"


def diff(desired: State, live: State, order: Sequence[str]) -> tuple[Change, ...]:
    """The writes that make `live` equal to `desired`.

    `order` names the kinds in the order of writing: creates and updates run down it, deletes come last and run up it.
    Objects that are not managed are never changed, even where they have the key of a wanted one.
    """
    rank = {kind: number for number, kind in enumerate(order)}

    def by_rank(refs: Iterable[Ref]) -> list[Ref]:
        return sorted(refs, key=lambda ref: (rank[ref.kind], ref.cabinet, ref.key))

    writes = [
        Change(ref, live.get(ref), desired[ref])
        for ref in by_rank(desired)
        if ref not in live or (live[ref].managed and live[ref].spec != desired[ref].spec)
    ]
    gone = by_rank(ref for ref in live if ref not in desired and live[ref].managed)
    return (*writes, *(Change(ref, live[ref], None) for ref in reversed(gone)))


Status = Literal["done", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change. A skipped one was not begun: `because` names the failed change it depends on, None
    where the apply was interrupted before it.
    """

    change: Change
    status: Status
    error: ProvisionError | None = None
    because: Ref | None = None


@dataclass(frozen=True, slots=True)
class CabinetOutcome:
    """What became of one cabinet's plan. `error` is a failure outside any single change."""

    plan: CabinetPlan
    outcomes: tuple[Outcome, ...] = ()
    error: ProvisionError | None = None

    @property
    def status(self) -> Literal["done", "unchanged", "failed", "refused"]:
        if self.plan.refused:
            return "refused"
        if self.error or any(outcome.status != "done" for outcome in self.outcomes):
            return "failed"
        return "done" if self.outcomes else "unchanged"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of a plan: of the shared part and of each cabinet, in the plan's order.

    `interrupted`: Ctrl-C ended the apply before everything was begun.
    """

    cabinets: tuple[CabinetOutcome, ...]
    shared: tuple[Outcome, ...] = ()
    interrupted: bool = False
