"""Which alert goes where: the contact points and the notification policy of a cabinet, computed without a server.

Every address is one mailbox, whatever it is named for, so that a mailbox hears of an alert once: a manager's address
that is also the mailbox for high priority gets all alerts of high priority and, of the others, those of its managers.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provision.kinds.alerting import muting
from provision.model import Cabinet

MARK = ["smart", "=", "1"]  # the label of all our rules
HIGH_PRIORITY, USAGE, OPERATOR = "high_priority", "usage", "operator"  # values of the label `route`
OF_MANAGERS = (HIGH_PRIORITY, USAGE)  # what concerns clients; the operator's is about SMART itself
TELEGRAM, LOG = "smart-telegram", "smart-log"

# A group waits a minute, so that a fault of many installations is one message (Telegram limits their number and rate).
# A case that joins or leaves is reported after five minutes, what lasts is repeated once a day: proposals, for the
# service's documents give no figures.
_TIMES = {"group_wait": "1m", "group_interval": "5m", "repeat_interval": "1d"}
_BY_ALERT = ["alertname"]
# The log gets single cases with their start and end: it waits for nothing.
_LOG_TIMES = {"group_wait": "10s", "group_interval": "1m", "repeat_interval": "1d"}

Route = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One contact point without its secret; `secret_key` is the setting that holds it, "" for none."""

    name: str
    type: str
    settings: Mapping[str, Any]
    secret_key: str = ""

    @property
    def uid(self) -> str:
        """Stable, and unique in an org: a uid has at most 40 of `a-zA-Z0-9-_`."""
        return f"smart-{hashlib.sha256(self.name.encode()).hexdigest()[:16]}"


@dataclass(slots=True)
class _Mailbox:
    """Of which routes the mailbox gets everything, and for which managers it gets the rest."""

    routes: set[str] = field(default_factory=set)
    managers: set[str] = field(default_factory=set)


def contact_points(cabinet: Cabinet, log_url: str) -> tuple[ContactPoint, ...]:
    """Those of the cabinet: its mailboxes, its Telegram chat, the operator's log at `log_url` ("" for none)."""
    found = [_mail(address) for address in sorted(_mailboxes(cabinet))]
    if cabinet.telegram:
        settings = {
            "chatid": cabinet.telegram,
            "message": '{{ template "smart-chat" . }}',
            "parse_mode": "None",
            "disable_web_page_preview": True,
        }
        found.append(ContactPoint(TELEGRAM, "telegram", settings, "bottoken"))
    if log_url:
        settings = {"url": log_url, "httpMethod": "POST", "authorization_scheme": "Bearer"}
        found.append(ContactPoint(LOG, "webhook", settings, "authorization_credentials"))
    return tuple(found)


def policy(cabinet: Cabinet, log_url: str) -> Route | None:
    """Our one route, a child of any root policy; None where no one is to be notified."""
    children = list(_children(cabinet, log_url))
    if not children:
        return None
    mute, fallback = _mute(cabinet), _fallback(cabinet)
    return {
        "receiver": mailbox_name(fallback) if fallback else children[0]["receiver"],
        "object_matchers": [MARK],
        "group_by": _BY_ALERT,
        **mute,
        **_TIMES,
        "routes": children,
    }


def routes_to(cabinet: Cabinet, address: str) -> set[str]:
    """The routes of which the mailbox gets anything: those it is named for, its managers', what no mailbox takes."""
    mailboxes = _mailboxes(cabinet)
    mailbox = mailboxes.get(address.lower(), _Mailbox())
    taken = {route for one in mailboxes.values() for route in one.routes}
    left = {*OF_MANAGERS, OPERATOR} - taken if address.lower() == _fallback(cabinet) else set()
    return mailbox.routes | left | (set(OF_MANAGERS) if mailbox.managers else set())


def _fallback(cabinet: Cabinet) -> str:
    """The mailbox of an alert that no child takes, such as one for the operator where that mailbox is missing."""
    named = (cabinet.alerting.operator, *(cabinet.mail.get(route, "") for route in OF_MANAGERS))
    return next((one.lower() for one in named if one), "")


def mailbox_name(address: str) -> str:
    """The contact point of a mailbox."""
    return f"smart-{address}"


def _children(cabinet: Cabinet, log_url: str) -> Iterator[Route]:
    if log_url:
        mute = _mute(cabinet) if cabinet.state == "suspended" else {}
        yield {"receiver": LOG, "group_by": _BY_ALERT, "continue": True, **mute, **_LOG_TIMES}
    if cabinet.telegram:
        # A message lists its cases, so an alert that counts them would say the same again.
        matchers = [["severity", "=", "critical"], ["route", "!=", OPERATOR], ["alertname", "!~", ".+Count"]]
        yield _child(TELEGRAM, matchers, _mute(cabinet, quiet=True))
    for address, mailbox in sorted(_mailboxes(cabinet).items()):
        name = mailbox_name(address)
        for route in (*OF_MANAGERS, OPERATOR):
            of_route = ["route", "=", route]
            if route in mailbox.routes:
                yield _child(name, [of_route], _mute(cabinet, quiet=route == USAGE))
            elif mailbox.managers and route in OF_MANAGERS:
                yield _child(name, [of_route, _any_of("manager", mailbox.managers)], _mute(cabinet, quiet=True))


def _child(receiver: str, matchers: list[list[str]], mute: Route) -> Route:
    return {"receiver": receiver, "object_matchers": matchers, "group_by": _BY_ALERT, "continue": True, **mute}


def _any_of(label: str, values: set[str]) -> list[str]:
    """A matcher that takes these values; the expression is anchored by Alertmanager."""
    if len(values) == 1:
        return [label, "=", *values]
    return [label, "=~", "|".join(re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", value) for value in sorted(values))]


def _mute(cabinet: Cabinet, *, quiet: bool = False) -> Route:
    """The timings that hold such messages back. Quiet hours never hold back the mailbox for high priority."""
    wanted = {muting.SUSPENDED, muting.MAINTENANCE} | ({muting.QUIET_HOURS} if quiet else set())
    names = [name for name in muting.timings(cabinet) if name in wanted]
    return {"mute_time_intervals": names} if names else {}


def _mail(address: str) -> ContactPoint:
    settings = {
        "addresses": address,
        "subject": '{{ template "smart-subject" . }}',
        "message": '{{ template "smart-mail" . }}',
        "singleEmail": False,
    }
    return ContactPoint(mailbox_name(address), "email", settings)


def _mailboxes(cabinet: Cabinet) -> dict[str, _Mailbox]:
    """By address in lower case."""
    found: dict[str, _Mailbox] = {}
    named = {**{route: cabinet.mail.get(route, "") for route in OF_MANAGERS}, OPERATOR: cabinet.alerting.operator}
    for route, address in named.items():
        if address:
            found.setdefault(address.lower(), _Mailbox()).routes.add(route)
    for head in (person for person in cabinet.people if person.head and cabinet.alerting.heads and person.email):
        found.setdefault(head.email.lower(), _Mailbox()).routes.add(HIGH_PRIORITY)
    for manager, address in cabinet.managers:
        found.setdefault(address.lower(), _Mailbox()).managers.add(manager)
    return found
