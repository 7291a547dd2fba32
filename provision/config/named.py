"""The lists that tenants.yaml names: a path is one file, a pattern (`lists/volga_*.csv`) the newest versions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from glob import glob, has_magic
from os.path import realpath  # Path.resolve() raises on a loop of links
from pathlib import Path

from provision.config import mistakes
from provision.config.document import YamlPath
from provision.config.tenants import Entry
from provision.lists import read_name
from provision.model import ListKind, Problem
from provision.text import Text, harmless, shortened

_KINDS: tuple[ListKind, ...] = ("managers", "online")
_OLDER_SHOWN = 5
_Series = tuple[str, ListKind]  # versions of one list: company in lower case, kind


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list as an entry names it: where, as which kind, and the file. `older` are versions that a pattern matches."""

    entry: Entry
    kind: ListKind
    number: int
    file: Path
    older: tuple[str, ...] = ()

    @property
    def path(self) -> YamlPath:
        """Where tenants.yaml names it."""
        return (*self.entry.path, "lists", self.kind, self.number)

    def problem(self, code: str, message: Text, hint: Text, suggestion: str | None = None) -> Problem:
        """A problem of that code at the list's name in tenants.yaml."""
        value = shortened(str(self.file))
        found = self.entry.document.problem(code, self.path, message, hint, value=value, suggestion=suggestion)
        return replace(found, cabinet=self.entry.id)

    def other_kind(self, kind: ListKind) -> Problem:
        """Y14: the list is of that kind."""
        message = Text(
            f"это список для {kind}, а не для {self.kind}", f"this is a list for {kind}, not for {self.kind}"
        )
        return self.problem("Y14", message, Text(f"Перенесите его в {kind}.", f"Move it to {kind}."), kind)


class NamedLists:
    """The lists that these entries name."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._of = {entry.id: list(_named(entry)) for entry in entries}
        self._places: dict[str, list[NamedList]] = defaultdict(list)
        for one in (one for each in self._of.values() for one in each):
            self._places[realpath(one.file)].append(one)
        self._newest: dict[Path, dict[_Series, tuple[date, Path]]] = {}

    def of(self, entry: Entry) -> Sequence[NamedList]:
        """Those of one entry, lists of installations first."""
        return self._of[entry.id]

    def problems(self, one: NamedList) -> list[Problem]:
        """What is wrong with the name: Y11 and Y12 refuse the cabinet, Y17 and Y18 are about other versions."""
        wrong = _twice(one, self._places[realpath(one.file)]) or _missing(one)
        if wrong:
            return [wrong]
        return [*_older(one), *self._newer(one)]

    def _newer(self, one: NamedList) -> Iterator[Problem]:
        """Y18 where a newer version of a list is beside it and is not named."""
        series, day = _series(one.file)
        if series is None or day is None:
            return
        newest, file = self._versions(one.file.parent).get(series, (day, one.file))
        if newest > day and realpath(file) not in self._places:
            name, pattern = shortened(file.name), shortened(f"{one.file.stem[:-8]}*.csv")
            yield one.problem(
                "Y18",
                Text(f"рядом есть список новее: {name}", f"there is a newer list beside it: {name}"),
                Text(
                    f"Впишите его или образец {pattern}: по нему действует самый новый.",
                    f"Name it, or the pattern {pattern}, by which the newest is in force.",
                ),
                file.name,
            )

    def _versions(self, folder: Path) -> dict[_Series, tuple[date, Path]]:
        """The newest version of each list in the folder."""
        if folder not in self._newest:
            found: dict[_Series, tuple[date, Path]] = {}
            for file in _names_in(folder):
                series, day = _series(file)
                if series and day and day >= found.get(series, (date.min, file))[0]:
                    found[series] = (day, file)
            self._newest[folder] = found
        return self._newest[folder]


def _names_in(folder: Path) -> list[Path]:
    """The files of a folder; none of one that cannot be read, for then each list of it is reported (F06)."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _series(file: Path) -> tuple[_Series | None, date | None]:
    name = read_name(file)
    return (name.company.lower(), name.kind) if name.company and name.kind else None, name.day


def _named(entry: Entry) -> Iterator[NamedList]:
    """The lists of a cabinet; none of an absent one, whose lists may have been deleted with it."""
    if entry.state == "absent":
        return
    folder = Path(entry.document.shown).parent
    for kind in _KINDS:
        for number, name in enumerate(entry.own["lists"].get(kind, ())):
            found = [folder / file for file in sorted(glob(name, root_dir=folder))] if has_magic(name) else []  # noqa: PTH207
            for file, older in _in_force(found) if found else [(folder / name, ())]:
                yield NamedList(entry, kind, number, file, older)


def _in_force(files: Sequence[Path]) -> list[tuple[Path, tuple[str, ...]]]:
    """The newest version of each list, with the names of the older ones. A file without a day in its name is alone."""
    newest: dict[object, Path] = {}
    older: dict[object, list[str]] = defaultdict(list)
    for file in sorted(files, key=lambda file: (_series(file)[1] or date.min, file.name)):
        series, day = _series(file)
        key = series if series and day else file
        if key in newest:
            older[key].append(newest[key].name)
        newest[key] = file
    return [(file, tuple(older[key])) for key, file in newest.items()]


def _older(one: NamedList) -> Iterator[Problem]:
    """Y17: which of several versions is in force."""
    if one.older:
        names = harmless(", ".join(one.older[-_OLDER_SHOWN:])) + (", …" if len(one.older) > _OLDER_SHOWN else "")
        yield one.problem(
            "Y17",
            Text(f"действует {one.file.name}, старее: {names}", f"{one.file.name} is in force, older: {names}"),
            Text(
                "Так и задумано: по образцу берётся самый новый список.",
                "As intended: a pattern takes the newest list.",
            ),
        )


def _twice(one: NamedList, places: Sequence[NamedList]) -> Problem | None:
    """Y12: a list of two cabinets would be seen in both; twice in one cabinet it would count twice."""
    if len(places) == 1:
        return None
    other = next(place for place in places if (place.entry.id, place.path) != (one.entry.id, one.path))
    origin = other.entry.document.origin(other.path)
    return one.problem(
        "Y12",
        Text(f"этот список назван ещё раз: {origin}", f"this list is named once more: {origin}"),
        Text("У каждого кабинета свои списки: оставьте одно место.", "Each cabinet has its own lists: keep one place."),
    )


def _missing(one: NamedList) -> Problem | None:
    """Y11 for a list that does not exist, or a pattern without a match."""
    try:
        one.file.stat()
    except (FileNotFoundError, NotADirectoryError):
        meant = mistakes.closest(one.file.name, [path.name for path in _names_in(one.file.parent)])
        hint = Text("Проверьте путь: он считается от папки этого файла.", "Check the path: it starts from this folder.")
        if meant:
            hint = Text(f"Вероятно, {meant}.", f"Probably {meant}.")
        name = shortened(str(one.file))
        message = Text(f"нет файла {name}", f"there is no file {name}")
        return one.problem("Y11", message, hint, meant or None)
    except OSError:
        return None  # read() finds the words for whatever keeps us from it
    return None
