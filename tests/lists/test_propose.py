"""The block for tenants.yaml that a new distributor's lists suggest: it loads, and asks what only people know."""

from pathlib import Path

from provision import config, lists
from provision.config.proposed import block, new_cabinets
from provision.lists import technician
from provision.lists.technician import Proposal
from provision.model import ListFile
from provision.text import Lang
from tests.lists.writing import TODAY, write

END = "download,upload,process"
HEAD = """\
stores:
  metrics: {kind: victoriametrics, url: "http://127.0.0.1:8427"}
  events: {kind: postgresql, address: "127.0.0.1:5432", sslmode: disable}
profiles:
  company: {dashboards: ["*"]}
  branch: {dashboards: ["*"]}
  streaming-sales: {dashboards: ["*"]}
distributors:
"""


def sent(client: str, manager: str, zone: int = -1) -> str:
    """A block-2 line."""
    return f"{client},{manager},{manager}@example.ru,smartupload,{END},donotping,{zone},3600,604800\n"


def online(number: int, manager: str = "ivanova") -> str:
    """An online line of a firm of that number."""
    where = "online1.example.ru,docs,https"
    return f"ООО Ромашка {number},u{number},Zq7Secret{number},{where},{manager},{manager}@example.ru\n"


def dated(folder: Path, name: str, text: str) -> ListFile:
    """A list of that name in that folder, shown by its name alone, as tenants.yaml beside it would name it."""
    return lists.read(write(folder, text, name), shown=name, today=TODAY)


def text_of(folder: Path, proposal: Proposal, lang: Lang = "ru") -> str:
    """The block for a tenants.yaml in that folder."""
    return block(proposal, folder, lang)


def loaded(folder: Path, proposal: Proposal) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Profile, time zone and logins of each cabinet once the block is in tenants.yaml, which has no error."""
    path = folder / "tenants.yaml"
    path.write_text(HEAD + text_of(folder, proposal), encoding="utf-8")
    estate = config.load(path)
    assert [one for one in estate.problems if one.level == "error"] == []
    return {
        one.id: (one.profile, one.timezone, tuple(person.login for person in one.people)) for one in estate.cabinets
    }


def test_one_company_gets_one_cabinet(tmp_path: Path) -> None:
    """Two lists of one company are one cabinet of kind company; the newest of several versions is taken."""
    files = [
        dated(tmp_path, "Ромашка_manager_20261001.csv", sent("Staryi", "petrov")),
        dated(tmp_path, "Ромашка_manager_20261103.csv", sent("Zavod", "ivanova")),
        dated(tmp_path, "Ромашка_online_20261103.csv", online(1)),
    ]
    proposal = technician.propose(files)

    assert loaded(tmp_path, proposal) == {"romashka": ("company", "Europe/Moscow", ("ivanova",))}
    assert "20261001" not in text_of(tmp_path, proposal)
    assert "isolated" not in text_of(tmp_path, proposal)


def test_branches_are_isolated_and_the_zone_follows_their_clocks(tmp_path: Path) -> None:
    """Every company name is a cabinet; branches that share nothing are isolated, a comment names what others share."""
    ural = dated(tmp_path, "rk-ural_manager_20261103.csv", sent("Ural", "petrov", 1) + sent("UralTwo", "petrov", 1))
    volga = dated(tmp_path, "rk-volga_manager_20261103.csv", sent("Volga", "ivanova"))
    proposal = technician.propose([ural, volga])

    assert proposal.distributor == "rk"
    assert loaded(tmp_path, proposal) == {
        "rk-ural": ("branch", "Asia/Yekaterinburg", ("petrov",)),
        "rk-volga": ("branch", "Europe/Moscow", ("ivanova",)),
    }
    assert "    isolated: true\n" in text_of(tmp_path, proposal)

    mixed = dated(tmp_path, "rk-volga_manager_20261104.csv", sent("Volga", "petrov"))
    crossing = technician.propose([ural, mixed])
    assert "isolated: true" not in text_of(tmp_path, crossing)
    assert "P12: petrov, rk-ural_manager_20261103.csv:1" in text_of(tmp_path, crossing)
    assert "P11: petrov@" in text_of(tmp_path, crossing)
    assert set(loaded(tmp_path, crossing)) == {"rk-ural", "rk-volga"}


def test_streaming_sales_of_more_than_500_clients_are_isolated(tmp_path: Path) -> None:
    """The large online list becomes a cabinet of its own that belongs to the branch; 500 clients do not."""
    managers = dated(tmp_path, "vektor_manager_20261103.csv", sent("Zavod", "ivanova"))
    many = "".join(online(number) for number in range(501))
    large = dated(tmp_path, "vektor_online_20261103.csv", many)
    proposal = technician.propose([managers, large])

    assert loaded(tmp_path, proposal) == {
        "vektor": ("company", "Europe/Moscow", ("ivanova",)),
        "vektor-potok": ("streaming-sales", "Europe/Moscow", ("ivanova",)),
    }
    assert [one.belongs_to for one in proposal.cabinets] == ["", "vektor"]
    assert "501" in text_of(tmp_path, proposal)
    assert "Zq7Secret" not in text_of(tmp_path, proposal) + repr(proposal)

    small = dated(tmp_path, "vektor_online_20261104.csv", many.partition("\n")[2])
    assert [one.id for one in technician.propose([managers, small]).cabinets] == ["vektor"]


def test_a_list_of_streaming_sales_alone_belongs_to_its_branch(tmp_path: Path) -> None:
    """A company name that goes on from a branch's names the owner."""
    branch = dated(tmp_path, "vektor-siberia_manager_20261103.csv", sent("Zavod", "ivanova"))
    stream = dated(
        tmp_path, "vektor-siberia-potok_online_20261103.csv", "".join(online(number) for number in range(501))
    )
    proposal = technician.propose([stream, branch])

    assert {one.id: one.belongs_to for one in proposal.cabinets} == {
        "vektor-siberia-potok": "vektor-siberia",
        "vektor-siberia": "",
    }
    assert set(loaded(tmp_path, proposal)) == {"vektor-siberia", "vektor-siberia-potok"}


