"""People and addresses of an estate are compared in one form, wherever they occur; one tenant never harms another."""

from pathlib import Path

import pytest

from provision.kinds.alerting.routing import contact_points
from provision.model import Estate
from provision.render import PROBLEM_FORMATS
from tests.config.estates import cabinet, check, distributor, estate, installations

VOLGA, URAL, DON = (f"lists/{name}_manager_20261103.csv" for name in ("volga", "ural", "don"))
MINE = installations(("Zavod", "ivanova", "ivanova@example.ru"))
THINE = installations(("Teplo", "petrov", "petrov@example.ru"))
PUNYCODE, IDN = "sales@xn--80aa3agjl3d.xn--p1ai", "Sales@Ромашка.рф"
SALES = installations(("Teplo", "petrov", PUNYCODE))
CLOSED = "    isolated: true\n"
BOTH = [("P11", "volga"), ("P11", "ural")]


def branches(folder: Path, volga: str, ural: str, *, first: str = "", second: str = "") -> Estate:
    """Two isolated branches with these lists and further keys."""
    cabinets = (cabinet("volga", *filter(None, [first])), cabinet("ural", *filter(None, [second])))
    text = estate(distributor("company", *cabinets, more=CLOSED))
    return check(folder, {"tenants.yaml": text, VOLGA: volga, URAL: ural})


def companies(folder: Path, mine: str, theirs: str, *, mine_more: str = "", theirs_more: str = "") -> Estate:
    """Two distributors with a cabinet each."""
    text = estate(
        distributor("one", cabinet("volga"), more=mine_more), distributor("two", cabinet("don"), more=theirs_more)
    )
    return check(folder, {"tenants.yaml": text, VOLGA: mine, DON: theirs})


def of(found: Estate) -> list[tuple[str, str]]:
    return [(problem.code, problem.cabinet) for problem in found.problems]


def test_a_domain_in_either_form_is_one_address(tmp_path: Path) -> None:
    """A Cyrillic domain and its xn-- form are equal, in lists and heads; people get the form that mail needs."""
    head = f"heads: [{{login: orlova, email: '{IDN}'}}]"
    assert of(branches(tmp_path, MINE, SALES, first=head)) == BOTH
    assert of(branches(tmp_path, MINE, SALES, second=head)) == []

    listed = MINE.replace("ivanova@example.ru", IDN)
    assert of(branches(tmp_path, listed, SALES)) == BOTH
    assert branches(tmp_path, listed, THINE).cabinets[0].people[0].email == PUNYCODE


def test_mail_goes_to_the_form_of_an_address_that_servers_take(tmp_path: Path) -> None:
    """That of a list line and of the operator's mailbox, too: one address is one mailbox."""
    text = estate(distributor("one", cabinet("volga", f"alerting: {{operator: '{IDN}'}}")))
    (found,) = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE.replace("ivanova@example.ru", IDN)}).cabinets
    assert [address for _, address in found.managers] == [PUNYCODE]
    assert found.alerting.operator.lower() == PUNYCODE
    assert [point.settings["addresses"] for point in contact_points(found, "")].count(PUNYCODE) == 1


@pytest.mark.parametrize("key", ["usage", "high_priority"])
def test_a_mailbox_of_two_isolated_branches_is_a_leak(key: str, tmp_path: Path) -> None:
    """A mailbox for alerts crosses with a mailbox of the other branch, in whatever form its domain is written."""
    cabinets = []
    for name, box in (("volga", "All@Ромашка.рф"), ("ural", "all@xn--80aa3agjl3d.xn--p1ai")):
        old = f"{'sos' if key == 'high_priority' else 'usage'}@{name}.example.ru"
        cabinets.append(cabinet(name).replace(f"{key}: {old}", f"{key}: {box}"))
    text = estate(distributor("company", *cabinets, more=CLOSED))
    found = check(tmp_path, {"tenants.yaml": text, VOLGA: MINE, URAL: THINE})

    assert of(found) == BOTH
    assert {problem.field_name for problem in found.problems} == {f"mail.{key}"}
    assert {each.mail[key].lower() for each in found.cabinets} == {"all@xn--80aa3agjl3d.xn--p1ai"}


