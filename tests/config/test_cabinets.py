"""Cabinets as they come out of tenants.yaml and real lists: who works in them, and which of them must wait."""

from pathlib import Path

import pytest

from provision.model import Cabinet, Estate, Person
from tests.config.estates import accesses, cabinet, check, distributor, estate, installations, reported

VOLGA, URAL, DON = (f"lists/{name}_manager_20261103.csv" for name in ("volga", "ural", "don"))
OPEN, CLOSED = "", "    isolated: true\n"


def three(folder: Path, volga: str, ural: str, don: str, *, more: str = OPEN) -> Estate:
    """Volga and Ural of one company, Don of another, with these lists."""
    company = distributor("company", cabinet("volga"), cabinet("ural"), more=more)
    files = {"tenants.yaml": estate(company, distributor("other", cabinet("don"))), VOLGA: volga, URAL: ural, DON: don}
    return check(folder, files)


def blocked(found: Estate) -> list[str]:
    return [each.id for each in found.cabinets if each.blocked]


def codes(found: Estate) -> dict[str, set[str]]:
    """The codes reported of each cabinet."""
    told_of: dict[str, set[str]] = {}
    for problem in found.problems:
        told_of.setdefault(problem.cabinet, set()).add(problem.code)
    return told_of


def person(of: Cabinet, login: str) -> Person:
    return next(each for each in of.people if each.login == login)


MINE = installations(("Zavod", "ivanova", "ivanova@example.ru"))
THINE = installations(("Teplo", "petrov", "petrov@example.ru"))
THEIRS = installations(("Most", "sidorova", "sidorova@example.com"))


def test_cabinets_that_share_nothing_are_all_free(tmp_path: Path) -> None:
    """Three lists with nothing in common stop nobody and say nothing."""
    found = three(tmp_path, MINE, THINE, THEIRS, more=CLOSED)

    assert (found.problems, blocked(found)) == ((), [])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("Teplo", "petrov", "IVANOVA@example.ru"), "P11"),
        (("Teplo", "Ivanova", "petrov@example.ru"), "P12"),
        (("zavod", "petrov", "petrov@example.ru"), "P12"),
    ],
    ids=["e-mail", "login", "client"],
)
def test_what_crosses_between_closed_branches_stops_both(line: tuple[str, str, str], code: str, tmp_path: Path) -> None:
    """A person or client in the lists of two isolated branches stops these two, and not the third cabinet."""
    found = three(tmp_path, MINE, installations(line), THEIRS, more=CLOSED)

    assert blocked(found) == ["volga", "ural"]
    assert code in codes(found)["volga"] & codes(found)["ural"]
    assert "don" not in codes(found)


def test_branches_that_are_not_closed_may_share_people(tmp_path: Path) -> None:
    """Without `isolated` the cabinets of one company may have the same manager."""
    found = three(tmp_path, MINE, installations(("Teplo", "ivanova", "ivanova@example.ru")), THEIRS)

    assert blocked(found) == []
    assert person(found.cabinets[0], "ivanova").email == person(found.cabinets[1], "ivanova").email != ""


def test_what_crosses_between_companies_stops_the_later(tmp_path: Path) -> None:
    """A login is one user of the whole server. The distributor that comes later waits and gets the line to add."""
    found = three(tmp_path, MINE, THINE, installations(("Most", "ivanova", "sidorova@example.com")))

    assert blocked(found) == ["don"]
    assert codes(found) == {"don": {"P12"}}
    assert 'login_suffix: ".other"' in found.problems[0].hint.en


def test_a_head_crosses_like_a_manager(tmp_path: Path) -> None:
    """The leak check covers heads, and names the line of tenants.yaml."""
    heads = "heads: [{login: Ivanova, email: head@example.ru}]"
    text = estate(distributor("company", cabinet("volga"), cabinet("ural", heads), more=CLOSED))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE, URAL: THINE})

    assert blocked(found) == ["volga", "ural"]
    assert [(Path(p.file).name, p.line) for p in found.problems if p.cabinet == "ural"] == [("tenants.yaml", 11)]


