"""What would be done, as values: Change, Plan, diff()."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from provision.errors import ProvisionError
from provision.model import Condition, Ref, Resource, State
from provision.text import Text

Action = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Change:
    """One write: `before` is None for a create, `after` is None for a delete."""

    ref: Ref
    before: Resource | None
    after: Resource | None

    @property
    def action(self) -> Action:
        if self.before is None:
            return "create"
        return "update" if self.after is not None else "delete"

    @property
    def origin(self) -> str:
        """Where the wish comes from; for a delete, where the object was found."""
        wished = self.after or self.before
        return wished.origin if wished else ""


@dataclass(frozen=True, slots=True)
class CabinetPlan:
    """What one cabinet needs. With `refused` nothing of it is written; the text says why and `hint` what to do.

    A refused plan may hold changes: those that would have been made.

    `unmanaged` are the objects in the cabinet's org that do not bear our mark. `state` is the cabinet's.
    """

    cabinet: str
    title: str
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[Resource, ...] = ()
    refused: Text | None = None
    hint: Text | None = None
    state: Condition = "active"

    @property
    def shared(self) -> bool:
        """Whether this is no cabinet, but what all of them share in the stores; `cabinet` is "" then."""
        return not self.cabinet


@dataclass(frozen=True, slots=True)
class Plan:
    """What all chosen cabinets need, in the order of tenants.yaml, after what they share. Made before any write."""

    cabinets: tuple[CabinetPlan, ...]

    @property
    def size(self) -> int:
        """How many cabinets there are, without what they share."""
        return sum(not cabinet.shared for cabinet in self.cabinets)

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for cabinet in self.cabinets for change in cabinet.changes)

    def count(self, action: Action) -> int:
        """How many changes of that action."""
        return sum(change.action == action for change in self.changes)

    @property
    def digest(self) -> str:
        """`sha256:…` over every change and every refusal: equal digests do the same thing to the same objects."""
        total = hashlib.sha256()
        for cabinet in self.cabinets:
            said = cabinet.refused.en if cabinet.refused else ""
            total.update(json.dumps([cabinet.cabinet, said]).encode())
            for change in cabinet.changes:
                specs = [resource and resource.spec for resource in (change.before, change.after)]
                total.update(json.dumps([str(change.ref), *specs], sort_keys=True, default=list).encode())
        return f"sha256:{total.hexdigest()}"


def diff(desired: State, live: State, order: Sequence[str]) -> tuple[Change, ...]:
    """The writes that make `live` equal to `desired`.

    `order` names the kinds in the order of writing: creates and updates run down it, deletes come last and run up it.
    Objects that are not managed are never changed, even where they bear the key of a wanted one.
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
    """What became of one change; `skipped` because an earlier one of the same cabinet failed."""

    change: Change
    status: Status
    error: ProvisionError | None = None


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
