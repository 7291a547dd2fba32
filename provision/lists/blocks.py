"""The order of a managers list's lines: block 1, one blank line, block 2 (F14 to F18), and blank lines anywhere."""

from provision.lists.managers import COUNTS
from provision.lists.problems import problem
from provision.model import Problem
from provision.rows import ListKind


class Blocks:
    """Takes the lines one by one; end() returns what is unusual about their order."""

    def __init__(self, kind: ListKind) -> None:
        self._parts = kind == "managers"  # whether a blank line may part two blocks
        self._polled: bool | None = None  # block of the last row
        self._blanks: list[int] = []  # blank lines since the last data line
        self._separators: set[int] = set()  # those of them that hold separators
        self._parted = False  # whether there was one since the last row
        self._turns: list[tuple[int, bool, bool]] = []  # line, whether it begins block 1, after a blank
        self._counts: dict[int, int] = {}  # number of fields: first such line
        self._begun = False
        self.surplus: list[int] = []

    def blank(self, line: int, *, separators: bool = False) -> None:
        """An empty line, or one of nothing but separators: between the blocks it is the blank line, too."""
        self._blanks.append(line)
        if separators:
            self._separators.add(line)

    def data(self, line: int, polled: bool | None, fields: int) -> None:
        """A line of data; `polled` is None where it belongs to no block: online, or with an error on it."""
        like_before = polled == self._polled and (fields in self._counts or not self._parts)
        if like_before and self._begun and not self._blanks:
            return
        turned = polled is not None and self._polled is not None and polled != self._polled
        if self._blanks:
            allowed = 1 if self._parts and self._begun and (turned or polled is None) else 0
            self.surplus += self._blanks[allowed:]
            self._blanks = []
            self._parted = True
        if turned:
            self._turns.append((line, bool(polled), self._parted))
        if self._parts and fields in COUNTS:
            self._counts.setdefault(fields, line)
        if polled is not None:
            self._polled = polled
            self._parted = False
        self._begun = True

    def end(self) -> list[Problem]:
        """F14 and F16 to F18. One blank line at the end is usual, more are surplus."""
        usual = self._begun and not self._separators & set(self._blanks[:1])
        self.surplus += self._blanks[1 if usual else 0 :]
        found = []
        if len(self._turns) > 1:
            found.append(problem("F17", line=self._turns[1][0]))
        for line, to_polled, parted in self._turns[: 1 if len(self._turns) == 1 else 0]:
            if to_polled:
                found.append(problem("F16", line=line))
            if not parted:
                found.append(problem("F14", line=line))
        if len(self._counts) > 1:
            found.append(problem("F18", line=max(self._counts.values())))
        return found
