"""The mailboxes and chats that tenants.yaml names for a cabinet's alerts, as far as they belong to somebody."""

from collections.abc import Iterator

from provision.config.tenants import Entry, section
from provision.lists import Address


def addresses(entry: Entry) -> Iterator[Address]:
    """Those of the cabinet and of its distributor. What `defaults` or a profile names is the operator's own."""
    for level, path, shared in ((entry.own, entry.path, False), (entry.company, entry.path[:2], True)):
        for key, mailbox in section(level, "mail").items():
            if shared and key in section(entry.own, "mail"):
                continue  # the cabinet has one of its own
            line = entry.document.position((*path, "mail", key)).line
            yield Address("email", mailbox, entry.document.shown, line, f"mail.{key}", shared)
    if chat := section(entry.company, "telegram").get("chat"):
        line = entry.document.position((*entry.path[:2], "telegram", "chat")).line
        yield Address("chat", chat, entry.document.shown, line, "telegram.chat", shared=True)
