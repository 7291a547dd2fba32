"""Ready rules that sort alert mails into folders: Sieve for a mail server, msgFilterRules.dat for Thunderbird.

They rely on the subject `[FIRING:2] KodeksTcpStatus K2 critical`, which never changes its form. The folder is that of
the alert's group.
"""

from collections.abc import Iterator, Mapping, Sequence

from dashboards.alerts import alerts
from provision.kinds.alerting.routing import OF_MANAGERS, OPERATOR, routes_to
from provision.kinds.dashboard import scope_of
from provision.model import Cabinet

Groups = Mapping[str, Sequence[str]]  # folder -> names of alerts
ROOT = "SMART"
# Where Thunderbird keeps folders that belong to no account; an IMAP folder is imap://LOGIN@HOST/INBOX/SMART.
_LOCAL_FOLDERS = "mailbox://nobody@Local%20Folders"


def sieve(groups: Groups, sender: str = "") -> str:
    """A Sieve script (RFC 5228, with fileinto and mailbox). With `sender` only mails from that address are sorted."""
    lines = ['require ["fileinto", "mailbox"];', ""]
    for folder, names in groups.items():
        subjects = ", ".join(f'"{_part(name)}"' for name in names)
        test = f'header :contains "subject" [{subjects}]'
        if sender:
            test = f'allof (address :is "from" "{_quoted(sender)}", {test})'
        lines += [f"if {test} {{", f'  fileinto :create "{ROOT}/{folder}";', "  stop;", "}"]
    return "\n".join(lines) + "\n"


def thunderbird(groups: Groups) -> str:
    """The content of msgFilterRules.dat.

    Conditions are joined by OR, so a sender cannot be asked for as well: the subject alone decides.
    """
    lines = ['version="9"', 'logging="no"']
    for folder, names in groups.items():
        condition = " ".join(f"OR (subject,contains,{_part(name)})" for name in names)
        lines += [
            f'name="{ROOT} {folder}"',
            'enabled="yes"',
            'type="17"',  # when mail arrives, and when the rules are run by hand
            'action="Move to folder"',
            f'actionValue="{_LOCAL_FOLDERS}/{ROOT}/{folder}"',
            f'condition="{condition}"',
        ]
    return "\n".join(lines) + "\n"


def files(cabinet: Cabinet, sender: str = "") -> Iterator[tuple[str, str]]:
    """Name and content of both files for each mailbox of the cabinet, and for those of its managers.

    A mailbox that is named for several things gets rules for all of them: a mail server runs one script.
    """
    named = {**{route: cabinet.mail.get(route, "") for route in OF_MANAGERS}, OPERATOR: cabinet.alerting.operator}
    routes = {name: routes_to(cabinet, address) for name, address in named.items() if address}
    if cabinet.managers:
        routes["managers"] = set(OF_MANAGERS)
    for mailbox, wanted in routes.items():
        if groups := _groups(cabinet, wanted):
            yield f"{mailbox}/smart.sieve", sieve(groups, sender)
            yield f"{mailbox}/msgFilterRules.dat", thunderbird(groups)


def _groups(cabinet: Cabinet, routes: set[str]) -> Groups:
    """The alerts of these routes that the cabinet can get, by group."""
    found = alerts(scope_of(cabinet)).items()
    named = {group: [alert.name for alert in some if alert.route in routes] for group, some in found}
    return {group: names for group, names in named.items() if names}


def _quoted(text: str) -> str:
    """As it is written between the quotes of Sieve's strings (RFC 5228, 2.4.2)."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _part(name: str) -> str:
    """What the subject of that alert holds, and of no other: names may begin alike, and all priorities begin with K."""
    return f"] {name} K"
