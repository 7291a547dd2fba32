"""The one flow: desired and live state, their difference as a plan, and the plan carried out. Knows no kind."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial

from provision.errors import (
    ApiError,
    ConflictError,
    GrafanaError,
    LoginError,
    ProvisionError,
    SecretError,
    UnreachableError,
)
from provision.kinds import DOOR_KINDS, EXTRAS, KINDS, STORE_KINDS, Kind, Place, Refused, Run, accesses_of
from provision.model import Cabinet, Code, Problem, Ref, Resource, State
from provision.plan import CabinetOutcome, CabinetPlan, Change, Outcome, Plan, Status, diff
from provision.text import Text

TITLES = {kind.name: kind.title for kind in STORE_KINDS} | {kind.name: kind.title for kind in (*KINDS, *DOOR_KINDS)}
TITLES |= {extra.name: extra.title for extra in EXTRAS}
ORDER = tuple(TITLES)
STORES = "Хранилища · Stores"  # what all cabinets share below Grafana

MOST_DELETED = 0.3  # of a cabinet's objects, without an explicit word

Progress = Callable[[str], None]


def check(cabinets: Sequence[Cabinet]) -> tuple[Problem, ...]:
    """What is wrong with the cabinets' wishes, kind by kind, told without a server."""
    wished = [cabinet for cabinet in cabinets if cabinet.state != "absent"]
    return tuple(problem for cabinet in wished for kind in KINDS for problem in kind.check(cabinet))


def lint(cabinets: Sequence[Cabinet]) -> tuple[Problem, ...]:
    """Breaches of the house rules in what the cabinets get, kind by kind; takes a second."""
    return tuple(problem for kind in KINDS for problem in kind.lint(cabinets))


def codes() -> dict[str, Code]:
    """What the codes mean that check() and lint() give."""
    return {code.code: code for kind in KINDS for code in kind.codes()}


def files(cabinet: Cabinet) -> Iterator[tuple[str, str]]:
    """Name and content of every file that shows what the cabinet gets."""
    for kind in KINDS:
        yield from kind.files(cabinet)


