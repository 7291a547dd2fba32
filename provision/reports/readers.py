"""Readers: each turns files of one format into lines of the report form. Other packages add theirs as entry points.

An entry point of the group `provision.readers` names a class without arguments that has what Reader has;
docs/readers.md shows one. Whoever writes the report form itself needs no reader.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol

from provision.errors import ProvisionError
from provision.model import Problem
from provision.reports.codes import problem
from provision.reports.files import Source
from provision.reports.form import VERSION
from provision.reports.parsing import Line, lines_of
from provision.text import Text

GROUP = "provision.readers"


class Reader(Protocol):
    """Reads one format. `name` is for people."""

    name: str

    def recognises(self, source: Source) -> bool:
        """Whether the file is of this format, by a look at its first bytes."""

    def lines(self, source: Source) -> Iterable[Mapping[str, Any]]:
        """The lines of the report form that the file amounts to. May raise anything for a file that is broken.

        The header may leave the client out. The program then uses the sender of the file, or the name of the file.
        """


def whole(header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """A report of the form: the header with its version, the lines, and the end that counts them."""
    yield {"report": VERSION, **header}
    count = 0
    for line in lines:
        count += 1
        yield line
    yield {"end": count}


class ReportForm:
    """The reader of the report form itself."""

    name = "report form"

    def recognises(self, source: Source) -> bool:
        """Whether an object of JSON begins there."""
        return source.head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")

    def lines(self, source: Source) -> Iterable[Mapping[str, Any]]:
        """The lines that are objects of JSON."""
        with source.path.open("rb") as file:
            for _, line in lines_of(file, source.name):
                if not isinstance(line, Problem):
                    yield line


_FORM = ReportForm()


@cache
def readers() -> Sequence[Reader]:
    """That of the report form and all that are installed, by name. Raises ProvisionError for one that does not load."""
    found = sorted(entry_points(group=GROUP), key=lambda one: one.name)
    return (_FORM, *map(_load, found))


def reader_of(source: Source) -> Reader | None:
    """The first reader that recognises the file; None when none does."""
    return next((one for one in readers() if _recognises(one, source)), None)


def numbered_lines(reader: Reader, source: Source) -> Iterator[Line]:
    """What the reader makes of the file. An exception of a reader is a problem of the file; its words are not shown."""
    if reader is _FORM:
        with source.path.open("rb") as file:
            yield from lines_of(file, source.name)
        return
    number = 0
    try:
        for number, line in enumerate(reader.lines(source), start=1):
            yield number, line if isinstance(line, Mapping) else problem("R02", source.name, number)
    except Exception as error:  # noqa: BLE001 - code of others, which may quote the client's data
        what = Text(f"{reader.name}: {type(error).__name__}", f"{reader.name}: {type(error).__name__}")
        yield number + 1, problem("R13", source.name, 0, what=what)


def _load(entry: EntryPoint) -> Reader:
    try:
        reader: Reader = entry.load()()
    except Exception as error:  # noqa: BLE001 - code of others
        said = f"{entry.name} ({entry.value}): {type(error).__name__}: {error}"
        raise ProvisionError(
            Text(f"разборщик не загрузился: {said}", f"the reader does not load: {said}"),
            Text(
                "Исправьте или удалите пакет, который его устанавливает.",
                "Correct or remove the package that brings it.",
            ),
        ) from None
    return reader


def _recognises(reader: Reader, source: Source) -> bool:
    try:
        return bool(reader.recognises(source))
    except Exception:  # noqa: BLE001 - code of others: what it cannot look at is not of its format
        return False
