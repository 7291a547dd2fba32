"""What a list holds once it is read: ManagerRow, OnlineRow, and ListFile with its Rows."""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, overload

from provision.model import Problem

Kind = Literal["managers", "online"]
Shared = tuple[Any, ...]
SMARTUPLOAD = "smartupload"


@dataclass(frozen=True, slots=True)
class ManagerRow:
    """One installation and one of its managers. `host` is the label in metrics: "host:port", or the client's name."""

    file: str
    line: int
    host: str
    manager: str
    email: str
    transport: str
    tz_correction: int

    @property
    def origin(self) -> str:
        """Where the row stands: `lists/x.csv:3`."""
        return f"{self.file}:{self.line}"

    @property
    def polled(self) -> bool:
        """Whether SMART asks the installation (block 1); otherwise it sends by smartupload (block 2)."""
        return self.transport != SMARTUPLOAD

    @property
    def address(self) -> str:
        """`host:port` of a polled installation, "" otherwise."""
        return self.host if self.polled else ""

    @property
    def client(self) -> str:
        """The client's short name of a block-2 line, "" otherwise."""
        return "" if self.polled else self.host

    @property
    def own(self) -> str:
        """What Rows keep of this row alone."""
        return self.host

    @property
    def shared(self) -> Shared:
        """What Rows keep once for all rows that have it."""
        return self.manager, self.email, self.transport, self.tz_correction

    @property
    def ping(self) -> str:
        """Field 8, which follows from the transport."""
        return "ping" if self.polled else "donotping"

    @property
    def fields(self) -> tuple[str, ...]:
        """The 11 fields as they should stand in a list."""
        steps = ("download", "upload", "process", self.ping)
        return (self.host, self.manager, self.email, self.transport, *steps, str(self.tz_correction), "3600", "604800")


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """One online access and its manager. The key is host, folder and login: a firm may own several accesses."""

    file: str
    line: int
    firm: str
    login: str = field(repr=False)  # a slipped line may have put the password here
    password: str = field(repr=False)
    host: str
    folder: str
    protocol: str
    manager: str
    email: str

    @property
    def origin(self) -> str:
        """Where the row stands: `lists/x.csv:3`."""
        return f"{self.file}:{self.line}"

    @property
    def own(self) -> str:
        """What Rows keep of this row alone; a field of a row holds no comma."""
        return f"{self.firm},{self.login},{self.password}"

    @property
    def shared(self) -> Shared:
        """What Rows keep once for all rows that have it."""
        return self.host, self.folder, self.protocol, self.manager, self.email

    @property
    def fields(self) -> tuple[str, ...]:
        """The 8 fields as they should stand in a list, the password among them."""
        where = (self.host, self.folder, self.protocol)
        return (self.firm, self.login, self.password, *where, self.manager, self.email)


Row = ManagerRow | OnlineRow
_MAKERS: Mapping[Kind, tuple[Callable[..., Row], int]] = {"managers": (ManagerRow, 1), "online": (OnlineRow, 3)}
_BLOCK = 16  # rows that are encoded together: many save memory, few are quick to get at


class Rows(Sequence[Row]):
    """The rows of one list, in its order. A row is made when it is asked for.

    A list may have a million lines: as objects they would take 400 MB. So the first fields stand here as bytes, the
    others, which many lines share, once.
    """

    def __init__(self, kind: Kind, file: str, rows: Iterable[Row] = ()) -> None:
        self.kind: Kind = kind
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
        return map(self._row, self.first_of)

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
            yield self._make(self.file, line, *own.split(",", self._width - 1), *self.shared[which])

    def _row(self, number: int) -> Row:
        own, which = self.part(number)
        return self._make(self.file, self.lines[number], *own.split(",", self._width - 1), *self.shared[which])

    @overload
    def __getitem__(self, number: int) -> Row: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, number: int | slice) -> Row | tuple[Row, ...]:
        places = range(len(self))[number]
        return self._row(places) if isinstance(places, int) else tuple(map(self._row, places))

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {self.file}>"


@dataclass(frozen=True, slots=True, eq=False)
class ListFile:
    """One list as read. Every one of its `lines` is a row, or in `refused` (an error stands on it), or in `ignored`.

    `shown` is the name used in problems. `date` is the one of the file's name. `encoding` is "" where none fits.
    `ignored` maps a line to the code that says why; "" for the blank lines that belong there. Where a problem stops
    the file, there are no rows and all lines are refused.
    """

    path: Path
    shown: str
    kind: Kind
    date: date | None
    encoding: str
    rows: Rows = field(repr=False)
    problems: tuple[Problem, ...] = field(repr=False)
    lines: int = 0
    refused: Sequence[int] = field(default=(), repr=False)
    ignored: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def usable(self) -> bool:
        """Whether no problem stops the whole file."""
        return not any(problem.stops for problem in self.problems)
