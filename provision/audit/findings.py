"""What an audit finds, as data: one Finding for each attempt and each check."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from provision.text import Text

Verdict = Literal["held", "leaked", "untried"]
Subject = Literal["settings", "no login", "numbers", "rows", "Grafana", "Editor"]
SERVER = "Grafana"  # in place of a cabinet's id, for what concerns all of them


_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one attempt: `way` is how it was sent, `why` says what leaked or why it could not be tried.

    It never holds an answer: a store may quote credentials, and another cabinet's data do not belong in a report.
    """

    cabinet: str
    victim: str
    way: Text
    what: Text
    verdict: Verdict
    why: Text = _NOTHING
    subject: Subject = "settings"


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

    def failed(self, *, strict: bool = False) -> bool:
        """Whether anything leaked, or nothing could be tried: in a cabinet, or about a subject against a neighbour.

        `strict`: also when a single attempt could not be tried.
        """
        counts = (count(group) for group in self._groups())
        untried = strict and any(finding.verdict == "untried" for finding in self.findings)
        return untried or any(each["leaked"] or not each["held"] for each in counts) or not self.findings

    def _groups(self) -> Iterable[Sequence[Finding]]:
        for cabinet in self.cabinets:
            yield self.of(cabinet)
        for key in dict.fromkeys(map(_subject_of, self.findings)):
            if key[2] != "settings":
                yield [one for one in self.findings if _subject_of(one) == key]


def _subject_of(finding: Finding) -> tuple[str, str, Subject]:
    """What is tried together; an Editor's tests of contact points have no victim, and a server may not have them."""
    return finding.cabinet, "" if finding.subject == "Editor" else finding.victim, finding.subject


def count(findings: Iterable[Finding]) -> Counter[Verdict]:
    """The number of findings of each verdict."""
    return Counter(finding.verdict for finding in findings)