def test_a_part_of_a_branch_may_share_its_people_alone(tmp_path: Path) -> None:
    """`belongs_to` joins a cabinet to its branch: people may be shared with that one, not with another branch."""
    potok = "lists/potok_online_20261103.csv"
    files = {VOLGA: MINE, URAL: THINE, potok: accesses(("u1", "ivanova", "ivanova@example.ru"))}
    stopped = []
    for branch in ("volga", "ural"):
        part = cabinet("potok", f"belongs_to: {branch}", managers="", online=potok)
        text = estate(distributor("company", cabinet("volga"), cabinet("ural"), part, more=CLOSED))
        stopped.append(blocked(check(tmp_path, {"tenants.yaml": text, **files})))

    assert stopped == [[], ["volga", "potok"]]


def test_many_streaming_clients_want_a_cabinet_of_their_own(tmp_path: Path) -> None:
    """X01 is said of a branch with both lists, not of the cabinet that is apart already."""
    many = accesses(("u1", "ivanova", "i@example.ru"), firms=501)
    told_of = []
    for part in (
        cabinet("volga", online="lists/potok_online_20261103.csv"),
        cabinet("volga", managers="", online="lists/potok_online_20261103.csv"),
    ):
        files = {VOLGA: installations(("Zavod", "ivanova", "i@example.ru")), "lists/potok_online_20261103.csv": many}
        found = check(tmp_path, {"tenants.yaml": estate(distributor("company", part)), **files})
        told_of.append(codes(found))
        assert len(found.cabinets[0].accesses) == 502

    assert told_of == [{"volga": {"X01"}}, {}]


def test_a_list_that_is_not_there_stops_its_cabinet(tmp_path: Path) -> None:
    """The place in tenants.yaml is reported with the name that was probably meant; other cabinets are not blocked."""
    company = distributor("company", cabinet("volga", managers="lists/volga_manager_20261104.csv"), cabinet("ural"))
    found = check(tmp_path, {"tenants.yaml": estate(company), VOLGA: MINE, URAL: THINE})

    assert reported(found.problems, tmp_path) == ["tenants.yaml:9:65 Y11"]
    assert found.problems[0].suggestion == "volga_manager_20261103.csv"
    assert blocked(found) == ["volga"]


def test_a_list_that_cannot_be_read_stops_its_cabinet(tmp_path: Path) -> None:
    """A file problem of the list itself (F06, F13) stops the cabinet, and its neighbours are free."""
    found = three(tmp_path, "\ufeff\n", THINE, THEIRS)

    assert blocked(found) == ["volga"]
    assert "F13" in codes(found)["volga"]


def test_a_folder_in_place_of_a_list_stops_its_cabinet(tmp_path: Path) -> None:
    """A path that is no file is reported, not raised."""
    (tmp_path / VOLGA).mkdir(parents=True)
    found = check(tmp_path, {"tenants.yaml": estate(distributor("company", cabinet("volga")))})

    assert (blocked(found), codes(found)) == (["volga"], {"volga": {"F06"}})


def test_a_name_too_long_for_a_file_stops_its_cabinet(tmp_path: Path) -> None:
    """Whatever the system says against a path ends as a problem."""
    found = check(tmp_path, {"tenants.yaml": estate(distributor("company", cabinet("volga", managers="x" * 5000)))})

    assert blocked(found) == ["volga"]


def test_a_list_in_other_letter_case_is_the_one_meant(tmp_path: Path) -> None:
    """Windows ignores the letter case of file names, Linux does not."""
    text = estate(distributor("company", cabinet("volga", managers="lists/v.csv")))
    found = check(tmp_path, {"tenants.yaml": text, "lists/V.CSV": MINE})

    assert [(problem.code, problem.suggestion) for problem in found.problems] == [("Y11", "V.CSV")]


@pytest.mark.parametrize("again", [VOLGA, "lists/../lists/volga_manager_20261103.csv"])
def test_a_list_named_in_two_cabinets_stops_both(again: str, tmp_path: Path) -> None:
    """One file in two cabinets would show one's clients to the other, however its path is written."""
    company = distributor("company", cabinet("volga"), cabinet("ural", managers=again), cabinet("don"))
    found = check(tmp_path, {"tenants.yaml": estate(company), VOLGA: MINE, DON: THEIRS})

    assert [(p.code, p.line, p.cabinet) for p in found.problems] == [("Y12", 9, "volga"), ("Y12", 10, "ural")]
    assert blocked(found) == ["volga", "ural"]


