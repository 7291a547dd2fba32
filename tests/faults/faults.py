"""Faults of the sandbox, all that a server holds, and a `provision` in a process of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.world import SECRET, World

QUICK = ("--pause", "0.01")
SERVER_MADE = re.compile(
    r"^(id|uid|version|created|updated|lastSeenAt.*|avatarUrl|.*At|accessControl|orgId|userId|createdBy|updatedBy|url|slug"
    r"|folderId|folderUrl|typeLogoUrl|typeName|smart[A-Z].*|address1|basicAuthUser|user|sortMeta|isStarred)$"
)


def small_world(url: str, folder: Path, api: str = "auto") -> World:
    """An estate of two cabinets with two dashboards each: tests of faults and kills make many small applies."""
    world = World(url, "admin", "admin", folder=folder, api=api, tag="same")
    world.change("tenants.yaml", 'dashboards: ["*"]', "dashboards: [for-managers, kodeks-analytics]")
    return world


def strike(world: World, *faults: dict[str, Any], seed: int = 0) -> None:
    """The sandbox answers like this from now on; without faults, well."""
    body = {"seed": seed, "faults": list(faults)}
    requests.put(f"{world.url}/sandbox/faults", json=body, timeout=60).raise_for_status()


def plain(value: Any) -> Any:
    """The value without what every server makes anew: numbers, times, versions."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if not SERVER_MADE.match(key)}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def state(world: World) -> dict[str, Any]:
    """Everything on the server, object by object, without server-made values; needs a server that answers well."""
    found: dict[str, Any] = {"users": sorted(user["login"] for user in world.ask("GET", "/api/users?perpage=1000"))}
    for org in world.ask("GET", "/api/orgs?perpage=1000"):
        number, name = org["id"], org["name"]
        dashboards = world.ask("GET", "/api/search?type=dash-db", org=number)
        found[name] = plain(
            {
                "org": world.ask("GET", f"/api/orgs/{number}"),
                "members": world.ask("GET", "/api/org/users", org=number),
                "folders": [row["title"] for row in world.ask("GET", "/api/folders", org=number)],
                "sources": [
                    world.ask("GET", f"/api/datasources/uid/{row['uid']}", org=number)
                    for row in world.ask("GET", "/api/datasources", org=number)
                ],
                "dashboards": [
                    world.ask("GET", f"/api/dashboards/uid/{row['uid']}", org=number)
                    for row in sorted(dashboards, key=lambda row: str(row["uid"]))
                ],
                "preferences": world.ask("GET", "/api/org/preferences", org=number),
            }
        )
    return found


FAULTS = {
    "500 before": {"kind": "error_before", "times": 2},
    "500 after": {"kind": "error_after", "times": 2},
    "dropped before": {"kind": "drop_before", "times": 2},
    "dropped after": {"kind": "drop_after", "times": 2},
    "too many requests": {"kind": "busy", "times": 2, "seconds": 0},
    "proxy without its server": {"kind": "gateway", "times": 2},
    "cut in the body": {"kind": "cut_body", "times": 2},
    "slow": {"kind": "delay", "times": 2, "seconds": 0.2},
}


def environment(world: World) -> dict[str, str]:
    """For a `provision` in a process of its own."""
    ours = {"GRAFANA_URL": world.url, "GRAFANA_USER": world.user, "GRAFANA_PASSWORD": world.password}
    return {**os.environ, **ours, "SMART_SECRET": SECRET}


def until(happened: Callable[[], bool]) -> None:
    """Waits for it, a minute at most."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def until_struck(world: World) -> None:
    """Waits for the one fault that is set."""
    until(lambda: bool(requests.get(f"{world.url}/sandbox/faults", timeout=60).json()[0]["struck"]))


def typed(world: World, *words: str) -> list[str]:
    """`provision --lang en …` as one would type it."""
    folder = world.folder
    files = ["--handover", str(folder / "handover"), "--backup", str(folder / "backup")] if words[0] == "apply" else []
    started = [sys.executable, "-c", "from provision.cli import main; main()", "--lang", "en"]
    return [
        *started,
        "-f",
        str(folder / "tenants.yaml"),
        *words,
        *files,
    ]


def in_a_process(world: World, *words: str) -> subprocess.Popen[str]:
    """`provision --lang en …` beside the test."""
    return subprocess.Popen(
        typed(world, *words), env=environment(world), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
