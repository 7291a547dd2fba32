"""tenants.yaml and the files it includes as entries, one a cabinet, with the settings of all levels merged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import glob
from os.path import realpath  # Path.resolve() raises on a loop of links
from pathlib import Path
from typing import Any

from provision.config import document, mistakes
from provision.config.codes import problem
from provision.config.document import Document, YamlPath
from provision.errors import EstateError
from provision.model import Condition, Problem
from provision.os_errors import reason
from provision.schema import SCHEMA, SETTINGS
from provision.text import Text, shortened

Layer = Mapping[str, Any]
NOTHING: Mapping[str, bytes] = {}

BUILT_IN: Layer = {key: schema["default"] for key, schema in SETTINGS.items()}
"""What holds where no level says anything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cabinet: `own` is its block at `path` of `document`, `settings` is what the levels add up to.

    `company` is the block of its distributor.
    """

    document: Document
    path: YamlPath
    own: Layer
    company: Layer
    settings: Layer

    @property
    def id(self) -> str:
        return str(self.path[3])

    @property
    def distributor(self) -> str:
        return str(self.path[1])

    @property
    def isolated(self) -> bool:
        """Whether the branches of its distributor must not see each other."""
        return self.company.get("isolated", False) is True

    @property
    def state(self) -> Condition:
        """The cabinet's own state, else its distributor's."""
        state: Condition = self.own.get("state", self.company.get("state", "active"))
        return state

    @property
    def login_suffix(self) -> str:
        """What is added to the logins of its distributor's people."""
        return str(self.company.get("login_suffix", ""))

    @property
    def realm(self) -> str:
        """Cabinets of one realm may share people and clients: a distributor's, or those of one branch if isolated."""
        return f"{self.distributor}/{self.own.get('belongs_to', self.id)}" if self.isolated else self.distributor


def merge(*layers: Layer) -> dict[str, Any]:
    """The layers as one: a later one wins, key by key; sections are merged, all else is replaced whole."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = merged.get(key)
            merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def section(data: object, *keys: str) -> dict[str, Any]:
    """The section at `keys`; an empty one where the file has none, or something else there."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def read(path: Path, instead: Mapping[str, bytes] = NOTHING) -> list[Document]:
    """The file at `path` and, in the order of their names, those it includes; `problems` says what is wrong in each.

    `instead` has contents to use in place of those of the files of those names.
    """
    main = _document(path, instead)
    documents, seen = [main], {realpath(path)}
    patterns = main.data.get("include") if isinstance(main.data, dict) else None
    for number, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        names = glob(str(pattern), root_dir=path.parent, recursive=True)  # noqa: PTH207 - Path.glob refuses a leading /
        files = [file for file in (path.parent / name for name in sorted(names)) if file.is_file()]
        if not files:
            name = shortened(str(pattern))
            message = Text(f"по образцу «{name}» нет ни одного файла", f"no file matches `{name}`")
            main.problems.append(main.problem("Y07", ("include", number), message, _FROM_HERE))
        for file in files:
            if realpath(file) not in seen:
                documents.append(_part(file, instead))
                seen.add(realpath(file))
    return documents


def usable(path: Path) -> list[Document]:
    """The same. Raises EstateError where a file has mistakes."""
    documents = read(path)
    if problems := [problem for each in documents for problem in each.problems]:
        raise unusable(path, problems)
    return documents


def entries(documents: list[Document]) -> Iterator[Entry]:
    """The cabinets whose own blocks are without mistakes, in the order of the files."""
    main = documents[0]
    for each in documents:
        for name, distributor in section(each.data, "distributors").items():
            for cabinet, own in section(distributor, "cabinets").items():
                path = ("distributors", name, "cabinets", cabinet)
                if path not in each.broken:
                    profile = section(main.data, "profiles", own["profile"])
                    levels = (section(main.data, "defaults"), profile, distributor, own)
                    settings = merge(BUILT_IN, *(_settings(level) for level in levels))
                    yield Entry(each, path, own, distributor, settings)


def unusable(path: Path, problems: Sequence[Problem]) -> EstateError:
    """The error that names all these mistakes of the file at `path`."""
    ru, en = ("\n".join(_line(problem, lang) for problem in problems) for lang in (0, 1))
    return EstateError(Text(f"{path}: так кабинеты не описать\n{ru}", f"{path} cannot be used\n{en}"))


def _line(problem: Problem, lang: int) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    return f"  {place}: {problem.message[lang]}. {problem.hint[lang]}"


def _settings(level: Layer) -> Layer:
    return {key: level[key] for key in SETTINGS if key in level}


def _document(path: Path, instead: Mapping[str, bytes]) -> Document:
    name = str(path)
    try:
        content = instead[name] if name in instead else path.read_bytes()
    except FileNotFoundError:
        return _unreadable(name, Text("такого файла нет", "there is no such file"))
    except OSError as error:
        return _unreadable(name, Text(f"файл не читается: {reason(error).ru}", f"cannot be read: {reason(error).en}"))
    read = document.read(content, shown=name, schema=SCHEMA)
    if all(problem.code != "Y01" for problem in read.problems):
        read.problems += mistakes.find(read)
    return read


def _unreadable(name: str, message: Text) -> Document:
    hint = Text("Проверьте путь и права на файл.", "Check the path and the file's permissions.")
    return Document(name, problems=[problem("Y01", message, hint, file=name)])


def _part(path: Path, instead: Mapping[str, bytes]) -> Document:
    """An included file: it holds distributors and nothing else."""
    part = _document(path, instead)
    for key in section({"": part.data}, ""):
        if key in SCHEMA["properties"] and key != "distributors":
            message = Text(f"«{key}» во включённом файле не действует", f"`{key}` has no effect in an included file")
            part.problems.append(part.problem("Y07", (key,), message, _ONLY_DISTRIBUTORS, at_key=True))
    return part


_FROM_HERE = Text("Путь считается от папки этого файла.", "Paths start from this file's folder.")
_ONLY_DISTRIBUTORS = Text(
    "Здесь бывает только distributors; остальное — в tenants.yaml.",
    "It holds distributors only; all else belongs in tenants.yaml.",
)
