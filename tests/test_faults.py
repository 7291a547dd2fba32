"""A server that answers badly, and applies that are killed. Real HTTP against the sandbox and its faults."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks import estate
from provision.sandbox import Sandbox
from tests.world import SECRET, World

QUICK = ("--pause", "0.01")
SERVER_MADE = re.compile(
    r"^(id|uid|version|created|updated|lastSeenAt.*|avatarUrl|.*At|accessControl|orgId|userId|createdBy|updatedBy|url|slug"
    r"|folderId|folderUrl|typeLogoUrl|typeName|smart[A-Z].*|address1|basicAuthUser|user|sortMeta|isStarred)$"
)


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """An estate of two cabinets, not yet applied, on a sandbox of its own."""
    folder = tmp_path / "estate"
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto", tag="same")


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


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What an apply on a healthy server leaves behind."""
    folder = tmp_path_factory.mktemp("undisturbed")
    running = Sandbox(port=0, data=folder / "sandbox")
    running.start()
    world = World(running.url, "admin", "admin", folder=folder, api="auto", tag="same")
    world.apply()
    yield state(world)
    running.close()


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
PLACES = {
    "org": {"method": "POST", "path": "^/api/orgs$"},
    "mark": {"method": "PUT", "path": "^/api/orgs/[0-9]+/address$"},
    "title": {"method": "PUT", "path": "^/api/orgs/[0-9]+$"},
    "user": {"method": "POST", "path": "^/api/admin/users"},
    "role": {"method": "PATCH", "path": "^/api/orgs/[0-9]+/users/"},
    "folder": {"method": "POST", "path": "folder"},
    "data source": {"method": "POST", "path": "^/api/datasources$"},
    "data source once more": {"method": "PUT", "path": "^/api/datasources/uid/"},
    "dashboard": {"method": "POST", "path": "dashboards"},
    "preferences": {"method": "PATCH", "path": "^/api/org/preferences$"},
    "login": {"method": "POST", "path": "^/login$"},
    "reads": {"method": "GET", "path": ""},
    "lists": {"method": "GET", "path": "^/(apis|api/org|api/orgs|api/org/users)$"},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_one_place(world: World, undisturbed: dict[str, Any], fault: str, place: str) -> None:
    """Whatever goes wrong twice at one place, the apply ends as if nothing had, and nothing is made twice."""
    strike(world, {**FAULTS[fault], **PLACES[place]})
    world.apply(*QUICK)
    struck = requests.get(f"{world.url}/sandbox/faults", timeout=60).json()
    assert struck[0]["struck"] in (1, 2)  # once where the second look shows that the write was done
    strike(world)
    assert state(world) == undisturbed
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("path", ["^/api/health$", "^/login$", "^/apis$"])
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("gateway", "proxy before it answered .* 502 Bad Gateway.*\n?.*repeat later"),
        ("busy", "429"),
        ("drop_before", "No answer"),
    ],
)
def test_a_fault_at_the_door_is_told_as_such(world: World, path: str, kind: str, says: str) -> None:
    """After some repeats; it makes neither a stranger's site of a Grafana nor an old Grafana of a new one."""
    strike(world, {"kind": kind, "path": path})
    result = world.run("plan", *QUICK)
    assert result.exit_code == 1, result.output
    assert re.search(says, result.output), result.output
    assert "is not a Grafana" not in result.output
    struck = requests.get(f"{world.url}/sandbox/faults", timeout=60).json()
    assert struck[0]["struck"] > 4


def test_retry_after_is_heeded(world: World) -> None:
    """429 with `Retry-After: 1` is answered by a wait of that second, not by hammering."""
    strike(world, {"kind": "busy", "times": 1, "seconds": 1, "method": "POST", "path": "^/api/orgs$"})
    before = time.monotonic()
    world.apply(*QUICK)
    assert time.monotonic() - before >= 1