def test_a_mailbox_crosses_with_an_email_of_a_list(tmp_path: Path) -> None:
    """Every address of a cabinet takes part, whatever it is for."""
    found = branches(tmp_path, MINE.replace("ivanova@example.ru", "sos@ural.example.ru"), THINE)

    assert of(found) == BOTH


def test_a_mailbox_of_the_distributor_serves_its_branches(tmp_path: Path) -> None:
    """What a distributor names for all its cabinets crosses with other distributors only."""
    bare = [cabinet(name).split(", mail: ")[0] + "}\n" for name in ("volga", "ural", "don")]
    box = "    mail: {usage: all@example.ru, high_priority: all@example.ru}\n"
    files = {VOLGA: MINE, URAL: THINE, DON: installations(("Most", "sidorova", "s@example.ru"))}
    text = estate(distributor("one", *bare[:2], more=CLOSED + box), distributor("two", bare[2], more=box))
    found = check(tmp_path, {"tenants.yaml": text, **files})

    assert of(found) == [("P11", "don")]


def test_a_chat_belongs_to_one_distributor(tmp_path: Path) -> None:
    """The later of two distributors with one Telegram chat is refused."""
    chat = "    telegram: {chat: -1001234567890}\n"
    found = companies(tmp_path, MINE, THINE, mine_more=chat, theirs_more=chat)

    assert [(p.code, p.cabinet, p.field_name) for p in found.problems] == [("P11", "don", "telegram.chat")]


@pytest.mark.parametrize(
    "line",
    [("Most", "Ivanova", "s@example.ru"), ("Most", "sidorova", "IVANOVA@example.ru")],
    ids=["login", "e-mail"],
)
def test_the_report_of_a_distributor_names_nothing_of_another(line: tuple[str, str, str], tmp_path: Path) -> None:
    """The earlier distributor is free, its report empty; the later one reads what crosses. --verbose says where."""
    found = companies(tmp_path, MINE, installations(line))

    assert [each.blocked for each in found.cabinets] == [False, True]
    assert [person.email for person in found.cabinets[0].people] == ["ivanova@example.ru"]
    (problem,) = found.problems
    assert problem.cabinet == "don"
    for form in ("text", "json"):
        shown = PROBLEM_FORMATS[form]([problem], lang="en", colour=False, verbose=False, width=0)
        assert "volga" not in str(shown)
        verbose = PROBLEM_FORMATS[form]([problem], lang="en", colour=False, verbose=True, width=0)
        assert f"{VOLGA}:1 (volga)" in verbose


def test_a_suffix_gives_the_later_distributor_logins_of_its_own(tmp_path: Path) -> None:
    """With `login_suffix` both have an `ivanova`; heads and managers get it, once."""
    theirs = installations(("Most", "ivanova", "i@gorod.example.ru"), ("Kran", "gusev.two", "g@example.ru"))
    found = companies(tmp_path, MINE, theirs, theirs_more='    login_suffix: ".two"\n')

    assert found.problems == ()
    logins = [person.login for each in found.cabinets for person in each.people]
    assert logins == ["ivanova", "gusev.two", "ivanova.two"]


