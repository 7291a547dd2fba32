"""Plan -> outcomes, stage by stage. Writes what the plan says and nothing else; knows no kind."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from provision.errors import ProvisionError, SomeFailedError
from provision.guards import foreign_objects
from provision.kinds import KINDS, ORG, WATCHED, Batch, CabinetContext, One, Refused, RunContext
from provision.model import Ref
from provision.plan import CabinetOutcome, CabinetPlan, Change, Outcome, Outcomes, Plan, Stage
from provision.planning import read_cabinet, read_watched
from provision.text import Text
from provision.writing import Writer, is_outage

SYNC_PATIENCE = 90.0  # seconds; a new org accepts alerting after the server's next sync, up to 60 s later (12.4)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between two looks: each pause is twice the one before

Progress = Callable[[str], None]  # hears the id of each cabinet that is ready; called from several threads
Report = Callable[[Text], None]  # hears what is waited for


def apply_plan(run: RunContext, plan: Plan, progress: Progress, report: Report = lambda _text: None) -> Outcomes:
    """Carries out the plan; what became of each change.

    A failed change skips those that depend on it, no others. Ctrl-C lets the requests under way finish; what was not
    begun is skipped.
    """
    return _Applying(run, plan, report).apply(progress)


@dataclass
class _Work:
    """A cabinet's plan that is under way in Grafana."""

    plan: CabinetPlan
    context: CabinetContext
    outcomes: dict[Ref, Outcome] = field(default_factory=dict)


