"""A way is how attempts are sent, with the check that it is open: what cannot be tried never counts as held."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from provision.audit.answers import Heard
from provision.audit.findings import Finding, Subject
from provision.stores.attempts import Expected, leaks
from provision.text import Text

_NO_DATA = Text(
    "у соседа там не видно данных, по которым узнают утечку", "no data of the other cabinet are there to show a leak"
)
_THROUGH = Text("прошло то, что должно быть закрыто", "what must be closed let it through")
_OTHERS = Text("в ответе чужие данные", "the answer holds another cabinet's data")
_TOGETHER = 20  # queries a request: more would take too long, and be lost together
H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt, ready to go: `send` waits for the answer, any of `marks` in it is a leak."""

    what: Text
    expected: Expected
    send: Callable[[], Heard]
    marks: Sequence[str] = field(repr=False)

    @property
    def is_blind(self) -> bool:
        """Nothing could show a leak, so it is not sent."""
        return self.expected == "own" and not self.marks


class Memory:
    """What one cabinet was answered. An attempt that names no victim is sent once, and its answer judged for each."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Text, Hashable], Heard] = {}

    def ask(self, way: Text, attempt: Hashable, send: Callable[[], Heard]) -> Heard:
        """The answer on that way, from memory if the same attempt had one."""
        known = self._answers.get((way, attempt))
        if known is not None:
            return known
        answer = send()
        if answer.untried is None:
            self._answers[way, attempt] = answer
        return answer

    def ask_together(
        self, way: Text, attempts: Sequence[H], send: Callable[[Sequence[H]], Sequence[Heard | None]]
    ) -> None:
        """Sends several at a time. What a group left open, or failed as a whole to answer, ask() sends by itself."""
        new = [attempt for attempt in dict.fromkeys(attempts) if (way, attempt) not in self._answers]
        for start in range(0, len(new), _TOGETHER):
            group = new[start : start + _TOGETHER]
            for attempt, answer in zip(group, send(group), strict=True):
                if answer is not None and answer.untried is None:
                    self._answers[way, attempt] = answer


@dataclass(frozen=True, slots=True)
class Way:
    """Attempts that are sent the same way. `closed` says why it cannot be used, None when it can.

    `ahead` asks for answers of several trials in one request, which the trials then find in the Memory.
    """

    title: Text
    closed: Callable[[], Text | None]
    trials: Sequence[Trial]
    subject: Subject
    ahead: Callable[[], None] = lambda: None


def go(way: Way, cabinet: str, victim: str) -> Iterator[Finding]:
    """The result of each attempt. The way must be open before and after: otherwise a refusal proves nothing."""
    empty = [Finding(cabinet, victim, way.title, trial.what, "held", subject=way.subject) for trial in way.trials]
    if why := way.closed():
        yield from (replace(finding, verdict="untried", why=why) for finding in empty)
        return
    way.ahead()
    found = [_judged(trial, finding) for trial, finding in zip(way.trials, empty, strict=True)]
    why = way.closed()
    yield from (
        replace(finding, verdict="untried", why=why) if why and finding.verdict == "held" else finding
        for finding in found
    )


def _judged(trial: Trial, finding: Finding) -> Finding:
    if trial.is_blind:
        return replace(finding, verdict="untried", why=_NO_DATA)
    answer = trial.send()
    if leaks(trial.expected, succeeded=answer.succeeded, text=answer.text, marks=trial.marks):
        why = _OTHERS if leaks("own", succeeded=True, text=answer.text, marks=trial.marks) else _THROUGH
        return replace(finding, verdict="leaked", why=why)
    if answer.untried:
        return replace(finding, verdict="untried", why=answer.untried)
    return finding


def why_closed(answer: Heard) -> Text | None:
    """Why a way is closed on which a plain question got that answer."""
    if answer.succeeded:
        return answer.untried
    return answer.untried or Text("обычный запрос там не проходит", "a plain query does not get through there")


def seen(marks: Sequence[str], look: Callable[[], Heard]) -> tuple[str, ...]:
    """The victim's marks that the victim's own answer contains: only these can show a leak.

    The first of them can be put into a query as it is, if any can.
    """
    text = look().text
    found = [mark for mark in marks if mark in text]
    return tuple(sorted(found, key=lambda mark: any(special in mark for special in "\"'\\%")))