def test_client_names_are_those_of_a_distributor(tmp_path: Path) -> None:
    """Two distributors may have a client of one name; an address that is polled belongs to one of them."""
    assert companies(tmp_path, MINE, installations(("zavod", "petrov", "p@example.ru"))).problems == ()

    polled = "x.example.ru:80,{0},{0}@example.ru,http,download,upload,process,ping,-1,3600,604800\n"
    assert of(companies(tmp_path, polled.format("ivanova"), polled.format("petrov"))) == [("P12", "don")]


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("vоlkov", "P14"),
        ("οrlova", "P14"),
        ("ｏrlova", "P14"),
        ("orl\u200bova", "P13"),
        ("orl\u202eova", "P13"),
        ("orl\x1b[2Jova", "P13"),
        ("=1+1", "P13"),
        ("@orlova", "P13"),
        ("o" * 191, "P16"),
    ],
)
def test_lists_and_heads_have_one_set_of_characters(login: str, code: str, tmp_path: Path) -> None:
    """A login that no person should have is an error in a list, and no value for a head."""
    listed = branches(tmp_path, MINE + installations(("Svet", login, "i@example.ru")), THINE)
    assert [problem.code for problem in listed.problems] == [code]
    assert [person.login for person in listed.cabinets[0].people] == ["ivanova"]
    assert all(text.isprintable() for problem in listed.problems for text in (*problem.message, *problem.hint))

    written = login.replace("\x1b", "\\e").replace("\u200b", "\\u200b").replace("\u202e", "\\u202e")
    head = branches(tmp_path, MINE, THINE, first=f'heads: [{{login: "{written}", email: o@example.ru}}]')
    assert {problem.code for problem in head.problems} == {"Y02"}


def test_a_cyrillic_login_is_one_for_both(tmp_path: Path) -> None:
    """A login in Russian letters alone is advised against in a list and allowed for a head."""
    head = "heads: [{login: Орлова, email: o@example.ru}]"
    found = branches(tmp_path, installations(("Zavod", "Сидорова", "i@example.ru")), THINE, first=head)

    assert of(found) == [("P04", "volga")]
    assert [person.login for person in found.cabinets[0].people] == ["орлова", "сидорова"]


@pytest.mark.parametrize("other", ["сора", "c0pa"])
def test_logins_that_look_alike_are_refused(other: str, tmp_path: Path) -> None:
    """Inside a list, against a head, in another branch and in another company: the later cabinet is refused."""
    first, second = installations(("Zavod", "copa", "c@example.ru")), installations(("Teplo", other, "o@example.ru"))
    head = "heads: [{login: copa, email: boss@example.ru}]"

    def refused(found: Estate) -> list[str]:
        return [problem.cabinet for problem in found.problems if problem.code == "P15"]

    assert refused(branches(tmp_path, first + second, THINE)) == ["volga"]
    assert refused(branches(tmp_path, second, THINE, first=head)) == ["volga"]
    assert refused(branches(tmp_path, first, second)) == ["ural"]
    elsewhere = companies(tmp_path, first, second)
    assert refused(elsewhere) == ["don"]
    assert [each.blocked for each in elsewhere.cabinets] == [False, True]
    assert "volga" not in elsewhere.problems[-1].message.en


def test_an_address_of_two_scripts_is_an_error_everywhere(tmp_path: Path) -> None:
    """A label of a domain has one script, in a list and for a head."""
    listed = branches(tmp_path, MINE + installations(("Svet", "ivanova", "i@rοmashka.ru")), THINE)
    assert ("P08", "volga") in of(listed)
    for email in ("o@rοmashka.ru", "o@rоmashka.рф"):
        found = branches(tmp_path, MINE, THINE, first=f"heads: [{{login: orlova, email: {email}}}]")
        assert {problem.code for problem in found.problems} == {"Y02"}


@pytest.mark.parametrize(
    ("email", "code", "suggestion"),
    [
        (f"i@{'b' * 60}.{'b' * 60}.{'b' * 60}.example.ru", "P16", None),
        ("mailto:ivanova@example.ru", "P06", "ivanova@example.ru"),
        ("Иванова Анна <ivanova@example.ru>", "P06", "ivanova@example.ru"),
        ("ivanova@example.ru.", "P06", "ivanova@example.ru"),
        ("ivanova@@example..ru", "P06", "ivanova@example.ru"),
    ],
)
def test_an_address_that_grafana_cannot_have(email: str, code: str, suggestion: str | None, tmp_path: Path) -> None:
    """Longer than its column, or an address with something round it; what was surely meant is suggested."""
    found = branches(tmp_path, MINE + installations(("Svet", "ivanova", email)), THINE)

    assert [(problem.code, problem.suggestion) for problem in found.problems] == [(code, suggestion)]