def test_a_list_named_twice_in_one_cabinet_stops_it(tmp_path: Path) -> None:
    """The same file twice is a slip: another one was probably meant."""
    text = estate(distributor("company", cabinet("volga", managers=f"{VOLGA}, {VOLGA}")))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE})

    assert (codes(found), blocked(found)) == ({"volga": {"Y12"}}, ["volga"])


def test_a_list_under_the_wrong_key_stops_its_cabinet(tmp_path: Path) -> None:
    """Online accesses under `managers` are reported at that place."""
    text = estate(distributor("company", cabinet("volga", managers="lists/volga_online_20261103.csv")))
    files = {"lists/volga_online_20261103.csv": accesses(("u1", "ivanova", "i@example.ru"))}
    found = check(tmp_path, {"tenants.yaml": text, **files})

    assert reported(found.problems, tmp_path) == ["tenants.yaml:9:65 Y14"]
    assert blocked(found) == ["volga"]


def test_a_line_with_an_error_is_left_out(tmp_path: Path) -> None:
    """An error on a line costs that line, not the cabinet."""
    found = three(tmp_path, MINE + installations(("Завод", "lisin", "lisin@example.ru")), THINE, THEIRS)

    assert (blocked(found), len(found.cabinets[0].installations)) == ([], 1)
    assert [each.login for each in found.cabinets[0].people] == ["ivanova"]


def test_lines_that_contradict_each_other_leave_the_first(tmp_path: Path) -> None:
    """An error between two lines (M25) takes the second one out of the cabinet."""
    found = three(tmp_path, MINE + installations(("ZAVOD", "lisin", "lisin@example.ru")), THINE, THEIRS)

    assert "M25" in codes(found)["volga"]
    assert [each.login for each in found.cabinets[0].people] == ["ivanova"]


def test_people_are_managers_and_heads_by_login(tmp_path: Path) -> None:
    """One Person a login, lower case, sorted; what tenants.yaml says of a head goes before a list."""
    panin = "{login: Panin, email: Panin@example.ru, name: Олег Панин, role: Editor}"
    heads = f"editors: trusted, heads: [{panin}, {{login: Baranov, email: B@example.ru}}]"
    lines = installations(("Zavod", "Volkov", "Volkov@example.ru"), ("Teplo", "panin", "panin@example.ru"))
    text = estate(distributor("company", cabinet("volga", heads)))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: lines})
    (volga,) = found.cabinets

    where = str(tmp_path)
    assert volga.people == (
        Person("baranov", "b@example.ru", "Viewer", f"{where}/tenants.yaml:9", head=True),
        Person("panin", "panin@example.ru", "Editor", f"{where}/tenants.yaml:9", "Олег Панин", head=True),
        Person("volkov", "volkov@example.ru", "Viewer", f"{where}/{VOLGA}:1"),
    )
    assert found.problems == ()


def test_a_mailbox_of_several_people_is_nobodys(tmp_path: Path) -> None:
    """An address that serves several logins anywhere in the estate is given to none; a person's own stays."""
    shared = installations(("Zavod", "ivanova", "all@example.ru"), ("Kran", "gusev", "gusev@example.ru"))
    found = three(tmp_path, shared, installations(("Teplo", "petrov", "ALL@example.ru")), THEIRS)

    emails = {each.login: each.email for of in found.cabinets for each in of.people}
    assert emails == {"ivanova": "", "petrov": "", "gusev": "gusev@example.ru", "sidorova": "sidorova@example.com"}
    assert blocked(found) == []


def test_a_mailbox_that_is_another_login_is_nobodys(tmp_path: Path) -> None:
    """Grafana takes login and e-mail from one pool of names: an address that is somebody else's login is left out."""
    heads = "heads: [{login: ivanova@example.ru, email: boss@example.ru}]"
    found = check(tmp_path, {"tenants.yaml": estate(distributor("company", cabinet("volga", heads))), VOLGA: MINE})

    assert {each.login: each.email for each in found.cabinets[0].people} == {
        "ivanova": "",
        "ivanova@example.ru": "boss@example.ru",
    }


