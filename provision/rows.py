"""The lines of the lists as data: Installation, OnlineAccess, and sequences that hold a million of them."""

from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import Any, Literal, TypeVar, overload

ListKind = Literal["managers", "online"]
Shared = tuple[Any, ...]
SMARTUPLOAD = "smartupload"


class Placed:
    """What is on a line of a file."""

    __slots__ = ()
    file: str
    line: int

    @property
    def origin(self) -> str:
        """Where it is: `lists/x.csv:3`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Installation(Placed):
    """One valid line of a managers list: an installation and one of its managers.

    `client` is the label in metrics: "host:port" of a polled installation, else the client's short name. `transport` is
    "http", "https" or "smartupload". `tz_correction` is in hours: those ahead of Moscow, less one.
    """

    client: str
    manager: str
    email: str
    transport: str
    tz_correction: int
    file: str
    line: int

    @property
    def polled(self) -> bool:
        """Whether SMART polls the installation (block 1); otherwise it sends reports by smartupload (block 2)."""
        return self.transport != SMARTUPLOAD

    @property
    def address(self) -> str:
        """`host:port` of a polled installation, "" otherwise."""
        return self.client if self.polled else ""

    @property
    def host(self) -> str:
        """The label `host` in metrics, equal to `client`."""
        return self.client

    @property
    def own(self) -> str:
        """What Rows keep of this line alone."""
        return self.client

    @property
    def shared(self) -> Shared:
        """What Rows keep once for all lines that have it."""
        return self.manager, self.email, self.transport, self.tz_correction

    @property
    def ping(self) -> str:
        """Field 8, which follows from the transport."""
        return "ping" if self.polled else "donotping"

    @property
    def fields(self) -> tuple[str, ...]:
        """The 11 fields as they should be in a list."""
        steps = ("download", "upload", "process", self.ping)
        constants = (str(self.tz_correction), "3600", "604800")
        return (self.client, self.manager, self.email, self.transport, *steps, *constants)


@dataclass(frozen=True, slots=True)
class OnlineAccess(Placed):
    """One valid line of an online list: an access and one manager. Host, folder and login identify the access."""

    firm: str
    login: str = field(repr=False)  # a line with a shifted field may have the password here
    password: str = field(repr=False)
    host: str
    folder: str
    protocol: str
    manager: str
    email: str
    file: str
    line: int

    @property
    def own(self) -> str:
        """What Rows keep of this line alone; a field of a valid line holds no comma."""
        return f"{self.firm},{self.login},{self.password}"

    @property
    def shared(self) -> Shared:
        """What Rows keep once for all lines that have it."""
        return self.host, self.folder, self.protocol, self.manager, self.email

    @property
    def fields(self) -> tuple[str, ...]:
        """The 8 fields as they should be in a list, the password among them."""
        where = (self.host, self.folder, self.protocol)
        return (self.firm, self.login, self.password, *where, self.manager, self.email)


Row = Installation | OnlineAccess
Item = TypeVar("Item")
_MAKERS: Mapping[ListKind, tuple[Callable[..., Row], int]] = {
    "managers": (Installation, 1),
    "online": (OnlineAccess, 3),
}
_BLOCK = 16  # rows that are encoded together: many save memory, few are quick to get at


class _Numbered(Sequence[Item]):
    """A sequence whose items are made, or found, one by one."""

    @abstractmethod
    def item(self, number: int) -> Item:
        """The item of that number, from 0."""

    @overload
    def __getitem__(self, number: int) -> Item: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, number: int | slice) -> Item | tuple[Item, ...]:
        places = range(len(self))[number]
        return self.item(places) if isinstance(places, int) else tuple(map(self.item, places))


class Rows(_Numbered[Row]):
    """The rows of one list, in its order. A row is made when it is asked for.

    A list may have a million lines: as objects they would take 400 MB. So the first fields are kept as bytes, and the
    other fields, which many lines share, once.
    """

    def __init__(self, kind: ListKind, file: str, rows: Iterable[Row] = ()) -> None:
        self.kind: ListKind = kind
        self.file = file
        self.lines = array("L")  # of each row
        self.shared: list[Shared] = []  # all that there are, in the order of the list
        self.first_of: list[int] = []  # by those: the first row that has it
        self._make, self._width = _MAKERS[kind]
        self._blocks: list[bytes] = []
        self._open: list[str] = []  # what is not encoded yet
        self._which = array("L")  # of each row: its number in `shared`
        self._numbers: dict[Shared, int] = {}
        for row in rows:
            self.add(row.line, row.own, row.shared)

    def add(self, line: int, own: str, shared: Shared) -> bool:
        """Adds the row on that line; whether it is the first that shares this."""
        which = self._numbers.get(shared)
        new = which is None
        if which is None:
            which = self._numbers[shared] = len(self.shared)
            self.shared.append(shared)
            self.first_of.append(len(self.lines))
        self.lines.append(line)
        self._which.append(which)
        self._open.append(own)
        if len(self._open) == _BLOCK:
            self._blocks.append("\n".join(self._open).encode("utf-8", "surrogatepass"))
            self._open.clear()
        return new

    def own(self) -> Iterator[str]:
        """What each row has alone: the host, or firm, login and password with commas between them."""
        for block in self._blocks:
            yield from block.decode("utf-8", "surrogatepass").split("\n")
        yield from self._open

    def parts(self) -> Iterator[tuple[str, int]]:
        """What each row has alone, and the number of what it shares."""
        return zip(self.own(), self._which, strict=True)

    def part(self, number: int) -> tuple[str, int]:
        """The same of one row."""
        block, place = divmod(number, _BLOCK)
        if block < len(self._blocks):
            return self._blocks[block].decode("utf-8", "surrogatepass").split("\n")[place], self._which[number]
        return self._open[place], self._which[number]

    def firsts(self) -> Iterator[Row]:
        """The first of all rows that differ in nothing but what they have alone."""
        return map(self.item, self.first_of)

    def without(self, lines: Collection[int]) -> "Rows":
        """The rows of all other lines."""
        left = Rows(self.kind, self.file)
        for line, (own, which) in zip(self.lines, self.parts(), strict=True):
            if line not in lines:
                left.add(line, own, self.shared[which])
        return left

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Row]:
        for line, (own, which) in zip(self.lines, self.parts(), strict=True):
            yield self._make(*own.split(",", self._width - 1), *self.shared[which], self.file, line)

    def item(self, number: int) -> Row:
        own, which = self.part(number)
        return self._make(*own.split(",", self._width - 1), *self.shared[which], self.file, self.lines[number])

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {self.file}>"


class Chained(_Numbered[Item]):
    """Several sequences, one after the other, as one; nothing is copied."""

    def __init__(self, parts: Iterable[Sequence[Item]]) -> None:
        self._parts = list(parts)
        self._starts = list(accumulate(map(len, self._parts), initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    def __iter__(self) -> Iterator[Item]:
        return chain.from_iterable(self._parts)

    def item(self, number: int) -> Item:
        part, place = self.find(number)
        return self._parts[part][place]

    def find(self, number: int) -> tuple[int, int]:
        """The number of the sequence that has the item, and its number there."""
        part = bisect_right(self._starts, number) - 1
        return part, number - self._starts[part]

    def __repr__(self) -> str:
        return f"<{len(self)} items>"
