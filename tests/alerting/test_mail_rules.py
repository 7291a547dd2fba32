"""Sorting rules: each subject goes into the folder of its alert, and into no other."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.kinds.alerting.mail_rules import files, sieve, thunderbird
from provision.model import Alerting
from tests.alerting.cabinets import make_cabinet
from tests.samples import installation

GROUPS = {"network": ["KodeksTcpStatus", "KodeksTcpStatusCount"], "users": ["KodeksSearchIsEmpty"]}
SUBJECTS = {
    "[FIRING:2] KodeksTcpStatus K2 critical": "network",
    "[RESOLVED:40] KodeksTcpStatusCount K1 critical": "network",
    "[FIRING:1] KodeksSearchIsEmpty K5 info": "users",
    "[FIRING:1] KodeksSearchIsEmptyToo K5 info": "",
    "Re: KodeksTcpStatus": "",
}


def sorted_by_sieve(script: str, subject: str, sender: str) -> str:
    """The folder that the script files such a mail into, "" for the inbox."""
    for test, folder in re.findall(r'^if (.*) \{\n  fileinto :create "SMART/(.*)";', script, re.MULTILINE):
        asked = re.search(r'address :is "from" "(.*?)"', test)
        subjects = re.findall(r'"([^"]*)"', re.search(r"\[(.*)\]", test)[1])  # type: ignore[index]
        if (not asked or asked[1] == sender) and any(part in subject for part in subjects):
            return str(folder)
    return ""


def sorted_by_thunderbird(rules: str, subject: str) -> str:
    """The same for Thunderbird."""
    for folder, condition in re.findall(r'actionValue=".*/SMART/(.*)"\ncondition="(.*)"', rules):
        if any(part in subject for part in re.findall(r"OR \(subject,contains,([^)]*)\)", condition)):
            return str(folder)
    return ""


@pytest.mark.parametrize(("subject", "folder"), SUBJECTS.items())
def test_each_mail_into_its_folder(subject: str, folder: str) -> None:
    assert sorted_by_sieve(sieve(GROUPS), subject, "a@example.ru") == folder
    assert sorted_by_thunderbird(thunderbird(GROUPS), subject) == folder


def test_only_mails_of_the_sender_are_sorted() -> None:
    script = sieve(GROUPS, "alert@example.ru")
    subject = "[FIRING:2] KodeksTcpStatus K2 critical"
    assert sorted_by_sieve(script, subject, "alert@example.ru") == "network"
    assert sorted_by_sieve(script, subject, "other@example.ru") == ""


def test_a_sender_ends_no_string() -> None:
    """Quotes and backslashes stay inside: nothing is added to the script."""
    script = sieve({"network": ["KodeksTcpStatus"]}, 'a"b\\@example.ru')
    assert 'address :is "from" "a\\"b\\\\@example.ru", header' in script


def test_the_files_have_the_form_that_their_programs_read() -> None:
    """Sieve names its extensions first; Thunderbird's file has its version first and six lines a rule."""
    assert sieve(GROUPS).startswith('require ["fileinto", "mailbox"];\n')
    lines = thunderbird(GROUPS).splitlines()
    assert lines[:2] == ['version="9"', 'logging="no"']
    keys = [line.partition("=")[0] for line in lines[2:]]
    assert keys == ["name", "enabled", "type", "action", "actionValue", "condition"] * 2


def folders(**more: Any) -> dict[str, set[str]]:
    """By mailbox of such a cabinet: the folders that its Sieve script sorts into."""
    cabinet = make_cabinet(installations=(installation("Zavod:80", "ivanova"),), **more)
    return {
        name.split("/")[0]: set(re.findall(r'"SMART/(.*)"', text))
        for name, text in files(cabinet)
        if name.endswith(".sieve")
    }


def test_a_mailbox_named_for_several_things_sorts_all_of_them() -> None:
    """A mail server runs one script: it also sorts what no other mailbox takes, and what a manager gets."""
    apart = folders(alerting=Alerting(operator="ops@example.ru"))
    assert set(apart) == {"high_priority", "usage", "operator", "managers"}
    assert apart["operator"] == {"watch"}
    assert "watch" not in apart["high_priority"] | apart["usage"]
    assert apart["managers"] == apart["high_priority"] | apart["usage"] > apart["usage"]

    shared = folders(mail={"high_priority": "all@example.ru", "usage": "All@example.ru"}, managers=())
    assert set(shared) == {"high_priority", "usage"}
    assert shared["high_priority"] == shared["usage"] == apart["managers"] | {"watch"}

    managers = (("ivanova", "usage@example.ru"),)
    assert folders(managers=managers)["usage"] == apart["managers"]
    assert folders(mail={}, managers=managers) == {"managers": apart["managers"]}


@given(st.lists(st.from_regex(r"Kodeks[A-Za-z0-9]{1,8}", fullmatch=True), min_size=2, max_size=6, unique=True))
def test_no_name_is_taken_for_another(names: list[str]) -> None:
    groups = {f"g{number}": [name] for number, name in enumerate(names)}
    for number, name in enumerate(names):
        subject = f"[FIRING:1] {name} K3 critical"
        assert sorted_by_sieve(sieve(groups), subject, "") == f"g{number}"
        assert sorted_by_thunderbird(thunderbird(groups), subject) == f"g{number}"