def test_newcomers_and_mailboxes_are_asked_for(tmp_path: Path) -> None:
    """Managers without a login are named with their place, those who have one are not; mailboxes are a question."""
    file = dated(tmp_path, "romashka_manager_20261103.csv", sent("Zavod", "Ivanova") + sent("Teplo", "petrov"))

    russian = technician.propose([file], registered=["IVANOVA"])
    assert [row.manager for row in russian.cabinets[0].newcomers] == ["petrov"]
    text = text_of(tmp_path, russian)
    assert "#   petrov <petrov@example.ru>, romashka_manager_20261103.csv:2" in text
    assert "Ivanova" not in text
    assert "X05" in text
    english = text_of(tmp_path, technician.propose([file]), "en")
    assert "2 in all" in english
    assert not any("а" <= letter <= "я" for letter in english)


def test_a_list_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """An unusable list is a comment with its code and fills no cabinet; names are harmless in comments."""
    good = dated(tmp_path, "romashka_manager_20261103.csv", sent("Zavod", "ivanova"))
    bad = dated(tmp_path, "romashka_online_20261103.csv", "\n")
    odd = dated(tmp_path, "ро\nмашка_managers.csv", sent("Teplo", "petrov"))
    proposal = technician.propose([good, bad, odd])

    assert "  # romashka_online_20261103.csv: не использован, F13" in text_of(tmp_path, proposal)
    assert len(loaded(tmp_path, proposal)) == 2


def test_nothing_to_propose_is_no_failure(tmp_path: Path) -> None:
    """Without a usable list there is a distributor without cabinets, which a person must fill."""
    assert technician.propose([]).cabinets == ()
    assert technician.propose([dated(tmp_path, "a_manager_20261103.csv", "")]).cabinets == ()


def test_the_block_is_what_adding_one_by_one_gives(tmp_path: Path) -> None:
    """`provision new` for each proposed cabinet makes the estate that the block makes; of a known company too."""
    files = [
        dated(tmp_path, "rk-volga-potok_online_20261103.csv", "".join(online(number) for number in range(501))),
        dated(tmp_path, "rk-volga_manager_20261103.csv", sent("Volga", "ivanova")),
        dated(tmp_path, "rk-ural_manager_20261103.csv", sent("Ural", "petrov", 1)),
    ]
    proposal = technician.propose(files)
    wanted = loaded(tmp_path, proposal)
    assert len(wanted) == 3
    path = tmp_path / "tenants.yaml"

    path.write_text(HEAD.replace("distributors:\n", ""), encoding="utf-8")
    for new in new_cabinets(proposal):
        config.add(path, new).save()
    estate = config.load(path)
    assert {
        one.id: (one.profile, one.timezone, tuple(who.login for who in one.people)) for one in estate.cabinets
    } == wanted

    own = text_of(tmp_path, technician.propose(files[:1]), "en")
    path.write_text(HEAD + own, encoding="utf-8")
    more = block(proposal, tmp_path, "ru", known=True)
    path.write_text(HEAD + "  rk:\n    title: rk\n    isolated: true\n    cabinets:\n" + more, encoding="utf-8")
    assert {one.id for one in config.load(path).cabinets} == set(wanted)


def test_short_company_names_stay_apart(tmp_path: Path) -> None:
    """Companies with names of one character are cabinets of their own with valid ids."""
    files = [
        dated(tmp_path, f"{name}_manager_20261103.csv", sent(client, manager))
        for name, client, manager in (("а", "Zavod", "ivanova"), ("Б", "Teplo", "petrov"), ("7", "Svet", "sidorov"))
    ]
    assert set(loaded(tmp_path, technician.propose(files))) == {"cabinet-a", "cabinet-b", "cabinet-7"}
