"""What is only looked at: what opens a cabinet is a difference, unless tenants.yaml allows it by name."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.sandbox import Sandbox, Settings
from tests.faults.faults import strike
from tests.stores.test_number_stores import Recorder
from tests.world import ACCEPTED, World


@contextmanager
def applied(folder: Path, settings: Settings) -> Iterator[World]:
    """Two cabinets on a sandbox with those settings."""
    running = Sandbox(port=0, data=folder / "sandbox", settings=settings)
    running.start()
    (folder / "estate").mkdir()
    try:
        world = World(running.url, "admin", "admin", folder=folder / "estate", api="auto")
        world.apply()
        yield world
    finally:
        running.close()


def drift(world: World, status: int) -> set[tuple[str, str, str]]:
    """Cabinet, kind and key of everything that drift lists."""
    result = world.run("drift", "--format", "json")
    assert result.exit_code == status, result.output
    return {(row["cabinet"], row["kind"], row["key"]) for row in json.loads(result.stdout)["unmanaged"]}


def test_a_wrong_setting_is_a_difference_until_it_is_accepted(tmp_path: Path) -> None:
    """drift lists it once for all cabinets with the line that sets it, and plan does not look at it."""
    with applied(tmp_path, Settings(others={"users.viewers_can_edit": "true"})) as world:
        assert drift(world, 0) == set()
        world.change("tenants.yaml", '"users.viewers_can_edit": "this is a test", ', "")
        assert drift(world, 3) == {("", "server setting", "users.viewers_can_edit")}
        assert "[users] viewers_can_edit = false" in world.run("drift").stdout
        assert world.plan()["unmanaged"] == []
        assert world.apply("--yes").exit_code == 0


def test_settings_fit_a_terminal(tmp_path: Path) -> None:
    """Each setting with its value, and below it what is wanted, on lines of 80 columns."""
    with applied(tmp_path, Settings()) as world:
        world.change("tenants.yaml", json.dumps(ACCEPTED), '{"users.viewers_can_edit": "this is a test"}')
        lines = world.run("drift").stdout.splitlines()
        heads = [number for number, line in enumerate(lines) if line.startswith("  ? server setting  ")]
        assert len(heads) > 5
        assert all(lines[number + 1].startswith("      wanted: [") for number in heads)
        assert all(len(line) <= 80 for line in lines[heads[0] : heads[-1] + 3]), lines


def test_only_known_settings_can_be_accepted(tmp_path: Path) -> None:
    """A name that is not in the table is an error with its place in the file."""
    world = World("http://127.0.0.1:1", "admin", "admin", folder=tmp_path, api="auto")
    world.change("tenants.yaml", '"auth.anonymous.enabled"', '"auth.anonymus.enabled"')
    result = world.run("check")
    assert result.exit_code == 1
    assert "auth.anonymus.enabled" in result.output


def test_a_service_account_is_a_difference_until_it_is_allowed_by_name(tmp_path: Path) -> None:
    """Another of the same sort is still one."""
    with applied(tmp_path, Settings()) as world:
        org = world.org(world.volga)
        logins = [
            world.ask("POST", "/api/serviceaccounts", {"name": name, "role": "Viewer"}, org=org)["login"]
            for name in ("reports", "stranger")
        ]
        assert drift(world, 3) == {(world.volga, "service account", login) for login in logins}
        allowed = f"allowed: [{{what: service account, name: {logins[0]}, reason: nightly reports}}]"
        title = f"title: Волга {world.tag}"
        world.change("tenants.yaml", title, f"{title}\n        {allowed}")
        assert drift(world, 3) == {(world.volga, "service account", logins[1])}
        found = json.loads(world.run("audit", world.volga, "--format", "json").stdout)["findings"]
        assert [one["why"] for one in found if one["verdict"] == "leaked"] == [f"service account: {logins[1]}, Viewer"]


def test_what_is_switched_off_counts_as_closed(tmp_path: Path) -> None:
    """Snapshots that are off answer 403: neither drift nor audit loses the rest over it."""
    with applied(tmp_path, Settings(snapshots=False)) as world:
        assert drift(world, 0) == set()
        found = json.loads(world.run("audit", world.volga, "--format", "json").stdout)["findings"]
        held = {one["attempt"] for one in found if one["verdict"] == "held"}
        assert {"nothing that opens it: snapshot", "nothing that opens it: API key"} <= held


def test_what_cannot_be_read_is_reported_alone(tmp_path: Path) -> None:
    """A list that fails hides nothing else, and nobody can say that it opens nothing."""
    with applied(tmp_path, Settings()) as world:
        world.ask("POST", "/api/serviceaccounts", {"name": "robot", "role": "Viewer"}, org=world.org(world.volga))
        strike(world, {"kind": "error_before", "method": "GET", "path": "/org/invites$"})
        listed = drift(world, 3)
        assert {(cabinet, kind) for cabinet, kind, _ in listed} == {
            (world.volga, "service account"),
            (world.volga, "invitation"),
            (world.don, "invitation"),
        }
        assert {key for _, kind, key in listed if kind == "invitation"} == {"?"}


def test_an_anonymous_org_is_found_by_settings_and_by_trying(tmp_path: Path) -> None:
    """Everybody reads the cabinet that `[auth.anonymous] org_name` names; a lone cabinet is tried, too."""
    with applied(tmp_path, Settings()) as world:
        title = f"Волга {world.tag}"
    reopened = tmp_path / "again"
    reopened.mkdir()
    with applied(reopened, Settings(anonymous_org=title)) as world:
        world.change("tenants.yaml", f"Волга {world.tag}", title)
        world.change("tenants.yaml", f'"auth.anonymous.enabled": "{ACCEPTED["auth.anonymous.enabled"]}", ', "")
        world.apply()
        result = world.run("audit", world.volga, "--format", "json")
        assert result.exit_code == 1
        found = [one for one in json.loads(result.stdout)["findings"] if one["verdict"] == "leaked"]
        assert ("Grafana", "auth.anonymous.enabled") in {(one["cabinet"], one["attempt"]) for one in found}
        assert "without a login" in {one["way"] for one in found if one["cabinet"] == world.volga}


def test_a_store_of_numbers_without_a_login_is_named(tmp_path: Path) -> None:
    """Grafana's server reads and writes it for any Editor, so it is a leak of every cabinet."""
    recorder = Recorder()
    try:
        with applied(tmp_path, Settings()) as world:
            result = world.run("audit", world.volga, "--format", "json", "--vm-url", recorder.url)
    finally:
        recorder.close()
    assert result.exit_code == 1
    found = [one for one in json.loads(result.stdout)["findings"] if one["verdict"] == "leaked"]
    assert [(one["cabinet"], one["why"]) for one in found] == [
        ("Grafana", "VictoriaMetrics answers without a login"),
    ]


def test_a_proxys_header_is_tried(tmp_path: Path) -> None:
    """Where the server takes a login from a header, anybody who reaches it is a server admin: audit shows it."""
    with applied(tmp_path, Settings(auth_proxy=True)) as world:
        found = json.loads(world.run("audit", world.volga, "--format", "json").stdout)["findings"]
        leaked = {one["attempt"] for one in found if one["verdict"] == "leaked"}
        assert "the proxy's header, admin: GET /api/admin/settings" in leaked
