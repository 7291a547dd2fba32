"""The one folder of a cabinet, which holds its dashboards."""

from collections.abc import Iterable

from provision.kinds.base import PREFIX, Kind, Place, Refused
from provision.model import Cabinet, Resource
from provision.text import Text

UID = f"{PREFIX}dashboards"


class FolderKind(Kind):
    name = "folder"
    title = Text("папка", "folder")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        return [self.resource(cabinet, UID, {"title": cabinet.folder}, cabinet.origin)]

    def read(self, place: Place) -> Iterable[Resource]:
        org = place.org
        if self.run.server.apis:
            for item in org.apis_list("folder"):
                uid = item["metadata"]["name"]
                handle = {"resourceVersion": item["metadata"]["resourceVersion"]}
                yield self.seen(
                    place, uid, {"title": item["spec"]["title"]}, managed=uid.startswith(PREFIX), handle=handle
                )
        else:
            for item in org.get("/api/folders", limit=1000):
                uid = item["uid"]
                yield self.seen(place, uid, {"title": item["title"]}, managed=uid.startswith(PREFIX))

    def create(self, place: Place, new: Resource) -> None:
        org = place.org
        if self.run.server.apis:
            org.request("POST", org.apis("folder"), json=_object(new))
        else:
            org.request("POST", "/api/folders", json={"uid": new.ref.key, "title": new.spec["title"]})

    def update(self, place: Place, old: Resource, new: Resource) -> None:
        org = place.org
        if self.run.server.apis:
            org.request("PUT", org.apis("folder", new.ref.key), json=_object(new, **old.handle))
        else:
            path = f"/api/folders/{new.ref.key}"
            body = {"title": new.spec["title"], "version": org.get(path)["version"]}
            org.request("PUT", path, json=body)

    def delete(self, place: Place, old: Resource) -> None:
        """Raises Refused when something that is not ours is inside: Grafana would delete it without a word."""
        uid, org = old.ref.key, place.org
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


def _object(folder: Resource, **metadata: str) -> dict[str, object]:
    return {
        "apiVersion": "folder.grafana.app/v1beta1",
        "kind": "Folder",
        "metadata": {"name": folder.ref.key, **metadata},
        "spec": {"title": folder.spec["title"]},
    }
