"""The formats of lists: what reads the lines of each, and which format some lines have."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import ClassVar, Protocol

from provision.lists.managers import ManagerLines
from provision.lists.online import OnlineLines
from provision.lists.split import FIELD_COUNTS, leftover, split
from provision.model import Problem
from provision.rows import ListKind, Row, Shared

_TELLING = 200  # so many data lines decide which format a list has


class Reader(Protocol):
    """Checks the lines of one file, one after the other.

    `kind` is what its rows are, `counts` the numbers of fields that its lines have, ascending.
    """

    kind: ClassVar[ListKind]
    counts: ClassVar[tuple[int, ...]]

    def __init__(self, file: str) -> None: ...

    @staticmethod
    def is_own(fields: list[str]) -> bool:
        """Whether a line with these fields is surely one of this format."""

    def quick(self, text: str) -> tuple[str, Shared, bool | None] | None:
        """A line without a problem: what Rows keep of it, and its block. None: read() must look at it."""

    def read(self, line: int, fields: list[str]) -> tuple[Row | None, Sequence[Problem]]:
        """The row, or None where the line has an error, and every problem of the line without its place."""


READERS: tuple[type[Reader], ...] = (ManagerLines, OnlineLines)


def reader_for(kind: ListKind) -> type[Reader]:
    """The format in which we write lists of that kind: the first in the table."""
    return next(one for one in READERS if one.kind == kind)


def recognised(text: Iterable[str]) -> type[Reader] | None:
    """The format of most of the first lines that show one; None where they show none, or two equally often."""
    votes = dict.fromkeys(READERS, 0)
    for reader in islice(filter(None, map(_reader_of, text)), _TELLING):
        votes[reader] += 1
    first, second = sorted(votes, key=lambda one: -votes[one])[:2]
    return first if votes[first] > votes[second] else None


def _reader_of(text: str) -> type[Reader] | None:
    if leftover(text):
        return None
    fields = split(text, FIELD_COUNTS).fields
    return next((one for one in READERS if one.is_own(fields)), None)