def test_one_login_has_one_address(tmp_path: Path) -> None:
    """Two addresses of a login in cabinets of one company are reported once, and both cabinets get the first."""
    other = installations(("Teplo", "ivanova", "iv@example.ru"), ("Kran", "ivanova", "iv@example.ru"))
    found = three(tmp_path, MINE, other, THEIRS)

    assert [(p.code, p.level, p.cabinet, p.line, p.suggestion) for p in found.problems] == [
        ("Y13", "warning", "ural", 1, "ivanova@example.ru")
    ]
    assert {person(of, "ivanova").email for of in found.cabinets[:2]} == {"ivanova@example.ru"}


def test_a_heads_address_goes_before_a_lists(tmp_path: Path) -> None:
    """Where a list gives a head another address, the one of tenants.yaml is taken, in every cabinet."""
    heads = "heads: [{login: ivanova, email: boss@example.ru}]"
    text = estate(distributor("company", cabinet("volga"), cabinet("ural", heads)))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE, URAL: THINE})

    assert [(p.code, p.cabinet, Path(p.file).name) for p in found.problems] == [("Y13", "volga", Path(VOLGA).name)]
    assert {person(of, "ivanova").email for of in found.cabinets} == {"boss@example.ru"}


def test_a_mailbox_that_is_not_named_is_reported(tmp_path: Path) -> None:
    """X05 is reported at the cabinet that has no mailbox, once for each of the two."""
    text = estate(distributor("company", cabinet("volga").replace("usage: usage@volga.example.ru", "")))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE})

    assert reported(found.problems, tmp_path) == ["tenants.yaml:9:7 X05"]
    assert (found.problems[0].field_name, found.problems[0].cabinet) == ("usage", "volga")


def test_a_cabinet_holds_the_rows_of_its_lists(tmp_path: Path) -> None:
    """Every valid line is a row, in the order of the lists; the files are there as they were read."""
    lines = MINE + installations(("Zavod", "petrov", "petrov@example.ru"))
    online = accesses(("u1", "ivanova", "ivanova@example.ru"), ("u2", "ivanova", "ivanova@example.ru"))
    text = estate(distributor("company", cabinet("volga", online="lists/volga_online_20261103.csv")))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: lines, "lists/volga_online_20261103.csv": online})

    (volga,) = found.cabinets
    assert [(row.client, row.manager, row.line) for row in volga.installations] == [
        ("Zavod", "ivanova", 1),
        ("Zavod", "petrov", 2),
    ]
    assert volga.installations[-1] == volga.installations[1:][0]
    assert [(row.login, row.folder, row.host) for row in volga.accesses] == [
        ("u1", "docs", "online1.example.ru"),
        ("u2", "docs", "online1.example.ru"),
    ]
    assert [file.kind for file in found.lists["volga"]] == ["managers", "online"]


def test_an_access_with_two_passwords_counts_once(tmp_path: Path) -> None:
    """A line that contradicts an earlier one (O09) is no row of the cabinet, wherever rows are asked for."""
    line = "ООО Лютик,u1,Pw-Example-{},online1.example.ru,docs,https,ivanova,ivanova@example.ru\n"
    text = estate(distributor("company", cabinet("volga", online="lists/o_online_20261103.csv")))
    files = {VOLGA: MINE, "lists/o_online_20261103.csv": line.format(1) + line.format(2)}
    found = check(tmp_path, {"tenants.yaml": text, **files})

    assert codes(found) == {"volga": {"O09"}}
    assert [row.line for row in found.cabinets[0].accesses] == [1]
    assert found.cabinets[0].unused_lines == 1


def test_editors_are_a_matter_of_trust(tmp_path: Path) -> None:
    """A head with the role Editor refuses the cabinet that does not say `editors: trusted`, and no other."""
    heads = "heads: [{login: orlova, email: o@example.ru, role: Editor}]"
    company = distributor("company", cabinet("volga", heads), cabinet("ural", heads, "editors: trusted"))
    found = check(tmp_path, {"tenants.yaml": estate(company), VOLGA: MINE, URAL: THINE})

    assert [(p.code, p.cabinet, p.line) for p in found.problems] == [("Y15", "volga", 9)]
    assert blocked(found) == ["volga"]
    assert [each.editors_trusted for each in found.cabinets] == [False, True]


