"""Cabinets proposed from lists, as blocks of tenants.yaml: the same blocks that add() puts in, with their reasons."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import indent

from provision.config.adding import NewCabinet, as_yaml, cabinet_block, company_block
from provision.lists.technician import Proposal
from provision.text import Lang, Text

_COMPANY, _CABINET = " " * 2, " " * 6  # their indentation


def new_cabinets(proposal: Proposal, *, known: bool = False) -> tuple[NewCabinet, ...]:
    """The proposed cabinets as add() takes them, one after the other. Titles are the ids: people know better ones.

    `known` says that the distributor is there already.
    """
    return tuple(
        NewCabinet(
            id=one.id,
            distributor=proposal.distributor,
            profile=one.profile,
            title=one.id,
            managers=tuple(file.path for file in one.files if file.kind == "managers"),
            online=tuple(file.path for file in one.files if file.kind == "online"),
            belongs_to=one.belongs_to,
            timezone=one.timezone,
            distributor_title="" if known or number else proposal.distributor,
            isolated=proposal.isolated and not known and not number,
        )
        for number, one in enumerate(proposal.cabinets)
    )


def block(proposal: Proposal, folder: Path, lang: Lang, *, known: bool = False) -> str:
    """What goes under `distributors:` of a file in that folder, every remark a comment above what it is about.

    Of a distributor that is `known` there already only the cabinets, for its `cabinets:`.
    """
    new = new_cabinets(proposal, known=known)
    remarks = _comments([*([_TITLES] if new else []), *proposal.remarks], lang)
    if known or not new:
        text = indent("".join(as_yaml(cabinet_block(one, folder)) for one in new), _CABINET)
        head = indent(remarks, _CABINET if known else _COMPANY)
    else:
        text, head = indent(as_yaml(company_block(new, folder)), _COMPANY), indent(remarks, _COMPANY)
    for one, about in zip(new, proposal.cabinets, strict=True):
        own = indent(as_yaml(cabinet_block(one, folder)), _CABINET)
        text = text.replace(own, indent(_comments(about.remarks, lang), _CABINET) + own, 1)
    return head + text


_TITLES = Text(
    "title: впишите названия, под которыми компанию и кабинеты знают люди",
    "title: put in the names by which people know the company and the cabinets",
)


def _comments(remarks: Iterable[Text], lang: Lang) -> str:
    return "".join(f"# {one.say(lang)}\n" for one in remarks)
