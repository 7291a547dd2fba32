"""WHAT is shown and alerted on: one dashboard a file, found by its name. Knows grafanalib, never `provision`.

A new dashboard is one new file `<slug_with_underscores>.py` with a docstring, NEEDS ("installations", "online" or both:
it is of use to a cabinet that has one of them) and `build(scope)`, which returns a grafanalib Dashboard. Modules with a
leading underscore are what dashboards are made of. Whoever installed this package keeps his own dashboards in a folder
of his: see use().
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from runpy import run_path
from types import ModuleType, SimpleNamespace
from typing import Any, Literal

from dashboards._finish import finish, panel_ids
from dashboards._links import uid
from dashboards._scope import Scope

__all__ = ["BrokenError", "Data", "Scope", "needs", "origin", "panel_id", "render", "slugs", "uid", "use"]

Data = Literal["installations", "online"]
_SHIPPED = Path(__file__).resolve().parent
_folders = [_SHIPPED]  # the last one wins


class BrokenError(Exception):
    """The code of a dashboard fails: `file` and `line` say where, `reason` is Python's own message."""

    def __init__(self, path: Path, error: Exception) -> None:
        steps = [one for one in _steps(error) if one[0] == str(path)]
        self.file = _shown(path)
        self.line = error.lineno or 1 if isinstance(error, SyntaxError) else steps[-1][1] if steps else 1
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        self.reason = ": ".join(part for part in (type(error).__name__, message) if part)
        super().__init__(f"{self.file}:{self.line}: {self.reason}")


def use(folder: Path | None) -> None:
    """Takes dashboards from this folder, too. A file there takes the place of a shipped one of the same name.

    The folder of this package itself adds nothing.
    """
    own = [] if folder is None or folder.resolve() == _SHIPPED else [folder.resolve()]
    if _folders[1:] != own:
        _folders[1:] = own
        for made in (_files, slugs, panel_id, _module):
            made.cache_clear()


@cache
def _files() -> dict[str, Path]:
    """Each dashboard's file, by slug."""
    found = {}
    for folder in _folders:
        for file in folder.iterdir():  # unlike glob(), it raises OSError for a folder that cannot be read
            if file.suffix == ".py" and not file.name.startswith("_"):
                found[file.stem.replace("_", "-")] = file
    return found


@cache
def slugs() -> tuple[str, ...]:
    """All dashboards there are, in the order of the alphabet: the names of the files, `_` written as `-`."""
    return tuple(sorted(_files()))


def render(slug: str, scope: Scope) -> dict[str, Any]:
    """The dashboard as Grafana's JSON, without `id`, `uid` and `version`; the same for every cabinet of that scope.

    Raises BrokenError when its code fails.
    """
    try:
        return finish(_module(slug).build(scope), scope)
    except BrokenError:
        raise
    except Exception as error:
        raise BrokenError(_files()[slug], error) from error


@cache
def panel_id(slug: str, key: str, scope: Scope) -> int:
    """The id of the panel with that key. Raises KeyError for an unknown dashboard or panel."""
    return panel_ids(_module(slug).build(scope))[key]


def needs(slug: str) -> tuple[Data, ...]:
    """The data it shows; of several, one is enough. Raises BrokenError when the file does not say it."""
    try:
        found: tuple[Data, ...] = _module(slug).NEEDS
    except AttributeError as error:
        raise BrokenError(_files()[slug], error) from error
    return found


def origin(slug: str) -> str:
    """The file it comes from, as `dashboards/for_managers.py`; a file of another folder as it is found from here."""
    return _shown(_files()[slug])


def _shown(file: Path) -> str:
    if file.parent == _SHIPPED:
        return f"dashboards/{file.name}"
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


@cache
def _module(slug: str) -> ModuleType | SimpleNamespace:
    """Raises KeyError when there is no such dashboard, BrokenError when its file cannot be imported."""
    if slug not in slugs():
        raise KeyError(f"no dashboard is called {slug!r}")
    file = _files()[slug]
    if file.parent == _SHIPPED:
        return import_module(f"dashboards.{file.stem}")
    try:
        return SimpleNamespace(**run_path(str(file)))
    except Exception as error:
        raise BrokenError(file, error) from error


def _steps(error: BaseException) -> list[tuple[str, int]]:
    """Files and lines of the traceback, outermost first."""
    found, step = [], error.__traceback__
    while step:
        found.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    return found