def test_an_update_whose_answer_was_lost_is_not_repeated(world: World) -> None:
    """The object is looked at first: it already is as wanted, so it is written once."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    requests.delete(f"{world.url}/sandbox/requests", timeout=60)
    strike(world, {"kind": "drop_after", "method": "PATCH", "path": "preferences", "times": 1})
    world.apply(world.volga, *QUICK)
    rows = requests.get(f"{world.url}/sandbox/requests", timeout=60).json()["requests"]
    assert sum(row["count"] for row in rows if row["method"] == "PATCH" and "preferences" in row["path"]) == 1


def test_a_server_that_stays_broken_fails_one_cabinet_only(world: World) -> None:
    """A cabinet whose writes keep failing is told with what to do; the other one is done, exit 4."""
    world.apply(world.don)
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    org = world.org(world.don)
    strike(world, {"kind": "error_before", "method": "PUT", "path": f"/namespaces/org-{org}/dashboards"})
    result = world.apply(*QUICK, status=4)
    assert world.don in result.output
    assert "database is locked" in result.output
    strike(world)
    world.apply()
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("kind", ["cut_body", "drop_before", "gateway", "error_before"])
def test_a_cabinet_that_cannot_be_read_is_refused_alone(world: World, kind: str) -> None:
    """All repeats in vain: it is refused with what to do, the other one is done, exit 4."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    org = world.org(world.don)
    strike(world, {"kind": kind, "method": "GET", "path": f"/namespaces/org-{org}/dashboards"})
    result = world.apply(*QUICK, status=4)
    assert len(re.findall(r"^! .*nothing was written here: .* Hint: \S", result.output, re.MULTILINE)) == 1, (
        result.output
    )
    strike(world)
    assert {change["cabinet"] for change in world.plan()["changes"]} == {world.don}


def cut_off(world: World, *command: str) -> tuple[int, str]:
    """Exit code and output of a run on twelve cabinets that the server leaves alone in the middle, for good."""
    requests.delete(f"{world.url}/sandbox/requests", timeout=60)
    running = in_a_process(world, *command, "--pause", "0.1")
    until(lambda: requests.get(f"{world.url}/sandbox/requests", timeout=60).json()["total"] > 100)
    strike(world, {"kind": "drop_before"})
    output, _ = running.communicate(timeout=300)
    dropped = requests.get(f"{world.url}/sandbox/faults", timeout=60).json()[0]["struck"]
    assert dropped < 60, output  # twelve cabinets with all their repeats would ask many more times
    assert "Traceback" not in output
    return running.returncode, output


def test_a_server_that_goes_away_ends_a_plan_soon(world: World) -> None:
    """With one error: the cabinets do not wait for all their repeats each."""
    estate.write(world.folder, 12, tag=world.tag)
    world.apply()
    status, output = cut_off(world, "plan")
    assert (status, output.count("No answer from"), output.count("Hint")) == (1, 1, 1), output


def test_a_server_that_goes_away_ends_an_apply_soon(world: World) -> None:
    """With the outcomes: a line for each cabinet that was not finished, and the next apply does the rest."""
    estate.write(world.folder, 12, tag=world.tag)
    status, output = cut_off(world, "apply", "--yes", "--format", "json")
    assert status == 4, output
    assert 4 < output.count("No answer from") < 12, output
    strike(world)
    world.apply()
    assert world.run("drift").exit_code == 0


