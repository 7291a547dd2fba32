"""Estate and server -> Plan. Only reads; knows no kind."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from provision.errors import GrafanaError, LoginError, ProvisionError, SecretError, SomeFailedError, StoreError
from provision.guards import deletion_limits, foreign_objects, require_usable_lists, settled
from provision.kinds import KINDS, ORG, WATCHED, Batch, CabinetContext, Kind, One, RunContext
from provision.kinds.watched import Occasion, watched_settings
from provision.model import Cabinet, Ref, Resource, State
from provision.plan import STAGES, CabinetPlan, Change, Plan, SharedPlan, diff
from provision.text import Text

Progress = Callable[[str], None]  # hears the id of each cabinet that is ready; called from several threads


def make_plan(run: RunContext, cabinets: Sequence[Cabinet], progress: Progress, *, watch: bool = False) -> Plan:
    """What the cabinets need, in their order. With `watch`, what is only looked at is listed too (six requests a
    cabinet).

    Raises LoginError, SecretError, StoreError, and the server's error when it is gone: these concern all cabinets.
    """
    return _Planning(run, watch=watch).plan(cabinets, progress)


class _Planning:
    def __init__(self, run: RunContext, *, watch: bool) -> None:
        self._run = run
        self._watch = watch
        self._unreadable: dict[str, StoreError] = {}  # by cabinet
        kinds = [kind(run) for kind in KINDS if kind.is_configured(run)]
        self._kinds: dict[str, Kind] = {kind.name: kind for kind in kinds}
        self._one = [kind for kind in kinds if isinstance(kind, One)]
        self._batch = [kind for kind in kinds if isinstance(kind, Batch)]

    def plan(self, cabinets: Sequence[Cabinet], progress: Progress) -> Plan:
        cabinets = [settled(self._run, cabinet) for cabinet in cabinets]
        known = [cabinet for cabinet in cabinets if not cabinet.blocked or cabinet.state == "suspended"]
        live = self._read_below(known)
        known = [cabinet for cabinet in known if cabinet.id not in self._unreadable]
        wanted = {ref: one for kind in self._batch for ref, one in kind.desired(known).items()}
        below = _by_cabinet(wanted, live)

        def work(cabinet: Cabinet) -> CabinetPlan:
            made = self._of(cabinet, *below.get(cabinet.id, ({}, {})))
            progress(cabinet.id)
            return made

        self._run.directory.writing.update(cabinet.id for cabinet in cabinets if not cabinet.blocked)
        shared = self._shared(*below.get("", ({}, {})))
        if self._watch:
            shared = replace(shared, unmanaged=(*watched_settings(self._run), *shared.unmanaged))
        with ThreadPoolExecutor(self._run.server.throttle.most) as pool:
            try:
                plans = tuple(pool.map(work, cabinets))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        self._run.remembered.close()
        self._run.directory.writing.difference_update(one.cabinet for one in plans if one.refused)
        if plans and all(one.refused for one in plans):  # with another root secret, for example: of use to nobody
            shared = replace(shared, changes=())
        return Plan(plans, shared, self._orphans() if self._watch else (), self._run.server.url)

    def _read_below(self, cabinets: Sequence[Cabinet]) -> State:
        """What is below Grafana. Cabinets whose part cannot be read are noted in `unreadable`; the others go on.

        Raises StoreError when no cabinet's part can be read.
        """
        found: State = {}
        for kind in self._batch:
            left = [cabinet for cabinet in cabinets if cabinet.id not in self._unreadable]
            try:
                found |= kind.read(left)
            except SomeFailedError as some:
                self._unreadable |= some.errors
                left = [cabinet for cabinet in left if cabinet.id not in some.errors]
                if not left:
                    raise
                found |= kind.read(left)
        return {ref: one for ref, one in found.items() if ref.cabinet not in self._unreadable}

    def _shared(self, wanted: State, live: State) -> SharedPlan:
        return SharedPlan(self._changes(wanted, live), _unmanaged(live.values()))

    def _orphans(self) -> tuple[Resource, ...]:
        """What has our mark for a cabinet that the estate does not have: orgs, and objects below Grafana.

        An org that claims a cabinet of the estate without proving it is among them.
        """
        directory, estate = self._run.directory, self._run.cabinets
        names = {number: name for name, number in directory.orgs.items()}
        ours = {directory.find(cabinet.id, cabinet.title) for cabinet in estate.values()}
        orgs = [
            Resource(Ref(claim.cabinet, ORG, str(number)), {"title": names[number]}, "grafana")
            for number, claim in directory.claims.items()
            if number not in ours
        ]
        below = (one for kind in self._batch for one in kind.orphans(estate.keys()))
        return (*orgs, *below)

    def _of(self, cabinet: Cabinet, wanted_below: State, live_below: State) -> CabinetPlan:
        """The plan of one cabinet; a refused one where its state cannot be read or its lists are unusable."""
        context = CabinetContext(self._run, cabinet)
        try:
            if error := self._unreadable.get(cabinet.id):
                raise error
            if cabinet.state != "suspended":
                require_usable_lists(cabinet)
            context.find()
            if context.found is None:
                require_usable_lists(cabinet)
            live, watched = read_cabinet(context, self._one), self._watched(context)
            changes = self._changes(self._desired(cabinet) | wanted_below, live | live_below)
        except (LoginError, SecretError):
            raise
        except ProvisionError as error:
            if isinstance(error, GrafanaError) and error.is_outage and self._run.server.ask_whether_gone():
                raise
            return CabinetPlan(
                cabinet.id,
                cabinet.title,
                refused=error.text,
                hint=error.hint,
                state=cabinet.state,
                excluded_lines=cabinet.unused_lines,
            )
        changes = tuple(self._with_obstacle(context, change) for change in changes)
        if cabinet.blocked:
            changes = tuple(one for one in changes if self._kinds[one.ref.kind].is_safe_when_blocked(one))
        refused, hint = (
            foreign_objects(cabinet, (*live.values(), *watched))
            or deletion_limits(context, self._one, changes, live)
            or (None, None)
        )
        return CabinetPlan(
            cabinet.id,
            cabinet.title,
            changes,
            _unmanaged((*live.values(), *live_below.values(), *watched)),
            refused,
            hint,
            cabinet.state,
            context.found.number if context.found else None,
            cabinet.unused_lines,
        )

    def _with_obstacle(self, context: CabinetContext, change: Change) -> Change:
        """The change, with a note where the plan can already tell that it will be refused."""
        kind = self._kinds[change.ref.kind]
        why = kind.obstacle(context, change) if isinstance(kind, One) else None
        if why is None:
            return change
        said = Text(f"не получится: {why.text.ru}", f"will be refused: {why.text.en}")
        if why.hint:
            said = Text(f"{said.ru}. {why.hint.ru}", f"{said.en}. {why.hint.en}")
        return replace(change, note=said)

    def _desired(self, cabinet: Cabinet) -> State:
        if cabinet.state == "absent":
            return {}
        return {wanted.ref: wanted for kind in self._one for wanted in kind.desired(cabinet)}

    def _watched(self, context: CabinetContext) -> tuple[Resource, ...]:
        """What is only looked at, where this plan asks for it; always where an org is to be removed."""
        if context.found is None:
            return ()
        if context.cabinet.state == "absent":
            return read_watched(context, "removal")
        return read_watched(context, "drift") if self._watch else ()

    def _changes(self, wanted: State, live: State) -> tuple[Change, ...]:
        """The difference in the order of writing, each change with its stage."""
        changes = diff(wanted, live, tuple(self._kinds))
        kinds = self._kinds
        staged = [
            replace(change, stage=kinds[change.ref.kind].stage_of(change), note=kinds[change.ref.kind].note(change))
            for change in changes
        ]
        return tuple(sorted(staged, key=lambda change: STAGES.index(change.stage)))


def narrowed(plan: Plan, run: RunContext, *, before: Sequence[Cabinet]) -> Plan:
    """The plan without changes that are there whether or not the cabinets differ from what they were `before`."""
    kinds = [kind(run) for kind in KINDS if kind.is_configured(run)]
    old, new = (_desired(kinds, cabinets) for cabinets in (before, [run.cabinets[one.id] for one in before]))
    kept = {ref for ref in {*old, *new} if ref not in old or ref not in new or old[ref].spec != new[ref].spec}
    cabinets = (
        replace(one, changes=tuple(change for change in one.changes if change.ref in kept)) for one in plan.cabinets
    )
    shared = tuple(change for change in plan.shared.changes if change.ref in kept)
    return replace(plan, cabinets=tuple(cabinets), shared=replace(plan.shared, changes=shared))


def _desired(kinds: Iterable[Kind], cabinets: Sequence[Cabinet]) -> State:
    """What the cabinets should have of all these kinds."""
    found: State = {}
    for kind in kinds:
        if isinstance(kind, Batch):
            found |= kind.desired(cabinets)
        elif isinstance(kind, One):
            found |= {one.ref: one for cabinet in cabinets for one in kind.desired(cabinet)}
    return found


def read_cabinet(context: CabinetContext, kinds: Iterable[One]) -> State:
    """What the cabinet has in Grafana."""
    readable = (kind for kind in kinds if context.found or not kind.needs_org)
    return {seen.ref: seen for kind in readable for seen in kind.read(context)}


def read_watched(context: CabinetContext, occasion: Occasion) -> tuple[Resource, ...]:
    """What the cabinet has of the things that are only looked at on that occasion."""
    return tuple(resource for one in WATCHED if occasion in one.occasions for resource in one.read(context, occasion))


def _by_cabinet(wanted: State, live: State) -> dict[str, tuple[State, State]]:
    """Both states cabinet by cabinet; "" is what all share."""
    found: dict[str, tuple[State, State]] = {}
    for side, state in enumerate((wanted, live)):
        for ref, resource in state.items():
            found.setdefault(ref.cabinet, ({}, {}))[side][ref] = resource
    return found


def _unmanaged(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    return tuple(resource for resource in resources if not resource.managed)
