"""A list file read: read() turns any bytes at all into rows and problems, and never raises."""

import io
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from provision.lists.body import Body
from provision.lists.decode import ONE_BYTE, Encoding, detect
from provision.lists.naming import Name, read_name
from provision.lists.problems import problem
from provision.lists.readers import reader_for, recognised
from provision.lists.scrambled import read_back, wrong_encoding
from provision.model import ListFile, Problem
from provision.os_errors import reason
from provision.rows import ListKind, OnlineAccess, Row, Rows
from provision.text import Text

_NO_FILE = Text("это не файл на диске", "it is no regular file")
_KIND_WORDS = {
    "managers": Text("список установок", "a list of installations"),
    "online": Text("список онлайн-доступов", "a list of online accesses"),
}


def read(
    path: Path,
    *,
    shown: str | None = None,
    kind: ListKind | None = None,
    today: date | None = None,
    registered: Collection[str] | None = None,
) -> ListFile:
    """The list in that file. Never raises: a file that cannot be read at all is a problem that excludes the file.

    `shown` is the name that problems use. Without `kind` the content decides, then the name. `registered` are the
    logins known to the cabinet: only with them can P02 be said.
    """
    where = str(path) if shown is None else shown
    name = read_name(path, today)
    try:
        with _open(path) as stream:
            return _read(stream, path, where, name, kind, registered)
    except (OSError, ValueError) as error:
        return _hopeless(path, where, name, kind, [_unreadable(error)])


def _open(path: Path) -> BinaryIO:
    """The file's bytes, seekable. Pipes are read to their end; devices are refused, they may have none."""
    stream = path.open("rb")
    mode = os.fstat(stream.fileno()).st_mode
    if stat.S_ISREG(mode):
        return stream
    with stream:
        if not stat.S_ISFIFO(mode):
            raise OSError(0, _NO_FILE.en)
        return io.BytesIO(stream.read())


def _unreadable(error: OSError | ValueError) -> Problem:
    """F06 for a file that could not even be opened."""
    if isinstance(error, FileNotFoundError):
        detail = Text("такого файла нет", "there is no such file")
        return problem("F06", detail=detail, hint=Text("Проверьте путь и имя.", "Check the path and the name."))
    if isinstance(error, IsADirectoryError):
        detail = Text("это папка", "this is a directory")
        return problem("F06", detail=detail, hint=Text("Укажите файл внутри неё.", "Name a file inside it."))
    if isinstance(error, PermissionError):
        detail = Text("нет права на чтение", "permission denied")
        return problem("F06", detail=detail, hint=Text("Откройте доступ на чтение.", "Allow it to be read."))
    if isinstance(error, OSError):
        detail = reason(error) if error.errno else _NO_FILE
    else:  # a name that no file can have
        detail = Text("такого имени у файла быть не может", str(error))
    return problem("F06", detail=detail)


def _hopeless(
    path: Path, shown: str, name: Name, kind: ListKind | None, found: list[Problem], encoding: str = "", lines: int = 0
) -> ListFile:
    """A file that gives no rows: every line of it is refused."""
    of_name = name.problems if os.path.isfile(path) else ()  # noqa: PTH113 - Path.is_file() raises where it may not look
    problems = tuple(replace(one, file=shown) for one in (*of_name, *found))
    named = kind or name.kind or "managers"
    return ListFile(path, shown, named, name.day, encoding, Rows(named, shown), problems, lines, range(1, lines + 1))


def _read(
    stream: BinaryIO, path: Path, shown: str, name: Name, kind: ListKind | None, registered: Collection[str] | None
) -> ListFile:
    encoding = detect(stream)
    if not encoding.name:
        return _hopeless(path, shown, name, kind, list(encoding.problems))
    # Whatever changes the file while it is read must not make us fail: hence "replace".
    with io.TextIOWrapper(stream, encoding.name, errors="replace") as text:
        wrong = wrong_encoding(text) if encoding.name.startswith("utf-8") else ""
        text.seek(0)
        content = recognised(read_back(text, wrong) if wrong else text)
        text.seek(0)
        named = name.kind or kind
        if content and named and content.kind != named:
            found = [*encoding.problems, _other_kind(content.kind, named)]
            return _hopeless(path, shown, name, kind, found, encoding.name, sum(1 for _ in text))
        body = Body(shown, content or reader_for(kind or name.kind or "managers"), registered)
        body.read(read_back(text, wrong) if wrong else text)
        found = [*name.problems, *_with_sample(encoding, body.rows)]
        if wrong:
            found.append(problem("F20", value=_first_name(body.rows)))
        if text.newlines not in (None, "\n"):
            found.append(problem("F09"))
    of_lines = body.finish()
    if any(one.code == "F08" for one in of_lines):  # the file is out as a whole: advice about single lines misleads
        of_lines = [one for one in of_lines if one.level == "error"]
    problems = (*(replace(one, file=shown) for one in found), *of_lines)
    rows, refused = body.rows, body.refused
    if any(one.blocks_cabinet for one in problems):
        rows, refused = Rows(body.kind, shown), [*refused, *rows.lines]
    return ListFile(path, shown, body.kind, name.day, encoding.name, rows, problems, body.lines, refused, body.ignored)


def _other_kind(content: ListKind, named: ListKind) -> Problem:
    """F02."""
    here, name = _KIND_WORDS[content], _KIND_WORDS[named]
    return problem(
        "F02", detail=Text(f"это {here.ru}, а назван он как {name.ru}", f"it is {here.en}, named as {name.en}")
    )


def _with_sample(encoding: Encoding, rows: Iterable[Row]) -> Iterator[Problem]:
    """The problems of the encoding; F05 shows one decoded name, so that a person can see whether it is right."""
    for one in encoding.problems:
        sample = _first_name(rows) if one.code == "F05" else ""
        yield problem("F05", line=one.line, value=sample, detail=ONE_BYTE[encoding.name]) if sample else one


def _first_name(rows: Iterable[Row]) -> str:
    """The first firm or manager with letters beyond ASCII, "" where there is none."""
    names = (row.firm if isinstance(row, OnlineAccess) else row.manager for row in rows)
    return next((name for name in names if not name.isascii()), "")