class Engine:
    """Plans and applies cabinets on one server, several side by side. A cabinet's failure leaves the others alone."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.handover = run.handover
        self.backup = run.backup
        self._stores = {kind.name: kind(run) for kind in STORE_KINDS if kind.is_ours(run)}
        self._stored: tuple[State, State] = ({}, {})  # wanted and there
        kinds = (*KINDS, *(DOOR_KINDS if run.doors else ()))
        self._kinds: dict[str, Kind] = {kind.name: kind(run) for kind in kinds}
        self._stop = threading.Event()
        self._places: dict[str, Place] = {}

    def plan(self, cabinets: Sequence[Cabinet], progress: Progress) -> Plan:
        """What the cabinets need, in their order. Only reads. `progress` hears the id of each cabinet that is ready.

        Raises LoginError, SecretError, StoreError, and what says that the server is gone: no cabinet can escape these.
        """

        def work(cabinet: Cabinet) -> CabinetPlan:
            plan = self._plan(cabinet)
            progress(cabinet.id)
            return plan

        shared = self._plan_stores(cabinets)
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                return Plan((*shared, *pool.map(work, cabinets)))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def apply(self, plan: Plan, progress: Progress) -> tuple[CabinetOutcome, ...]:
        """Carries out the plan this engine made; each cabinet's outcome, in the plan's order.

        Ctrl-C lets the requests under way finish; what was not begun is told as skipped.
        """

        def work(cabinet: CabinetPlan) -> CabinetOutcome:
            outcome = self._apply(cabinet, opened)
            if not cabinet.shared:
                progress(cabinet.cabinet)
            return outcome

        opened = self._write_stores([change for change in _to_write(plan) if change.after is not None])
        with ThreadPoolExecutor(self._threads) as pool:
            futures = [pool.submit(work, cabinet) for cabinet in plan.cabinets]
            try:
                wait(futures)
            except KeyboardInterrupt:
                self._stop.set()
            outcomes = tuple(future.result() for future in futures)
        return self._close_stores(outcomes)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended an apply before its time."""
        return self._stop.is_set()

    @property
    def _threads(self) -> int:
        """As many as the server is ever asked at once; the throttle alone says how much it bears just now."""
        return self._run.server.throttle.most

    def _plan_stores(self, cabinets: Sequence[Cabinet]) -> tuple[CabinetPlan, ...]:
        """Reads the stores once for all cabinets; the plan of what these share."""
        if not self._stores:
            return ()
        known = [cabinet for cabinet in cabinets if not cabinet.blocked or cabinet.state == "suspended"]
        present, all_ = accesses_of(one for one in known if one.state != "absent"), accesses_of(known)
        kinds = self._stores.values()
        wanted = {ref: one for kind in kinds for ref, one in kind.desired(present).items()}
        live = {ref: one for kind in kinds for ref, one in kind.read(all_).items()}
        self._stored = (wanted, live)
        changes = diff(_of("", wanted), _of("", live), ORDER)
        unmanaged = tuple(one for one in _of("", live).values() if not one.managed)
        return (CabinetPlan("", STORES, changes, unmanaged),)

    def _write_stores(self, changes: Sequence[Change]) -> dict[Ref, Outcome]:
        """Carries out changes in the stores, kind by kind. The first failure ends it: the rest is skipped."""
        outcomes: dict[Ref, Outcome] = {}
        failed: ProvisionError | None = None
        for name, kind in self._stores.items():
            of_kind = [change for change in changes if change.ref.kind == name]
            if of_kind and not failed:
                try:
                    kind.write([(change.before, change.after) for change in of_kind])
                    outcomes |= {change.ref: Outcome(change, "done") for change in of_kind}
                except ProvisionError as error:
                    failed = error
                    outcomes |= {change.ref: Outcome(change, "failed", error) for change in of_kind}
            elif failed:
                outcomes |= {change.ref: Outcome(change, "skipped") for change in of_kind}
        return outcomes

    def _close_stores(self, outcomes: tuple[CabinetOutcome, ...]) -> tuple[CabinetOutcome, ...]:
        """Takes away what is no longer wanted in the stores, for cabinets of which all else is done."""
        ready: list[Change] = []
        for cabinet in outcomes:
            if all(one.status == "done" for one in cabinet.outcomes if not self._goes_last(one.change)):
                ready += [one.change for one in cabinet.outcomes if self._goes_last(one.change)]
        closed = self._write_stores(ready)
        return tuple(
            replace(cabinet, outcomes=tuple(closed.get(one.change.ref, one) for one in cabinet.outcomes))
            for cabinet in outcomes
        )

    def _goes_last(self, change: Change) -> bool:
        """Whether it takes something away from a store, which Grafana may use until it is told otherwise."""
        return change.after is None and change.ref.kind in self._stores

    def _plan(self, cabinet: Cabinet) -> CabinetPlan:
        place = self._places[cabinet.id] = Place(self._run, cabinet)
        try:
            if cabinet.blocked and cabinet.state != "suspended":
                raise _mistakes(cabinet)
            place.find()
            if cabinet.blocked and place.found is None:
                raise _mistakes(cabinet)
            live = self._live(place)
            live |= _of(cabinet.id, self._stored[1])
            changes = diff(self._desired(cabinet) | _of(cabinet.id, self._stored[0]), live, ORDER)
        except (LoginError, SecretError):
            raise
        except ProvisionError as error:
            if self._is_gone_with(error):
                raise
            return CabinetPlan(cabinet.id, cabinet.title, refused=error.text, hint=error.hint, state=cabinet.state)
        if cabinet.blocked:  # what else it should have its lists do not tell; that nobody may come in is certain
            changes = tuple(change for change in changes if self._admits(change.ref))
        unmanaged = tuple(resource for resource in live.values() if not resource.managed)
        refused, hint = self._strangers(cabinet, live) or self._brake(place, changes, live)
        return CabinetPlan(cabinet.id, cabinet.title, changes, unmanaged, refused, hint, cabinet.state)

    def _admits(self, ref: Ref) -> bool:
        """Whether the object decides who gets in: the stores' users do."""
        return ref.kind in self._stores or self._kinds[ref.kind].admits

    def _brake(self, place: Place, changes: Sequence[Change], live: State) -> tuple[Text | None, Text | None]:
        """Why a plan that takes away too much is not written, unless its number of deletions was expressly allowed."""
        deleted = [change.before for change in changes if change.after is None and change.before]
        if place.cabinet.state == "suspended":  # that nobody gets in has been said expressly
            deleted = [one for one in deleted if not self._admits(one.ref)]
        if all(one.ref.kind in self._stores for one in deleted):  # credentials that nobody needs any more
            return None, None
        ours = sum(resource.managed for resource in live.values())
        reasons = [
            kind.brake(place, [one for one in deleted if one.ref.kind == name]) for name, kind in self._kinds.items()
        ]
        if len(deleted) > ours * MOST_DELETED:
            what = Text(f"Удалить пришлось бы {len(deleted)} из {ours}", f"{len(deleted)} of {ours} would be deleted")
            reasons.insert(0, what)
        refused = next((reason for reason in reasons if reason), None)
        if refused is None or self._run.allow_deletes.get(place.cabinet.id) == len(deleted):
            return None, None
        word = f"--allow-deletes {place.cabinet.id}={len(deleted)}"
        return refused, Text(f"Если так и задумано: {word}", f"If that is meant: {word}")

    def _is_gone_with(self, error: ProvisionError) -> bool:
        """Whether the failure of one cabinet is that of the whole server."""
        return isinstance(error, GrafanaError) and error.is_outage and self._run.server.ask_whether_gone()

    def _strangers(self, cabinet: Cabinet, live: State) -> tuple[Text, Text] | None:
        """Why an org is not deleted, and what to do: something in it does not bear our mark, and would go with it."""
        found = [one.ref for one in live.values() if not one.managed and one.ref.kind not in self._stores]
        if cabinet.state != "absent" or not found:
            return None
        ru, en = (", ".join(f"{TITLES[one.kind][lang]} {one.key}" for one in found[:5]) for lang in (0, 1))
        more = " …" if len(found) > 5 else ""
        return (
            Text(
                f"В организации есть не наше, всего {len(found)}: {ru}{more}",
                f"The org holds what is not ours, {len(found)} in all: {en}{more}",
            ),
            Text("Перенесите или удалите это сами и повторите", "Move it or delete it by hand, then repeat"),
        )

    def _desired(self, cabinet: Cabinet) -> State:
        if cabinet.state == "absent":
            return {}
        return {wanted.ref: wanted for kind in self._kinds.values() for wanted in kind.desired(cabinet)}

    def _live(self, place: Place) -> State:
        """What the cabinet has; the doors of one that is taken away go with its org."""
        kinds = [kind for kind in self._kinds.values() if not (kind.is_door and place.cabinet.state == "absent")]
        readable = (kind for kind in kinds if place.found or not kind.needs_org)
        return {seen.ref: seen for kind in readable for seen in kind.read(place)}

    def _apply(self, plan: CabinetPlan, opened: Mapping[Ref, Outcome]) -> CabinetOutcome:
        """Carries out a cabinet's changes in Grafana; `opened` is what became of those in the stores."""
        outcomes: list[Outcome] = []
        failed = any(outcome.status != "done" for outcome in opened.values())
        whole = next((change for change in plan.changes if change.after is None and self._is_whole(change)), None)
        if whole and not (failed or plan.refused or self._stop.is_set()):
            return self._take_away(plan, whole)
        for change in () if plan.refused else plan.changes:
            if change.ref in opened:
                outcomes.append(opened[change.ref])
                continue
            if failed or self._stop.is_set() or self._goes_last(change):
                outcomes.append(Outcome(change, "skipped"))
                continue
            outcomes.append(self._attempt(change, partial(self._write, self._places[plan.cabinet], change)))
            failed = outcomes[-1].status == "failed"
        return CabinetOutcome(plan, tuple(outcomes))

    def _take_away(self, plan: CabinetPlan, whole: Change) -> CabinetOutcome:
        """Saves what Grafana shows of the cabinet, then deletes its org, and with that one write all that is in it."""
        place = self._places[plan.cabinet]

        def work() -> None:
            place.forget()
            if place.found is None:  # deleted by somebody since the plan
                return
            if strangers := self._strangers(place.cabinet, self._live(place)):  # put there since the plan
                raise Refused(*strangers)
            self._run.backup.save(place.org)
            self._write(place, whole)

        done = self._attempt(whole, work)
        rest: Status = "done" if done.status == "done" else "skipped"
        outcomes = (Outcome(one, "skipped" if self._goes_last(one) else rest) for one in plan.changes if one != whole)
        return CabinetOutcome(plan, (done, *outcomes))

    def _attempt(self, change: Change, work: Callable[[], None]) -> Outcome:
        """What became of the change that `work` carries out."""
        try:
            work()
        except ProvisionError as error:
            self._is_gone_with(error)
            return Outcome(change, "failed", error)
        except Exception as error:  # noqa: BLE001 - a surprise here must not lose what became of the others
            what = f"{type(error).__name__}: {error}"
            told = ProvisionError(Text(f"Непредвиденное: {what}", f"Unexpected: {what}"))
            return Outcome(change, "failed", told)
        return Outcome(change, "done")

    def _is_whole(self, change: Change) -> bool:
        return change.ref.kind in self._kinds and self._kinds[change.ref.kind].whole

    def _write(self, place: Place, change: Change) -> None:
        """Carries out one change. After a failure that may pass, looks at the object before trying again.

        So a write whose answer was lost is not repeated, and one that somebody else made in between is not undone.
        """
        before = change.before
        for pause in (*self._run.server.pauses, None):
            try:
                return self._write_once(place, Change(change.ref, before, change.after))
            except (ApiError, UnreachableError) as error:
                if pause is None or not _may_pass(error) or self._run.server.gone:
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


def _mistakes(cabinet: Cabinet) -> Refused:
    return Refused(
        Text("Ошибки в списках или в tenants.yaml", "Mistakes in the lists or in tenants.yaml"),
        Text(f"Смотрите provision check {cabinet.id}", f"See provision check {cabinet.id}"),
    )


def _to_write(plan: Plan) -> Iterator[Change]:
    """The changes of all cabinets that are not refused."""
    return (change for cabinet in plan.cabinets if not cabinet.refused for change in cabinet.changes)


def _of(cabinet: str, state: State) -> State:
    """The cabinet's part of what is read for all; "" for what they share."""
    return {ref: resource for ref, resource in state.items() if ref.cabinet == cabinet}


def _may_pass(error: ProvisionError) -> bool:
    if isinstance(error, ApiError):
        return error.status >= 500 or isinstance(error, ConflictError)
    return True


def _same(one: Resource | None, other: Resource | None) -> bool:
    return (one and one.spec) == (other and other.spec)
