"""The audited cabinet and the cabinet it must not see: each on the server, with the words that identify its data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from provision.audit.ways import Memory
from provision.credential import Credential, RootSecret, Store
from provision.grafana import Json, Org
from provision.model import Cabinet

_SHORTEST = 4  # a shorter name occurs by chance in other texts


@dataclass(frozen=True, slots=True)
class Party:
    """One cabinet as it is on the server."""

    cabinet: Cabinet
    clients: frozenset[str] = field(repr=False)  # the labels of its installations and the firms of its accesses
    org: Org
    sources: Sequence[Mapping[str, Json]] = field(repr=False)
    root: RootSecret
    looks: Memory = field(default_factory=Memory, repr=False, compare=False)  # what it sees of its own data

    def credential(self, store: Store) -> Credential:
        """What its data source shows that store."""
        return self.root.credential(store, self.cabinet.id, self.cabinet.generation)

    def words(self, viewer: tuple[str, int]) -> dict[str, str]:
        """The words that name it, as a victim, in an attempt at Grafana by that login with that id."""
        login, number = viewer
        member: Mapping[str, Json] = next(iter(self.org.get("/api/org/users")), {})
        source = next((row["id"] for row in self.sources), 0)
        words = {
            "OTHER_ORG": str(self.org.number),
            "OTHER_TITLE": quote(self.org.name, safe=""),
            "OTHER_USER": str(member.get("userId", 1)),
            "OTHER_SOURCE": str(source),
            "OTHER_LOGIN": quote(str(member.get("login", "admin")), safe=""),
        }
        now = datetime.now(UTC)
        moments = {"NOW": now, "SOON": now + timedelta(minutes=1)}
        words |= {word: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for word, moment in moments.items()}
        return {**words, "OWN_USER": str(number), "OWN_LOGIN": login}


def marks_of_clients(victim: Party, own: Party) -> tuple[str, ...]:
    """The victim's clients, without those that might occur in the cabinet's own data."""
    return _telling(victim.clients, own.clients)


def marks_in_grafana(victim: Party, own: Party) -> tuple[str, ...]:
    """What names the victim in Grafana: its org, its people, its users at the stores, its clients.

    Without what names the cabinet's own things, too: a client may be called like another company's cabinet.
    """
    return (
        *_telling(names_in_grafana(victim) | victim.clients, names_in_grafana(own) | own.clients),
        f"orgId={victim.org.number}\n",
        f"namespace=org-{victim.org.number}\n",
    )


def names_in_grafana(party: Party) -> set[str]:
    """Its org's name and mark, its people, its users at the stores."""
    people = {word for person in party.cabinet.people for word in (person.login, person.email)}
    return {
        *(word for word in people if len(word) >= _SHORTEST),  # one without a mailbox has an empty address
        party.org.name,
        f"smart cabinet={party.cabinet.id} ",
        party.credential("metrics").name,
        party.credential("events").name,
    }


def _telling(theirs: Collection[str], own: Collection[str]) -> tuple[str, ...]:
    ours = "\n".join(own)
    return tuple(sorted(word for word in theirs if len(word) >= _SHORTEST and word not in ours))
