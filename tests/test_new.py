"""From two lists to a working cabinet in one command, and what makes it refuse without touching anything."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import Result

from provision.lock import alone_on
from tests.world import SECRET, World, on_server

MANAGERS, ONLINE = "kama_manager_20260417.csv", "kama_online_20260417.csv"


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, not yet applied, and two lists of a third one that tenants.yaml does not know."""
    with on_server(grafana_url, tmp_path) as world:
        world.write(MANAGERS, world.manager_line("kamina", f"{world.tag}kama.example.ru:80"))
        world.write(ONLINE, access(world, "kamina", f"{world.tag}9"))
        yield world


def access(world: World, manager: str, login: str, host: str = "online1.example.ru") -> str:
    """A line of an online list."""
    name = world.login(manager)
    return f"ООО Лютик,{login},Pw-Example-9,{host},docs,https,{name},{name}@example.ru\n"


def words(world: World, *more: str, without: Sequence[str] = (), **instead: str) -> list[str]:
    """The command line for the new cabinet of this world."""
    options = {
        "profile": "company",
        "distributor": f"d{world.tag}",
        "title": f"Кама {world.tag}",
        "managers": str(world.folder / MANAGERS),
        "online": str(world.folder / ONLINE),
        "high-priority": "sos-kama@example.ru",
        "usage": "usage-kama@example.ru",
        "head": f"bazhov{world.tag}:bazhov{world.tag}@example.ru:Editor:Павел Бажов",
    } | {key.replace("_", "-"): value for key, value in instead.items()}
    pairs = [text for key, value in options.items() if key not in without for text in (f"--{key}", value)]
    return ["new", f"{world.tag}-kama", *pairs, *more]


def new(world: World, *more: str, status: int = 0, without: Sequence[str] = (), **instead: str) -> Result:
    """What `provision new … --yes` gives; it must end so."""
    result = world.run(*words(world, "--yes", *more, without=without, **instead))
    assert result.exit_code == status, result.output
    return result


def state(world: World) -> Any:
    """All that a refusal must leave alone: the estate's files, the server, the hand-over folder."""
    files = {path: path.read_bytes() for path in world.folder.rglob("*") if path.is_file()}
    users = [user["login"] for user in world.ask("GET", "/api/users?perpage=1000") if world.tag in user["login"]]
    return files, world.orgs(), users, (world.folder / "handover").exists()


def note(world: World) -> str:
    """The only hand-over note there is."""
    (found,) = (world.folder / "handover").iterdir()
    assert found.stat().st_mode & 0o777 == 0o600
    return found.read_text(encoding="utf-8")


def people(text: str) -> dict[str, str]:
    """Logins and first passwords at the end of a note."""
    return dict(line.split() for line in text.partition("Первый пароль\n")[2].splitlines())


def test_two_lists_become_a_working_cabinet(world: World) -> None:
    """One command makes the org, people, dashboards and fences; nothing is left to do and no other cabinet is made."""
    before = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    result = new(world)
    assert world.orgs() == [f"Кама {world.tag}"]
    org = world.org(f"{world.tag}-kama")
    members = {row["login"]: row["role"] for row in world.ask("GET", "/api/org/users", org=org)}
    assert members == {world.user: "Admin", world.login("kamina"): "Viewer", f"bazhov{world.tag}": "Editor"}
    assert world.ask("GET", f"/api/users/lookup?loginOrEmail=bazhov{world.tag}")["name"] == "Павел Бажов"
    dashboards = {row["uid"] for row in world.ask("GET", "/api/search?type=dash-db", org=org)}
    assert {"smart-kodeks-analytics", "smart-billing-online-statistics"} <= dashboards
    assert world.run("drift", f"{world.tag}-kama").exit_code == 0
    after = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    assert after.startswith(before)
    for line in after.removeprefix(before).splitlines():
        assert f"+{line}\n" in result.output
    assert f"lists:\n          managers: [{MANAGERS}]\n          online: [{ONLINE}]\n" in after


def test_the_note_lets_people_in(world: World) -> None:
    """The note has the address, the home dashboard, the person to ask, and passwords that open this cabinet alone."""
    result = new(world)
    text = note(world)
    assert f"Памятка к кабинету СМАРТ «Кама {world.tag}»" in text
    assert f"Адрес: {world.url}\n" in text
    assert "дашборд «Kodeks аналитика»" in text
    assert "оператору СМАРТ" in text
    found = people(text)
    assert list(found) == [f"bazhov{world.tag}", world.login("kamina")]
    for login, password in found.items():
        orgs = requests.get(f"{world.url}/api/user/orgs", auth=(login, password), timeout=60).json()
        assert [org["name"] for org in orgs] == [f"Кама {world.tag}"]
    assert "дашборд «Kodeks аналитика»" in result.output
    for secret in (*found.values(), "Pw-Example-9", SECRET):
        assert secret not in result.output