def test_air_gapped_clients_are_those_of_the_lists(tmp_path: Path) -> None:
    """A name that no smartupload line has is reported with the name that was probably meant."""
    lines = "zavod.example.ru:80,ivanova,ivanova@example.ru,http,download,upload,process,ping,-1,3600,604800\n\n" + MINE
    text = estate(distributor("company", cabinet("volga", "air_gapped: [Zavod, zavod, zavod.example.ru:80]")))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: lines})

    assert [(p.code, p.value, p.suggestion) for p in found.problems] == [
        ("Y16", "zavod", "Zavod"),
        ("Y16", "zavod.example.ru:80", None),
    ]
    assert blocked(found) == []
    assert "Zavod" in found.cabinets[0].air_gapped


def test_what_a_distributor_says_comes_with_each_cabinet(tmp_path: Path) -> None:
    """Dealer id and Telegram chat; a dealer id that cannot be one is reported once (X03, X04)."""
    cabinets = cabinet("volga"), cabinet("ural")
    seen = []
    for dealer in ("0599rogaikop", "rogaikopyta599", "рога и копыта"):
        more = f"    dealer: {dealer}\n    telegram: {{chat: -1001234567890}}\n"
        text = estate(distributor("company", *cabinets, more=more))
        found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE, URAL: THINE})
        seen.append([(p.code, p.line, p.value) for p in found.problems])
        assert {(each.dealer, each.telegram) for each in found.cabinets} == {(dealer, "-1001234567890")}
        assert blocked(found) == []

    assert seen == [[], [("X04", 8, "rogaikopyta599")], [("X03", 8, "рога и копыта")]]


def test_no_password_gets_out_of_a_list(tmp_path: Path) -> None:
    """Neither cabinets nor problems hold a password, whatever is wrong on its line."""
    lines = [
        "ООО Лютик,u1,Hidden-1,online1.example.ru,docs,https,ivanova,i@example.ru",
        "ООО Лютик,u1,Hidden-2,online1.example.ru,docs,https,ivanova,i@example.ru",
        "ООО Лютик,u3,Hidden-3,https://online1.example.ru/docs,,https,ivanova,i@example.ru",
        "ООО Лютик,u4,Hidden,-4,online1.example.ru,docs,https,ivanova,i@example.ru",
        "ООО Лютик,u5,1.2E+11Hidden,online1.example.ru,docs,https,ivanova,i",
    ]
    text = estate(distributor("company", cabinet("volga", managers="", online="lists/volga_online_20261103.csv")))
    found = check(tmp_path, {"tenants.yaml": text, "lists/volga_online_20261103.csv": "\n".join(lines)})

    assert {"O01", "O06", "O09", "P06"} <= codes(found)["volga"]
    assert "Hidden" not in repr(found)


def test_the_nearest_state_wins(tmp_path: Path) -> None:
    """A distributor's word is for all its cabinets but those that have their own; without any a cabinet is active."""
    company = distributor("company", cabinet("volga"), cabinet("ural", "state: active"), more="    state: suspended\n")
    files = {VOLGA: MINE, URAL: THINE, DON: THEIRS}
    found = check(tmp_path, {"tenants.yaml": estate(company, distributor("other", cabinet("don"))), **files})

    assert [each.state for each in found.cabinets] == ["suspended", "active", "active"]
    assert [bool(each.people) for each in found.cabinets] == [True, True, True]
    assert [bool(each.let_in) for each in found.cabinets] == [False, True, True]


@pytest.mark.parametrize("state", ["absent", "paused"])
def test_a_distributor_is_not_taken_away_whole(state: str, tmp_path: Path) -> None:
    """Y05 at the value; the hint lists the possible values."""
    company = distributor("company", cabinet("volga"), more=f"    state: {state}\n")
    found = check(tmp_path, {"tenants.yaml": estate(company), VOLGA: MINE})

    assert reported(found.problems, tmp_path) == ["tenants.yaml:8:12 Y05"]
    assert "active, suspended" in found.problems[0].hint.en


