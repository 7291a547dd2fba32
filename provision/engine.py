"""The one flow: desired and live state, their difference as a plan, and the plan carried out. Knows no kind."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from provision.errors import ApiError, ConflictError, LoginError, ProvisionError, UnreachableError
from provision.kinds import KINDS, Kind, Place, Refused, Run
from provision.model import Cabinet, Problem, Resource, State
from provision.plan import CabinetOutcome, CabinetPlan, Change, Outcome, Plan, diff
from provision.text import Text

ORDER = tuple(kind.name for kind in KINDS)
TITLES = {kind.name: kind.title for kind in KINDS}

MOST_DELETED = 0.3  # of a cabinet's objects, without an explicit word

Progress = Callable[[str], None]


def check(cabinets: Sequence[Cabinet]) -> tuple[Problem, ...]:
    """What is wrong with the cabinets' wishes, kind by kind, told without a server."""
    return tuple(problem for cabinet in cabinets for kind in KINDS for problem in kind.check(cabinet))


def files(cabinet: Cabinet) -> Iterator[tuple[str, str]]:
    """Name and content of every file that shows what the cabinet gets."""
    for kind in KINDS:
        yield from kind.files(cabinet)


class Engine:
    """Plans and applies cabinets on one server, several side by side. A cabinet's failure leaves the others alone."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.handover = run.handover
        self._kinds: dict[str, Kind] = {kind.name: kind(run) for kind in KINDS}
        self._stop = threading.Event()
        self._places: dict[str, Place] = {}

    def plan(self, cabinets: Sequence[Cabinet], progress: Progress) -> Plan:
        """What the cabinets need, in their order. Only reads. `progress` hears the id of each cabinet that is ready.

        Raises UnreachableError and LoginError, which no cabinet can escape.
        """

        def work(cabinet: Cabinet) -> CabinetPlan:
            plan = self._plan(cabinet)
            progress(cabinet.id)
            return plan

        with ThreadPoolExecutor(self._threads) as pool:
            try:
                return Plan(tuple(pool.map(work, cabinets)))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def apply(self, plan: Plan, progress: Progress) -> tuple[CabinetOutcome, ...]:
        """Carries out the plan this engine made; each cabinet's outcome, in the plan's order.

        Ctrl-C lets the requests under way finish; what was not begun is told as skipped.
        """

        def work(cabinet: CabinetPlan) -> CabinetOutcome:
            outcome = self._apply(cabinet)
            progress(cabinet.cabinet)
            return outcome

        with ThreadPoolExecutor(self._threads) as pool:
            futures = [pool.submit(work, cabinet) for cabinet in plan.cabinets]
            try:
                wait(futures)
            except KeyboardInterrupt:
                self._stop.set()
            return tuple(future.result() for future in futures)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended an apply before its time."""
        return self._stop.is_set()

    @property
    def _threads(self) -> int:
        """As many as the server is ever asked at once; the throttle alone says how much it bears just now."""
        return self._run.server.throttle.most

    def _plan(self, cabinet: Cabinet) -> CabinetPlan:
        place = self._places[cabinet.id] = Place(self._run, cabinet)
        try:
            if cabinet.blocked:
                raise Refused(
                    Text("Ошибки в списках или в tenants.yaml", "Mistakes in the lists or in tenants.yaml"),
                    Text(f"Смотрите provision check {cabinet.id}", f"See provision check {cabinet.id}"),
                )
            place.find()
            live = self._live(place)
            changes = diff(self._desired(cabinet), live, ORDER)
        except (UnreachableError, LoginError):
            raise
        except ProvisionError as error:
            return CabinetPlan(cabinet.id, cabinet.title, refused=error.text, hint=error.hint)
        unmanaged = tuple(resource for resource in live.values() if not resource.managed)
        refused, hint = self._brake(cabinet, changes, live)
        return CabinetPlan(cabinet.id, cabinet.title, changes, unmanaged, refused, hint)

    def _brake(self, cabinet: Cabinet, changes: Sequence[Change], live: State) -> tuple[Text | None, Text | None]:
        """Why a plan that takes away too much is not written, unless its number of deletions was expressly allowed."""
        deleted = [change.before for change in changes if change.after is None and change.before]
        ours = sum(resource.managed for resource in live.values())
        reasons = [
            kind.brake(cabinet, [one for one in deleted if one.ref.kind == name]) for name, kind in self._kinds.items()
        ]
        if len(deleted) > ours * MOST_DELETED:
            what = Text(f"Удалить пришлось бы {len(deleted)} из {ours}", f"{len(deleted)} of {ours} would be deleted")
            reasons.insert(0, what)
        refused = next((reason for reason in reasons if reason), None)
        if refused is None or self._run.allow_deletes.get(cabinet.id) == len(deleted):
            return None, None
        word = f"--allow-deletes {cabinet.id}={len(deleted)}"
        return refused, Text(f"Если так и задумано: {word}", f"If that is meant: {word}")

    def _desired(self, cabinet: Cabinet) -> State:
        return {wanted.ref: wanted for kind in self._kinds.values() for wanted in kind.desired(cabinet)}

    def _live(self, place: Place) -> State:
        readable = (kind for kind in self._kinds.values() if place.found or not kind.needs_org)
        return {seen.ref: seen for kind in readable for seen in kind.read(place)}

    def _apply(self, plan: CabinetPlan) -> CabinetOutcome:
        outcomes: list[Outcome] = []
        failed = False
        for change in () if plan.refused else plan.changes:
            if failed or self._stop.is_set():
                outcomes.append(Outcome(change, "skipped"))
                continue
            try:
                self._write(self._places[plan.cabinet], change)
                outcomes.append(Outcome(change, "done"))
            except ProvisionError as error:
                failed = True
                outcomes.append(Outcome(change, "failed", error))
        return CabinetOutcome(plan, tuple(outcomes))

    def _write(self, place: Place, change: Change) -> None:
        """Carries out one change. After a failure that may pass, looks at the object before trying again.

        So a write whose answer was lost is not repeated, and one that somebody else made in between is not undone.
        """
        before = change.before
        for pause in (*self._run.server.pauses, None):
            try:
                return self._write_once(place, Change(change.ref, before, change.after))
            except (ApiError, UnreachableError) as error:
                if pause is None or not _may_pass(error):
                    raise
                time.sleep(pause)
                before = self._look_again(place, change)
                if _same(before, change.after):
                    return None
                if isinstance(error, ConflictError) and not _same(before, change.before):
                    raise
        return None

    def _write_once(self, place: Place, change: Change) -> None:
        kind = self._kinds[change.ref.kind]
        if change.after is None:
            assert change.before is not None  # noqa: S101 - a change has at least one side
            kind.delete(place, change.before)
        elif change.before is None:
            kind.create(place, change.after)
        else:
            kind.update(place, change.before, change.after)

    def _look_again(self, place: Place, change: Change) -> Resource | None:
        kind = self._kinds[change.ref.kind]
        place.forget()
        if kind.needs_org and place.found is None:
            return None
        return next((seen for seen in kind.read(place) if seen.ref == change.ref), None)


def _may_pass(error: ProvisionError) -> bool:
    if isinstance(error, ApiError):
        return error.status >= 500 or isinstance(error, ConflictError)
    return True


def _same(one: Resource | None, other: Resource | None) -> bool:
    return (one and one.spec) == (other and other.spec)
