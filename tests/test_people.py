"""Who is who: accounts under changed names, leavers and namesakes, people of a directory, first passwords."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from provision.sandbox import Sandbox, Settings
from tests.world import World

PASSWORD = "Pw-Example-1"
LINE = re.compile(r"^(\S+) +(\w{5}(?:-\w{5}){3})$", re.MULTILINE)


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """Two cabinets, applied, on a sandbox of their own."""
    folder = tmp_path / "estate"
    folder.mkdir()
    made = World(sandbox.url, "admin", "admin", folder=folder, api="auto")
    made.apply()
    return made


@pytest.fixture
def special(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """The same, not applied, on a sandbox with the settings of the test's parameter."""
    folder = tmp_path / "estate"
    folder.mkdir()
    running = Sandbox(port=0, data=tmp_path / "special", settings=request.param)
    running.start()
    yield World(running.url, "admin", "admin", folder=folder, api="auto")
    running.close()


def with_settings(**kind: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("special", [Settings(**kind)], indirect=True)


def passwords(world: World) -> list[tuple[str, str]]:
    """Login and password of every line of every note, oldest note first."""
    notes = sorted((world.folder / "handover").glob("*.txt"), key=lambda note: note.stat().st_mtime_ns)
    return [found for note in notes for found in LINE.findall(note.read_text(encoding="utf-8"))]


def password_of(world: World, login: str) -> str:
    """The newest one."""
    return [password for name, password in passwords(world) if name == login][-1]


def status(world: World, login: str, password: str) -> int:
    return requests.get(f"{world.url}/api/user", auth=(login, password), timeout=60).status_code


def session(world: World, login: str, password: str) -> requests.Session:
    """Somebody who is logged in."""
    browser = requests.Session()
    body = {"user": login, "password": password}
    browser.post(f"{world.url}/login", json=body, timeout=60).raise_for_status()
    return browser


def rename(world: World, who: str, **to: str) -> None:
    """What any Viewer can do."""
    answer = requests.put(f"{world.url}/api/user", json=to, auth=(who, password_of(world, who)), timeout=60)
    assert answer.ok, answer.text


def make_stranger(world: World, login: str, email: str = "") -> int:
    """An account that somebody else made, in no org."""
    body = {"login": login, "email": email or f"{login}@elsewhere.example", "password": PASSWORD, "OrgId": 1}
    number = int(world.ask("POST", "/api/admin/users", body)["id"])
    world.ask("DELETE", f"/api/orgs/1/users/{number}")
    return number


def account(world: World, login: str) -> dict[str, Any]:
    return dict(world.ask("GET", f"/api/users/lookup?loginOrEmail={login}"))


def members(world: World, cabinet: str) -> dict[str, str]:
    """Role by login, without ourselves."""
    rows = world.ask("GET", "/api/org/users", org=world.org(cabinet))
    return {row["login"]: row["role"] for row in rows if row["login"] != world.user}


def list_managers(world: World, *names: str) -> None:
    """The don's list names these managers."""
    lines = [world.manager_line(name, f"{world.tag}{number}.example.ru:80") for number, name in enumerate(names)]
    world.write("don_manager_20260417.csv", "".join(lines))


def apply_allowed(world: World, *words: str) -> None:
    """An apply that may remove people."""
    refused = world.run("apply", "--yes", *words)
    allowed = re.findall(r"--allow-deletes (\S+=\d+)", refused.output)
    if allowed:
        world.apply(*words, *(word for one in dict.fromkeys(allowed) for word in ("--allow-deletes", one)))
    else:
        assert refused.exit_code == 0, refused.output


# Namesakes


def test_a_namesake_years_later_never_gets_an_old_password(world: World) -> None:
    """petrov leaves; another petrov is listed: the old note and the old sessions open nothing."""
    petrov = world.login("petrov")
    old, browser = password_of(world, petrov), session(world, petrov, password_of(world, petrov))
    list_managers(world, "sidorova")
    apply_allowed(world)
    assert browser.get(f"{world.url}/api/user", timeout=60).status_code == 401  # leaving ends sessions
    list_managers(world, "sidorova", "petrov")
    world.apply()
    assert password_of(world, petrov) != old
    assert status(world, petrov, old) == 401
    assert status(world, petrov, password_of(world, petrov)) == 200
    assert world.run("drift").exit_code == 0


def test_a_strangers_account_is_not_taken_over_without_a_word(world: World) -> None:
    """The other people of the cabinet get in; with the word it gets a new password and loses its sessions."""
    login = world.login("sidorova")
    make_stranger(world, login)
    browser = session(world, login, PASSWORD)
    list_managers(world, "petrov", "sidorova", "egorova")
    result = world.run("apply", "--yes")
    assert result.exit_code in (1, 4), result.output
    assert f"--adopt-login {login}" in result.output
    assert set(members(world, world.don)) == {world.login("petrov"), world.login("egorova")}
    assert status(world, login, PASSWORD) == 200
    world.apply("--adopt-login", login)
    assert set(members(world, world.don)) == {world.login(name) for name in ("petrov", "sidorova", "egorova")}
    assert status(world, login, PASSWORD) == 401
    assert browser.get(f"{world.url}/api/user", timeout=60).status_code == 401
    assert status(world, login, password_of(world, login)) == 200
    assert world.run("drift").exit_code == 0


def test_a_stranger_is_not_let_into_a_resumed_cabinet(world: World) -> None:
    """Somebody took the login and the e-mail of a person who was added to the list of a suspended cabinet."""
    title = f"title: Дон {world.tag}"
    world.change("tenants.yaml", title, f"{title}\n        state: suspended")
    world.apply()
    login = world.login("sidorova")
    make_stranger(world, login, email=f"{login}@example.ru")
    list_managers(world, "petrov", "sidorova")
    world.apply()
    world.change("tenants.yaml", "state: suspended", "state: active")
    result = world.run("apply", "--yes")
    assert result.exit_code in (1, 4), result.output
    assert set(members(world, world.don)) == {world.login("petrov")}


def test_who_left_during_a_suspension_gets_a_new_password(world: World) -> None:
    """petrov leaves a suspended cabinet's list and another petrov is listed: the first one's password is over."""
    petrov = world.login("petrov")
    old, title = password_of(world, petrov), f"title: Дон {world.tag}"
    world.change("tenants.yaml", title, f"{title}\n        state: suspended")
    world.apply()
    list_managers(world, "sidorova")
    world.apply()
    list_managers(world, "sidorova", "petrov")
    world.change("tenants.yaml", "state: suspended", "state: active")
    world.apply()
    assert status(world, petrov, old) == 401
    assert status(world, petrov, password_of(world, petrov)) == 200


def test_a_killed_apply_leaves_no_strangers(world: World) -> None:
    """A login that was made and whose record was not written any more is finished by the next apply."""
    list_managers(world, "petrov", "sidorova")
    fault = {"kind": "drop_before", "method": "PUT", "path": "^/api/datasources/uid/"}
    requests.put(f"{world.url}/sandbox/faults", json={"faults": [fault]}, timeout=60).raise_for_status()
    assert world.run("apply", "--yes", "--pause", "0.01").exit_code != 0
    requests.delete(f"{world.url}/sandbox/faults", timeout=60).raise_for_status()
    before = passwords(world)
    world.apply()
    assert passwords(world) == before
    assert world.run("drift").exit_code == 0


# Changed names


def test_a_renamed_person_is_renamed_back(world: World) -> None:
    """It is the same account: no new login, no new password, and the plan shows the change of the login."""
    petrov = world.login("petrov")
    number, note = account(world, petrov)["id"], passwords(world)
    rename(world, petrov, login="other", email="other@example.ru")
    (change,) = world.plan()["changes"]
    assert (change["kind"], change["key"], change["action"]) == ("user", petrov, "update")
    assert world.run("drift").exit_code == 3
    world.apply()
    assert account(world, petrov)["id"] == number
    assert passwords(world) == note
    assert set(members(world, world.don)) == {petrov}
    assert world.run("drift").exit_code == 0


def test_a_person_whose_email_is_the_login_is_renamed_back(world: World) -> None:
    """Grafana gives the login as e-mail where there is none: the former login stays taken by that e-mail."""
    petrov = world.login("petrov")
    rename(world, petrov, login="other", email=petrov)
    world.apply()
    assert account(world, petrov)["email"] == f"{petrov}@example.ru"
    assert world.run("drift").exit_code == 0


def test_a_viewer_who_took_a_coming_heads_login_becomes_no_editor(world: World) -> None:
    """The name goes back to its owner, and the head gets an account of her own, all in one apply."""
    ivanova, head = world.login("ivanova"), f"orlov2{world.tag}"
    number = account(world, ivanova)["id"]
    rename(world, ivanova, login=head, email=f"{head}@example.ru")
    known = f"heads: [{{login: orlova{world.tag}, email: orlova{world.tag}@example.ru, role: Editor}}"
    world.change("tenants.yaml", known, f"{known}, {{login: {head}, email: {head}@example.ru, role: Editor}}")
    world.run("apply", "--yes")
    world.apply()
    assert account(world, ivanova)["id"] == number
    assert account(world, head)["id"] != number
    assert members(world, world.volga)[ivanova] == "Viewer"
    assert members(world, world.volga)[head] == "Editor"
    assert world.run("drift").exit_code == 0


def test_a_leaver_who_took_a_coming_heads_login_is_out(world: World) -> None:
    """The account that has the login was a manager's who is no longer listed: it leaves and is not taken over."""
    ivanova, head = world.login("ivanova"), f"orlov2{world.tag}"
    rename(world, ivanova, login=head, email=f"{head}@example.ru")
    world.write("volga_manager_20260417.csv", world.manager_line("sidorova", f"{world.tag}a.example.ru:80"))
    world.change("tenants.yaml", ", online: [volga_online_20260417.csv]", "")
    known = f"heads: [{{login: orlova{world.tag}, email: orlova{world.tag}@example.ru, role: Editor}}"
    world.change("tenants.yaml", known, f"{known}, {{login: {head}, email: {head}@example.ru, role: Editor}}")
    result = world.run("apply", "--yes", "--allow-deletes", f"{world.volga}=1")
    assert result.exit_code in (1, 4), result.output
    assert head not in members(world, world.volga)
    assert world.login("sidorova") in members(world, world.volga)


def test_who_takes_a_login_as_email_locks_nobody_out(world: World) -> None:
    """A Viewer sets the e-mail to a colleague's login that looks like an e-mail: the next apply puts it right."""
    head = f"boss@{world.tag}.example.ru"
    known = f"heads: [{{login: orlova{world.tag}, email: orlova{world.tag}@example.ru, role: Editor}}"
    world.change("tenants.yaml", known, f"{known}, {{login: {head}, email: b{world.tag}@example.ru}}")
    world.apply()
    ivanova = world.login("ivanova")
    rename(world, ivanova, login=ivanova, email=head)
    assert status(world, head, password_of(world, head)) == 401
    world.apply()
    assert account(world, ivanova)["email"] == f"{ivanova}@example.ru"
    assert status(world, head, password_of(world, head)) == 200


def test_a_login_that_is_somebodys_email_is_refused(world: World) -> None:
    """Such a login could never log in; the others of the cabinet are made."""
    login = f"boss@{world.tag}.example.ru"
    make_stranger(world, f"spy{world.tag}", email=login)
    known = f"heads: [{{login: orlova{world.tag}, email: orlova{world.tag}@example.ru, role: Editor}}"
    world.change("tenants.yaml", known, f"{known}, {{login: {login}, email: b{world.tag}@example.ru}}")
    list_managers(world, "petrov", "sidorova")
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert f"{login} is the e-mail of user spy{world.tag}" in result.output
    assert world.login("sidorova") in members(world, world.don)


@pytest.mark.parametrize("first", ["vо", "v0"], ids=["Cyrillic", "digit"])
def test_a_login_that_looks_like_one_of_the_server_is_refused(first: str, world: World) -> None:
    """No account is made beside the one that it looks like; the others of the cabinet are made."""
    other, login = f"{first}lkov{world.tag}", world.login("volkov")
    make_stranger(world, other)
    list_managers(world, "petrov", "volkov", "sidorova")
    notes = {one["key"]: one.get("note", "") for one in world.plan()["changes"] if one["kind"] == "user"}
    assert f"will be refused: The login {login} looks" in notes[login]
    assert notes[world.login("sidorova")] == ""
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert f"The login {login} looks like a login that exists in Grafana: {other}" in result.output
    assert set(members(world, world.don)) == {world.login("petrov"), world.login("sidorova")}
    assert login not in {row["login"] for row in world.ask("GET", "/api/users?perpage=1000")}


def other_distributor(world: World, name: str) -> str:
    """Its lines for tenants.yaml, with one cabinet and one list."""
    return (
        f"  {name}{world.tag}:\n    title: ООО «{name} {world.tag}»\n    cabinets:\n      {world.tag}-{name}:\n"
        f"        profile: company\n        title: {name} {world.tag}\n"
        f"        lists: {{managers: [{name}_manager_20260417.csv]}}\n"
        f"        mail: {{high_priority: sos-{name}@example.ru, usage: usage-{name}@example.ru}}\n"
    )


@pytest.mark.parametrize("sort", ["login", "e-mail", "look-alike"])
def test_an_earlier_distributor_does_not_stop_who_has_it_in_grafana(sort: str, world: World) -> None:
    """The newcomer is refused, wherever it is in the file; its report names nothing of the other one."""
    petrov, early = world.login("petrov"), f"{world.tag}-early"
    login = {"login": petrov, "e-mail": world.login("gusev"), "look-alike": petrov.replace("o", "0")}[sort]
    email = f"{petrov if sort == 'e-mail' else login}@{'' if sort == 'e-mail' else 'early.'}example.ru"
    line = f"{world.tag}early.example.ru:80,{login},{email},http,download,upload,process,ping,-1,3600,604800\n"
    world.write("early_manager_20260417.csv", line)
    added = other_distributor(world, "early")
    world.change("tenants.yaml", "distributors:\n", f"distributors:\n{added}")
    writes = world.writes()
    result = world.run("apply", "--yes")
    assert (result.exit_code, world.writes()) == (4, writes), result.output
    refused = next(part for part in result.output.splitlines() if f"({early})" in part and "Refused" in part)
    assert (email if sort == "e-mail" else login) in refused
    assert world.don not in refused
    assert "don_manager" not in result.output
    assert world.run("plan", world.don, "--exit-code").exit_code == 0
    world.change("tenants.yaml", f"title: Дон {world.tag}", f"title: Донской {world.tag}")
    world.run("apply", "--yes")
    assert world.ask("GET", f"/api/orgs/{world.org(world.don)}")["name"] == f"Донской {world.tag}"


@pytest.mark.parametrize("name", ["petrov", "gusev"], ids=["in Grafana", "nowhere"])
def test_a_later_distributor_is_refused(name: str, world: World) -> None:
    """Its login is in Grafana, or new to both: then the order of the file decides."""
    login, late = world.login(name), f"{world.tag}-late"
    list_managers(world, *dict.fromkeys(("petrov", name)))
    line = f"{world.tag}late.example.ru:80,{login},l@late.example.ru,http,download,upload,process,ping,-1,3600,604800\n"
    world.write("late_manager_20260417.csv", line)
    tenants = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    world.write("tenants.yaml", tenants + other_distributor(world, "late"))
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert [one["cabinet"] for one in world.plan()["refused"]] == [late]
    assert login in members(world, world.don)
    assert f"late {world.tag}" not in world.orgs()


@pytest.mark.parametrize("sort", ["login", "e-mail"])
def test_an_isolated_branch_does_not_stop_who_has_it_in_grafana(sort: str, world: World) -> None:
    """A line of Volga's list has a login or e-mail of Don's: Volga alone is refused."""
    petrov, gusev = world.login("petrov"), world.login("gusev")
    login, email = (petrov, f"{gusev}@example.ru") if sort == "login" else (gusev, f"{petrov}@example.ru")
    line = f"{world.tag}c.example.ru:80,{login},{email},http,download,upload,process,ping,-1,3600,604800\n"
    world.write("volga_manager_20260417.csv", world.manager_line("ivanova", f"{world.tag}a.example.ru:80") + line)
    world.change("tenants.yaml", f"title: Дон {world.tag}", f"title: Донской {world.tag}")
    result = world.run("apply", "--yes")
    assert result.exit_code == 4, result.output
    assert [one["cabinet"] for one in world.plan()["refused"]] == [world.volga]
    assert world.ask("GET", f"/api/orgs/{world.org(world.don)}")["name"] == f"Донской {world.tag}"


def test_isolated_branches_are_both_refused_where_grafana_knows_nothing(world: World) -> None:
    """A login that is new to both: nothing shows whose person it is."""
    list_managers(world, "petrov", "gusev")
    line = world.manager_line("gusev", f"{world.tag}c.example.ru:80")
    world.write("volga_manager_20260417.csv", world.manager_line("ivanova", f"{world.tag}a.example.ru:80") + line)
    writes = world.writes()
    result = world.run("apply", "--yes")
    assert (result.exit_code, world.writes()) == (1, writes), result.output
    assert [one["cabinet"] for one in world.plan()["refused"]] == [world.volga, world.don]


def test_the_record_shows_no_login(world: World) -> None:
    """A Viewer reads the data source: it holds fingerprints alone."""
    source = world.ask("GET", "/api/datasources/uid/smart-metrics", org=world.org(world.don))
    record = str(source["jsonData"]["smartAccounts"])
    assert len(source["jsonData"]["smartAccounts"]["now"]) == 1
    assert world.login("petrov") not in record


# Directories


@with_settings(directory=True)
def test_a_person_from_a_directory_keeps_profile_and_password(special: World) -> None:
    """Only the membership is ours; org 1, where such people begin, is no obstacle."""
    login = special.login("petrov")
    head = {"X-JWT-Assertion": login}
    number = requests.get(f"{special.url}/api/user", headers=head, timeout=60).json()["id"]
    special.apply()
    assert login in members(special, special.don)
    assert account(special, login)["id"] == number
    assert login not in dict(passwords(special))
    before = special.writes()
    special.apply()
    assert special.writes() == before
    assert special.run("drift").exit_code == 0
    given = special.run("password", login, "--handover", str(special.folder / "handover"))
    assert given.exit_code == 1
    assert "directory" in given.output


@with_settings(directory=True, synced_roles=True)
def test_a_synced_role_is_left_alone(special: World) -> None:
    """The list's head is an Editor; the directory says Viewer, and Grafana refuses another role."""
    login = f"orlova{special.tag}"
    requests.get(f"{special.url}/api/user", headers={"X-JWT-Assertion": login}, timeout=60).raise_for_status()
    special.apply()
    org = special.org(special.volga)
    number = account(special, login)["id"]
    special.ask("DELETE", f"/api/orgs/{org}/users/{number}")
    special.ask("POST", f"/api/orgs/{org}/users", {"loginOrEmail": login, "role": "Viewer"})
    assert special.run("drift").exit_code == 0


# E-mails that have to be confirmed


@with_settings(verify_email=True)
def test_an_email_that_waits_is_no_success_and_not_repeated(special: World) -> None:
    """Each apply says that the address waits for its owner; no further mail is sent."""
    special.apply()
    petrov = special.login("petrov")
    special.change("don_manager_20260417.csv", f"{petrov}@example.ru", f"{petrov}@mail.example.ru")
    seen = []
    for _ in range(2):
        result = special.run("apply", "--yes")
        assert result.exit_code in (1, 4), result.output
        assert f"{petrov}@mail.example.ru has to confirm" in result.output
        seen.append(special.writes())  # the first writes where alerts are mailed to, the second nothing
    assert seen[0] == seen[1]


# New passwords


def test_a_lost_note_is_replaced(world: World) -> None:
    """A new password and a new note; the old password and the sessions are over. No apply changes it again."""
    petrov = world.login("petrov")
    old, browser = password_of(world, petrov), session(world, petrov, password_of(world, petrov))
    result = world.run("password", petrov, "--handover", str(world.folder / "handover"))
    assert result.exit_code == 0, result.output
    new = password_of(world, petrov)
    assert new not in result.output
    assert (status(world, petrov, old), status(world, petrov, new)) == (401, 200)
    assert browser.get(f"{world.url}/api/user", timeout=60).status_code == 401
    before = world.writes()
    world.apply()
    assert world.writes() == before


@with_settings(others={"server.root_url": "https://smart.example.ru/grafana/"})
def test_the_note_has_the_address_that_people_use(special: World) -> None:
    """That of the server's root_url: the program may reach the server by another one."""
    special.apply()
    notes = [note.read_text(encoding="utf-8") for note in (special.folder / "handover").glob("*.txt")]
    assert len(notes) == 2
    for note in notes:
        assert "Адрес: https://smart.example.ru/grafana\n" in note
        assert special.url not in note


def test_without_a_public_address_the_note_has_ours(world: World) -> None:
    """A root_url of this machine only, as a server comes with, says nothing."""
    (note,) = (world.folder / "handover").glob(f"{world.don}-*.txt")
    assert f"Адрес: {world.url}\n" in note.read_text(encoding="utf-8")


def test_a_password_that_its_owner_changed_stays(world: World) -> None:
    """No apply resets it."""
    petrov = world.login("petrov")
    number = account(world, petrov)["id"]
    world.ask("PUT", f"/api/admin/users/{number}/password", {"password": "My-Own-Password-1"})
    world.change("don_manager_20260417.csv", f"{petrov}@example.ru", f"{petrov}@mail.example.ru")
    world.apply()
    assert status(world, petrov, "My-Own-Password-1") == 200


def test_a_password_of_nobody_we_know(world: World) -> None:
    """Wrong usage for a login that no list has; a stranger's account is not touched."""
    unknown = world.run("password", "nobody", "--handover", str(world.folder / "handover"))
    assert unknown.exit_code == 2
    login = world.login("sidorova")
    make_stranger(world, login)
    list_managers(world, "petrov", "sidorova")
    result = world.run("password", login, "--handover", str(world.folder / "handover"))
    assert result.exit_code == 1
    assert status(world, login, PASSWORD) == 200


@contextmanager
def served(world: World, settings: Settings | None = None) -> Iterator[None]:
    """The world's server with those settings, over the state that it had."""
    running = Sandbox(port=0, data=world.folder / "server", settings=settings)
    running.start()
    world.url = running.url
    try:
        yield
    finally:
        running.close()


@pytest.fixture
def left(tmp_path: Path) -> World:
    """An estate that petrov has left. Its server does not run."""
    world = World("", "admin", "admin", folder=tmp_path, api="auto")
    with served(world):
        world.apply()
        list_managers(world, "sidorova")
        apply_allowed(world)
    return world


@pytest.mark.parametrize(
    ("settings", "says"),
    [(Settings(password_login=False), "disable_login_form"), (Settings(verify_email=True), "has to confirm")],
)
def test_no_note_has_a_password_that_was_not_set(left: World, settings: Settings, says: str) -> None:
    """petrov is back, under another e-mail, and cannot be taken over: refused before a note is written."""
    petrov, before = left.login("petrov"), passwords(left)
    list_managers(left, "sidorova", "petrov")
    left.change("don_manager_20260417.csv", f"{petrov}@example.ru", f"{petrov}@mail.example.ru")
    with served(left, settings):
        result = left.run("apply", "--yes")
    assert (result.exit_code, says in result.output) == (4, True), result.output
    assert passwords(left) == before


def test_a_lost_note_is_not_replaced_where_no_password_can_be_set(left: World) -> None:
    """Without password login Grafana refuses it: so does the command, and no note is written."""
    before = passwords(left)
    with served(left, Settings(password_login=False)):
        given = left.run("password", left.login("sidorova"), "--handover", str(left.folder / "handover"))
    assert (given.exit_code, "disable_login_form" in given.output) == (1, True), given.output
    assert passwords(left) == before


def test_first_passwords_are_random(world: World, tmp_path: Path) -> None:
    """Two servers with the same secret and the same people have other passwords."""
    running = Sandbox(port=0, data=tmp_path / "second")
    running.start()
    folder = tmp_path / "second-estate"
    folder.mkdir()
    second = World(running.url, "admin", "admin", folder=folder, api="auto", tag=world.tag)
    second.apply()
    running.close()
    first, other = dict(passwords(world)), dict(passwords(second))
    assert first.keys() == other.keys()
    assert not set(first.values()) & set(other.values())
