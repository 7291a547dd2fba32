"""Equal rows found among millions, in one list or in several: repeats(), Joined."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeVar

from provision.rows import Chained, Row, Rows, Shared

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


class Joined(Chained[Row]):
    """The rows of several lists, numbered through."""

    def __init__(self, lists: Iterable[Rows]) -> None:
        self._lists = list(lists)
        super().__init__(self._lists)

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
        one, place = self.find(number)
        own, which = self._lists[one].part(place)
        return own, self._lists[one].shared[which]

    def firsts(self) -> Iterator[Row]:
        """The first of all rows that differ in nothing but what they have alone, list by list."""
        for rows in self._lists:
            yield from rows.firsts()