def test_a_new_distributor_comes_with_its_first_cabinet(world: World) -> None:
    """A distributor that is not in the file yet gets its block, with title and isolation."""
    new(world, "--isolated", distributor=f"e{world.tag}", distributor_title="ООО «Кама»")
    after = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    block = f"  e{world.tag}:\n    title: ООО «Кама»\n    isolated: true\n    cabinets:\n      {world.tag}-kama:\n"
    assert block in after
    assert world.run("drift", f"{world.tag}-kama").exit_code == 0


def test_a_new_distributor_gets_a_suffix_where_logins_are_taken(world: World) -> None:
    """Its manager has a login that another distributor has: the block gets the suffix, and there are two accounts."""
    world.apply()
    line = world.manager_line("ivanova", f"{world.tag}kama.example.ru:80")
    world.write(MANAGERS, line.replace(f"{world.login('ivanova')}@", f"kama{world.tag}@"))
    name = f"e{world.tag}"
    new(world, distributor=name, distributor_title="ООО «Кама»", without=["online", "head"])

    assert f"login_suffix: .{name}\n" in (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    both = (world.login("ivanova"), f"{world.login('ivanova')}.{name}")
    assert len({world.ask("GET", f"/api/users/lookup?loginOrEmail={login}")["id"] for login in both}) == 2
    assert world.run("drift").exit_code == 0


def test_a_part_of_a_branch_shares_its_people(world: World) -> None:
    """Streaming sales belong to a branch: whoever has a login already keeps the password, and the note says so."""
    streaming = "  streaming: {dashboards: ['billing-online-*'], home: billing-online-statistics}\n"
    world.change("tenants.yaml", "distributors:\n", f"{streaming}distributors:\n")
    world.apply(world.volga)
    for found in (world.folder / "handover").iterdir():
        found.unlink()
    world.write(ONLINE, access(world, "ivanova", f"{world.tag}9"))
    new(world, "--belongs-to", world.volga, without=["managers", "head"], profile="streaming")
    assert people(note(world)) == {world.login("ivanova"): "прежний"}
    user = world.ask("GET", f"/api/users/lookup?loginOrEmail={world.login('ivanova')}")["id"]
    orgs = {org["name"] for org in world.ask("GET", f"/api/users/{user}/orgs")}
    assert orgs == {f"Волга {world.tag}", f"Кама {world.tag}"}


def test_the_block_goes_where_the_distributor_lives(world: World) -> None:
    """In a split estate the distributor's own file grows, and lists are found from there."""
    text = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    head, mark, rest = text.partition("distributors:\n")
    main = f"include: [parts/*.yaml]\n{head}"
    world.write("tenants.yaml", main)
    (world.folder / "parts").mkdir()
    world.write("parts/rogaikopyta.yaml", f"{mark}{rest}".replace("[volga", "[../volga").replace("[don", "[../don"))
    new(world)
    assert (world.folder / "tenants.yaml").read_text(encoding="utf-8") == main
    assert f"managers: [../{MANAGERS}]" in (world.folder / "parts" / "rogaikopyta.yaml").read_text(encoding="utf-8")
    assert world.run("drift", f"{world.tag}-kama").exit_code == 0


def test_a_bad_line_is_reported_and_the_rest_is_made(world: World) -> None:
    """As with check and apply: an error excludes its line, not the cabinet; it is shown before the question."""
    broken = world.manager_line("lost", f"{world.tag}x.example.ru")  # no port
    world.write(MANAGERS, broken + world.manager_line("kamina", f"{world.tag}kama.example.ru:80"))
    result = new(world)
    assert f"{MANAGERS}, line 1" in result.output
    assert set(people(note(world))) == {f"bazhov{world.tag}", world.login("kamina")}


def test_the_mistakes_of_other_cabinets_are_no_obstacle(world: World) -> None:
    """A cabinet that is stopped by its own list stops only itself."""
    world.write("don_manager_20260417.csv", "")
    new(world)
    assert world.orgs() == [f"Кама {world.tag}"]


MISTAKES = {
    # what differs on the command line: the expected message
    "unknown-profile": ({"profile": "compani"}, "there is no `compani`"),
    "unknown-zone": ({"timezone": "Samara"}, "Europe/Samara"),
    "unknown-role": ({"head": "bazhov:b@example.ru:Boss:Павел"}, "there is no `Boss`"),
    "unknown-branch": ({"belongs_to": "kazan"}, "there is no `kazan`"),
    "no-mail": ({"usage": "usage"}, "`usage` does not do"),
    "taken-title": ({"title": "волга {tag}"}, "this name is taken"),
    "missing-list": ({"managers": "{folder}/kama_menager_20260417.csv"}, "there is no file"),
    "wrong-kind-of-list": ({"managers": "{folder}/" + ONLINE, "online": "{folder}/" + MANAGERS}, "Move it to"),
    "list-of-another": ({"managers": "{folder}/don_manager_20260417.csv"}, "named once more"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_changes_nothing(world: World, case: str) -> None:
    """What the estate does not allow is reported with its place; file, server and hand-over folder do not change."""
    instead, message = MISTAKES[case]
    before = state(world)
    given = {key: value.format(tag=world.tag, folder=world.folder) for key, value in instead.items()}
    result = new(world, status=1, **given)
    assert message in result.output
    assert "Nothing was changed" in result.output
    assert state(world) == before


@pytest.mark.parametrize("sort", ["login", "address", "client access", "e-mail"])
def test_what_crosses_to_another_cabinet_changes_nothing(world: World, sort: str) -> None:
    """Branches that must not see each other share no person and no client: P11 and P12, both places named."""
    manager, host = "kamina", f"{world.tag}kama.example.ru:80"
    if sort == "client access":
        world.write(ONLINE, access(world, "kamina", f"{world.tag}1"))
    if sort == "login":
        manager = "ivanova"
    if sort == "address":
        host = f"{world.tag}b.example.ru:80"
    line = world.manager_line(manager, host)
    if sort == "e-mail":
        line = line.replace(f"{world.login('kamina')}@", f"orlova{world.tag}@")
    world.write(MANAGERS, line)
    before = state(world)
    result = new(world, status=1)
    place = f"{world.folder}/{ONLINE if sort == 'client access' else MANAGERS}"
    assert f"{place}, line 1" in result.output
    assert f"({world.don if sort == 'address' else world.volga})" in result.output
    assert "Mistakes are in the way" in result.output
    assert "Create " not in result.output  # the server was not asked
    assert state(world) == before


def test_all_mistakes_are_reported_at_once(world: World) -> None:
    """The lists' problems are listed with those of the file, not one after another."""
    world.write(MANAGERS, world.manager_line("kamina", f"{world.tag}kama.example.ru"))
    result = new(world, status=1, profile="compani", title=f"Дон {world.tag}")
    for message in ("there is no `compani`", "this name is taken", f"{MANAGERS}, line 1"):
        assert message in result.output


def test_a_taken_id_changes_nothing(world: World) -> None:
    """An id of the same distributor or of another one is taken."""
    before = state(world)
    line = words(world, "--yes")
    assert world.run("new", world.don, *line[2:]).exit_code == 1
    other = words(world, "--yes", "--distributor-title", "ООО «Кама»", distributor=f"e{world.tag}")
    result = world.run("new", world.don, *other[2:])
    assert result.exit_code == 1
    assert "this name is taken" in result.output
    assert state(world) == before


def test_a_strangers_org_of_that_title_changes_nothing(world: World) -> None:
    """What only the server knows stops it too: an org of that name that is not ours."""
    world.ask("POST", "/api/orgs", {"name": f"Кама {world.tag}"})
    before = state(world)
    result = new(world, status=1)
    assert f"--adopt {world.tag}-kama" in result.output
    assert "Nothing was changed" in result.output
    assert state(world) == before


def test_without_the_right_nothing_is_changed(world: World) -> None:
    """A user who is no server admin cannot make orgs: said before anything is written."""
    name = f"nobody{world.tag}"
    body = {"login": name, "email": f"{name}@example.com", "password": "Pw-Example-1"}
    world.ask("POST", "/api/admin/users", body)
    before = state(world)
    env = {"GRAFANA_USER": name, "GRAFANA_PASSWORD": "Pw-Example-1"}
    result = world.run(*words(world, "--yes"), env=env)
    assert result.exit_code == 1
    assert "not a Grafana server admin" in result.output
    assert state(world) == before


def test_while_another_apply_is_under_way_nothing_is_changed(world: World) -> None:
    """Like apply, it does not run side by side with another one on the same server."""
    before = state(world)
    with alone_on(world.url):
        assert str(os.getpid()) in new(world, status=1).output
    assert state(world) == before


def test_half_a_cabinet_is_finished_by_the_next_apply(world: World) -> None:
    """When Grafana fails half-way the block stays in the file, the message says so, and apply does the rest."""
    org = world.ask("POST", "/api/orgs", {"name": f"Кама {world.tag}"})["orgId"]
    source = {"name": "smart-metrics", "uid": "other", "type": "prometheus", "access": "proxy", "url": "http://x"}
    world.ask("POST", "/api/datasources", source, org=org)
    result = new(world, "--adopt", f"{world.tag}-kama", "--pause", "0", status=1)
    assert f"provision apply {world.tag}-kama" in result.output
    assert "the block stays in" in result.output
    assert f"{world.tag}-kama:" in (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    assert set(people(note(world))) == {f"bazhov{world.tag}", world.login("kamina")}
    world.ask("DELETE", "/api/datasources/uid/other", org=org)
    world.apply(f"{world.tag}-kama")
    assert world.run("drift", f"{world.tag}-kama").exit_code == 0


def on_terminal(world: World, answer: str) -> subprocess.CompletedProcess[str]:
    """The command run by a person at a terminal who types `answer`."""
    master, slave = pty.openpty()
    os.write(master, f"{answer}\n".encode())
    settings = {"GRAFANA_URL": world.url, "GRAFANA_USER": world.user, "GRAFANA_PASSWORD": world.password}
    start = [sys.executable, "-c", "from provision.cli import main; main()", "--lang", "ru"]
    line = [*start, "-f", "tenants.yaml", *words(world, managers=MANAGERS, online=ONLINE)]
    try:
        return subprocess.run(
            line,
            stdin=slave,
            capture_output=True,
            text=True,
            cwd=world.folder,
            env={**os.environ, **settings, "SMART_SECRET": SECRET},
            timeout=300,
            check=False,
        )
    finally:
        os.close(master)
        os.close(slave)


def test_a_no_changes_nothing(world: World) -> None:
    """On a terminal block and plan are shown, then the question comes; after a no all is as before."""
    before = state(world)
    result = on_terminal(world, "n")
    assert result.returncode == 1, result.stderr
    assert f"+      {world.tag}-kama:\n" in result.stdout
    assert result.stdout.index("Создать ") < result.stdout.index("Записать блок в tenants.yaml")
    assert "Ничего не изменено" in result.stdout
    assert state(world) == before


def test_a_yes_makes_the_cabinet(world: World) -> None:
    """The same question answered with yes ends with the cabinet and its note."""
    result = on_terminal(world, "y")
    assert result.returncode == 0, result.stderr
    assert "Памятка с паролями: handover/" in result.stderr
    assert world.orgs() == [f"Кама {world.tag}"]


def test_without_a_terminal_it_does_not_guess(world: World) -> None:
    """Nobody can be asked and nobody said --yes: exit 2, nothing is done."""
    before = state(world)
    result = world.run(*words(world))
    assert result.exit_code == 2
    assert "--yes" in result.output
    assert state(world) == before


@pytest.mark.parametrize(
    ("instead", "without", "message"),
    [
        ({}, ["managers", "online"], "--managers"),
        ({"distributor": "kama"}, [], "--distributor-title"),
        ({"distributor_title": "ООО «Кама»"}, [], "is there already"),
        ({"head": "bazhov"}, [], "LOGIN:MAIL"),
        ({"head": ":b@example.ru"}, [], "LOGIN:MAIL"),
        ({}, ["profile"], "--profile"),
    ],
)
def test_a_command_that_makes_no_sense(world: World, instead: dict[str, str], without: list[str], message: str) -> None:
    """Wrong usage is exit 2, with the option that is missing or too much."""
    before = state(world)
    assert message in new(world, status=2, without=without, **instead).output
    assert state(world) == before


@pytest.mark.parametrize(
    ("said", "role", "name"),
    [
        ("{0}:{0}@example.ru", "Viewer", ""),
        ("{0}:{0}@example.ru:editor", "Editor", ""),
        ("{0} : {0}@example.ru : Павел Бажов", "Viewer", "Павел Бажов"),
        ("{0}:{0}@example.ru::Бажов: Павел", "Viewer", "Бажов: Павел"),
        ("{0}:{0}@example.ru:Editor:Павел", "Editor", "Павел"),
    ],
)
def test_a_head_is_said_in_short(world: World, said: str, role: str, name: str) -> None:
    """Role and name of a head may be left out, each by itself."""
    login = f"bazhov{world.tag}"
    new(world, head=said.format(login))
    assert world.member(world.org(f"{world.tag}-kama"), login)["role"] == role
    assert world.ask("GET", f"/api/users/lookup?loginOrEmail={login}")["name"] == (name or login)
