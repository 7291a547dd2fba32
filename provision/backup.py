"""The backup of a cabinet that is removed: all that Grafana shows of its org, in one file.

Nothing reads it back: a cabinet that returns is made from code and lists. It serves to look up what was changed or
written by hand. Grafana gives out no secrets (12.4); what may hold some nevertheless is left out.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from provision.errors import NotFoundError, ProvisionError
from provision.grafana import Json, Org
from provision.os_errors import reason
from provision.text import Text
from provision.whole_files import replaced

Rows = Callable[[Org], Sequence[Mapping[str, Json]]]
_SECTIONS: Mapping[str, str] = {
    "org": "/api/org",
    "preferences": "/api/org/preferences",
    "members": "/api/org/users",
    "folders": "/api/search?type=dash-folder&limit=5000",
    "data sources": "/api/datasources",
    "annotations": "/api/annotations?type=annotation&limit=10000",
}
# 500 while a new org waits for its notification settings; the policies are 404 then (12.4), so they are asked first.
_POLICIES = "/api/v1/provisioning/policies"
_NOTIFICATIONS: Mapping[str, str] = {
    "message templates": "/api/v1/provisioning/templates",
    "mute timings": "/api/v1/provisioning/mute-timings",
    "contact points": "/api/v1/provisioning/contact-points",
}


class Backup:
    """The files of one run, in a folder; each of mode 0600 and whole, `files` has them by cabinet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken = datetime.now(UTC)
        self.files: dict[str, Path] = {}

    def path(self, cabinet: str, ending: str) -> Path:
        """Where a file of that cabinet goes; those of one run have the same time in their names."""
        return self._folder / f"{cabinet}-{self._taken:%Y%m%d-%H%M%S}.{ending}"

    def save(self, org: Org, lists: Mapping[str, Rows]) -> None:
        """Writes the org's file and waits until the disk has it. `lists` are further lists of the org, by name.

        Raises ProvisionError when it cannot be written (then nothing must be deleted), and what Org.get raises.
        """
        now = datetime.now(UTC)
        whole = {"cabinet": org.cabinet, "taken": f"{now:%Y-%m-%dT%H:%M:%SZ}", "grafana": org.server.version}
        text = json.dumps({**whole, **_contents(org, lists)}, ensure_ascii=False, indent=2)
        path = self.path(org.cabinet, "json")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with replaced(path) as file:
                file.write(f"{text}\n".encode())
        except OSError as error:
            raise ProvisionError(
                Text(
                    f"Не удалось записать резервную копию {path}: {reason(error).ru}; ничего не удалено",
                    f"The backup {path} could not be written: {reason(error).en}; nothing was deleted",
                ),
                Text(
                    "Проверьте место и права или укажите другую папку: --backup ПАПКА",
                    "Check the room and the rights, or name another folder: --backup FOLDER",
                ),
            ) from None
        self.files[org.cabinet] = path


def _contents(org: Org, lists: Mapping[str, Rows]) -> dict[str, Json]:
    """All that the server shows of the org, section by section; what this server does not have is left out."""
    found = {name: _shown(org, path) for name, path in _SECTIONS.items()}
    found["notification policies"] = _shown(org, _POLICIES)
    if found["notification policies"] is not None:
        found |= {name: _shown(org, path) for name, path in _NOTIFICATIONS.items()}
    for point in found.get("contact points") or ():
        if point["type"] != "email":
            del point["settings"]  # an address to call may hold a token
    boards = org.pages("/api/search", type="dash-db")
    found["dashboards"] = [org.get(f"/api/dashboards/uid/{row['uid']}") for row in boards]
    found |= {f"{name}s": rows(org) for name, rows in lists.items()}
    return {name: section for name, section in found.items() if section is not None}


def _shown(org: Org, path: str) -> Json:
    """The answer, None where the server has no such path (an older one, or a part that is switched off)."""
    try:
        return org.get(path)
    except NotFoundError:
        return None
