"""What a list holds once it is read: ManagerRow, OnlineRow, ListFile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from provision.model import Problem

Kind = Literal["managers", "online"]
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
    def fields(self) -> tuple[str, ...]:
        """The 8 fields as they should stand in a list, the password among them."""
        where = (self.host, self.folder, self.protocol)
        return (self.firm, self.login, self.password, *where, self.manager, self.email)


Row = ManagerRow | OnlineRow


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
    rows: tuple[Row, ...] = field(repr=False)
    problems: tuple[Problem, ...] = field(repr=False)
    lines: int = 0
    refused: Sequence[int] = field(default=(), repr=False)
    ignored: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def usable(self) -> bool:
        """Whether no problem stops the whole file."""
        return not any(problem.stops for problem in self.problems)