def test_somebody_was_faster(world: World) -> None:
    """An object that another hand changes between plan and write is not written over; the apply says so."""
    world.apply()
    world.change("tenants.yaml", "Europe/Samara", "Asia/Omsk")
    org = world.org(world.volga)
    # The write is held up while the other hand works.
    path = f"/namespaces/org-{org}/dashboards/smart-for-managers$"
    strike(world, {"kind": "delay", "method": "PUT", "path": path, "seconds": 2, "times": 1})
    running = in_a_process(world, "apply", world.volga, "--yes", *QUICK)
    until_struck(world)
    whole = world.ask("GET", "/api/dashboards/uid/smart-for-managers", org=org)
    whole["dashboard"]["title"] = "by hand"
    body = {"dashboard": whole["dashboard"], "folderUid": whole["meta"]["folderUid"], "overwrite": True}
    world.ask("POST", "/api/dashboards/db", body, org=org)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 1, output
    assert "smart-for-managers" in output
    title = world.ask("GET", "/api/dashboards/uid/smart-for-managers", org=org)["dashboard"]["title"]
    assert title == "by hand"
    world.apply()
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_a_tenth_of_all_answers_is_faulty(first: int, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    """Ten seeds each: the right end state or a clear error that a second apply mends; the admin is not locked out."""
    kinds = ("error_before", "error_after", "drop_before", "drop_after", "busy")
    for seed in range(first, first + 10):
        running = Sandbox(port=0, data=tmp_path / f"sandbox{seed}")
        running.start()
        folder = tmp_path / f"estate{seed}"
        folder.mkdir()
        world = World(running.url, "admin", "admin", folder=folder, api=("auto", "legacy")[seed % 2], tag="same")
        strike(world, *({"kind": kind, "rate": 0.02} for kind in kinds), seed=seed)
        result = world.run("apply", "--yes", *QUICK)
        strike(world)
        assert result.exit_code in (0, 1, 4), result.output
        assert "Traceback" not in result.output
        if result.exit_code:
            assert re.search(r"500|429|No answer|locked", result.output), result.output
            world.apply()
        assert state(world) == undisturbed, f"seed {seed}"
        running.close()


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


@pytest.mark.parametrize("kill", range(100))
def test_a_kill_is_mended_by_the_next_apply(world: World, undisturbed: dict[str, Any], kill: int) -> None:
    """SIGKILL after so many writes; the next apply ends as an undisturbed one does, object by object."""
    running = in_a_process(world, "apply", "--yes", *QUICK)
    after = 1 + kill % 40
    while running.poll() is None and world.writes() < after:
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    world.apply()
    assert state(world) == undisturbed
    assert world.run("drift").exit_code == 0


def test_ctrl_c_finishes_what_is_under_way_and_says_what_was_not_done(world: World) -> None:
    """The request under way ends, the rest is told as not done, and the next apply does it."""
    strike(world, {"kind": "delay", "method": "POST", "path": "dashboards", "seconds": 1, "times": 1})
    running = in_a_process(world, "apply", "--yes", *QUICK)
    until_struck(world)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode in (1, 4), output
    assert "Traceback" not in output
    assert "Interrupted" in output
    assert "Not finished. Written:" in output
    strike(world)
    world.apply()
    assert world.run("drift").exit_code == 0


def take_away(world: World) -> tuple[str, ...]:
    """Volga becomes absent in tenants.yaml; the words with which the brakes let it go."""
    world.change("tenants.yaml", "title: Волга same", "title: Волга same\n        state: absent")
    refused = world.run("apply", world.volga, "--yes")
    found = re.search(rf"--allow-deletes {world.volga}=\d+", refused.output)
    assert found, refused.output
    return tuple(found[0].split())


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_cabinet_is_taken_away_under_faults(world: World, fault: str, method: str) -> None:
    """Whatever goes wrong twice, reading or deleting: one whole backup, no org, and the other cabinet as it was."""
    world.apply()
    don = state(world)["Дон same"]
    allow = take_away(world)
    place = {"DELETE": "^/api/orgs/[0-9]+$", "GET": "^/api/dashboards/uid/smart-for-managers"}[method]
    strike(world, {**FAULTS[fault], "method": method, "path": place})
    world.apply(*QUICK, *allow)
    assert requests.get(f"{world.url}/sandbox/faults", timeout=60).json()[0]["struck"] in (1, 2)
    strike(world)
    assert world.orgs() == ["Дон same"]
    assert state(world)["Дон same"] == don
    (file,) = (world.folder / "backup").iterdir()
    assert json.loads(file.read_text(encoding="utf-8"))["cabinet"] == world.volga
    assert world.run("drift").exit_code == 0


@pytest.mark.parametrize("kind", ["delay", "drop_before"])
def test_a_kill_while_a_cabinet_is_taken_away(world: World, kind: str) -> None:
    """SIGKILL while the org is deleted: the backup is there, the org is whole or gone, and the next apply ends it."""
    world.apply()
    allow = take_away(world)
    strike(world, {"kind": kind, "method": "DELETE", "path": "^/api/orgs/[0-9]+$", "seconds": 1, "times": 1000})
    running = in_a_process(world, "apply", "--yes", *QUICK, *allow)
    until_struck(world)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    time.sleep(1.5 if kind == "delay" else 0)  # what was asked before the kill is still carried out
    strike(world)
    assert list((world.folder / "backup").glob("*.json"))
    assert world.orgs() == (["Дон same"] if kind == "delay" else ["Волга same", "Дон same"])
    world.apply(*(allow if kind == "drop_before" else ()))
    assert world.orgs() == ["Дон same"]
    assert world.run("drift").exit_code == 0


def test_a_full_disk_keeps_the_cabinet(world: World) -> None:
    """No room for the backup: the message says so and that nothing was deleted; no part of a file stays."""
    world.apply()
    allow = take_away(world)
    command = ["bash", "-c", 'ulimit -f 8 && exec "$@"', "-", *typed(world, "apply", "--yes", *QUICK, *allow)]
    done = subprocess.run(command, env=environment(world), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 4, done.stderr
    output = done.stdout + done.stderr
    assert "could not be written" in output
    assert "nothing was deleted" in output
    assert "Traceback" not in output
    assert list((world.folder / "backup").iterdir()) == []
    assert world.orgs() == ["Волга same", "Дон same"]
    world.apply(*allow)
    assert world.orgs() == ["Дон same"]