class _Applying:
    def __init__(self, run: RunContext, plan: Plan, report: Report) -> None:
        self._run = run
        self._plan = plan
        self._report = report
        self._stop = threading.Event()
        kinds = [kind(run) for kind in KINDS if kind.is_configured(run)]
        self._one = {kind.name: kind for kind in kinds if isinstance(kind, One)}
        self._batch = [kind for kind in kinds if isinstance(kind, Batch)]
        self._writer = Writer(run.server, self._one)
        self._below: dict[Ref, Outcome] = {}  # what became of the changes below Grafana
        self._work = [
            _Work(one, CabinetContext(run, run.cabinets[one.cabinet])) for one in plan.cabinets if not one.refused
        ]

    def apply(self, progress: Progress) -> Outcomes:
        def write(work: _Work) -> None:
            self._write_in_grafana(work)
            progress(work.plan.cabinet)

        self._write_below(self._plan.in_stage("open below"))
        self._side_by_side(write, self._work)
        self._write_notifications()
        self._write_below(list(self._closable()))
        made = {work.plan.cabinet: self._outcomes_of(work.plan.changes, work.outcomes) for work in self._work}
        return Outcomes(
            tuple(CabinetOutcome(one, made.get(one.cabinet, ())) for one in self._plan.cabinets),
            self._outcomes_of(self._plan.shared.changes),
            self._stop.is_set(),
        )

    def _outcomes_of(
        self, changes: Iterable[Change], there: Mapping[Ref, Outcome] | None = None
    ) -> tuple[Outcome, ...]:
        """What became of these changes; one that was never begun is skipped."""
        found = {**self._below, **(there or {})}
        return tuple(found.get(change.ref) or Outcome(change, "skipped") for change in changes)

    def _side_by_side(self, write: Callable[[_Work], None], works: Sequence[_Work]) -> None:
        """Does it for each cabinet. Ctrl-C lets the writes under way finish and begins no others."""
        with ThreadPoolExecutor(self._run.server.throttle.most) as pool:
            futures = [pool.submit(write, work) for work in works]
            try:
                wait(futures)
            except KeyboardInterrupt:
                self._stop.set()
            for future in futures:
                future.result()

    def _write_below(self, changes: Sequence[Change]) -> None:
        """Carries out changes below Grafana, kind by kind. What depends on a failed one is skipped."""
        for kind in self._batch:
            own = [change for change in changes if change.ref.kind == kind.name]
            failed, ready = list(self._failed_below()), []
            for change in own:
                near = (one for one in failed if one.ref.cabinet in ("", change.ref.cabinet))
                obstacle = next((one.ref for one in near if kind.depends(change, one)), None)
                if obstacle or self._stop.is_set():
                    self._below[change.ref] = Outcome(change, "skipped", because=obstacle)
                else:
                    ready.append(change)
            if ready:
                self._below |= _write_batch(kind, ready)

    def _failed_below(self) -> Iterator[Change]:
        return (one.change for one in self._below.values() if one.status != "done")

    def _closable(self) -> Iterator[Change]:
        """What is removed below Grafana: of each cabinet, and of what they share, if all else of it is done."""
        parts = [(work.plan.changes, work.outcomes) for work in self._work]
        for changes, there in (*parts, (self._plan.shared.changes, {})):
            rest = (change for change in changes if change.stage != "close below")
            if all(one.status == "done" for one in self._outcomes_of(rest, there)):
                yield from (change for change in changes if change.stage == "close below")

    def _write_in_grafana(self, work: _Work) -> None:
        """The cabinet's stage "grafana", or the removal of all that it has in Grafana."""
        changes = work.plan.in_stage("grafana", "notifications")
        if not changes or self._stop.is_set():
            return
        if work.plan.state == "absent":
            self._remove(work, changes)
            return
        entered = self._writer.attempt(changes[0], lambda: work.context.enter(work.plan.org))
        if entered.status == "done":
            self._write_stage(work, "grafana")
        else:
            self._end_with(work, entered, changes)

    def _write_stage(self, work: _Work, stage: Stage) -> None:
        """Carries out the cabinet's changes of that stage. What depends on a failed one is skipped.

        After an outage each further one is tried once, without repeats, until one succeeds.
        """
        repeat = True
        for change in work.plan.in_stage(stage):
            if self._stop.is_set():
                return
            if obstacle := self._obstacle(work, change):
                work.outcomes[change.ref] = Outcome(change, "skipped", because=obstacle)
                continue
            outcome = self._write(work, change, repeat=repeat)
            work.outcomes[change.ref] = outcome
            repeat = not is_outage(outcome.error)

    def _write(self, work: _Work, change: Change, *, repeat: bool) -> Outcome:
        return self._writer.attempt(change, lambda: self._writer.write(work.context, change, repeat=repeat))

    def _obstacle(self, work: _Work, change: Change) -> Ref | None:
        """The failed change that this one depends on: of its cabinet, or shared. All depend on a server that works."""
        failed = [one.change for one in work.outcomes.values() if one.status != "done"]
        if failed and self._run.server.gone:
            return failed[0].ref
        below = [one for one in self._failed_below() if one.ref.cabinet in ("", work.plan.cabinet)]
        kind = self._one[change.ref.kind]
        return next((one.ref for one in (*failed, *below) if kind.depends(change, one)), None)

    def _remove(self, work: _Work, changes: Sequence[Change]) -> None:
        """Saves what Grafana shows of the cabinet, then deletes its org, and with that one write all that is in it."""
        whole = next(change for change in changes if change.ref.kind == ORG)
        context = work.context

        def remove() -> None:
            if not context.enter_if_there(work.plan.org):  # deleted by somebody since the plan
                return
            live = read_cabinet(context, self._one.values())
            if found := foreign_objects(context.cabinet, (*live.values(), *read_watched(context, "removal"))):
                raise Refused(*found)  # put there since the plan
            self._run.backup.save(context.org, {one.name: one.rows for one in WATCHED if "removal" in one.occasions})
            self._writer.write(context, whole)

        self._end_with(work, self._writer.attempt(whole, remove), changes)

    @staticmethod
    def _end_with(work: _Work, end: Outcome, changes: Sequence[Change]) -> None:
        """All these changes are done with that one, or skipped because of it."""
        for change in changes:
            done = (
                Outcome(change, "done") if end.status == "done" else Outcome(change, "skipped", because=end.change.ref)
            )
            work.outcomes[change.ref] = end if change == end.change else done

    def _write_notifications(self) -> None:
        """The stage "notifications" of all cabinets: of each org as soon as it accepts it."""
        works = [work for work in self._work if work.context.found and work.plan.in_stage("notifications")]
        try:
            for ready in self._as_they_get_ready([work for work in works if work.plan.state != "absent"]):
                self._side_by_side(lambda work: self._write_stage(work, "notifications"), ready)
        except KeyboardInterrupt:
            self._stop.set()

    def _as_they_get_ready(self, works: Sequence[_Work]) -> Iterator[Sequence[_Work]]:
        """All of them in parts, within SYNC_PATIENCE; after that the writes themselves show what is wrong."""
        deadline, reported, pause = time.monotonic() + SYNC_PATIENCE, 0, _FIRST_PAUSE
        while works and not self._stop.is_set():
            if time.monotonic() > deadline:
                yield works
                return
            with ThreadPoolExecutor(self._run.server.throttle.most) as pool:
                looks = list(zip(works, pool.map(self._is_ready, works), strict=True))
            works = [work for work, is_ready in looks if not is_ready]
            if works and len(works) != reported:
                reported = len(works)
                self._report(
                    Text(
                        f"Ждём, пока Grafana подготовит оповещения, организаций: {reported} (до минуты)",
                        f"Waiting until Grafana has prepared alerting, orgs: {reported} (up to a minute)",
                    )
                )
            if len(works) < len(looks):
                pause = _FIRST_PAUSE
                yield [work for work, is_ready in looks if is_ready]
            else:
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _is_ready(self, work: _Work) -> bool:
        names = dict.fromkeys(change.ref.kind for change in work.plan.in_stage("notifications"))
        try:
            return all(self._one[name].is_ready(work.context) for name in names)
        except ProvisionError:  # the write will meet the same
            return True


def _write_batch(kind: Batch, changes: Sequence[Change]) -> dict[Ref, Outcome]:
    try:
        kind.write(changes)
    except SomeFailedError as some:
        errors = {change.ref: some.errors.get(str(change.ref)) for change in changes}
        return {one.ref: Outcome(one, "failed" if errors[one.ref] else "done", errors[one.ref]) for one in changes}
    except ProvisionError as error:
        return {change.ref: Outcome(change, "failed", error) for change in changes}
    return {change.ref: Outcome(change, "done") for change in changes}
