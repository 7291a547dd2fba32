"""Who may send what: tokens of distributors and the clients of their lists, tokens of cabinets for alert events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from provision.credential import RootSecret
from provision.model import Cabinet, Installation


class Client(NamedTuple):
    """A client of the lists: its cabinet and its lines there, one a manager."""

    cabinet: Cabinet
    lines: tuple[Installation, ...]


@dataclass(frozen=True, slots=True)
class Distributor:
    """A distributor by its id. `dealer` is what its scripts call it; `clients` are those of all its cabinets, by name.

    A name that two of its cabinets have is not among them: nobody could say whose file it is.
    """

    id: str
    dealer: str
    clients: Mapping[str, Client] = field(repr=False)


class Senders:
    """All that may send. Tokens are looked up by a keyed fingerprint, so the time taken says nothing of a token."""

    def __init__(self, cabinets: Iterable[Cabinet], root: RootSecret, before: "Senders | None" = None) -> None:
        """A cabinet that mistakes in its lists refuse keeps the clients that it had in `before`; an absent one sends
        nothing, alert events neither.
        """
        self._root = root
        self._by_token: dict[str, Distributor] = {}
        self._cabinet_by_token: dict[str, tuple[Cabinet, bool]] = {}
        self.cabinets: dict[str, Cabinet] = {}
        self.distributors: dict[str, Distributor] = {}
        self.clients_of: dict[str, dict[str, Client]] = {}
        tokens: dict[str, tuple[int, ...]] = {}
        dealers: dict[str, str] = {}
        by_distributor: dict[str, list[dict[str, Client]]] = {}
        for cabinet in cabinets:
            tokens[cabinet.distributor], dealers[cabinet.distributor] = cabinet.tokens, cabinet.sender
            by_distributor.setdefault(cabinet.distributor, [])
            if cabinet.state == "absent":
                continue
            self.cabinets[cabinet.id] = cabinet
            old = before.clients_of.get(cabinet.id) if before and cabinet.blocked else None
            self.clients_of[cabinet.id] = old or _clients(cabinet)
            by_distributor[cabinet.distributor].append(self.clients_of[cabinet.id])
            for generation in range(max(1, cabinet.generation - 1), cabinet.generation + 1):
                found = (cabinet, generation == cabinet.generation)
                self._cabinet_by_token[self._print(root.log_token(cabinet.id, generation))] = found
        for name, parts in by_distributor.items():
            known = Distributor(name, dealers[name], _joined(parts))
            self.distributors[name] = known
            for number in tokens[name]:
                self._by_token[self._print(root.upload_token(name, number))] = known

    def of_token(self, token: str) -> Distributor | None:
        """The distributor whose token that is."""
        return self._by_token.get(self._print(token))

    def of_dealer(self, dealer: str) -> Distributor | None:
        """The distributor whose scripts have that name."""
        return next((one for one in self.distributors.values() if one.dealer == dealer), None)

    def cabinet_of(self, token: str) -> tuple[Cabinet, bool] | None:
        """The cabinet whose contact point sends that token; False for the token of the generation before its own."""
        return self._cabinet_by_token.get(self._print(token))

    def client(self, distributor: str, name: str) -> Client | None:
        """That client, None when the lists have it no longer."""
        known = self.distributors.get(distributor)
        return known.clients.get(name) if known else None

    def _print(self, token: str) -> str:
        return self._root.fingerprint("token", token)


def _clients(cabinet: Cabinet) -> dict[str, Client]:
    lines: dict[str, list[Installation]] = {}
    for one in cabinet.installations:
        lines.setdefault(one.client, []).append(one)
    return {name: Client(cabinet, tuple(found)) for name, found in lines.items()}


def _joined(parts: Iterable[Mapping[str, Client]]) -> dict[str, Client]:
    joined: dict[str, Client] = {}
    twice: set[str] = set()
    for part in parts:
        twice |= joined.keys() & part.keys()
        joined |= part
    return {name: client for name, client in joined.items() if name not in twice}
