"""Which module may import which, and where each library may be imported. Reads the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for package in ("provision", "dashboards") for path in (ROOT / package).rglob("*.py"))

# Package or module -> what of ours it may import; a module may always import its own package.
ALLOWED = {
    "provision.text": set(),
    "provision.errors": {"provision.text"},
    "provision.os_errors": {"provision.text"},
    "provision.json_schema": {"provision.text"},
    "provision.whole_files": {"provision.errors", "provision.text"},
    "provision.rows": set(),
    "provision.identity": set(),
    "provision.model": {"provision.rows", "provision.text"},
    "provision.credential": {"provision.errors", "provision.text"},
    "provision.plan": {"provision.errors", "provision.model", "provision.text"},
    "provision.collect": {
        "provision.errors",
        "provision.model",
        "provision.whole_files",
        "provision.stores.contract",
        "provision.text",
    },
    "provision.lists": {
        "provision.errors",
        "provision.identity",
        "provision.model",
        "provision.rows",
        "provision.text",
        "provision.whole_files",
    },
    "provision.schema": {
        "provision.collect.checks",
        "provision.errors",
        "provision.json_schema",
        "provision.model",
        "provision.server_settings",
        "provision.stores.number_stores",
        "provision.stores.row_stores",
        "provision.text",
    },
    "provision.server_settings": {"provision.text"},
    "provision.config": {
        "provision.errors",
        "provision.identity",
        "provision.json_schema",
        "provision.lists",
        "provision.model",
        "provision.whole_files",
        "provision.rows",
        "provision.schema",
        "provision.text",
    },
    "provision.grafana": {"provision", "provision.errors", "provision.text", "provision.throttle"},
    "provision.ownership": {"provision.credential"},
    "provision.directory": {
        "provision.credential",
        "provision.errors",
        "provision.grafana",
        "provision.identity",
        "provision.ownership",
    },
    "provision.remembered": {
        "provision.credential",
        "provision.errors",
        "provision.grafana",
        "provision.whole_files",
    },
    "provision.lock": {"provision.errors", "provision.text"},
    "provision.throttle": set(),
    "provision.backup": {"provision.errors", "provision.grafana", "provision.whole_files", "provision.text"},
    "provision.handover": {"provision.errors", "provision.model", "provision.text", "provision.whole_files"},
    "provision.kinds": {
        "provision.backup",
        "provision.collect",
        "provision.credential",
        "provision.directory",
        "provision.errors",
        "provision.grafana",
        "provision.handover",
        "provision.identity",
        "provision.model",
        "provision.ownership",
        "provision.plan",
        "provision.remembered",
        "provision.server_settings",
        "provision.stores",
        "provision.text",
    },
    "provision.guards": {"provision.errors", "provision.kinds", "provision.model", "provision.plan", "provision.text"},
    "provision.planning": {
        "provision.errors",
        "provision.guards",
        "provision.kinds",
        "provision.model",
        "provision.plan",
        "provision.text",
    },
    "provision.writing": {
        "provision.errors",
        "provision.grafana",
        "provision.kinds",
        "provision.model",
        "provision.plan",
        "provision.text",
    },
    "provision.applying": {
        "provision.errors",
        "provision.guards",
        "provision.kinds",
        "provision.model",
        "provision.plan",
        "provision.planning",
        "provision.text",
        "provision.writing",
    },
    "provision.audit": {
        "provision.server_settings",
        "provision.credential",
        "provision.directory",
        "provision.errors",
        "provision.grafana",
        "provision.kinds",
        "provision.model",
        "provision.ownership",
        "provision.stores",
        "provision.text",
    },
    "provision.verify": {
        "provision.collect",
        "provision.credential",
        "provision.errors",
        "provision.lists",
        "provision.model",
        "provision.render",
        "provision.stores",
        "provision.text",
    },
    "provision.poll": {
        "provision.credential",
        "provision.errors",
        "provision.model",
        "provision.stores",
        "provision.text",
    },
    "provision.reports": {
        "provision.collect.recording",
        "provision.errors",
        "provision.model",
        "provision.stores",
        "provision.text",
    },
    "provision.receive": {
        "provision.collect.unknown",
        "provision.config",
        "provision.credential",
        "provision.errors",
        "provision.model",
        "provision.reports",
        "provision.stores",
        "provision.text",
        "provision.whole_files",
    },
    "provision.render": {
        "provision.errors",
        "provision.lists.columns",
        "provision.model",
        "provision.plan",
        "provision.text",
    },
    "provision.stores": {
        "provision.credential",
        "provision.errors",
        "provision.json_schema",
        "provision.lock",
        "provision.model",
        "provision.plan",
        "provision.whole_files",
        "provision.text",
    },
    "provision.sandbox": {"provision", "provision.errors", "provision.text"},
    "provision.starter": set(),
    "dashboards": set(),
    "provision": set(),  # the version; every other module has a line of its own
}
for allowed in ALLOWED.values():
    if "provision.errors" in allowed:
        allowed.add("provision.os_errors")  # reasons for errors
ALLOWED["provision.cli"] = {*ALLOWED}  # the top
ALLOWED["provision.__main__"] = {"provision.cli"}
# Library -> the only places that import it.
IMPORTED_BY = {
    "click": {"provision.cli"},
    "dotenv": {"provision.cli"},
    "requests": {"provision.grafana", "provision.poll", "provision.stores"},
    "urllib3": {"provision.grafana", "provision.poll"},
    "orjson": {"provision.audit", "provision.grafana"},
    "zxcvbn": {"provision.credential"},
    "yaml": {"provision.collect", "provision.config", "provision.schema", "provision.stores"},
    "jsonschema": {"provision.config", "provision.schema"},
    "csv": {"provision.lists"},
    "psycopg": {"provision.stores.driver"},
    "grafanalib": {"dashboards", "provision.starter"},
    "promql_parser": {"dashboards.lint"},
    "sqlglot": {"dashboards.lint"},
    "defusedxml": {"provision.reports"},
    "fastjsonschema": {"provision.reports"},
    "flask": {"provision.receive", "provision.sandbox"},
    "werkzeug": {"provision.receive", "provision.sandbox"},
    "gunicorn": {"provision.receive"},
    "prometheus_client": {"provision.receive"},
}
DASHBOARDS_ALSO_IN = {
    "provision.kinds.dashboard",
    "provision.kinds.dashboard_lint",
    "provision.kinds.alerting",
    "provision.collect.recording_lint",
    "provision.starter",
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Every module the file imports, `from provision import cli` as provision.cli."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = (ROOT / Path(*inner.split("."))).with_suffix(".py").exists() or (
                    ROOT / Path(*inner.split("."))
                ).is_dir()
                yield inner if is_module else node.module


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def place_of(module: str) -> str | None:
    """The line of the table that holds for the module; that of the package `provision` holds for no module in it."""
    places = (place for place in ALLOWED if place != "provision")
    return next((place for place in places if within(module, place)), "provision" if module == "provision" else None)


def test_a_module_that_is_not_in_the_table_has_no_place() -> None:
    """A new module of the package must get a line of its own."""
    assert place_of("provision.utils") is None
    assert place_of("provision.kinds.anything") == "provision.kinds"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_follow_the_design(path: Path) -> None:
    """A module imports only what its place in the design lets it."""
    module = name_of(path)
    place = place_of(module)
    assert place is not None, f"{module} has no line in ALLOWED"
    for imported in imports(path):
        if within(imported, "dashboards") and not within(module, "dashboards"):
            assert any(within(module, one) for one in DASHBOARDS_ALSO_IN), f"{module} imports {imported}"
        elif within(imported, "provision"):
            allowed = {place, *ALLOWED[place]}
            fits = any(imported == one or (one != "provision" and within(imported, one)) for one in allowed)
            assert fits, f"{module} imports {imported}"
        for library, packages in IMPORTED_BY.items():
            if within(imported, library):
                assert any(within(module, one) for one in packages), f"{module} imports {library}"


def test_nothing_but_the_command_line_knows_the_sandbox() -> None:
    """The sandbox is a stand-in: only the command that starts it, and itself, import it."""
    users = {name_of(path) for path in MODULES if any(within(one, "provision.sandbox") for one in imports(path))}
    assert {user for user in users if not within(user, "provision.sandbox")} == {"provision.cli.local"}


def test_printing_is_the_command_lines_alone() -> None:
    """No module but cli prints (a generator of docs and the sandbox's own start may)."""
    for path in MODULES:
        calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        printed = any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls)
        assert not printed or path.name == "__main__.py", name_of(path)


def test_what_no_server_needs_is_not_loaded() -> None:
    """Estate, kinds, plan and apply leave the driver of PostgreSQL, with its libpq, until a server is asked."""
    loaded = "import provision.applying, provision.config, sys; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