def test_the_lists_of_a_suspended_cabinet_are_checked(tmp_path: Path) -> None:
    """A login of two companies is reported for a suspended cabinet, too."""
    thine = installations(("Most", "ivanova", "sidorova@example.com"))
    suspended = distributor("other", cabinet("don", "state: suspended"))
    found = check(
        tmp_path,
        {"tenants.yaml": estate(distributor("company", cabinet("volga")), suspended), VOLGA: MINE, DON: thine},
    )

    assert blocked(found) == ["don"]


def test_the_lists_of_an_absent_cabinet_are_not_read(tmp_path: Path) -> None:
    """Its lists may be gone, or belong to another cabinet now; its people clash with no others."""
    absent = cabinet("ural", "state: absent", "heads: [{login: ivanova, email: other@example.ru}]", managers=VOLGA)
    gone = cabinet("don", "state: absent", "home: for-managers", 'dashboards: ["kodeks-*"]')
    company = distributor("company", cabinet("volga"), absent, gone, more=CLOSED)
    found = check(tmp_path, {"tenants.yaml": estate(company), VOLGA: MINE})

    assert (found.problems, blocked(found)) == ((), [])
    assert [each.people for each in found.cabinets[1:]] == [(), ()]


LATER = "lists/volga_manager_20261120.csv"
FRESH = installations(("Zavod", "gusev", "gusev@example.ru"))


def test_a_pattern_takes_the_newest_list(tmp_path: Path) -> None:
    """Of several versions the newest by date is in force; the others are named in a note, in any order of names."""
    text = estate(distributor("company", cabinet("volga", managers='"lists/volga_manager_*.csv"')))
    old = {VOLGA: MINE, "lists/volga_manager_01112026.csv": THINE, "lists/volga_manager_20261101.csv": THEIRS}
    found = check(tmp_path, {"tenants.yaml": text, **old, LATER: FRESH})

    assert [person.login for person in found.cabinets[0].people] == ["gusev"]
    notes = [problem for problem in found.problems if problem.code == "Y17"]
    assert [(note.level, note.line) for note in notes] == [("note", 9)]
    for name in ("volga_manager_20261101.csv", "volga_manager_20261103.csv"):
        assert name in notes[0].message.en
    assert blocked(found) == []


def test_a_pattern_may_match_several_lists(tmp_path: Path) -> None:
    """Versions are those of one company: each company of the pattern has its newest list in force."""
    text = estate(distributor("company", cabinet("volga", managers='"lists/*_manager_*.csv"')))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE, LATER: FRESH, URAL: THINE})

    assert [person.login for person in found.cabinets[0].people] == ["gusev", "petrov"]


def test_a_pattern_without_a_list_stops_its_cabinet(tmp_path: Path) -> None:
    """A pattern that matches no file is reported as a missing list."""
    text = estate(distributor("company", cabinet("volga", managers='"lists/volga_*.csv"')))
    found = check(tmp_path, {"tenants.yaml": text})

    assert (codes(found), blocked(found)) == ({"volga": {"Y11"}}, ["volga"])


def test_a_newer_list_beside_the_named_one_is_reported(tmp_path: Path) -> None:
    """A newer version that nobody names is a warning; another company's, another kind or a named one is not."""
    files = {VOLGA: MINE, URAL: THINE, "lists/ural_online_20261120.csv": accesses(("u1", "ivanova", "i@example.ru"))}
    company = distributor("company", cabinet("volga"), cabinet("ural"))
    found = check(tmp_path, {"tenants.yaml": estate(company), **files, LATER: FRESH})

    assert [(p.code, p.level, p.cabinet, p.suggestion) for p in found.problems] == [
        ("Y18", "warning", "volga", "volga_manager_20261120.csv")
    ]
    assert [person.login for person in found.cabinets[0].people] == ["ivanova"]
    both = cabinet("volga", managers=f"{VOLGA}, {LATER}")
    assert "Y18" not in {p.code for p in check(tmp_path, {"tenants.yaml": estate(distributor("c", both))}).problems}
