"""targets/<cabinet>.json: what is probed for a cabinet, in the form of Prometheus' file_sd (JSON)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provision.collect.checks import ALWAYS, CHECKS, target
from provision.collect.folder import TARGETS, CollectionFolder
from provision.model import Installation

TargetGroup = Mapping[str, Any]  # {"targets": [address], "labels": {…}}
_MARK = "__smart_cabinet"  # a label with two underscores is no label of the series


def file_of(cabinet: str) -> str:
    """The name of the cabinet's target file in the folder of collection."""
    return f"{TARGETS}/{cabinet}.json"


def mark(cabinet: str) -> TargetGroup:
    """The group without targets that begins a file of ours: who may change the file."""
    return {"targets": [], "labels": {_MARK: cabinet}}


def groups(cabinet: str, installations: Iterable[Installation], checks: Sequence[str]) -> list[TargetGroup]:
    """One group a check, installation and manager, in a stable order; none for an installation that is not polled.

    `checks` are those that run beside ALWAYS. An installation with two managers is probed for each of them: so the
    series of either carries his name.
    """
    chosen = [check for check in CHECKS if check.name in ALWAYS or check.name in checks]
    polled = {(one.host, one.manager): (one.client, one.address, one.transport) for one in installations if one.polled}
    return [
        {
            "targets": [target(check, address, protocol)],
            "labels": {
                "__param_module": check.name,
                "cabinet": cabinet,
                "client": client,
                "host": host,
                "manager": manager,
                "check": check.name,
            },
        }
        for (host, manager), (client, address, protocol) in sorted(polled.items())
        for check in chosen
    ]


def dump(cabinet: str, wanted: Sequence[TargetGroup]) -> str:
    """The whole file, a line a group."""
    lines = (json.dumps(group, ensure_ascii=False) for group in (mark(cabinet), *wanted))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def parse(cabinet: str, text: str) -> list[TargetGroup] | None:
    """The groups of a file of ours; None for one that does not begin with the cabinet's mark or is not JSON."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, list) or not found or found[0] != mark(cabinet):
        return None
    return list(found[1:])


def marked(text: str) -> str:
    """The cabinet that the mark of a file of ours names; "" where there is no mark."""
    try:
        found = json.loads(text)
        cabinet = str(found[0]["labels"][_MARK])
    except (ValueError, LookupError, TypeError):
        return ""
    return cabinet if found[0] == mark(cabinet) else ""


def probed_of(folder: CollectionFolder, cabinet: str) -> set[tuple[str, str]]:
    """(host, manager) of every installation in the cabinet's target file; none where it is missing or not ours."""
    text, _ = folder.read(file_of(cabinet)) or ("", 0)
    found = parse(cabinet, text) or []
    return {(str(group["labels"]["host"]), str(group["labels"]["manager"])) for group in found}
