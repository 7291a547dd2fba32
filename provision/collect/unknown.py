"""Names of uploaded files that no list has, as the receiver keeps them in its spool for `verify`."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

from provision.whole_files import replaced

_FILE = "unknown.json"
_MOST = 200  # names of one distributor
_LONGEST = 100  # characters of a name
_LASTING = 14 * 86400  # seconds that a name is of interest

Names = dict[str, dict[str, int]]


def unknown_names(spool: Path) -> Names:
    """By distributor and name: when a file of that name last came, in unix seconds; none where the file is missing."""
    try:
        found = json.loads((spool / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, Mapping):
        return {}
    since = time.time() - _LASTING
    return {str(who): {name: at for name, at in names.items() if at > since} for who, names in found.items()}


def note_unknown(spool: Path, known: Names, distributor: str, name: str, now: float) -> None:
    """Adds a name to those known and writes the file; the oldest names of a distributor make room. Raises OSError."""
    names = known.setdefault(distributor, {})
    names[name[:_LONGEST]] = int(now)
    while len(names) > _MOST:
        del names[min(names, key=lambda one: names[one])]
    with replaced(spool / _FILE, durable=False) as file:
        file.write(json.dumps(known, ensure_ascii=False).encode())
