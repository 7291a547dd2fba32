"""What makes each alert fire and what does not: one module a group, each with CASES."""

import pkgutil
from importlib import import_module

from tests.dashboards.alerts.history import Case

_MODULES = [found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")]
EVERY: tuple[Case, ...] = tuple(case for name in _MODULES for case in import_module(f"{__name__}.{name}").CASES)
