"""Which dashboards need not be read whole: a keyed fingerprint proves that the last write of them was ours.

A head is the metadata of an object under `/apis`: its name, its `uid`, its `generation`, its annotations. Every write
raises `generation`, and an object that is deleted and created again gets another `uid`, whatever its annotations are
(Grafana 12.4). So the fingerprint is over the org, the name, the uid, the generation, the folder and the content.

A write over an earlier version knows all of these beforehand: the fingerprint is sent as an annotation. A creation
learns the uid from the answer. Its fingerprint goes into the record in the first data source, which is written after
the dashboards of a new org; in an org that exists the dashboard is written once more instead.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from provision.credential import RootSecret
from provision.model import Spec
from provision.ownership import WRITTEN

FOLDER = "grafana.app/folder"
Metadata = Mapping[str, Any]


def folder_of(metadata: Metadata) -> str:
    """The uid of the folder that the object is in, "" for the root."""
    return str(annotation(metadata, FOLDER))


def annotation(metadata: Metadata, name: str) -> str:
    """That annotation, "" where there is none."""
    return str((metadata.get("annotations") or {}).get(name, ""))


def digest(spec: Spec) -> str:
    """SHA-256 of a dashboard's content."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def fingerprint(root: RootSecret, org: int, name: str, metadata: Metadata, folder: str, content: str) -> str:
    """The fingerprint of the object with that uid and generation, in that folder, with content of that digest."""
    identity = (str(org), name, str(metadata["uid"]), str(metadata["generation"]))
    return root.fingerprint("dashboard", *identity, folder, content)


def is_unchanged(root: RootSecret, org: int, metadata: Metadata, created: Mapping[str, str], content: str) -> bool:
    """Whether the object has the content of that digest: its annotation, or the record `created`, proves it."""
    name = str(metadata["name"])
    expected = fingerprint(root, org, name, metadata, folder_of(metadata), content)
    return expected in (annotation(metadata, WRITTEN), created.get(name))
