"""The one folder of a cabinet, which holds its dashboards. It lies in the root: elsewhere the rights of others hold."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from provision.errors import NotFoundError
from provision.grafana import Json, Org
from provision.kinds.alerting.firing import firing, reset
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, Refused
from provision.model import Cabinet, Resource
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text

UID = f"{PREFIX}dashboards"


class FolderKind(One):
    name = "folder"
    title = Text("папка", "folder")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        return [self.resource(cabinet, UID, {"title": cabinet.folder}, cabinet.origin)]

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        org = context.org
        if self.run.server.apis:
            for item in org.apis_list("folder"):
                metadata = item["metadata"]
                parent = metadata.get("annotations", {}).get("grafana.app/folder", "")
                handle = {"resourceVersion": metadata["resourceVersion"]}
                yield self._seen(
                    context, metadata["name"], str((item.get("spec") or {}).get("title", "")), parent, handle
                )
        else:
            for item in self._legacy(org):
                yield self._seen(context, item["uid"], str(item.get("title", "")), item.get("parentUid", ""), {})

    def create(self, context: CabinetContext, new: Resource) -> None:
        org = context.org
        if self.run.server.apis:
            org.request("POST", org.apis("folder"), json=_object(new))
        else:
            org.request("POST", "/api/folders", json={"uid": new.ref.key, "title": new.spec["title"]})

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        org = context.org
        if self.run.server.apis:
            lock = str(old.handle["resourceVersion"])
            org.request("PUT", org.apis("folder", new.ref.key), json=_object(new, resourceVersion=lock))
        else:
            path = f"/api/folders/{new.ref.key}"
            if old.spec["title"] != new.spec["title"]:
                body = {"title": new.spec["title"], "version": org.get(path)["version"]}
                org.request("PUT", path, json=body)
            if "parent" in old.spec:
                org.request("POST", f"{path}/move", json={"parentUid": ""})

    def delete(self, context: CabinetContext, old: Resource) -> None:
        """Raises Refused when something that is not ours is inside: Grafana would delete it without a word."""
        uid, org = old.ref.key, context.org
        if self.run.server.apis:  # refuses a folder that is not empty, at any depth (400 folder.not-empty, 12.4)
            org.request("DELETE", org.apis("folder", uid))
            return
        inside = org.get("/api/search", folderUIDs=uid, limit=1000)
        strangers = [
            str(item["title"])
            for item in inside
            if item.get("type") == "dash-folder" or not str(item["uid"]).startswith(PREFIX)
        ]
        if strangers:
            named = ", ".join(sorted(strangers)[:5])
            raise Refused(
                Text(f"В папке {uid} лежит не наше: {named}", f"Folder {uid} holds what is not ours: {named}"),
                Text("Перенесите это в другую папку", "Move it to another folder"),
            )
        org.request("DELETE", f"/api/folders/{uid}")

    def note(self, change: Change) -> Text | None:
        """The firing rules in the folder: its path is part of their state (12.4)."""
        if change.before is None or change.after is None:
            return None
        return reset([rule.title for rule in change.before.handle["firing"]() if rule.folder == change.ref.key])

    def depends(self, change: Change, failed: Change) -> bool:
        """A folder goes after the dashboards in it."""
        is_inside = failed.ref.kind == "dashboard" and failed.after is None
        return super().depends(change, failed) or (change.after is None and is_inside)

    def _seen(self, context: CabinetContext, uid: str, title: str, parent: str, handle: Mapping[str, Json]) -> Resource:
        spec = {"title": title, **({"parent": parent} if parent else {})}
        handle = {**handle, "firing": firing(context)}
        return self.seen(context, uid, spec, managed=uid.startswith(PREFIX), handle=handle)

    @staticmethod
    def _legacy(org: Org) -> Iterator[Mapping[str, Json]]:
        """The folders of the root, and ours wherever it is."""
        is_seen = False
        for row in org.pages("/api/folders"):
            is_seen = is_seen or row["uid"] == UID
            yield row
        if not is_seen:
            with suppress(NotFoundError):
                yield org.get(f"/api/folders/{UID}")


def _object(folder: Resource, **metadata: str) -> dict[str, object]:
    return {
        "apiVersion": "folder.grafana.app/v1beta1",
        "kind": "Folder",
        "metadata": {"name": folder.ref.key, **metadata},
        "spec": {"title": folder.spec["title"]},
    }
