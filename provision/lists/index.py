"""Equal rows found among millions, in one list or in several: repeats(), Joined."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, chain
from typing import TypeVar

from provision.rows import Row, Rows, Shared

Key = TypeVar("Key")
Value = TypeVar("Value")


def repeats(keys: Iterable[Key], key_of: Callable[[int], Key]) -> Iterator[tuple[int, int]]:
    """The number of each row whose key an earlier row has, and the number of the first row that has it.

    `keys` are those of all rows, in order. No key is kept, only its hash; where hashes are equal `key_of` is asked for
    the key of that row. So a million keys take 120 MB, whatever they are.
    """
    numbers: dict[int, int] = {}  # by hash of the key
    others: dict[Key, int] = {}  # keys whose hash another key had before: hardly ever one
    for number, key in enumerate(keys):
        first = numbers.setdefault(hash(key), number)
        if first != number and key_of(first) != key:
            first = others.setdefault(key, number)
        if first != number:
            yield number, first


class Joined:
    """The rows of several lists, numbered through."""

    def __init__(self, lists: Iterable[Rows]) -> None:
        self._lists = list(lists)
        self._starts = list(accumulate(map(len, self._lists), initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    def own(self) -> Iterator[str]:
        """What each row has alone."""
        return chain.from_iterable(rows.own() for rows in self._lists)

    def parts(self, of: Callable[[Shared], Value]) -> Iterator[tuple[str, Value]]:
        """What each row has alone, and `of` what it shares."""
        for rows in self._lists:
            values = list(map(of, rows.shared))
            for own, which in rows.parts():
                yield own, values[which]

    def part(self, number: int) -> tuple[str, Shared]:
        """What one row has alone, and what it shares."""
        rows, place = self._find(number)
        own, which = rows.part(place)
        return own, rows.shared[which]

    def row(self, number: int) -> Row:
        rows, place = self._find(number)
        return rows[place]

    def firsts(self) -> Iterator[Row]:
        """The first of all rows that differ in nothing but what they have alone, list by list."""
        for rows in self._lists:
            yield from rows.firsts()

    def _find(self, number: int) -> tuple[Rows, int]:
        place = bisect_right(self._starts, number) - 1
        return self._lists[place], number - self._starts[place]
