"""Lists on disk for the tests, and what is found in them."""

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from provision import lists
from provision.model import ListFile, Problem

TODAY = date(2026, 11, 20)
NAMES = {"managers": "rogaikopyta_manager_20261103.csv", "online": "rogaikopyta_online_20261103.csv"}


def write(folder: Path, content: str | bytes, name: str = NAMES["managers"]) -> Path:
    """A file of that content; text goes in as UTF-8 with its line ends untouched."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_text(
    folder: Path, content: str | bytes, name: str = NAMES["managers"], registered: Collection[str] | None = None
) -> ListFile:
    """That content read as a list of that name."""
    return lists.read(write(folder, content, name), shown=name, today=TODAY, registered=registered)


def all_problems(file: ListFile) -> tuple[Problem, ...]:
    """What is said of one file alone: its own problems and those between its lines."""
    return (*file.problems, *lists.check_together([file]))


def codes(problems: Iterable[Problem], line: int | None = None) -> list[str]:
    """The codes, sorted, of all problems or of those on that line."""
    return sorted(one.code for one in problems if line is None or one.line == line)
