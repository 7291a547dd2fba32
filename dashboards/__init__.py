"""WHAT is shown and alerted on: one dashboard a file, found by its name. Knows grafanalib, never `provision`.

A new dashboard is one new file `<slug_with_underscores>.py` with a docstring, NEEDS ("installations", "online" or both:
it is of use to a cabinet that has one of them) and `build(scope)`, which returns a grafanalib Dashboard. Modules with a
leading underscore are what dashboards are made of.
"""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from dashboards._finish import finish, panel_ids
from dashboards._links import uid
from dashboards._scope import Scope

__all__ = ["Data", "Scope", "needs", "origin", "panel_id", "render", "slugs", "uid"]

Data = Literal["installations", "online"]


@cache
def slugs() -> tuple[str, ...]:
    """All dashboards there are, in the order of the alphabet: the names of the files, `_` written as `-`."""
    files = pkgutil.iter_modules([str(Path(__file__).parent)])
    return tuple(sorted(file.name.replace("_", "-") for file in files if not file.ispkg and file.name[0] != "_"))


def render(slug: str, scope: Scope) -> dict[str, Any]:
    """The dashboard as Grafana's JSON, without `id`, `uid` and `version`; the same for every cabinet of that scope."""
    return finish(_module(slug).build(scope), scope)


@cache
def panel_id(slug: str, key: str, scope: Scope) -> int:
    """The id of the panel with that key. Raises KeyError for an unknown dashboard or panel."""
    return panel_ids(_module(slug).build(scope))[key]


def needs(slug: str) -> tuple[Data, ...]:
    """The data it shows; of several, one is enough."""
    found: tuple[Data, ...] = _module(slug).NEEDS
    return found


def origin(slug: str) -> str:
    """The file it comes from, as `dashboards/for_managers.py`."""
    return f"dashboards/{slug.replace('-', '_')}.py"


def _module(slug: str) -> ModuleType:
    if slug not in slugs():
        raise KeyError(f"no dashboard is called {slug!r}")
    return import_module(f"dashboards.{slug.replace('-', '_')}")
