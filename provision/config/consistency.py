"""Settings that must fit the lists or each other: Editors (Y15), air-gapped clients (Y16), the dealer id (X03, X04)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from provision.config import mistakes
from provision.config.tenants import Entry
from provision.lists import check_dealer
from provision.model import ListFile, Problem
from provision.rows import SMARTUPLOAD
from provision.text import Text, shortened


def check_editors(entry: Entry) -> Iterator[Problem]:
    """Y15 for each head with the role Editor where `editors` is not `trusted`; it refuses the cabinet."""
    if entry.settings["editors"] == "trusted":
        return
    for number, head in enumerate(entry.own.get("heads", ())):
        if head.get("role") == "Editor":
            yield replace(
                entry.document.problem(
                    "Y15",
                    (*entry.path, "heads", number, "role"),
                    Text(
                        "роль Editor даётся только при editors: trusted",
                        "the role Editor requires editors: trusted",
                    ),
                    Text(
                        "Редактор может слать с сервера Grafana запросы и почту куда угодно. Если он надёжен, впишите "
                        "editors: trusted, иначе уберите role.",
                        "An Editor can make Grafana's server send requests and mail anywhere. Add editors: trusted if "
                        "that is acceptable, or delete the role.",
                    ),
                    value="Editor",
                ),
                cabinet=entry.id,
            )


def check_air_gapped(entry: Entry, files: Sequence[ListFile]) -> Iterator[Problem]:
    """Y16 for each air-gapped client that no smartupload line of the cabinet's lists has."""
    wanted = entry.own.get("air_gapped", ())
    known = _uploading(files) if wanted else set()
    for number, client in enumerate(wanted):
        if client not in known:
            meant, hint = mistakes.suggest(client, sorted(known))
            name = shortened(client)
            message = Text(
                f"строки smartupload с клиентом «{name}» в списках нет",
                f"the lists have no smartupload line with the client `{name}`",
            )
            found = entry.document.problem(
                "Y16", (*entry.path, "air_gapped", number), message, hint, value=name, suggestion=meant
            )
            yield replace(found, cabinet=entry.id)


def _uploading(files: Iterable[ListFile]) -> set[str]:
    """The clients of block 2. A client's name is what a row has alone, so no row has to be made."""
    return {
        own
        for file in files
        if file.kind == "managers"
        for own, which in file.rows.parts()
        if file.rows.shared[which][2] == SMARTUPLOAD
    }


def check_dealers(entries: Iterable[Entry]) -> Iterator[Problem]:
    """X03 and X04, once a distributor, reported for its first cabinet."""
    seen = set()
    for entry in entries:
        dealer = entry.company.get("dealer", "")
        if dealer and entry.distributor not in seen:
            seen.add(entry.distributor)
            position = entry.document.position((*entry.path[:2], "dealer"))
            for problem in check_dealer(dealer):
                yield replace(
                    problem,
                    cabinet=entry.id,
                    file=entry.document.shown,
                    line=position.line,
                    column=position.column,
                )
