"""What an audit finds, as data: one Finding for each attempt and each check."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from provision.text import Text

Verdict = Literal["held", "leaked", "untried"]


_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one attempt: `way` is how it was sent, `why` says what leaked or why it could not be tried.

    Never holds an answer: a store's may quote credentials, and another cabinet's data are nothing for a report.
    """

    cabinet: str
    victim: str
    way: Text
    what: Text
    verdict: Verdict
    why: Text = _NOTHING


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, cabinet by cabinet."""

    findings: Sequence[Finding]

    @property
    def cabinets(self) -> tuple[str, ...]:
        """The cabinets audited, in their order."""
        return tuple(dict.fromkeys(finding.cabinet for finding in self.findings))

    def of(self, cabinet: str) -> tuple[Finding, ...]:
        """The findings of one cabinet."""
        return tuple(finding for finding in self.findings if finding.cabinet == cabinet)

    @property
    def failed(self) -> bool:
        """Whether anything leaked, or in some cabinet nothing at all could be tried."""
        counts = (count(self.of(cabinet)) for cabinet in self.cabinets)
        return any(each["leaked"] or not each["held"] for each in counts) or not self.findings


def count(findings: Iterable[Finding]) -> Counter[Verdict]:
    """How many of each verdict."""
    return Counter(finding.verdict for finding in findings)
